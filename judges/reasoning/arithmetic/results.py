"""Does a stated result follow from its expression? Rounding, cutting off, percent and scale are allowed for.

compared(postfix of "2.99 ÷ 50.80", Number of "0.0588")  ->  Finding(True, "cut_off", Decimal("0.05885..."))
compared(postfix of "11901 - 1038", Number of "1863")    ->  Finding(False, "differs", Decimal(10863))
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from judges.reasoning.arithmetic.expression import ONE_SIDED, Bounds, Item, Reading, bounds, value
from judges.reasoning.arithmetic.numbers import Number
from judges.reasoning.arithmetic.rounded import Earlier

_ZERO, _HALF, _ONE, _SMALL = Decimal(0), Decimal("0.5"), Decimal(1), Decimal("0.01")
_TINY = Decimal("0.0001")  # between two expressions that are said to be the same
_ROUGH = 2  # how near a result is said to be: 0 exactly, 1 to its last digit, 2 about
_ALIKE = Decimal("1e-12")
_STEPS = tuple(_ONE.scaleb(-places) for places in range(16))
_PERCENTS, _SCALES = (2, -2), (3, -3, 4, -4, 6, -6, 8, -8, 9, -9)
_SUMS = frozenset(("+", "-", "negative"))


class Finding(NamedTuple):
    """value: is the stated result right; reason: a code of `arithmetic.REASONS`; computed: what the expression gives,
    in the measure of the stated result."""

    value: bool | None
    reason: str
    computed: Decimal | None


def fits(exact: Decimal, stated: Number, *, approximate: int = 0) -> str | None:
    """Is an exact value written so: "equal" where it rounds to it, "cut_off" where its digits were cut off there."""
    written = stated.value
    if exact == written:
        return "equal"
    gap, step = abs(exact - written), _step(stated, approximate)
    if gap >= step:
        return None
    if gap <= step * _HALF:
        return "equal"
    if abs(exact) > abs(written) and (exact > 0) == (written > 0) and abs(written) >= 10 * step:
        return "cut_off"
    return None


def _fits_moved(exact: Decimal, stated: Number, powers: Sequence[int]) -> bool:
    """Is it written so after a move of the point by one of these powers of ten?"""
    if not exact or not stated.value:
        return any(fits(exact.scaleb(power), stated) is not None for power in powers)
    apart = stated.value.adjusted() - exact.adjusted()
    return any(abs(power - apart) <= 1 and fits(exact.scaleb(power), stated) is not None for power in powers)


def _step(stated: Number, approximate: int) -> Decimal:
    """One unit in the last written place; after "about" the zeros that end a whole number are not written places."""
    places = stated.places
    if approximate and places <= 0 and stated.value:
        exponent = stated.value.normalize().as_tuple().exponent
        places = min(places, -exponent) if isinstance(exponent, int) else places
    return _STEPS[places] if 0 <= places < len(_STEPS) else _ONE.scaleb(-places)


def compared(items: list[Item], stated: Number, *, approximate: int = 0, earlier: Earlier | None = None) -> Finding:
    """An expression against the number stated as its result. approximate: it is only said to be near that, 2 where
    roughly so; earlier: the results before it, None where only a right result is of interest."""
    exact = value(items)
    if exact is None:
        return Finding(None, "not_computable", None)
    power = stated.percent + stated.scale
    first = exact.scaleb(-power) if power else exact
    if (how := fits(first, stated, approximate=approximate)) is not None:
        return Finding(True, how, first)
    powers = list(_powers(items, stated))
    measured = [exact.scaleb(power) if power else exact for power in powers]
    for one in measured:
        if (how := fits(one, stated, approximate=approximate)) is not None:
            return Finding(True, how, one)
    if (rescued := _rescued(items, stated, measured[0], approximate)) is not None:
        return rescued
    if earlier is None:
        return Finding(False, "differs", measured[0])
    return _excused(items, stated, measured, powers, approximate, earlier)


def _powers(items: list[Item], stated: Number) -> Iterator[int]:
    """The powers of ten that bring what the expression gives into the measure of the stated result: first as its sign
    and scale say, then as they are often left out."""
    yield -stated.percent - stated.scale
    if stated.percent:
        yield -stated.scale
    scales = {item.scale for item in items if isinstance(item, Number)} - {0}
    if stated.scale and not scales:
        yield -stated.percent
    if not stated.scale:
        for scale in sorted(scales):
            yield -stated.percent - scale
            if stated.percent:
                yield -scale


def _rescued(items: list[Item], stated: Number, computed: Decimal, approximate: int) -> Finding | None:
    """Is the result right where the numbers are read in another way that people use?"""
    numbers = [item for item in items if isinstance(item, Number)]
    if any(number.bracketed for number in numbers):
        other = value(items, Reading(accounting=True))
        for meant in (stated, stated._replace(value=-stated.value)) if stated.bracketed else (stated,):
            if other is not None and fits(other.scaleb(-stated.percent - stated.scale), meant, approximate=approximate):
                return Finding(True, "equal", other.scaleb(-stated.percent - stated.scale))
    if stated.bracketed and fits(computed, stated._replace(value=-stated.value), approximate=approximate):
        return Finding(True, "equal", computed)
    if stated.scale and any(number.scale for number in numbers):
        other = value(items, Reading(scale=False))  # "5829 - 5735 million = 94 million"
        if other is not None and fits(other.scaleb(-stated.percent), stated, approximate=approximate):
            return Finding(True, "equal", other)
    if any(number.percent for number in numbers) or "%" in items:
        other = value(items, Reading(percent=False))
        if other is not None and fits(other, stated, approximate=approximate):
            sums = all(isinstance(item, Number) or item in _SUMS for item in items)
            whole = all(number.value == 100 for number in numbers if number.percent)
            if sums or whole:
                return Finding(True, "equal", other)
            return Finding(None, "percent_unclear", computed)
    return None


def _excused(
    items: list[Item],
    stated: Number,
    measured: list[Decimal],
    powers: list[int],
    approximate: int,
    earlier: Earlier,
) -> Finding:
    """A result that the exact value does not round to: can it still be meant?"""
    near = min(measured, key=lambda one: abs(one - stated.value))
    if _fits_moved(near, stated, _PERCENTS):
        return Finding(None, "percent_unclear", near)
    if _fits_moved(near, stated, _SCALES):
        return Finding(None, "scale_unclear", near)
    if fits(value(_last_term(items)) or near, stated):
        return Finding(None, "part", near)
    limits = bounds(items, earlier.slack)
    if limits is None:
        return Finding(None, "not_computable", near)
    step = _step(stated, approximate)
    below, above = (step, step / 2) if stated.value > 0 else (step / 2, step)
    for power in powers:
        low, high = limits[0].scaleb(power), limits[1].scaleb(power)
        if low != high and low - below <= stated.value <= high + above:
            return Finding(None, "rounded_numbers", near)
    if approximate and abs(near - stated.value) <= _leeway(stated, near, approximate):
        return Finding(None, "approximate", near)
    return Finding(False, "differs", near)


def _leeway(stated: Number, exact: Decimal, approximate: int) -> Decimal:
    """How far from the exact value a result may lie that is said to be near: one unit in its last place, or a hundredth
    where it is rough, which a word says, or its two digits, or the zeros at its end."""
    few = len(stated.value.as_tuple().digits) <= _ROUGH or (stated.places <= 0 and not stated.value % 10)
    unit = _ONE.scaleb(-stated.places)
    return max(unit, _SMALL * abs(exact)) if few or approximate == _ROUGH else unit


def _last_term(items: list[Item]) -> list[Item]:
    """What a sum adds last, where that is an expression of its own, "2 * 16" of "300 + 2 * 16", else nothing."""
    if items[-1] not in ("+", "-"):
        return []
    wanted, place = 1, len(items) - 1
    while wanted and place:
        place -= 1
        item = items[place]
        if isinstance(item, Number):
            wanted -= 1
        elif item not in ONE_SIDED:
            wanted += 1
    term = items[place:-1]
    return term if len(term) > 1 else []


def alike(left: list[Item], right: list[Item], earlier: Earlier, *, approximate: int = 0) -> Finding:
    """Two expressions that are said to give the same: the second is what the first is worked out to."""
    one, other = value(left), value(right)
    if one is None or other is None:
        return Finding(None, "not_computable", one)
    for power in (0, *_PERCENTS):
        if _same(one.scaleb(power), other):
            return Finding(True, "equal", one)
    for reading in _readings([*left, *right]):
        first, second = value(left, reading), value(right, reading)
        if first is not None and second is not None and (_same(first, second) or _same(one, second)):
            return Finding(True, "equal", one)
    others = bounds(right, _worked_out)
    if others is not None and others[0] <= one <= others[1]:
        return Finding(True, "equal", one)
    limits = bounds(left, earlier.slack)
    if limits is None or others is None:
        return Finding(None, "not_computable", one)
    for power in (0, *_PERCENTS):
        if others[0] <= one.scaleb(power) <= others[1]:
            return Finding(True, "equal", one)
        if _overlap(limits, others, power):
            return Finding(None, "rounded_numbers", one)
    if any(_same(one.scaleb(power), other) for power in _SCALES):
        return Finding(None, "scale_unclear", one)
    gap = abs(one - other)
    if gap > _SMALL * abs(one):
        return Finding(False, "differs", one)
    nearly = bounds(right, _cut_off)  # a formula for another that nearly gives the same, or digits that were cut off
    if approximate or gap <= _TINY * abs(one) or (nearly is not None and _overlap(limits, nearly, 0)):
        return Finding(None, "approximate", one)
    return Finding(False, "differs", one)


def _worked_out(number: Number) -> Decimal:
    """The slack of a number that stands for what was just worked out: half of its last place."""
    return _HALF.scaleb(-number.places) if number.places > 0 else _ZERO


def _cut_off(number: Number) -> Decimal:
    return _ONE.scaleb(-number.places) if number.places > 0 else _ZERO


def _readings(items: list[Item]) -> list[Reading]:
    """The other ways to read what is written."""
    numbers = [item for item in items if isinstance(item, Number)]
    return [
        *([Reading(percent=False)] if "%" in items or any(number.percent for number in numbers) else []),
        *([Reading(accounting=True)] if any(number.bracketed for number in numbers) else []),
        *([Reading(scale=False)] if any(number.scale for number in numbers) else []),
    ]


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _ALIKE * max(abs(one), abs(other))


def _overlap(one: Bounds, other: Bounds, power: int) -> bool:
    return one[0].scaleb(power) <= other[1] and other[0] <= one[1].scaleb(power)
