"""FinQA's program language, parsed and executed exactly.

    run("subtract(2577, 15121), divide(#0, 15121)", table=[])  ->  [Step("subtract", ...), Step("divide", ...)]

Ten operations: add subtract multiply divide greater exp, and table_max table_min table_sum table_average over a row
that is named by its first cell; or one number alone, looked up. Arguments are numbers, percents ("23.6%" is 0.236),
constants (const_100, const_m1) and results of earlier steps (#0). Values are fractions: nothing is rounded before the
end. As in FinQA's own evaluation, the last of several rows of one name counts, and a cell is its first number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException
from fractions import Fraction

from judges.answers.quantity import quantities

Value = Fraction | bool

_CALL = re.compile(r" ?,? ?(\w+) ?\(")
_TABLE_END = re.compile(r" ?, ?none ?\)")
_ARGUMENTS = re.compile(r"([^(),]+),([^(),]+)\)")
_NUMBER = re.compile(r"[-+]?(?:\d[\d,]{0,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][-+]?\d{1,2})?", re.ASCII)
_MAX_BITS = 300  # some 90 digits: beyond, no figure of a report is meant, and fractions grow with every step
_MAX_EXACT = 300  # digits of an exact power; longer ones are computed to 50
_INDEX = re.compile(r"[0-9]{1,3}")
_CONTEXT = Context(prec=50)

OPERATIONS = ("add", "subtract", "multiply", "divide", "greater", "exp")
TABLE_OPERATIONS = ("table_max", "table_min", "table_sum", "table_average")
VALUE = "value"  # of a program that is one number: what ConvFinQA has where a turn only looks a figure up


class ProgramError(ValueError):
    """The program is malformed, or cannot be executed: division by zero, a row that is not there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One executed step. arguments: as written; values: what they stand for; result: a fraction, or greater's truth."""

    operation: str
    arguments: tuple[str, ...]
    values: tuple[Fraction, ...]
    result: Value


def run(program: str, table: Sequence[Sequence[str]]) -> list[Step]:
    """The executed steps of a program. Raises ProgramError."""
    steps: list[Step] = []
    for operation, arguments in parse(program):
        if operation in TABLE_OPERATIONS:
            values = tuple(_row(arguments[0], table))
            result: Value = _over_row(operation, values)
        else:
            values = tuple(_value(argument, steps) for argument in arguments)
            result = values[0] if operation == VALUE else _compute(operation, *values)
        if max(abs(result.numerator), result.denominator).bit_length() > _MAX_BITS:
            raise ProgramError(f"the result of '{operation}' has more than {_MAX_BITS} bits")
        steps.append(Step(operation, arguments, values, result))
    return steps


def parse(program: str) -> list[tuple[str, tuple[str, ...]]]:
    """The calls of a program, in order; a table operation's row name may hold commas and brackets."""
    calls: list[tuple[str, tuple[str, ...]]] = []
    position = 0
    program = " ".join(program.split())
    if _NUMBER.fullmatch(program.rstrip("% ")):
        return [(VALUE, (program,))]
    while position < len(program):
        opened = _CALL.match(program, position)
        if opened is None:
            raise ProgramError(f"no operation at '{program[position : position + 30]}'")
        operation = opened[1]
        if operation not in OPERATIONS + TABLE_OPERATIONS:
            raise ProgramError(f"unknown operation '{operation}'")
        arguments: tuple[str, ...]
        if operation in TABLE_OPERATIONS:
            rest = _TABLE_END.search(program, opened.end())
            arguments = (program[opened.end() : rest.start()],) if rest else ()
        else:
            rest = _ARGUMENTS.match(program, opened.end())
            arguments = rest.groups() if rest else ()
        if rest is None:
            raise ProgramError(
                f"'{operation}' has not the arguments it needs: '{program[opened.start() : opened.end() + 40]}'"
            )
        calls.append((operation, tuple(argument.strip() for argument in arguments)))
        position = rest.end()
    if not calls:
        raise ProgramError("the program is empty")
    return calls


def _value(argument: str, steps: Sequence[Step]) -> Fraction:
    if argument.startswith("#"):
        index = argument[1:]
        if not _INDEX.fullmatch(index) or int(index) >= len(steps):
            raise ProgramError(f"'{argument}' names no earlier step")
        result = steps[int(index)].result
        if isinstance(result, bool):
            raise ProgramError(f"'{argument}' is yes or no, not a number")
        return result
    text = argument.removeprefix("const_").replace("m", "-", 1) if argument.startswith("const_") else argument
    percent = text.endswith("%")
    text = text.rstrip("% ")
    if not _NUMBER.fullmatch(text):
        raise ProgramError(f"'{argument}' is not a number")
    return Fraction(text.replace(",", "")) / (100 if percent else 1)


def _compute(operation: str, left: Fraction, right: Fraction) -> Value:
    match operation:
        case "add":
            return left + right
        case "subtract":
            return left - right
        case "multiply":
            return left * right
        case "divide":
            if not right:
                raise ProgramError("division by zero")
            return left / right
        case "greater":
            return left > right
        case _:
            return _power(left, right)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    """Exact for whole exponents as long as that is short, else to 50 digits."""
    if not base and exponent < 0:
        raise ProgramError("division by zero")
    digits = max(len(str(abs(base.numerator))), len(str(base.denominator)))
    if exponent.denominator == 1 and abs(exponent) * digits <= _MAX_EXACT:
        return base ** int(exponent)
    try:
        result = _CONTEXT.power(_decimal(base), _decimal(exponent))
    except (DecimalException, ValueError):
        raise ProgramError(f"{base} has no real power {exponent}") from None
    if not result.is_finite() or abs(result.adjusted()) > _MAX_BITS // 4:
        raise ProgramError(f"{base} to the power of {exponent} is out of any useful range")
    return Fraction(result)


def _decimal(value: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _row(name: str, table: Sequence[Sequence[str]]) -> list[Fraction]:
    wanted = name.strip().casefold()
    rows = [row for row in table if row and row[0].strip().casefold() == wanted]
    if not rows:
        raise ProgramError(f"the table has no row '{name}'")
    values = []
    for cell in rows[-1][1:]:
        found = quantities(cell)
        if not found:
            raise ProgramError(f"the cell '{cell}' of row '{name}' holds no number")
        values.append(Fraction(found[0].plain))
    if not values:
        raise ProgramError(f"the row '{name}' has no cells")
    return values


def _over_row(operation: str, values: tuple[Fraction, ...]) -> Fraction:
    match operation:
        case "table_max":
            return max(values)
        case "table_min":
            return min(values)
        case "table_sum":
            return sum(values, Fraction(0))
        case _:
            return sum(values, Fraction(0)) / len(values)
