"""Does a stated result follow from its expression? Rounding, cutting off, percent and scale are allowed for.

compared(postfix of "2.99 ÷ 50.80", Number of "0.0588")  ->  Finding(True, "cut_off", Decimal("0.05885..."))
compared(postfix of "11901 - 1038", Number of "1863")    ->  Finding(False, "differs", Decimal(10863))
"""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

from judges.reasoning.arithmetic.expression import Bounds, Item, Reading, bounds, value
from judges.reasoning.arithmetic.numbers import Number

_HALF, _ONE, _SMALL = Decimal("0.5"), Decimal(1), Decimal("0.01")
_FEW = 3
_ALIKE = Decimal("1e-12")
_PERCENTS, _SCALES = (2, -2), (3, -3, 4, -4, 6, -6, 8, -8, 9, -9)
_SUMS = frozenset("+-") | {"negative"}


class Finding(NamedTuple):
    """value: is the stated result right; reason: a code of `arithmetic.REASONS`; computed: what the expression gives,
    in the measure of the stated result."""

    value: bool | None
    reason: str
    computed: Decimal | None


def fits(exact: Decimal, stated: Number, *, approximate: bool = False) -> str | None:
    """Is an exact value written so: "equal" where it rounds to it, "cut_off" where its digits were cut off there."""
    written = stated.value
    gap = abs(exact - written)
    if not gap:
        return "equal"
    step = _step(stated, approximate)
    if gap <= step / 2:
        return "equal"
    if gap < step and abs(exact) > abs(written) and (exact > 0) == (written > 0) and abs(written) >= 10 * step:
        return "cut_off"
    return None


def _step(stated: Number, approximate: bool) -> Decimal:
    """One unit in the last written place; after "about" the zeros that end a whole number are not written places."""
    places = stated.places
    if approximate and places <= 0 and stated.value:
        exponent = stated.value.normalize().as_tuple().exponent
        places = min(places, -exponent) if isinstance(exponent, int) else places
    return _ONE.scaleb(-places)


def compared(
    items: list[Item], stated: Number, *, approximate: bool = False, rounded: Collection[Decimal] = ()
) -> Finding:
    """An expression against the number stated as its result. approximate: it is only said to be about that; rounded:
    whole numbers that are known to be rounded."""
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
    return _rescued(items, stated, measured[0], approximate) or _excused(
        items, stated, measured, powers, approximate, rounded
    )


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


def _rescued(items: list[Item], stated: Number, computed: Decimal, approximate: bool) -> Finding | None:
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
    approximate: bool,
    rounded: Collection[Decimal],
) -> Finding:
    """A result that the exact value does not round to: can it still be meant?"""
    near = min(measured, key=lambda one: abs(one - stated.value))
    if any(fits(near.scaleb(power), stated) for power in _PERCENTS):
        return Finding(None, "percent_unclear", near)
    if any(fits(near.scaleb(power), stated) for power in _SCALES):
        return Finding(None, "scale_unclear", near)
    limits = bounds(items, rounded, exact=not approximate and _is_sum(items, stated))
    if limits is None:
        return Finding(None, "not_computable", near)
    step = _step(stated, approximate)
    below, above = (step, step / 2) if stated.value > 0 else (step / 2, step)
    for power in powers:
        low, high = limits[0].scaleb(power), limits[1].scaleb(power)
        if low - below <= stated.value <= high + above and low != high:
            return Finding(None, "rounded_numbers", near)
    if approximate and abs(near - stated.value) <= _SMALL * abs(near):
        return Finding(None, "approximate", near)
    return Finding(False, "differs", near)


def _is_sum(items: list[Item], stated: Number) -> bool:
    """A sum of two or three numbers, given with all their decimals, is worked out as they stand."""
    numbers = [item for item in items if isinstance(item, Number)]
    return (
        len(numbers) <= _FEW
        and all(isinstance(item, Number) or item in _SUMS for item in items)
        and all(number.places <= stated.places and not number.scale and not number.percent for number in numbers)
    )


def alike(left: list[Item], right: list[Item], rounded: Collection[Decimal]) -> Finding:
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
    limits, others = bounds(left, rounded), bounds(right, rounded)
    if limits is None or others is None:
        return Finding(None, "not_computable", one)
    for power in (0, *_PERCENTS):
        if others[0] <= one.scaleb(power) <= others[1]:
            return Finding(True, "equal", one)
        if _overlap(limits, others, power):
            return Finding(None, "rounded_numbers", one)
    if any(_same(one.scaleb(power), other) for power in _SCALES):
        return Finding(None, "scale_unclear", one)
    if abs(one - other) <= _SMALL * abs(one):  # a formula for another that nearly gives the same
        return Finding(None, "approximate", one)
    return Finding(False, "differs", one)


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
