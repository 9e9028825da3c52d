"""Exact values as a person writes them: what is written is read again, and a gold's form is kept."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judges.answers.quantity import quantities
from recipes.conversions import numerals
from recipes.conversions.numerals import is_exact, rounded, written


def like(gold: str, value: Fraction, **how: bool) -> str:
    return numerals.in_form(gold, value, **how).text


values = st.fractions(-(10**12), 10**12, max_denominator=10**9)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("5", "5"),
        ("-5", "-5"),
        ("2070.0", "2070"),
        ("1/4", "0.25"),
        ("-1/4", "-0.25"),
        ("1/3", "0.33333333"),
        ("2/3", "0.66666667"),
        ("-2/3", "-0.66666667"),
        ("2577/15121", "0.17042524"),
        ("10/3", "3.3333333"),
        ("100000/3", "33333.33333"),
        ("10000000/3", "3333333.33333"),
        ("1/300", "0.0033333333"),
        ("1/30000000", "0.000000033333333"),
        ("26138609", "26138609"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e-12", "0.000000000001"),
        ("999999999/1000000000", "1"),
    ],
)
def test_written(value: str, text: str) -> None:
    assert written(Fraction(value)) == text


@settings(max_examples=500, deadline=None, derandomize=True)
@given(values)
def test_what_is_written_is_read_as_the_value_to_half_a_unit_of_its_last_place(value: Fraction) -> None:
    text = written(value)
    read = Fraction(text)
    assert text == format(Decimal(text), "f"), "no exponent"
    assert "." not in text or not text.endswith(("0", ".")), "no idle zeros"
    assert not text.startswith("-0") or read
    assert abs(read - value) <= Fraction(1, 2 * 10**5), "5 places"
    assert abs(read - value) <= abs(value) / (2 * 10**7), "8 significant digits"
    assert is_exact(value) == (read == value)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("2.5", 0, "3"),
        ("3.5", 0, "4"),
        ("-0.4", 0, "0"),
        ("-0.004", 2, "0.00"),
        ("1/3", 3, "0.333"),
        ("12.3", 2, "12.30"),
    ],
)
def test_rounding_is_half_up_and_never_minus_zero(value: str, places: int, text: str) -> None:
    assert format(rounded(Fraction(value), places), "f") == text


@pytest.mark.parametrize(
    ("gold", "value", "text"),
    [
        # decimals
        ("17%", "2577/15121", "17%"),
        ("17.0%", "2577/15121", "17.0%"),
        ("17.04%", "2577/15121", "17.04%"),
        ("9813.67", "29441/3", "9813.67"),
        ("9814", "29441/3", "9814"),
        ("7.80", "7.8", "7.80"),
        ("0.5", "-1/2", "-0.5"),
        # the value decides, not the gold's digits
        ("22.5%", "640/2560", "25.0%"),
        ("20.6", "38.6", "38.6"),
        ("-5%", "0.05", "5%"),
        ("5%", "-0.05", "-5%"),
        ("17%", "-1/1000", "0%"),
        # percent
        ("17 %", "0.17", "17 %"),
        ("12.5 percent", "0.125", "12.5 percent"),
        ("5个百分点", "0.05", "5个百分点"),
        ("约17%", "0.17", "约17%"),
        ("17.0%", "17.04", "17.0%"),  # the program's result is a percent already
        ("17", "0.17043", "17"),  # a percent without its sign
        ("265% increase", "2.654", "265%"),
        # currency, separators, scale
        ("$ 19.6 million", "19.6", "$ 19.6 million"),
        ("$ 19.6 million", "19600000", "$ 19.6 million"),  # a program that computed in single dollars
        ("$ 19.6 million", "21.25", "$ 21.3 million"),
        ("$1,234.5", "1234567.84", "$1,234,567.8"),
        ("$ 1,234", "999.4", "$ 999"),
        ("1,234", "-1234567", "-1,234,567"),
        ("1234", "1234567", "1234567"),
        ("US$5", "6", "US$6"),
        ("$ -5", "-6", "$ -6"),
        ("$ -5", "6", "$ 6"),
        ("3.5亿元", "3.5", "3.5亿元"),
        ("3.5亿元", "350000000", "3.5亿元"),
        ("1584万元", "1584", "1584万元"),
        ("1.33:1", "4/3", "1.33:1"),
        ("1.5x", "1.52", "1.5x"),
        # accounting negatives, FinQA's doubled cells
        ("( 98.9 )", "-98.9", "-98.9"),
        ("$ ( 98.9 )", "-98.9", "-98.9"),
        ("-2426 ( 2426 )", "-2426", "-2426"),
        ("0.069 (or 6.90%)", "0.069", "0.069"),
        ("\u22125.6%", "-0.0561", "-5.6%"),
        # nothing to go by
        ("no change", "1/3", "0.33333333"),
        ("1.91% and 3.46% , respectively", "1/4", "0.25"),
        ("between 8 and 14", "1/4", "0.25"),
    ],
)
def test_like_keeps_the_gold_s_form(gold: str, value: str, text: str) -> None:
    assert like(gold, Fraction(value)) == text


FORMS = [
    "{}",
    "{}%",
    "{} %",
    "$ {}",
    "${}",
    "US$ {}",
    "{} million",
    "$ {} million",
    "$ {} billion",
    "¥{}",
    "{}万元",
    "约{}%",
]


def in_form(form: str, value: Fraction, places: int, commas: bool) -> str:
    """The value in a form, rounded half up: written without the code under test."""
    number = Decimal(value.numerator) / Decimal(value.denominator) * (100 if "%" in form else 1)
    number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return form.format(format(number if number else abs(number), ",f" if commas else "f"))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.sampled_from(FORMS),
    st.decimals(-(10**7), 10**7, places=6).map(Fraction),
    st.integers(0, 4),
    st.booleans(),
)
def test_a_gold_written_from_the_value_is_what_like_writes(
    form: str, value: Fraction, places: int, commas: bool
) -> None:
    gold = in_form(form, value, places, commas)
    assume("," in gold or not commas)
    assert like(gold, value) == gold


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.sampled_from(FORMS), st.decimals(1, 10**6, places=3), st.integers(0, 4), values)
def test_like_keeps_percent_scale_and_decimals_whatever_the_value(
    form: str, other: Decimal, places: int, value: Fraction
) -> None:
    gold = in_form(form, Fraction(other), places, False)
    text = like(gold, value)
    (asked,), (said,) = quantities(gold), quantities(text)
    assert (said.percent, said.scale, said.decimals) == (asked.percent, asked.scale, asked.decimals)
    prefix, _, suffix = form.partition("{}")
    assert text.startswith(prefix)
    assert text.endswith(suffix)
    number, half = said.value / said.scale, Fraction(1, 2 * 10**places)
    readings = (value, value * 100, value / Fraction(said.scale))
    assert any(abs(Fraction(number) - reading) <= half for reading in readings)
