r"""Facts as Markdown: tables and words that no name can break, numbers as people read them.

table(["source", "rows"], [("a|b", 12345), (Code("finqa"), None)])
    ->  | source | rows |
        | --- | ---: |
        | a\|b | 12,345 |
        | `finqa` | – |
"""

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

UNKNOWN = "–"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")
_NUMBER = re.compile(r"–|-?[\d,.]+(%| [kMG]B)?( \(.*\))?")
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


class Code(str):
    """A name that stands in a program, shown as such."""

    __slots__ = ()


class Link(str):
    """Where something is published: an address, or words for what has none."""

    __slots__ = ()


Cell = str | int | None
Rows = Sequence[tuple[Cell, ...]]


def cell(value: Cell) -> str:
    """One value on one line: text with nothing in it that is Markdown or HTML, a count with its thousands set off."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Code):
        return code(value)
    if isinstance(value, Link) and _ADDRESS.fullmatch(value):
        return f"<{value}>"
    return plain(value)


def plain(value: str) -> str:
    """Text on one line, with nothing in it that is Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def many(count: int, one: str, more: str) -> str:
    """A count with its noun: many(2, "row", "rows") -> "2 rows"."""
    return f"{count:,} {one if count == 1 else more}"


def code(value: str) -> str:
    """A name as a code span, without the two characters that would end it or its cell."""
    return f"`{' '.join(value.split()).replace('`', chr(39)).replace('|', '¦')}`"


def table(headers: Sequence[str], rows: Rows) -> str:
    """A Markdown table; columns that hold counts or shares stand to the right. Raises ValueError for no rows, and for
    rows of another width than the headers."""
    if not rows or any(len(row) != len(headers) for row in rows):
        raise ValueError(f"a table of {len(headers)} columns ({', '.join(headers)}) got {rows[:1] or 'no rows'}")
    cells = [[cell(value) for value in row] for row in rows]
    rules = ["---:" if _counts(column) else "---" for column in zip(*cells, strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [headers, rules, *cells])


def _counts(column: Sequence[str]) -> bool:
    return all(map(_NUMBER.fullmatch, column)) and set(column) != {UNKNOWN}


def percent(part: float | None, whole: float = 1) -> str:
    """A share as 12.3%; of nothing, unknown."""
    return UNKNOWN if part is None or not whole else f"{100 * part / whole:.1f}%"


def share(value: float) -> str:
    """A share that somebody chose, with all its digits: 0.0004 -> "0.04%"."""
    return f"{(100 * Decimal(str(value))).normalize():f}%"


def decimals(value: float | None, places: int = 3) -> str:
    """A number with so many decimals, its thousands set off."""
    return UNKNOWN if value is None else f"{value:,.{places}f}"


def interval(value: float | None, low: float | None, high: float | None, form: Callable[[float | None], str]) -> str:
    """A number with its interval where it has one: 87.0% (80.1%, 92.3%)."""
    return form(value) if low is None or high is None else f"{form(value)} ({form(low)}, {form(high)})"


def size(bytes_: int) -> str:
    """A file's size in decimal units."""
    unit, name = next(((unit, name) for unit, name in ((10**9, "GB"), (10**6, "MB")) if bytes_ >= unit), (1000, "kB"))
    return f"{bytes_ / unit:,.1f} {name}"


def fenced(value: str) -> str:
    """Text for a fenced block, which it cannot end."""
    return value.replace("```", "'''")


def quoted(value: str) -> str:
    """Text as a string of Python, on one line, in a fenced block that it cannot end."""
    return fenced(json.dumps(value, ensure_ascii=False))


def without_comments(value: str) -> str:
    """Text that opens no HTML comment, so that the place of a card's notes is the template's alone."""
    return value.replace("<!--", "&lt;!--")
