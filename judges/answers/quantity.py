"""A written quantity as an exact decimal, with what its writing says: percent, scale, precision.

quantities("-2426 ( 2426 )")       ->  [Quantity(-2426)]
quantities("$ 19.6 million")       ->  [Quantity(19.6e6, scale=10**6, decimals=1)]
quantities("0.069 (or 6.90%)")     ->  [Quantity(0.069), Quantity(6.90, percent)]
quantities("3.5亿元")               ->  [Quantity(3.5e8, scale=10**8)]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from judges.answers.text import normalise

_SCALES = {
    **{"thousand": 3, "million": 6, "billion": 9, "trillion": 12},
    **{"k": 3, "m": 6, "mm": 6, "mn": 6, "b": 9, "bn": 9, "tn": 12},
    **{"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7},
    **{"亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12, "兆": 12},
}
_SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))
# Digits are capped so that a hostile answer of millions of digits costs one scan and no big-number arithmetic; what is
# longer, or goes on in another way (1.2.3, 1e400), is no quantity.
_WHOLE = r"\d{1,3}(?:,\d{3}){1,12}(?!,?\d)|\d{1,40}(?!\d|,\d{3}(?!\d))"
_POINT = r"\.\d{1,40}(?!\d)"
_CURRENCY = r"(?:US\$|HK\$|A\$|C\$|S\$|[$¥￥€£₹]|RMB|CNY|USD|HKD|EUR|GBP|JPY|RM)"
_NUMBER = re.compile(
    rf"""
    (?=[-+(.\d$¥￥€£₹A-Z百])     # most characters begin no number: told without trying all that follows
    (?<![A-Za-z0-9_.])           # not inside a name such as Q3, nor the rest of another number
    (?P<percent>百分之)?
    (?P<open>\(\s?)?
    (?P<sign>[-+](?=\S)|^[-+]\s)?
    (?:{_CURRENCY}\s?)?
    (?P<open2>\(\s?)?
    (?P<sign2>[-+](?=\S))?
    (?:(?P<whole>{_WHOLE})(?P<point>{_POINT})?|(?P<bare>{_POINT}))
    (?:[eE](?P<exponent>[-+]?\d{{1,2}})(?!\d))?
    (?![.eE]?\d)
    (?:(?P<per>\s?/\s?|:(?!\s)|\s:\s)(?P<under>\d{{1,12}}(?:\.\d{{1,12}})?)(?![\d/:]))?  # fraction or ratio, not a date
    (?P<close>\s?\))?
    (?:\s?(?P<mark>%|‰|(?ai:percentage\s+points?|percent\b|per\s?cent\b|pct\b|basis\s+points?|bps?\b)|个?百分点|个?基点))?
    (?P<close2>\s?\))?
    (?:\s?(?P<scale>(?ai:{_SCALE_WORDS})(?![A-Za-z])))?
    """,
    re.VERBOSE,
)
_SPACES = re.compile(r"[^\S ]+|  +")
_DIGIT = re.compile(r"\d|[⅐-⅞¼-¾]")
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

    @property
    def plain_unit(self) -> Decimal:
        """One unit in the last written place, in the measure of `plain`."""
        return self.unit / _HUNDRED if self.percent else self.unit


def _build(found: re.Match[str]) -> Quantity | None:
    digits, point = (found["whole"] or "").replace(",", ""), found["point"] or found["bare"] or ""
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
        if "/" in found["per"] or under != 1:
            decimals, significant = 10, 10  # 3/5 is exact, however few digits it is written with
    mark = (found["mark"] or found["percent"] or "").lower()
    if mark.startswith(("b", "个基", "基")):
        value, decimals = value / _HUNDRED, decimals + 2
    elif mark == "‰":
        value, decimals = value / 10, decimals + 1
    scale = Decimal(1).scaleb(_SCALES[found["scale"].lower()]) if found["scale"] else Decimal(1)
    value *= scale
    negative = "-" in (found["sign"] or "") + (found["sign2"] or "") or _in_accounting_brackets(found)
    return Quantity(-value if negative else value, bool(mark), scale, decimals, significant)


def _in_accounting_brackets(found: re.Match[str]) -> bool:
    """Brackets make a number negative in accounts, "( 98.9 )", not after a word: "the growth rate (12.5%)"."""
    if not (found["close"] or found["close2"]):
        return False
    if found["open2"]:
        return True
    before = found.string[max(found.start() - 2, 0) : found.start()].rstrip()[-1:]
    return bool(found["open"]) and not before.isalpha()


def _scan(text: str) -> Iterator[tuple[Quantity, re.Match[str]]]:
    for found in _NUMBER.finditer(text):
        if (quantity := _build(found)) is not None:
            yield quantity, found


def quantities(text: str) -> list[Quantity]:
    """Every quantity written in `text`, in order; FinQA's doubled cells "-x ( x )" and "x% ( x % )" count once."""
    if not _DIGIT.search(text):
        return []
    text = _SPACES.sub(" ", normalise(text))
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
    return _same(replace(before, value=abs(before.value)), replace(quantity, value=abs(quantity.value)))


def distinct(found: list[Quantity]) -> list[Quantity]:
    """The quantities without those that say the same again: "0.069 (or 6.90%)" is one, the more precise kept. Ends with
    the second different one: two are enough to know that there are several."""
    kept: list[Quantity] = []
    for quantity in found:
        same = next((index for index, other in enumerate(kept) if _same(quantity, other)), None)
        if same is None:
            kept.append(quantity)
            if len(kept) == 2:
                break
        elif quantity.plain_unit < kept[same].plain_unit:
            kept[same] = quantity
    return kept


def _same(one: Quantity, other: Quantity) -> bool:
    slack = max(one.plain_unit, other.plain_unit) / 2 if one.percent != other.percent else Decimal(0)
    return abs(one.plain - other.plain) <= slack
