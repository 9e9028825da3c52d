"""Dates as they are written, English and Chinese, as quantities whose value is the date's digits.

dates("on December 31, 2019")  ->  [(Quantity(20191231, kind="date", unit="day"), 3, 20)]
dates("2019年12月")             ->  [(Quantity(201912, kind="date", unit="month"), 0, 8)]
dates("03/04/2019")            ->  [(Quantity(20190304, kind="date", unit="day or month first"), 0, 10)]
"""

import datetime
import re
from decimal import Decimal

from judges.answers.quantity import Quantity

UNCLEAR, WITHOUT_YEAR = "day or month first", "day without year"
_LEAP = 2000

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE = re.compile(
    r"(?<![\d.])(?:"
    r"(?P<y1>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m1>\d{1,2})(?P=sep)(?P<d1>\d{1,2})(?![\d/]|-\d|\.\d)"
    r"|(?P<y2>(?:19|20)\d\d)\s?年\s?(?P<m2>\d{1,2})\s?月(?:\s?(?P<d2>\d{1,2})\s?[日号])?"
    r"|(?P<a3>\d{1,2})(?P<sep3>[-/.])(?P<b3>\d{1,2})(?P=sep3)(?P<y3>(?:19|20)\d\d)(?![\d/])"
    r"|(?P<d5>\d{1,2})(?:st|nd|rd|th)?(?: of\s+|[\s-]+)" + _MONTH.format("m5") + r"[,-]?\s*(?P<y5>(?:19"
    r"|20)\d\d)(?!\d)"
    r"|(?P<y7>(?:19|20)\d\d)-(?P<m7>0[1-9]|1[0-2])(?![\d/-])"
    r"|(?P<m8>\d{1,2})月(?P<d8>\d{1,2})[日号]"
    r")"
    r"|\b" + _MONTH.format("m4") + r"(?:\s*(?P<d4>\d{1,2})(?:st|nd|rd|th)?\s*,)?\s*(?P<y4>(?:19|20)\d\d)(?!\d)"
    r"|\b" + _MONTH.format("m6") + r"\s*(?P<d6>\d{1,2})(?:st|nd|rd|th)?\s+(?P<y6>(?:19|20)\d\d)(?!\d)"
    r"|\b" + _MONTH.format("m9") + r"\s*(?P<d9>\d{1,2})(?:st|nd|rd|th)?(?![\d,.]?\d)",
    re.IGNORECASE,
)


def dates(text: str) -> list[tuple[Quantity, int, int]]:
    """Every date of a year in 1900 to 2099 that the calendar has, with its place in the text."""
    found = []
    for match in _DATE.finditer(text):
        if (date := _date(match)) is not None:
            found.append((date, match.start(), match.end()))
    return found


def _date(found: re.Match[str]) -> Quantity | None:
    parts = found.groupdict()
    if parts["y3"]:
        first, second, year = int(parts["a3"]), int(parts["b3"]), int(parts["y3"])
        if first > 12 or first == second:
            return _quantity(year, second, first)
        return _quantity(year, first, second, "day" if second > 12 else UNCLEAR)
    number = next(n for n in "12456789" if parts[f"m{n}"])
    named, day, given = (parts.get(f"{part}{number}") or "" for part in "mdy")
    month = int(named) if named.isdigit() else _MONTHS.index(named[:3].lower()) + 1
    return _quantity(int(given or _LEAP), month, int(day) if day else None, "day" if given else WITHOUT_YEAR)


def _quantity(year: int, month: int, day: int | None, unit: str = "day") -> Quantity | None:
    try:
        datetime.date(year, month, day or 1)
    except ValueError:
        return None
    if unit == WITHOUT_YEAR and day:
        return Quantity(Decimal(month * 100 + day), "date", unit)
    if day is None:
        return Quantity(Decimal(year * 100 + month), "date", "month")
    return Quantity(Decimal(year * 10_000 + month * 100 + day), "date", unit)
