"""A number of a calculation as it is written, with its percent sign and its scale, and where it ends.

number_at("costs 12.5% more", 6)  ->  (Number(Decimal("12.5"), places=1, percent=-2), 11)
number_at("1,200万元", 0)          ->  (Number(Decimal(1200), scale=4), 6)
number_at("1.2.3", 0)             ->  None
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from judges.answers.units import SCALES


class Number(NamedTuple):
    """A number as written: value: its digits; places: digits after the point; percent, scale: the powers of ten that
    a percent sign (-2) and a named scale (million: 6) stand for; kind: of its writing, "plain", or "spaced" where
    spaces part it, "open" where dots follow, or "variable" where a letter does ("2x")."""

    value: Decimal
    places: int = 0
    percent: int = 0
    scale: int = 0
    kind: str = "plain"
    bracketed: bool = False


def either(words: Iterable[str]) -> str:
    """A pattern of words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def alphabetic(words: Iterable[str], *, ascii: bool) -> set[str]:
    """The words of letters, the Latin ones or the others."""
    return {word for word in words if word.isascii() is ascii and any(map(str.isalpha, word))}


# Digits are capped so that a text of a million digits costs one scan and no big-number arithmetic: what is longer is
# no number, and what holds it no calculation.
_SCALE_WORDS = {word for word in SCALES if len(word) > 1 or not word.isascii()}
_DIGITS = (
    r"\d{1,3}(?:(?:,|\{,\}|['’])\d{3}){1,12}(?!\d|,\d)|\d{1,2}(?:,\d\d){1,6},\d{3}(?!\d)"
    r"|\d{1,3}(?:[ ，]\d{3}){1,12}(?![\d,])|\d{1,40}(?!\d|,\d{3})"
)
_PERCENT = r"%|‰|(?ai:percentage\s+points?|percent\b|per\s?cent\b|pct\b|basis\s+points?\b|bps?\b)|个?百分点|个?基点"
_SCALE = (
    rf"(?ai:{either(alphabetic(_SCALE_WORDS, ascii=True))})(?![A-Za-z])"
    rf"|个?(?:{either(alphabetic(_SCALE_WORDS, ascii=False))})(?![克瓦米科])"
)
_TAIL = (
    rf"(?!\.?\d)(?P<dots>\.{{2,9}}|\ {{0,3}}…+)?(?:[eE](?P<exponent>[-+]?\d{{1,3}})(?![\w.]))?"
    rf"(?:\ {{0,12}}(?P<percent>{_PERCENT}))?"
    rf"(?:(?P<letter>[kKmMbBwWtT]n?)(?![A-Za-z\d])|\s{{0,12}}-?(?P<scale>{_SCALE}))?"
    r"(?P<variable>[A-Za-z]{1,2}(?![A-Za-z])(?<!kg|yr))?"
)
_NUMBER = re.compile(rf"(?:(?P<digits>{_DIGITS})(?P<point>\.\d{{1,40}})?|(?P<bare>\.\d{{1,40}})){_TAIL}")
# A number that needs no further look: no sign, word or digit behind it belongs to it.
_BEGINNINGS = "".join(sorted({form for word in _SCALE_WORDS if word.isascii() for form in word[0] + word[0].upper()}))
PLAIN = (
    r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(\.\d{1,20})?"
    rf"(?![\dA-Za-z]|[.,，'’]\d|\.\.|\ {{0,12}}[%‰{_BEGINNINGS}pPbB\u3400-\u9fff…]|\ \d|\{{,|-[A-Za-z])"
)
_REPEATED = re.compile(r"(\d{3})，\1(?!\d)")
_LETTERS = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "w": 4, "t": 12, "tn": 12}
_SEPARATORS = re.compile(r"[^\d]")


def plain(whole: str, point: str | None) -> Number:
    """A plain number of its two groups."""
    if "," in whole:
        whole = whole.replace(",", "")
    value, places = (Decimal(whole + point), len(point) - 1) if point else (Decimal(whole), 0)
    return tuple.__new__(Number, (value, places, 0, 0, "plain", False))  # a third of the time that Number(...) takes


def number_at(text: str, start: int) -> tuple[Number, int] | None:
    """The number that begins at a place, and where it ends."""
    found = _NUMBER.match(text, start)
    if found is not None and (again := _REPEATED.match(found[0])):  # 860-559=301，301÷860: no thousands, the next sum
        found = _NUMBER.match(text, start, start + again.end(1))
    if found is None:
        return None
    digits, point, bare, dots, exponent, percent, letter, scale, variable = found.groups()
    spaced = False
    if digits and not digits.isdigit():
        spaced = " " in digits or "，" in digits
        digits = _SEPARATORS.sub("", digits)
    point = point or bare
    value = Decimal((digits or "") + (point or ""))
    places = len(point) - 1 if point else 0
    if exponent:
        shift = int(exponent)
        value, places = value.scaleb(shift), places - shift
    power = 0
    if letter:
        power = _LETTERS.get(letter.lower(), 0)
    elif scale:
        power = SCALES[scale.lower().lstrip("个")]
    kind = "variable" if variable else "spaced" if spaced else "open" if dots else "plain"
    return Number(value, places, _percent(percent) if percent else 0, power, kind), found.end()


def _percent(written: str) -> int:
    if written == "‰":
        return -3
    return -4 if written[0] in "bB" or "基" in written else -2
