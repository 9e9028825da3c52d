"""Words that point to options, in a stem and in a rewriting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.conversions.mcq_pointers import needs_options, points, without_list


@pytest.mark.parametrize(
    "stem",
    [
        "下列关于星湖债券的说法中，正确的是（）。",
        "以下哪个表述是正确的？",
        "对星湖债券的理解，不恰当的是（　）。",
        "根据章程，正确的有（）。",
        "星湖债券的特点不包括（）。",
        "下列各项中，不属于费用的是（）。",
        "不会导致利润下降的因素有（）",
        "通常不采用市价估值的是（）。",
        "Which of the following statements about Tern bonds is most likely correct?",
        "Which statement is false?",
        "Tern bonds carry all of these risks except:",
        "Which of these is NOT a cost?",
        "Which firm does not pay tax?",
    ],
)
def test_statements_and_what_does_not_belong_need_options(stem: str) -> None:
    assert needs_options(stem)


@pytest.mark.parametrize(
    "stem",
    [
        "下列机构中，负责星湖债券清算的是（）。",
        "集合计划的投资者人数不得超过（）人。",
        "若不考虑其他因素，利润为（）万元。",
        "星湖银行的不良贷款率为（）。",
        "职业责任险的责任免除包括（）。",
        "处理不动产时应缴纳的税是（）。",
        "反映两种不同货币比价的是（）。",
        "审计人员应当保持正确的态度，其依据是（）。",
        "Which of the following bodies clears Tern bonds?",
        "What does a notary certify?",
        "How many days notice must be given?",
    ],
)
def test_others_may_do_without(stem: str) -> None:
    assert needs_options(stem) is None


@pytest.mark.parametrize(
    "text",
    [
        "以下哪项属于费用？",
        "下列机构中谁负责清算？",
        "哪一项是费用？",
        "请从选项中选择。",
        "上述各项中何者为费用？",
        "本题为单选题。",
        "是A项还是B项？",
        "A、C都是费用吗？",
        "负责清算的是（　）。",
        "负责清算的是____。",
        "费用有哪些？A. 律师费",
        "Which of these is a cost?",
        "Which of the following is a cost?",
        "the following statements",
        "Pick option B.",
        "Which option clears?",
        "one of the choices below",
        "Costs are ( ).",
        "All of the above?",
        "a multiple-choice item",
    ],
)
def test_a_rewriting_that_points_is_seen(text: str) -> None:
    assert points(text)


@pytest.mark.parametrize(
    "text",
    [
        "根据以下资料，利润是多少？",
        "100万元以下的贷款由谁审批？",
        "根据上述资料，甲公司应确认的收入是多少？",
        "业务如下：（1）借款；利润是多少？",
        "A公司和B公司谁负责清算？",
        "A股的估值方法是什么？",
        "哪个项目的净现值更高？",
        "维生素C项目的投资额是多少？",
        "What is a call option worth?",
        "What is the price of these option contracts?",
        "Who holds Class A shares?",
        "What was paid in the following year?",
        "Which body clears Tern bonds?",
    ],
)
def test_words_that_only_look_like_pointers_pass(text: str) -> None:
    assert points(text) is None


def test_a_list_of_options_in_the_stem_is_cut_off() -> None:
    assert without_list("该变化体现了（ ）。 A.目的变化 B.宗旨变化", "目的变化") == "该变化体现了（ ）。"
    assert without_list("Who clears? A) Tern B) Marlow", "Tern") == "Who clears?"
    assert without_list("A公司的目的变化是（）。", "目的变化") == "A公司的目的变化是（）。"
    assert without_list("谁负责？", "") == "谁负责？"


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    points(text)
    needs_options(text)
    assert without_list(text, text[:3]) in (text, text[: len(without_list(text, text[:3]))]) or text != text.strip()
