"""A written quantity as an exact decimal, with what its writing says: kind, unit, scale, precision.

quantities("-2426 ( 2426 )")    ->  [Quantity(-2426)]
quantities("$ 19.6 million")    ->  [Quantity(19.6e6, kind="currency", unit="$", scale=10**6, decimals=1)]
quantities("25 bps or 0.25%")   ->  [Quantity(0.25, kind="basis_points"), Quantity(0.25, kind="percent")]
quantities("三千五百万股")        ->  [Quantity(3.5e7, kind="count", unit="股", scale=10**4)]
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from judges.answers.numerals import arabic, hundreds
from judges.answers.text import normalise, simplified
from judges.answers.units import CURRENCIES, MINOR, SCALES, UNITS

Kind = Literal["number", "percent", "basis_points", "ratio", "currency", "count", "date"]

# Digits are capped so that a hostile answer of millions of digits costs one scan and no big-number arithmetic; what is
# longer, or goes on in another way (1.2.3, 1e400), is no quantity.
_WHOLE = (
    r"\d{1,3}(?:,\d{3}){1,12}(?!,?\d)|\d{1,3}(?:[ '’]\d{3}){1,12}(?![ '’]?\d)|\d{1,2}(?:,\d\d){1,6},\d{3}(?!,?\d)"
    r"|\d{1,40}(?!\d|,\d{3}(?!\d))"
)
_POINT = r"\.\d{1,40}(?!\d)"
_BEFORE = (
    r"[A-Z]{0,3}\$|[¥€£₹₩฿]|RMB|CN[YH]|USD|HKD|NZD|AUD|CAD|SGD|TWD|EUR|GBP|JPY|INR|KRW|CHF|MYR|AED|SAR|RM"
    r"|Rs\.?|人民币|港币|美元"
)


def _words(words: Iterable[str]) -> str:
    """A pattern of words, the longest first; Latin ones in any case and not as the beginning of another."""
    ordered = sorted(filter(str.isalpha, words), key=len, reverse=True)
    latin, han = ("|".join(word for word in ordered if word.isascii() is kind) for kind in (True, False))
    return f"(?ai:{latin})(?![A-Za-z])|{han}"


_NUMBER = re.compile(
    rf"""
    (?=[-+(.\d$¥€£₹₩฿A-Z百千万人港美])  # most characters begin no number: told without trying all that follows
    (?<![A-Za-z0-9_.])(?<![A-Za-z]-)    # not inside a name such as Q3, nor the rest of another number
    (?P<prefix>[百千万]分之\s?)?
    (?P<open>\(\s?)?
    (?P<sign>(?<![%元万亿千百成倍年月日天股人])[-+](?=\S)|^[-+]\s)?
    (?:(?P<currency>{_BEFORE})\s?)?
    (?P<open2>\(\s?)?
    (?P<sign2>(?<![%元万亿千百成倍年月日天股人])[-+](?=\S))?
    (?:(?P<whole>{_WHOLE})(?P<point>{_POINT})?|(?P<bare>{_POINT}))
    (?:[eE](?P<exponent>[-+]?\d{{1,2}})(?!\d)|\s?[×x]\s?10\s?\^\s?\{{?(?P<power>[-+]?\d{{1,2}})\}}?)?
    (?![.eE]?\d)
    (?:(?P<per>\s?/\s?|:(?!\s)|\s:\s)(?P<under>\d{{1,12}}(?:\.\d{{1,12}})?)(?![\d/:]))?  # fraction or ratio, not a date
    (?P<close>\s?\))?
    (?:\s?(?P<mark>%|‰|(?ai:percentage\s+points?|percent\b|per\s?cent\b|pct\b|basis\s+points?|bps?\b|b\.p\.s?)|个?百分点|个?基点|pp\b
        |成(?![本立长交员为果份功品熟绩人])))?
    (?:\s?(?:个(?=[万亿]))?(?P<scale>{_words(SCALES)}))?
    (?:[\s-]?(?P<after>{_words((*CURRENCIES, *MINOR, *UNITS))}))?
    (?P<close2>\s?\))?
    (?![A-Za-z])                        # 12th, 12a
    """,
    re.VERBOSE,
)
_SPACES = re.compile(r"[^\S ]+|  +")
_DIGIT = re.compile(r"\d|[⅐-⅞¼-¾]|[一二两三四五六七八九十壹贰叁肆伍陆柒捌玖]")
_SEPARATORS = re.compile(r"[, '’]")
_HUNDRED = Decimal(100)
_ONE = Decimal(1)
# mark -> power of ten from what is written to percent
_TO_PERCENT = {"‰": -1, "成": 1, "千": -1, "万": -2}


@dataclass(frozen=True, slots=True)
class Quantity:
    """value: as written, scale applied, in percent for a percent and for basis points (25 bps is 0.25); kind: what its
    writing says it is; unit: a currency's code, or the unit of a count as written; scale: 10**n that was named;
    decimals: digits after the point; significant: digits that carry precision. A date's value is its digits, 20191231.
    """

    value: Decimal
    kind: Kind = "number"
    unit: str | None = None
    scale: Decimal = _ONE
    decimals: int = 0
    significant: int = 1

    @property
    def percent(self) -> bool:
        """Is it written in percent or basis points?"""
        return self.kind == "percent" or self.kind == "basis_points"

    @property
    def plain(self) -> Decimal:
        """The value as a plain number: 17% is 0.17."""
        return self.value / _HUNDRED if self.percent else self.value

    @property
    def step(self) -> Decimal:
        """One unit in the last written place, in the measure of `value`: 0.1 million is 100000."""
        return self.scale.scaleb(-self.decimals)

    @property
    def plain_step(self) -> Decimal:
        """One unit in the last written place, in the measure of `plain`."""
        return self.step / _HUNDRED if self.percent else self.step


class Found(NamedTuple):
    """A quantity and where it stands in the prepared text."""

    quantity: Quantity
    start: int
    end: int
    bracketed: bool


def prepared(text: str) -> str:
    """The text in the form that `scan` reads: normalised, single spaces, Chinese numerals in digits."""
    text = _SPACES.sub(" ", normalise(text))
    if "undred" in text:
        text = hundreds(text)
    return text if text.isascii() else arabic(simplified(text))


def quantities(text: str) -> list[Quantity]:
    """Every quantity written in `text`, in order; FinQA's doubled cells "-x ( x )" and "x% ( x % )" count once."""
    return [found.quantity for found in scan(prepared(text))] if _DIGIT.search(text) else []


def scan(text: str) -> list[Found]:
    """Every quantity of a prepared text with its place."""
    kept: list[Found] = []
    echo = False
    for match in _NUMBER.finditer(text):
        if (quantity := _build(match)) is None:
            continue
        found = Found(quantity, match.start(), match.end(), match["open"] is not None)
        echo = found.bracketed and bool(kept) and not echo and _echoes(kept[-1], found, text)
        if not echo:
            kept.append(found)
        elif quantity.plain_step < kept[-1].quantity.plain_step:
            kept[-1] = kept[-1]._replace(quantity=replace(quantity, value=_signed_as(quantity, kept[-1].quantity)))
    return kept


def _build(found: re.Match[str]) -> Quantity | None:
    groups = found.groups()
    prefix, opened, sign, currency, opened2, sign2, whole, point, bare, exponent, power, per, under = groups[:13]
    close, mark, scale, after, close2 = groups[13:]
    digits, point = _SEPARATORS.sub("", whole) if whole else "", point or bare or ""
    value = Decimal((digits or "0") + point)
    decimals = len(point) - 1 if point else 0
    significant = len((digits + point[1:]).lstrip("0")) or 1
    kind: Kind = "number"
    unit = None
    if exponent or power:
        shift = int(exponent or power)
        value, decimals = value.scaleb(shift), max(decimals - shift, 0)
    if per:
        divisor = Decimal(under)
        if not divisor:
            return None
        value, kind = value / divisor, "ratio"
        if "/" in per or divisor != 1:
            decimals, significant = 10, 10  # 3/5 is exact, however few digits it is written with
    if mark or prefix:
        kind, shift = _percent(mark, prefix)
        value, decimals = value.scaleb(shift), max(decimals - shift, 0)
    elif after and (minor := MINOR.get(after.lower())) is not None:
        (unit, power_of_ten), kind = minor, "currency"
        value, decimals = value.scaleb(-power_of_ten), decimals + power_of_ten
    elif (currency or after) and not (
        after == "年" and len(digits) == 4 and not point
    ):  # 2019年 is a year, not a count
        kind, unit = _unit(currency, after)
    factor = _ONE
    if scale:
        factor = _ONE.scaleb(SCALES[scale.lower()])
        value *= factor
    negative = "-" in (sign or "") or "-" in (sign2 or "")
    if (close or close2) and not negative:
        negative = bool(opened2) or (bool(opened) and _accounting(found, kind, digits, factor))
    return Quantity(-value if negative else value, kind, unit, factor, decimals, significant)


def _percent(mark: str | None, prefix: str | None) -> tuple[Kind, int]:
    mark = (mark or "").lower()
    if mark.startswith(("b", "个基", "基")):
        return "basis_points", -2
    return "percent", _TO_PERCENT.get(mark or (prefix or "")[:1], 0)


def _unit(currency: str | None, after: str | None) -> tuple[Kind, str]:
    named = CURRENCIES.get((after or "").lower())
    if currency is not None:
        before = CURRENCIES.get(currency.lower(), currency)
        return "currency", named if named is not None and before in "$¥" and named != "$" else before
    return ("currency", named) if named is not None else ("count", (after or "").lower())


def _accounting(found: re.Match[str], kind: Kind, digits: str, scale: Decimal) -> bool:
    """Brackets make a number negative in accounts, "( 98.9 )", not after a word: "the growth rate (12.5%)", nor around
    the year of a number: "42 (2019)"."""
    before = found.string[max(found.start() - 2, 0) : found.start()].rstrip()[-1:]
    if before.isalpha():
        return False
    return not (
        before.isdigit() and kind == "number" and scale == 1 and len(digits) == 4 and digits[:2] in ("19", "20")
    )


def _echoes(before: Found, now: Found, text: str) -> bool:
    """Is this the bracketed echo of the number before it?"""
    if text[before.end : now.start].strip():
        return False
    one, other = (replace(item.quantity, value=abs(item.quantity.value)) for item in (before, now))
    return same(one, other)


def _signed_as(echo: Quantity, first: Quantity) -> Decimal:
    """The echo's value with the sign of what it echoes: "-3.2 ( 3.21 )"."""
    return abs(echo.value).copy_sign(first.value)


def distinct(found: list[Quantity], most: int = 2) -> list[Quantity]:
    """The quantities without those that say the same again: "0.069 (or 6.90%)" is one, the more precise kept. Ends at
    the `most`-th different one: two are enough to know that there are several."""
    kept: list[Quantity] = []
    for quantity in found:
        alike = next((index for index, other in enumerate(kept) if same(quantity, other)), None)
        if alike is None:
            kept.append(quantity)
            if len(kept) == most:
                break
        elif quantity.plain_step < kept[alike].plain_step:
            kept[alike] = quantity
    return kept


def same(one: Quantity, other: Quantity) -> bool:
    """Do two quantities of one answer say the same value? A percent and its fraction need only agree when rounded."""
    if (one.kind == "date") != (other.kind == "date"):
        return False
    slack = max(one.plain_step, other.plain_step) / 2 if one.percent != other.percent else Decimal(0)
    first, second = one.plain, other.plain
    if one.kind == other.kind == "count" and one.unit != other.unit:  # 36 months (3 years)
        units = UNITS[one.unit or ""], UNITS[other.unit or ""]
        if units[0].of != units[1].of:
            return False
        first, second = first * units[0].factor, second * units[1].factor
    return abs(first - second) <= slack
