"""Where in a text a calculation may stand: the lines that hold a relation beside an operator, and in them the stretches
of tokens that no full stop, comma or prose breaks.

list(blocks("Sales rose.\\n3 + 4\\n= 7\\nSo they did."))   ->  [(12, 21)]: the two lines in the middle
[len(run) for run in runs("It was 3 + 4 = 7, as said.")]  ->  [6]: "was 3 + 4 = 7"
"""

import re
from collections.abc import Iterator

from judges.reasoning.arithmetic.tokens import Token, tokens

_SAYING = "is equals equal gives yields makes becomes was to in be approximately about us".split()
_SAID = "|".join(rf"(?<=\b{word}\s)" for word in _SAYING)
# Each pattern begins with a class of characters, so that the search can skip what is no beginning.
_HINT = re.compile(
    r"[=≈≃≅→⇒＝∼\\>于为是得约到\s](?:(?<=[=≈≃≅→⇒＝∼])|(?<=->)|(?<=\\)(?:approx|Rightarrow|to\b|simeq)"
    r"|(?<=[于为是得约到])\s?[-−$¥￥*\\]{0,3}[\d０-９]|(?=[-−$€£¥(*\\\d])(?<=[seyontbl]\s)"
    rf"(?:{_SAID})[-−$€£¥(*\\]{{0,4}}\d)"
)
_OPERATED = re.compile(
    r"[-+*/×÷^·−–⋅xX－＋＊／＾](?:\s|[$¥€£(\[{\\（*~])*(?:[A-Z]{2,3}\$?)?(?:\s|\\)*(?:[\d.０-９]|\\d?frac)"
)
_OPERATED_OTHERWISE = re.compile(
    r"[²³√)\\加减乘除以去上的sSyYfFpnt](?:(?<=[²³√])|(?<=\))\s?\(|(?<=\\)(?:times|div|cdot|d?frac)"
    r"|(?<=[加减乘除以去上的])\W{0,3}\d|(?<=\d%的)|(?<=\d的)\d|(?<=sqrt)|(?<=\bexp)\b|(?<=\bln)\b"
    r"|(?i:(?<=plus)|(?<=minus)|(?<=times)|(?<=by)|(?<=of))\W{0,4}\d)"
)
_CONTINUES = re.compile(r"\s{0,20}(?:\\\\\s{0,5})?(?:&\s?|>\s?)?(?:=|≈|≃|≅|→|⇒|＝|\\approx|\\Rightarrow)")
_CLAUSES = re.compile(r".*(?:(?<!\.)[.,;:!?]\s(?!which)|[。；：！？])", re.DOTALL)
_WORDED = ("multipl", "Multipl", "divid", "Divid")
_OPERATORS = ("operator", "of")
_BULLET = re.compile(
    r"\s*(?:>\s?)*(?:(?:[-*•·]|\+(?!\s?\d))\s+|\(?\d{1,2}\)\s(?![-+*/×÷=])|（\d{1,2}）|#{1,6}\s|[①-⑳])+"
)


def _bullet(said: str) -> int:
    found = _BULLET.match(said)
    return found.end() if found else 0


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """The lines that may hold a calculation, with the lines that go on with it."""
    done = 0
    while (hint := _HINT.search(text, done)) is not None:
        start = text.rfind("\n", done, hint.start()) + 1 or done
        if start > done and _CONTINUES.match(text, start):
            before = start - 1
            while before > done and start - before < 20 and text[before].isspace():
                before -= 1
            start = text.rfind("\n", done, before) + 1 or done
        end = _line_end(text, hint.end())  # "it comes to" at the end of a line: the hint is the line's end itself
        while _CONTINUES.match(text, end):
            place = end
            while text[place].isspace():
                place += 1
            end = _line_end(text, place)
        if _OPERATED.search(text, start, end) or _OPERATED_OTHERWISE.search(text, start, end):
            yield start, end
        done = end
        if done >= len(text):
            return


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def runs(said: str) -> Iterator[list[Token]]:
    """The stretches of tokens that nothing breaks and that hold an operator and a relation."""
    place = _bullet(said)
    while (hint := _HINT.search(said, place)) is not None:
        clause = _CLAUSES.match(said, place, hint.start())
        first = clause.end() if clause else place
        run: list[Token] = []
        operated = related = False
        for token in tokens(said, first):
            kind = token.kind
            if kind == "number":
                run.append(token)
            elif kind == "word":
                run.append(token)
                operated = operated or token.text.startswith(_WORDED)
            elif kind != "break":
                related = related or kind == "relation"
                operated = operated or kind in _OPERATORS or (kind == "open" and bool(run) and run[-1].kind == "close")
                run.append(token)
            elif token.end > hint.start():
                place = token.end
                break
            else:
                run, operated, related = [], False, False
        else:
            place = len(said)
        if operated and related:
            yield run
