"""The way of one question, readable top to bottom: trace, round one, round two, outcome.

Today every step is a pure function; model calls will be awaited at the same places.
"""

from dataclasses import dataclass

from curate.check import CONFLICT, check
from curate.distil import Teacher, distil
from curate.judge import JUDGE, Judgement, judge
from curate.records import Destination, Label, Outcome, Question, Trace
from judges.answers import VERIFIABLE_KINDS
from judges.reasoning import Keep
from judges.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Kit:
    """What a recipe brings to every question: the teacher, and the rule for keeping a judged trace."""

    teacher: Teacher | None
    keep: Keep


@dataclass(frozen=True, slots=True)
class Curated:
    """All that came of one question."""

    outcome: Outcome
    trace: Trace | None = None
    verdict: Verdict | None = None
    judgement: Judgement | None = None


async def curate_question(question: Question, kit: Kit) -> Curated:
    """One question's trace, its verdicts, and where it goes. Nothing that a question holds makes this raise."""
    trace = distil(question, kit.teacher)
    if isinstance(trace, str):
        return Curated(_outcome(question, None, Verdict(None, trace)))
    verdict = check(question, trace)
    if verdict.value is not True:
        return Curated(_outcome(question, trace, verdict), trace, verdict)
    judgement = judge(question, trace, verdict, kit.keep)
    return Curated(_outcome(question, trace, judgement.verdict), trace, verdict, judgement)


def _outcome(question: Question, trace: Trace | None, verdict: Verdict) -> Outcome:
    label, goes_to = _fate(question, verdict)
    return Outcome(
        question_id=question.id,
        source=question.source,
        label=label,
        reason=verdict.reason,
        goes_to=goes_to,
        detail=_detail(question, verdict),
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
    verifiable = question.answer_kind in VERIFIABLE_KINDS and CONFLICT not in question.flags
    return "bad", "rl" if verifiable else "rejects"


def _detail(question: Question, verdict: Verdict) -> str:
    """What the verdict rests on: the criteria of round two, or the answer and the golds of round one."""
    golds = " or ".join(filter(None, (question.gold, *question.gold_alternatives)))
    if verdict.value or verdict.method == JUDGE or not (verdict.extracted and golds):
        return verdict.extracted or ""
    return f"{verdict.extracted} against {golds}"
