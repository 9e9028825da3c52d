"""Gold audit: do a question's two golds, one written by a person and one computed, say the same?

    audit("17%", "0.17043", "percent")      ->  None
    audit("-417.5", "417.5", "number")      ->  "gold_sign"
    audit("30.4%", "0.30477", "percent")    ->  "gold_truncated"
    audit("704.25", "705.25", "number")     ->  "gold_conflict"

About 6 % of FinQA's test golds contradict each other (research: corpora, 1).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from judges.answers.boolean import boolean
from judges.answers.match import Gold, match
from judges.answers.quantity import quantities

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "gold_conflict": "the two golds contradict each other, beyond percent, rounding and cutting off",
        "gold_sign": "the two golds differ by their sign alone",
        "gold_scale": "the two golds differ by a hundred, a thousand, a million or a billion times alone",
        "gold_truncated": "the written gold is the computed one cut off, not rounded, at its last digit",
        "gold_empty": "the written gold is empty; the computed one stands alone",
        "gold_unclear": "the two golds cannot be compared for sure (prose, several numbers, nearly equal)",
    }
)

# Flags of golds of which at most one can be true: an answer that equals one of them is not right for it.
CONTRADICTING = frozenset({"gold_conflict", "gold_scale"})

_AGREE = ("scale_unclear", "last_digit")  # "$ 19.6 million" of a table in millions; a gold of one digit
_NEAR = ("near_miss", "precision_too_low")  # a computed gold is exact: near is not equal
_POWERS = (2, 3, 6, 9)


def audit(written: str | None, computed: str | None, kind: str, *, percent: bool = False) -> str | None:
    """The flag, a key of FLAGS, of two golds that do not simply agree; None where they do or where one stands alone.

    percent: the question asks for a percent, so that a written gold a hundred times the computed one is one without
    its sign.
    """
    if not written or not written.strip():
        return "gold_empty" if computed else None
    if computed is None or not computed.strip():
        return None
    verdict = match(computed, Gold(kind, written))
    if verdict.value is True or verdict.reason in _AGREE:
        return "gold_truncated" if verdict.reason == "equal_truncated" else None
    truths = boolean(written) is not None, boolean(computed) is not None
    if truths[0] != truths[1]:
        return "gold_conflict" if truths[0] or quantities(written) else "gold_unclear"
    if verdict.value is None and verdict.reason not in _NEAR:
        return "gold_unclear"
    value = _number(computed)
    if value is None:
        return "gold_conflict"
    if percent and _equal(value * 100, kind, written):
        return None
    if _equal(-value, kind, written):
        return "gold_sign"
    if any(_equal(value.scaleb(power), kind, written) for each in _POWERS for power in (each, -each)):
        return "gold_scale"
    return "gold_conflict" if len(quantities(written)) == 1 else "gold_unclear"


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _equal(value: Decimal, kind: str, written: str) -> bool:
    return match(f"{value:f}", Gold(kind, written)).reason in ("equal", "equal_rounded", "equal_truncated")
