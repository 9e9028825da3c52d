"""Numbers and percents: an answer against each gold, sign and form of both taken as the words around them say.

match_number("decreased by 3.2%", ["-3.2%"], "", DEFAULT)   ->  Compared(True, "equal_sign_in_words"), "-3.2%"
match_number("12 or 13", ["12"], "", DEFAULT)               ->  Compared(None, "several_quantities"), "12"
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from judges.answers.equal import RANK, Compared, compare
from judges.answers.numerals import from_words
from judges.answers.policy import Policy
from judges.answers.quantity import Quantity
from judges.answers.reading import Reading, read
from judges.answers.text import WORD
from judges.answers.units import asked_places, asked_scale

_FALLING = re.compile(
    r"\b(?:decreas|declin|reduc|drop|fall|fell|loss|lost|lower)|减少|下降|降低|亏损|下跌|跌|下滑|缩减|降幅|净亏",
    re.IGNORECASE,
)
_RISING = re.compile(r"\b(?:increas|rise|rose|grow|grew|gain|higher|change)|增|升|涨|变动|变化", re.IGNORECASE)
_UNREAD = re.compile(r"折|半|\bdozens?\b|\b(?:half|third|quarter|double|twice)\b|一半|[两几]番", re.IGNORECASE)
_PERCENT_ASKED = re.compile(r"percent|百分之几|百分比|百分率|%", re.IGNORECASE)
_SPELT, _FEW = 60, 3  # "the sum of the two numbers" is none
_NIL = re.compile(r"\s*(?:nil|零|无变化)\s*[.。]?\s*", re.IGNORECASE)
_WORDED = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty|half"
    r"|a quarter|a third)\b",
    re.I,
)


def match_number(said: str, golds: Sequence[str], question: str, policy: Policy) -> tuple[Compared, str | None]:
    """One answer against golds of which any will do, and the gold that decided: right by any is right, undecided by any
    undecided, wrong only if wrong by all. gold_unusable where no gold is a quantity, or a clear list of them."""
    best: tuple[Compared, str | None] = (Compared(None, "gold_unusable"), None)
    reading = None
    for gold in golds:
        wanted = _reading(gold)
        if not _usable(wanted):
            continue
        reading = reading or _reading(said)
        compared = _compared(said, reading, wanted, question, policy)
        if compared.value is not True and said.strip().casefold() == gold.strip().casefold():
            compared = Compared(True, "equal", Decimal(0))
        if best[1] is None or RANK[compared.value] < RANK[best[0].value]:
            best = (compared, gold)
        if compared.value is True:
            break
    return best


def _compared(text: str, said: Reading, gold: Reading, question: str, policy: Policy) -> Compared:
    if said.form == "none" or said.refers:
        return Compared(None, "answer_unreadable")
    if said.hedged or gold.hedged:
        return Compared(None, "hedged")
    if question and (places := asked_places(question)):
        gold = replace(gold, values=tuple(_with_places(value, places) for value in gold.values))
    compared = _against(said, gold, 0, policy, None)
    if compared.value is not True and question:
        compared = _as_asked(compared, said, gold, question, policy)
    if compared.value is False and said.prose:
        return Compared(None, "answer_unreadable", compared.allowed)  # the sentence may speak of another number
    if compared.reason == "number_differs" and _UNREAD.search(text):
        return Compared(None, "scale_unclear", compared.allowed)
    return compared


def _as_asked(compared: Compared, said: Reading, gold: Reading, question: str, policy: Policy) -> Compared:
    """The same in the unit, the direction and the percent that the question names, where it names any."""
    falling, asked = _direction(question), asked_scale(question)
    if falling or asked is not None:
        compared = _against(said, gold, falling, policy, asked)
    if compared.value is not True and policy.fractions and _PERCENT_ASKED.search(question):
        return min([compared, *_as_percents(said, gold, policy)], key=lambda one: RANK[one.value])
    return compared


def _with_places(quantity: Quantity, places: int) -> Quantity:
    """A bare number whose last zeros were lost on the way through JSON: 3.8, asked for to two decimals, is 3.80."""
    lost = places - quantity.decimals
    if quantity.kind != "number" or quantity.scale != 1 or lost <= 0:
        return quantity
    return replace(quantity, decimals=places, significant=quantity.significant + lost)


def _as_percents(said: Reading, gold: Reading, policy: Policy) -> list[Compared]:
    """Where the question asks for a percent: a bare 12.8 for 0.128, and the other way round."""
    if not said.form == gold.form == "one" or any(one.values[0].kind != "number" for one in (said, gold)):
        return []
    one, other = said.values[0], gold.values[0]
    pairs = ((replace(one, kind="percent"), other), (one, replace(other, kind="percent")))
    return [compare(*pair, replace(policy, percent_sign="wrong")) for pair in pairs]


def _reading(text: str) -> Reading:
    """The reading of a text; of one without digits, by its words, where little else stands there ("twelve million")."""
    if (reading := read(text)).form != "none" or len(text) > _SPELT:
        return reading
    if _WORDED.search(text) and len(WORD.findall(spelt := from_words(text))) <= _FEW:
        return read(spelt)
    return Reading((Quantity(Decimal(0)),), "one") if _NIL.fullmatch(text) else reading


def _usable(gold: Reading) -> bool:
    return gold.form in ("one", "list", "range") and not gold.refers and not gold.prose


def _direction(question: str) -> int:
    """-1 where a question asks for a decrease by name, so that its answer needs no sign."""
    return -1 if _FALLING.search(question) and not _RISING.search(question) else 0


def _against(said: Reading, gold: Reading, falling: int, policy: Policy, asked: Decimal | None) -> Compared:
    if said.form == gold.form and gold.form in ("list", "range"):
        return _in_order(said.values, gold.values, policy, asked)
    if "range" in (said.form, gold.form):
        inside = _inside(said.values, gold.values)
        return Compared(None, "range_unclear") if inside else Compared(False, "number_differs")
    if gold.form == "list":
        if len(said.values) == len(gold.values):
            return _in_order(said.values, gold.values, policy, asked)
        several = len(said.values) > len(gold.values)
        return Compared(None, "several_quantities") if several else Compared(False, "number_differs")
    if said.form != "one":
        return Compared(None, "several_quantities")
    return _signed(said, gold, falling, policy, asked)


def _in_order(
    said: tuple[Quantity, ...], gold: tuple[Quantity, ...], policy: Policy, asked: Decimal | None
) -> Compared:
    if len(said) != len(gold):
        return Compared(False, "number_differs")
    each = [compare(one, other, policy, asked) for one, other in zip(said, gold, strict=True)]
    # Right only where all are; wrong where one is.
    worst = max(each, key=lambda one: RANK[one.value])
    if worst.value is not True and all(any(compare(one, other, policy, asked).value for one in said) for other in gold):
        return Compared(None, "order_unclear")
    return worst


def _inside(said: tuple[Quantity, ...], gold: tuple[Quantity, ...]) -> bool:
    """Do a range and a value, or a list, overlap?"""
    one, other = (sorted(item.plain for item in values) for values in (said, gold))
    return one[0] <= other[-1] and other[0] <= one[-1]


def _signed(said: Reading, gold: Reading, falling: int, policy: Policy, asked: Decimal | None) -> Compared:
    """Two single quantities, a decrease in words taken as a minus."""
    one, other = said.values[0], gold.values[0]
    worded, gold_worded = said.direction < 0 < one.value, gold.direction < 0 < other.value
    signed, wanted = _negated(one, worded), _negated(other, gold_worded)
    compared = compare(signed, wanted, policy, asked)
    if compared.value is True:
        words = worded != gold_worded
        return Compared(True, "equal_sign_in_words", compared.allowed) if words else compared
    if not one.value or (signed.value < 0) == (wanted.value < 0):
        return compared
    flipped = compare(replace(signed, value=-signed.value), wanted, policy, asked)
    if flipped.value is False:
        return compared
    if said.direction > 0 > wanted.value:
        return Compared(False, "number_differs", compared.allowed)
    if (worded and gold.direction <= 0) or (gold_worded and said.direction <= 0) or falling:
        # "a decrease of 3.2 %" for 3.2 %: right where the question asks for the decrease.
        asks = bool(falling) and policy.question_sign and not said.direction > 0 and (worded or signed.value > 0)
        return Compared(True, "equal_sign_in_words", flipped.allowed) if asks and flipped.value else _unclear(flipped)
    return compared if flipped.value else Compared(False, "number_differs", compared.allowed)


def _unclear(flipped: Compared) -> Compared:
    return Compared(None, "sign_in_words" if flipped.value else flipped.reason, flipped.allowed)


def _negated(quantity: Quantity, negate: bool) -> Quantity:
    return replace(quantity, value=-quantity.value) if negate else quantity
