"""The gates on a question's way to the teacher, by the recipe of its run: screens, the source's cap, filters."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from curate.errors import UserError
from curate.life.records import Passage, Row, Rule
from curate.life.rows import Rows
from curate.records import Question
from curate.screen_spec import ScreenSpec

State = Literal["passed", "dropped", "waits", "failed", "not reached"]
Gate = tuple[Rule, tuple[str, ...]]  # and the reasons that it drops for

_GOLD = ("gold_missing", "gold_unusable", "gold_conflict")
_DUPLICATES = ("duplicate", "near_duplicate", "duplicate_conflict")
_STOPPED: Mapping[str, State] = {"pending": "waits", "convert_failed": "failed"}
_OTHER = "select q.id, q.question, q.gold, o.label, o.goes_to from questions q join outcomes o on o.question_id = q.id"


def of_source(recipe: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a run's recipe says of a source."""
    called = ((one.get("name") or one["use"].rpartition(".")[2], one) for one in recipe.get("sources", ()))
    return next((dict(one) for title, one in called if title == name), {})


def passages(
    recipe: Mapping[str, Any], question: Question, outcome: Row, purposes: frozenset[str], rows: Rows
) -> tuple[Passage, ...]:
    """Every gate of the recipe in its order, and how the question fared there. purposes: of the calls for it."""
    said = of_source(recipe, question.source)
    stopped = _STOPPED.get(outcome["reason"]) if purposes <= {"filter"} else None
    found = [*_gated([*_screens(_spec(recipe), question), *_cap(said)], outcome, None, rows)]
    beyond: State | None = "dropped" if found and found[-1].state in ("dropped", "not reached") else None
    return (*found, *_gated([*_filter(said)], outcome, beyond or stopped, rows))


def _gated(gates: Iterable[Gate], outcome: Row, stopped: State | None, rows: Rows) -> Iterator[Passage]:
    """stopped: how the way ends at the first of these gates, where that is known."""
    ended = stopped == "dropped"
    for rule, reasons in gates:
        drops = outcome["label"] == "dropped" and outcome["reason"] in reasons
        if ended:
            yield Passage(rule, "not reached")
        else:
            ended = drops or stopped is not None
            state: State = "dropped" if drops else stopped or "passed"
            yield Passage(rule, state, _other(outcome, rows) if drops else None)


def _spec(recipe: Mapping[str, Any]) -> ScreenSpec | None:
    """The run's screens. Raises UserError where an older version of the package wrote them in another form."""
    said = recipe.get("screen")
    try:
        return None if said is None else ScreenSpec.model_validate(said)
    except ValueError:
        raise UserError("the run's recipe has a `screen` that cannot be read; run the recipe again") from None


def _screens(spec: ScreenSpec | None, question: Question) -> Iterator[Gate]:
    """In the order of curate.screening."""
    if spec is not None:
        yield from _own_words(spec)
        yield _private(spec, question)
        yield from _others(spec)


def _own_words(spec: ScreenSpec) -> Iterator[Gate]:
    """The screens that look at what the question says."""
    if spec.gold == "drop":
        yield Rule("screen.gold", "drop", "its gold is there, can be read, and does not contradict itself"), _GOLD
    if spec.missing_reference == "drop":
        words = "it refers to no figure, table or material that is missing"
        yield Rule("screen.missing_reference", "drop", words), ("missing_reference",)
    languages = ", ".join(spec.languages)
    yield Rule("screen.languages", languages, f"it is in one of the languages {languages}"), ("language",)
    length = spec.characters
    if length.min > 1 or length.max is not None:
        allowed = f"{length.min:,} to {length.max:,}" if length.max is not None else f"{length.min:,} and more"
        yield Rule("screen.characters", allowed, "it is as long as the recipe keeps"), ("too_short", "too_long")


def _private(spec: ScreenSpec, question: Question) -> Gate:
    found = {"redact": "private data in it is masked", "keep": "private data in it is only flagged"}
    none = "no private data is in it"
    words = found.get(spec.private, none) if "private_data" in question.flags else none
    return Rule("screen.private", spec.private, words), ("private_data",)


def _others(spec: ScreenSpec) -> Iterator[Gate]:
    """The screens that compare it with benchmarks, and with the run's other questions."""
    if spec.overlap is not None:
        sets = ", ".join(one.called for one in spec.overlap.against)
        yield Rule("screen.overlap.against", sets, "it stands in none of these benchmark sets"), ("overlap",)
    if spec.duplicates is not None:
        words = "no better question of the run is the same"
        alike = f"{words}, or as much alike" if spec.duplicates != "exact" else words
        yield Rule("screen.duplicates", str(spec.duplicates), alike), _DUPLICATES
    if spec.per_template:
        words = "it is among those that are kept of its wording"
        yield Rule("screen.per_template", f"{spec.per_template:,}", words), ("over_template",)


def _cap(said: Mapping[str, Any]) -> Iterator[Gate]:
    if said.get("cap"):
        words = "it is among those that are kept of its source"
        yield Rule("sources.cap", f"{said['cap']:,}", words), ("over_cap",)


def _filter(said: Mapping[str, Any]) -> Iterator[Gate]:
    """Both filters as one gate: of a call that waits or failed nothing tells which of the two it was for."""
    sorted_out = said.get("filter") or {}
    small, other = ", ".join(sorted_out.get("difficulty") or ()), sorted_out.get("ambiguity")
    told = {"difficulty": small, "ambiguity": other}
    words = {
        "difficulty": f"not all of {small} answer it right",
        "ambiguity": f"{other} does not say that it has no single answer",
    }
    asked = [name for name, value in told.items() if value]
    if asked:
        value = "; ".join(f"{name} {told[name]}" for name in asked)
        yield Rule("sources.filter", value, "; ".join(words[name] for name in asked)), ("too_easy", "ambiguous")


def _other(outcome: Row, rows: Rows) -> Row | None:
    """The question of the run that a duplicate's detail names: "finqa:92, 91% alike"."""
    if outcome["reason"] not in _DUPLICATES:
        return None
    detail = outcome["detail"]
    name = detail.rpartition(", ")[0] if outcome["reason"] == "near_duplicate" else detail
    return rows.one(f"{_OTHER} where q.id = ? or q.parent = ?", name, name)
