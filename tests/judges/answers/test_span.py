"""Spans, texts and code: alike but for dress is right, two clear names are wrong, the rest is for a model."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers import Gold, match
from tests.judges.texts import anything, quick

SPANS = [
    # alike
    *(
        ("Federal Reserve", text, True)
        for text in ("the Federal Reserve", "FEDERAL RESERVE", "“Federal Reserve.”", " Federal  Reserve")
    ),
    *(("Apple Inc.", text, True) for text in ("Apple Inc", "apple inc.", "'Apple, Inc.'", "Ａｐｐｌｅ Inc.")),
    *(("国债", text, True) for text in ("國債", "“国债”。", " 国 债 ", "国债")),
    ("Coca-Cola", "Coca Cola", True),
    ("U.S.", "US", True),
    ("an asset", "asset", True),
    # lists are sets
    ("甲公司;乙公司", "乙公司、甲公司", True),
    ("A, B and C", "C; B; A", True),
    ("A, B", '["B", "A"]', True),
    ("A, B", "A", None),
    ("A", "A, B", None),
    # one inside the other, or other wording
    ("Apple Inc.", "Apple", None),
    ("Apple", "Apple Inc. and its subsidiaries", None),
    ("中国工商银行", "工商银行", None),
    ("中国工商银行", "工行", None),
    ("higher interest rates", "rising rates", None),
    ("revenue", "cost of sales", None),
    ("International Business Machines", "IBM", None),
    ("General Electric", "GE", None),
    ("Apple", "AAPL", None),
    ("John Smith", "Jane Smith", None),
    ("John Smith", "Smith", None),
    ("Net income", "Net loss", None),
    ("none", "Apple", None),
    ("Apple", "none", None),
    ("无", "贵州茅台", None),
    # two clear names
    ("Apple Inc.", "Microsoft Corp.", False),
    ("Bank of America", "Bank of China", False),
    ("Goldman Sachs", "Morgan Stanley", False),
    ("John Smith", "Mary Jones", False),
    ("腾讯控股有限公司", "阿里巴巴集团", False),
    ("招商银行", "招商证券", False),
    # quantities by value
    ("5%", "6%", False),
    ("$5 million", "5,000,000 dollars", True),
    ("2019年12月31日", "Dec 31, 2019", True),
    ("2018", "2019", False),
]


@pytest.mark.parametrize(("gold", "text", "value"), SPANS)
def test_a_span_is_right_wrong_or_for_a_model(gold: str, text: str, value: bool | None) -> None:
    assert match(text, Gold("span", gold)).value is value


@pytest.mark.parametrize(("gold", "text", "value"), SPANS)
def test_spans_may_change_places(gold: str, text: str, value: bool | None) -> None:
    assert match(gold, Gold("span", text)).value is value


@pytest.mark.parametrize(("gold", "text", "value"), SPANS)
def test_any_of_several_spans_will_do(gold: str, text: str, value: bool | None) -> None:
    assert (match(text, Gold("span", "Zeta Zonk Ltd.", (gold,))).value is True) is (value is True)
    assert match(text, Gold("span", gold, (text,))).value is True


@quick
@given(anything.filter(str.strip))
def test_a_span_or_text_is_itself(text: str) -> None:
    for kind in ("span", "text", "code"):
        verdict = match(text, Gold(kind, text))
        assert verdict.value is True or verdict.reason == "answer_unreadable"


_WORDS = ["Apple", "Federal Reserve", "国债", "招商银行", "J.P. Morgan", "Coca-Cola", "net income", "EBIT"]


@quick
@given(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4, unique=True),
    st.sampled_from(["{}", " {} ", "{}.", "{}。", "“{}”", "\\text{{{}}}", "**{}**", "({})"]),
    st.sampled_from(["; ", "；", ", ", "、", "\n", " | "]),
    st.randoms(use_true_random=False),
)
def test_dress_order_and_separators_change_nothing(words: list[str], dress: str, joiner: str, random: Random) -> None:
    gold = Gold("span", "; ".join(words))
    shuffled = random.sample(words, len(words))
    assert match(dress.format(joiner.join(shuffled)), gold).value is True
    assert match(dress.format(joiner.join(shuffled[1:] or ["something else"])), gold).value is not True


@pytest.mark.parametrize(
    ("kind", "gold", "text", "value"),
    [
        ("text", "货币政策  收紧。", "货币政策收紧", True),
        ("text", "Tightening", "TIGHTENING", True),
        ("text", "貨幣", "货币", True),
        ("text", "tightening", "easing", None),
        ("code", "x = 1", "x=1", True),
        ("code", "x = 1", "```python\nx = 1\n```", True),
        ("code", "x = 1", "```\nx = 1```", True),
        ("code", "x = 1", "X = 1", None),
        ("code", "x = 'a'", "x = 'A'", None),
        ("code", "x = 1", "x = 2", None),
        ("code", "x = １", "x = 1", None),
    ],
)
def test_texts_and_code(kind: str, gold: str, text: str, value: bool | None) -> None:
    assert match(text, Gold(kind, gold)).value is value


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        ("Apple", "The Company"),
        ("Tim Cook", "Management"),
        ("Tim Cook", "The CEO"),
        ("Apple", "Unknown"),
        ("Apple", "Both"),
        ("Apple", "It"),
        ("Apple", "Neither"),
        ("Apple", "Cannot Determine"),
        ("Decrease", "Increase"),
        ("Decrease", "Up"),
        ("Decrease", "Decline"),
        ("Tim Cook", "He"),
        ("No", "Yes"),
        ("Citigroup", "Citi"),
        ("Coca-Cola", "Coke"),
        ("Alphabet Inc.", "Google"),
        ("Meta Platforms", "Facebook"),
        ("Lower", "Higher"),
    ],
)
def test_words_that_name_nobody_are_not_called_wrong(gold: str, text: str) -> None:
    assert match(text, Gold("span", gold)).value is None


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        ("x = 'a b'", "x = 'ab'"),
        ("return x", "returnx"),
        ("x = ' '", "x = ''"),
        ("a\nb", "ab"),
    ],
)
def test_spaces_that_carry_meaning_count_in_code(gold: str, text: str) -> None:
    assert match(text, Gold("code", gold)).value is not True


def test_a_list_with_another_name_in_it_is_not_right() -> None:
    assert match("Apple, Google", Gold("span", "Apple, Microsoft")).value is not True
