"""Round two on a trace: is its reasoning good? The judge here is `rules`; it sees what measures say."""

from dataclasses import dataclass

from curate.records import Question, Trace
from judges.reasoning import Keep, Subject, combine, measure, vote
from judges.verdict import Score, Verdict

JUDGE = "rules"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The combined verdict, the votes and the measures of one trace."""

    verdict: Verdict
    scores: tuple[Score, ...]
    measures: dict[str, float | None]


def judge(question: Question, trace: Trace, right: Verdict, keep: Keep) -> Judgement:
    """The judgement on a trace that round one called right."""
    if trace.outcome == "empty_reasoning":
        return Judgement(Verdict(None, "empty_reasoning", method=JUDGE), (), {})
    subject = Subject(
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
    )
    measures = measure(subject)
    scores = vote(subject, measures)
    return Judgement(combine(scores, keep, JUDGE), scores, measures)
