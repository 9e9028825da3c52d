"""A row's life put together: out of the tables of its run, the journal, and the releases."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from curate.hiding import Hiding
from curate.identity import named, published
from curate.life.calls import calls_of, looked_up, spent
from curate.life.passages import of_source, passages
from curate.life.placed import placed
from curate.life.records import Conversion, Life, Passage, Round, Row, Student, Trial
from curate.life.rows import Rows, meaning
from curate.life.rules import rules, why_chosen
from curate.records import COMMON_DEFECTS, Question
from curate.runs import JOURNAL, Run

_OF_TRACE = "where question_id = ? and sample = ? and attempt = ? order by rowid"
_OF_CONVERSIONS = ("converted_by", "given")
_SERVERS_WORDS = ("error", "judge_failed", "convert_failed")  # reasons whose detail is what a server said


def life(run: Run, asked_for: str, journal: Path | None = None, *, whole: bool = False) -> Life:
    """Everything that a run knows of one row. asked_for: its id, or its original's; journal: by default the one beside
    the run directory, if it is there; whole: each call's request and reply too.

    Raises UserError for an unknown id, naming the nearest, and for a journal that cannot be read."""
    hide = Hiding(run.record["models"].values())
    recipe = run.record["recipe"]
    with run.connect() as connection:
        rows = Rows(connection)
        id = rows.identified(asked_for)
        outcome = _outcome(rows, id, hide)
        calls, told = looked_up(calls_of(rows, id, run.record["models"], hide), _journal(run, journal), whole)
        question = run.question(id)
        record = _as_read(run, question) if question else None
        purposes = frozenset(one.purpose for one in calls)
        gates = passages(recipe, record, outcome, purposes, rows) if record else ()
        trials = _trials(rows, outcome, hide)
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
            calls=calls,
            journal=told,
            trials=trials,
            chosen=why_chosen(trials, outcome),
            outcome=outcome,
            rules=rules(recipe, question, outcome, trials),
            student=_student(rows, id, recipe),
            spent=spent(calls),
            releases=placed(run, id),
        )


def _as_read(run: Run, question: Question) -> Question:
    """The question before a conversion: its parent, or itself without what the conversion added."""
    parent = run.question(question.parent) if question.parent else None
    if parent is not None or "converted_by" not in question.meta:
        return parent or question
    return replace(question, meta={name: said for name, said in question.meta.items() if name not in _OF_CONVERSIONS})


def _journal(run: Run, journal: Path | None) -> Path | None:
    """The journal that is named, else the one that is at hand."""
    beside = run.path.parent / JOURNAL
    return journal or (beside if beside.is_file() else None)


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
    return _worded(found, hide)


def _worded(row: Mapping[str, Any], hide: Hiding) -> dict[str, Any]:
    """A row with the meaning of its reason, and a server's words as they may be shown."""
    detail = hide(row["detail"]) if row["reason"] in _SERVERS_WORDS else row["detail"]
    return {**row, "meaning": meaning(row["reason"]), "detail": detail or ""}


def _conversion(
    recipe: Mapping[str, Any], question: Question, outcome: Row, gates: Sequence[Passage]
) -> Conversion | None:
    spec = of_source(recipe, question.source).get("convert")
    if spec is None:
        return None
    said = {"use": spec["use"], "attempts": spec.get("attempts", 3)}
    if by := question.meta.get("converted_by"):
        return Conversion(**said, by=named(str(by)), state="made")
    said["by"] = spec.get("by", "rules")
    if any(one.state != "passed" for one in gates):
        return Conversion(**said, state="not reached")
    why = {name: outcome[name] for name in ("reason", "meaning", "detail")}
    if outcome["reason"] == "pending":
        return Conversion(**said, state="waits", **why)
    return Conversion(**said, state="dropped" if outcome["label"] == "dropped" else "failed", **why)


def _trials(rows: Rows, outcome: Row, hide: Hiding) -> tuple[Trial, ...]:
    found = rows.all("from traces where question_id = ? order by rowid", outcome["question_id"])
    return tuple(_trial(rows, trace, outcome, hide) for trace in found)


def _trial(rows: Rows, trace: dict[str, Any], outcome: Row, hide: Hiding) -> Trial:
    key = (trace["question_id"], trace["sample"], trace["attempt"])
    check = rows.one(f"from checks {_OF_TRACE}", *key)
    assert check is not None, key
    calculations = rows.all(f"from calculations {_OF_TRACE}", *key)
    return Trial(
        sample=trace["sample"],
        attempt=trace["attempt"],
        chosen=key[1:] == (outcome["sample"], outcome["attempt"]),
        trace={**trace, "model": named(trace["model"]), "error": hide(trace["error"])},
        check={**_worded(check, hide), "method": named(check["method"]), "rule_meaning": meaning(check["rule"])},
        rounds=_rounds(rows, key, hide),
        measures={row["name"]: row["value"] for row in rows.all(f"from measures {_OF_TRACE}", *key)},
        calculations=len(calculations),
        wrong=tuple(row for row in calculations if row["value"] is False),
    )


def _rounds(rows: Rows, key: tuple[Any, ...], hide: Hiding) -> tuple[Round, ...]:
    votes = rows.all(f"from scores {_OF_TRACE}", *key)
    said = (_worded(row, hide) for row in rows.all(f"from judgements {_OF_TRACE}", *key))
    return tuple(_round(row, [vote for vote in votes if vote["judge"] == row["judge"]]) for row in said)


def _round(said: Row, votes: Sequence[Row]) -> Round:
    return Round(
        judge=said["judge"],
        model=published(votes[0]["identity"]) if votes else "",
        good=said["value"],
        **{name: said[name] for name in ("sits", "reason", "meaning", "detail", "shown")},
        votes=tuple({name: vote[name] for name in ("criterion", "vote", "rationale")} for vote in votes),
    )


def _student(rows: Rows, id: str, recipe: Mapping[str, Any]) -> Student | None:
    answers = rows.all("from student where question_id = ? order by rowid", id)
    rates = rows.one("from pass_rates where question_id = ?", id)
    if rates is None:
        return None
    band = recipe["split"]["rl"]["difficulty"].get("keep", (0.1, 0.9))
    told = ("sample", "value", "reason", "outcome", "extracted")
    return Student(
        model=published(answers[0]["model"]),
        answers=tuple({name: one[name] for name in told} | {"meaning": meaning(one["reason"])} for one in answers),
        **{name: value for name, value in rates.items() if name != "question_id"},
        keep=(band[0], band[1]),
    )
