"""Traces for a question: those it carries, else one by the recipe's teacher."""

from collections.abc import Callable

from curate.errors import UserError
from curate.records import Question, Trace, TraceOutcome
from judges.answers import final_answer
from judges.verdict import REASONS

Teacher = Callable[[Question], Trace | str]


def distil(question: Question, teacher: Teacher | None) -> Trace | str:
    """The question's trace, or why there is none (a key of judges.REASONS)."""
    if (given := question.meta.get("given")) is not None:
        return imported(question, given["reasoning"], given["answer"], given["model"], given["truncated"])
    if teacher is None:
        return "no_trace"
    trace = teacher(question)
    if isinstance(trace, Trace) or trace in REASONS:
        return trace
    raise UserError(f"the teacher gave {trace!r} for {question.id}; it must give a Trace, or a key of judges.REASONS")


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
