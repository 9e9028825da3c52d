"""Yes and no in two languages: a verdict with its ground, its negation, and compliance as a family of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.boolean import asks_violation, boolean
from tests.judges.texts import anything, quick

YES = [
    *("yes", "Yes.", "YES", "true", "correct", "right", "That is correct.", "It is true", "Yes, it did", "not false"),
    *("not incorrect", "The statement is true.", "the statement is correct", "√", "✓", "y", "**Yes**", "\\text{Yes}"),
    *(
        "是",
        "是的。",
        "对",
        "对的",
        "正确",
        "正确的",
        "没错",
        "属实",
        "成立",
        "该说法正确",
        "该说法是正确的",
        "“对”",
        "说法正确",
    ),
]
NO = [
    *("no", "No.", "NO", "false", "incorrect", "wrong", "not correct", "not true", "untrue", "It is not correct."),
    *("The statement is false.", "The statement is not true", "The statement is incorrect", "×", "n", "That is false"),
    *(
        "否",
        "不是",
        "错",
        "错误",
        "错误的",
        "不正确",
        "不对",
        "有误",
        "不属实",
        "该说法错误",
        "该说法不正确",
        "说法有误",
        "不成立",
    ),
]
COMPLIANT = [
    *(
        "合规",
        "合规的",
        "不违规",
        "未违规",
        "没有违规",
        "不存在违规",
        "不存在违规行为",
        "没有违规行为",
        "未发现违规行为",
    ),
    *(
        "未违反",
        "不构成违规",
        "符合规定",
        "合法合规",
        "该行为合规",
        "该行为不违规",
        "该行为未违反规定",
        "该行为符合规定",
    ),
    *("compliant", "complies", "It complies.", "in compliance", "no violation", "not a violation", "not in violation"),
    *("does not violate", "It does not violate the rule", "this is compliant", "the sale does not breach the rule"),
]
VIOLATING = [
    *(
        "不合规",
        "违规",
        "违规的",
        "存在违规行为",
        "违反规定",
        "不符合规定",
        "构成违规",
        "属于违规",
        "涉嫌违规",
        "该行为违规",
    ),
    *("该行为不合规", "该行为不符合规定", "该行为违反规定", "未合规"),
    *("not compliant", "non-compliant", "does not comply", "fails to comply", "violation", "a violation", "violates"),
    *("not in compliance", "It violates the rule", "this is not compliant", "the sale does not comply with the cap"),
]
NEITHER = [
    *("maybe", "perhaps", "partly", "partially true", "yes and no", "it depends", "not sure", "unclear", "not yes"),
    *("yes or no", "true and false", "whether it is true", "no idea", "none", "nothing", "No. 3", "I do not know"),
    *("probably", "mostly correct", "sometimes", "yesterday", "noted", "correctly", "nothing changed"),
    *(
        "可能",
        "可能是",
        "也许",
        "不确定",
        "无法判断",
        "部分正确",
        "基本正确",
        "是否",
        "是否合规",
        "不一定",
        "难以判断",
        "对方",
        "错过",
    ),
    *("视情况而定", "会计", "能力", "有效", "假设", "真实", "否则", "对不起", "对冲", "错综复杂", "无法确定是否合规"),
]


def verdict(answer: str, gold: str, question: str = "") -> bool | None:
    return match(answer, Gold("boolean", gold, question=question)).value


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_yes(text: str) -> None:
    assert (verdict(text, "yes"), verdict(text, "否"), verdict("no", text)) == (True, False, False)


@pytest.mark.parametrize("text", NO)
def test_a_no_is_no(text: str) -> None:
    assert (verdict(text, "no"), verdict(text, "是"), verdict("yes", text)) == (True, False, False)


@pytest.mark.parametrize("text", COMPLIANT)
def test_compliance_is_compliance(text: str) -> None:
    assert (verdict(text, "合规"), verdict(text, "violation"), verdict("违规", text)) == (True, False, False)


@pytest.mark.parametrize("text", VIOLATING)
def test_a_violation_is_a_violation(text: str) -> None:
    assert (verdict(text, "不合规"), verdict(text, "compliant"), verdict("合规", text)) == (True, False, False)


@pytest.mark.parametrize("text", NEITHER)
def test_who_hesitates_says_neither(text: str) -> None:
    assert boolean(text) is None
    for gold in ("yes", "no", "合规", "违规"):
        assert verdict(text, gold) is None
    assert match("yes", Gold("boolean", text)).reason == "gold_unusable"


_GROUNDS = ["because revenue grew", "因为收入增长", "since costs fell by 3%", "由于披露充分", "revenue grew", "见第3页"]


@quick
@given(
    st.sampled_from([*YES, *NO]),
    st.sampled_from([", ", "，", ". ", "。", "; ", " - ", " — ", ": "]),
    st.sampled_from(_GROUNDS),
)
def test_a_ground_behind_changes_no_verdict(text: str, joiner: str, ground: str) -> None:
    assert verdict(text.rstrip(".。") + joiner + ground, "yes") is (text in YES)


@quick
@given(
    st.sampled_from(["yes", "Yes", "true", "correct", "是", "正确", "对"]),
    st.sampled_from(["no", "false", "incorrect", "否", "错误", "不对"]),
    st.sampled_from([", ", "; ", "，", "。", " and ", " but "]),
    st.booleans(),
)
def test_two_verdicts_are_none(yes: str, no: str, joiner: str, turned: bool) -> None:
    first, second = (no, yes) if turned else (yes, no)
    assert boolean(f"{first}{joiner}{second}") is None


@quick
@given(st.sampled_from([*YES, *NO]), st.sampled_from([*COMPLIANT, *VIOLATING]))
def test_yes_and_compliance_meet_where_the_question_tells(text: str, compliance: str) -> None:
    yes, complies = text in YES, compliance in COMPLIANT
    assert verdict(text, compliance) is None
    assert verdict(text, compliance, "该行为是否合规？") is (yes is complies)
    assert verdict(text, compliance, "该行为是否违规？") is (yes is not complies)
    assert verdict(compliance, text, "Does it comply with the rule?") is (yes is complies)
    assert verdict(compliance, text, "Is it a violation of the rule?") is (yes is not complies)
    assert verdict(text, compliance, "该行为合规还是违规？") is None


@pytest.mark.parametrize(
    ("question", "violation"),
    [
        ("该行为是否违规？", True),
        ("是否违反规定？", True),
        ("是否不合规？", True),
        ("Does this violate the rule?", True),
        ("Is it in breach of the covenant?", True),
        ("Is it non-compliant?", True),
        ("该行为是否合规？", False),
        ("是否符合规定？", False),
        ("Is it compliant?", False),
        ("合规还是违规？", None),
        ("Did revenue grow?", None),
        ("", None),
    ],
)
def test_reads_what_yes_would_mean(question: str, violation: bool | None) -> None:
    assert asks_violation(question) is violation


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("违规：是", False),
        ("违规：否", True),
        ("合规：是", True),
        ("合规：否", False),
        ("violation: no", True),
        ("compliant: no", False),
        ("compliant: yes", True),
    ],
)
def test_a_heading_with_its_yes_or_no(text: str, value: bool) -> None:
    assert verdict(text, "合规") is value
    assert verdict(text, "违规") is not value


@quick
@given(anything)
def test_a_truth_is_the_same_in_any_case_and_dress(text: str) -> None:
    for dressed in (
        f"  {text}\n",
        f"**{text.strip()}**" if "*" not in text and "`" not in text and "\\" not in text else text,
    ):
        assert boolean(dressed) == boolean(text)


@pytest.mark.parametrize(
    ("text", "gold"),
    [
        ("Yes, in part", "yes"),
        ("是不是", "no"),
        ("判断是错误的，该说法是正确的", "错误"),
    ],
)
def test_a_doubt_is_no_verdict(text: str, gold: str) -> None:
    assert verdict(text, gold) is None


@pytest.mark.parametrize(
    ("text", "complies"),
    [
        ("并不违规", True),
        ("并未违反", True),
        ("没有违反规定", True),
        ("不属于违规", True),
        ("符合监管要求", True),
        ("fully compliant", True),
        ("there is no violation", True),
        ("did not breach", True),
        ("doesn't violate", True),
        ("complies with the rule", True),
        ("并不合规", False),
        ("并非合规", False),
        ("没有合规", False),
        ("有违规", False),
        ("did not comply", False),
        ("violates the rule", False),
        ("There is a violation", False),
        ("not fully compliant", False),
        ("isn't compliant", False),
        ("failed to comply", False),
    ],
)
def test_compliance_in_other_words(text: str, complies: bool) -> None:
    assert verdict(text, "合规") is complies


@pytest.mark.parametrize(
    ("text", "complies"),
    [
        ("没有不合规", True),
        ("lacks compliance", False),
        ("合规性：不合规", False),
    ],
)
def test_a_denial_is_never_the_opposite(text: str, complies: bool) -> None:
    assert verdict(text, "合规") is not (not complies)
    assert verdict(text, "违规") is not complies
