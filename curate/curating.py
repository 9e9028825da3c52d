"""All questions of a run through the pipeline, in order, with the models of the recipe at hand.

Ctrl-C once sends no further call: those in flight are waited for, and every question that has its replies is finished.
Ctrl-C twice stops at once, as SIGTERM does.
"""

import asyncio
import concurrent.futures
import contextlib
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from curate import distil
from curate.chat import Chat, Journal
from curate.chat.client import Pulse
from curate.check import Checker
from curate.convert import Way
from curate.errors import UserError
from curate.in_order import in_order
from curate.jury import Jury
from curate.pipeline import Curated, Kit, curate_question
from curate.recipe import Recipe, teacher
from curate.records import Drop, Question
from curate.spec import SourceSpec
from curate.student import Student
from judges.reasoning.rules import RULES

Told = Callable[[str, int, int | None, Pulse | None], None]
Item = TypeVar("Item")
Result = TypeVar("Result")

_IN_FLIGHT = 64  # questions, where no model is asked
_AHEAD = 8  # times as many may wait for a slow one before them
_HEARTBEAT = 0.5  # seconds
_TERMINATED = 143
_OTHER_FILES = 256


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
    told: Told = lambda stage, done, total, pulse: None,
) -> Pulse | None:
    """Curates every question and hands the results to `take` in order. Returns what was spent, and why the run stopped
    early if it did; None for a recipe without models. Raises UserError if a server only failed."""
    return send_all(questions, curate_question, total, recipe, journal, take, asks=asks, told=told)


def send_all(
    items: Iterable[Item],
    way: Callable[[Item, Kit], Awaitable[Result]],
    total: int,
    recipe: Recipe,
    journal: Path | None,
    take: Callable[[Result], None],
    *,
    asks: Asks | None = None,
    told: Told = lambda stage, done, total, pulse: None,
) -> Pulse | None:
    """Sends every item through `way` with what the recipe brings, as `curate_all` does with questions."""
    if not recipe.models or journal is None:
        _run_async(lambda: _work(items, way, total, recipe, None, frozenset(), take, told))
        return None
    kept = Journal(journal)
    try:
        return _run_async(lambda: _with_models(items, way, total, recipe, kept, take, asks or Asks(), told))
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
    _open_files(sum(model.concurrency for model in recipe.models.values()))
    with _interruptible(chat):
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
    done = 0

    async def beat() -> None:
        while chat is not None:
            await asyncio.sleep(_HEARTBEAT)
            told("curating", done, total, chat.pulse())

    heart = asyncio.create_task(beat())
    try:
        work = in_order(items, lambda item: way(item, kit), in_flight, in_flight * _AHEAD)
        async with contextlib.aclosing(work):
            async for result in work:
                if chat is not None and chat.stopped is not None and chat.stopped.why == "broken":
                    await chat.drained()
                    raise UserError(
                        f"{chat.stopped.detail}\n  the run stopped; what was answered is in the journal, and the next"
                        " run goes on from there"
                    )
                take(result)
                done += 1
                if chat is None:
                    told("curating", done, total, None)
    finally:
        heart.cancel()


def _open_files(connections: int) -> None:
    """Allows as many open files as connections need, where the system lets us."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if most < 0 else min(wanted, most), most))


@contextmanager
def _interruptible(chat: Chat) -> Iterator[None]:
    """Ctrl-C and SIGTERM, where this is the main thread: elsewhere (a notebook) the main thread cancels this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    ended: list[type[BaseException]] = []

    def interrupt() -> None:
        if chat.stopped is None:
            chat.stop("interrupted", "stopped by Ctrl-C")
            said = f"no more calls; {chat.pulse().in_flight} in flight are waited for"
            print(f"\ncurate: {said} (Ctrl-C again stops now)", file=sys.stderr, flush=True)
        else:
            end(KeyboardInterrupt)

    def end(kind: type[BaseException]) -> None:
        ended.append(kind)
        task.cancel()

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: lambda: end(SystemExit)}
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C stops at once
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
    try:
        yield
    except asyncio.CancelledError:
        if not ended:
            raise
        raise ended[0](*([_TERMINATED] if ended[0] is SystemExit else [])) from None
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in handlers:
                loop.remove_signal_handler(number)


def _run_async(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a coroutine to its end, also where an event loop already runs, as in a notebook: then in a thread, which an
    interrupt here cancels."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    loop = asyncio.new_event_loop()
    task = loop.create_task(work())
    with ThreadPoolExecutor(1) as pool, closing(loop):
        done = pool.submit(loop.run_until_complete, task)
        try:
            return done.result()
        except BaseException:
            if not done.done():
                loop.call_soon_threadsafe(task.cancel)
                concurrent.futures.wait([done])
            raise
