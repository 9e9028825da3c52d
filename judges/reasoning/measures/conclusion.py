"""Where a reasoning arrives: does it end, at the answer that is given, and does it state the standard answer?

concludes(..., "number", "13", {}, ...)   of "So the answer is 13."   ->  1.0
finished(...)                             of "The sum of the"          ->  0.0
"""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from math import floor, log10

from judges.answers import Gold, match
from judges.answers.boolean import boolean
from judges.answers.choice import letters, named
from judges.answers.places import boxes
from judges.answers.quantity import distinct, quantities
from judges.answers.reading import is_year
from judges.answers.statements import stated
from judges.reasoning.measures.terms import NO_HAN, Words, share, terms, tokens

_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")
_FINISHED = re.compile(r"[.!?。！？)）\]】}\"”'`*%|$]\s*$|\d\s*$")
_CLAUSES = re.compile(r"[,，;；:：]|\b(?:so|is|are)\b|所以|因此|应为|是否")
_LETTER = re.compile(r"(?<![A-Za-z])[A-H](?![A-Za-z'’])")
_DIGITS = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_IN_WORDS = re.compile(r"[一二两三四五六七八九十百千][十百千万亿]|分之|[亿万]\d|[⅐-⅞¼-¾]")
# What may stand behind or before a number and make it another one: a scale, a percent sign, a power, a fraction.
_SCALED = re.compile(r"[\s)*}$\\]{0,4}(?:[%‰％bBcChHkKlLmMpPtTwWeExX×/:^{'’\d]|[^\x00-\u2fff])|[.,，]\d")
_SCALES = re.compile(r"[/:'’分之\d]\s?$|\d\s?[,，.]?$")
_PARTS = (b"\xe2\x85", b"\xc2\xbc", b"\xc2\xbd", b"\xc2\xbe")  # ⅐ to ⅞, ¼ to ¾
_CUT = "0123456789.,，"  # half a number at the edge of a window is none
_TAIL = 400  # where a reasoning concludes
_LATE = 4000  # where it states its results
_AROUND = 40  # characters that may belong to a number: its sign, its unit
_LONGEST = 40  # digits
_ALIKE = Decimal("0.01")  # of leading digits that may be the same number


def concludes(reasoning: str, final: str | None, kind: str, options: Mapping[str, str]) -> float | None:
    """1 if the end of a reasoning states the final answer, 0 if it states another one, None if it states none. A last
    sentence with numbers, none of them like the final one, states another.

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
    leading, tolerance, tried = _leading(wanted[0].value), Decimal("0.1"), set()
    values = (wanted[0].value, wanted[0].plain)
    for window in _windows(tail, wanted[0].value, values, tolerance):
        for item in quantities(window):
            written = f"{item.value}{'%' if item.percent else ''}"
            if written in tried or not _close(_leading(item.value), leading, tolerance):
                continue
            tried.add(written)
            if match(written, gold).value:
                return 1.0
    last = [one for one in quantities(_last_sentence(tail)) if not is_year(one)]
    alike = any(_close(_leading(item.value), leading, _ALIKE) for item in last)
    return 0.0 if last and not alike else None


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
    reasoning: str, words: Words, kind: str, gold: str | None, options: Mapping[str, str], explained: set[str]
) -> float | None:
    """Share, 0 to 1, of the standard answer's terms that a reasoning uses; None where there are none to look for.

    words: what the reasoning says, with these terms looked for; explained: the terms of the source's explanation.
    A gold without terms counts by itself: a number by its value, 1 where the reasoning states it, a yes or 是 by the
    word. Failing these, the explanation's terms count.
    """
    text = _text(gold, options)
    by_value = kind in ("number", "percent") and quantities(text)  # "$3.5 million" is no word "million"
    if not by_value and (wanted := terms(text)):
        return share(wanted, words.known)
    return 1.0 if _states(text, reasoning, words) else share(explained, words.known)


def wanted_of(gold: str | None, options: Mapping[str, str]) -> set[str]:
    """The terms that `gold_overlap` looks for among the words of a reasoning."""
    return terms(_text(gold, options))


def _text(gold: str | None, options: Mapping[str, str]) -> str:
    """The texts of the options that the gold names, or the gold itself."""
    if gold is None:
        return ""
    chosen = named([gold], options) if options else []
    return " ".join(options[letter] for letter in sorted(chosen[0])) if chosen else gold


def _states(gold: str, reasoning: str, words: Words) -> bool:
    """Does the reasoning hold the gold's number, or for a gold without numbers its words?"""
    if not (golds := quantities(gold)):
        own = tokens(gold)
        return bool(own) and all(one in words.known or (not one.isascii() and one in words.lowered) for one in own)
    # With and without its percent sign: one step of a reasoning says 6.9, another 6.9 %.
    wanted = {abs(golds[0].plain), abs(golds[0].value)}
    for window in _windows(reasoning[-_LATE:], golds[0].value, wanted, Decimal("0.002")):
        found = {abs(number) for item in quantities(window) for number in (item.plain, item.value)}
        if any(abs(one - other) <= other / 1000 for one in found for other in wanted):
            return True
    return False


def _windows(text: str, wanted: Decimal, values: Collection[Decimal], tolerance: Decimal) -> Iterator[str]:
    """The places of a text, the last one first, where a number begins with the same digits as the wanted one, whatever
    its power of ten; then those where numbers may be written in words. A number that nothing beside it can scale has to
    be near one of `values` as it stands.

    Reading every number of a text as a quantity takes a hundred times longer than looking at its digits.
    """
    exact, near = _leading(wanted), float(tolerance) + 1e-9
    leading, plain = float(exact), [abs(float(value)) for value in values]
    first = {f"{leading * factor:e}"[0] for factor in (1, 1 - near, 1 + near)}
    for found in reversed(list(_DIGITS.finditer(text))):
        if found[0].lstrip("0.,，")[:1] not in first and leading:
            continue
        digits = found[0].replace(",", "").replace("，", "")
        if len(digits) > _LONGEST or not _near(float(digits), leading, near):
            continue
        start, end = found.span()
        alone = not (_SCALED.match(text, end) or _SCALES.search(text, max(start - 3, 0), start))
        if alone and not any(abs(float(digits) - value) <= near * value for value in plain):
            continue
        if _close(_leading(Decimal(digits)), exact, tolerance):
            begin, end = max(0, start - _AROUND), end + _AROUND
            window = text[begin:end] if begin == 0 else text[begin:end].lstrip(_CUT)
            yield window if end >= len(text) else window.rstrip(_CUT)
    yield from _in_words(text)


def _in_words(text: str) -> Iterator[str]:
    """The places of a text where numbers are written in Chinese characters, or as ½, those side by side as one. Bytes
    tell that a text holds neither."""
    if text.isascii():
        return
    raw = text.encode("utf-8", "surrogatepass")
    if not raw.translate(None, NO_HAN) and not any(map(raw.__contains__, _PARTS)):
        return
    begin = end = 0
    for found in _IN_WORDS.finditer(text):
        if found.start() - _AROUND > end:
            if end:
                yield text[begin:end]
            begin = found.start() - _AROUND
        end = found.end() + _AROUND
    if end:
        yield text[begin:end]


def _near(number: float, leading: float, tolerance: float) -> bool:
    """What `_close` says of its leading digits, or a little more: a fifth of the time of decimals."""
    if not number:
        return not leading
    one = number / 10.0 ** floor(log10(number))
    allowed = tolerance * leading + 1e-12
    return abs(one - leading) <= allowed or abs(one * 10 - leading) <= allowed or abs(one / 10 - leading) <= allowed


def _leading(number: Decimal) -> Decimal:
    """A number with its point after the first digit: 0.0123 and 123 are 1.23."""
    return abs(number).scaleb(-number.adjusted()) if number else Decimal(0)


def _close(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    """Do leading digits agree, 9.99 and 1.00 among them?"""
    return any(abs(shifted - other) <= tolerance * other for shifted in (one, one * 10, one / 10))
