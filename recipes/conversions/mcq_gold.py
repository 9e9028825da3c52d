"""The right option's text as an open gold: what it says, of which kind it is, and whether it makes sense by itself.

gold(Question(..., options={"A": "3年", "B": "5年"}, gold="A"))   ->  Gold("number", "3年", ("3年",))
needs_others("以上都对")                                          ->  True
"""

import re
from typing import NamedTuple

from curate.records import AnswerKind, Language, Question
from judges.answers.boolean import boolean
from judges.answers.quantity import prepared, scan
from judges.answers.reading import read

_LETTERS = re.compile(r"[A-H]+")
_LETTER = re.compile(r"[^\W\d_]")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_SPAN = 30  # characters: what is longer is a statement, and other words for it are as good
_AROUND = 2  # characters beside a number: 盈利3万元 is one, 工资总额的14% is not
_JOINED = {"zh": "；", "en": "; "}
# Items of a list in the stem (Ⅰ、Ⅲ), other options by letter, all or none of them, and what only a choice allows.
_AND = "(?:,|、|;|&|and|or|nor|和|与|及|以及)"
_NEEDS_OTHERS = re.compile(
    r"[Ⅰ-Ⅻ①-⑳]"
    rf"|^(?:(?:both|either|neither|only|options?) |只有|仅|选项)?\(?[A-H]\)?(?: ?{_AND} ?\(?[A-H]\)?)+(?: only)?$"
    rf"|^\(?[IV]+\)?(?: ?{_AND} ?\(?[IV]+\)?)+(?: only)?$"
    r"|\b(?:all|none|any|both|neither|either|each|some|more than one) of (?:the )?"
    r"(?:above|these|following|options|choices)\b"
    r"|\b(?:other|following|preceding) (?:options|choices|answers)\b|选项"
    r"|^(?:以上|上述|前述|其他|其它)(?:都|均|皆|全|各项|各种|说法|答案|情况|[两三四五]|$)"
    r"|^(?:都|均|皆|全都?|全部|[两三四]者都?)(?:对|错|是|不是|不对|正确|不正确|错误|可以?|有可能|有)$"
    r"|^(?:无法|不能|难以)(?:判断|确定)|^不(?:一定|确定)$|条件不足|^(?:it )?(?:cannot|can't) be determined",
    re.IGNORECASE,
)


class Gold(NamedTuple):
    """kind: of the open question; text: the gold; texts: the right options' own texts."""

    kind: AnswerKind
    text: str
    texts: tuple[str, ...]


def gold(question: Question) -> Gold | None:
    """The open gold of a question with options; None where it has none, or names no option with a text.

    A text of several options is `text`: rules cannot compare lists of statements, the answer judge can."""
    letters = (question.gold or "").strip()
    if not _LETTERS.fullmatch(letters) or not set(letters) <= question.options.keys():
        return None
    texts = tuple(_bare(question.options[letter]) for letter in letters)
    if not all(texts):
        return None
    return Gold(kind(texts), _JOINED[question.language].join(texts), texts)


def truth(question: Question) -> bool | None:
    """What the gold of a judgement item says of its statement."""
    said = boolean(question.gold, question.options) if question.gold else None
    return said.value if said else None


def kind(texts: tuple[str, ...]) -> AnswerKind:
    """Of one number a number or a percent, of other short texts a span, else a text."""
    if len(texts) > 1 or len(texts[0]) > _SPAN:
        return "text"
    reading, said = read(texts[0]), prepared(texts[0])
    found = scan(said)
    if reading.form != "one" or reading.hedged or reading.refers or len(found) != 1:
        return "span"
    rest = said[: found[0].start] + said[found[0].end :]
    if _ASCII_LETTER.search(rest) or len(_LETTER.findall(rest)) > _AROUND:
        return "span"
    return "percent" if found[0].quantity.percent else "number"


def needs_others(text: str) -> bool:
    """Does an option's text make sense only beside the others?"""
    return _NEEDS_OTHERS.search(text.strip()) is not None


def yes_or_no(value: bool, asked: bool, language: Language) -> str:
    """The gold of a judgement item; asked: it is a question, and no statement to be judged."""
    if language == "en":
        return "yes" if value else "no"
    return ("是" if value else "否") if asked else ("正确" if value else "错误")


def _bare(text: str) -> str:
    return text.strip().rstrip("。.;；,， ")
