import pytest

from curate.report.facts import Estimated
from curate.report.formats import decimals, duration, interval, money, number, share, tokens


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
        (money(None), "–"),
        (money(0.0), "$0"),
        (money(0.00001), "<$0.0001"),
        (money(0.0134), "$0.0134"),
        (money(9876.5), "$9,876.50"),
        (number(0.0), "0"),
        (number(0.0004), "<0.001"),
        (number(0.00815), "0.008"),
        (number(0.5394), "0.539"),
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


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (1.245, "1.25 s", "1.25 秒"),
        (60, "1 min", "1 分钟"),
        (94, "1 min 34 s", "1 分 34 秒"),
        (5555, "1 h 32 min", "1 小时 32 分"),
    ],
)
def test_times_are_told_in_both_languages(seconds: float, english: str, chinese: str) -> None:
    assert english in duration(seconds)
    assert chinese in duration(seconds)
