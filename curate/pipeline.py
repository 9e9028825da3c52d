"""The way of one question, readable top to bottom: trace, round one, round two, again if they say no, outcome; then, of
what goes to rl, how hard it is for a student."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curate.asking import Asking
from curate.chat import Chat, NotAsked
from curate.check import RULES, Checker, check
from curate.convert import AS_IT_IS, Way, convert
from curate.distil import Teacher, given
from curate.judge import Judgement, judge
from curate.jury import RULES_ALONE, Jury
from curate.records import CallMade, Destination, Drop, Label, Outcome, Question, Trace
from curate.student import Answer, Student, answers_of
from judges.answers import VERIFIABLE_KINDS
from judges.answers.audit import CONTRADICTING
from judges.verdict import Verdict

# Outcomes of a trace that another draw may mend: not a cut-off one (it would be cut off again), nor a failed call (it
# was sent several times).
_WORTH_ANOTHER = ("empty_reasoning", "empty_answer", "refusal")
_UNCONVERTED = ("convert_failed", "truncated", "refusal", "filtered", "empty_answer")
_RANK = {True: 0, False: 1, None: 2}


@dataclass(frozen=True, slots=True)
class Kit:
    """What a recipe brings to every question: the teacher, how many samples it is asked for and how many attempts at
    each, who checks answers and who judges reasoning, what goes before by source, the student that tells how hard a
    question is, the way to the models, and the outcomes that are asked for anew."""

    teacher: Teacher
    checker: Checker = RULES
    jury: Jury = RULES_ALONE
    samples: int = 1
    attempts: int = 1
    ways: Mapping[str, Way] = field(default_factory=dict)
    student: Student | None = None
    chat: Chat | None = None
    retry: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Try:
    """One trace and what the rounds say of it."""

    trace: Trace
    verdict: Verdict
    judgement: Judgement | None = None

    @property
    def final(self) -> Verdict:
        """The last word: round two's where round one said right, else round one's."""
        return self.judgement.verdict if self.judgement and self.verdict.value is True else self.verdict

    @property
    def waits(self) -> str | None:
        """Why it waits for a call of the answer judge or of a reasoning judge; None where it does not."""
        verdicts = [self.verdict, *([self.judgement.verdict] if self.judgement else [])]
        return next((one.detail for one in verdicts if one.reason == "pending"), None)


@dataclass(frozen=True, slots=True)
class Sampled:
    """The tries at one sample; missing: why there are no (more) of them, a key of judges.REASONS, else None."""

    tries: tuple[Try, ...]
    missing: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Curated:
    """All that came of one question. original: what it was before its conversion; waiting: how many of its samples wait
    for a call, all of them where its conversion does; answers: the student's."""

    question: Question
    outcome: Outcome
    tries: tuple[Try, ...] = ()
    calls: tuple[CallMade, ...] = ()
    waiting: int = 0
    original: Question | None = None
    answers: tuple[Answer, ...] = ()


async def curate_question(gathered: tuple[Question, Drop | None], kit: Kit) -> Curated:
    """One question's traces, their verdicts, and where it goes; one that a screen dropped goes to the rejects. Nothing
    that a question holds makes this raise."""
    question, drop = gathered
    if drop is not None:
        return Curated(question, dropped(question, drop))
    curated = await _curate(question, kit, Asking(question.id, kit.chat))
    last = {one.trace.sample: one.trace.outcome for one in curated.tries}  # the last try at each sample
    judged = {call.outcome for call in curated.calls if call.purpose != "distil"}
    if curated.outcome.label != "good" and kit.retry & {*last.values(), *judged}:
        curated = await _curate(question, kit, Asking(question.id, kit.chat, kit.retry))
    if kit.student is None or curated.outcome.goes_to != "rl":
        return curated
    asking = Asking(curated.question.id, kit.chat, kit.retry)  # its own: no answer is a reason to curate the rest anew
    answers = await answers_of(kit.student, curated.question, kit.checker.policy, asking)
    return replace(curated, calls=(*curated.calls, *asking.made), answers=answers)


async def _curate(original: Question, kit: Kit, asking: Asking) -> Curated:
    way = kit.ways.get(original.source, AS_IT_IS)
    try:
        question = await convert(original, way, asking)
    except NotAsked as none:
        waits = Outcome(original.id, original.source, "undecided", "pending", None, none.why)
        return Curated(original, waits, calls=asking.made, waiting=0 if way.brings_traces else kit.samples)
    if isinstance(question, Drop):
        return Curated(original, dropped(original, question), calls=asking.made)
    asking.question_id = question.id
    if (carried := given(question)) is not None:
        samples = [_sampled([await _judged(question, carried, kit, asking)])]
    elif kit.samples == 1:
        samples = [await _sample(question, kit, asking, 0)]
    else:
        samples = await asyncio.gather(*(_sample(question, kit, asking, number) for number in range(kit.samples)))
    tries = tuple(one for sample in samples for one in sample.tries)
    waiting = sum(sample.missing == "pending" for sample in samples)
    before = original if question.id != original.id else None
    return Curated(question, _outcome(question, samples), tries, asking.made, waiting, before)


def dropped(question: Question, drop: Drop) -> Outcome:
    """The outcome of a question that goes no further; undecided where a model that was to convert it gave no reply:
    a failed call is sent again by the next run, and others by one with --retry."""
    label: Label = "undecided" if drop.reason in _UNCONVERTED else "dropped"
    return Outcome(question.id, question.source, label, drop.reason, "rejects", drop.detail)


async def _sample(question: Question, kit: Kit, asking: Asking, sample: int) -> Sampled:
    """One sample: tried again where a round says no, as DianJin-R1 does (up to three times)."""
    tries: list[Try] = []
    for attempt in range(kit.attempts):
        try:
            trace = await kit.teacher(question, asking, sample, attempt)
        except NotAsked as none:
            return Sampled(tuple(tries), "pending", none.why)
        if isinstance(trace, str):
            return Sampled(tuple(tries), trace)
        tries.append(await _judged(question, trace, kit, asking))
        if tries[-1].final.value is not False and trace.outcome not in _WORTH_ANOTHER:
            break
    return _sampled(tries)


def _sampled(tries: list[Try]) -> Sampled:
    """The tries at one sample; it waits where the last one waits for a judge."""
    why = tries[-1].waits
    return Sampled(tuple(tries), *(() if why is None else ("pending", why)))


async def _judged(question: Question, trace: Trace, kit: Kit, asking: Asking) -> Try:
    try:
        verdict = await check(question, trace, kit.checker, asking)
    except NotAsked as none:
        return Try(trace, Verdict(None, "pending", trace.final, detail=none.why))
    if verdict.value is not True and not (kit.jury.always and trace.reasoning):
        return Try(trace, verdict)
    return Try(trace, verdict, await judge(question, trace, verdict, kit.jury, asking))


def _outcome(question: Question, samples: list[Sampled]) -> Outcome:
    """By the best sample: good before bad before undecided, the first of equals; a sample by its last try."""
    for sample in samples:
        if sample.missing == "pending":
            return Outcome(question.id, question.source, "undecided", "pending", None, sample.detail)
    lasts = [sample.tries[-1] for sample in samples if sample.tries]
    if not lasts:
        return _ended(question, None, Verdict(None, str(samples[0].missing)))
    best = min(lasts, key=lambda one: _RANK[one.final.value])
    return _ended(question, best.trace, best.final, judged=best.verdict.value is True)


def _ended(question: Question, trace: Trace | None, verdict: Verdict, judged: bool = False) -> Outcome:
    label, goes_to = _fate(question, verdict)
    return Outcome(
        question_id=question.id,
        source=question.source,
        label=label,
        reason=verdict.reason,
        goes_to=goes_to,
        detail=_detail(question, trace, verdict, judged),
        sample=trace.sample if trace else None,
        attempt=trace.attempt if trace else None,
    )


def _fate(question: Question, verdict: Verdict) -> tuple[Label, Destination]:
    """Good goes to sft; bad goes to rl where rules can verify an answer, Fin-R1's way to keep hard questions; what is
    undecided goes nowhere, by name."""
    if verdict.value is None:
        return "undecided", "rejects"
    if verdict.value:
        return "good", "sft"
    return "bad", "rl" if verifiable(question) else "rejects"


def verifiable(question: Question) -> bool:
    """Can rules tell whether an answer is right, as a reward must?"""
    return question.answer_kind in VERIFIABLE_KINDS and CONTRADICTING.isdisjoint(question.flags)


def _detail(question: Question, trace: Trace | None, verdict: Verdict, judged: bool) -> str:
    """What the verdict rests on: the criteria of round two, the answer and the golds of round one, or what failed."""
    if trace is not None and trace.error is not None:
        return trace.error
    if judged:
        return "; ".join(filter(None, (verdict.extracted, verdict.detail)))
    if verdict.detail:
        return verdict.detail
    golds = " or ".join(filter(None, (question.gold, *question.gold_alternatives)))
    if verdict.value or not (verdict.extracted and golds):
        return verdict.extracted or ""
    return f"{verdict.extracted} against {golds}"
