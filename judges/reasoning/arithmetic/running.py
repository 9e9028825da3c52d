"""A calculation that goes on with the result before it, which it does not write again.

continued("302, +153 = 455", ...)                          ->  302 + 153 against 455
continued("0.0178, and multiplying by 100 gives 1.78%")    ->  0.0178 × 100 against 1.78%
"""

import re

from judges.reasoning.arithmetic.numbers import Number
from judges.reasoning.arithmetic.phrases import Phrase

_MOST_BETWEEN = 60
_ADDED = re.compile(r"\)?\s{0,4}\**\s{0,4}[,;，；]?\s{0,20}\+?\s?[$¥€£]?\s?")
_TIMES = re.compile(
    r"[^=≈\d]*(?:multipl(?:y|ied|ying)|(?P<over>divid(?:e|ed|ing)))(?: (?:this|that|it|the result))? by [$¥€£]?",
    re.IGNORECASE,
)


def continued(text: str, before: tuple[int, Number], left: Phrase, offset: int) -> Phrase | None:
    """The expression that a lone number makes with the result before it, which ended at a place of the text; None where
    the text does not go on so. offset: where what the number's place is counted from begins."""
    end, result = before
    start = offset + left.start
    if not 0 <= start - end <= _MOST_BETWEEN or (number := left.bare) is None:
        return None
    if _ADDED.fullmatch(text, end, start) and "+" in text[end : start + 1]:
        sign = "+"
    elif found := _TIMES.fullmatch(text, end, start):
        sign = "/" if found["over"] else "×"
    else:
        return None
    return Phrase([result, number, sign], left.start, left.end, 1, final=True)
