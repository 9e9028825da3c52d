"""An examination item out of one running text: stem, options, answer and analysis, as scraped item banks write them.

    parse("存款准备金率由（ ）规定。\\nA、中央银行\\nB、商业银行\\n答案：A\\n分析解释：……")
        ->  Item("存款准备金率由（ ）规定。", {"A": "中央银行", "B": "商业银行"}, "A", "……")

All behind the first mark of an answer or an analysis is kept out of the question, so that neither leaks into a prompt;
a blank that was filled in with the answer, "由（A）规定", is emptied again. What a new layout may yet let through,
`leaks` tells.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WHOSE = r"(?:参考|(?<!不)正确|标准|本题|试题|学员|[你您我]的)?"
_WHY = r"(?:(?:答案|试题|本题|参考)?(?:解析|分析|解释|详解)|分析解释)"
_OPEN, _CLOSE = r"[【\[［〖『「〔（(]", r"[】\]］〗』」〕）)]"
# Letters that are an answer, and no option: "B。", "A、C", not "B、乙" nor "B股".
_AFTER = rf"(?:\s|$|[。，,；;！!★☆※◆]|{_OPEN}|{_CLOSE}|[.．](?:\s|$))"
_LETTERS = rf"(?=[^\S\n]*{_OPEN}?[A-HＡ-Ｈ](?:[、,，]?[A-HＡ-Ｈ]){{0,7}}{_AFTER})"
_SIGNS = r"[★☆※◆■●▲*#]*[^\S\n]*"  # before a mark
_MARK = re.compile(
    rf"""
    {_SIGNS}(?:
      {_OPEN}{_WHOSE}答案{_CLOSE}\s*[：:]? | {_WHOSE}答案(?:是|为)?\s*[：:] | ^[^\S\n]*答\s*[：:]
    | [（(]?{_WHOSE}答案(?:应?[是为选])?{_LETTERS} | (?!\A)^[^\S\n]*{_WHOSE}答案(?:[是为]|[^\S\n]+|$)
    | (?:(?:[故应]|所以|因此|本题)+该?选择?|(?<=[\n。；;，,])选)[：:]?{_LETTERS}
    | (?i:\b(?:(?:the\s+)?correct\s+)?answers?(?:\s+is\b\s*[：:]?|\s*[：:]|(?=[^\S\n]+(?-i:[A-H])[.。]?(?:\s|$))))
    | (?P<why> {_OPEN}{_WHY}{_CLOSE}\s*[：:]? | (?:分析解释|答案解析|答案分析|试题解析)\s*[：:]
             | (?:^|(?<=[\s。；;，,A-Ha-h])){_WHY}\s*[：:] | (?!\A)^[^\S\n]*(?:{_WHY}[^\S\n]*$|解析[^\S\n]|解\s*[：:])
             | (?i:\b(?:explanation|analysis|rationale|solution)\s*[：:]) )
    | (?P<aside> [【\[［〖](?:考点|知识点|考查点|考核点|难度|难易度?|题型|来源|出处|点评|分值)[】\]］〗] )
    )
    """,
    re.MULTILINE | re.VERBOSE,
)
# What gives an answer away and yet got into a question.
_LEAK = re.compile(
    rf"(?:答案|故选|应选|所以选|本题选|(?i:\banswers?\b))(?:[是为选]|\bis\b|[^\w\n])*{_LETTERS}"
    rf"|{_OPEN}\W*{_WHOSE}(?:答案|{_WHY}){_CLOSE}"
    rf"|{_WHOSE}(?:答案|(?:答案|试题)(?:解析|分析))\s*[：:]|(?<=\n)[^\w\n]*{_WHOSE}(?:答案|{_WHY})[^\w\n]*$",
    re.MULTILINE,
)
_INTRODUCES = re.compile(rf"{_OPEN}?答案{_CLOSE}?[^\w\n]*$")  # "选出正确答案："

_LETTER = "[A-Ha-hＡ-Ｈａ-ｈ]"
_OPTION = rf"(?:[（(]\s?(?P<within>{_LETTER})\s?[）)]\s?[、．.:：]?|(?P<bare>{_LETTER})\s?[）)、．.:：])"
# From the clearest place of an option to the least: on a line, behind a space or a full stop, behind all but a letter.
_ON_LINES, _SPACED, _ANYWHERE = (
    re.compile(rf"^[^\S\n]*{_OPTION}", re.MULTILINE),
    re.compile(rf"(?<![^\s。？?：:；;）)]){_OPTION}"),
    re.compile(rf"(?<![A-Za-z])(?P<within>)(?P<bare>{_LETTER})\s?(?P<by>[、．.:：])"),
)
_FEW = 3  # options; fewer on lines or behind spaces may be some of what is glued together
_FILLED = re.compile(r"[（(]\s*(?P<said>[A-HＡ-Ｈ]{1,8}|[√×对错]|正确|错误)\s*[）)]")
_BLANK = "（ ）"
_SAYS = re.compile(r"\s*\S")
# "1.A 2.C": the answers of several questions.
_EACH = re.compile(r"(?:[（(]?\d{1,2}[）)]?[.、．:：]?[A-H]{1,8}[,，;；。]*){2,}")


@dataclass(frozen=True, slots=True)
class Item:
    """stem: what is asked; answer, analysis: as written, None where there is none; several: the text holds several
    questions, whose answers cannot be told apart."""

    stem: str
    options: Mapping[str, str]
    answer: str | None
    analysis: str | None
    several: bool = False

    @property
    def leaks(self) -> bool:
        """Does the answer, or a mark of one, stand where the question is shown?"""
        stem = _INTRODUCES.sub("", self.stem) if self.options else self.stem
        return any(map(_LEAK.search, (stem, *self.options.values())))


def parse(text: str) -> Item:
    """The parts of an item. Of a text that has neither options nor an answer, all is the stem."""
    text = text.replace("\r", "").strip()
    marks = _marks(text)
    body = text[: marks[0].start()] if marks else text
    answer, analysis = _behind(text, marks)
    run = _run(body)
    stem = (body[: run[0].start()] if run else body).strip()
    stem, filled = _emptied(stem, with_options=bool(run))
    several = _sets(body) > 1 or _answers_differ(text, marks) or bool(_EACH.fullmatch("".join((answer or "").split())))
    return Item(stem, _texts(body, run), answer or filled, analysis, several)


def _marks(text: str) -> list[re.Match[str]]:
    """The marks of answers and analyses. One that introduces the options ("选出正确答案：") is the stem's own word, and
    【题型】 before them ends nothing."""
    marks = [mark for mark in _MARK.finditer(text) if not mark["aside"] or _run(text[: mark.start()])]
    if len(marks) > 1 and not (marks[0].lastgroup or marks[1].lastgroup) and not _run(text[: marks[0].start()]):
        introduced, end = _run(text[: marks[1].start()]), marks[0].end()
        if introduced and introduced[0].start() >= end and not text[end : introduced[0].start()].strip():
            return marks[1:]
    return marks


def _behind(text: str, marks: Sequence[re.Match[str]]) -> tuple[str | None, str | None]:
    """(answer, analysis): the first answer that says something, up to the next mark; the analysis goes on to the end,
    or to the answer where it comes first."""
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    said = [(mark, _bare(text[mark.end() : end])) for mark, end in zip(marks, ends, strict=False)]
    answered = next(((mark, words) for mark, words in said if mark.lastgroup is None and words), None)
    why = next((mark for mark in marks if mark["why"]), None)
    if why is None:
        return answered[1] if answered else None, None
    before = answered is not None and why.start() < answered[0].start()
    ends_at = next((mark.start() for mark in marks if mark.start() > why.start() and mark.lastgroup != "why"), None)
    analysis = text[why.end() : ends_at if before else None]
    return answered[1] if answered else None, analysis.strip() or None


def _bare(answer: str) -> str:
    """An answer without what joins it to the next words, and the end of a bracket that its mark began."""
    answer = answer.strip().rstrip("，,；;")
    return answer if re.search("[（(]", answer) else answer.rstrip("）)")


def _run(body: str) -> list[re.Match[str]]:
    """The options' letters in order, A B C ..., each where it stands; of several runs as long the last."""
    best: list[re.Match[str]] = []
    for place in (_ON_LINES, _SPACED):
        best = max(best, _longest(body, list(place.finditer(body))), key=len)
    if len(best) < _FEW:
        found = list(_ANYWHERE.finditer(body))
        for mark in "、．.:：":  # all by the same one: in "D.维生素E、" E is no option
            best = max(best, _longest(body, [match for match in found if match["by"] == mark]), key=len)
    return best


def _longest(body: str, found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """The longest run that begins at an A and in which no option is empty."""
    places: dict[str, list[int]] = {}
    for index, match in enumerate(found):
        places.setdefault(_letter(match), []).append(index)
    best: list[re.Match[str]] = []
    for index in reversed(places.get("A", [])):
        run = [found[index]]
        for letter in "BCDEFGH":
            following = places.get(letter, [])
            if (at := bisect_right(following, index)) == len(following):
                break
            index = following[at]
            run.append(found[index])
        if len(run) > max(1, len(best)) and all(_SAYS.match(body, *span) for span in _spans(body, run)):
            best = run
    return best


def _spans(body: str, run: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    """Where the text of each option begins and ends."""
    ends = [*(match.start() for match in run[1:]), len(body)]
    return [(match.end(), end) for match, end in zip(run, ends, strict=False)]


def _letter(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match["within"] or match["bare"]).upper()


def _texts(body: str, run: Sequence[re.Match[str]]) -> dict[str, str]:
    spans = _spans(body, run)
    return {_letter(match): body[start:end].strip() for match, (start, end) in zip(run, spans, strict=False)}


def _sets(body: str) -> int:
    """How many sets of options stand on lines: each an A with a B before the next A."""
    letters = "".join(_letter(match) for match in _ON_LINES.finditer(body))
    return sum("B" in after for after in letters.split("A")[1:])


def _answers_differ(text: str, marks: Sequence[re.Match[str]]) -> bool:
    """Do options stand between the first answer and another one? An analysis may speak of each, and repeat it."""
    answers = [mark for mark in marks if mark.lastgroup is None]
    if len(answers) < 2 or not _run(text[answers[0].end() : answers[-1].start()]):
        return False
    first, last = (
        re.sub("[^A-H]", "", text[mark.end() :].lstrip().partition("\n")[0]) for mark in (answers[0], answers[-1])
    )
    return first != last


def _emptied(stem: str, *, with_options: bool) -> tuple[str, str | None]:
    """The stem with its one filled blank emptied, and what stood there: letters, or a yes or no where it ends."""
    found = list(_FILLED.finditer(stem))
    if len(found) != 1:
        return stem, None
    said = unicodedata.normalize("NFKC", found[0]["said"])
    ends = not stem[found[0].end() :].strip(" 。.")
    if not (with_options if said.isascii() else ends):
        return stem, None
    return stem[: found[0].start()] + _BLANK + stem[found[0].end() :], said
