"""Round two on a trace: is its reasoning good? Judges vote criterion by criterion; beside them stand the measures.

The judge `rules` always votes: its votes are the measures' word against a model's, whether it sits on the panel or not.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from curate.asking import Asking
from curate.chat import NotAsked
from curate.jury import Jury, Opinion, opinion
from curate.records import Question, Trace
from judges.reasoning import CRITERIA, Evidence, Subject, combine, evidence, panel, vote
from judges.reasoning.rules import RULES
from judges.verdict import Score, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the opinions behind it, what measures, audit and grounding say of the trace, and the criteria."""

    verdict: Verdict
    opinions: tuple[Opinion, ...] = ()
    evidence: Evidence | None = None
    criteria: str = ""


async def judge(question: Question, trace: Trace, right: Verdict, jury: Jury, asking: Asking) -> Judgement:
    """The judgement on a trace; `pending`, with the opinions so far, where a judge may not be called (any more)."""
    if trace.outcome == "empty_reasoning":
        return Judgement(Verdict(None, "empty_reasoning", method="+".join(jury.by)))
    found = evidence(_subject(question, trace, right))
    scores = tuple(
        score if one in CRITERIA else Score(one.name, None, "no measure stands for these words")
        for one, score in zip(jury.criteria.criteria, vote(found, jury.criteria.names, jury.thresholds), strict=True)
    )
    measured = Opinion(RULES, RULES, combine(scores, jury.keep, RULES), scores, RULES in jury.by)
    opinions, waits = await _asked([name for name in jury.by if name != RULES], question, trace, jury, asking)
    sitting = sorted((one for one in (measured, *opinions) if one.sits), key=lambda one: jury.by.index(one.judge))
    verdict = waits or panel([one.verdict for one in sitting], jury.rule)
    failed = next((one.verdict for one in sitting if one.verdict.reason == "judge_failed"), None)
    if failed is not None and verdict.value is None:
        verdict = waits = failed  # the next run asks it again
    doubtful = verdict.value is None or contradicted(opinions, scores)
    if jury.escalate is not None and waits is None and doubtful:
        last, waits = await _asked([jury.escalate], question, trace, jury, asking)
        opinions += last
        verdict = waits or replace(last[0].verdict, detail=f"asked because {_doubt(verdict)}")
    return Judgement(verdict, (measured, *opinions), found, jury.criteria.known_as)


def contradicted(opinions: Sequence[Opinion], measured: Sequence[Score]) -> list[str]:
    """The criteria on which a model's vote is the opposite of the measures'."""
    by_measures = {score.criterion: score.vote for score in measured if score.vote is not None}
    against = (
        score.criterion
        for one in opinions
        for score in one.scores
        if score.vote is not None and by_measures.get(score.criterion, score.vote) != score.vote
    )
    return list(dict.fromkeys(against))


def _doubt(verdict: Verdict) -> str:
    return f"{verdict.method} was undecided" if verdict.value is None else f"measures contradict {verdict.method}"


async def _asked(
    names: Sequence[str], question: Question, trace: Trace, jury: Jury, asking: Asking
) -> tuple[tuple[Opinion, ...], Verdict | None]:
    """The opinions of models, asked at the same time, and `pending` where one may not be called (any more)."""
    models = dict(jury.models)
    asked = (opinion(name, models[name], question, trace, jury, asking) for name in names)
    done = await asyncio.gather(*asked, return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException) and not isinstance(one, NotAsked):
            raise one
    waits = next((Verdict(None, "pending", detail=one.why) for one in done if isinstance(one, NotAsked)), None)
    return tuple(one for one in done if isinstance(one, Opinion)), waits


def _subject(question: Question, trace: Trace, right: Verdict) -> Subject:
    return Subject(
        reasoning=trace.reasoning,
        answer=trace.answer,
        final=trace.final,
        kind=question.answer_kind,
        gold=question.gold,
        question=question.question,
        explanation=question.explanation,
        options=question.options,
        language=question.language,
        boxed_asked=trace.origin != "imported",
        right=right.value,
        context="\n".join(filter(None, (question.task, question.context))),
    )
