"""What an expression in postfix order gives: an exact value, or the bounds that rounding leaves.

value([Number(Decimal(9)), Number(Decimal(4)), "-"])     ->  Decimal(5)
value([Number(Decimal(9)), Number(Decimal(0)), "/"])     ->  None
bounds([Number(Decimal("0.5"), 1), Number(Decimal(100)), "×"], ())  ->  (Decimal(45), Decimal(55))
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from judges.reasoning.arithmetic.numbers import Number

CONTEXT = Context(prec=50, Emax=9_999, Emin=-9_999)
Item = Number | str
_MOST_ITEMS, _MOST_POWER = 2_000, 1_000
_HALF, _ONE, _HUNDRED = Decimal("0.5"), Decimal(1), Decimal(100)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers of an expression are taken: with their percent signs, their scales, brackets as minus signs."""

    percent: bool = True
    scale: bool = True
    accounting: bool = False


AS_WRITTEN = Reading()


def value(items: list[Item] | None, reading: Reading = AS_WRITTEN) -> Decimal | None:
    """What a postfix expression gives, to 50 digits; None for a division by zero, a root of a negative number, or what
    is too large to be meant."""
    if not items or len(items) > _MOST_ITEMS:
        return None
    stack: list[Decimal] = []
    try:
        with localcontext(CONTEXT):
            for item in items:
                if isinstance(item, Number):
                    stack.append(_taken(item, reading))
                elif item in _ONE_SIDED:
                    stack.append(_one_sided(item, stack.pop(), reading))
                else:
                    right, left = stack.pop(), stack.pop()
                    stack.append(_two_sided(item, left, right))
    except (ArithmeticError, IndexError):
        return None
    return stack[0] if len(stack) == 1 and stack[0].is_finite() else None


_ONE_SIDED = frozenset(("negative", "√", "ln", "exp", "%"))


def _taken(number: Number, reading: Reading) -> Decimal:
    shift = (number.percent if reading.percent else 0) + (number.scale if reading.scale else 0)
    taken = number.value.scaleb(shift) if shift else number.value
    return -taken if reading.accounting and number.bracketed else taken


def _one_sided(item: str, operand: Decimal, reading: Reading = AS_WRITTEN) -> Decimal:
    if item == "negative":
        return -operand
    if item == "√":
        return operand.sqrt()
    if item == "%":
        return operand / _HUNDRED if reading.percent else operand
    if abs(operand) > _MOST_POWER:
        raise OverflowError
    return operand.ln() if item == "ln" else operand.exp()


def _two_sided(item: str, left: Decimal, right: Decimal) -> Decimal:
    if item == "+":
        return left + right
    if item == "-":
        return left - right
    if item == "×":
        return left * right
    if item == "/":
        return left / right
    if abs(right) > _MOST_POWER:
        raise OverflowError
    power: Decimal = left**right
    return power


Bounds = tuple[Decimal, Decimal]


def bounds(
    items: list[Item] | None, rounded: Collection[Decimal], *, reading: Reading = AS_WRITTEN, exact: bool = False
) -> Bounds | None:
    """Between what an expression may lie where each number with decimals, and each that is in `rounded`, stands for any
    that rounds to it; exact: only the latter. None where this cannot be told."""
    if not items or len(items) > _MOST_ITEMS:
        return None
    stack: list[Bounds] = []
    try:
        with localcontext(CONTEXT):
            for item in items:
                if isinstance(item, Number):
                    taken, half = _taken(item, reading), Decimal(0)
                    if (item.places > 0 and not exact) or item.kind == "open" or abs(item.value) in rounded:
                        half = _ONE if item.kind == "open" else _HALF
                        half = half.scaleb(_taken_power(item, reading) - item.places)
                    stack.append((taken - half, taken + half))
                elif item in _ONE_SIDED:
                    low, high = stack.pop()
                    ends = [_one_sided(item, low, reading), _one_sided(item, high, reading)]
                    stack.append((min(ends), max(ends)))
                else:
                    right, left = stack.pop(), stack.pop()
                    if item == "/" and right[0] <= 0 <= right[1]:
                        return None
                    corners = [_two_sided(item, one, other) for one in left for other in right]
                    stack.append((min(corners), max(corners)))
    except (ArithmeticError, IndexError):
        return None
    return stack[0] if len(stack) == 1 else None


def _taken_power(number: Number, reading: Reading) -> int:
    return (number.percent if reading.percent else 0) + (number.scale if reading.scale else 0)
