"""Option letters and yes or no, as sets and truth values; never by a letter's mere presence in the text.

DianJin-R1's released reward collects letters by membership, so that "EBIT" reads as {B, E} (research: papers, 2.6);
here a letter counts only where it stands alone or leads its option's text.
"""

import re
from collections.abc import Mapping, Sequence

from judges.answers.text import normalise

_JOINER = r"(?:\s|,|、|;|/|&|和|与|及|\band\b)*"
_LEAD = r"^\W*(?:(?:the\s+)?(?:correct\s+)?(?:options?|choices?|answers?)\s*(?:is|are)?|选项?|答案[是为]?)?\s*[:：]?\s*"
_ONLY_LETTERS = re.compile(
    rf"{_LEAD}[(\[]?\s*(?P<letters>[A-H](?:\)?{_JOINER}\(?[A-H])*)\s*[)\]]?\s*(?:项|选项)?[\s.。,，]*$", re.IGNORECASE
)
_LETTER_THEN_TEXT = re.compile(
    rf"{_LEAD}[(\[]?\s*(?P<letter>[A-H])\s*[)\]]?\s*(?:[.:：、,)]|-|项|\s)\s*(?P<text>\S.*)$", re.I | re.S
)

_TRUE = ("yes", "true", "correct", "compliant", "是", "是的", "正确", "对", "合规", "√", "不违规", "未违规", "没有违规")
_FALSE = (
    "no", "false", "incorrect", "not correct", "not compliant", "non-compliant", "noncompliant", "not true",
    "否", "不是", "错误", "错", "不正确", "不对", "不合规", "违规", "×", "x",
)  # fmt: skip
_BOOLEANS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
_EDGES = " \t\r\n.,;:!?。，；：！？\"'“”‘’()[]{}"


def same_text(one: str, other: str) -> bool:
    """Equal but for width, case, spaces and end punctuation."""
    return plain(one) == plain(other)


def plain(text: str) -> str:
    """The text's bare form for comparing: half width, lower case, no spaces, no punctuation at the ends."""
    return re.sub(r"\s+", "", normalise(text)).strip(_EDGES).casefold()


def letters(text: str, options: Mapping[str, str]) -> frozenset[str] | str:
    """The set of option letters that an answer names; a key of REASONS when it cannot be read.

    Read are: letters alone ("AC", "A、C", "选项C"), one letter with its option's text ("C：国家税务总局"), and the
    text of an option alone. A letter beside another option's text is a contradiction.
    """
    text = normalise(text)
    if alone := _ONLY_LETTERS.match(text):
        bare = re.sub(r"\band\b", "", alone["letters"], flags=re.IGNORECASE)
        named = [character.upper() for character in bare if character.isalpha() and character.isascii()]
        if bare == bare.upper() or len(named) == 1:  # "ad" is a word, "AD" two options
            return frozenset(named)
    by_text = [letter for letter, option in options.items() if same_text(option, text)]
    if len(by_text) == 1:
        return frozenset(by_text)
    if led := _LETTER_THEN_TEXT.match(text):
        letter, rest = led["letter"].upper(), led["text"]
        if letter in options:
            if same_text(options[letter], rest):
                return frozenset({letter})
            if any(same_text(option, rest) for option in options.values()):
                return "letter_contradicts_text"
    return _each_on_its_line(text, options)


def _each_on_its_line(text: str, options: Mapping[str, str]) -> frozenset[str] | str:
    """Several options, each letter with its own text: "A. cash; C. bonds"."""
    parts = [part for part in re.split(r"[\n;；]", text) if part.strip()]
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
    # A verdict first, its ground after a comma: "yes , 38.2%", "否，因为..."
    head = re.split(r"[,，.。;；:：\n]", bare, maxsplit=1)[0].strip(_EDGES)
    return _BOOLEANS.get(head)


def named(golds: Sequence[str], options: Mapping[str, str]) -> list[frozenset[str]]:
    """The option sets of the golds that can be read and that name only existing options."""
    read = [letters(gold, options) for gold in golds]
    return [one for one in read if not isinstance(one, str) and one and (not options or one <= options.keys())]
