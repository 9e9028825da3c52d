"""Where a reasoning arrives: does it end, at the answer that is given, and does it state the standard answer?

concludes(..., "number", "13", {}, ...)   of "So the answer is 13."   ->  1.0
finished(...)                             of "The sum of the"          ->  0.0
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from judges.answers import Gold, match
from judges.answers.boolean import boolean
from judges.answers.choice import letters, named
from judges.answers.places import boxes
from judges.answers.quantity import distinct, quantities
from judges.answers.statements import stated
from judges.reasoning.measures.terms import share, terms, tokens

_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")
_FINISHED = re.compile(r"[.!?。！？)）\]】}\"”'`*%|$]\s*$|\d\s*$")
_CLAUSES = re.compile(r"[,，;；:：]|\b(?:so|is|are)\b|所以|因此|应为|是否")
_LETTER = re.compile(r"(?<![A-Za-z])[A-H](?![A-Za-z'’])")
_DIGITS = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_IN_WORDS = re.compile(r"[一二两三四五六七八九十百千][十百千万亿]|分之|[⅐-⅞¼-¾]")
_CUT = "0123456789.,，"  # half a number at the edge of a window is none
_TAIL = 400  # where a reasoning concludes
_LATE = 4000  # where it states its results
_AROUND = 40  # characters that may belong to a number: its sign, its unit
_LONGEST = 40  # digits


def concludes(reasoning: str, final: str | None, kind: str, options: Mapping[str, str]) -> float | None:
    """1 if the end of a reasoning states the final answer, 0 if it states another one, None if it states none.

    final, kind, options: the final answer of the reply, the question's kind of answer and its options.
    """
    if final is None:
        return None
    tail = reasoning[-_TAIL:]
    boxed = boxes(tail).texts
    conclusion = boxed[-1] if boxed else stated(tail)
    gold = Gold(kind, final, options=options)
    if conclusion is not None and (verdict := match(conclusion, gold).value) is not None:
        return float(verdict)
    if kind not in ("number", "percent"):
        return _named_last(tail, final, kind, options)
    wanted = distinct(quantities(final))
    if len(wanted) != 1:
        return None
    for window in _windows(tail, wanted[0].value, Decimal("0.1")):
        for item in quantities(window):
            if match(f"{item.value}{'%' if item.percent else ''}", gold).value:
                return 1.0
    return None


def _named_last(tail: str, final: str, kind: str, options: Mapping[str, str]) -> float | None:
    """1 if the last sentence names the final choice, or says the final yes or no, and nothing beside it."""
    last = _last_sentence(tail)
    if kind == "boolean":
        said = {truth for clause in _CLAUSES.split(last) if (truth := boolean(clause)) is not None}
        return 1.0 if said == {boolean(final, options)} else None
    if isinstance(chosen := letters(final, options), str):
        return None
    alone = set(_LETTER.findall(last)) & options.keys()
    by_text = {letter for letter, text in options.items() if len(text) > 1 and text in last}
    return 1.0 if alone | by_text == chosen else None


def finished(reasoning: str, final: str | None, kind: str, options: Mapping[str, str]) -> float:
    """1 if a reasoning ends as a sentence does, or with the answer itself: "the answer is B", 利润为12亿元; else 0."""
    tail = reasoning[-_TAIL:].rstrip()
    return float(bool(_FINISHED.search(tail)) or concludes(_last_sentence(tail), final, kind, options) == 1)


def _last_sentence(text: str) -> str:
    return next((piece for piece in reversed(_SENTENCES.split(text)) if piece.strip()), "")


def gold_overlap(
    reasoning: str, words: set[str], gold: str | None, options: Mapping[str, str], explained: set[str]
) -> float | None:
    """Share, 0 to 1, of the standard answer's terms that a reasoning uses; None where there are none to look for.

    words: the reasoning's vocabulary; explained: the terms of the source's explanation. A gold without terms counts by
    itself: a number by its value, 1 where the reasoning states it, a yes or 是 by the word. Failing these, the
    explanation's terms count.
    """
    text = _text(gold, options)
    if wanted := terms(text):
        return share(wanted, words)
    return 1.0 if _states(text, reasoning, words) else share(explained, words)


def _text(gold: str | None, options: Mapping[str, str]) -> str:
    """The texts of the options that the gold names, or the gold itself."""
    if gold is None:
        return ""
    chosen = named([gold], options) if options else []
    return " ".join(options[letter] for letter in sorted(chosen[0])) if chosen else gold


def _states(gold: str, reasoning: str, words: set[str]) -> bool:
    """Does the reasoning hold the gold's number, or for a gold without numbers its words?"""
    if not (golds := quantities(gold)):
        own = set(tokens(gold))
        return bool(own) and own <= words
    # With and without its percent sign: one step of a reasoning says 6.9, another 6.9 %.
    wanted = {abs(golds[0].plain), abs(golds[0].value)}
    for window in _windows(reasoning[-_LATE:], golds[0].value, Decimal("0.002")):
        found = {abs(number) for item in quantities(window) for number in (item.plain, item.value)}
        if any(abs(one - other) <= other / 1000 for one in found for other in wanted):
            return True
    return False


def _windows(text: str, wanted: Decimal, tolerance: Decimal) -> Iterator[str]:
    """The places of a text, the last one first, where a number begins with the same digits as the wanted one, whatever
    its power of ten; the whole text where numbers may be written in words.

    Reading every number of a text as a quantity takes a hundred times longer than looking at its digits.
    """
    if not text.isascii() and _IN_WORDS.search(text):
        yield text
        return
    leading = _leading(wanted)
    for found in reversed(list(_DIGITS.finditer(text))):
        digits = found[0].replace(",", "").replace("，", "")
        if len(digits) <= _LONGEST and _close(_leading(Decimal(digits)), leading, tolerance):
            begin, end = max(0, found.start() - _AROUND), found.end() + _AROUND
            window = text[begin:end] if begin == 0 else text[begin:end].lstrip(_CUT)
            yield window if end >= len(text) else window.rstrip(_CUT)


def _leading(number: Decimal) -> Decimal:
    """A number with its point after the first digit: 0.0123 and 123 are 1.23."""
    return abs(number).scaleb(-number.adjusted()) if number else Decimal(0)


def _close(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    """Do leading digits agree, 9.99 and 1.00 among them?"""
    return any(abs(shifted - other) <= tolerance * other for shifted in (one, one * 10, one / 10))
