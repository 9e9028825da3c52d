"""How hard is a question for the model that will be trained? A student answers it several times; rules say how often
it is right.

Reinforcement learning learns nothing from a question that its model always answers right, or never: of 8,000 questions
drawn at random, 58.8 % and 11.0 % were such (re-creation of DianJin-R1 with Qwen3-8B, four answers each). The recipe's
split.rl.difficulty names the student, and the band of pass rates that a release keeps.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curate.asking import Asking
from curate.chat import CallFailed, Model, NotAsked
from curate.check import by_rules
from curate.distil import trace_of
from curate.prompt import prompt
from curate.records import Question, TraceOutcome
from judges.answers import Policy

# As the rollouts of the training are drawn, so that the rate is the one that the training meets: DianJin-R1's
# (src/rl/grpo.sh); the temperature is also DeepSeek-R1's.
SAMPLING = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 4096}
# Its draws are counted from here. A student that is the teacher as well would else be handed the teacher's attempts,
# at most 100, out of the journal: those that are known to be wrong.
_FIRST_DRAW = 1000


@dataclass(frozen=True, slots=True)
class Student:
    """The recipe's model of that name, and how many answers it is asked for."""

    name: str
    model: Model
    samples: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the student's answers. value, reason, extracted: the verdict of round one's rules; outcome: what came
    back, as of a trace, None for a call that was not sent; model: the student's identity."""

    question_id: str
    sample: int
    value: bool | None
    reason: str
    outcome: TraceOutcome | None
    extracted: str | None
    model: str


async def answers_of(student: Student, question: Question, policy: Policy, asking: Asking) -> tuple[Answer, ...]:
    """The student's answers, in order. One whose call failed or was not sent is undecided, `error` or `pending`, and
    the next run asks for it; the answer judge is never asked."""
    said = [{"role": "user", "content": prompt(question)}]
    draws = (_answer(student, question, policy, asking, said, number) for number in range(student.samples))
    return tuple(await asyncio.gather(*draws))


async def _answer(
    student: Student, question: Question, policy: Policy, asking: Asking, said: Sequence[Mapping[str, Any]], sample: int
) -> Answer:
    whose: dict[str, Any] = {"question_id": question.id, "sample": sample, "model": asking.identity(student.name)}
    sampling = student.model.sampling.over(SAMPLING)
    try:
        answered = await asking.ask(
            "student", student.name, said, sampling, sample=sample, attempt=0, shared=_FIRST_DRAW + sample
        )
    except NotAsked:
        return Answer(**whose, value=None, reason="pending", outcome=None, extracted=None)
    except CallFailed:
        return Answer(**whose, value=None, reason="error", outcome="error", extracted=None)
    reply = answered.reply
    verdict = by_rules(question, trace_of(question, reply, student.model.called), policy)
    return Answer(
        **whose, value=verdict.value, reason=verdict.reason, outcome=reply.outcome, extracted=verdict.extracted
    )
