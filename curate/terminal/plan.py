"""What `plan` and `status` show: how a recipe stands, what is left of it, what it asks its models."""

import json
from dataclasses import asdict

import typer

from curate.chat.budget import Spent
from curate.recipe import Recipe
from curate.release_spec import DifficultySpec
from curate.rounds import Draws, Round
from curate.survey import R1_MEAN, Known, Survey
from curate.terminal.console import console, shown
from curate.terminal.layout import numbered, title
from judges.verdict import REASONS


def print_plan(recipe: Recipe, found: Survey, as_json: bool) -> None:
    """The questions, the calls that are left with their tokens and cost, and the first prompt of each kind."""
    if as_json:
        print_json(found)
        return
    _print_parts(found)
    if not recipe.models:
        console().print("no model is asked")
        return
    _print_left(recipe, found)
    for kind, text in found.prompts.items():
        console().print(title(f"the first prompt ({kind})"))
        console().print(shown(text), soft_wrap=True)


def print_status(recipe: Recipe, found: Survey, as_json: bool) -> None:
    """What is done, pending and failed, and the cost so far."""
    if as_json:
        print_json(found)
        return
    _print_parts(found)
    labels = ", ".join(f"{count:,} {label}" for label, count in sorted(found.labels.items()))
    console().print(shown(f"done: {labels or 'nothing'}"))
    if recipe.split.rl.difficulty is not None:
        console().print(shown(_drawn(recipe.split.rl.difficulty, found.student)))
    if found.pulse is not None:
        console().print(shown(f"spent so far by {recipe.name}: {_said(found.pulse.total)}"))


def print_json(found: Survey) -> None:
    """A survey as JSON."""
    said = {
        "sources": {name: asdict(part) for name, part in found.parts.items()},
        "labels": dict(found.labels),
        "spent": asdict(found.pulse.total) if found.pulse else None,
        "left": asdict(found.left),
        "at_most": asdict(found.at_most),
        "known": asdict(found.known),
        "before": {" ".join(key): asdict(part) for key, part in found.before.items()},
        "checks": asdict(found.checks),
        "judgements": {name: asdict(part) for name, part in found.judgements.items()},
        "student": asdict(found.student),
        "prompts": found.prompts,
    }
    typer.echo(json.dumps(said, ensure_ascii=False, indent=2))


def _print_parts(found: Survey) -> None:
    names = ("records", "questions", "dropped", "done", "failed", "pending")
    rows = [
        (name, (part.records, part.questions, part.dropped, part.done - part.dropped, part.failed, part.pending))
        for name, part in found.parts.items()
    ]
    console().print(numbered("source", names, [(name, [f"{one:,}" for one in numbers]) for name, numbers in rows]))
    for name, part in found.parts.items():
        for reason, count in sorted(part.reasons.items(), key=lambda one: (-one[1], one[0])):
            console().print(shown(f"{name}: {count:,} dropped, {reason}: {REASONS.get(reason, '')}", "dim"))


def _print_left(recipe: Recipe, found: Survey) -> None:
    by = recipe.distil.by if recipe.distil else ""
    if found.pulse is not None:
        console().print(shown(f"spent so far  {_said(found.pulse.total)}"))
    console().print(shown(f"left          {_said(found.left)}"))
    console().print(shown(f"at the most   {_said(found.at_most)}"))
    if by in recipe.models:
        console().print(shown(f"projected {_basis(found.known)}"))
    if found.pilot is not None and found.pilot.stopped is not None:
        console().print(shown(f"the pilot stopped early: {found.pilot.detail}", "bold"))
    for (purpose, name), part in found.before.items():
        done = {"filter": "sorts out", "convert": "rewrites"}[purpose]
        console().print(shown(f"with {name}, that {done} first: {part.asked:,} questions seen, {part.waiting:,} wait"))
    if recipe.check.judge:
        seen = _seen(found.checks)
        console().print(
            shown(f"with the answer judge for the {found.checks.share:.0%} that rules leave undecided, {seen}")
        )
    for name, part in found.judgements.items():
        those = "in doubt" if name == recipe.judge.escalate else "that are right"
        console().print(shown(f"with {name} on the reasoning of those {those}, {part.share:.0%} {_seen(part)}"))
    difficulty = recipe.split.rl.difficulty
    if difficulty is not None:
        those = f"the {found.student.share:.0%} that go to rl, {_seen(found.student, 'questions')}"
        console().print(shown(f"with {difficulty.model}, {difficulty.samples:,} times on {those}"))
    others = (recipe.check.judge or "", *(name for _, name in found.before), *found.judgements)
    for name in dict.fromkeys((by, *others, difficulty.model if difficulty else "")):
        if name in recipe.models and recipe.models[name].price is None:
            console().print(shown(f"models.{name} has no `price`, so dollars are not known"))
    if recipe.budget.usd is not None and found.pulse is not None:
        total = found.pulse.total.usd + found.left.usd
        if total > recipe.budget.usd:
            console().print(shown(f"this is more than the budget of ${recipe.budget.usd:,.2f}", "bold"))


def _seen(part: Round, what: str = "answers") -> str:
    return f"of {part.traces:,} {what} so far" if part.traces else "as of real DeepSeek-R1 answers"


def _drawn(spec: DifficultySpec, draws: Draws) -> str:
    """How far the student is."""
    return f"{spec.model}: {draws.calls:,} answers on {draws.asked:,} questions for rl, {draws.waiting:,} to come"


def _basis(known: Known) -> str:
    """What a projection of the teacher's calls stands on."""
    if not known.calls:
        return (
            f"from lengths: replies of {R1_MEAN:,} tokens as DeepSeek-R1's, one call a sample; --pilot 20 tells better"
        )
    return (
        f"from {known.calls:,} calls in the journal: {known.completion / known.calls:,.0f} tokens a reply, "
        f"{known.calls / known.samples:.2f} calls a sample"
    )


def _said(spent: Spent) -> str:
    return f"{spent.calls:>10,} calls  {spent.tokens:>14,} tokens  ${spent.usd:>10,.2f}"
