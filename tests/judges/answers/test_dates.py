"""Dates in every writing are one day; another day is wrong; less than a day is undecided."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.dates import UNCLEAR, dates
from tests.judges.texts import anything, chinese, quick

Day = datetime.date
days = st.dates(Day(1900, 1, 1), Day(2099, 12, 31))
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")

# Each writes the same day another way.
DAYS: dict[str, Callable[[Day], str]] = {
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "iso slashes": lambda day: f"{day:%Y/%m/%d}",
    "iso points": lambda day: f"{day:%Y.%m.%d}",
    "unpadded": lambda day: f"{day.year}-{day.month}-{day.day}",
    "年月日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "年月号": lambda day: f"{day.year}年{day:%m}月{day:%d}号",
    "spaced 年月日": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "full width": lambda day: f"{day.year}年{day.month}月{day.day}日".translate(
        {ord("0") + digit: ord("０") + digit for digit in range(10)}
    ),
    "Chinese numerals": lambda day: f"{str(day.year).translate(_DIGITS)}年{chinese(day.month)}月{chinese(day.day)}日",
    "American": lambda day: f"{day:%B} {day.day}, {day.year}",
    "American, short": lambda day: f"{day:%b}. {day.day}, {day.year}",
    "American, no comma": lambda day: f"{day:%b} {day.day} {day.year}",
    "British": lambda day: f"{day.day} {day:%B} {day.year}",
    "ordinal": lambda day: f"on the {day.day}{_ordinal(day.day)} of {day:%B}, {day.year}",
    "American ordinal": lambda day: f"{day:%B} {day.day}{_ordinal(day.day)}, {day.year}",
    "capitals": lambda day: f"{day:%d} {day:%b} {day.year}".upper(),
    "as of": lambda day: f"as of {day:%Y-%m-%d}.",
    "截至": lambda day: f"截至{day.year}年{day.month}月{day.day}日",
}


def _ordinal(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day, "th")


@quick
@given(days, st.sampled_from(sorted(DAYS)), st.sampled_from(sorted(DAYS)))
def test_every_writing_of_a_day_matches_every_other(day: Day, one: str, other: str) -> None:
    assert match(DAYS[other](day), Gold("number", DAYS[one](day))).value is True
    assert match(DAYS[other](day), Gold("span", DAYS[one](day))).value in (True, None)


@quick
@given(days, days, st.sampled_from(sorted(DAYS)), st.sampled_from(sorted(DAYS)))
def test_another_day_is_wrong_in_every_writing(day: Day, other: Day, one: str, two: str) -> None:
    assume(day != other)
    assert match(DAYS[two](other), Gold("number", DAYS[one](day))).value is False


@quick
@given(days, days, st.sampled_from(["{0:%B} {0.year}", "{0:%b} {0.year}", "{0.year}年{0.month}月"]))
def test_a_month_tells_no_day_of_it_and_no_day_of_another(day: Day, other: Day, form: str) -> None:
    gold, month = Gold("number", f"{day}"), form.format(other)
    same = (day.year, day.month) == (other.year, other.month)
    assert match(month, gold).value is (None if same else False)
    assert match(form.format(day), gold).reason == "date_unclear"
    assert match(form.format(day), Gold("number", f"{day:%B} {day.year}")).value is True


@quick
@given(days)
def test_day_and_month_may_be_the_other_way_round(day: Day) -> None:
    american, british = f"{day:%m/%d/%Y}", f"{day:%d/%m/%Y}"
    clear = day.day > 12 or day.day == day.month
    for written in (american, british):
        assert match(f"{day}", Gold("number", written)).value is (True if clear else None)
        assert match(written, Gold("number", written)).value is True
    assert match(american, Gold("number", british)).value is (True if clear else None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("December 31, 2019", [(20191231, "day")]),
        ("2019年12月", [(201912, "month")]),
        ("03/04/2019", [(20190304, UNCLEAR)]),
        ("13/04/2019", [(20190413, "day")]),
        ("04/13/2019", [(20190413, "day")]),
        ("04/04/2019", [(20190404, "day")]),
        ("May 2019 and June 2020", [(201905, "month"), (202006, "month")]),
        ("from 2019-01-31 to 2019-02-28", [(20190131, "day"), (20190228, "day")]),
        ("29 Feb 2020", [(20200229, "day")]),
        # no dates
        ("29 Feb 2019", []),
        ("2019-13-01", []),
        ("2019-02-30", []),
        ("13/13/2019", []),
        ("2019-12/31", []),
        ("1.2019-12-31", []),
        ("mayor 2019", []),
        ("2019", []),
        ("", []),
    ],
)
def test_reads_the_days_that_the_calendar_has(text: str, values: list[tuple[int, str]]) -> None:
    assert [(int(date.value), date.unit) for date, _, _ in dates(text)] == values


@quick
@given(st.one_of(anything, st.tuples(anything, days.map(str), anything).map("".join)))
def test_a_date_stands_where_it_is_said_to(text: str) -> None:
    end = 0
    for date, start, stop in dates(text):
        assert end <= start < stop <= len(text)
        assert str(date.value)[:4] in text[start:stop]
        end = stop


@pytest.mark.parametrize(
    ("answer", "gold", "reason"),
    [
        ("2019", "2019-12-31", "date_unclear"),
        ("2018", "2019-12-31", "number_differs"),
        ("2019-12-31", "2019", "date_unclear"),
        ("December 31, 2019: 42", "42", "equal"),
        ("42 as of 2019-12-31", "42", "equal"),
        ("2019-12-31", "42", "number_differs"),
        ("2019-12-31 or 2020-12-31", "2019-12-31", "several_quantities"),
        ("before 2019-12-31 and 2018-12-31", "2019-12-31", "several_quantities"),
        ("not 2019-12-31", "2019-12-31", "hedged"),
        ("12月31日", "2019-12-31", "several_quantities"),
    ],
)
def test_what_stands_with_a_date(answer: str, gold: str, reason: str) -> None:
    assert match(answer, Gold("number", gold)).reason == reason


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("20191231", "2019-12-31"),
        ("2019-12-31", "20191231"),
        ("31-Dec-2019", "2019-12-31"),
        ("December 31", "2019-12-31"),
        ("2019年12月", "2019-12"),
        ("FY2019-20", "2019"),
    ],
)
def test_a_date_in_another_writing_is_not_called_wrong(answer: str, gold: str) -> None:
    assert match(answer, Gold("number", gold)).value is not False


@pytest.mark.parametrize(
    ("answer", "gold", "kind"),
    [
        ("Q2 2019", "Q1 2019", "span"),
        ("Q2 2019", "Q1 2019", "number"),
        ("Q4 2019", "2019", "number"),
        ("H1 2019", "H2 2019", "span"),
        ("early 2019", "late 2019", "span"),
    ],
)
def test_another_quarter_of_a_year_is_not_right(answer: str, gold: str, kind: str) -> None:
    assert match(answer, Gold(kind, gold)).value is not True
