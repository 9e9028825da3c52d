r"""The final answer out of a reply, English and Chinese.

    final_answer("<think>…</think>So the share is \boxed{17\%}.")  ->  Extracted("17\\%", "boxed")
    final_answer("因此，答案是 B。")                                   ->  Extracted("B", "stated")
    final_answer("The answer is 12. ... \\boxed{13}")               ->  Extracted("13", "boxed", rivals=("12",))

The places are tried in order of how clearly they are meant as an answer: the last box outside the reasoning, a JSON
object's `answer`, a sentence that says "the answer is", the <answer> block, a bold or bare last line, a short reply
that is nothing but an answer. What other places say is kept as rivals: whether they disagree, the matcher knows.
"""

from dataclasses import dataclass
from typing import Literal

from judges.answers.places import blocks, boxes, in_json, last_line
from judges.answers.statements import is_cut, marks_of, statements_at

How = Literal["boxed", "json", "tagged", "stated", "line", "whole", "none", "unfinished"]

_SHORT = 60


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


def final_answer(reply: str) -> Extracted:
    """The final answer of a reply, which may still hold its reasoning between <think> tags. In linear time."""
    body = after_reasoning(reply)
    if body is None:
        return Extracted(None, "unfinished")
    boxed, cut = boxes(body) if "boxed" in body else ([], False)
    if cut:
        return Extracted(None, "unfinished")
    if boxed := [content for content in boxed if content]:
        return Extracted(boxed[-1], "boxed", _others(boxed[-1], _beside_boxes(body)[-1:]))
    tagged, cut = blocks(body)
    said = tagged[-1] if tagged else body
    marks = marks_of(said)
    if cut or is_cut(said, marks):
        return Extracted(None, "unfinished")
    if "{" in said and (value := in_json(said)) is not None:
        return Extracted(value, "json")
    if values := statements_at(said, marks):
        return Extracted(values[-1], "stated", _others(values[-1], values))
    if tagged:
        return Extracted(said, "tagged", _others(said, tagged))
    body = body.strip()
    if (value := last_line(body)) is not None:
        return Extracted(value, "line")
    if body and len(body) <= _SHORT and "\n" not in body:
        return Extracted(body, "whole")
    return Extracted(None, "none")


def _beside_boxes(text: str) -> list[str]:
    """What is stated outside of the sentences that hold a box."""
    return [value for value in statements_at(text, marks_of(text)) if "boxed" not in value]


def _others(chosen: str, said: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in said if value != chosen))
