"""A reply while it comes: reasoning and answer apart, from any server that speaks OpenAI's chat completions.

    for part, text in heard.pieces(stream):  ->  ("reasoning", "3 + 4"), ("reasoning", " = 7"), ("answer", "7")
    heard.reply()                            ->  what `curate` reads out of the whole of it

Servers give the reasoning as `reasoning` (vLLM), as `reasoning_content` (DeepSeek, Transformers) or inline; where the
chat template opened the thought in the prompt, only its </think> comes: till then a text may be either.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from curate.chat.reply import Reply, read_reply

Part = Literal["reasoning", "unknown", "answer"]
_OPEN, _CLOSE = "<think>", "</think>"


class Inline:
    """A text that may hold its reasoning between <think> and </think>, taken apart while it comes. A tag that has come
    in part is held back until the rest tells what it is."""

    def __init__(self) -> None:
        self.part: Part = "unknown"
        self._held = ""
        self._begun = False

    def add(self, text: str) -> Iterator[tuple[Part, str]]:
        """What the next piece of the text tells."""
        self._held += text
        if not self._begun:
            start = self._held.lstrip()
            if _OPEN.startswith(start):
                return
            self._begun = True
            if start.startswith(_OPEN):
                self.part, self._held = "reasoning", start.removeprefix(_OPEN)
        if self.part != "answer":
            thought, closed, rest = self._held.partition(_CLOSE)
            kept = 0 if closed else _beginning(thought)
            yield self.part, thought[: len(thought) - kept]
            self._held = thought[len(thought) - kept :]
            if not closed:
                return
            self.part, self._held = "answer", rest
        yield from self.end()

    def end(self) -> Iterator[tuple[Part, str]]:
        """What was held back."""
        yield self.part, self._held
        self._held = ""


class Heard:
    """One reply as far as it has come."""

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._reasoning, self._content = list[str](), list[str]()
        self.finish: str | None = None

    def pieces(self, chunks: Iterable[Any]) -> Iterator[tuple[Part, str]]:
        """The texts of a stream of chunks, each as soon as it is there."""
        inline = Inline()
        for chunk in chunks:
            for choice in chunk.choices[:1]:
                self.finish = choice.finish_reason or self.finish
                yield from self._read(choice.delta, inline)
        yield from ((part, text) for part, text in inline.end() if text)

    def reply(self) -> Reply:
        """The whole reply, read as `curate` reads one."""
        message = {"reasoning": "".join(self._reasoning), "content": "".join(self._content)}
        return read_reply({"choices": [{"message": message, "finish_reason": self.finish}]}, asked=self._asked)

    def _read(self, delta: Any, inline: Inline) -> Iterator[tuple[Part, str]]:
        for name in ("reasoning", "reasoning_content"):
            if isinstance(text := getattr(delta, name, None), str) and text:
                self._reasoning.append(text)
                yield "reasoning", text
                break
        if content := delta.content:
            self._content.append(content)
            if self._reasoning:
                yield "answer", content
            else:
                yield from ((part, text) for part, text in inline.add(content) if text)


def _beginning(text: str) -> int:
    """How many characters at the end of a text may be the beginning of </think>."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)
