"""What an expression in postfix order gives: an exact value, or the bounds that rounding leaves.

value([Number(Decimal(9)), Number(Decimal(4)), "-"])     ->  Decimal(5)
value([Number(Decimal(9)), Number(Decimal(0)), "/"])     ->  None
bounds([Number(Decimal("0.5"), 1), Number(Decimal(100)), "×"], slack)  ->  (Decimal(45), Decimal(55)) where 0.5 may be
                                                                         off by 0.05
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

from judges.reasoning.arithmetic.numbers import Number

# Its methods are called, so that no thread has to change its own context.
CONTEXT = Context(prec=28, Emax=9_999, Emin=-9_999)
EULER = Decimal("2.7182818284590452353602874713526624977572470937000")
Item = Number | str
_MOST_ITEMS, _MOST_POWER = 2_000, 1_000
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers of an expression are taken: with their percent signs, their scales, brackets as minus signs."""

    percent: bool = True
    scale: bool = True
    accounting: bool = False


AS_WRITTEN = Reading()


def value(items: list[Item] | None, reading: Reading = AS_WRITTEN) -> Decimal | None:
    """What a postfix expression gives, to 28 digits; None for a division by zero, a root of a negative number, or what
    is too large to be meant."""
    if not items or len(items) > _MOST_ITEMS:
        return None
    stack: list[Decimal] = []
    try:
        for item in items:
            if isinstance(item, Number):
                stack.append(_taken(item, reading))
            elif item in ONE_SIDED:
                stack.append(_one_sided(item, stack.pop(), reading))
            else:
                right = stack.pop()
                stack[-1] = _TWO_SIDED[item](stack[-1], right)
    except (ArithmeticError, IndexError):
        return None
    return stack[0] if len(stack) == 1 and stack[0].is_finite() else None


ONE_SIDED = frozenset(("negative", "√", "ln", "exp", "%"))


def _taken(number: Number, reading: Reading) -> Decimal:
    shift = (number.percent if reading.percent else 0) + (number.scale if reading.scale else 0)
    taken = number.value.scaleb(shift) if shift else number.value
    return -taken if reading.accounting and number.bracketed else taken


def _one_sided(item: str, operand: Decimal, reading: Reading = AS_WRITTEN) -> Decimal:
    if item == "negative":
        return -operand
    if item == "√":
        return CONTEXT.sqrt(operand)
    if item == "%":
        return CONTEXT.divide(operand, _HUNDRED) if reading.percent else operand
    if abs(operand) > _MOST_POWER:
        raise OverflowError
    return CONTEXT.ln(operand) if item == "ln" else CONTEXT.exp(operand)


@lru_cache(2_048)  # a trace says "(1.0041666667)^240" many times, and a power costs as much as a hundred sums
def _power(left: Decimal, right: Decimal) -> Decimal:
    if abs(right) > _MOST_POWER:
        raise OverflowError
    return CONTEXT.exp(right) if left == EULER else CONTEXT.power(left, right)


_TWO_SIDED: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "×": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "^": _power,
}
Bounds = tuple[Decimal, Decimal]
Slack = Callable[[Number], Decimal]


def bounds(items: list[Item] | None, slack: Slack, reading: Reading = AS_WRITTEN) -> Bounds | None:
    """Between what an expression may lie where each of its numbers may be off by its slack. None where this cannot be
    told."""
    if not items or len(items) > _MOST_ITEMS:
        return None
    stack: list[Bounds] = []
    try:
        for item in items:
            if isinstance(item, Number):
                taken, half = _taken(item, reading), slack(item)
                if half and (power := _taken_power(item, reading)):
                    half = half.scaleb(power)
                stack.append((taken - half, taken + half) if half else (taken, taken))
            elif item in ONE_SIDED:
                low, high = stack.pop()
                ends = [_one_sided(item, low, reading), _one_sided(item, high, reading)]
                stack.append((min(ends), max(ends)))
            else:
                right, left = stack.pop(), stack.pop()
                if item == "/" and right[0] <= 0 <= right[1]:
                    return None
                if left[0] is left[1] and right[0] is right[1]:
                    corners = [_TWO_SIDED[item](left[0], right[0])]
                else:
                    corners = [_TWO_SIDED[item](one, other) for one in left for other in right]
                stack.append((min(corners), max(corners)))
    except (ArithmeticError, IndexError):
        return None
    return stack[0] if len(stack) == 1 else None


def _taken_power(number: Number, reading: Reading) -> int:
    return (number.percent if reading.percent else 0) + (number.scale if reading.scale else 0)
