"""The traces that were written for a question with what both rounds say of each, and a student's answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from curate.errors import UserError
from curate.hiding import Hiding
from curate.identity import named, published
from curate.life.records import Round, Row, Student, Trial
from curate.life.rows import Rows
from curate.life.words import meaning, worded
from curate.release_spec import DifficultySpec

_OF_TRACE = "where question_id = ? and sample = ? and attempt = ? order by rowid"


def trials_of(rows: Rows, outcome: Row, hide: Hiding) -> tuple[Trial, ...]:
    """The traces of an outcome's question, in the order in which they were asked for."""
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
        check={**worded(check, hide), "method": named(check["method"]), "rule_meaning": meaning(check["rule"])},
        rounds=_rounds(rows, key, hide),
        measures={row["name"]: row["value"] for row in rows.all(f"from measures {_OF_TRACE}", *key)},
        calculations=len(calculations),
        wrong=tuple(row for row in calculations if row["value"] is False),
    )


def _rounds(rows: Rows, key: tuple[Any, ...], hide: Hiding) -> tuple[Round, ...]:
    votes = rows.all(f"from scores {_OF_TRACE}", *key)
    said = (worded(row, hide) for row in rows.all(f"from judgements {_OF_TRACE}", *key))
    return tuple(_round(row, [vote for vote in votes if vote["judge"] == row["judge"]]) for row in said)


def _round(said: Row, votes: Sequence[Row]) -> Round:
    return Round(
        judge=said["judge"],
        model=published(votes[0]["identity"]) if votes else "",
        good=said["value"],
        **{name: said[name] for name in ("sits", "reason", "meaning", "detail", "shown")},
        votes=tuple({name: vote[name] for name in ("criterion", "vote", "rationale")} for vote in votes),
    )


def student_of(rows: Rows, id: str, recipe: Mapping[str, Any]) -> Student | None:
    """A student's answers, None where none was asked. Raises UserError where the run's recipe cannot be read."""
    rates = rows.one("select * exclude question_id from pass_rates where question_id = ?", id)
    if rates is None:
        return None
    answers = rows.all("from student where question_id = ? order by rowid", id)
    told = ("sample", "value", "reason", "outcome", "extracted")
    return Student(
        model=published(answers[0]["model"]),
        answers=tuple({name: one[name] for name in told} | {"meaning": meaning(one["reason"])} for one in answers),
        **rates,
        keep=_band(recipe),
    )


def _band(recipe: Mapping[str, Any]) -> tuple[float, float]:
    try:
        return DifficultySpec.model_validate(recipe["split"]["rl"]["difficulty"]).keep
    except ValueError:
        raise UserError("the run's recipe cannot be read; run the recipe again") from None
