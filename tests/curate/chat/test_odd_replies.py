"""Replies in shapes that nobody expects: at worst their own call comes to nothing, and no other call is harmed."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Answered, CallFailed, Chat, Journal, Model
from curate.chat.reply import read_reply
from tests.doubles.chat_answers import Answer, Reply, reply
from tests.doubles.chat_server import ChatServer

COUNTED = {"prompt_tokens": 1, "completion_tokens": 1}


def with_usage(**usage: Any) -> dict[str, Any]:
    return reply("4", usage={**COUNTED, **usage})


def with_choice(**choice: Any) -> dict[str, Any]:
    said = {"message": {"role": "assistant", "content": "4"}, "finish_reason": "stop", **choice}
    return {"choices": [said], "usage": COUNTED}


HARMLESS: dict[str, Reply] = {
    "content is a number": with_choice(message={"content": 4}),
    "content is null": with_choice(message={"content": None}),
    "no message": with_choice(message=None),
    "model is a mapping": with_choice() | {"model": {"name": "m"}},
    "cached tokens are text": with_usage(prompt_tokens_details={"cached_tokens": "3"}),
    "usage is a list": with_choice() | {"usage": [1]},
    "half a character in the content": Answer(200, b'{"choices": [{"message": {"content": "4\\ud800"}}]}'),
    "a code that is a list": Answer(400, b'{"error": {"message": "no", "code": ["content_filter"]}}'),
}
HARMFUL: dict[str, Reply] = {
    "message is text": with_choice(message="4"),
    "message is a list": with_choice(message=["4"]),
    "finish_reason is a mapping": with_choice(finish_reason={"type": "stop"}),
    "finish_reason is half a character": Answer(200, b'{"choices": [{"message": {}, "finish_reason": "\\ud800"}]}'),
    "tokens are text": with_usage(completion_tokens="12"),
    "tokens are too many to write down": with_usage(prompt_tokens=10**30),
    "reasoning tokens are a mapping": with_usage(completion_tokens_details={"reasoning_tokens": {}}),
    "an abyss": Answer(200, b"[" * 10**5 + b"]" * 10**5),
    "half a character in an error": Answer(400, b'{"error": {"message": "no \\ud800"}}'),
}


def harm(path: Path, odd: Reply) -> list[str]:
    """What is wrong after one call among 30 got the odd reply."""

    async def run() -> list[str]:
        async with Chat({"teacher": Model(model="m", base_url=server.base_url)}, journal) as chat:
            calls = (chat.ask("teacher", [{"role": "user", "content": str(number)}], {}) for number in range(30))
            bad, *others = await asyncio.gather(*calls, return_exceptions=True)
            wrong = [f"{one!r}" for one in others if not isinstance(one, Answered)]
            wrong += [] if isinstance(bad, Answered | CallFailed) else [f"its own: {bad!r}"]
            return wrong + ([f"stopped: {chat.stopped.detail}"] if chat.stopped else [])

    def script(request: dict[str, Any], nth: int) -> Reply:
        return odd if request["messages"][0]["content"] == "0" else "4"

    with ChatServer(script) as server, closing(Journal(path)) as journal:
        return asyncio.run(run())


@pytest.mark.parametrize("end", ["<｜end▁of▁sentence｜>", "<|im_end|>", "</s>", "<|im_end|>\n<|endoftext|>\n"])
@pytest.mark.parametrize("parsed", [True, False])
def test_an_end_token_that_a_server_leaves_in_the_text_is_not_said(end: str, parsed: bool) -> None:
    said = reply(f"净利润 <a|b> 7{end}", "因为") if parsed else reply(f"<think>因为</think>净利润 <a|b> 7{end}")
    read = read_reply(said)
    assert (read.reasoning, read.content, read.outcome) == ("因为", "净利润 <a|b> 7", "ok")
    unclosed = read_reply(reply("", f"因为{end}"))
    assert (unclosed.reasoning, unclosed.outcome) == ("因为", "empty_answer")


@pytest.mark.parametrize("text", ["<b>7</b>", "a |> f", "<| x |>", "`<|im_end|>` ends a turn", "7 <s>"])
def test_what_only_looks_like_an_end_token_stays(text: str) -> None:
    assert read_reply(reply(text)).content == text


@pytest.fixture
def path(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.001, 0.002))
    return tmp_path / "journal.sqlite"


@pytest.mark.parametrize("what", HARMLESS)
def test_an_odd_reply_harms_no_other_call(path: Path, what: str) -> None:
    assert harm(path, HARMLESS[what]) == []


@pytest.mark.parametrize("what", HARMFUL)
def test_a_reply_of_a_shape_that_cannot_be_kept_harms_no_other_call(path: Path, what: str) -> None:
    assert harm(path, HARMFUL[what]) == []


def test_a_server_that_counts_below_zero_does_not_raise_the_budget(path: Path) -> None:
    async def run(url: str) -> int:
        async with Chat({"teacher": Model(model="m", base_url=url)}, journal) as chat:
            await chat.ask("teacher", [{"role": "user", "content": "q"}], {})
            return chat.budget.spent.tokens

    odd = Answer(200, json.dumps(with_usage(prompt_tokens=-1000)).encode())
    with ChatServer(odd) as server, closing(Journal(path)) as journal:
        assert asyncio.run(run(server.base_url)) >= 0
