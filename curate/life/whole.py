"""A row's life put together: out of the tables of its run, the journal, and the releases."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from curate.hiding import Hiding
from curate.identity import named
from curate.life.calls import calls_of, looked_up, spent
from curate.life.passages import of_source, passages
from curate.life.placed import placed
from curate.life.records import Called, Conversion, FromJournal, Life, Passage, Row, Trial
from curate.life.rows import Rows
from curate.life.rules import rules, why_chosen
from curate.life.trials import student_of, trials_of
from curate.life.words import worded
from curate.records import COMMON_DEFECTS, Question
from curate.runs import Run, journal_of
from judges.reasoning.rules import RULES

_OF_CONVERSIONS = ("converted_by", "given")


def life(run: Run, asked_for: str, journal: Path | None = None, *, whole: bool = False) -> Life:
    """Everything that a run knows of one row. asked_for: its id, or its original's; journal: by default the one beside
    the run directory, if it is there; whole: each call's request and reply too.

    Raises UserError for an unknown id, naming the nearest, and for a journal that is missing or cannot be read."""
    models, recipe = run.record["models"], run.record["recipe"]
    hide = Hiding([*models.values(), *(one["model"] for one in recipe.get("models", {}).values())])
    with run.connect() as connection:
        rows = Rows(connection)
        outcome = _outcome(rows, rows.identified(asked_for), hide)
        calls, told = looked_up(calls_of(rows, outcome, models, hide), journal_of(run, journal), whole)
        return _put_together(run, rows, asked_for, outcome, trials_of(rows, outcome, hide), calls, told)


def _put_together(
    run: Run,
    rows: Rows,
    asked_for: str,
    outcome: Row,
    trials: Sequence[Trial],
    calls: Sequence[Called],
    journal: FromJournal,
) -> Life:
    id, recipe = outcome["question_id"], run.record["recipe"]
    question = run.question(id)
    record = _as_read(run, question) if question else None
    gates = passages(recipe, record, outcome, frozenset(one.purpose for one in calls), rows) if record else ()
    source = _source(rows, run, outcome["source"])
    return Life(
        id=id,
        asked_for=asked_for,
        run=_run(run),
        source=source,
        unreadable=rows.one("select place, error, raw from unreadable where question_id = ?", id),
        record=asdict(record) if record else None,
        flags=_flags(source, record, question),
        passages=gates,
        conversion=_conversion(recipe, question, outcome, gates) if question else None,
        question=asdict(question) if question and question != record else None,
        calls=tuple(calls),
        journal=journal,
        trials=tuple(trials),
        chosen=why_chosen(trials, outcome),
        outcome=outcome,
        rules=rules(recipe, question, outcome, trials),
        student=student_of(rows, id, recipe),
        spent=spent(calls),
        releases=placed(run, id),
    )


def _as_read(run: Run, question: Question) -> Question:
    """The question before a conversion: its parent, or itself without what the conversion added."""
    parent = run.question(question.parent) if question.parent else None
    if parent is not None or "converted_by" not in question.meta:
        return parent or question
    return replace(question, meta={name: said for name, said in question.meta.items() if name not in _OF_CONVERSIONS})


def _run(run: Run) -> dict[str, Any]:
    record = run.record
    return {
        "path": str(run.path),
        "recipe": record["recipe"]["name"],
        "version": record["recipe"]["version"],
        "recipe_digest": record["recipe_digest"],
        "started": record["started"],
        "stopped": record["stopped"],
    }


def _source(rows: Rows, run: Run, name: str) -> dict[str, Any]:
    """What run.json tells of a source, and what its recipe read."""
    said = next((dict(one) for one in run.record["sources"] if one["source"] == name), {"source": name})
    where = rows.one("select location from sources where source = ?", name)
    return said | (where or {})


def _flags(source: Row, *questions: Question | None) -> dict[str, str]:
    meanings = {**COMMON_DEFECTS, **source.get("flags", {})}
    return {flag: meanings.get(flag, "") for one in questions if one for flag in one.flags}


def _outcome(rows: Rows, id: str, hide: Hiding) -> dict[str, Any]:
    found = rows.one("from outcomes where question_id = ?", id)
    assert found is not None, id
    return worded(found, hide)


def _conversion(
    recipe: Mapping[str, Any], question: Question, outcome: Row, gates: Sequence[Passage]
) -> Conversion | None:
    spec = of_source(recipe, question.source).get("convert")
    if spec is None:
        return None
    if by := question.meta.get("converted_by"):
        return Conversion(spec["use"], named(str(by)), "made")
    said = {"use": spec["use"], "by": spec.get("by", RULES)}
    if any(one.state != "passed" for one in gates):
        return Conversion(**said, state="not reached")
    why = {name: outcome[name] for name in ("reason", "meaning", "detail")}
    if outcome["reason"] == "pending":
        return Conversion(**said, state="waits", **why)
    return Conversion(**said, state="dropped" if outcome["label"] == "dropped" else "failed", **why)
