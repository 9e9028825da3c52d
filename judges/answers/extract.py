r"""The final answer out of a reply, English and Chinese.

    final_answer("<think>…</think>So the share is \boxed{17\%}.")  ->  Extracted("17\\%", "boxed")
    final_answer("因此，答案是 B。")                                   ->  Extracted("B", "stated")
    final_answer("The answer is 12. ... \\boxed{13}")               ->  Extracted("13", "boxed", rivals=("12",))

The places are tried in order of how clearly they are meant as an answer: the last box outside the reasoning, a JSON
object's `answer`, a sentence that says "the answer is", the <answer> block, a bold or bare last line, a short reply
that is nothing but an answer. What other places say is kept as rivals: whether they disagree, the matcher knows.
"""

import json
import re
from dataclasses import dataclass
from typing import Literal

How = Literal["boxed", "json", "tagged", "stated", "line", "whole", "none", "unfinished"]

_BOX = re.compile(r"boxed\s*\{")
# Where a statement may begin: found by plain search, a hundred times faster than by trying the pattern everywhere.
_CUES = (
    *("answer", "Answer", "ANSWER", "correct option", "correct choice", "inal verdict", "inal result"),
    *("答案", "结论", "判断", "选"),
)
_MARK = re.compile(
    r"(?:answers?|correct\s+(?:option|choice)|inal\s+(?:verdict|result))\b\**\s*(?:is|are|=|:|：|should\s+be"
    r"|would\s+be)"
    r"|(?:答案|结论|正确选项|最终判断|判断结果)\**\s*(?:应[该当]?)?(?:[是为选]|[:：])+|(?<=正确)选项\**[是为:：]"
    r"|(?:(?<=本题)|(?<=应)|(?<=因此)|(?<=所以)|(?<=故)|(?<=综上)|(?<=综上，))"
    r"选择?(?=[ :：]?(?:选项)?[ ]?[(（]?[A-Za-z])",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[:：*]*(?P<heading>\s*\n)?[:：\s*]*(?P<value>[^\n]{1,200})")
_SENTENCE_END = re.compile(r"(?<=[^\d\s.])\.(?=\s|$)|(?<=\d)\.(?=\s*$|\s+[A-Z])|[。！!；]|;(?!\d)")
_ABBREVIATED = re.compile(
    r"\b(?:inc|corp|co|ltd|u\.s|no|vs|st|rs|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$", re.IGNORECASE
)
_CLAUSE = re.compile(r"[:：?？。！；]|，[^0-9]|; |, [a-z]{4}")
_WORD, _HAN, _DIGIT = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u3400-\u9fff]"), re.compile(r"\d")
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*")
_JSON = re.compile(r"\{[^{}]{0,4000}\}")
_KEYS = ("final_answer", "answer", "final answer", "最终答案", "答案", "result")
_TAGS = (("<answer>", "</answer>"), ("[FINAL_ANSWER]", "[/FINAL_ANSWER]"))
_SHORT, _LINE = 60, 40
_EDGES = " *`\"'“”，,"


@dataclass(frozen=True, slots=True)
class Extracted:
    """text: the final answer as written, or None; how: where it stood, or why there is none; rivals: what other places
    of the reply give as the answer, as written."""

    text: str | None
    how: How
    rivals: tuple[str, ...] = ()


def after_reasoning(reply: str) -> str | None:
    """The reply without its reasoning: all after the last </think>; None if a <think> was never closed."""
    head, _, tail = reply.rpartition("</think>")
    if "<think>" in tail:
        return None  # opened and not closed, or opened once more
    return tail if head else reply.removeprefix("</think>")


def boxes(text: str) -> list[str]:
    r"""The contents of every \boxed{...} (a lost backslash is tolerated), outermost only, braces balanced."""
    return _boxes(text)[0]


_BRACES = re.compile(r"[{}]")


def _boxes(text: str) -> tuple[list[str], bool]:
    """The closed boxes' contents, and whether the text ends inside a box."""
    found: list[str] = []
    position = 0
    while opened := _BOX.search(text, position):
        depth = 1
        for brace in _BRACES.finditer(text, opened.end()):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                break
        else:
            return found, True
        position = brace.end()
        found.append(text[opened.end() : brace.start()].strip())
    return found, False


def _blocks(text: str) -> list[str]:
    """What stands in the <answer> blocks, of an unclosed one all that follows; a stray > of "<answer>>" is dropped."""
    for opening, closing in _TAGS:
        if opening in text:
            _, *opened = text.split(opening)
            return [inner for block in opened if (inner := block.partition(closing)[0].lstrip(">").strip())]
    return []


def stated(text: str) -> str | None:
    """What the last "the answer is ..." sentence states, cut at the end of the sentence; None if there is none.

    A heading ("Answer:" alone on its line) states what stands under it only if that is a single line and no prose.
    """
    return values[-1] if (values := _statements(text, _marks(text))) else None


def _marks(text: str) -> list[tuple[int, int]]:
    """Where each "the answer is" of a text begins and ends."""
    begins: list[int] = []
    for cue in _CUES:
        position = text.find(cue)
        while position >= 0:
            begins.append(position)
            position = text.find(cue, position + len(cue))
    found = (_MARK.match(text, begin) for begin in sorted(begins))
    return [mark.span() for mark in found if mark]


def _statements(text: str, marks: list[tuple[int, int]]) -> list[str]:
    """What each "the answer is ..." of a text states, the last one last; "Final answer: the answer is 12" is one."""
    values = []
    for index, (_, end) in enumerate(marks):
        following = marks[index + 1][0] if index + 1 < len(marks) else len(text)
        found = _VALUE.match(text, end)
        if found is None:
            continue
        sentences = _sentences(found["value"].strip(" *"))
        if not sentences or following < found.start("value") + len(sentences[0]):
            continue
        if found["heading"] and (len(sentences) > 1 or text[found.end() : following].strip()):
            continue
        if value := sentences[0].strip(_EDGES):
            values.append(value)
    return values


def _sentences(text: str) -> list[str]:
    """The sentences of a line; "Inc." and "Dec." end none."""
    kept: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATED.search(text, max(start, end.start() - 5), end.start()):
            kept.append(text[start : end.start()])
            start = end.end()
    return [sentence for sentence in (*kept, text[start:]) if sentence.strip()]


def _cut_in_statement(text: str, marks: list[tuple[int, int]]) -> bool:
    """Does the text end in the midst of stating once more: "The answer is 42.9%. ... The answer is 4"?"""
    if len(marks) < 2:
        return False
    last = text[marks[-1][1] :].strip(" *")
    if not last or len(last) > _SHORT or "\n" in last or not last[-1].isalnum():
        return False
    before = text[marks[-2][1] : marks[-1][0]].strip(" *")
    return before.startswith(last) and before[len(last) : len(last) + 2].strip(" *.,，。")[:1].isalnum()


def _in_json(text: str) -> str | None:
    """The `answer` of the last JSON object that has one."""
    for found in reversed(list(_JSON.finditer(text))):
        try:
            value = json.loads(found[0])
        except (ValueError, RecursionError):
            continue
        for key in _KEYS:
            if isinstance(value, dict) and value.get(key) not in (None, "", [], {}):
                said = value[key]
                return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return None


def _last_line(text: str) -> str | None:
    """The last line where it is nothing but an answer, or the one bold phrase of the last line."""
    lines = text.rstrip().rsplit("\n", 1)
    last = lines[-1].strip()
    if len(bold := _BOLD.findall(last)) == 1:
        return str(bold[0]).strip(_EDGES + ":：") or None
    bare = last.strip(_EDGES + ".。")
    return bare if len(lines) == 2 and 0 < len(bare) <= _LINE and _is_bare(bare) else None


def _is_bare(line: str) -> bool:
    """Is a line nothing but an answer: a number with a few words, or a few words, and no clause or question?"""
    if _CLAUSE.search(line):
        return False
    words, han = len(_WORD.findall(line)), len(_HAN.findall(line))
    return words + han <= 6 if _DIGIT.search(line) else words <= 3 and han <= 8


def final_answer(reply: str) -> Extracted:
    """The final answer of a reply, which may still hold its reasoning between <think> tags. In linear time."""
    body = after_reasoning(reply)
    if body is None:
        return Extracted(None, "unfinished")
    boxed, cut = _boxes(body) if "boxed" in body else ([], False)
    if cut:
        return Extracted(None, "unfinished")
    boxed = [content for content in boxed if content]
    blocks = _blocks(body)
    if boxed:
        return Extracted(boxed[-1], "boxed", _others(boxed[-1], _beside_boxes(body)))
    said = blocks[-1] if blocks else body
    marks = _marks(said)
    if _cut_in_statement(said, marks):
        return Extracted(None, "unfinished")
    if "{" in said and (value := _in_json(said)) is not None:
        return Extracted(value, "json")
    if values := _statements(said, marks):
        return Extracted(values[-1], "stated", _others(values[-1], values))
    if blocks:
        return Extracted(said, "tagged", _others(said, blocks))
    body = body.strip()
    if (value := _last_line(body)) is not None:
        return Extracted(value, "line")
    if body and len(body) <= _SHORT and "\n" not in body:
        return Extracted(body, "whole")
    return Extracted(None, "none")


def _beside_boxes(text: str) -> list[str]:
    """What is stated outside of the sentences that hold a box."""
    return [value for value in _statements(text, _marks(text)) if "boxed" not in value]


def _others(chosen: str, said: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in said if value != chosen))
