"""Scales, currencies and units of count: each word its own value, in either language, and never one for another."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.quantity import quantities
from judges.answers.units import CURRENCIES, SCALES, UNITS, asked_scale, same_currency
from tests.judges.texts import anything, quick

# power of ten -> its words, apart from the module's own table
POWERS = {
    2: ("hundred", "百"),
    3: ("thousand", "k", "K", "千"),
    4: ("万", "萬"),
    5: ("lakh", "lakhs"),
    6: ("million", "Million", "m", "M", "mm", "MM", "mn", "mln", "百万"),
    7: ("crore", "crores", "千万"),
    8: ("亿", "億"),
    9: ("billion", "b", "B", "bn", "十亿"),
    10: ("百亿",),
    11: ("千亿",),
    12: ("trillion", "tn", "万亿"),
}
SCALED = [(word, power) for power, words in POWERS.items() for word in words if word not in "萬億"]


@pytest.mark.parametrize(("word", "power"), SCALED)
def test_a_scale_has_its_power_of_ten(word: str, power: int) -> None:
    for space in ("", " "):
        assert [item.value for item in quantities(f"3.5{space}{word}")] == [Decimal("3.5").scaleb(power)]


@quick
@given(st.sampled_from(SCALED), st.sampled_from(SCALED), st.integers(1, 999))
def test_one_amount_in_two_scales_is_one_and_in_no_other(
    one: tuple[str, int], other: tuple[str, int], number: int
) -> None:
    amount = Decimal(number).scaleb(one[1] - other[1])
    gold = Gold("number", f"{number} {one[0]}")
    assert match(f"{amount:f} {other[0]}", gold).value is True
    assert match(f"{number} {other[0]}", gold).value is (one[1] == other[1])


@pytest.mark.parametrize(("word", "power"), SCALED)
def test_a_scale_on_one_side_alone_is_undecided(word: str, power: int) -> None:
    assert match("3.5", Gold("number", f"3.5 {word}")).reason == "scale_unclear"
    assert match(f"3.5 {word}", Gold("number", "3.5")).reason == "scale_unclear"


# Writings of five of a currency.
MONEY = {
    "USD": ("US$5", "USD 5", "5 USD", "5美元", "美元5", "5美金"),
    "HKD": ("HK$5", "HKD 5", "5港元", "港币5元", "5港币"),
    "CNY": ("5元", "RMB 5", "CNY5", "人民币5元", "5 yuan", "5元人民币", "5 RMB"),
    "JPY": ("JPY 5", "5日元", "5 yen"),
    "EUR": ("€5", "EUR 5", "5 euros", "5欧元"),
    "GBP": ("£5", "GBP 5", "5英镑"),
    "INR": ("₹5", "Rs. 5", "Rs 5", "INR 5", "5 rupees"),
    "KRW": ("₩5", "KRW 5", "5韩元"),
    "CHF": ("CHF 5", "5瑞士法郎"),
    "TWD": ("NT$5", "TWD 5", "5新台币"),
}


@pytest.mark.parametrize("code", MONEY)
def test_a_currency_in_any_writing_is_itself_and_no_other(code: str) -> None:
    for one in MONEY[code]:
        assert [item.unit for item in quantities(one)] == [code]
        for other in MONEY:
            for two in MONEY[other]:
                assert match(two, Gold("number", one)).value is (code == other)
        assert match("5", Gold("number", one)).value is True
        assert match(one, Gold("number", "5")).value is True


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$", "USD", True),
        ("$", "HKD", None),
        ("$", "AUD", None),
        ("$", "EUR", False),
        ("¥", "CNY", True),
        ("¥", "JPY", True),
        ("¥", "USD", False),
        ("$", "$", True),
        ("USD", "HKD", False),
        ("$", "¥", False),
    ],
)
def test_a_shared_sign_agrees_with_its_countries(one: str, other: str, same: bool | None) -> None:
    assert same_currency(one, other) is same
    assert same_currency(other, one) is same


def test_every_currency_agrees_with_itself_alone() -> None:
    codes = set(CURRENCIES.values()) - {"$", "¥"}
    assert {(one, other) for one in codes for other in codes if same_currency(one, other)} == {(c, c) for c in codes}


@pytest.mark.parametrize(
    ("answer", "gold", "value"),
    [
        ("24 months", "2 years", True),
        ("2年", "24个月", True),
        ("8 quarters", "2 years", True),
        ("12个季度", "3年", True),
        ("3 weeks", "21 days", True),
        ("90 minutes", "1.5 hours", True),
        ("36 hours", "1.5 days", True),
        ("24 months", "3 years", False),
        ("5 years", "5 months", False),
        ("5 hours", "5 days", False),
        ("5年", "5个季度", False),
        ("2 years", "730 days", None),
        ("12 shares", "12股", True),
        ("12 employees", "12人", True),
        ("12 shares", "12 days", False),
        ("12股", "12人", False),
        ("12户", "12家", False),
        ("5 tons", "5 barrels", False),
        ("$5", "5 shares", False),
        ("5元", "5股", False),
        ("12", "12股", True),
        ("13", "12股", False),
        ("1001人", "1002人", False),
        ("1001股", "1002股", None),
        ("2倍", "2 times", True),
    ],
)
def test_units_are_converted_or_kept_apart(answer: str, gold: str, value: bool | None) -> None:
    assert match(answer, Gold("number", gold)).value is value


def test_every_unit_is_read_behind_a_number() -> None:
    for word in UNITS:
        if word.isalpha() and word not in ("年", "x"):
            assert [item.unit for item in quantities(f"12 {word}")] == [word], word


def test_no_scale_is_the_beginning_of_a_word() -> None:
    for word in SCALES:
        if word.isascii():
            assert [item.scale for item in quantities(f"3.5 {word}qz")] == [1], word


ASKED = [
    ("What is net income in millions?", 6),
    ("What was revenue (in millions of dollars)?", 6),
    ("what is the total, in US dollars in thousands", 3),
    ("How many millions of dollars", 6),
    ("how many billion dollars were paid?", 9),
    ("Express it in $ million.", 6),
    ("the amount in crores", 7),
    ("the amount in INR", None),
    ("revenue ( $ millions )", 6),
    ("revenue ($ in millions)", 6),
    ("revenue in millions USD", 6),
    ("revenue in USD millions", 6),
    ("单位：亿元", 8),
    ("单位:万元", 4),
    ("（单位：百万元）", 6),
    ("净利润是多少万元？", 4),
    ("营业收入是多少亿元？", 8),
    ("以亿元计", 8),
    ("以万元为单位", 4),
    ("有几万户？", 4),
    ("以千万元计", 7),
    ("多少万亿元？", 12),
    ("What was revenue?", None),
    ("What share of the million customers left?", None),
    ("in a million years", None),
    ("多少元？", None),
    ("", None),
]


@pytest.mark.parametrize(("question", "power"), ASKED)
def test_reads_the_scale_that_a_question_asks_for(question: str, power: int | None) -> None:
    assert asked_scale(question) == (None if power is None else Decimal(1).scaleb(power))


@pytest.mark.parametrize(
    ("answer", "gold", "question", "value"),
    [
        ("3.5", "3.5 million", "What is revenue in millions?", True),
        ("3.5 million", "3.5", "What is revenue in millions?", True),
        ("3,500,000", "3.5", "What is revenue in millions?", True),
        ("3500", "3.5 billion", "What is revenue in millions?", True),
        ("3.5 billion", "3.5", "What is revenue in millions?", False),
        ("3.5", "3.5 billion", "What is revenue in millions?", False),
        ("4.5", "3.5 million", "What is revenue in millions?", False),
        ("3500", "3500万元", "净利润是多少万元？", True),
        ("0.35亿元", "3500", "净利润是多少万元？", True),
        ("35000000", "3500", "净利润是多少万元？", True),
        ("3500亿元", "3500", "净利润是多少万元？", False),
        ("3.5%", "3.5 million", "What is revenue in millions?", False),
    ],
)
def test_a_question_names_the_scale_of_a_bare_number(answer: str, gold: str, question: str, value: bool | None) -> None:
    assert match(answer, Gold("number", gold, question=question)).value is value


@quick
@given(anything)
def test_any_question_asks_for_a_scale_or_none(question: str) -> None:
    assert (asked := asked_scale(question)) is None or asked >= 1000


@pytest.mark.parametrize(
    ("question", "power"),
    [
        ("营业收入（亿元）是多少？", 8),
        ("净利润为多少（万元）？", 4),
        ("revenue ($M)", 6),
    ],
)
def test_reads_the_scale_in_brackets(question: str, power: int) -> None:
    assert asked_scale(question) == Decimal(1).scaleb(power)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("R$5", "$5"),
        ("฿5", "$5"),
        ("5 pence", "£5"),
        ("5 kg", "5 tons"),
    ],
)
def test_an_unknown_unit_is_not_the_golds(answer: str, gold: str) -> None:
    assert match(answer, Gold("number", gold)).value is not True


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("50 cents", "$0.50"),
        ("5角", "0.5元"),
        ("50分", "0.5元"),
    ],
)
def test_cents_are_not_called_wrong(answer: str, gold: str) -> None:
    assert match(answer, Gold("number", gold)).value is not False
