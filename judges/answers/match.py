"""Predicted answer against gold: one Verdict, by rules, undecided rather than guessed.

match("17.04%", Gold("percent", "17%", ("0.17043",)))     ->  Verdict(True, "equal", "17.04%", ...)
match("A、C", Gold("choices", "AC", options={...}))        ->  Verdict(True, "equal_choice", "A、C", ...)
match("3.5 million", Gold("number", "3.5"))               ->  Verdict(None, "scale_unclear", "3.5 million", ...)
match("3.5 million", Gold("number", "3.5", question="... in millions?"))  ->  Verdict(True, "equal", ...)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from judges.answers.boolean import match_boolean
from judges.answers.choice import match_choice
from judges.answers.extract import final_answer
from judges.answers.label import match_label
from judges.answers.number import match_number
from judges.answers.policy import DEFAULT, Policy
from judges.answers.span import code, match_span, match_text
from judges.answers.text import plain
from judges.verdict import Verdict

# Kinds that rules decide alone, so that a reward needs no model.
VERIFIABLE_KINDS = frozenset({"number", "percent", "boolean", "choice", "choices", "label", "labels"})

_NAME = 40  # characters: what stands beside a span and is longer explains it
_LONGEST = 2000  # no number, letter or label is written so long


class Asked(Protocol):
    """What a matcher needs of a question; a curated Question satisfies it."""

    @property
    def answer_kind(self) -> str: ...
    @property
    def gold(self) -> str | None: ...
    @property
    def gold_alternatives(self) -> Sequence[str]: ...
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def question(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Gold:
    """The least that satisfies Asked, for rewards and tests."""

    answer_kind: str
    gold: str | None
    gold_alternatives: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    question: str = ""


def grade(reply: str, question: Asked, policy: Policy = DEFAULT) -> Verdict:
    """Cuts the final answer out of a reply and matches it; undecided where the reply gives several that disagree."""
    extracted = final_answer(reply)
    if extracted.text is None:
        if not _golds(question):
            return Verdict(None, "gold_missing")
        return Verdict(None, "truncated" if extracted.how == "unfinished" else "answer_missing")
    verdict = match(extracted.text, question, policy)
    for rival in extracted.rivals:
        if verdict.value is not None and _disagree(rival, verdict, question, policy):
            return replace(verdict, value=None, reason="answers_disagree", detail=f"{extracted.text} | {rival}")
    return verdict


def match(predicted: str, question: Asked, policy: Policy = DEFAULT) -> Verdict:
    """The verdict on a final answer. Right if it equals the gold or any alternative; never raises."""
    golds = _golds(question)
    if not golds:
        return Verdict(None, "gold_missing", predicted)
    if not predicted.strip():
        return Verdict(None, "answer_missing", predicted)
    if question.answer_kind not in ("span", "text", "code"):
        golds = [gold[:_LONGEST] for gold in golds]
    match question.answer_kind:
        case "number" | "percent":
            return _numbers(predicted, golds, question, policy)
        case "boolean":
            value, reason = match_boolean(predicted[:_LONGEST], golds, question.options, question.question)
        case "choice" | "choices":
            value, reason = match_choice(predicted, golds, question.options, policy)
        case "label" | "labels":
            several = question.answer_kind == "labels"
            value, reason = match_label(predicted, golds, question.options, several=several)
        case "span":
            value, reason = match_span(predicted, golds, policy)
        case "code":
            value, reason = match_text(predicted, golds, code)
        case _:
            value, reason = match_text(predicted, golds)
    return Verdict(value, reason, predicted)


def _golds(question: Asked) -> list[str]:
    return [gold for gold in (question.gold, *question.gold_alternatives) if gold is not None and gold.strip()]


def _numbers(predicted: str, golds: list[str], question: Asked, policy: Policy) -> Verdict:
    if len(predicted) > _LONGEST:
        return Verdict(None, "answer_unreadable", predicted)
    best, gold = match_number(predicted, golds, question.question, policy)
    return Verdict(best.value, best.reason, predicted, gold=gold, tolerance=_written(best.allowed))


def _written(allowed: Decimal | None) -> str | None:
    return None if allowed is None else f"{allowed.normalize():f}" if allowed else "0"


def _disagree(rival: str, verdict: Verdict, question: Asked, policy: Policy) -> bool:
    """Does another answer of the same reply get the opposite verdict?"""
    if question.answer_kind in ("span", "text"):
        chosen, said = plain(verdict.extracted or ""), plain(rival)
        return len(said) <= _NAME and chosen not in said and said not in chosen
    other = match(rival, question, policy)
    return other.value is not None and other.value is not verdict.value
