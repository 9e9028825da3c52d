"""Written quantities as exact decimals: what FinQA's cells, filings and Chinese reports really write."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers.quantity import distinct, quantities
from tests.judges.texts import PERCENTS, WRITINGS, anything, numbers, quick

# text -> the plain values, percent signs applied
READ = [
    ("2,577", "2577"),
    ("$ 19.6 million", "19600000"),
    ("$1.2bn", "1200000000"),
    ("(417.5)", "-417.5"),
    ("$(417.5)", "-417.5"),
    ("-$417.5", "-417.5"),
    ("−12.5", "-12.5"),
    ("１２．５％", "0.125"),
    (".5", "0.5"),
    ("1.25e-5", "0.0000125"),
    ("6.7 %", "0.067"),
    ("540 basis points", "0.054"),
    ("25bps", "0.0025"),
    ("3/8", "0.375"),
    ("\\frac{3}{8}", "0.375"),
    ("-\\dfrac{1}{4}", "-0.25"),
    ("1:4", "0.25"),
    ("3.5亿元", "350000000"),
    ("1,200万元", "12000000"),
    ("1.5万亿", "1500000000000"),
    ("3百万", "3000000"),
    ("25个基点", "0.0025"),
    ("下降1.5个百分点", "0.015"),
    ("人民币12.5元/股", "12.5"),
    ("2012年", "2012"),
    ("12\\text{ shares}", "12"),
    # several
    ("34.7 and 34.2", "34.7 34.2"),
    ("12-13", "12 13"),
    ("从3.5亿元降至2亿元", "350000000 200000000"),
    ("0.069 (or 6.90%)", "0.069 0.069"),
    ("$94 million in 2015", "94000000 2015"),
    # an accounting cell doubled by FinQA counts once
    ("-2426 ( 2426 )", "-2426"),
    ("6.7% ( 6.7 % )", "0.067"),
    ("( 98.9 )", "-98.9"),
    ("5 ( 6 )", "5 -6"),
    # a name's digits are no quantity
    ("Q3 FY2019 12.5", "12.5"),
    ("covid_19", ""),
    ("not meaningful", ""),
    ("无法计算", ""),
    ("1/0", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "values"), READ)
def test_reads_every_quantity_exactly(text: str, values: str) -> None:
    assert [item.plain for item in quantities(text)] == [Decimal(value) for value in values.split()]


@quick
@given(numbers, st.sampled_from(sorted(WRITINGS)))
def test_every_writing_reads_as_its_number(number: Decimal, writing: str) -> None:
    assert [item.value for item in quantities(WRITINGS[writing](number))] == [number]


@quick
@given(numbers, st.sampled_from(sorted(PERCENTS)))
def test_every_writing_of_a_percentage_reads_as_its_fraction(number: Decimal, writing: str) -> None:
    assert [item.plain for item in quantities(PERCENTS[writing](number))] == [number / 100]


_SCALES = {"thousand": 3, "k": 3, "million": 6, "mm": 6, "billion": 9, "bn": 9, "trillion": 12} | {
    **{"千元": 3, "万元": 4, "百万": 6, "千万": 7, "亿": 8, "亿元": 8, "十亿": 9, "万亿": 12}
}


@quick
@given(numbers, st.sampled_from(sorted(_SCALES)), st.sampled_from(["", " "]))
def test_a_scale_multiplies_exactly(number: Decimal, scale: str, space: str) -> None:
    assert [item.value for item in quantities(f"{number:,}{space}{scale}")] == [number.scaleb(_SCALES[scale])]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0.069 (or 6.90%)", 1),
        ("6.9%, that is 0.069", 1),
        ("12,000万元（即1.2亿元", 1),
        ("5, 5 and again 5.0", 1),
        ("0.069 (or 7.90%)", 2),
        ("5% or 6%", 2),
        ("12或13", 2),
        ("12 and 12.4", 2),
        ("5 and -5", 2),
    ],
)
def test_what_is_said_twice_is_one_quantity(text: str, count: int) -> None:
    assert len(distinct(quantities(text))) == count


@quick
@given(anything)
def test_any_text_reads_as_finite_quantities(text: str) -> None:
    found = quantities(text)
    assert all(item.value.is_finite() and item.step > 0 for item in found)
    assert set(distinct(found)) <= set(found)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("1" * 1_000_000, 0),
        ("1" + ",111" * 250_000, 1),
        ("(" * 200_000, 0),
        ("(" + " " * 200_000 + "5", 1),
        ("5" + " " * 200_000 + "x", 1),
        ("-" * 200_000 + "5", 1),
        ("1 percentage " * 20_000, 20_000),
        ("1 ( " * 50_000, 50_000),
        ("\\frac{1}{" * 20_000, 20_000),
        ("\\text{" * 50_000, 0),
        ("9." * 200_000, 200_000),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, str) else "",
)
def test_a_hostile_text_is_read_in_linear_time(text: str, most: int) -> None:
    assert len(quantities(text)) <= most
