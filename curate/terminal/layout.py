"""What the pages and tables of the terminal share: titles, names beside what they mean, columns of numbers.

In a pipe lines are drawn in ASCII: what reads them need know no box drawing.
"""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from curate.terminal.console import console, shown

WIDE = 110  # columns from which there is room for details
_TAIL = 4  # columns of the line behind a title
_NAME = 16  # columns that a name needs beside its numbers, if it is so long
_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def is_wide() -> bool:
    """Is there room for details?"""
    return console().width >= WIDE


def title(text: str) -> RenderableType:
    """The line above a part of a page; what is too long for one is told below it, whole."""
    drawn = "─" if console().is_terminal else "-"
    if cell_len(text) + _TAIL <= console().width:
        return Rule(shown(text), align="left", style="dim", characters=drawn)
    return Group(Rule(style="dim", characters=drawn), shown(text))


def headed(*names: str | Text, numbers: Sequence[str] = (), head: bool = True) -> Table:
    """A table as `grid` makes them, with a line under its head."""
    table = grid(*names, numbers=numbers, gap=1, head=head)
    table.box = SIMPLE_HEAD if console().is_terminal else _PLAIN
    table.show_edge = False
    return table


def numbered(first: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> RenderableType:
    """Numbers beside what they count; where they leave its name no room, a block of them for each."""
    gap = 2 if is_wide() else 1
    columns = zip(names, *(cells for _, cells in rows), strict=True)
    room = console().width - sum(max(map(cell_len, column)) + gap for column in columns) - gap
    if room < min(max((cell_len(name) for name, _ in rows), default=0), _NAME):
        told = ((name, zip(names, cells, strict=True)) for name, cells in rows)
        return pairs((name, ", ".join(f"{cell} {what}" for what, cell in cells)) for name, cells in told)
    table = grid(first, *names, numbers=names, gap=gap)
    for name, cells in rows:
        table.add_row(shown(name), *cells)
    return table


def pairs(rows: Iterable[tuple[str, str | RenderableType]], indent: int = 0, style: str = "bold") -> Table:
    """Names and what they mean, side by side; what has no place to break is folded, never cut."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(shown(" " * indent + name, style), shown(said) if isinstance(said, str) else said)
    return table


def grid(*names: str | Text, numbers: Sequence[str] = (), gap: int = 2, head: bool = True) -> Table:
    """A table of columns. numbers: names of those that stand on the right and never break; texts are folded."""
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, gap, 0, 0), show_header=head)
    for name in names:
        right = str(name) in numbers
        text = name if isinstance(name, Text) else shown(name)
        table.add_column(text, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table
