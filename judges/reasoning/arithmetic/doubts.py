"""A result that differs from what its expression gives: may a reader still excuse it, and why?

"is 3*4 = 13?"                   ->  asked
"100 - 120 = 20 decrease"        ->  sign_unclear
"0.22 * 471 = 0.22 * 400 = 88"   ->  part
"""

import re
from decimal import Decimal
from typing import NamedTuple

from judges.reasoning.arithmetic.numbers import Number
from judges.reasoning.arithmetic.phrases import Phrase
from judges.reasoning.arithmetic.results import fits
from judges.reasoning.arithmetic.tokens import Token

_SAID_BEFORE = re.compile(
    r"(?:\b(?:not|incorrect(?:ly)?|wrong(?:ly)?|instead of|rather than|if|suppose|assum\w+|mistake\w*|claims?)\b"
    r"|n't|不是|并非|错误|而非|如果|假设|若)[^.。!?！？;；\n]{0,30}$",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(
    r"[^.。!！;；\n]{0,50}[?？]|\s?,?\s?(?:with|and)?\s?(?:a )?remainder|\s?余(?!额)"
    r"|[\s.,;:!，。；—…*)）-]{0,6}[(（]?\s?(?:(?:but|and|hmm|oh|so)[,\s]{1,2})?(?:no\b|wait|not\b|incorrect|wrong|isn't"
    r"|that'?s (?:not|wrong|in)|is (?:not|wrong|incorrect)|which is (?:not|wrong|incorrect)|doesn't|does not"
    r"|不对|错|不是|等等|等一下|并不)",
    re.IGNORECASE,
)
_LOSS = re.compile(
    r"\s?\*{0,2}\s?(?:[A-Za-z]{1,12}\s){0,3}(?:loss|decreas|declin|lower|less|deficit|drop|reduc|fall|outflow|below|under|down|short)|[，,]?[^，。,.]{0,6}[减亏降跌少低]",
    re.I,
)
_FALLS = re.compile(
    r"(?:loss|decreas|declin|lower|less|deficit|drop|reduc|fall|outflow|down|diff|absolute|change|[减亏降跌少低差])[^.。\n]{0,50}$",
    re.I,
)
_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_PART = r"[$¥€£]?[\d.,]{1,12}[kKmMbB%万亿]?"
RANGE = re.compile(rf"{_PART}(?:[-/]{_PART}){{1,2}}\s?(?:[A-Za-z]{{1,12}}|[\u3400-\u9fff]{{0,4}})")
_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
_OPERAND = re.compile(
    r"(?:power of|raised to|(?:multipl|divid)\w{1,4}(?: this| that| it| the result)? by)[\s$\\(*]{0,6}$", re.IGNORECASE
)
_NO_YEAR = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d(?![\d.,]*\d))\d")
_MIXED = re.compile(r"\d\s+\d{1,2}/\d{1,2}(?!\d)")  # 10 1/2, as bonds are quoted
_IN_NAME = re.compile(r"(?<=[A-Za-z0-9_])\d")  # the rest of a name, or of 1e9
_COMMON = frozenset((1, 100))
_ARROWS = ("→", "->", "=>")


class Claim(NamedTuple):
    """What is claimed, and where: text, as given; said: the readable form of the lines that hold it; offset: where they
    start in the text; left, relation, right: the two expressions and what stands between them; stated: the number that
    is all the second one holds, or None."""

    text: str
    said: str
    offset: int
    left: Phrase
    relation: Token
    right: Phrase
    stated: Number | None

    @property
    def wordy(self) -> bool:
        """Is the relation a word? Then it may be said of other things than of results."""
        return self.relation.text[0] not in "=≈→~-"


def doubted(claim: Claim, computed: Decimal) -> str:
    """The reason for which a result that is not `computed` cannot be called wrong, or "differs"."""
    text, _, offset, left, relation, right, stated = claim
    start, end = offset + left.start, offset + right.end
    if _skipped(claim) or _MIXED.search(text, max(start - 4, 0), end + 6) or _IN_NAME.match(text, start):
        return "skipped_words"
    if (stated is None and _shared(left, right)) or _OPERAND.search(text, max(start - 40, 0), start):
        return "part"
    if _placeholders(claim):
        return "range"
    if end == len(text) and (stated is None or _begins(stated, computed)):
        return "broken_off"
    if any(arrow in relation.text for arrow in _ARROWS):
        return "implied"
    if (
        stated is not None
        and fits(-computed, stated)
        and (_LOSS.match(text, end) or _FALLS.search(text, max(start - 60, 0), start))
    ):
        return "sign_unclear"
    if _is_range(claim, computed):
        return "range"
    if _SAID_AFTER.match(text, end) or _SAID_BEFORE.search(text, max(start - 50, 0), start):
        return "asked"
    return "differs"


def _shared(left: Phrase, right: Phrase) -> bool:
    """Does the second expression go on with a number of the first, as one that works out only a part of it does?"""
    items = right.postfix or []
    going_on = {
        item.value
        for item, after in zip(items, [*items[1:], ""], strict=True)
        if isinstance(item, Number) and after != "/" and item.value not in _COMMON
    }
    return any(number.value in going_on for number in left.numbers)


def _placeholders(claim: Claim) -> bool:
    """Are its numbers years that stand for what was earned in them: "(2006 - 2005) / 2005"?"""
    left = claim.left
    if left.operators != 1 and not any(item in ("/", "×") for item in left.postfix or ()):
        return False
    return not _NO_YEAR.search(claim.said, left.start, left.end)


def _skipped(claim: Claim) -> bool:
    """Were words left out that may say more than the numbers do?"""
    left, right = claim.left, claim.right
    if left.skipped or right.skipped or left.trailed or (claim.stated is None and right.trailed):
        return True
    if any(number.kind == "spaced" for number in (*left.numbers, *right.numbers)):
        return True
    return not left.operators and _LETTERS.search(claim.said, left.start, right.end) is not None


def _is_range(claim: Claim, computed: Decimal) -> bool:
    """Is it "3-5 years", or a date?"""
    written = claim.said[claim.left.start : claim.left.end]
    if RANGE.fullmatch(written) is None:
        return False
    return claim.wordy or _DATE.match(written) is not None or (computed < 0 and claim.left.operators == 1)


def _begins(stated: Number, computed: Decimal) -> bool:
    """Are the stated digits only the first ones of the true result?"""
    whole, begun = (f"{one:f}".replace(".", "").lstrip("-0") for one in (computed, stated.value))
    return (computed > 0) == (stated.value > 0) and len(whole) > len(begun) and whole.startswith(begun)
