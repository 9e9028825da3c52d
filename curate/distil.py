"""Traces for a question: those it carries, else one by the recipe's teacher, a model or a module.

A model is asked as DeepSeek-R1's authors publish (model card, "Usage Recommendations"): no system prompt, temperature
0.6, top_p 0.95, at most 32,768 tokens, the instruction to box the answer in the question's language, and where the
recipe says so an opening <think> that the model goes on from. Distilling with these settings is what Fin-R1 did.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from curate.asking import Asking
from curate.chat import CallFailed, Model, Reply
from curate.errors import UserError
from curate.prompt import prompt
from curate.records import Origin, Question, Trace, TraceOutcome
from judges.answers import final_answer
from judges.verdict import REASONS

Teacher = Callable[[Question, Asking, int, int], Awaitable[Trace | str]]

SAMPLING = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 32_768}
_CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}
_THINK = {"role": "assistant", "content": "<think>\n"}


def by_module(write: Callable[[Question], Trace | str]) -> Teacher:
    """A teacher that needs no model: `write` gives a trace, or a key of judges.REASONS."""

    async def teach(question: Question, *_: object) -> Trace | str:
        trace = write(question)
        if isinstance(trace, Trace) or trace in REASONS:
            return trace
        raise UserError(
            f"the teacher gave {trace!r} for {question.id}; it must give a Trace, or a key of judges.REASONS"
        )

    return teach


def by_model(name: str, model: Model, longer: int | None) -> Teacher:
    """The recipe's model `name`; a trace that was cut off is asked for once more with `longer` tokens, if given."""
    sampling = model.sampling.over(SAMPLING) | (_CONTINUE if model.open_think == "continue" else {})

    async def teach(question: Question, asking: Asking, sample: int, attempt: int) -> Trace | str:
        ask: dict[str, Any] = {"sample": sample, "attempt": attempt}
        said = messages(question, model)
        try:
            answered = await asking.ask("distil", name, said, sampling, **ask)
            if answered.reply.outcome == "truncated" and longer is not None:
                answered = await asking.ask("distil", name, said, {**sampling, "max_tokens": longer}, **ask)
        except CallFailed as failed:
            return Trace(question.id, "", "", None, "error", "distilled", model.called, sample, attempt, str(failed))
        return trace_of(question, answered.reply, model.called, sample, attempt)

    return teach


def messages(question: Question, model: Model) -> list[dict[str, Any]]:
    """What a teacher is asked: the question's prompt, and the beginning of the reply where it is forced."""
    asked: list[dict[str, Any]] = [{"role": "user", "content": prompt(question)}]
    if model.open_think == "continue":
        asked.append(_THINK)
    elif model.open_think == "prefix":
        asked.append({**_THINK, "prefix": True})
    return asked


def given(question: Question) -> Trace | None:
    """The trace that the question carries: somebody else had it written, or its conversion merged it."""
    carried = question.meta.get("given")
    if carried is None:
        return None
    reasoning, answer = carried["reasoning"], carried["answer"]
    outcome: TraceOutcome = "ok"
    if carried["truncated"]:
        outcome = "truncated"
    elif not answer:
        outcome = "empty_answer"
    elif not reasoning:
        outcome = "empty_reasoning"
    origin: Origin = carried.get("origin", "imported")
    return Trace(question.id, reasoning, answer, _final(answer), outcome, origin, carried["model"])


def trace_of(question: Question, reply: Reply, model: str, sample: int = 0, attempt: int = 0) -> Trace:
    """A model's reply to a question as a trace; model: what it is called."""
    return Trace(
        question_id=question.id,
        reasoning=reply.reasoning,
        answer=reply.content,
        final=_final(reply.content),
        outcome=reply.outcome,
        origin="distilled",
        model=model,
        sample=sample,
        attempt=attempt,
    )


def _final(answer: str) -> str | None:
    return final_answer(answer).text if answer else None
