"""One written form for what people and models write many ways: width, minus signs, LaTeX dressing.

normalise("\\text{约} −１２．５\\%")  ->  "约 -12.5%"
"""

import re
import unicodedata

# The em dash is left alone: it joins clauses ("net change — 94"), a minus it is not.
_MINUS = re.compile("[−–‐‑‒﹣－]")
_LIST_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9])")  # half-width digits, full-width comma: a list, not thousands
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_MARKS = re.compile(r"[\\*_`]")
_WRAPPED = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|operatorname|mbox|boldsymbol)\s*\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SPACING = re.compile(r"\\[,;:! ]|\\q?quad\b|~")
_DROPPED = re.compile(
    r"\\(?:left|right|displaystyle|approx|sim)\b|\\[()\[\]]|[*_`]{2,}|(?<![0-9A-Za-z])[*`]|[*`](?![0-9A-Za-z])"
)
_ESCAPED = re.compile(r"\\+([%$#&_{}])")


def normalise(text: str) -> str:
    """Full width to half width, every minus to '-', LaTeX and Markdown dressing removed; case and words are kept."""
    if not text.isascii():
        text = _SUPERSCRIPT.sub(lambda sign: "^" + unicodedata.normalize("NFKC", sign[0]), text)
        text = _MINUS.sub("-", unicodedata.normalize("NFKC", _LIST_COMMA.sub(", ", text)))
    if "\\" in text or "{" in text:
        text = text.replace("{,}", ",")
        text = _WRAPPED.sub(r"\1", text)
        text = _FRACTION.sub(r"\1/\2", text)
        text = text.replace("\\times", "×").replace("\\cdot", "·").replace("\\div", "÷")
        text = _SPACING.sub(" ", text)
        text = _ESCAPED.sub(r"\1", text)
    return (_DROPPED.sub("", text) if _MARKS.search(text) else text).strip()
