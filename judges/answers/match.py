"""Predicted answer against gold: one Verdict, by rules, undecided rather than guessed.

    match("17.04%", Gold("percent", "17%", ("0.17043",)))     ->  Verdict(True, "equal", "17.04%")
    match("A、C", Gold("choices", "AC", options={...}))        ->  Verdict(True, "equal_choice", "A、C")
    match("3.5 million", Gold("number", "3.5"))               ->  Verdict(None, "scale_unclear", "3.5 million")

Sources: percent against fraction and rounding as in Fin-R1's answer check (arXiv 2503.16252, B.2); golds cut off
instead of rounded are 1.8 % of FinQA's test set; letters as sets after DianJin-R1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from typing import NamedTuple, Protocol

from judges.answers.choice import boolean, letters, named, of_compliance
from judges.answers.extract import final_answer
from judges.answers.quantity import Quantity, distinct, quantities
from judges.verdict import Verdict

VERIFIABLE_KINDS = frozenset({"number", "percent", "boolean", "choice", "choices"})

_SIGNIFICANT_FLOOR = 3  # fewer digits let "0.2" stand for 0.17043
_NEAR = Decimal("0.002")  # FinanceReasoning's own tolerance: rounding on the way moves a result by as much
_MAX_WORDS, _MAX_HAN = 6, 12  # "a decrease of 3.2 percent in sales" is an answer, a sentence that explains is not
_MAX_GAP = Decimal("0.05")  # a gold of one digit rounds half of everything: "5" is not 5.4
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DENIED = re.compile(r"\b(?:not|never|isn't|wasn't|instead of)\b|不是|并非|不为|而非", re.IGNORECASE)
_UNIT = re.compile(r"(?<=\d) ?(day|week|month|quarter|year|share|times|天|日|周|个月|季度|年|股|倍|户|人)")
_CURRENCIES = {
    **dict.fromkeys(("€", "eur", "欧元"), "EUR"),
    **dict.fromkeys(("£", "gbp", "英镑"), "GBP"),
    **dict.fromkeys(("₹", "inr"), "INR"),
    **dict.fromkeys(("hk$", "hkd", "港元"), "HKD"),
    **dict.fromkeys(("us$", "$", "usd", "美元"), "USD"),
    **dict.fromkeys(("cny", "rmb", "人民币"), "CNY"),
    **dict.fromkeys(("jpy", "日元"), "JPY"),
}
_MATHS = re.compile(r"\$([^$]*)\$")  # dollars in pairs are LaTeX's
_CURRENCY = re.compile("|".join(map(re.escape, _CURRENCIES)))
# Scales that are not read yet: numbers that agree but for a power of ten may be one.
_UNREAD = re.compile(r"成|折|千分之|万分之|\b(?:crore|lakh|lac|hundred|mio|mrd|dozen)\b|b\.p", re.IGNORECASE)
_BRACKETED = re.compile(r"\(|^\s*-\s")
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
        if not _golds(question):
            return Verdict(None, "gold_missing")
        return Verdict(None, "truncated" if extracted.how == "unfinished" else "answer_missing")
    return match(extracted.text, question)


def match(predicted: str, question: Asked) -> Verdict:
    """The verdict on a final answer. Right if it equals the gold or any alternative; never raises."""
    golds = _golds(question)
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


def _golds(question: Asked) -> list[str]:
    return [gold for gold in (question.gold, *question.gold_alternatives) if gold is not None and gold.strip()]


def _match_boolean(predicted: str, golds: Sequence[str], options: Mapping[str, str]) -> tuple[bool | None, str]:
    truths = {truth for gold in golds if (truth := boolean(gold, options)) is not None}
    if len(truths) != 1:
        return None, "gold_conflict" if truths else "gold_unusable"
    said = boolean(predicted, options)
    if said is None or any(of_compliance(gold, options) != of_compliance(predicted, options) for gold in golds):
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
    readable = [found for gold in golds if (found := _gold(gold)) is not None]
    if not readable:
        return None, "gold_unusable"
    if _is_prose(predicted):
        return None, "answer_unreadable"
    said = distinct(quantities(predicted))
    if len(said) != 1:
        return None, "several_quantities" if said else "answer_unreadable"
    if any(_other_unit(predicted, gold) for gold in golds):
        return None, "unit_differs"
    words = " ".join((predicted, *golds))
    reasons = [compare(said[0], gold, words) for gold in readable]
    # Right by any gold is right; undecided by any gold is undecided; wrong only if wrong by all.
    return min(reasons, key=lambda pair: {True: 0, None: 1, False: 2}[pair[0]])


@lru_cache(maxsize=4096)
def _gold(text: str) -> Quantity | None:
    """The one quantity of a gold; a gold is matched with many answers, attempts and samples one after another."""
    found = distinct(quantities(text))
    return found[0] if len(found) == 1 else None


def _is_prose(text: str) -> bool:
    """Is this a sentence about numbers rather than an answer, or does it deny its number ("not 35%", 不是35%)?"""
    return bool(_DENIED.search(text)) or len(_WORD.findall(text)) > _MAX_WORDS or len(_HAN.findall(text)) > _MAX_HAN


def _other_unit(predicted: str, gold: str) -> bool:
    """Do both name a unit, or both a currency, and not the same one?"""
    said, wanted = (_MATHS.sub(r"\1", text.casefold()) for text in (predicted, gold))
    units = set(_UNIT.findall(said)), set(_UNIT.findall(wanted))
    currencies = [{_CURRENCIES[name] for name in _CURRENCY.findall(text)} for text in (said, wanted)]
    return any(one and other and not one & other for one, other in (units, currencies))


def compare(said: Quantity, gold: Quantity, words: str = "") -> tuple[bool | None, str]:
    """One quantity against one gold: (value, reason). `words`: both as written, for what is said in words."""
    if (verdict := _equal(_plain(said), _plain(gold))) is not None:
        return verdict
    if said.percent != gold.percent and (verdict := _equal(_written(said), _written(gold))) is not None:
        return (True, "equal_percent_sign") if verdict[0] else verdict
    if said.plain * gold.plain < 0 and (_DECLINE.search(words) or _BRACKETED.search(words)):
        flipped = replace(said, value=-said.value)
        if _equal(_plain(flipped), _plain(gold)) is not None or _thousandfold(flipped, gold):
            return None, "sign_in_words"
    if _thousandfold(said, gold) or (_UNREAD.search(words) and _tenfold(said, gold)):
        return None, "scale_unclear"
    if abs(said.plain - gold.plain) <= abs(gold.plain) * _NEAR and not _is_year(gold):
        return None, "near_miss"
    return False, "number_differs"


class _Number(NamedTuple):
    """A number, one unit in its last written place, and its significant digits."""

    value: Decimal
    unit: Decimal
    significant: int


def _plain(quantity: Quantity) -> _Number:
    """As a plain number: 17% is 0.17."""
    return _Number(quantity.plain, quantity.plain_unit, quantity.significant)


def _written(quantity: Quantity) -> _Number:
    """As it is written: 17% is 17."""
    return _Number(quantity.value, quantity.unit, quantity.significant)


def _equal(said: _Number, gold: _Number) -> tuple[bool | None, str] | None:
    """Equal at the gold's precision, or at the answer's; None where neither holds."""
    gap = abs(said.value - gold.value)
    if gap <= gold.unit / 2:
        return (True, "equal") if gap <= abs(gold.value) * _MAX_GAP else (None, "last_digit")
    if gap < gold.unit and said.unit < gold.unit and _cut(said.value, gold.unit) == gold.value:
        return (True, "equal_truncated") if gold.significant >= _SIGNIFICANT_FLOOR else (None, "last_digit")
    if gap <= said.unit / 2:
        return (True, "equal_rounded") if said.significant >= _SIGNIFICANT_FLOOR else (None, "precision_too_low")
    return None


def _cut(value: Decimal, unit: Decimal) -> Decimal:
    """The value cut off, not rounded, at a unit."""
    return (value / unit).to_integral_value(ROUND_DOWN) * unit


def _thousandfold(said: Quantity, gold: Quantity) -> bool:
    """Do the two agree once the scale that only one of them names is taken away?"""
    if (said.scale != 1) == (gold.scale != 1):
        return False
    bare = (replace(item, value=item.value / item.scale, scale=Decimal(1)) for item in (said, gold))
    return _equal(*map(_plain, bare)) is not None


def _tenfold(said: Quantity, gold: Quantity) -> bool:
    """Do the two agree but for a power of ten?"""
    if not said.plain or not gold.plain:
        return False
    power = said.plain.adjusted() - gold.plain.adjusted()
    shifted = (said.plain.scaleb(-power), said.plain.scaleb(-power - 1), said.plain.scaleb(1 - power))
    return power != 0 and any(_equal(_Number(value, value * 0, 9), _plain(gold)) is not None for value in shifted)


def _is_year(quantity: Quantity) -> bool:
    return not quantity.percent and not quantity.decimals and 1900 <= quantity.value <= 2100
