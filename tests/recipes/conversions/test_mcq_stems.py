"""Multiple choice into open questions by rules: which stems are converted, how they read, and which are left alone."""

from typing import Any

import pytest

from curate.records import Drop, Question
from judges.answers import match
from recipes.conversions import mcq_to_open
from tests.recipes.conversions.mcq_items import EN, ZH, item

OPTIONS = mcq_to_open.Options()


def made(language: str, stem: str, texts: str, gold: str = "A", **more: Any) -> Question | Drop:
    options = dict(zip("ABCDE", texts.split("|"), strict=False))
    question = item(ZH if language == "zh" else EN, question=stem, options=options, gold=gold, **more)
    return mcq_to_open.by_rules(question, OPTIONS)


@pytest.mark.parametrize(
    ("language", "stem", "texts", "asked", "kind", "gold"),
    [
        (
            "zh",
            "根据《星湖贷款办法》，逾期贷款的催收期限为（）年。",
            "3|5",
            "根据《星湖贷款办法》，逾期贷款的催收期限为多少年？",
            "number",
            "3",
        ),
        (
            "zh",
            "某债券面值100元，贴现率4%，期限90天，其发行价是（　）。",
            "99元|96元",
            "某债券面值100元，贴现率4%，期限90天，其发行价是多少？",
            "number",
            "99元",
        ),
        (
            "zh",
            "企业应自收到通知之日起（ ）个工作日内答复监管机构。",
            "5|7",
            "请填写括号处的内容：\n企业应自收到通知之日起（　）个工作日内答复监管机构。",
            "number",
            "5",
        ),
        (
            "zh",
            "某公司投后估值的年增长率应不低于()。",
            "12%|8%",
            "某公司投后估值的年增长率应不低于多少？",
            "percent",
            "12%",
        ),
        (
            "zh",
            "按照星湖市公司条例，董事会的人数为（）。",
            "3-13人|5-19人",
            "请填写括号处的内容：\n按照星湖市公司条例，董事会的人数为（　）。",
            "span",
            "3-13人",
        ),
        (
            "zh",
            "王女士每月还款2000元，请问她需要多少年还清？（）",
            "23年|18年",
            "王女士每月还款2000元，请问她需要多少年还清？",
            "number",
            "23年",
        ),
        (
            "zh",
            "某项目需追加投资，初始投资额是多少万元？",
            "3000|2500",
            "某项目需追加投资，初始投资额是多少万元？",
            "number",
            "3000",
        ),
        (
            "zh",
            "（）是指已经发行的证券在投资者之间转让和流通的市场。",
            "二级市场|一级市场",
            "请填写括号处的内容：\n（　）是指已经发行的证券在投资者之间转让和流通的市场。",
            "span",
            "二级市场",
        ),
        (
            "zh",
            "两家银行约定在未来交换不同币种本金和利息的交易，称为____。",
            "货币互换|利率期权",
            "请填写括号处的内容：\n两家银行约定在未来交换不同币种本金和利息的交易，称为（　）。",
            "span",
            "货币互换",
        ),
        (
            "en",
            "Under the Tern Act, a lender must answer a complaint within ( ) days.",
            "15|30",
            "Fill in the blank:\nUnder the Tern Act, a lender must answer a complaint within ( ) days.",
            "number",
            "15",
        ),
        (
            "en",
            "A bond priced at 96 with a face value of 100 trades at a discount of ____.",
            "4%|6%",
            "Fill in the blank:\nA bond priced at 96 with a face value of 100 trades at a discount of ( ).",
            "percent",
            "4%",
        ),
        (
            "en",
            "How much tax is due on a gain of 400 at a rate of 25%?",
            "100|80",
            "How much tax is due on a gain of 400 at a rate of 25%?",
            "number",
            "100",
        ),
        (
            "en",
            "____ refers to the risk that a borrower fails to meet its obligations.",
            "Credit risk|Market risk",
            "Fill in the blank:\n( ) refers to the risk that a borrower fails to meet its obligations.",
            "span",
            "Credit risk",
        ),
        (
            "en",
            "The rate at which a project's net present value is zero is known as the ( ).",
            "internal rate of return|hurdle rate",
            "Fill in the blank:\nThe rate at which a project's net present value is zero is known as the ( ).",
            "span",
            "internal rate of return",
        ),
    ],
)
def test_numbers_and_definitions_are_asked_openly(
    language: str, stem: str, texts: str, asked: str, kind: str, gold: str
) -> None:
    question = made(language, stem, texts)
    assert isinstance(question, Question)
    assert (question.question, question.answer_kind, question.gold) == (asked, kind, gold)
    assert dict(question.options) == {}
    assert match(gold, question).value is True


def test_a_bare_number_is_in_the_unit_that_the_question_names() -> None:
    question = made("zh", "星湖公司存款总额100万元，存款乘数为4，原始存款为（）万元。", "25|35")
    assert isinstance(question, Question)
    assert [match(said, question).value for said in ("25", "25万元", "250000元", "35")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("language", "stem", "gold", "asked", "said"),
    [
        ("zh", "星湖债券每年付息两次。（　）", "A", "判断下面的说法是否正确：\n星湖债券每年付息两次。", "正确"),
        ("zh", "星湖债券每年付息两次。", "B", "判断下面的说法是否正确：\n星湖债券每年付息两次。", "错误"),
        ("zh", "星湖债券是否每年付息两次？", "B", "星湖债券是否每年付息两次？", "否"),
        (
            "en",
            "Tern bonds pay interest twice a year. ( )",
            "A",
            "Is the following statement correct?\nTern bonds pay interest twice a year.",
            "yes",
        ),
        ("en", "Do Tern bonds pay interest twice a year?", "B", "Do Tern bonds pay interest twice a year?", "no"),
    ],
)
def test_judgement_items_are_asked_for_yes_or_no(language: str, stem: str, gold: str, asked: str, said: str) -> None:
    question = made(language, stem, "对|错" if language == "zh" else "True|False", gold, answer_kind="boolean")
    assert isinstance(question, Question)
    assert (question.question, question.answer_kind, question.gold) == (asked, "boolean", said)
    assert match(said, question).value is True


@pytest.mark.parametrize(
    ("language", "stem", "texts", "gold"),
    [
        ("zh", "下列星湖债券的期限中，最长的是（）。", "3年|5年", "B"),
        ("zh", "关于星湖债券，以下说法错误的是（）。", "每年付息|到期还本", "A"),
        ("zh", "星湖债券的发行费用不包括（）。", "律师费|印花税", "A"),
        ("zh", "星湖债券的发行费用包括（）。", "律师费|印花税|差旅费", "AB"),
        ("zh", "中央银行增加货币供应量可以采取的货币政策工具是（）。", "买入债券|提高利率", "A"),
        ("zh", "商业银行防范个人贷款信用风险的主要措施是（）。", "实地调查|提高利率", "A"),
        ("zh", "星湖债券两年后的价格可能为（）元。", "99.1|97.2", "A"),
        ("zh", "陈女士每月至少偿还贷款本息最接近（）元。", "8822|7028", "A"),
        ("zh", "资本充足率为（）。", "8%|5%", "A"),
        ("zh", "影响债券价格的因素有（）。Ⅰ.利率Ⅱ.期限", "Ⅰ、Ⅱ|Ⅰ", "A"),
        ("zh", "金融市场从（）市场转向（）市场。", "传统，现代|现代，传统", "A"),
        ("zh", "星湖债券属于（）。", "金融债|国债", "A"),
        ("en", "Which of the following rates is the highest?", "4%|6%", "B"),
        (
            "en",
            "The main tool of a central bank is ( ), which it may use daily at its own discretion.",
            "repos|taxes",
            "A",
        ),
        ("en", "All of these statements about Tern bonds are correct EXCEPT ( ).", "they float|they sink", "A"),
        ("en", "Tern bonds are issued by ( ).", "both A and B|the state", "A"),
        ("en", "Tern bonds are ( ).", "safe|liquid", "A"),
    ],
)
def test_what_has_more_than_one_answer_is_left_alone(language: str, stem: str, texts: str, gold: str) -> None:
    drop = made(language, stem, texts, gold)
    assert isinstance(drop, Drop)
    assert drop.reason == "needs_options"
    assert drop.detail


@pytest.mark.parametrize(
    ("language", "stem"),
    [
        ("zh", "接第（4）、（5）题，王女士每月需投入（）元。"),
        ("zh", "根据下表，星湖公司本年净利润为（）万元。"),
        ("en", "Based on the table above, Tern Inc. earned a net income of ( ) in 2020."),
    ],
)
def test_what_leans_on_something_elsewhere_says_so(language: str, stem: str) -> None:
    drop = made(language, stem, "200|300")
    assert isinstance(drop, Drop)
    assert drop.reason == "missing_reference"
