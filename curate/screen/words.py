"""A text as the screens compare it: words and Han characters in order, and its numbers, whatever their writing.

words("Net  Income of $1,250.50，同比增长")   ->  ["net", "income", "of", "1250.5", "同", "比", "增", "长"]
numbers("1,250.50 in 2009, not 7%")          ->  ("1250.5", "2009", "7")
signed("a+b fell by -1,250.50 %, see https://t.co/x1")  ->  "a + b fell by -1250.5% see"
"""

import re
import unicodedata

_NUMBER = r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_LETTERS = r"[^\W\d_\u3400-\u9fff]+|[\u3400-\u9fff]"
# A number with its separators and decimals, a Latin (or other) word, or one Han character; all else parts them.
_WORD = re.compile(f"{_NUMBER}|{_LETTERS}")
# The same, Han characters in runs, a number with its sign and percent. A dash is a sign before a number or a bracket,
# and between two letters; elsewhere it joins or parts words. An asterisk or slash is an operation behind an operand.
_SIGNED = re.compile(
    rf"[\u3400-\u9fff]+|[^\W\d_\u3400-\u9fff]+|(?:[-−–+] ?[$¥€£]? ?)?{_NUMBER}(?: ?[%‰])?|[+=<>≤≥≠^×÷±√]"
    r"|[-−–](?=\()|(?<=\b[a-z])[-−–](?=[a-z]\b)|(?<=[\w)])[*/](?!\*)|(?<=[\w)] )[*/](?= )"
)
_LINK = re.compile(r"https?://[!-~]+")
_BESIDE = re.compile(r"[,$¥€£ ]")
_DASH = re.compile("[−–]")


def words(text: str) -> list[str]:
    """The text's words in order: width, case, punctuation, spaces and the writing of numbers are set aside."""
    return [_number(word) if word[0].isdigit() else word for word in _WORD.findall(_plain(text))]


def numbers(text: str) -> tuple[str, ...]:
    """The text's numbers, sorted, one that stands twice twice."""
    return tuple(sorted(word for word in words(text) if word[0].isdigit()))


def signed(text: str) -> str:
    """The text's words in order, parted by spaces, with what changes the meaning of a number or formula: signs,
    percent, operators. Links are left out: a post that is repeated gets another one each time. A text of nothing else
    is its own pieces."""
    plain = _plain(text)
    if "http" in plain:
        plain = _LINK.sub(" ", plain)
    found = [word if word[0].isalpha() else _signed_number(word) for word in _SIGNED.findall(plain)]
    if not plain.isascii():
        found = [" ".join(word) if "\u3400" <= word[0] <= "\u9fff" else word for word in found]
    return " ".join(found or text.split())


def _plain(text: str) -> str:
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _number(word: str) -> str:
    word = word.replace(",", "")
    return word.rstrip("0").rstrip(".") if "." in word else word


def _signed_number(word: str) -> str:
    if word.isdigit():
        return word
    word = _DASH.sub("-", _BESIDE.sub("", word))
    percent = word[-1:] if word[-1:] in "%‰" else ""
    return _number(word.removesuffix(percent)) + percent
