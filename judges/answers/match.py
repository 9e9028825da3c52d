"""Predicted answer against gold: one Verdict, by rules, undecided rather than guessed.

    match("17.04%", Gold("percent", "17%", ("0.17043",)))     ->  Verdict(True, "equal", "17.04%")
    match("A、C", Gold("choices", "AC", options={...}))        ->  Verdict(True, "equal_choice", "A、C")
    match("3.5 million", Gold("number", "3.5"))               ->  Verdict(None, "scale_unclear", "3.5 million")

Sources: percent against fraction and rounding as in Fin-R1's answer check (arXiv 2503.16252, B.2); golds cut off
instead of rounded are 1.8 % of FinQA's test set; letters as sets after DianJin-R1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Protocol

from judges.answers.choice import boolean, letters, named
from judges.answers.extract import final_answer
from judges.answers.quantity import Quantity, distinct, quantities
from judges.verdict import Verdict

VERIFIABLE_KINDS = frozenset({"number", "percent", "boolean", "choice", "choices"})

_SIGNIFICANT_FLOOR = 3  # fewer digits let "0.2" stand for 0.17043
_NEAR = Decimal("0.002")  # FinanceReasoning's own tolerance: rounding on the way moves a result by as much
_DECLINE = re.compile(
    r"\b(?:decreas|declin|reduc|drop|fell|fall|loss|lower|down|negative|outflow|minus)|减少|下降|降低|亏损|下跌|流出|负",
    re.IGNORECASE,
)


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


@dataclass(frozen=True, slots=True)
class Gold:
    """The least that satisfies Asked, for rewards and tests."""

    answer_kind: str
    gold: str | None
    gold_alternatives: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


def grade(reply: str, question: Asked) -> Verdict:
    """Cuts the final answer out of a reply and matches it."""
    extracted = final_answer(reply)
    if extracted.text is None:
        if question.gold is None:
            return Verdict(None, "gold_missing")
        return Verdict(None, "truncated" if extracted.how == "unfinished" else "answer_missing")
    return match(extracted.text, question)


def match(predicted: str, question: Asked) -> Verdict:
    """The verdict on a final answer. Right if it equals the gold or any alternative; never raises."""
    golds = [gold for gold in (question.gold, *question.gold_alternatives) if gold is not None and gold.strip()]
    if not golds:
        return Verdict(None, "gold_missing", predicted)
    if not predicted.strip():
        return Verdict(None, "answer_missing", predicted)
    match question.answer_kind:
        case "number" | "percent":
            value, reason = _match_quantity(predicted, golds)
        case "boolean":
            value, reason = _match_boolean(predicted, golds, question.options)
        case "choice" | "choices":
            value, reason = _match_choice(predicted, golds, question.options)
        case _:
            value, reason = None, "needs_model"
    return Verdict(value, reason, predicted)


def _match_boolean(predicted: str, golds: Sequence[str], options: Mapping[str, str]) -> tuple[bool | None, str]:
    truths = {truth for gold in golds if (truth := boolean(gold, options)) is not None}
    if len(truths) != 1:
        return None, "gold_conflict" if truths else "gold_unusable"
    said = boolean(predicted, options)
    if said is None:
        return None, "answer_unreadable"
    return (True, "equal_boolean") if said in truths else (False, "boolean_differs")


def _match_choice(predicted: str, golds: Sequence[str], options: Mapping[str, str]) -> tuple[bool | None, str]:
    sets = named(golds, options)
    if not sets:
        return None, "gold_unusable"
    said = letters(predicted, options)
    if isinstance(said, str):
        return None, said
    return (True, "equal_choice") if said in sets else (False, "choice_differs")


def _match_quantity(predicted: str, golds: Sequence[str]) -> tuple[bool | None, str]:
    readable = [found[0] for gold in golds if len(found := distinct(quantities(gold))) == 1]
    if not readable:
        return None, "gold_unusable"
    said = distinct(quantities(predicted))
    if len(said) != 1:
        return None, "several_quantities" if said else "answer_unreadable"
    reasons = [compare(said[0], gold, predicted) for gold in readable]
    # Right by any gold is right; undecided by any gold is undecided; wrong only if wrong by all.
    return min(reasons, key=lambda pair: {True: 0, None: 1, False: 2}[pair[0]])


def compare(said: Quantity, gold: Quantity, words: str = "") -> tuple[bool | None, str]:
    """One quantity against one gold: (value, reason)."""
    if (verdict := _equal(said.plain, _unit(said), said.significant, gold.plain, _unit(gold))) is not None:
        return verdict
    if said.percent != gold.percent:
        verdict = _equal(said.value, said.unit, said.significant, gold.value, gold.unit)
        if verdict is not None:
            return (True, "equal_percent_sign") if verdict[0] else verdict
    if (
        said.plain * gold.plain < 0
        and _DECLINE.search(words)
        and _equal(-said.plain, _unit(said), 9, gold.plain, _unit(gold))
    ):
        return None, "sign_in_words"
    if (said.scale != 1) != (gold.scale != 1) and _thousandfold(said, gold):
        return None, "scale_unclear"
    near = abs(gold.plain) * _NEAR
    if abs(said.plain - gold.plain) <= near and not _is_year(gold):
        return None, "near_miss"
    return False, "number_differs"


def _is_year(quantity: Quantity) -> bool:
    return not quantity.percent and not quantity.decimals and 1900 <= quantity.value <= 2100


def _unit(quantity: Quantity) -> Decimal:
    return quantity.unit / 100 if quantity.percent else quantity.unit


def _equal(
    said: Decimal, said_unit: Decimal, significant: int, gold: Decimal, gold_unit: Decimal
) -> tuple[bool | None, str] | None:
    gap = abs(said - gold)
    if gap <= gold_unit / 2:
        return True, "equal"
    if (
        gap < gold_unit
        and said_unit < gold_unit
        and (said / gold_unit).to_integral_value(ROUND_DOWN) * gold_unit == gold
    ):
        return True, "equal_truncated"
    if gap <= said_unit / 2:
        return (True, "equal_rounded") if significant >= _SIGNIFICANT_FLOOR else (None, "precision_too_low")
    return None


def _thousandfold(said: Quantity, gold: Quantity) -> bool:
    """Do the two agree once the scale that only one of them names is taken away?"""
    bare = [
        Quantity(item.value / item.scale, item.percent, Decimal(1), item.decimals, item.significant)
        for item in (said, gold)
    ]
    return _equal(bare[0].plain, _unit(bare[0]), _SIGNIFICANT_FLOOR, bare[1].plain, _unit(bare[1])) is not None
