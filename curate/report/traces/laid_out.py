"""One outcome with all that a reader asks of it, as a record that JSON can hold: the question, every try, every vote.

laid_out(entry, beside)["tries"][0]["reasoning"]  ->  ["So ", ["5829", "given", 0], ...]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.entries import Entry, Row, Rows, Tried
from curate.identity import named, published
from curate.records import Question, split_cells
from curate.report.traces.marked import marked
from curate.tables import file_of, question_of

Record = dict[str, Any]
_OF_QUESTION = (
    *("source_id", "licence", "split", "group", "parent", "module", "task_domain", "language", "answer_kind"),
    *("task", "question", "gold", "explanation"),
)
_OF_OUTCOME = ("source", "label", "reason", "goes_to", "detail")
_OF_TRACE = ("sample", "attempt", "origin", "outcome", "answer", "final", "error")
_OF_CHECK = ("value", "reason", "extracted", "method", "rule", "gold", "tolerance", "detail")
_OF_JUDGEMENT = ("judge", "sits", "value", "reason", "detail", "shown")
_OF_CALL = (
    *("sample", "attempt", "purpose", "outcome", "finish_reason", "prompt_tokens", "completion_tokens"),
    *("reasoning_tokens", "cached_tokens", "usd", "error"),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of one outcome in the tables that its entry has not."""

    calls: Sequence[Row]
    calculations: Sequence[Row]
    original: Question | None
    unreadable: Row | None


class Tables:
    """The tables beside those of `entries`, read in step with them."""

    def __init__(self, folder: Path) -> None:
        wanted = {"calls": "question_id", "calculations": "question_id", "unreadable": "question_id", "originals": "id"}
        self._rows = {name: Rows(folder / file_of(name), column) for name, column in wanted.items()}

    def of(self, entry: Entry) -> Beside:
        """What they have of an entry; to be asked for every one, in order."""
        id = entry.outcome["question_id"]
        parent = entry.question.parent if entry.question else None
        originals = self._rows["originals"].of(parent) if parent else []
        return Beside(
            calls=self._rows["calls"].of(id),
            calculations=self._rows["calculations"].of(id),
            original=question_of(originals[0]) if originals else None,
            unreadable=next(iter(self._rows["unreadable"].of(id)), None),
        )


def laid_out(entry: Entry, beside: Beside) -> Record:
    """Everything about an outcome that the page shows."""
    outcome, question = entry.outcome, entry.question
    record: Record = {"id": outcome["question_id"], **_some(outcome, _OF_OUTCOME)}
    if question is not None:
        record |= _question(question)
        record["before"] = _question(beside.original) if beside.original else None
        record["tries"] = [_tried(one, question, beside, one is entry.chosen) for one in entry.tries]
        record["calls"] = [_some(row, _OF_CALL) | {"model": published(row["model"])} for row in beside.calls]
    if beside.unreadable is not None:
        record |= _some(beside.unreadable, ("place", "error", "raw"))
    return record


def _some(row: Row, names: Sequence[str]) -> Record:
    return {name: row[name] for name in names}


def _question(question: Question) -> Record:
    return {
        "id": question.id,
        **{name: getattr(question, name) for name in _OF_QUESTION},
        "context": list(_blocks(question.context)),
        "options": list(question.options.items()),
        "alternatives": question.gold_alternatives,
        "flags": question.flags,
    }


def _blocks(context: str) -> Iterator[str | list[list[str]]]:
    """A context's text, and as rows of cells what stands in it as lines of cells between pipes."""
    for block in filter(None, context.split("\n\n")):
        rows = split_cells(block.splitlines())
        if len(rows) > 1 and all(len(row) > 1 for row in rows):
            yield [row for row in rows if set("".join(row)) - set("-: ")]
        else:
            yield block


def _tried(tried: Tried, question: Question, beside: Beside, chosen: bool) -> Record:
    trace = tried.trace
    key = trace["sample"], trace["attempt"]
    rows = [row for row in beside.calculations if (row["sample"], row["attempt"]) == key]
    given = "\n".join((question.question, question.task, question.context, *question.options.values()))
    reasoning = marked(trace["reasoning"], given, rows if tried.measures else None)
    return {
        **_some(trace, _OF_TRACE),
        "chosen": chosen,
        "model": named(trace["model"]),
        "reasoning": reasoning.pieces,
        "calculations": reasoning.calculations,
        "check": _some(tried.check, _OF_CHECK),
        "judges": [_judged(one, tried.scores) for one in tried.judgements],
        "measures": [[row["name"], row["value"]] for row in tried.measures],
    }


def _judged(judgement: Row, scores: Sequence[Row]) -> Record:
    mine = [row for row in scores if row["judge"] == judgement["judge"]]
    return {
        **_some(judgement, _OF_JUDGEMENT),
        "identity": published(mine[0]["identity"]) if mine else "",
        "votes": [[row["criterion"], row["vote"], row["rationale"]] for row in mine],
    }


def failed(entry: Entry, good: str) -> Mapping[str, list[str]]:
    """Judge -> the criteria that it voted 0 on, in any try; `good` for its verdict."""
    found: dict[str, dict[str, None]] = {}
    for tried in entry.tries:
        for row in tried.scores:
            if row["vote"] == 0:
                found.setdefault(row["judge"], {})[row["criterion"]] = None
        for row in tried.judgements:
            if row["value"] is False:
                found.setdefault(row["judge"], {})[good] = None
    return {judge: list(criteria) for judge, criteria in found.items()}
