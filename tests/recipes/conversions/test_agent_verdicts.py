"""Verdicts in words: what is stated, denied, and what is only asked, supposed or forbidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.conversions.agent_verdicts import ends_with, finding, is_verdict, stated


@pytest.mark.parametrize(
    ("verdict", "finds"),
    [
        *(
            (word, True)
            for word in ("预警", "需要预警", "客服违规", "违规", "不合规", "存在风险", "是", "不通过", "違規")
        ),
        *(
            (word, False)
            for word in ("不需要预警", "无需预警", "不预警", "未违规", "客服不违规", "不构成违规", "合规", "否")
        ),
        *((word, False) for word in ("没有发现违规行为", "无风险", "通过", "正常", "暂不预警")),
        *((word, True) for word in ("Warning", "warn", "VIOLATION", "Violation of rule 2", "non-compliant", "Yes")),
        *((word, True) for word in ("not compliant", "High risk", "flagged", "a warning is needed")),
        *((word, False) for word in ("no warning", "No violation", "compliant", "no breach found", "no", "No risk")),
        *((word, False) for word in ("a warning is not needed", "not a violation", "Clear", "no issues")),
        *((word, None) for word in ("", "amber", "红色", "maybe", "3", "violation or no violation")),
    ],
)
def test_a_verdict_alone(verdict: str, finds: bool | None) -> None:
    assert finding(verdict) is finds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I see no breach of rule 1, but rule 2 is broken. So a warning is due.", [False, True, True]),
        ("That is not in line with rule 2.", [True]),
        ("None of the checks raises a warning.", [False]),
        ("A violation is not established.", [False]),
        ("I could not find any breach of rule 2.", [False]),
        ("I find that she violated rules 1 and 4, so the verdict is violation.", [True, True]),
        ("I must conclude that she violated rule 2.", [True]),
        ("No warning would be justified.", [False]),
        ("I would not raise a warning on this point.", [False]),
        ("客服没有核实身份就办理了转账，违反了第2条，因此需要预警。", [True, True]),
        ("没有核实身份违反了第二条。", [True]),
        ("我认为客服没有违反任何规定。", [False]),
        ("客服的说法不符合第4条的要求，应当预警。", [True, True]),
        ("即使如此，客服仍然违规。", [True]),
        ("因此不应预警。", [False]),
        ("预警没有必要。", [False]),
        # asked, supposed, forbidden, or said of something else
        ("I must say whether she violated rule 3.", []),
        ("Did she breach rule 3?", []),
        ("If she had promised a return, that would be a violation, but she did not.", []),
        ("The agent must not breach rule 2.", []),
        ("Staff should comply with rule 3.", []),
        ("The agent did not give the risk warning required by rule 2.", []),
        ("我需要判断客服是否违规。", []),
        ("客服违规了吗？", []),
        ("如果客服承诺了收益，就违规，但他没有。", []),
        ("规范规定客服不得违反保密义务。", []),
        ("客服应当遵守第3条。", []),
        ("", []),
    ],
)
def test_verdicts_of_a_text(text: str, said: list[bool]) -> None:
    assert stated(text) == said


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("不需要预警", True),
        ("no warning", True),
        ("您的资金不会亏损", False),
        ("You violated my trust, all of you", False),
    ],
)
def test_a_verdict_in_quotes_quotes_nobody(text: str, alone: bool) -> None:
    assert is_verdict(text) is alone


_DENIED_EN = st.sampled_from(["no violation", "no breach of rule 2", "no need for a warning", "no sign of a violation"])
_DENIED_ZH = st.sampled_from(["没有发现违规", "不构成违规", "不需要预警", "并未违反第2条", "无需预警"])
_FOUND = st.sampled_from(["this violates rule 2", "a warning is due", "this is a breach", "I flag this"])
_FOUND_ZH = st.sampled_from(["这里违规", "需要预警", "违反了第2条", "不符合第3条的要求"])
_OPENED = st.sampled_from(["So ", "I think that ", "On this point, ", "Looking at the dialogue, "])
_OPENED_ZH = st.sampled_from(["所以", "我认为", "就这一点而言，", "因此这里"])


@given(st.one_of(st.tuples(_OPENED, _DENIED_EN), st.tuples(_OPENED_ZH, _DENIED_ZH)))
def test_a_denial_is_never_a_finding(words: tuple[str, str]) -> None:
    assert stated("".join(words)) == [False]


@given(st.one_of(st.tuples(_OPENED, _FOUND), st.tuples(_OPENED_ZH, _FOUND_ZH)))
def test_a_finding_is_never_a_denial(words: tuple[str, str]) -> None:
    assert stated("".join(words)) == [True]


@settings(max_examples=150)
@given(st.text(st.sampled_from("不没无违规预警合，。？ nowarigvltbec.?\n'"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert finding(text) in (True, False, None)
    assert all(isinstance(one, bool) for one in stated(text))


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        ("暂无法律风险。所以这里无风险。", "无风险", True),
        ("So here I say: warning.", "warning", True),
        ("It passes, so my word on this is: pass", "Pass", True),
        ("所以这里无风险。", "风险", False),
        ("So I raise no warning.", "warning", False),
        ("这里并不正常。", "正常", False),
        ("They were in bypass.", "pass", False),
        ("", "pass", False),
    ],
)
def test_a_text_may_end_with_the_verdict_in_its_own_word(text: str, verdict: str, said: bool) -> None:
    assert ends_with(text, verdict) is said
