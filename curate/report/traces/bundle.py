"""The traces of a report: a list of outcomes, small and at hand at once, and in chunks all that is to be read of them.

bundle(Run("quickstart"), most=100)  ->  Bundle(shown=80, total=80, index="H4sI...", chunks=("H4sI...",), words={...})
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curate.calibration import GOOD
from curate.entries import Entry, entries
from curate.hiding import Hiding
from curate.moment import Moment, Told, quiet
from curate.report.traces.laid_out import Tables, failed, laid_out
from curate.report.traces.packed import Chunks, packed
from curate.report.traces.sampled import chosen
from curate.report.traces.words import trace_words
from curate.runs import Run

# Beside the templates; the scripts in this order.
STYLES = ("traces.css",)
SCRIPTS = tuple(
    f"{name}.js"
    for name in (
        *("traces_words", "traces_data", "traces_filters", "traces_list", "traces_text", "traces_one", "traces_found"),
        "traces",
    )
)
_HEAD = 140  # characters of a question that the list shows
_OFTEN = 100  # outcomes between two tellings
# What is filtered by -> the measure of which a try has one or more.
_AUDITS = {"wrong": "calculations_wrong", "unfounded": "numbers_unfounded", "misread": "numbers_misread"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the page holds of a run's traces. total: outcomes of the run; shown: of these, those that are in the page;
    index: packed rows of the list; chunks: packed records; words: code -> what it is called in English and Chinese."""

    shown: int
    total: int
    index: str
    chunks: tuple[str, ...]
    words: Mapping[str, tuple[str, str]]

    @property
    def sampled(self) -> bool:
        """Are some left out?"""
        return self.shown < self.total


def bundle(run: Run, most: int, told: Told = quiet) -> Bundle:
    """The outcomes of a run with their traces, at most so many; of a larger run a sample (see `sampled`)."""
    wanted, total = chosen(run.path, most)
    beside, chunks, hide = Tables(run), Chunks(), Hiding(run.record["models"].values())
    index: list[dict[str, Any]] = []
    for number, entry in enumerate(entries(run.path)):
        if number % _OFTEN == 0:
            told(Moment("report", number, total))
        rows = beside.of(entry)
        if wanted is None or entry.outcome["question_id"] in wanted:
            index.append(_row(entry, hide) | {"chunk": chunks.add(laid_out(entry, rows, hide))})
    return Bundle(len(index), total, packed(index), chunks.whole(), trace_words(run, index))


def _row(entry: Entry, hide: Hiding) -> dict[str, Any]:
    """An outcome as the list and its filters know it."""
    outcome, question = entry.outcome, entry.question
    measured = [(row["name"], row["value"]) for tried in entry.tries for row in tried.measures]
    positive = {name for name, value in measured if value}
    head = question.question[: 2 * _HEAD] if question else hide(outcome["detail"]) or ""
    return {
        "id": outcome["question_id"],
        **{name: outcome[name] for name in ("source", "label", "reason")},
        "goes_to": outcome["goes_to"] or "waiting",
        "language": question.language if question else "",
        "kind": question.answer_kind if question else "",
        "module": (question.module if question else None) or "",
        "group": question.group if question else "",
        "parent": question.parent if question else None,
        "flag": question.flags if question else [],
        "failed": failed(entry, GOOD),
        "audit": [name for name, measure in _AUDITS.items() if measure in positive],
        "attempts": 0 if entry.chosen is None else outcome["attempt"] + 1,
        "head": " ".join(head.split())[:_HEAD],
    }
