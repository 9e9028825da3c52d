"""One written form for what people and models write many ways: width, minus signs, LaTeX dressing, script.

normalise("\\text{约} −１２．５\\%")  ->  "约 -12.5%"
plain("貨幣市場。")                  ->  "货币市场"
"""

import re
import unicodedata
from functools import cache
from typing import Any

# The em dash joins clauses ("net change — 94"); it is a minus only where it begins a number that begins the text.
_MINUS = re.compile("[−–‐‑‒﹣－]")
_LEADING_DASH = re.compile(r"^\s*—(?=\d)")
_LIST_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9])")  # half-width digits, full-width comma: a list, not thousands
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_UNUSUAL = re.compile("[−–‐‑‒﹣－—，⁰¹²³⁴⁵⁶⁷⁸⁹]")
_DRESSED = re.compile(r"[\\{$*_`~]")
_MARKS = re.compile(r"[\\*_`]")
_WRAPPED = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|operatorname|mbox|boldsymbol)\s*\{([^{}]*)\}")
_MATHS = re.compile(r"\$\$?([^$\n]*[^\s$]\s?)\$\$?(?!\s?\d)")  # dollars in pairs are LaTeX's; "$5 to $10" is none
_MIXED = re.compile(r"(?<=\d)(?=\\[dt]?frac)")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SPACING = re.compile(r"\\[,;:! ]|\\q?quad\b|~")
_DROPPED = re.compile(
    r"\\(?:left|right|displaystyle|approx|sim)\b|\\[()\[\]]|[*_`]{2,}|(?<![0-9A-Za-z])[*`]|[*`](?![0-9A-Za-z])"
)
_ESCAPED = re.compile(r"(?<!\\)\\+([%$#&_{}])")


def normalise(text: str) -> str:
    """Full width to half width, every minus to '-', LaTeX and Markdown dressing removed; case and words are kept."""
    if text.isascii():
        if not _DRESSED.search(text):
            return text.strip()  # most answers
    elif _UNUSUAL.search(text) or not unicodedata.is_normalized("NFKC", text):
        text = _SUPERSCRIPT.sub(lambda sign: "^" + unicodedata.normalize("NFKC", sign[0]), text)
        text = _LEADING_DASH.sub("-", text)
        text = _MINUS.sub("-", unicodedata.normalize("NFKC", _LIST_COMMA.sub(", ", text)))
    if "$" in text and text.count("$") > 1:
        text = _MATHS.sub(r"\1", text)
    if "\\" in text or "{" in text:
        text = text.replace("{,}", ",")
        text = _WRAPPED.sub(r"\1", text)
        text = _MIXED.sub(" ", text)  # 1\frac{1}{2} is not 11/2
        text = _FRACTION.sub(r"\1/\2", text)
        text = text.replace("\\times", "×").replace("\\cdot", "·").replace("\\div", "÷")
        text = _SPACING.sub(" ", text)
        text = _ESCAPED.sub(r"\1", text)
    return (_DROPPED.sub("", text) if _MARKS.search(text) else text).strip()


WORD, HAN = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u3400-\u9fff]")
DRESSING = " *`\"'“”，,"  # around an answer in Markdown and quotes
EDGES = " \t\r\n.,;:!?。，；：！？、\"'“”‘’「」『』《》()[]{}"
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text's bare form for comparing: half width, lower case, simplified, no spaces, no punctuation at the ends."""
    return simplified(_SPACE.sub("", normalise(text)).strip(EDGES).casefold())


def simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    if text.isascii() or _is_simplified(text):
        return text
    try:
        converted: str = _converter().convert(text)
    except UnicodeEncodeError:  # half a surrogate pair
        return text
    return converted


def _is_simplified(text: str) -> bool:
    """GB 2312 has the simplified characters and no traditional one that was simplified."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _converter() -> Any:
    import opencc  # loads its dictionaries: only where a character calls for it

    return opencc.OpenCC("t2s")
