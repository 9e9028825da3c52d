"""References to a figure, table or material that is not there, in both languages; and what only looks like one."""

import pytest

from curate.records import Question
from curate.screen.references import refers_to_missing

CASE_ZH = (
    "甲公司2021年营业收入为1,200万元，营业成本为800万元，期间费用为150万元，所得税税率为25%，"
    "无其他调整事项，各项收支均已入账，款项已经全部收到，年末没有未结清的往来款项，存货也没有跌价。"
)
CASE_EN = (
    "Orla Bank lends 4 million dollars at 6 percent for three years. The borrower pays interest at the end of each "
    "year and the principal at the end of the third. A fee of 1 percent is paid at the start, and the bank's cost of "
    "funds is 4 percent in each of the three years. "
)


def ask(text: str, context: str = "") -> Question:
    language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
    return Question(
        *("s:1", "s", "1", "1"),
        language="zh" if language == "zh" else "en",
        task="",
        question=text,
        answer_kind="text",
        gold=None,
        licence="MIT",
        context=context,
    )


@pytest.mark.parametrize(
    "text",
    [
        "根据下表计算该公司的净利润。",
        "如图所示，B区域代表（）。",
        "以下表格为其建仓情况，第二次可申报多少手？",
        "各期现金流见附表，净现值为（）。",
        "根据上述资料，该企业应缴纳的增值税为（）万元。",
        "根据资料三，下列说法中符合规定的是哪一项？",
        "两只基金的收益率如下表。&lt;imgsrc=&quot;x&quot;&gt;",
        "Based on the table, what was the net margin in 2019?",
        "According to the following chart, which fund lost most?",
        "What does the graph below show?",
        "Use the accompanying case study to name two risks.",
        "What is the slope here? ![curve](curve.png)",
        "According to the table below, which year was best?",
        "In the above case, what is the company's net income?",
        "You work for a bank in Bern that lends to small firms. Use the following case to name two risks.",
        "下表是某计划的部分说明书：根据上述信息，可以判断（）。",
        "单选题。根据以上资料，应缴税额为（）。",
    ],
)
def test_what_is_not_there_is_missed(text: str) -> None:
    assert refers_to_missing(ask(text))
    assert not refers_to_missing(ask(text, context="year | margin\n2019 | 4%"))


@pytest.mark.parametrize(
    "text",
    [
        "关于利率风险，以下表述正确的是（）。",
        "行长在会上表示将降息，这意味着什么？",
        "例如表外业务包括哪些？",
        "数字水印把信息嵌入如图像、音频的媒体中，对吗？",
        f"{CASE_ZH}根据上述资料，甲公司的净利润为（）万元。",
        f"资料一：{CASE_ZH}要求：计算净利润。",
        "某股票行情如下表：买一 8.79 100 买二 8.78 200 买三 8.77 300 卖一 8.80 400。成交价是？",
        "What is a balance sheet?",
        "How does the yield curve above 5 percent behave?",
        f"{CASE_EN}Based on the above information, what does the bank earn on the loan in the second year?",
        "What is the chart of accounts?",
        "Based on the chart of accounts, where is cash posted?",
        "Name the figure of speech, and what is shown in the figure of speech.",
        "Is the following table of contents complete?",
        "Explain a balance sheet and give the following information: assets, liabilities.",
        "Given information asymmetry, what happens to the market?",
        "Create a table below with the columns name and age.",
        "Write code that draws the following chart.",
        "According to the table below, which is due? | year | 2019 | 2020 | revenue | 1 | 2 |",
        "A grocer buys a van on credit and sells it a week later for cash. Given the above information, who is paid?",
        "资产负债表的附表有哪些？",
        "下列附表填列正确的是（）。",
        "会计报表附注与会计报表附表有何区别？",
        "交易额如图表示即可，对吗？",
        "图灵提出的测试叫什么？以下图灵测试的说法正确的是（）。",
        "请编制下表并说明用途。",
        "李某骑车送货，路上被狗追赶而摔伤。根据以上资料，风险事故是（）。",
    ],
)
def test_what_is_there_or_only_sounds_so_is_not(text: str) -> None:
    assert not refers_to_missing(ask(text))
