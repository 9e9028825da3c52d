"""All questions of a run through the pipeline, in order, with the models of the recipe at hand."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from curate import distil
from curate.chat import Chat, Journal
from curate.chat.client import Pulse
from curate.check import Checker
from curate.convert import Way
from curate.jury import Jury
from curate.loop import interruptible, open_files, run_async, worked
from curate.moment import Failure, Moment, Tally, Told, quiet
from curate.pipeline import Curated, Kit, curate_question
from curate.recipe import Recipe, teacher
from curate.records import Drop, Question
from curate.spec import SourceSpec
from curate.student import Student
from judges.reasoning.rules import RULES

Item = TypeVar("Item")
Result = TypeVar("Result")

_WAITING = "waiting"
_IN_FLIGHT = 64  # questions, where no model is asked


@dataclass(frozen=True, slots=True)
class Asks:
    """Whether and what models may be asked: any: at all; retry: outcomes of questions whose kept
    replies of these outcomes are asked for anew."""

    any: bool = True
    retry: frozenset[str] = frozenset()


def curate_all(
    questions: Iterable[tuple[Question, Drop | None]],
    total: int,
    recipe: Recipe,
    journal: Path | None,
    take: Callable[[Curated], None],
    *,
    asks: Asks | None = None,
    told: Told = quiet,
) -> Pulse | None:
    """Curates every question and hands the results to `take` in order. Returns what was spent, and why the run stopped
    early if it did; None for a recipe without models. Raises UserError if a server only failed."""
    tally, paid = Tally.of("sft", "rl", "rejects", _WAITING), set[bytes]()

    async def counted(gathered: tuple[Question, Drop | None], kit: Kit) -> Curated:
        curated = await curate_question(gathered, kit)
        _count(curated, tally, paid)
        return curated

    def tell(moment: Moment) -> None:
        told(replace(moment, outcomes=tally.outcomes()))

    return send_all(questions, counted, total, recipe, journal, take, asks=asks, told=tell)


def _count(curated: Curated, tally: Tally, paid: set[bytes]) -> None:
    """paid: keys of the replies that were counted; one that several calls share costs once."""
    prices = {bytes.fromhex(call.key): call.usd for call in curated.calls if call.usd}
    usd = sum(prices[key] for key in prices.keys() - paid)
    paid.update(prices)
    tally.add(curated.outcome.goes_to or _WAITING, curated.outcome.reason, usd)
    for call in curated.calls:
        if call.error is not None:
            tally.fail(Failure(call.question_id, call.purpose, call.error))


def send_all(
    items: Iterable[Item],
    way: Callable[[Item, Kit], Awaitable[Result]],
    total: int,
    recipe: Recipe,
    journal: Path | None,
    take: Callable[[Result], None],
    *,
    asks: Asks | None = None,
    told: Told = quiet,
) -> Pulse | None:
    """Sends every item through `way` with what the recipe brings, as `curate_all` does with questions."""
    if not recipe.models or journal is None:
        run_async(lambda: _work(items, way, total, recipe, None, frozenset(), take, told))
        return None
    kept = Journal(journal)
    try:
        return run_async(lambda: _with_models(items, way, total, recipe, kept, take, asks or Asks(), told))
    finally:
        kept.close()


def kit_of(recipe: Recipe, chat: Chat | None, retry: frozenset[str]) -> Kit:
    """What the recipe brings to every question."""
    spec, judge = recipe.distil, recipe.check.judge
    teach = distil.by_module(lambda question: "no_trace")
    if spec is not None and spec.by in recipe.models:
        teach = distil.by_model(spec.by, recipe.models[spec.by], spec.longer)
    elif spec is not None:
        teach = distil.by_module(teacher(spec.by).write)
    return Kit(
        teacher=teach,
        checker=Checker(recipe.check.policy, (judge, recipe.models[judge]) if judge else None),
        jury=jury_of(recipe),
        samples=spec.samples if spec else 1,
        attempts=spec.attempts if spec else 1,
        ways={source.called: way_of(source, recipe) for source in recipe.sources},
        student=student_of(recipe),
        chat=chat,
        retry=retry,
    )


def way_of(source: SourceSpec, recipe: Recipe) -> Way:
    """What a source's questions go through before they are distilled, by the recipe."""
    spec, sorted_out = source.convert, source.filter
    rewrites = spec is not None and spec.by != RULES
    return Way(
        difficulty=tuple((name, recipe.models[name]) for name in sorted_out.difficulty),
        ambiguity=(sorted_out.ambiguity, recipe.models[sorted_out.ambiguity]) if sorted_out.ambiguity else None,
        conversion=spec.implementation if spec else None,
        options=spec.options if spec else None,
        by=(spec.by, recipe.models[spec.by]) if spec and rewrites else None,
        attempts=spec.attempts if spec else 1,
    )


def student_of(recipe: Recipe) -> Student | None:
    """Who tells how hard a question is that goes to rl, by the recipe."""
    spec = recipe.split.rl.difficulty
    return Student(spec.model, recipe.models[spec.model], spec.samples) if spec else None


def jury_of(recipe: Recipe) -> Jury:
    """Who judges the reasoning, by the recipe."""
    spec = recipe.judge
    return Jury(
        by=spec.by,
        models=tuple((name, recipe.models[name]) for name in spec.models),
        criteria=spec.criteria_set,
        keep=spec.keep_rule,
        rule=spec.panel,
        escalate=spec.escalate,
        always=spec.when == "always",
        sees=spec.sees,
        characters=spec.characters,
        thresholds=spec.thresholds,
    )


async def _with_models(
    items: Iterable[Item],
    way: Callable[[Item, Kit], Awaitable[Result]],
    total: int,
    recipe: Recipe,
    journal: Journal,
    take: Callable[[Result], None],
    asks: Asks,
    told: Told,
) -> Pulse:
    chat = Chat(recipe.models, journal, recipe=recipe.name, limit=recipe.budget, asks=asks.any)
    open_files(sum(model.concurrency for model in recipe.models.values()))
    with interruptible(chat):
        async with chat:
            await _work(items, way, total, recipe, chat, asks.retry, take, told)
            return chat.pulse()


async def _work(
    items: Iterable[Item],
    way: Callable[[Item, Kit], Awaitable[Result]],
    total: int,
    recipe: Recipe,
    chat: Chat | None,
    retry: frozenset[str],
    take: Callable[[Result], None],
    told: Told,
) -> None:
    kit = kit_of(recipe, chat, retry)
    in_flight = max(_IN_FLIGHT, sum(model.concurrency for model in recipe.models.values()))
    await worked(
        items,
        lambda item: way(item, kit),
        chat,
        in_flight,
        take,
        lambda done, pulse: told(Moment("curating", done, total, pulse)),
    )
