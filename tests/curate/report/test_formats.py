import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curate.report.facts import Estimated
from curate.report.formats import change, count, decimals, duration, interval, money, number, share, tokens


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (0, 0, "–"),
        (0, 7, "0%"),
        (7, 7, "100%"),
        (1, 1500, "<0.1%"),
        (1499, 1500, ">99.9%"),
        (1, 3, "33.3%"),
    ],
)
def test_what_is_not_none_or_all_is_not_written_so(part: int, whole: int, written: str) -> None:
    assert share(part, whole) == written


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (tokens(9_999), "9,999"),
        (tokens(1_234_567), "1.23M"),
        (tokens(None), "–"),
        (tokens(999_499), "999k"),
        (tokens(999_600), "1M"),
        (tokens(999_999_999), "1G"),
        (tokens(10**13), "10,000G"),
        (change(-1234), "−1,234"),
        (change(0), ""),
        (change(0.04, 1), ""),
        (change(2.25, 1), "+2.2"),
        (money(None), "–"),
        (money(0.0), "$0"),
        (money(0.00001), "<$0.0001"),
        (money(0.0134), "$0.0134"),
        (money(9876.5), "$9,876.50"),
        (number(0.0), "0"),
        (number(0.0004), "<0.001"),
        (number(0.00815), "0.008"),
        (number(0.5394), "0.539"),
        (number(999.4), "999"),
        (number(999.5), "1,000"),
        (number(0.0999), "0.1"),
        (number(-0.0), "0"),
        (number(12_345.6), "12,346"),
        (number(None), "–"),
        (decimals(-0.001), "0.00"),
        (decimals(None), "–"),
        (interval(Estimated(0.5, 0.4, 0.612)), "0.40 – 0.61"),
        (interval(Estimated(0.5, None, None)), ""),
    ],
)
def test_numbers_are_written_short(written: str, expected: str) -> None:
    assert written == expected


UNITS = {"k": 1e3, "M": 1e6, "G": 1e9}


def read(written: str) -> float:
    assert re.fullmatch(r"-?[\d,]+(\.\d+)?[kMG]?", written), written
    return float(written.rstrip("kMG").replace(",", "")) * UNITS.get(written[-1], 1)


borders = st.integers(0, 12).flatmap(lambda power: st.integers(-600, 600).map(lambda off: max(10**power + off, 0)))


@given(st.one_of(borders, st.integers(0, 10**14)))
@example(999_600)
@example(9_999)
def test_tokens_are_three_figures_of_a_unit_without_an_exponent(amount: int) -> None:
    written = tokens(amount)
    assert read(written) == pytest.approx(amount, rel=0.005)
    assert not re.match(r"1,000[kM]", written)
    assert written == count(amount) or amount >= 10_000


@given(st.one_of(st.floats(-(10**6), 10**6), borders.map(lambda border: border / 1000)))
@example(999.5)
def test_numbers_are_three_figures_without_an_exponent(value: float) -> None:
    written = number(value)
    if written not in ("<0.001", ">-0.001"):
        assert read(written) == pytest.approx(value, rel=0.005, abs=0.0005)
    else:
        assert abs(value) < 0.001


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.00004, "0.00004 s", "0.00004 秒"),
        (1.245, "1.25 s", "1.25 秒"),
        (59.96, "1 min", "1 分钟"),
        (60, "1 min", "1 分钟"),
        (94, "1 min 34 s", "1 分 34 秒"),
        (5555, "1 h 32 min", "1 小时 32 分"),
    ],
)
def test_times_are_told_in_both_languages(seconds: float, english: str, chinese: str) -> None:
    assert english in duration(seconds)
    assert chinese in duration(seconds)
