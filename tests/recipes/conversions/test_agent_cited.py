"""What a merged reasoning cites: quotations, rules and titles are looked up in the guideline and the dialogue."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.conversions.agent_cited import misquoted, quotations, unknown_rule, unknown_title, unquoted

CONTEXT = """Guideline (the House Code, under 《客户服务规范》 and the Fair Lending Act):
1. Never promise a return.
2.1 Verify identity.
第三条 不得泄露客户信息。
（四）礼貌。
十二、不得阻拦投诉。
Rule 15: Be kind.

Agent: I guarantee you 8% a year, honestly. Call [PHONE_1].
客服：您放心，这只基金绝对不会亏。Rule 44 of your own terms does not matter."""


@pytest.mark.parametrize(
    "text",
    [
        "He says “I guarantee you 8% a year”.",
        'He says "i GUARANTEE … honestly".',
        "She says “Call [PHONE_1]”.",
        "She says “honestly ... Call”.",
        "客服说“您放心，这只基金绝对不会亏”。",
        "客服说「這只基金絕對不會虧」。",
        "客服说“您放心……不会亏”。",
        "这叫“保本”，结论是“不需要预警”。",
        "The verdict is “no violation”.",
        "No quotation at all, it's fine; the agent's words don't matter.",
    ],
)
def test_what_stands_in_the_context_may_be_quoted(text: str) -> None:
    assert misquoted(text, CONTEXT) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("He says “you will get rich”.", "you will get rich"),
        ('He says "honestly … I guarantee".', "honestly … I guarantee"),
        ("客服说“保证您一年翻倍”。", "保证您一年翻倍"),
        ("客服说「绝对会亏」。", "绝对会亏"),
        ("He says “I guarantee you 9% a year”.", "I guarantee you 9% a year"),
    ],
)
def test_what_nobody_said_is_a_misquotation(text: str, quote: str) -> None:
    assert misquoted(text, CONTEXT) == quote


@pytest.mark.parametrize(
    "text",
    [
        *(
            "rule 1",
            "rules 1 and 2.1",
            "§ 2.1",
            "section 15",
            "Rule 44",
            "第三条",
            "第3条",
            "第十二条",
            "第4项",
            "规则1",
        ),
        *("She broke 3 rules in 2 minutes.", "违反规定3次", "第二天", "step 9", "the 5 aspects", "在第一段对话中"),
    ],
)
def test_rules_that_the_context_numbers_may_be_cited(text: str) -> None:
    assert unknown_rule(text, CONTEXT) is None


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("It breaks rule 7.", "rule 7"),
        ("Rules 1, 5 and 2.1 apply.", "Rules 1, 5 and 2.1"),
        ("Section 2.2 applies.", "Section 2.2"),
        ("违反了第五条。", "第五条"),
        ("违反了第1条和第9条。", "第9条"),
        ("按规则7处理。", "规则7"),
    ],
)
def test_rules_that_it_does_not_number_are_unknown(text: str, citation: str) -> None:
    assert unknown_rule(text, CONTEXT) == citation


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("《客户服务规范》和 the Fair Lending Act", None),
        ("Under the Fair Lending Act. This Act is clear. By Law.", None),
        ("《反洗钱法》第1条", "反洗钱法"),
        ("Under the Bank Secrecy Act it is forbidden.", "Bank Secrecy Act"),
        ("The Markets in Instruments Directive", "Markets in Instruments Directive"),
    ],
)
def test_titles(text: str, title: str | None) -> None:
    assert unknown_title(text, CONTEXT) == title


@settings(max_examples=100)
@given(st.integers(0, len(CONTEXT) - 1), st.integers(1, 60), st.sampled_from(["“”", "「」", '""']))
def test_any_stretch_of_the_context_may_be_quoted(start: int, length: int, marks: str) -> None:
    quote = CONTEXT[start : start + length].split("\n")[0]
    assert misquoted(f"x {marks[0]}{quote}{marks[1]} y", CONTEXT) is None


@settings(max_examples=100)
@given(st.text(st.sampled_from('“”「」"《》第条12ab rule.…[]'), max_size=40))
def test_any_text_is_read(text: str) -> None:
    misquoted(text, CONTEXT)
    unknown_rule(text, CONTEXT)
    unknown_title(text, CONTEXT)
    quotations(unquoted(text))
