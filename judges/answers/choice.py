"""Option letters and yes or no, as sets and truth values; never by a letter's mere presence in the text.

DianJin-R1's released reward collects letters by membership, so that "EBIT" reads as {B, E} (research: papers, 2.6);
here a letter counts only where it stands alone or leads its option's text.
"""

import re
from collections.abc import Mapping, Sequence

from judges.answers.text import normalise

_LEAD = re.compile(
    r"(?:the )?(?:correct |right |best )?(?:options?|choices?|answers?)(?: (?:is|are))?\b ?[:：]?"
    r"|(?:最终|正确)?(?:答案|选项)[是为]? ?[:：]?|(?:应|故|所以|因此)?选择?(?:项)? ?[:：]?",
    re.IGNORECASE,
)
_TAILS = ("是正确的", "正确", "选项", "项")
_BETWEEN = re.compile(r"(?:[\s,、;/&+\"'\[\]()【】{}.。:]|\band\b|和|与|及|选?项)+", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_LETTERS = re.compile(r"[A-H]+", re.IGNORECASE)
_LETTER_THEN_TEXT = re.compile(
    r"[(\[【]?(?P<letter>[A-H])(?: ?[)\].:、,】-]+ ?|项 ?| )(?P<text>\S.*)$", re.IGNORECASE | re.DOTALL
)

_TRUE = ("yes", "true", "correct", "是", "是的", "正确", "对", "√")
_FALSE = ("no", "false", "incorrect", "not correct", "not true", "否", "不是", "错误", "错", "不正确", "不对", "×", "x")
# Words of compliance are a family of their own: 是 to "违规？" is 违规, 是 to "合规？" is 合规.
_COMPLIANT = ("compliant", "合规", "不违规", "未违规", "没有违规")
_VIOLATING = ("not compliant", "non-compliant", "noncompliant", "不合规", "违规")
_BOOLEANS = dict.fromkeys((*_TRUE, *_COMPLIANT), True) | dict.fromkeys((*_FALSE, *_VIOLATING), False)
_COMPLIANCE = re.compile("complian|合规|违规", re.IGNORECASE)
_EDGES = " \t\r\n.,;:!?。，；：！？\"'“”‘’()[]{}"


def same_text(one: str, other: str) -> bool:
    """Equal but for width, case, spaces and end punctuation."""
    return plain(one) == plain(other)


def plain(text: str) -> str:
    """The text's bare form for comparing: half width, lower case, no spaces, no punctuation at the ends."""
    return re.sub(r"\s+", "", normalise(text)).strip(_EDGES).casefold()


def letters(text: str, options: Mapping[str, str]) -> frozenset[str] | str:
    """The set of option letters that an answer names; a key of REASONS when it cannot be read.

    Read are: the text of an option alone, letters alone ("AC", "A、C", "选项C", '["A", "C"]'), and one letter with its
    option's text ("C：国家税务总局"). A letter beside another option's text is a contradiction.
    """
    text = _LINES.sub("\n", _SPACES.sub(" ", normalise(text))).strip()
    by_text = [letter for letter, option in options.items() if same_text(option, text)]
    bare = text.strip(_EDGES).upper()
    if bare in options and by_text and by_text != [bare]:
        return "letter_contradicts_text"  # "A" where A is also the text of another option
    if len(by_text) == 1:
        return frozenset(by_text)
    led = _LEAD.match(text)
    rest = text[led.end() :].strip() if led else text
    if (alone := _letters_alone(_without_tail(rest), options)) is not None:
        return alone
    if (found := _LETTER_THEN_TEXT.match(rest)) and (letter := found["letter"].upper()) in options:
        if same_text(options[letter], found["text"]):
            return frozenset({letter})
        if any(same_text(option, found["text"]) for option in options.values()):
            return "letter_contradicts_text"
    return _each_by_itself(rest, options)


def _without_tail(text: str) -> str:
    text = text.rstrip(" .。")
    return next((text.removesuffix(tail) for tail in _TAILS if text.endswith(tail)), text)


def _letters_alone(text: str, options: Mapping[str, str]) -> frozenset[str] | None:
    """The letters of a text that holds nothing else. A word is none: not in lower case, not with letters that are no
    option's, and where there are no options to go by, not out of order ("FACE")."""
    runs = [run for run in _BETWEEN.split(text) if run]
    if not runs or not all(_LETTERS.fullmatch(run) for run in runs):
        return None
    joined = "".join(runs)
    if len(joined) > 1 and joined != joined.upper():
        return None
    read = frozenset(joined.upper())
    if options:
        return read if read <= options.keys() else None
    return read if len(joined) == 1 or len(runs) > 1 or list(joined) == sorted(read) else None


def _each_by_itself(text: str, options: Mapping[str, str]) -> frozenset[str] | str:
    """Several options, each letter with its own text: "A. cash; C. bonds"."""
    parts = [part for part in re.split(r"[\n;]", text) if part.strip()]
    if len(parts) < 2:
        return "answer_unreadable"
    read: set[str] = set()
    for part in parts:
        one = letters(part, options)
        if isinstance(one, str):
            return one
        read |= one
    return frozenset(read)


def boolean(text: str, options: Mapping[str, str] | None = None) -> bool | None:
    """True or False out of yes/no, 是/否, 正确/错误, 合规/不合规 or the letter of such an option; None if neither."""
    bare = normalise(text).strip(_EDGES).casefold()
    bare = re.sub(r"\s+", " ", bare)
    if bare in _BOOLEANS:
        return _BOOLEANS[bare]
    if options:
        named = letters(text, options)
        if not isinstance(named, str) and len(named) == 1 and (letter := next(iter(named))) in options:
            return boolean(options[letter])
    # A verdict first, its ground after a comma ("yes , 38.2%", "否，因为..."); another verdict behind it contradicts.
    head, *others = (part.strip(_EDGES) for part in re.split(r"[,，.。;；\n]", bare))
    behind = {_BOOLEANS[word] for part in others for word in (part, *part.split()) if word in _BOOLEANS}
    if head not in _BOOLEANS or behind - {_BOOLEANS[head]} or re.match(r"no\.? ?\d", bare):
        return None
    return _BOOLEANS[head]


def of_compliance(text: str, options: Mapping[str, str] | None = None) -> bool:
    """Does a yes or no speak of compliance (合规, 违规) itself, or of the question that was asked (是, yes)?"""
    return bool(_COMPLIANCE.search((options or {}).get(normalise(text).strip(_EDGES).upper(), text)))


def named(golds: Sequence[str], options: Mapping[str, str]) -> list[frozenset[str]]:
    """The option sets of the golds that can be read and that name only existing options."""
    bare = [gold.strip().upper() for gold in golds]
    # A gold that is an option's letter is that letter, whatever the options' texts.
    read = [
        frozenset({one}) if one in options else letters(gold, options) for gold, one in zip(golds, bare, strict=True)
    ]
    return [one for one in read if not isinstance(one, str) and one and (not options or one <= options.keys())]
