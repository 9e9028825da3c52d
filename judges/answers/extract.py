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
_ANSWER_BLOCK = re.compile(r"<answer>\s*(.*?)\s*(?:</answer>|\Z)", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(
    r"(?:\b(?:final\s+answer|answer)\b\s*(?:is|are|=|:)|(?:最终|正确|所以|因此)?答案\s*(?:[是为]|[:：])+|故选|应选|因此选|所以选)"
    r"[:：\s*]*(?P<value>[^\n]{1,200})",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[^\d\s.])\.(?=\s|$)|(?<=\d)\.(?=\s*$|\s+[A-Z])|[。！!；;]")
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Extracted:
    """text: the final answer as written, or None; how: boxed, tagged, stated, whole, or why there is none."""

    text: str | None
    how: Literal["boxed", "tagged", "stated", "whole", "none", "unfinished"]


def after_reasoning(reply: str) -> str | None:
    """The reply without its reasoning: all after the last </think>; None if a <think> was never closed."""
    head, closed, tail = reply.rpartition("</think>")
    if closed:
        return tail
    return None if "<think>" in head or "<think>" in tail else reply


def boxes(text: str) -> list[str]:
    r"""The contents of every \boxed{...} (a lost backslash is tolerated), outermost only, braces balanced."""
    found: list[str] = []
    position = 0
    while opened := _BOX.search(text, position):
        depth, position = 1, opened.end()
        while position < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            position += 1
        if depth:
            break  # never closed: the reply was cut inside its box
        found.append(text[opened.end() : position - 1].strip())
    return found


def stated(text: str) -> str | None:
    """What the last "the answer is ..." sentence states, cut at the end of the sentence; None if there is none."""
    found = list(_STATED.finditer(text))
    if not found:
        return None
    last = found[-1]
    if (inner := stated(last["value"])) is not None:  # "Final answer:\nTherefore, the answer is 12."
        return inner
    value = _SENTENCE_END.split(last["value"].strip().strip("*").strip(), maxsplit=1)[0]
    return value.strip(" *`\"'“”，,") or None


def final_answer(reply: str) -> Extracted:
    """The final answer of a reply, which may still hold its reasoning between <think> tags."""
    body = after_reasoning(reply)
    if body is None:
        return Extracted(None, "unfinished")
    if boxed := [content for content in boxes(body) if content]:
        return Extracted(boxed[-1], "boxed")
    if (block := _ANSWER_BLOCK.search(body)) and block[1]:
        body, how = block[1], True
    else:
        how = False
    if (value := stated(body)) is not None:
        return Extracted(value, "stated")
    if how:
        return Extracted(body, "tagged")
    body = body.strip()
    if body and len(body) <= _SHORT and "\n" not in body:
        return Extracted(body, "whole")
    return Extracted(None, "none")
