r"""The final answer out of a reply, English and Chinese.

    final_answer("<think>…</think>So the share is \boxed{17\%}.")  ->  Extracted("17\\%", "boxed")
    final_answer("因此，答案是 B。")                                   ->  Extracted("B", "stated")

The places are tried in order of how clearly they are meant as an answer: the last box outside the reasoning, the
<answer> block, a sentence that says "the answer is", a short reply that is nothing but an answer.
"""

import re
from dataclasses import dataclass
from typing import Literal

_BOX = re.compile(r"\\?boxed\s*\{")
_MARKER = (
    r"(?:\b(?:final\s+answer|answer)\b\s*(?:is|are|=|:)|(?:最终|正确|所以|因此)?答案\s*(?:[是为]|[:：])+|故选|应选|因此选|所以选)"
    r"[:：*]*"
)
_MARKED = re.compile(_MARKER, re.IGNORECASE)
_STATED = re.compile(_MARKER + r"(?P<heading>\s*\n)?[:：\s*]*(?P<value>[^\n]{1,200})", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[^\d\s.])\.(?=\s|$)|(?<=\d)\.(?=\s*$|\s+[A-Z])|[。！!；;]")
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Extracted:
    """text: the final answer as written, or None; how: boxed, tagged, stated, whole, or why there is none."""

    text: str | None
    how: Literal["boxed", "tagged", "stated", "whole", "none", "unfinished"]


def after_reasoning(reply: str) -> str | None:
    """The reply without its reasoning: all after the last </think>; None if a <think> was never closed."""
    head, _, tail = reply.rpartition("</think>")
    if "<think>" in tail:
        return None  # opened and not closed, or opened once more
    return tail if head else reply.removeprefix("</think>")


def boxes(text: str) -> list[str]:
    r"""The contents of every \boxed{...} (a lost backslash is tolerated), outermost only, braces balanced."""
    return _boxes(text)[0]


def _boxes(text: str) -> tuple[list[str], bool]:
    """The closed boxes' contents, and whether the text ends inside a box."""
    found: list[str] = []
    position = 0
    while opened := _BOX.search(text, position):
        depth, position = 1, opened.end()
        while position < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            position += 1
        if depth:
            return found, True
        found.append(text[opened.end() : position - 1].strip())
    return found, False


def _answer_block(text: str) -> str | None:
    """What stands in the last <answer> block; all that follows where it was not closed."""
    _, opened, block = text.rpartition("<answer>")
    return block.partition("</answer>")[0].strip() or None if opened else None


def stated(text: str) -> str | None:
    """What the last "the answer is ..." sentence states, cut at the end of the sentence; None if there is none.

    A heading ("Answer:" alone on its line) states what stands under it only if that is a single line and no prose.
    """
    found = list(_STATED.finditer(text))
    if not found:
        return None
    last = found[-1]
    if (inner := stated(last["value"])) is not None:  # "Final answer:\nTherefore, the answer is 12."
        return inner
    sentences = [part for part in _SENTENCE_END.split(last["value"].strip(" *")) if part.strip()]
    if not sentences or (last["heading"] and (len(sentences) > 1 or text[last.end() :].strip())):
        return None
    return sentences[0].strip(" *`\"'“”，,") or None


def _cut_in_statement(text: str) -> bool:
    """Does the text end in the midst of stating once more: "The answer is 42.9%. ... The answer is 4"?"""
    found = list(_MARKED.finditer(text))
    last = text[found[-1].end() :].strip(" *") if len(found) > 1 else ""
    if not last or "\n" in last or not last[-1].isalnum():
        return False
    before = text[found[-2].end() : found[-1].start()].strip(" *")
    return before.startswith(last) and before[len(last) : len(last) + 2].strip(" *.,，。")[:1].isalnum()


def final_answer(reply: str) -> Extracted:
    """The final answer of a reply, which may still hold its reasoning between <think> tags."""
    body = after_reasoning(reply)
    if body is None:
        return Extracted(None, "unfinished")
    boxed, cut = _boxes(body)
    if cut:
        return Extracted(None, "unfinished")
    if boxed := [content for content in boxed if content]:
        return Extracted(boxed[-1], "boxed")
    block = _answer_block(body)
    if _cut_in_statement(block or body):
        return Extracted(None, "unfinished")
    if (value := stated(block or body)) is not None:
        return Extracted(value, "stated")
    if block is not None:
        return Extracted(block, "tagged")
    body = body.strip()
    if body and len(body) <= _SHORT and "\n" not in body:
        return Extracted(body, "whole")
    return Extracted(None, "none")
