"""Labels of a closed set by key, name or polarity; what is denied, doubted or not of the set is none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.label import label, labels
from tests.judges.texts import anything, quick

MOODS = {"0": "Bearish", "1": "Bullish", "2": "Neutral"}
FEELINGS = {"0": "消极", "1": "中性", "2": "积极"}
RATINGS = {"1": "增持", "2": "买入", "3": "增持评级", "4": "中性"}
TOPICS = {"1": "外国", "2": "公司", "3": "期货", "4": "股票", "5": "宏观经济"}

# names, text, key
ONE = [
    *((MOODS, text, "1") for text in ("1", "Bullish", "bullish.", "BULLISH", "“Bullish”", "**Bullish**", "１", "(1)")),
    *(
        (MOODS, text, "1")
        for text in ("1 - Bullish", "1: Bullish", "1. bullish", "Bullish (1)", "(1) Bullish", "1=Bullish")
    ),
    *(
        (MOODS, text, "1")
        for text in ("看涨", "看漲", "看多", "利好", "积极", "正面", "positive", "Optimistic", "label: 1")
    ),
    *(
        (MOODS, text, "1")
        for text in ("The sentiment is bullish.", "The label is Bullish", "The tweet is bullish overall.")
    ),
    *((MOODS, text, "0") for text in ("0", "bearish", "看跌", "利空", "negative", "0 - 看跌", "answer: Bearish")),
    *((MOODS, text, "2") for text in ("2", "neutral", "中性", "中立", "It is neutral")),
    *(
        (FEELINGS, text, "2")
        for text in ("2", "积极", "积极的", "積極", "正面", "利好", "bullish", "情感倾向为积极。", "答案：积极")
    ),
    *((FEELINGS, text, "0") for text in ("消极", "负面", "利空", "bearish", "negative", "看跌")),
    *(
        (RATINGS, text, key)
        for text, key in (("增持", "1"), ("增持评级", "3"), ("给予增持评级", "3"), ("建议买入", "2"))
    ),
]
NEITHER = [
    *((MOODS, text) for text in ("not bullish", "isn't bullish", "neither bullish nor bearish", "bullish or neutral")),
    *(
        (MOODS, text)
        for text in ("less bullish", "no longer bullish", "bullish and bearish", "bullish rather than neutral")
    ),
    *((MOODS, text) for text in ("不看涨", "非利好", "看涨或中性", "3", "7", "unbullish", "bullishness", "mixed", "")),
    *((MOODS, text) for text in ("1 - Bearish", "0: Bullish", "1 2", "don't know", "12", "1.5")),
    *((FEELINGS, text) for text in ("不积极", "并未积极", "积极或中性", "积极和消极", "没有积极")),
]


@pytest.mark.parametrize(("names", "text", "key"), ONE)
def test_a_label_is_read_and_no_other(names: dict[str, str], text: str, key: str) -> None:
    assert label(text, names) == {key}
    for gold, name in names.items():
        assert match(text, Gold("label", gold, options=names)).value is (gold == key)
        assert match(text, Gold("label", name, options=names)).value is (gold == key)


@pytest.mark.parametrize(("names", "text"), NEITHER)
def test_what_is_denied_or_doubted_is_no_label(names: dict[str, str], text: str) -> None:
    assert label(text, names) is None
    assert not [key for key in names if match(text, Gold("label", key, options=names)).value is not None]


def test_a_polarity_of_two_labels_names_neither() -> None:
    assert label("利好", {"0": "positive", "1": "bullish", "2": "negative"}) is None
    assert label("bullish", {"0": "positive", "1": "bullish", "2": "negative"}) == {"1"}


def test_without_a_set_another_name_is_undecided() -> None:
    assert match("控股", Gold("label", "控股")).value is True
    assert match(" 控股。", Gold("label", "控股")).value is True
    assert match("参股", Gold("label", "控股")).value is None


@quick
@given(
    st.lists(st.sampled_from(sorted(TOPICS)), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(sorted(TOPICS)), min_size=1, max_size=5, unique=True),
    st.sampled_from(["、", ",", "，", "; ", "；", "\n", " ", " | ", "和", "与", "/"]),
    st.sampled_from([" ", "、", ", "]),
    st.booleans(),
)
def test_a_set_is_right_in_any_order_and_separator(
    said: list[str], gold: list[str], one: str, other: str, by_key: bool
) -> None:
    written = one.join(key if by_key else TOPICS[key] for key in said)
    question = Gold("labels", other.join(TOPICS[key] for key in gold), options=TOPICS)
    assert match(written, question).value is (set(said) == set(gold))


@pytest.mark.parametrize(
    "text",
    ["外国，可能还有公司", "外国或公司", "外国 公司 其他", "不含外国，公司", "", "无", "maybe 外国", "外国, not 公司"],
)
def test_a_set_with_a_part_that_is_none_is_undecided(text: str) -> None:
    assert labels(text, TOPICS) is None
    assert match(text, Gold("labels", "外国 公司", options=TOPICS)).value is None


@quick
@given(st.sampled_from([MOODS, FEELINGS, RATINGS, TOPICS]), anything)
def test_any_text_names_labels_of_the_set(names: dict[str, str], text: str) -> None:
    for found in (label(text, names), labels(text, names)):
        assert found is None or (found and found <= names.keys())


@quick
@given(
    st.sampled_from([MOODS, FEELINGS, TOPICS]),
    st.data(),
    st.sampled_from(["not {}", "不是{}", "{} or not", "neither {}", "并非{}"]),
)
def test_a_denial_is_never_right(names: dict[str, str], data: st.DataObject, form: str) -> None:
    key = data.draw(st.sampled_from(sorted(names)))
    for kind in ("label", "labels"):
        assert match(form.format(names[key]), Gold(kind, key, options=names)).value is not True


@pytest.mark.parametrize(
    "text",
    [
        "maybe bullish",
        "hardly bullish",
        "far from bullish",
        "cannot be bullish",
        "doubtful that it is bullish",
        "Bullish?",
        "bullish is wrong",
        "bullish if rates fall",
        "perhaps bullish",
        "could be bullish",
        "bullish, unlikely",
    ],
)
def test_a_label_that_is_doubted_is_undecided(text: str) -> None:
    assert match(text, Gold("label", "1", options=MOODS)).value is None


@pytest.mark.parametrize(
    "text",
    [
        "没有外国，只有公司",
        "except 外国, 公司",
        "除外国外，公司",
        "外国除外，公司",
    ],
)
def test_a_label_that_is_excepted_is_not_in_the_set(text: str) -> None:
    assert match(text, Gold("labels", "外国 公司", options=TOPICS)).value is not True


def test_a_name_with_anothers_key_is_a_contradiction() -> None:
    assert match("Bearish (1)", Gold("label", "1", options=MOODS)).value is None


@pytest.mark.parametrize(
    ("text", "names", "keys"),
    [
        ("质押、解除质押", {"1": "质押", "2": "解除质押", "3": "减持"}, "12"),
        ("和信贷;恒丰银行", {"1": "和信贷", "2": "恒丰银行", "3": "信贷"}, "12"),
        ("除权除息", {"1": "除权除息", "2": "减持"}, "1"),
        ("Not Rated, Buy", {"1": "Not Rated", "2": "Buy"}, "12"),
    ],
)
def test_names_that_hold_a_word_that_joins_or_denies(text: str, names: dict[str, str], keys: str) -> None:
    assert labels(text, names) == frozenset(keys)


def test_a_name_that_is_excepted_is_not_named() -> None:
    assert labels("质押，除减持", {"1": "质押", "2": "减持"}) is None
