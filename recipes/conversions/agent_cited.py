"""What a merged reasoning cites: utterances between quotation marks, rules by their number, titles of laws and codes.

    misquoted("她说“保证赚”。", "客服：我保证赚。")              ->  None
    unknown_rule("It breaks rule 7.", "1. ...\\n2. ...")      ->  "rule 7"

All is looked up in the question's context, the guideline and the dialogue as the reader of the dataset sees them; where
private data was masked, it is masked in both.
"""

import re
import unicodedata
from collections.abc import Iterator

from judges.answers.numerals import arabic
from judges.answers.text import simplified
from recipes.conversions.agent_verdicts import is_verdict

_QUOTED = re.compile(r"「([^「」]*)」|『([^『』]*)』|“([^“”]*)”|\"([^\"\n]*)\"")
_SIGNS = re.compile(r"[\W_]+")
_GAP = re.compile(r"(?:\.{3,}|…+|\[[^\[\]]*\])")
_LEAST = 4  # characters: what is shorter between quotation marks is a word, not an utterance

_HAN_NUMBER = "[零〇一二三四五六七八九十百]"
_NUMBER = rf"(?:\d+(?:\.\d+)*|{_HAN_NUMBER}+)"
_ENTRY = re.compile(
    rf"^\s*(?:[-*•]\s*)?(?:(?:rule|section|article|clause|item)\s*)?(?:第\s*)?[(（]?(?P<number>{_NUMBER})"
    r"(?:\s*[条款项章节]|\s*[)）]|\s*[.、:：．]|\s)",
    re.IGNORECASE | re.MULTILINE,
)
_CITED_ZH = re.compile(rf"第\s*(?P<numbers>{_NUMBER}(?:\s*[、,，和与及至到]\s*第?\s*{_NUMBER})*)\s*[条款项]")
_CITED_ZH_BARE = re.compile(
    r"(?:规则|准则|规范|规定|条款)\s*(?P<numbers>\d+(?:\.\d+)*(?:\s*[、和与及]\s*\d+(?:\.\d+)*)*)(?!\d|[年月日个])"
)
_CITED_EN = re.compile(
    r"(?:\b(?:rule|section|clause|article|paragraph|provision|item|guideline)s?\s*(?:no\.?\s*|#\s*)?|§+\s*)"
    r"(?P<numbers>\d+(?:\.\d+)*(?:\s*(?:,\s*(?:and\s+)?|and\s|or\s|&|to\s|–|-)\s*\d+(?:\.\d+)*)*)",
    re.IGNORECASE,
)
_ONE = re.compile(_NUMBER)
_TITLE_ZH = re.compile(r"《([^《》]{2,60})》")
_TITLE_EN = re.compile(
    r"\b((?:[A-Z][\w-]*\s+(?:(?:of|and|for|on|in|the)\s+){0,2}){1,6}(?:Act|Law|Directive|Regulations?|Ordinance))\b"
)
_LEADING = re.compile(r"^(?:(?:The|This|That|Under|By|In|See|Any|No|If|And|As|Its|Their|Such)\s+)+", re.IGNORECASE)


def misquoted(text: str, context: str) -> str | None:
    """The first quotation of a text that does not stand in the context; width, case, script, spaces and punctuation are
    set aside, and words that an ellipsis or a bracket leaves out. A verdict or a short word in quotes quotes nobody."""
    said = _squashed(context)
    for quote in quotations(text):
        position = 0
        if len(_squashed(quote)) < _LEAST or is_verdict(quote):
            continue
        for part in map(_squashed, _GAP.split(quote)):
            position = said.find(part, position)
            if position < 0:
                return quote
            position += len(part)
    return None


def quotations(text: str) -> list[str]:
    """What stands between quotation marks, single ones apart: they are apostrophes too."""
    return [next(filter(None, found), "") for found in _QUOTED.findall(text)]


def unquoted(text: str) -> str:
    """The text without what it quotes; words in quotes that are too short for an utterance, and verdicts, are kept."""

    def keep(found: re.Match[str]) -> str:
        quote = next(filter(None, found.groups()), "")
        return quote if len(_squashed(quote)) < _LEAST or is_verdict(quote) else "“”"

    return _QUOTED.sub(keep, text)


def unknown_rule(text: str, context: str) -> str | None:
    """The first rule that a text cites and the context does not number, nor cite itself."""
    known = {_plain(found["number"]) for found in _ENTRY.finditer(context)}
    known |= {number for _, number in _cited(context)}
    return next((citation for citation, number in _cited(text) if number not in known), None)


def uncited(text: str) -> str:
    """The text without the rules that it cites."""
    for pattern in (_CITED_ZH, _CITED_ZH_BARE, _CITED_EN):
        text = pattern.sub(" ", text)
    return text


def cited(text: str) -> set[str]:
    """The numbers of the rules that a text cites."""
    return {number for _, number in _cited(text)}


def unknown_title(text: str, context: str) -> str | None:
    """The first 《title》, or English act, law or directive, that a text names and the context does not."""
    said = _squashed(context)
    named = (_LEADING.sub("", title) for title in _TITLE_EN.findall(text))
    titles = [*_TITLE_ZH.findall(text), *(title for title in named if " " in title)]
    return next((title for title in titles if _squashed(title) not in said), None)


def _cited(text: str) -> Iterator[tuple[str, str]]:
    """(citation as written, number) of each rule that a text cites."""
    for pattern in (_CITED_ZH, _CITED_ZH_BARE, _CITED_EN):
        for found in pattern.finditer(text):
            for one in _ONE.findall(found["numbers"]):
                yield found[0], _plain(one)


def _plain(number: str) -> str:
    """A rule's number in digits: 十二 is 12. A single Han digit is no quantity, which `arabic` would read."""
    if number[0].isdigit():
        return number
    digits = "零一二三四五六七八九"
    return str(digits.index(number)) if number in digits else arabic(number)


def _squashed(text: str) -> str:
    return _SIGNS.sub("", simplified(unicodedata.normalize("NFKC", text)).casefold())
