"""A finished run question by question: its outcome with all that led to it, read out of the tables in step.

    for entry in entries(run.path): entry.question, entry.outcome["label"], entry.chosen

The tables of a run stand in the order of its questions, so one pass over all of them needs no memory for any.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.records import Question
from curate.tables import file_of, question_of, read_rows

Row = Mapping[str, Any]
_OF_TRACES = ("traces", "checks", "scores", "judgements", "measures")


@dataclass(frozen=True, slots=True)
class Tried:
    """One trace with its verdict in round one, and, where it was judged, the votes, verdicts and measures of round
    two; all as rows of their tables."""

    trace: Row
    check: Row
    scores: tuple[Row, ...]
    judgements: tuple[Row, ...]
    measures: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One outcome. question: None for a record that could not be read; tries: all its traces, in order."""

    outcome: Row
    question: Question | None
    tries: tuple[Tried, ...]

    @property
    def chosen(self) -> Tried | None:
        """The trace that decided."""
        key = (self.outcome["sample"], self.outcome["attempt"])
        return next((one for one in self.tries if (one.trace["sample"], one.trace["attempt"]) == key), None)


def entries(folder: Path) -> Iterator[Entry]:
    """Every outcome of the run in a directory, in the order of its tables: unreadable records first."""
    questions = Rows(folder / file_of("questions"), "id")
    tables = {name: Rows(folder / file_of(name), "question_id") for name in _OF_TRACES}
    for outcome in read_rows(folder / file_of("outcomes")):
        mine = questions.of(outcome["question_id"])
        found = {name: rows.of(outcome["question_id"]) for name, rows in tables.items()}
        yield Entry(outcome, question_of(mine[0]) if mine else None, tuple(_tries(found)))


def _tries(found: Mapping[str, list[dict[str, Any]]]) -> Iterator[Tried]:
    for trace in found["traces"]:
        key = _key(trace)
        rows = {name: tuple(row for row in found[name] if _key(row) == key) for name in _OF_TRACES[1:]}
        (check,) = rows.pop("checks")
        yield Tried(trace, check, **rows)


def _key(row: Row) -> tuple[int, int]:
    return row["sample"], row["attempt"]


class Rows:
    """A table's rows, handed out in groups of one question; to be asked for in the order of the run's questions."""

    def __init__(self, path: Path, column: str) -> None:
        self._rows, self._column = read_rows(path), column
        self._next: dict[str, Any] | None = next(self._rows, None)

    def of(self, question_id: str) -> list[dict[str, Any]]:
        """The rows of a question, where they are the next ones; else none."""
        found = []
        while self._next is not None and self._next[self._column] == question_id:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found
