"""A trace's reasoning in pieces, each with the marks of what it is: a number, a part of a calculation.

    marked("So 5829 - 5735 = 95.", "5829 and 5735", None)
    ->  Marked(["So ", ["5829", "given", 0], [" - ", "", 0], ["5735", "given", 0], [" = ", "", 0],
                ["95", "miscalculated", 0], "."], [[False, "94", "differs"]],
               {"wrong": 1, "given": 2, "miscalculated": 1})

Pieces and not offsets: Python counts characters, JavaScript halves of surrogate pairs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

from judges.reasoning.arithmetic import Calculation, audit
from judges.reasoning.grounding import located

# A piece: its text alone, or [text, place of the number or "", the calculations that it is a part of]. Place: of
# judges.reasoning.grounding, and "misread".
Piece = str | list[Any]
VALUES = {True: "right", False: "wrong", None: "undecided"}  # of a calculation
_PLAIN = 15  # digits before or behind the point that are written out


@dataclass(frozen=True, slots=True)
class Marked:
    """pieces: the whole text; calculations: of each [is it right (None: undecided), what it gives, why, as a code];
    counts: calculations by the word for their value, then numbers by their place, none that is 0."""

    pieces: list[Piece]
    calculations: list[list[Any]]
    counts: Mapping[str, int]


class Span(Protocol):
    """Where something stands in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def marked(text: str, given: str, calculations: Iterable[Mapping[str, Any]] | None) -> Marked:
    """A text with its marks. given: all that the question gives; calculations: the rows of the table, or None for a
    trace that the run did not audit, which is audited here."""
    found = audit(text) if calculations is None else tuple(map(_calculation, calculations))
    numbers = located(text, given, found)
    places = [(one, "misread" if one.misread else one.place) for one in numbers]
    counts = Counter([*(VALUES[one.value] for one in found), *(place for _, place in places)])
    return Marked(list(_pieces(text, found, places)), [[one.value, _gives(one), one.reason] for one in found], counts)


def _pieces(text: str, calculations: Sequence[Span], numbers: Sequence[tuple[Span, str]]) -> Iterator[Piece]:
    """The text cut wherever a mark begins or ends. Calculations may share numbers, as in 1 + 1 = 2 = 4 / 2."""
    spans = [*calculations, *(span for span, _ in numbers)]
    cuts = sorted({0, len(text), *(span.start for span in spans), *(span.end for span in spans)})
    coming = sorted(enumerate(calculations), key=lambda one: one[1].start, reverse=True)
    ahead = list(reversed(numbers))
    inside: list[int] = []
    for start, end in pairwise(cuts):
        inside = [index for index in inside if calculations[index].end > start]
        while coming and coming[-1][1].start <= start:
            inside.append(coming.pop()[0])
        while ahead and ahead[-1][0].end <= start:
            ahead.pop()
        place = ahead[-1][1] if ahead and ahead[-1][0].start <= start else ""
        yield [text[start:end], place, *inside] if place or inside else text[start:end]


def _calculation(row: Mapping[str, Any]) -> Calculation:
    computed = None if row["computed"] is None else Decimal(row["computed"])
    names = ("start", "end", "text", "stated", "value", "reason", "error")
    return Calculation(**{name: row[name] for name in names}, computed=computed)


def _gives(calculation: Calculation) -> str | None:
    """What a calculation gives, as people write it: 10,863."""
    if calculation.computed is None:
        return None
    computed = Decimal(f"{calculation.computed:.12g}").normalize()
    return f"{computed:,f}" if abs(computed.adjusted()) < _PLAIN else str(computed)
