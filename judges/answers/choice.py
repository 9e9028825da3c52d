"""Option letters, as sets; never by a letter's mere presence in the text.

DianJin-R1's released reward collects letters by membership, so that "EBIT" reads as {B, E} (research: papers, 2.6);
here a letter counts only where it stands alone or leads its option's text. That rule is the policy `membership`.
"""

import re
from collections.abc import Mapping, Sequence

from judges.answers.policy import Policy
from judges.answers.text import EDGES, normalise, plain

_LEAD = re.compile(
    r"(?:(?:so|therefore|thus|hence),? )?(?:(?:only|just)(?= [A-Z]\b)|i (?:choose|pick|select)"
    r"|(?:the )?(?:final |correct |right "
    r"|best )?(?:options?|choices?|answers?)"
    r"(?: (?:is|are|would be|should be))?\b) ?[:：]? ?(?:(?:options?|choices?)\b ?[:：]?)?"
    r"|(?:(?:综上(?:所述)?|因此|所以|故)[,，]? ?)?(?:我(?:认为|觉得))?(?:最终|正确)?(?:的)?(?:答案|选项)"
    r"(?:应该?)?[是为选]? ?[:：]?(?:选项)?"
    r"|(?:我(?:认为|觉得)?)?(?:应|故|所以|因此)?[该当]?(?:只有|仅有?|只)?选择?(?:项)? ?[:：]?",
    re.IGNORECASE,
)
_TAILS = re.compile(
    r"[二两三四五]项$|(?<![:.、,)\]]) ?(?:是|均|都|为|选?项)?(?:正确|对)(?:的|答案|选项)?$| ?选?项$"
    r"| (?:is|are) (?:correct|right|the (?:correct"
    r"|right|best) (?:answer|option|choice)s?)$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:[\s,、;/&+\"'\[\]()【】{}.。:]|\band\b|\boptions?\b|和|与|及|以及|选?项)+", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_LETTERS = re.compile(r"[A-Z]+", re.IGNORECASE)
_LETTER_THEN_TEXT = re.compile(
    r"[(\[【]?(?P<letter>[A-Z])(?:(?: ?[)\].:、,】-])+ ?|项[:,]? ?|(?=\()| )(?P<text>\S.*)$", re.IGNORECASE | re.DOTALL
)
_TEXT_THEN_LETTER = re.compile(
    r"(?P<text>.*\S) ?[(\[【](?:option |选项)?(?P<letter>[A-Z])[)\]】]\.?$", re.IGNORECASE | re.DOTALL
)
_LETTER_THEN_REASON = re.compile(
    r"[(\[【]?(?P<letter>[A-Z])[)\]】.]?(?:项)?(?: ?[,;—-]+ ?| )?(?:because|since|as it|因为|由于|理由)"
    r"|(?P<after>[A-Z])\. ?(?:because|since|因为|由于)",
    re.IGNORECASE,
)
_LETTER_THEN_CLAUSE = re.compile(r"[(\[【]?(?P<letter>[A-Z])[)\]】]?(?:选?项)? ?[,;.—]+ ?(?P<rest>.+)$", re.DOTALL)
_STANDING = re.compile(r"(?<![A-Za-z])[A-Z](?![A-Za-z])")
_HESITATES = re.compile(
    r"\b(?:or|not|maybe|perhaps|possibly|unless|either|but)\b|或|不是|可能|也许|并非|但", re.IGNORECASE
)
_PART = re.compile(
    r"[\n;]|(?<=[^\s,、])[,、]? ?(?:and |和|与|及)?(?=[(\[【]?[A-Z] ?[(\[)\].:、】])|[,、](?= ?[(\[【]?[A-Z]\b)"
)
_ARTICLE = re.compile(r"^(?:[Tt]he|[Aa]n|a) (?=\S{2})")  # "A cash" may be letter A
_ANY_ARTICLE = re.compile(r"^(?:the|an?) (?=\S{2})", re.IGNORECASE)
# "A: true, B: false": an answer for each option is none to the question.
_EACH = re.compile(
    r"\b[A-H](?:项)?[^\w\n]{1,4}(?:对|错|正确|错误|true|false|correct|incorrect)(?!\w{3})", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):、]|[-*•])\s*")
_MEMBERS = re.compile("[A-G]")
_LONGEST = 4000


def letters(text: str, options: Mapping[str, str]) -> frozenset[str] | str:
    """The set of option letters that an answer names; a key of REASONS when it cannot be read.

    Read are: the text of an option alone, letters alone ("AC", "A、C", "选项C", '["A", "C"]'), and letters with their
    options' texts ("C：国家税务总局", "A. cash, C. bonds"). A letter beside another option's text is a contradiction.
    """
    text = _LINES.sub("\n", _SPACES.sub(" ", normalise(text))).strip()
    if len(text) > _LONGEST:
        return "answer_unreadable"
    bare = text.strip(EDGES).upper()
    if bare in options and not any(option.strip(EDGES).upper() == bare for option in options.values()):
        return frozenset({bare})  # most answers
    if len(_EACH.findall(text)) > 1:
        return "answer_unreadable"
    return _read(text, {letter: _writings(option) for letter, option in options.items()})


Texts = Mapping[str, tuple[str, str]]  # letter -> the writings of its option's text


def _read(text: str, options: Texts) -> frozenset[str] | str:
    by_text = _by_text(text, options)
    bare = text.strip(EDGES).upper()
    if bare in options and by_text and by_text != [bare]:
        return "letter_contradicts_text"  # "A" where A is also the text of another option
    if len(by_text) == 1:
        return frozenset(by_text)
    led = _LEAD.match(text)
    rest = text[led.end() :].strip() if led else text
    if (alone := _letters_alone(_TAILS.sub("", rest.rstrip(" .。!！")), options)) is not None:
        return alone
    if led and len(by_text := _by_text(rest, options)) == 1:
        return frozenset(by_text)
    return _with_text(rest, options) or _with_reason(rest, options) or _each_by_itself(rest, options)


def _with_text(rest: str, options: Texts) -> frozenset[str] | str | None:
    """One letter with its option's text, before or behind it."""
    for form in (_LETTER_THEN_TEXT, _TEXT_THEN_LETTER):
        if (found := form.match(rest)) and (letter := found["letter"].upper()) in options:
            texts = _by_text(found["text"], options) or _by_text(_TAILS.sub("", found["text"].rstrip(" .。")), options)
            if texts:
                return frozenset({letter}) if letter in texts else "letter_contradicts_text"
    return None


def _with_reason(rest: str, options: Texts) -> frozenset[str] | None:
    """One letter with a reason, or a clause that names no other option, behind it."""
    if found := _LETTER_THEN_REASON.match(rest):
        letter = (found["letter"] or found["after"]).upper()
        if letter in options:
            return frozenset({letter})
    if (found := _LETTER_THEN_CLAUSE.match(rest)) and found["letter"] in options:
        clause = found["rest"]
        if not (_STANDING.search(clause) or _HESITATES.search(clause) or _by_text(clause, options)):
            return frozenset({found["letter"]})
    return None


def _by_text(text: str, options: Texts) -> list[str]:
    """The letters of the options whose text this is."""
    text = text.strip(EDGES)
    wanted = {plain(text), plain(_ARTICLE.sub("", text))} - {""}
    return [letter for letter, writings in options.items() if not wanted.isdisjoint(writings)] if wanted else []


def _writings(option: str) -> tuple[str, str]:
    """An option's text with and without its article."""
    whole = plain(option)
    return whole, plain(_ANY_ARTICLE.sub("", option.strip(EDGES))) if option.isascii() else whole


def _letters_alone(text: str, options: Texts) -> frozenset[str] | None:
    """The letters of a text that holds nothing else. A word is none: not in lower case, not with letters that are no
    option's, and where there are no options to go by, not out of order ("FACE")."""
    runs = [run for run in _BETWEEN.split(text) if run]
    if not runs or not all(_LETTERS.fullmatch(run) for run in runs):
        return None
    joined = "".join(runs)
    read = frozenset(joined.upper())
    if any(len(run) > 1 and run != run.upper() for run in runs) and not (
        options and len(runs) == 1 and list(joined.upper()) == sorted(read)
    ):
        return None  # "bad" is a word; "ac" is not
    if len(runs) == 1 and len(joined) == 1:
        return read if "A" <= joined.upper() <= "H" or read <= options.keys() else None  # a letter, an option's or not
    if options:
        return read if read <= options.keys() and len(joined) == len(read) else None
    return read if len(runs) > 1 or (list(joined.upper()) == sorted(read) and max(read) <= "H") else None


def _each_by_itself(text: str, options: Texts) -> frozenset[str] | str:
    """Several options, each letter with its own text: "A. cash; C. bonds"; or their texts alone: "cash and bonds"."""
    parts = [part.strip(" ,、.") for part in _PART.split(text) if part.strip(" ,、.")]
    if not 2 <= len(parts) <= len(options):
        return _texts_listed(text, options)
    read: set[str] = set()
    for part in parts:
        one = _read(part, options)
        if isinstance(one, str):
            return one if one == "letter_contradicts_text" else _texts_listed(text, options)
        read |= one
    return frozenset(read)


def _texts_listed(text: str, options: Texts) -> frozenset[str] | str:
    parts = [part for part in re.split(r"[\n;,、]| and |和|与|及", text) if part.strip(EDGES)]
    named = [_by_text(_ITEM.sub("", part), options) for part in parts]
    if len(parts) < 2 or not all(len(one) == 1 for one in named):
        return "answer_unreadable"
    return frozenset(one[0] for one in named)


def named(golds: Sequence[str], options: Mapping[str, str]) -> list[frozenset[str]]:
    """The option sets of the golds that can be read and that name only existing options."""
    bare = [gold.strip().upper() for gold in golds]
    # A gold that is an option's letter is that letter, whatever the options' texts.
    read = [
        frozenset({one}) if one in options else letters(gold, options) for gold, one in zip(golds, bare, strict=True)
    ]
    return [one for one in read if not isinstance(one, str) and one and (not options or one <= options.keys())]


def match_choice(
    said: str, golds: Sequence[str], options: Mapping[str, str], policy: Policy
) -> tuple[bool | None, str]:
    """(value, reason) of an answer against golds of option letters, any of which will do."""
    sets = named(golds, options)
    if not sets:
        return None, "gold_unusable"
    if policy.letters == "membership":
        members = frozenset(_MEMBERS.findall(said))
        return (True, "equal_choice") if members in sets else (False, "choice_differs")
    answer = letters(said, options)
    if isinstance(answer, str):
        return None, answer
    return (True, "equal_choice") if answer in sets else (False, "choice_differs")
