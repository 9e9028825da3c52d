"""Where the numbers of a program stand: the cells and sentences that FinQA's `gold_inds` names, looked up by value.

    evidence = Evidence.of(question)
    evidence.place(Fraction(2577))   ->  Place("cell", row="current", column="2010")

`gold_inds` is {"table_3": ..., "text_4": ...}: rows of the table by their index, sentences by their text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from curate.records import Question, split_cells
from judges.answers.quantity import quantities

_HEADER = re.compile(r"[A-Za-z\u3400-\u9fff]|^(?:19|20)\d\d$")
_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Place:
    """A cell (row and column), a row where the column cannot be named, a sentence, or the question itself."""

    kind: Literal["cell", "row", "sentence", "question"]
    row: str = ""
    column: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The places of one question, each with the magnitudes that stand there, in the corpus' order."""

    places: tuple[tuple[Place, frozenset[Decimal]], ...]

    @classmethod
    def of(cls, question: Question, table: Sequence[Sequence[str]]) -> Self:
        """The places of a question whose table has these rows."""
        return cls((*_named(question, table), (Place("question"), magnitudes(question.question))))

    def place(self, value: Fraction) -> Place | None:
        """The first place that holds the value, its sign and its scale in words set aside."""
        wanted = abs(value)  # a fraction finds the decimal that equals it: numbers that are equal hash alike
        return next((place for place, held in self.places if wanted in held), None)


def magnitudes(text: str) -> frozenset[Decimal]:
    """The magnitudes of the numbers in a text: as they are written, and percents as fractions too."""
    numbers = (number for one in quantities(text) for number in (one.plain, one.value / one.scale))
    return frozenset(map(abs, numbers))


def _named(question: Question, table: Sequence[Sequence[str]]) -> Iterator[tuple[Place, frozenset[Decimal]]]:
    named: Mapping[str, str] = question.meta.get("evidence") or {}
    if not named:
        yield from _unique(table)
    for key, text in named.items():
        kind, _, index = key.rpartition("_")
        if kind == "table" and index.isdigit() and int(index) < len(table):
            yield from _row(table[int(index)], table[0] if int(index) else ())
        elif kind == "text":
            yield Place("sentence", quote=one_line(text)), magnitudes(text)


def _unique(table: Sequence[Sequence[str]]) -> Iterator[tuple[Place, frozenset[Decimal]]]:
    """Where a corpus names no evidence: the cells of the table whose number stands in no other cell."""
    places = [found for row in table[1:] for found in _row(row, table[0]) if found[0].kind == "cell"]
    counts = Counter(number for _, held in places for number in held)
    for place, held in places:
        yield place, frozenset(number for number in held if counts[number] == 1)


def _row(row: Sequence[str], header: Sequence[str]) -> Iterator[tuple[Place, frozenset[Decimal]]]:
    """A row's cells; what stands in several of them is told by the row alone, and so is a cell without a name above it
    (the first row of many tables holds figures, not names)."""
    cells = [magnitudes(cell) for cell in row[1:]]
    name = row[0].strip() if row else ""
    for column, held in enumerate(cells, 1):
        others = frozenset[Decimal]().union(*(cell for index, cell in enumerate(cells, 1) if index != column))
        title = header[column].strip() if column < len(header) else ""
        if _HEADER.search(title):
            yield Place("cell", row=name, column=title), held - others
    yield Place("row", row=name), frozenset[Decimal]().union(*cells)


def around(quote: str, number: str) -> str:
    """A sentence, or where it is long the words around a number in it."""
    if len(quote) <= _QUOTE:
        return quote
    start = max(quote.find(number.lstrip("-")) - _QUOTE // 2, 0)
    cut = quote[start : start + _QUOTE].strip()
    return f"{'… ' if start else ''}{cut}{' …' if start + _QUOTE < len(quote) else ''}"


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()


def table_of(context: str) -> list[list[str]]:
    """The rows of the table in a context: the longest run of adjacent lines of cells between pipes. Markdown's rule is
    left out."""
    runs: list[list[str]] = [[]]
    for line in context.splitlines():
        if "|" not in line:
            runs.append([])
        elif set(line) - set("|-: "):
            runs[-1].append(line)
    return split_cells(max(runs, key=len))
