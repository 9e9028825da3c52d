"""A written quantity as an exact decimal, with what its writing says: percent, scale, precision.

quantities("-2426 ( 2426 )")       ->  [Quantity(-2426)]
quantities("$ 19.6 million")       ->  [Quantity(19.6e6, scale=10**6, decimals=1)]
quantities("0.069 (or 6.90%)")     ->  [Quantity(0.069), Quantity(6.90, percent)]
quantities("3.5亿元")               ->  [Quantity(3.5e8, scale=10**8)]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from judges.answers.text import normalise

_SCALES = {
    **{"thousand": 3, "million": 6, "billion": 9, "trillion": 12},
    **{"k": 3, "m": 6, "mm": 6, "mn": 6, "b": 9, "bn": 9, "tn": 12},
    **{"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7},
    **{"亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12, "兆": 12},
}
_SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))
# Digits are capped so that a hostile answer of millions of digits costs one scan and no big-number arithmetic.
_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,40}(?!\d)"
_CURRENCY = r"(?:US\$|HK\$|A\$|C\$|S\$|[$¥￥€£₹]|RMB|CNY|USD|HKD|EUR|GBP|JPY|RM)"
_NUMBER = re.compile(
    rf"""
    (?=[-+(.\d$¥￥€£₹A-Z])       # most characters begin no number: told without trying all that follows
    (?<![A-Za-z0-9_.])           # not inside a name such as Q3, nor the rest of another number
    (?P<open>\(\s*)?
    (?P<sign>[-+]\s*)?
    (?:{_CURRENCY}\s*)?
    (?P<open2>\(\s*)?
    (?P<sign2>[-+]\s*)?
    (?P<whole>{_DIGITS})?(?P<point>\.\d{{1,40}}(?!\d))?
    (?:[eE](?P<exponent>[-+]?\d{{1,2}})(?!\d))?
    (?:\s*(?P<per>[/:])\s*(?P<under>\d{{1,12}}(?:\.\d{{1,12}})?)(?![\d/:]))?  # a fraction or ratio, not a date
    (?P<close>\s*\))?
    \s*(?P<mark>%|(?i:percentage\s+points?|percent\b|per\s?cent\b|basis\s+points?|bps?\b)|个?百分点|个?基点)?
    (?P<close2>\s*\))?
    \s*(?P<scale>(?i:{_SCALE_WORDS})(?![A-Za-z]))?
    """,
    re.VERBOSE,
)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """value: as written, scale applied, percent sign not; percent: written in percent; scale: 10**n that was named;
    decimals: digits after the point; significant: digits that carry precision."""

    value: Decimal
    percent: bool = False
    scale: Decimal = Decimal(1)
    decimals: int = 0
    significant: int = 1

    @property
    def plain(self) -> Decimal:
        """The value as a plain number: 17% is 0.17."""
        return self.value / _HUNDRED if self.percent else self.value

    @property
    def unit(self) -> Decimal:
        """One unit in the last written place, in the measure of `value`: 0.1 million is 100000."""
        return self.scale.scaleb(-self.decimals)


def _build(found: re.Match[str]) -> Quantity | None:
    whole, point = found["whole"] or "", found["point"] or ""
    if not whole and not point:
        return None
    digits = whole.replace(",", "")
    value = Decimal((digits or "0") + point)
    decimals = max(len(point) - 1, 0)
    significant = len((digits + point[1:]).lstrip("0")) or 1
    if found["exponent"]:
        value, decimals = value.scaleb(int(found["exponent"])), max(decimals - int(found["exponent"]), 0)
    if found["per"]:
        under = Decimal(found["under"])
        if not under:
            return None
        value = value / under
        if found["per"] == "/" or under != 1:
            # 3/5 is exact, however few digits it is written with
            decimals, significant = 10, 10
    opened = found["open"] or found["open2"]
    closed = found["close"] or found["close2"]
    negative = "-" in (found["sign"] or "") or "-" in (found["sign2"] or "") or bool(opened and closed)
    mark = (found["mark"] or "").lower()
    if mark.startswith(("b", "个基", "基")):
        value, decimals, mark = value / _HUNDRED, decimals + 2, "%"
    scale = Decimal(1).scaleb(_SCALES[found["scale"].lower()]) if found["scale"] else Decimal(1)
    value *= scale
    return Quantity(-value if negative else value, bool(mark), scale, decimals, significant)


def _scan(text: str) -> Iterator[tuple[Quantity, re.Match[str]]]:
    for found in _NUMBER.finditer(text):
        if (quantity := _build(found)) is not None:
            yield quantity, found


def quantities(text: str) -> list[Quantity]:
    """Every quantity written in `text`, in order; FinQA's doubled cells "-x ( x )" and "x% ( x % )" count once."""
    text = normalise(text)
    found: list[Quantity] = []
    previous: tuple[Quantity, re.Match[str]] | None = None
    for quantity, span in _scan(text):
        if previous is not None and _doubles(previous, quantity, span, text):
            previous = None
            continue
        found.append(quantity)
        previous = (quantity, span)
    return found


def _doubles(previous: tuple[Quantity, re.Match[str]], quantity: Quantity, span: re.Match[str], text: str) -> bool:
    """Is this the bracketed echo of the number before it?"""
    before, at = previous
    if not span["open"] or text[at.end() : span.start()].strip():
        return False
    return abs(before.value) == abs(quantity.value) and before.percent == quantity.percent


def distinct(found: list[Quantity]) -> list[Quantity]:
    """The quantities without those that say the same again: "0.069 (or 6.90%)" is one, the more precise kept."""
    kept: list[Quantity] = []
    for quantity in found:
        if not any(abs(quantity.plain - other.plain) <= _slack(quantity, other) for other in kept):
            kept.append(quantity)
    return kept


def _slack(one: Quantity, other: Quantity) -> Decimal:
    units = [item.unit / _HUNDRED if item.percent else item.unit for item in (one, other)]
    return max(units) / 2 if one.percent != other.percent else Decimal(0)
