"""What came back of a call, read out of the server's JSON: reasoning, content, how it ended, tokens.

Servers give the reasoning in `reasoning` (vLLM, OpenRouter), in `reasoning_content` (DeepSeek, SGLang), as parts of the
content (Mistral), or inline between <think> tags. The journal keeps the JSON as it came: a better reader needs no call.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from judges.thought import after_thought, whole
from judges.tokens import estimated

ReplyOutcome = Literal["ok", "truncated", "empty_reasoning", "empty_answer", "refusal", "filtered"]
OUTCOMES: tuple[ReplyOutcome, ...] = get_args(ReplyOutcome)

_REFUSAL = re.compile(
    r"^\W*(?:(?:I['’]?m|I am)\s+(?:very\s+|really\s+)?sorry|sorry|I apologi[sz]e|unfortunately)?\W*(?:but\s+)?"
    r"(?:as an AI[^.,]{0,40},\s*)?I\s*(?:can(?:['’]t|not)|am (?:not able|unable) to|won['’]t|must decline to)\s+"
    r"(?:\w+\s+){0,2}?(?:assist|help|provide|answer|comply|discuss|fulfil|give|offer|engage|share|continue)"
    r"|^\W*(?:你好|您好)?\W*(?:(?:非常|很)?(?:抱歉|对不起|不好意思)|作为[^，。]{0,20})?\W*(?:这个问题)?我(?:暂时|目前)?(?:无法|不能|不便)"
    r"(?:为[你您])?(?:回答|提供|协助|讨论|满足|继续|给出)",
    re.IGNORECASE,
)
# The token that ends a turn, which some servers leave in the text (Transformers' 5.19, of DeepSeek's models).
_END = re.compile(r"(?:<[|｜][^<>|｜\s]{1,40}[|｜]>|</s>)$")
_MANY = 10**9  # tokens: more are no count of one call
_SHORT = 300  # a refusal in words is short; a long reply that begins like one goes on to answer


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call: of the prompt (those from the provider's cache among them), and of the reply (those of the
    reasoning among them, where the server tells)."""

    prompt: int = 0
    completion: int = 0
    reasoning: int | None = None
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. reasoning, content: stripped texts, "" where there is none; model, fingerprint: as the server says."""

    outcome: ReplyOutcome
    reasoning: str
    content: str
    finish_reason: str | None
    model: str | None
    fingerprint: str | None
    usage: Usage


def read_reply(body: Any, opened: bool = False, asked: str = "") -> Reply:
    """The reply in a chat completion's JSON. opened: the call wrote the opening <think>; asked: the prompt's text, to
    estimate tokens from where the server tells no usage. Raises ValueError for what is no chat completion."""
    if not isinstance(body, Mapping):
        raise ValueError("the reply is no JSON object")
    if is_filtered(body.get("error")):
        return Reply("filtered", "", "", "content_filter", None, None, Usage())
    try:
        choice = body["choices"][0]
        message = choice.get("message") or {}
        finish = _text(choice.get("finish_reason")) or None
    except (KeyError, IndexError, TypeError, AttributeError):
        raise ValueError("the reply holds no choice") from None
    if not isinstance(message, Mapping):
        raise ValueError("the reply's message is no JSON object")
    reasoning, content = _texts(message, opened)
    refusal = _text(message.get("refusal"))
    return Reply(
        _outcome(finish, reasoning, content, refusal),
        reasoning,
        content or refusal,
        finish,
        _text(body.get("model")) or None,
        _text(body.get("system_fingerprint")) or None,
        _usage(body.get("usage"), asked, reasoning + content),
    )


def is_filtered(error: Any) -> bool:
    """Whether an error says that the provider's content filter kept the reply back, as Azure does with HTTP 400."""
    return isinstance(error, Mapping) and error.get("code") == "content_filter"


def estimate_tokens(text: str) -> int:
    """Tokens of a text by rule of thumb, at least 1."""
    return int(estimated(text)) + 1


def _outcome(finish: str | None, reasoning: str, content: str, refusal: str) -> ReplyOutcome:
    if finish == "content_filter":
        return "filtered"
    if finish == "length":
        return "truncated"
    if refusal or (len(content) <= _SHORT and "boxed" not in content and _REFUSAL.search(content)):
        return "refusal"
    if not content:
        return "empty_answer"
    return "ok" if reasoning else "empty_reasoning"


def _texts(message: Mapping[str, Any], opened: bool) -> tuple[str, str]:
    content = message.get("content")
    reasoning = _text(message.get("reasoning")) or _text(message.get("reasoning_content"))
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, Mapping)]
        reasoning = reasoning or "".join(_text(part.get("thinking")) for part in parts)
        content = "".join(_text(part.get("text")) for part in parts)
    text = _ended(_text(content))
    if reasoning:
        return _ended(reasoning).removeprefix("<think>").strip(), after_thought(text).strip()
    thought, closed, answer = text.rpartition("</think>")
    if closed and after_thought(text) == answer:
        return thought.strip().removeprefix("<think>").strip(), answer.strip()
    if opened or text.lstrip().startswith("<think>"):
        return text.strip().removeprefix("<think>").strip(), ""
    return "", text.strip()


def _ended(text: str) -> str:
    """The text without the end tokens after it."""
    plain = text.rstrip()
    while plain.endswith(">") and (shorter := _END.sub("", plain)) != plain:
        plain = shorter.rstrip()
    return plain


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, Mapping))
    if not isinstance(value, str):
        return ""
    return whole(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < _MANY


def _tokens(value: Any) -> int:
    """A number of tokens, where it can be one."""
    return int(value) if _is_count(value) else 0


def _usage(said: Any, asked: str, written: str) -> Usage:
    if not isinstance(said, Mapping) or not _is_count(said.get("prompt_tokens")):
        return Usage(estimate_tokens(asked), estimate_tokens(written))
    output = said.get("completion_tokens_details")
    prompt = said.get("prompt_tokens_details")
    cached = prompt.get("cached_tokens") if isinstance(prompt, Mapping) else said.get("prompt_cache_hit_tokens")
    reasoning = output.get("reasoning_tokens") if isinstance(output, Mapping) else None
    return Usage(
        prompt=_tokens(said["prompt_tokens"]),
        completion=_tokens(said.get("completion_tokens")),
        reasoning=_tokens(reasoning) if reasoning is not None else None,
        cached=_tokens(cached),
    )
