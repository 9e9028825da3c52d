"""One outcome with all that a reader asks of it, as a record that JSON can hold: the question, every try, every vote.

laid_out(entry, beside, hide)["tries"][0]["reasoning"]  ->  ["So ", ["5829", "given", 0], ...]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from curate.entries import Entry, Row, Rows, Tried
from curate.hiding import Hiding
from curate.identity import named, published
from curate.records import Question, context_blocks
from curate.report.traces.marked import marked
from curate.runs import Run
from curate.tables import file_of, question_of
from judges.answers.choice import named as options_named

Record = dict[str, Any]
_OF_QUESTION = (
    *("licence", "split", "module", "task_domain", "language", "answer_kind"),
    *("task", "question", "gold", "explanation"),
)
_LETTERED = ("choice", "choices", "boolean")  # kinds whose gold may name an option by its letter
_OF_OUTCOME = ("source", "label", "reason", "detail")
_OF_TRACE = ("sample", "attempt", "origin", "outcome", "answer", "final", "error")
_OF_CHECK = ("value", "reason", "extracted", "method", "rule", "gold", "tolerance", "detail")
_OF_JUDGEMENT = ("judge", "sits", "value", "reason", "detail", "shown")
_TOKENS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")
_OF_CALL = ("sample", "attempt", "purpose", "outcome", "finish_reason", *_TOKENS, "usd", "error", "shared")
_SAID = frozenset(("detail", "error"))  # by servers and connections, among others
_SHARED = "select place from paid where not first and outcome <> 'error'"


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of one outcome in the tables that its entry has not; those of calls say with `shared` whether another call,
    which has the same reply, pays for it."""

    calls: Sequence[Row]
    calculations: Sequence[Row]
    original: Question | None
    unreadable: Row | None


class Tables:
    """The tables beside those of `entries`, read in step with them."""

    def __init__(self, run: Run) -> None:
        wanted = {"calls": "question_id", "calculations": "question_id", "unreadable": "question_id", "originals": "id"}
        self._rows = {name: Rows(run.path / file_of(name), column) for name, column in wanted.items()}
        self._shared = frozenset(run.sql(_SHARED)["place"])
        self._calls = 0  # that were handed out

    def of(self, entry: Entry) -> Beside:
        """What they have of an entry; to be asked for every one, in order."""
        id = entry.outcome["question_id"]
        parent = entry.question.parent if entry.question else None
        originals = self._rows["originals"].of(parent) if parent else []
        return Beside(
            calls=list(self._calls_of(id)),
            calculations=self._rows["calculations"].of(id),
            original=question_of(originals[0]) if originals else None,
            unreadable=next(iter(self._rows["unreadable"].of(id)), None),
        )

    def _calls_of(self, id: str) -> Iterator[Row]:
        for row in self._rows["calls"].of(id):
            yield row | {"shared": self._calls in self._shared}
            self._calls += 1


def laid_out(entry: Entry, beside: Beside, hide: Hiding) -> Record:
    """Everything about an outcome that the page shows. hide: takes private addresses out of what servers said."""
    outcome, question = entry.outcome, entry.question
    record: Record = {"id": outcome["question_id"], **_some(outcome, _OF_OUTCOME, hide)}
    if question is not None:
        record |= _question(question)
        record["before"] = _question(beside.original) if beside.original else None
        record["tries"] = [_tried(one, question, beside, one is entry.chosen, hide) for one in entry.tries]
        record["calls"] = [_some(row, _OF_CALL, hide) | {"model": published(row["model"])} for row in beside.calls]
        record["spent"] = _spent(beside.calls)
    if beside.unreadable is not None:
        record |= _some(beside.unreadable, ("place", "error", "raw"), hide)
    return record


def _some(row: Row, names: Sequence[str], hide: Hiding) -> Record:
    return {name: hide(row[name]) if name in _SAID else row[name] for name in names}


def _spent(calls: Sequence[Row]) -> Record:
    """The sums of calls without those that others pay for, and beside them how many these are and what they cost."""
    mine, others = ([row for row in calls if row["shared"] is shared] for shared in (False, True))
    return {
        **{name: sum(row[name] or 0 for row in mine) for name in _TOKENS},
        "usd": fsum(row["usd"] for row in mine),
        "shared": len(others),
        "shared_usd": fsum(row["usd"] for row in others),
    }


def _question(question: Question) -> Record:
    golds = [gold for gold in (question.gold, *question.gold_alternatives) if gold]
    right = options_named(golds, question.options) if question.answer_kind in _LETTERED else []
    return {
        "id": question.id,
        **{name: getattr(question, name) for name in _OF_QUESTION},
        "context": list(context_blocks(question.context)),
        "options": [[letter, text, any(letter in one for one in right)] for letter, text in question.options.items()],
        "alternatives": question.gold_alternatives,
        "flags": question.flags,
    }


def _tried(tried: Tried, question: Question, beside: Beside, chosen: bool, hide: Hiding) -> Record:
    trace = tried.trace
    key = trace["sample"], trace["attempt"]
    rows = [row for row in beside.calculations if (row["sample"], row["attempt"]) == key]
    given = "\n".join((question.question, question.task, question.context, *question.options.values()))
    reasoning = marked(trace["reasoning"], given, rows if tried.measures else None)
    return {
        **_some(trace, _OF_TRACE, hide),
        "chosen": chosen,
        "model": named(trace["model"]),
        "reasoning": reasoning.pieces,
        "calculations": reasoning.calculations,
        "counts": reasoning.counts,
        "check": _some(tried.check, _OF_CHECK, hide),
        "judges": [_judged(one, tried.scores, hide) for one in tried.judgements],
        "measures": [[row["name"], row["value"]] for row in tried.measures],
    }


def _judged(judgement: Row, scores: Sequence[Row], hide: Hiding) -> Record:
    mine = [row for row in scores if row["judge"] == judgement["judge"]]
    return {
        **_some(judgement, _OF_JUDGEMENT, hide),
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
