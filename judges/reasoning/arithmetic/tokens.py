"""The tokens of a calculation: numbers with their percent and scale, operators, brackets, relations, words.

[token.kind for token in tokens("12% × $5 million = 0.6")]  ->  ["number", "operator", "money", "number", "relation",
                                                                 "number"]
What says that one thought ends (a full stop, a comma, prose) is a token "break".
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from judges.answers.units import CURRENCIES, MINOR, UNITS
from judges.reasoning.arithmetic.expression import EULER
from judges.reasoning.arithmetic.numbers import PLAIN, Number, alphabetic, either, number_at, plain
from judges.reasoning.arithmetic.written import OPEN, OVER, SHUT


class Token(NamedTuple):
    """kind: number, operator, open, close, relation, word, variable, and, unit, money, about, break; text: as read;
    start, end: its place; number: of a number."""

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None


_UNITS = {
    *UNITS,
    *MINOR,
    *(
        "option",
        "options",
        "bond",
        "bonds",
        "item",
        "items",
        "lot",
        "lots",
        "point",
        "points",
        "ounces",
        "ounce",
        "bbl",
    ),
    *(
        "product",
        "products",
        "call",
        "put",
        "stock",
        "stocks",
        "period",
        "periods",
        "payments",
        "payment",
        "each",
        "per",
    ),
    *("个", "份", "手", "张", "只", "点", "岁", "期", "亩", "支", "套", "批", "号", "部", "克", "米", "月", "季", "每"),
} - {"x", "times", "分"}
_MONEY = {word for word in CURRENCIES if word not in ("rm", "rs", "rs.", "¥", "¥")}
_HAN = r"\u3400-\u9fff"
_HAN_WORDS = {
    **dict.fromkeys(alphabetic(_UNITS, ascii=False), ("unit", "")),
    **dict.fromkeys(alphabetic(_MONEY, ascii=False), ("money", "")),
    **dict.fromkeys(
        ("等于", "即为", "即", "得", "得到", "得出", "可得", "求得", "结果为", "结果是", "为", "是"), ("relation", "得")
    ),
    **dict.fromkeys(("约等于", "约为", "约是"), ("relation", "约")),
    **dict.fromkeys(("大约为", "大约是"), ("relation", "大约")),
    **dict.fromkeys(("大约", "约", "近似", "近"), ("about", "")),
    **dict.fromkeys("和与及或则而由从", ("and", "")),
    **dict.fromkeys(("加", "加上"), ("operator", "+")),
    **dict.fromkeys(("减", "减去"), ("operator", "-")),
    **dict.fromkeys(("乘", "乘以"), ("operator", "×")),
    "除以": ("operator", "/"),
    "的": ("of", "的"),
}
_WORDS = {
    **dict.fromkeys(alphabetic(_UNITS, ascii=True), ("unit", "")),
    **dict.fromkeys(alphabetic(_MONEY, ascii=True), ("money", "")),
    **dict.fromkeys(
        "and or so then but if to from with vs because thus hence therefore where when while as at in for".split(),
        ("and", ""),
    ),
    **dict.fromkeys("approximately approx about around roughly nearly almost circa".split(), ("about", "")),
    **dict.fromkeys("is equals equal gives yields makes becomes was".split(), ("relation", "is")),
    **dict.fromkeys(("sqrt",), ("operator", "√")),
    **dict.fromkeys(("ln", "exp"), ("operator", "")),
    "plus": ("operator", "+"),
    "minus": ("operator", "-"),
    "times": ("operator", "×"),
    "multiplied by": ("operator", "×"),
    "divided by": ("operator", "/"),
    "of": ("of", "of"),
    "us": ("ignored", ""),
}
_SIGNS = {
    **dict.fromkeys("+-/^√", ("operator", "")),
    **dict.fromkeys("×*", ("operator", "×")),
    **dict.fromkeys("$¥€£₹₩฿", ("money", "")),
    **dict.fromkeys("([", ("open", "")),
    **dict.fromkeys(")]", ("close", "")),
    "÷": ("operator", "/"),
    "%": ("percentage", ""),
    "~": ("about", ""),
}
# sign, or word in lower case -> the token's kind, and the text that stands for it where that is another
_KNOWN = {word: (kind, text or word) for word, (kind, text) in {**_HAN_WORDS, **_WORDS, **_SIGNS}.items()}

_LATIN_TOKEN = (
    r"[A-Za-z,;:'’ ]{32,400}(?<= )(?<!minus )(?<!plus )(?<!times )(?<!by )(?<!of )(?<!less )"
    r"|[A-Z]{1,3}\$|(?:RMB|RM|Rs\.?|CNY|USD|HKD|EUR|GBP|INR|JPY)(?=\s?\.?\d)"
    r"|(?:is|are|and|so|then|to|of|by|from|plus|minus|times|gives|equals)(?=[\d.])"
    r"|multiplied by|divided by|which (?:is|equals|gives)(?![A-Za-z])|(?:would|will) be(?![A-Za-z])"
    r"|[A-Za-z][A-Za-z0-9_]{0,60}(?:['’&-][A-Za-z]{1,60}){0,4}"
)
_HAN_TOKEN = re.compile(
    rf"[{_HAN}、。；]{{12,400}}(?<![加减乘除以去上负的])|{either(word for word in _HAN_WORDS if len(word) > 1)}|."
)
_LATIN_UNIT, _HAN_UNIT = (either(alphabetic({*_UNITS, *_MONEY}, ascii=kind)) for kind in (True, False))
_OTHER_TOKEN = re.compile(
    rf"""
    [=≈→]+>?|->|~=|,\ ?which\ (?:is|equals|gives)(?![A-Za-z])|\*\*+
    |/\ ?(?:(?:{_LATIN_UNIT})(?![A-Za-z])|{_HAN_UNIT})
    |[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\.{{2,9}}|…+|\\[A-Za-z]{{1,40}}|[^\W\d_A-Za-z{_HAN}]\w{{0,60}}|.
    """,
    re.VERBOSE | re.DOTALL,
)
_PASSED = r""" "“”‘’`_&'{}\t\r\u2060"""  # they say nothing
_TOKEN = re.compile(
    rf"""[{_PASSED}]*(?:{PLAIN}"""
    r"""|([+×^√÷%()[\]$¥€£₹₩฿?!]|[=≈](?![=≈→>])|-(?!>)|\*(?!\*)|/(?=\ ?[\d(])|[,;:](?!\ ?which)|\.(?![\d.]))"""
    rf"""|({_LATIN_TOKEN})|(\d|\.(?=\d))|([{_HAN}])|([^{_PASSED}]))""",
    re.DOTALL,
)
_POINT, _SIGN, _LATIN_WORD, _DIGIT_SIGN, _HAN_SIGN = range(2, 7)  # its groups
_new = tuple.__new__  # a third of the time that Token(...) takes
_UNREAD = re.compile(r"[\d.,]+")
_DIGIT = frozenset("0123456789")
_ALONE = {
    **{sign: _KNOWN[sign] for sign in "+-*/×^√÷%()[]$¥€£₹₩฿"},
    **{sign: ("relation", sign) for sign in "=≈"},
    **{sign: ("break", sign) for sign in ".,;:?!"},
}
ROUGHLY = frozenset(("about", "around", "roughly", "nearly", "almost", "circa", "大约", "近", "~"))
_WORD = ("word", "")
_AFTER_TIMES, _OPENING = frozenset("0123456789([$¥€£."), frozenset(("(", "[", OPEN))
_AFTER_WORD = _DIGIT | _OPENING
_CONTINUED = re.compile(r"\s{0,20}(?:&\s?|>\s?)?[=≈→]")
_EXPONENT = re.compile(r"-?\d{1,5}")
_LONG = 12
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_RELATIONS = frozenset("=≈→~")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER_SIGNS = frozenset("^⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_E = ("number", "e")
_EULER = Number(EULER)


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens of a readable text from a place on, in order."""
    place = start
    while place >= 0:
        resumed, place = place, -1
        for found in _TOKEN.finditer(text, resumed):
            group, end = found.lastindex or 0, found.end()
            if group == _LATIN_WORD:
                written = found[_LATIN_WORD]
                known = _KNOWN.get(written)
                if known is None:
                    if written.isalpha() and len(written) > 1 and text[end : end + 1] not in _AFTER_WORD:
                        known = _KNOWN.get(written.lower(), _WORD)
                    else:
                        known = _KNOWN.get(written.lower()) or _named(written, text, end)
                if known is _E:
                    yield Token("number", "", end - 1, end, _EULER)
                elif known[0] != "ignored":
                    yield _new(Token, (known[0], known[1] or written, end - len(written), end, None))
            elif group == _SIGN:
                kind, written = _ALONE[found[_SIGN]]
                yield _new(Token, (kind, written, end - 1, end, None))
            elif group <= _POINT:
                yield _new(Token, ("number", "", found.start(1), end, plain(found[1], found[2])))
            else:  # what is read by a pattern of its own, behind which the search begins anew
                read, place = _looked_at(text, end - 1, group)
                yield from read
                if place != end:
                    break
                place = -1


def _looked_at(text: str, start: int, group: int) -> tuple[Iterable[Token], int]:
    """The tokens of what begins at a place and is no plain number, word or sign, and where it ends."""
    if group == _DIGIT_SIGN:
        token = _digits(text, start)
        return (token,), token.end
    found = (_HAN_TOKEN if group == _HAN_SIGN else _OTHER_TOKEN).match(text, start)
    if found is None:
        return (), start + 1
    known = _KNOWN.get(found[0])
    if known is None:
        return _odd(found[0], text, start, found.end()), found.end()
    return (Token(known[0], known[1], start, found.end()),), found.end()


def _digits(text: str, start: int) -> Token:
    """The token of what begins with a digit or a point."""
    glued = start and text[start] == "." and (text[start - 1].isalnum() or text[start - 1] == "_")
    read = None if glued else number_at(text, start)
    if read is not None:
        return Token("number", "", start, read[1], read[0])
    unread = _UNREAD.match(text, start)
    return Token("variable", "", start, unread.end() if unread else start + 1)


def _named(written: str, text: str, end: int) -> tuple[str, str]:
    """The kind and text of a word that is not in the list."""
    after = text[end : end + 1]
    if len(written) > 31 and " " in written:
        return "break", written
    if written[-1] in "$." or after in _DIGIT:
        return "money", written
    if " " in written:
        return "relation", "is"
    if len(written) == 1:
        if written in "xX" and text[end : end + 2].strip()[:1] in _AFTER_TIMES:
            return "operator", "×"
        if written == "e" and after in _POWER_SIGNS:
            return _E
        return ("word" if written in "aAI" else "variable"), written
    if not written.replace("-", "").replace("'", "").isalpha() or after in _OPENING:
        return "variable", written
    return "word", written


def _is_power(text: str, start: int, end: int) -> bool:
    """Are two asterisks a power, "2**3", and not the marks of bold type?"""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if before[-1:] == " " or after[:1] == " ":
        before, after = (before[:1], after[1:]) if before[-1:] == after[:1] == " " else ("", "")
    return (before[-1:].isdigit() or before[-1:] == ")") and (after[:1].isdigit() or after[:1] in ("(", "-"))


def _odd(written: str, text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of signs that are not in the list."""
    sign = written[0]
    if sign in _RELATIONS or written == "->":
        yield Token("relation", written, start, end)
    elif sign == "\n":
        if _CONTINUED.match(text, end) is None:
            yield Token("break", written, start, end)
    elif sign == "*":
        if written == "**" and _is_power(text, start, end):
            yield Token("operator", "^", start, end)
    elif sign in (OPEN, SHUT):
        token = Token("open" if sign == OPEN else "close", written, start, end)
        yield from (token, token)
    elif sign == OVER:
        yield Token("close", sign, start, end)
        yield Token("operator", "/", start, end)
        yield Token("open", sign, start, end)
    elif sign == "/":
        yield Token("unit", written, start, end)
    elif sign in _POWER_SIGNS:
        yield Token("operator", "^", start, start)
        digits = written.translate(_POWERS)
        number = Number(Decimal(digits)) if _EXPONENT.fullmatch(digits) else None
        yield Token("variable" if number is None else "number", written, start, end, number)
    elif written.startswith(("..", "…")) or "\u3400" <= sign <= "\u9fff":
        yield Token("word" if len(written) < _LONG else "break", written, start, end)
    elif len(written) > 1 and sign == ",":
        yield Token("relation", "is", start, end)
    elif sign == "\\" or sign.isalpha():
        yield Token("variable", written, start, end)
    else:
        yield Token("break", written, start, end)
