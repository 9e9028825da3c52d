"""One quantity against one gold quantity, under a policy: right, wrong or undecided, and the gap that was allowed.

    compare(17.04 %, 17 %)    ->  Compared(True, "equal", 0.005)
    compare(17 %, 17.043 %)   ->  Compared(None, "precision_too_low", 0.005)

Sources: percent against fraction and rounding as in Fin-R1's answer check (arXiv 2503.16252, B.2); golds cut off
instead of rounded are 1.8 % of FinQA's test set.
"""

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from judges.answers.dates import UNCLEAR, WITHOUT_YEAR
from judges.answers.policy import Policy
from judges.answers.quantity import Quantity
from judges.answers.reading import is_year
from judges.answers.units import PERIODS, PERSON, UNITS, same_currency

_MAX_GAP = Decimal("0.05")  # a gold of one digit rounds half of everything: "5" is not 5.4
_EXACT, _FEW_DIGITS = 9, 3
_LARGE = Decimal(10) ** 15
_MINUTES = {"minute": 1, "month": 43_830}  # 30.4 days
_ZERO = Decimal(0)


class Compared(NamedTuple):
    """value: right, wrong or undecided; reason: a key of REASONS; allowed: the largest gap from the gold that would
    have been right, in the measure of its plain value (a percent as a fraction)."""

    value: bool | None
    reason: str
    allowed: Decimal | None = None


# Right by any gold is right; undecided by any undecided; wrong only if wrong by all.
RANK = {True: 0, None: 1, False: 2}
_OTHER = Compared(False, "number_differs")


class _Number(NamedTuple):
    """A number, one unit in its last written place, and its significant digits."""

    value: Decimal
    step: Decimal
    significant: int


def compare(said: Quantity, gold: Quantity, policy: Policy, asked: Decimal | None = None) -> Compared:
    """asked: the scale in which the question wants its number, for what names none."""
    if said.kind == "date" or gold.kind == "date":
        return _dates(said, gold)
    if said.unit and gold.unit and said.unit != gold.unit:
        converted = _converted(said, gold)
        if not isinstance(converted, tuple):
            return Compared(converted, "unit_unclear" if converted is None else "unit_differs")
        said, gold = converted
    compared = _sizes(said, gold, policy)
    if compared.value is True or asked is None or not policy.question_unit or said.percent or gold.percent:
        return compared
    for one, other in _in_asked_scale(said, gold, asked):
        # Where just one names its scale the question gives the other's; where none does, either may be written out.
        if (again := _sizes(one, other, policy)).value is True or said.scale != gold.scale:
            return again
    return compared


def _sizes(said: Quantity, gold: Quantity, policy: Policy) -> Compared:
    """Two quantities of one unit."""
    one, other = (_plain(said), _plain(gold)) if policy.fractions else (_written(said), _written(gold))
    if (equal := _equal(one, other, policy)) is not None:
        return equal
    if said.percent != gold.percent and policy.fractions and not (said.unit or gold.unit):
        signless = _equal(_written(said), _written(gold), policy)
        if signless is not None and signless.value:
            value = {"right": True, "undecided": None, "wrong": False}[policy.percent_sign]
            return Compared(value, "equal_percent_sign" if value else "percent_sign", signless.allowed)
        if signless is not None:
            return signless
    if _thousandfold(said, gold, policy):
        return Compared(None, "scale_unclear")
    near = Decimal(str(policy.near))
    exact = is_year(gold) or UNITS.get(gold.unit or "") == PERSON
    gap = abs(one.value - other.value)
    if not exact and (gap <= abs(other.value) * near or (policy.rounding and _idle_zeros(one, gap))):
        return Compared(None, "near_miss", _allowed(other, policy))
    return Compared(False, "number_differs", _allowed(other, policy))


def _plain(quantity: Quantity) -> _Number:
    """As a plain number: 17% is 0.17."""
    return _Number(quantity.plain, quantity.plain_step, quantity.significant)


def _written(quantity: Quantity) -> _Number:
    """As it is written: 17% is 17."""
    return _Number(quantity.value, quantity.step, quantity.significant)


def _allowed(gold: _Number, policy: Policy) -> Decimal:
    return max(_tolerated(gold, policy), gold.step / 2) if policy.rounding else _tolerated(gold, policy)


def _tolerated(gold: _Number, policy: Policy) -> Decimal:
    """The gap that the policy's tolerance allows."""
    if gold.value:
        return abs(gold.value) * Decimal(str(policy.tolerance)) if policy.tolerance else _ZERO
    return Decimal(str(policy.zero_tolerance))


def _equal(said: _Number, gold: _Number, policy: Policy) -> Compared | None:
    """Equal at the gold's precision, at the answer's, or within the tolerance; None where none of these holds."""
    gap = abs(said.value - gold.value)
    if (policy.tolerance or policy.zero_tolerance) and gap <= _tolerated(gold, policy):
        return Compared(True, "within_tolerance" if gap else "equal", _allowed(gold, policy))
    if not policy.rounding:
        return Compared(True, "equal", _ZERO) if not gap else None
    half = gold.step / 2
    if gap <= half:
        close = gap <= abs(gold.value) * _MAX_GAP
        return Compared(True, "equal", half) if close else Compared(None, "last_digit", half)
    if gap < gold.step and said.step < gold.step and policy.truncation and _cut(said.value, gold.step) == gold.value:
        close = gap <= abs(gold.value) * _MAX_GAP
        return Compared(True, "equal_truncated", gold.step) if close else Compared(None, "last_digit", half)
    if gap <= said.step / 2:
        long = said.significant >= policy.significant
        return Compared(long or None, "equal_rounded" if long else "precision_too_low", said.step / 2)
    return None


def _idle_zeros(said: _Number, gap: Decimal) -> bool:
    """May a whole number that ends in zeros be the gold rounded to them: 40,100 for 40,068.7?"""
    if said.step != 1 or not 100 <= abs(said.value) < _LARGE or said.value % 10:
        return False
    normal = said.value.normalize().as_tuple()
    return len(normal.digits) >= _FEW_DIGITS and gap <= Decimal(1).scaleb(int(normal.exponent)) / 2


def _cut(value: Decimal, step: Decimal) -> Decimal:
    """The value cut off, not rounded, at a step."""
    return (value / step).to_integral_value(ROUND_DOWN) * step


def _thousandfold(said: Quantity, gold: Quantity, policy: Policy) -> bool:
    """Do the two agree once the scale that only one of them names is taken away?"""
    if (said.scale != 1) == (gold.scale != 1):
        return False
    return _equal(_plain(_bare(said)), _plain(_bare(gold)), policy) is not None


def _bare(quantity: Quantity) -> Quantity:
    return replace(quantity, value=quantity.value / quantity.scale, scale=Decimal(1))


def _in_asked_scale(said: Quantity, gold: Quantity, asked: Decimal) -> list[tuple[Quantity, Quantity]]:
    """The pair with what names no scale taken in the question's, the gold's or the answer's."""
    pairs = []
    if gold.scale == 1:
        pairs.append((said, replace(gold, value=gold.value * asked, scale=asked)))
    if said.scale == 1:
        pairs.append((replace(said, value=said.value * asked, scale=asked), gold))
    return pairs


def _converted(said: Quantity, gold: Quantity) -> tuple[Quantity, Quantity] | bool | None:
    """The pair in one unit; False where the units differ, None where that cannot be told."""
    assert said.unit is not None
    assert gold.unit is not None
    if said.kind != gold.kind:
        return None if "分" in (said.unit, gold.unit) else False  # a hundredth of a yuan, or a point
    if said.kind == "currency":
        agree = same_currency(said.unit, gold.unit)
        return (said, gold) if agree else agree
    one, other = UNITS[said.unit], UNITS[gold.unit]
    if one.of != other.of:
        return _maybe_as_long(said, gold) if one.of in PERIODS and other.of in PERIODS else False
    if one.factor == other.factor:
        return said, gold
    # In the smaller unit; a converted number is as exact as it can be.
    return _times(said, one.factor), _times(gold, other.factor)


def _maybe_as_long(said: Quantity, gold: Quantity) -> bool | None:
    """Days against months: None where they may be as long, since months differ."""
    one, other = (
        abs(item.value) * _MINUTES[UNITS[item.unit or ""].of] * UNITS[item.unit or ""].factor for item in (said, gold)
    )
    return None if abs(one - other) * 10 <= other else False


def _times(quantity: Quantity, factor: int) -> Quantity:
    return replace(quantity, value=quantity.value * factor, significant=max(quantity.significant, _EXACT))


def _dates(said: Quantity, gold: Quantity) -> Compared:
    """Days equal in any writing; a month does not tell a day, and 03/04/2019 tells only itself."""
    if said.kind != gold.kind:
        date, other = (said, gold) if said.kind == "date" else (gold, said)
        if other.value == date.value:
            return Compared(True, "equal", _ZERO)  # 20191231
        years = {reading[0] for reading in _readings(date)} if date.unit != WITHOUT_YEAR else set()
        return Compared(None, "date_unclear") if other.value in years else _OTHER
    if said.unit == gold.unit:
        if said.value != gold.value:
            return Compared(None, "date_unclear") if said.unit == UNCLEAR else _OTHER
        return Compared(True, "equal", _ZERO)
    both = (_readings(said), _readings(gold))
    alike = any(one[: len(other)] == other or other[: len(one)] == one for one in both[0] for other in both[1])
    if WITHOUT_YEAR in (said.unit, gold.unit):
        alike = any(set(one) <= set(other) or set(other) <= set(one) for one in both[0] for other in both[1])
    return Compared(None, "date_unclear") if alike else _OTHER


def _readings(date: Quantity) -> list[tuple[int, ...]]:
    """What a date may mean, as year, month and day, as far as it tells."""
    digits = int(date.value)
    year, month, day = digits // 10_000, digits // 100 % 100, digits % 100
    match date.unit:
        case "month":
            return [(digits // 100, digits % 100)]
        case _ if date.unit == WITHOUT_YEAR:
            return [(month, day)]
        case _ if date.unit == UNCLEAR:
            return [(year, month, day), (year, day, month)]
        case _:
            return [(year, month, day)]
