"""Every question asked of one model after the other, and the answers checked: first by rules, then by the model that
checks, if there is one. So no two servers of our own share a GPU.

A call that failed leaves an answer `error`, one that was not sent `pending`; the next run asks for both.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from curate.asking import Asking
from curate.chat import CallFailed, Chat, Journal, Model, NotAsked
from curate.chat.budget import Spent
from curate.chat.client import Pulse
from curate.chat.running import Meter
from curate.check import Checker, by_rules, check
from curate.distil import trace_of
from curate.identity import published
from curate.loop import interruptible, open_files, worked
from curate.moment import Failure, Moment, Tally, Told
from curate.prompt import prompt
from curate.records import Question, Trace
from judges.answers.prompt import ASKABLE
from judges.verdict import Verdict
from train.evaluation.alike import alike, sampling
from train.evaluation.results import Answer
from train.evaluation.spec import EvaluateSpec
from train.text.form import rejoined, well_formed

SAMPLING = {"temperature": 0, "max_tokens": 4096}

Item = TypeVar("Item")
Result = TypeVar("Result", "Given", Answer)


@dataclass(frozen=True, slots=True)
class Given:
    """What a model gave to a question: its answer, checked by rules, and the text that was checked."""

    question: Question
    answer: Answer
    text: str = ""

    @property
    def waits(self) -> bool:
        """Whether a model that checks could decide what rules did not."""
        return self.answer.value is None and self.answer.reason in ASKABLE and bool(self.text)


@dataclass(slots=True)
class Asked:
    """What all calls of a run did, by whom, and why it ended early, if it did. identities: as they may be published."""

    meter: Meter = field(default_factory=Meter)
    spent: Spent = field(default_factory=Spent)
    identities: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None
    detail: str = ""

    def add(self, pulse: Pulse) -> None:
        """Takes in what one model's calls did; the first reason to stop stays."""
        for name in ("kept", "sent", "answered", "refused", "failed", "tokens", "usd"):
            setattr(self.meter, name, getattr(self.meter, name) + getattr(pulse.meter, name))
        self.spent = pulse.total
        if self.stopped is None:
            self.stopped, self.detail = pulse.stopped, pulse.detail


async def ask_all(
    spec: EvaluateSpec, questions: Sequence[tuple[str, Question]], journal: Journal, told: Told
) -> tuple[list[Answer], Asked]:
    """The answers of every scored model to every question (benchmark, question), in that order. Raises UserError if a
    server only fails."""
    asked, given = Asked(), list[Given]()
    for name in spec.scored:

        async def give(chat: Chat, item: tuple[str, Question], name: str = name) -> Given:
            return await _given(chat, name, *item, spec)

        given += await _through(questions, give, f"asking {name}", name, spec, journal, told, asked)
    answers = [one.answer for one in given]
    waiting = [place for place, one in enumerate(given) if one.waits]
    if (judge := spec.check.judge) is not None and waiting:
        checker = Checker(spec.check.policy, (judge, spec.models[judge]))

        async def decide(chat: Chat, place: int) -> Answer:
            return await _judged(chat, given[place], checker)

        judged = await _through(waiting, decide, f"checking by {judge}", judge, spec, journal, told, asked)
        for place, answer in zip(waiting, judged, strict=True):
            answers[place] = answer
    return answers, asked


async def _through(
    items: Sequence[Item],
    way: Callable[[Chat, Item], Awaitable[Result]],
    stage: str,
    name: str,
    spec: EvaluateSpec,
    journal: Journal,
    told: Told,
    asked: Asked,
) -> list[Result]:
    """Every item through one model, which may be asked as long as nothing stopped the run before."""
    model = alike(spec.models[name]) if name in spec.scored else spec.models[name]
    results, tally = list[Result](), Tally.of("right", "wrong", "undecided", "waiting")
    chat = Chat({name: model}, journal, recipe=spec.name, limit=spec.budget, asks=asked.stopped is None)
    asked.identities[name] = published(chat.endpoints[name].identity)
    open_files(model.concurrency)

    async def one(item: Item) -> Result:
        result = await way(chat, item)
        _count(result.answer if isinstance(result, Given) else result, tally)
        return result

    def tell(done: int, pulse: Pulse | None) -> None:
        told(Moment(stage, done, len(items), pulse, tally.outcomes()))

    with interruptible(chat, "train"):
        async with chat:
            await worked(items, one, chat, model.concurrency, results.append, tell)
            asked.add(chat.pulse())
    return results


def _count(answer: Answer, tally: Tally) -> None:
    decided = {True: "right", False: "wrong", None: "undecided"}[answer.value]
    tally.add("waiting" if answer.reason == "pending" else decided, answer.reason)
    if answer.reason in ("error", "judge_failed"):
        tally.fail(Failure(answer.id, answer.benchmark, answer.detail))


async def _given(chat: Chat, name: str, benchmark: str, question: Question, spec: EvaluateSpec) -> Given:
    golds = (question.gold, *question.gold_alternatives)
    answer = Answer(
        model=name,
        benchmark=benchmark,
        id=question.id,
        kind=question.answer_kind,
        language=question.language,
        gold=next(gold for gold in golds if gold),
        value=None,
        reason="pending",
        group=question.group,
    )
    try:
        said = sampling(spec.models[name], spec.sampling.over(SAMPLING))
        answered = await chat.ask(name, messages(question, spec.system), said)
    except NotAsked:
        return Given(question, answer)
    except CallFailed as failed:
        told = _without_address(str(failed), spec.models[name])
        return Given(question, replace(answer, reason="error", detail=told, key=failed.key))
    reply = answered.reply
    replied = replace(
        answer,
        formed=well_formed(rejoined(reply.reasoning, reply.content)),
        thought=bool(reply.reasoning),
        cut=reply.outcome == "truncated",
        tokens=reply.usage.completion,
        key=answered.key,
    )
    verdict = by_rules(question, trace_of(question, reply, name), spec.check.policy)
    return Given(question, _checked(replied, verdict), reply.content)


def messages(question: Question, system: str | None) -> list[dict[str, str]]:
    """What every model is asked: the question as it is asked in a training, behind the same system message."""
    said = [{"role": "system", "content": system}] if system else []
    return [*said, {"role": "user", "content": prompt(question)}]


async def _judged(chat: Chat, given: Given, checker: Checker) -> Answer:
    trace = Trace(given.question.id, "", given.text, None, "ok", "distilled", given.answer.model)
    try:
        verdict = await check(given.question, trace, checker, Asking(given.question.id, chat))
    except NotAsked:
        return replace(given.answer, reason="pending")
    assert checker.judge is not None
    return _checked(given.answer, replace(verdict, detail=_without_address(verdict.detail, checker.judge[1])))


def _checked(answer: Answer, verdict: Verdict) -> Answer:
    return replace(
        answer,
        value=verdict.value,
        reason=verdict.reason,
        extracted=verdict.extracted,
        method=verdict.method,
        detail=verdict.detail,
    )


def _without_address(words: str, model: Model) -> str:
    """A server's words without its address: results are handed on."""
    return words.replace(model.base_url, "its server") if model.base_url else words
