"""How raw values and tables become text, the same for every corpus."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from curate.errors import BadRecord
from judges.answers.boolean import boolean


def record_of(value: Any) -> Mapping[str, Any]:
    """A raw record with names. Raises BadRecord for any other."""
    if not isinstance(value, Mapping):
        raise BadRecord("the record is not a mapping of names to values")
    return value


def is_yes_and_no(options: Mapping[str, str]) -> bool:
    """Are there two options, one that says yes and one no? Of four that begin so, two may say the same and only one be
    right."""
    truths = [truth.value if (truth := boolean(text)) else None for text in options.values()]
    return truths in ([True, False], [False, True])


def linearise(table: list[list[str]]) -> str:
    """A table as lines of cells between pipes."""
    return "\n".join(" | ".join(cells) for cells in table)


def finite(text: str) -> Decimal | None:
    """The decimal that a text writes, if it is one and finite."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def number_text(value: Any) -> str | None:
    """A value as text: numbers without an exponent or an idle ".0", true and false as yes and no; None for None, NaN
    and what is empty."""
    if value is None or isinstance(value, bool):
        return None if value is None else "yes" if value else "no"
    text = str(value).strip()
    number = finite(text)
    if number is None or abs(number.adjusted()) > 40:
        return text if text and text.lower() not in ("nan", "inf", "-inf", "infinity") else None
    return format(number.to_integral_value() if number == number.to_integral_value() else number, "f")
