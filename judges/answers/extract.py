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

from judges.answers.places import blocks, boxes, first_line, in_json, last_line, short_lines
from judges.answers.statements import is_cut, marks_of, statements_at

How = Literal["boxed", "json", "tagged", "stated", "line", "whole", "none", "unfinished"]

_SHORT, _LONG = 60, 400


@dataclass(frozen=True, slots=True)
class Extracted:
    """text: the final answer as written, or None; how: where it stood, or why there is none; rivals: what other places
    of the reply give as the answer, as written."""

    text: str | None
    how: How
    rivals: tuple[str, ...] = ()


_UNFINISHED = Extracted(None, "unfinished")


def after_reasoning(reply: str) -> str | None:
    """The reply without its reasoning: what stands outside <think> tags, and after a </think> whose opening stood in
    the prompt; None if a <think> was never closed."""
    if "thinking>" in reply:
        reply = reply.replace("<thinking>", "<think>").replace("</thinking>", "</think>")
    *thoughts, tail = reply.split("</think>")
    if "<think>" in tail:
        return None  # opened and not closed, or opened once more
    outside = (thought.partition("<think>") for thought in thoughts)
    return "".join([*(before for before, opened, _ in outside if opened), tail])


def final_answer(reply: str) -> Extracted:
    """The final answer of a reply, which may still hold its reasoning between <think> tags. In linear time."""
    body = after_reasoning(reply)
    if body is None:
        return _UNFINISHED
    boxed, cut = boxes(body)
    if cut:
        return _UNFINISHED
    tagged, cut = blocks(body)
    if boxed := [content for content in boxed if content]:
        unboxed = [block for block in tagged[-1:] if "boxed" not in block]
        return _chosen(boxed[-1], "boxed", [*unboxed, *_stated_beside(body, "boxed")], body)
    if cut:
        return _UNFINISHED
    if tagged:
        inner = _told(tagged[-1]) or _chosen(tagged[-1], "tagged", [], body)
        others = [*tagged[:-1], *inner.rivals, *_stated_beside(body, "answer>")]
        return _chosen(inner.text, inner.how, others, body) if inner.text else inner
    return _told(body) or _bare(body.strip())


def _told(text: str) -> Extracted | None:
    """What a text gives as an answer by saying so, in JSON or in a sentence."""
    marks = marks_of(text)
    if is_cut(text, marks):
        return _UNFINISHED
    values = statements_at(text, marks)
    if "{" in text:
        objects, cut = in_json(text)
        if objects or cut:
            return _chosen(objects[-1], "json", [*objects, *values], text) if objects else _UNFINISHED
    return _chosen(values[-1], "stated", values, text) if values else None


def _bare(text: str) -> Extracted:
    """A text, or its last line, that is nothing but an answer."""
    if len(text) <= _LONG and short_lines(text):
        return Extracted(text, "whole")
    if (value := first_line(text) or last_line(text)) is not None:
        return Extracted(value, "line")
    return Extracted(text, "whole") if text and len(text) <= _SHORT and "\n" not in text else Extracted(None, "none")


def _stated_beside(text: str, place: str) -> list[str]:
    """The last statement outside of the sentences that hold the place itself."""
    return [value for value in statements_at(text, marks_of(text)) if place not in value][-1:]


def _chosen(text: str, how: How, others: list[str], body: str) -> Extracted:
    """The answer with its rivals: what else was given, but for a repetition that was cut off at the end."""
    cut = {value for value in others if text.startswith(value) and body.rstrip().endswith(value)}
    return Extracted(text, how, tuple(dict.fromkeys(value for value in others if value != text and value not in cut)))
