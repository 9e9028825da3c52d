"""What is asked of a model, and the key under which its reply is kept.

Two calls are the same if the model's identity, the messages, the sampling, the response format, and the sample and
attempt that are wanted are the same. Nothing else is in the key: no parser, judge, file name, recipe or port.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

KEY_BYTES = 16
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Call:
    """One call. model: the identity of a Model (`Model.known_as()`); sampling: whatever else the server is told, such
    as temperature and max_tokens; sample, attempt: which of several draws of the same call this is, from 0."""

    model: str
    messages: Sequence[Mapping[str, Any]]
    sampling: Mapping[str, Any]
    response_format: Mapping[str, Any] | None = None
    sample: int = 0
    attempt: int = 0

    def canonical(self) -> bytes:
        """The call as canonical JSON."""
        return canonical(
            {
                "model": self.model,
                "messages": self.messages,
                "sampling": self.sampling,
                "response_format": self.response_format,
                "sample": self.sample,
                "attempt": self.attempt,
            }
        )

    def body(self, name: str, besides: Mapping[str, Any] = MappingProxyType({})) -> bytes:
        """The call as the server is sent it, under the name that it knows the model by, with what that server must be
        told besides."""
        said: dict[str, Any] = {"model": name, "messages": self.messages, **besides, **self.sampling}
        if self.response_format is not None:
            said["response_format"] = self.response_format
        return canonical(said)

    @property
    def text(self) -> str:
        """The messages' texts."""
        return "\n".join(str(message["content"]) for message in self.messages)

    @property
    def opened(self) -> bool:
        """Whether the reply goes on from an opening <think> that the call itself writes."""
        last = self.messages[-1]
        return last["role"] == "assistant" and str(last["content"]).rstrip().endswith("<think>")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, in UTF-8."""
    return _ENCODER.encode(value).encode()


def key_of(canonical: bytes) -> bytes:
    """128 bits of BLAKE2b over a call's canonical JSON."""
    return hashlib.blake2b(canonical, digest_size=KEY_BYTES).digest()
