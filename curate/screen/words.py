"""A text as the screens compare it: words and Han characters in order, and its numbers, whatever their writing.

words("Net  Income of $1,250.50，同比增长")   ->  ["net", "income", "of", "1250.5", "同", "比", "增", "长"]
numbers("1,250.50 in 2009, not 7%")          ->  ("1250.5", "2009", "7")
"""

import re
import unicodedata

# A number with its separators and decimals, a Latin (or other) word, or one Han character; everything else parts them.
_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_\u3400-\u9fff]+|[\u3400-\u9fff]")


def words(text: str) -> list[str]:
    """The text's words in order: width, case, punctuation, spaces and the writing of numbers are set aside."""
    plain = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return [_number(word) if word[0].isdigit() else word for word in _WORD.findall(plain)]


def numbers(text: str) -> tuple[str, ...]:
    """The text's numbers, sorted, one that stands twice twice."""
    return tuple(sorted(word for word in words(text) if word[0].isdigit()))


def _number(word: str) -> str:
    word = word.replace(",", "")
    return word.rstrip("0").rstrip(".") if "." in word else word
