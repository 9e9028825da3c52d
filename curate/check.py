"""Round one on a trace: is its answer right? Rules first; what they leave undecided goes to the answer judge."""

from dataclasses import dataclass, replace

from curate.asking import Asking
from curate.chat import CallFailed, Model, Reply
from curate.records import Question, Trace
from judges.answers import DEFAULT, Policy, grade
from judges.answers.audit import CONTRADICTING
from judges.answers.prompt import ASKABLE, SCHEMA, Judgement, again, comparison, judgement
from judges.verdict import Verdict

SAMPLING = {"temperature": 0, "max_tokens": 2048}
_REASONS = {True: "judged_right", False: "judged_wrong", None: "judged_unclear"}


@dataclass(frozen=True, slots=True)
class Checker:
    """How answers are checked: by which policy, and where rules do not decide by which of the recipe's models.

    judge: its name and the model itself."""

    policy: Policy = DEFAULT
    judge: tuple[str, Model] | None = None


RULES = Checker()


def by_rules(question: Question, trace: Trace, policy: Policy = DEFAULT) -> Verdict:
    """The rules' verdict on a trace's final answer. A trace that did not come back whole, and a question whose golds
    contradict each other, leave it undecided by name."""
    if trace.outcome not in ("ok", "empty_reasoning"):
        return Verdict(None, trace.outcome, trace.final)
    verdict = grade(trace.answer, question, policy)
    if verdict.value is not False and not CONTRADICTING.isdisjoint(question.flags):
        return replace(verdict, value=None, reason="gold_conflict")
    return verdict


async def check(question: Question, trace: Trace, checker: Checker, asking: Asking) -> Verdict:
    """The verdict on a trace. Raises NotAsked where the judge is needed and may not be called (any more)."""
    verdict = by_rules(question, trace, checker.policy)
    if checker.judge is None or verdict.value is not None or verdict.reason not in ASKABLE or not trace.answer:
        return verdict
    return await _judged(question, trace, verdict, *checker.judge, asking)


def asked_of_judge(question: Question, trace: Trace, verdict: Verdict) -> str:
    """The judge's prompt: the golds and the answer that rules could not compare, and never the question."""
    golds = [_with_text(gold, question) for gold in (question.gold, *question.gold_alternatives) if gold]
    whole = verdict.reason == "answers_disagree" or question.answer_kind in ("text", "code")
    cut = None if whole else verdict.extracted
    answer = trace.answer if cut is None else _with_text(cut, question)
    return comparison("\n".join(golds), answer, question.language)


def _with_text(answer: str, question: Question) -> str:
    """An option's letter with its text: without the question, a letter alone means nothing."""
    text = question.options.get(answer.strip().upper())
    return f"{answer.strip()}. {text}" if text else answer


async def _judged(
    question: Question, trace: Trace, verdict: Verdict, name: str, model: Model, asking: Asking
) -> Verdict:
    replies: list[Reply] = []

    def take(reply: Reply) -> str | None:
        replies.append(reply)
        return again(question.language) if _read(reply) is None else None

    try:
        await asking.until_read(
            take,
            *("check", name, [{"role": "user", "content": asked_of_judge(question, trace, verdict)}]),
            model.sampling.over(SAMPLING),
            sample=trace.sample,
            attempt=trace.attempt,
            shared=0,
            response_format=model.held_to(SCHEMA),
        )
    except CallFailed as failed:
        return _by(model, verdict, None, "judge_failed", str(failed))
    if (said := _read(replies[-1])) is None:
        return _by(model, verdict, None, "judge_unreadable", replies[-1].content[:200])
    return _by(model, verdict, said.value, _REASONS[said.value], said.reason)


def _read(reply: Reply) -> Judgement | None:
    return None if reply.outcome == "truncated" else judgement(reply.content)


def _by(model: Model, verdict: Verdict, value: bool | None, reason: str, detail: str) -> Verdict:
    return replace(verdict, value=value, reason=reason, detail=detail, method=model.called, rule=verdict.reason)
