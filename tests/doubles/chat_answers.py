"""What a scripted chat server may answer: replies, errors, and everything that goes wrong on a wire.

reply("4", reasoning="2 + 2", finish_reason="stop")     error(429, "slow down", retry_after=2)
cut(after=100)     garbage()     drip(reply("4"), seconds=3)     hang()     streamed(reply("4"), size=2)

A request with `stream` is answered by `streamed` pieces of what the script returned, unless that is an Answer itself.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal


@dataclass(frozen=True)
class Answer:
    """One reply as it goes out; `latency` None is the server's own."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    latency: float | None = None
    cut: int | None = None  # the connection closes after so many bytes, head included
    seconds: float = 0.0  # the bytes are spread over so long
    silent: bool = False

    @cached_property
    def wire(self) -> bytes:
        headers = {"Content-Type": "application/json", **self.headers, "Content-Length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


Reply = Answer | str | dict[str, Any]
Script = Callable[[dict[str, Any], int], Reply]


def reply(
    content: str | None,
    reasoning: str | None = None,
    *,
    reasoning_field: Literal["reasoning_content", "reasoning"] = "reasoning_content",
    finish_reason: str = "stop",
    model: str | None = None,
    usage: Mapping[str, Any] | None = None,
    refusal: str | None = None,
    fingerprint: str | None = "fp_test",
) -> dict[str, Any]:
    """A chat completion; a model and a usage of None are filled in from the request, an empty usage is left out."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    message |= {} if reasoning is None else {reasoning_field: reasoning}
    return {
        "id": "chatcmpl-" + hashlib.blake2b(json.dumps(message).encode(), digest_size=12).hexdigest(),
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
        "usage": usage,
        "system_fingerprint": fingerprint,
    }


def error(status: int, message: str, *, retry_after: float | str | None = None, code: str | None = None) -> Answer:
    """An error in OpenAI's form; `retry_after` is a number of seconds or a date as HTTP writes it."""
    kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    body = json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()
    return Answer(status, body, {} if retry_after is None else {"Retry-After": f"{retry_after}"})


def cut(after: int = 0, whole: Reply = "cut") -> Answer:
    """The connection closes after so many bytes of the whole reply, head included."""
    return replace(answer_of(whole), cut=after)


def drip(whole: Reply, seconds: float) -> Answer:
    """The bytes of the whole reply in small pieces, spread over so many seconds."""
    return replace(answer_of(whole), seconds=seconds)


def streamed(whole: str | dict[str, Any], size: int = 3) -> Answer:
    """The completion as server-sent events: its reasoning and then its content in pieces of so many characters."""
    completion = reply(whole) if isinstance(whole, str) else whole
    (choice,) = completion["choices"]
    texts = [(name, choice["message"].get(name) or "") for name in ("reasoning", "reasoning_content", "content")]
    deltas = [{name: text[at : at + size]} for name, text in texts for at in range(0, len(text), size)]
    ends = [*[None] * (len(deltas) + 1), choice["finish_reason"]]
    head = {**completion, "object": "chat.completion.chunk", "model": completion["model"] or "test-model"}
    events = [
        json.dumps(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]})
        for delta, end in zip([{"role": "assistant", "content": ""}, *deltas, {}], ends, strict=True)
    ]
    body = "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"])
    return Answer(200, body.encode(), {"Content-Type": "text/event-stream"})


def garbage() -> Answer:
    """Status 200 and a body that is no JSON."""
    return Answer(200, b"<html>upstream said hello</html>", {"Content-Type": "text/html"})


def hang() -> Answer:
    """No answer, ever; the connection stays open."""
    return Answer(0, silent=True)


def answer_of(given: Reply, request: Mapping[str, Any] | None = None) -> Answer:
    """What a script returned, as bytes; what a completion takes from its request is filled in."""
    if isinstance(given, Answer):
        return given
    asked, completion = request or {}, dict(reply(given) if isinstance(given, str) else given)
    if asked.get("stream"):
        return streamed(completion)
    completion["model"] = completion.get("model") or asked.get("model", "test-model")
    if completion.get("usage") is None and "choices" in completion:
        message = completion["choices"][0]["message"]
        thought = len(message.get("reasoning_content") or message.get("reasoning") or "")
        said, prompt = thought + len(message["content"] or ""), sum(map(_length, asked.get("messages", ()))) // 4
        completion["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": said // 4,
            "total_tokens": prompt + said // 4,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": thought // 4},
        }
    elif not completion.get("usage"):
        completion.pop("usage", None)
    return Answer(200, json.dumps(completion, ensure_ascii=False).encode())


def _length(message: Mapping[str, Any]) -> int:
    content = message.get("content") or ""
    return len(content) if isinstance(content, str) else sum(len(part.get("text", "")) for part in content)


def key_of(request: object) -> str:
    """The key a request is counted under: 32 hexadecimal digits over its JSON with sorted names."""
    return hashlib.blake2b(json.dumps(request, sort_keys=True).encode(), digest_size=16).hexdigest()
