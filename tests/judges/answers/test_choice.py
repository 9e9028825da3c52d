"""Option letters as sets and yes or no as truth: read where they are meant, never by a letter's mere presence."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges import REASONS
from judges.answers.boolean import boolean
from judges.answers.choice import letters, named
from tests.judges.texts import anything, quick


def said(text: str, options: dict[str, str] | None = None) -> bool | None:
    """The truth value alone."""
    truth = boolean(text, options)
    return None if truth is None else truth.value


OPTIONS = {"A": "EBIT", "B": "Free cash flow", "C": "国家税务总局", "D": "中国人民银行"}

LETTERS = [
    # one
    ("B", "B"),
    ("b", "B"),
    ("(B)", "B"),
    ("B.", "B"),
    ("Ｂ。", "B"),
    ("**B**", "B"),
    ("\\text{B}", "B"),
    ("Option B", "B"),
    ("The correct answer is (B)", "B"),
    ("选项B", "B"),
    ("选B", "B"),
    ("答案：B", "B"),
    ("B项", "B"),
    # one with its text, or its text alone
    ("A. EBIT", "A"),
    ("(B) free  cash flow.", "B"),
    ("C：国家税务总局", "C"),
    ("C、国家税务总局。", "C"),
    ("国家税务总局", "C"),
    ("ebit", "A"),
    # several
    ("AC", "AC"),
    ("C、A", "AC"),
    ("A,C", "AC"),
    ("A，C。", "AC"),
    ("A和C", "AC"),
    ("A and C", "AC"),
    ("(A), (C)", "AC"),
    ("A/C", "AC"),
    ("A;C", "AC"),
    ("ＡＣＤ", "ACD"),
    ("选项A、C、D", "ACD"),
    ("A. EBIT; C. 国家税务总局", "AC"),
    ("A、EBIT\nC、国家税务总局\nD、中国人民银行", "ACD"),
    ("Free cash flow；中国人民银行", "BD"),
]

UNREADABLE = [
    "EBITDA",
    "ROE",
    "Cash",
    "bad",
    "A bad debt",
    "A股市场",
    "A股和B股",
    "B轮融资",
    "ABCP",
    "not C",
    "不是C",
    "C不对",
    "除C以外",
    "C or D",
    "C 或 D",
    "以上都不对",
    "无法确定",
    "税务总局",
    "I do not know",
    "C, perhaps",
    "C, but I am not sure",
    "C，但不确定",
    "",
]


@pytest.mark.parametrize(("text", "expected"), LETTERS)
def test_reads_the_options_that_are_named(text: str, expected: str) -> None:
    assert letters(text, OPTIONS) == frozenset(expected)


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_letter_inside_something_else_names_no_option(text: str) -> None:
    assert letters(text, OPTIONS) == "answer_unreadable"


@quick
@given(st.text(string.ascii_letters, min_size=2, max_size=8))
def test_a_word_names_no_option(word: str) -> None:
    assume(not set(word.upper()) <= set("ABCDEFGH") and word.casefold() != "ebit")
    assert isinstance(letters(word, OPTIONS), str)


@quick
@given(
    st.lists(st.sampled_from("ABCD"), min_size=2, unique=True),
    st.sampled_from(["", "、", ",", ", ", "，", " ", "和", "与", "/", " & ", " and "]),
    st.sampled_from(["{}", "({})", "选项{}", "{}。", "**{}**", "答案：{}", "\\text{{{}}}", "The answers are {}"]),
)
def test_a_set_is_read_in_any_order_and_dress(chosen: list[str], joiner: str, dress: str) -> None:
    assert letters(dress.format(joiner.join(chosen)), OPTIONS) == frozenset(chosen)


@pytest.mark.parametrize("dress", ["{}. {}", "{}：{}", "({}) {}", "{}、{}", "{} {}"])
@pytest.mark.parametrize("letter", OPTIONS)
def test_a_letter_agrees_with_its_text_or_contradicts_it(dress: str, letter: str) -> None:
    for other, text in OPTIONS.items():
        expected = frozenset(letter) if other == letter else "letter_contradicts_text"
        assert letters(dress.format(letter, text), OPTIONS) == expected


@pytest.mark.parametrize("text", ["A. EBIT; C. 中国人民银行", "A、EBIT\nB、国家税务总局"])
def test_one_contradiction_in_a_list_spoils_it(text: str) -> None:
    assert letters(text, OPTIONS) == "letter_contradicts_text"


def test_a_text_that_two_options_share_names_neither() -> None:
    assert letters("增加", {"A": "增加", "B": "减少", "C": "增加"}) == "answer_unreadable"


@pytest.mark.parametrize(
    ("golds", "expected"),
    [(["AC"], ["AC"]), (["A", "A、C"], ["A", "AC"]), (["国家税务总局"], ["C"]), (["E"], []), (["ROE"], []), ([""], [])],
)
def test_a_gold_names_existing_options_or_is_left_out(golds: list[str], expected: list[str]) -> None:
    assert named(golds, OPTIONS) == [frozenset(one) for one in expected]


BOOLEAN = [
    *((text, True) for text in ("yes", "Yes.", "YES", "\\text{Yes}", "**True**", "correct", "compliant", "√")),
    *((text, True) for text in ("是", "是的。", "对", "正确", "“正确”", "合规", "不违规", "未违规", "没有违规")),
    *((text, False) for text in ("no", "No.", "\\text{No}", "False", "incorrect", "not correct", "not true", "×")),
    *((text, False) for text in ("non-compliant", "Not compliant.", "否", "不是", "错", "错误。", "不对", "不正确")),
    *((text, False) for text in ("不合规", "违规")),
    # the verdict first, then its ground
    ("yes , 38.2%", True),
    ("No, revenue fell in both years.", False),
    ("是的，该行为合规。", True),
    ("否，因为未按季度披露", False),
    ("不合规。该公司未披露关联交易", False),
    # neither
    *((text, None) for text in ("maybe", "not yes", "yes and no", "no doubt, it is", "yesterday", "none", "1", "")),
    *(
        (text, None)
        for text in ("是否", "是否合规", "不一定", "无法判断", "对不起，无法回答", "不确定", "对方", "是非题")
    ),
]


@pytest.mark.parametrize(("text", "truth"), BOOLEAN)
def test_reads_a_truth_and_its_negation(text: str, truth: bool | None) -> None:
    assert said(text) is truth


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("A", True),
        ("B", False),
        ("选项B", False),
        ("A.对", True),
        ("B：错", False),
        ("错误", False),
        ("C", None),
        ("AB", None),
    ],
)
def test_reads_the_letter_of_a_truth(text: str, truth: bool | None) -> None:
    assert said(text, {"A": "对", "B": "错"}) is truth


@pytest.mark.parametrize("text", ["A.错", "B：对"])
def test_a_letter_against_its_truth_is_neither(text: str) -> None:
    assert boolean(text, {"A": "对", "B": "错"}) is None


@quick
@given(anything)
def test_any_text_is_a_set_of_letters_or_a_reason(text: str) -> None:
    read = letters(text, OPTIONS)
    assert read in REASONS if isinstance(read, str) else read <= set("ABCDEFGH")
    assert said(text, OPTIONS) in (True, False, None)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["(" * 200_000, "A" * 200_000 + "x", "A," * 100_000 + "x", "A;" * 20_000 + "x", "A\n" * 100_000, "1" * 1_000_000],
    ids=lambda text: repr(text[:6]),
)
def test_a_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert letters(text, OPTIONS)
    assert boolean(text, OPTIONS) is None
