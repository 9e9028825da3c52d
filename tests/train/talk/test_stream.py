"""A reply that comes in pieces of any size says the same as the whole of it, read at its end."""

from collections.abc import Iterator
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat.reply import read_reply
from train.talk.stream import Heard, Inline


def parts(text: str, size: int) -> list[tuple[str, str]]:
    """What a text in pieces of so many characters is taken apart into, neighbours of one part joined."""
    inline = Inline()
    pieces = [one for at in range(0, len(text), size) for one in inline.add(text[at : at + size])]
    pieces = [(part, piece) for part, piece in [*pieces, *inline.end()] if piece]
    return [(part, "".join(piece for _, piece in group)) for part, group in groupby(pieces, key=lambda one: one[0])]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<think>3 < 4</think>7", [("reasoning", "3 < 4"), ("answer", "7")]),
        ("\n <think>先看</think>\n七", [("reasoning", "先看"), ("answer", "\n七")]),
        ("先看</think>七", [("unknown", "先看"), ("answer", "七")]),
        ("just 7 </thin", [("unknown", "just 7 </thin")]),
        ("<think>never closed </thi", [("reasoning", "never closed </thi")]),
        ("<thin", [("unknown", "<thin")]),
        ("a <think>b</think>c", [("unknown", "a <think>b"), ("answer", "c")]),
        ("</think>7", [("answer", "7")]),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_the_same_however_it_comes(text: str, wanted: list[tuple[str, str]], size: int) -> None:
    assert parts(text, size) == wanted


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "/", "t", "think>", " ", "七", "\n"]), max_size=8), st.data()
)
@settings(max_examples=150)
def test_no_character_is_lost_and_the_answer_is_what_stands_behind_the_thought(tokens: list[str], data: Any) -> None:
    text = "".join(tokens)
    found = parts(text, data.draw(st.integers(1, 9)))
    said = "".join(piece for _, piece in found)
    assert (
        said.split()
        == text.replace("<think>", "", text.lstrip().startswith("<think>")).replace("</think>", "", 1).split()
        or "</think>" not in text
    )
    if text.count("</think>") == 1 and not text.lstrip().startswith(("{", "[", "`")):
        answer = "".join(piece for part, piece in found if part == "answer")
        assert answer.strip() == read_reply({"choices": [{"message": {"content": text}}]}).content


def chunks(*deltas: dict[str, str], finish: str | None = "stop") -> Iterator[Any]:
    for delta in deltas:
        yield SimpleNamespace(
            choices=[SimpleNamespace(delta=SimpleNamespace(**{"content": None, **delta}), finish_reason=None)]
        )
    yield SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(content=None), finish_reason=finish)])
    yield SimpleNamespace(choices=[])  # vLLM's last chunk, which holds the usage alone


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_in_a_field_of_its_own_is_told_apart(name: str) -> None:
    heard = Heard("q")
    pieces = list(heard.pieces(chunks({name: "3 +"}, {name: " 4"}, {"content": "se"}, {"content": "ven"})))
    assert pieces == [("reasoning", "3 +"), ("reasoning", " 4"), ("answer", "se"), ("answer", "ven")]
    assert (heard.reply().reasoning, heard.reply().outcome) == ("3 + 4", "ok")


def test_a_reply_that_was_cut_off_is_read_as_far_as_it_came() -> None:
    heard = Heard("q")
    list(heard.pieces(chunks({"content": "<think>3 + 4"}, finish="length")))
    assert (heard.reply().outcome, heard.reply().reasoning, heard.finish) == ("truncated", "3 + 4", "length")
