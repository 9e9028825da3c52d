"""What the models of a run were asked, and what that cost: the lines of a card.

spent(run)[0]      ->  Spent(name="teacher", model="deepseek-reasoner at api.deepseek.com", purpose="distil", ...)
dollars(spent(run))  ->  1151.37, or None where a model has no price
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cards.facts import Spent
from curate.check import SAMPLING as CHECK_SAMPLING
from curate.convert import SAMPLING as CONVERT_SAMPLING
from curate.distil import SAMPLING as DISTIL_SAMPLING
from curate.identity import named, published
from curate.jury import SAMPLING as JUDGE_SAMPLING
from curate.labels import judge_spec
from curate.runs import Run
from curate.student import SAMPLING as STUDENT_SAMPLING

_SAMPLINGS: Mapping[str, Mapping[str, Any]] = {
    "filter": CONVERT_SAMPLING,
    "convert": CONVERT_SAMPLING,
    "distil": DISTIL_SAMPLING,
    "check": CHECK_SAMPLING,
    "judge": JUDGE_SAMPLING,
    "student": STUDENT_SAMPLING,
}
_CALLS = """
select model, purpose, list_sort(list_distinct(list(answered_by))) as answered_by,
    count(*) as calls,
    sum(prompt_tokens)::bigint as prompt_tokens, sum(completion_tokens)::bigint as completion_tokens,
    sum(usd::decimal(38, 12))::double as usd
from paid where first group by all order by min(place)"""


def spent(run: Run) -> tuple[Spent, ...]:
    """What was asked of whom for what. Models of the recipe that are one (a teacher that is the student as well) are
    told apart by their purposes; those that share a purpose too stand in one line."""
    asked, models = _asked(run), run.record["recipe"].get("models", {})
    found = []
    for row in run.sql(_CALLS).to_dicts():
        same = [name for name, identity in run.record["models"].items() if identity == row["model"]]
        names = [name for name in same if name in asked[row["purpose"]]] or same[:1]
        found.append(_line(row, {name: models[name] for name in names}))
    return tuple(found)


def dollars(lines: Sequence[Spent]) -> float | None:
    """All of it in US dollars; None where any model that was asked has no price."""
    known = [one.usd for one in lines if one.usd is not None]
    return round(sum(known), 6) if len(known) == len(lines) else None


def _line(row: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> Spent:
    """models: those of the recipe that this line is of, by name."""
    priced = models and all(model.get("price") is not None for model in models.values())
    return Spent(
        name=", ".join(models),
        model=published(row["model"]),
        purpose=row["purpose"],
        answered_by=tuple(named(one) for one in row["answered_by"] if one),
        sampling=_once(_sampling(model, row["purpose"]) for model in models.values()),
        terms=_once(model.get("terms", "") for model in models.values()),
        calls=row["calls"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        usd=round(row["usd"], 6) if priced else None,
    )


def _asked(run: Run) -> Mapping[str, Sequence[str | None]]:
    """Purpose -> whom the recipe asks for it; among them may be what is no model, as `rules` and `program`."""
    recipe = run.record["recipe"]
    filters = [one.get("filter", {}) for one in recipe["sources"]]
    student = recipe.get("split", {}).get("rl", {}).get("difficulty") or {}
    return {
        "filter": [name for one in filters for name in (*one.get("difficulty", ()), one.get("ambiguity"))],
        "convert": [(one.get("convert") or {}).get("by") for one in recipe["sources"]],
        "distil": [(recipe.get("distil") or {}).get("by")],
        "check": recipe.get("check", {}).get("by", ()),
        "judge": judge_spec(run).models,
        "student": [student.get("model")],
    }


def _sampling(model: Mapping[str, Any], purpose: str) -> str:
    drawn = {**_SAMPLINGS[purpose], **model.get("sampling", {})}
    return ", ".join(f"{name} {value}" for name, value in drawn.items() if value is not None)


def _once(said: Any) -> str:
    return "; ".join(dict.fromkeys(filter(None, said)))
