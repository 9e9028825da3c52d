"""Traces for a question: those it carries, else one by the recipe's teacher."""

from collections.abc import Callable

from curate.records import Question, Trace, TraceOutcome
from judges.answers import final_answer

Teacher = Callable[[Question], Trace | str]


def distil(question: Question, teacher: Teacher | None) -> Trace | str:
    """The question's trace, or why there is none (a key of judges.REASONS)."""
    if (given := question.meta.get("given")) is not None:
        return imported(question, given["reasoning"], given["answer"], given["model"], given["truncated"])
    return teacher(question) if teacher else "no_trace"


def imported(question: Question, reasoning: str, answer: str, model: str, truncated: bool) -> Trace:
    """A trace that somebody else had written, by any model."""
    outcome: TraceOutcome = "ok"
    if truncated:
        outcome = "truncated"
    elif not answer:
        outcome = "empty_answer"
    elif not reasoning:
        outcome = "empty_reasoning"
    return Trace(
        question_id=question.id,
        reasoning=reasoning,
        answer=answer,
        final=final_answer(answer).text if answer else None,
        outcome=outcome,
        origin="imported",
        model=model,
    )
