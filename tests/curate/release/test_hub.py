import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import LocalTokenNotFoundError, OfflineModeIsEnabled
from huggingface_hub.utils import hf_raise_for_status

from curate.errors import UserError
from curate.release import hub as module
from curate.release.hub import Hub, sent

SIGNED = "http://storage.test/part?X-Signature=secret"


def answer(status: int, headers: Mapping[str, str] | None = None, message: str = "") -> Any:
    """A call that gets this reply, as huggingface_hub reads it."""

    def call() -> None:
        request = httpx2.Request("POST", SIGNED, headers={"Authorization": "Bearer hf_secret"})
        hf_raise_for_status(httpx2.Response(status, headers=headers, json={"error": message}, request=request))

    return call


def failing(error: Exception) -> Any:
    def call() -> None:
        raise error

    return call


def wrapped(error: Exception) -> Exception:
    """As huggingface_hub wraps what failed in a download and in an upload."""
    outer = RuntimeError("Error while uploading 'x' to the Hub.")
    outer.__cause__ = error
    return outer


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    made: list[float] = []
    monkeypatch.setattr(module.time, "sleep", made.append)
    return made


@pytest.mark.parametrize(
    "call",
    [
        *(answer(status) for status in (408, 425, 429, 500, 502, 503, 504)),
        failing(httpx2.ConnectError("refused")),
        failing(httpx2.ReadTimeout("slow")),
        failing(httpx2.RemoteProtocolError("cut")),
        failing(wrapped(httpx2.ReadError("cut"))),
        failing(json.JSONDecodeError("a page", "<html>", 0)),
    ],
)
def test_what_may_pass_is_tried_five_times_with_growing_pauses(call: Any, waits: list[float]) -> None:
    with pytest.raises(UserError, match=r"^asking: the Hub does not answer: .*\n  run the command again later"):
        sent(Hub(HfApi()), "asking", call)
    assert all(base / 2 <= wait <= base * 3 / 2 for base, wait in zip((1, 2, 4, 8), waits, strict=True))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (answer(400), "asking: 400"),
        (answer(401), "asking: 401 Unauthorized\n  log in with `hf auth login`, or set HF_TOKEN to a token with write"),
        (answer(403), "\n  the token may not do this; log in with `hf auth login`"),
        (answer(404), "\n  there is no such thing, or the token has no access to it"),
        (answer(412), "\n  somebody else committed in the meantime; run the command again, and it tells what changed"),
        (
            failing(ValueError("Invalid metadata in README.md.\n- licence")),
            "asking: Invalid metadata in README.md. - l",
        ),
        (failing(LocalTokenNotFoundError("none")), "asking: there is no token for the Hub\n  log in with"),
        (failing(OfflineModeIsEnabled("off")), "asking: HF_HUB_OFFLINE forbids every call"),
        (failing(OSError(28, "No space left on device")), "No space left on device"),
    ],
)
def test_what_will_not_pass_is_told_at_once(call: Any, said: str, waits: list[float]) -> None:
    with pytest.raises(UserError) as refused:
        sent(Hub(HfApi()), "asking", call)
    assert said in str(refused.value)
    assert waits == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "86400"}, module.LONGEST),
        ({"RateLimit": '"api";r=0;t=55'}, 55),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"RateLimit": '"api";r=499;t=55'}, None),
    ],
)
def test_the_server_says_how_long_to_wait(headers: dict[str, str], seconds: float | None, waits: list[float]) -> None:
    with pytest.raises(UserError):
        sent(Hub(HfApi(), pauses=(1.0,)), "asking", answer(429, headers))
    (wait,) = waits
    assert wait == seconds if seconds is not None else 0.5 <= wait <= 1.5


def test_no_message_holds_a_token_or_a_signed_address(waits: list[float]) -> None:
    told: list[str] = []
    for call in (answer(503, message=f"hf_secret at {SIGNED}"), failing(OSError(f"{SIGNED} hf_secret"))):
        with pytest.raises(UserError) as refused:
            sent(Hub(HfApi(), told=told.append), "asking", call)
        told.append(str(refused.value))
    assert not any("secret" in line for line in told)


def test_a_failure_that_took_effect_is_not_sent_again(waits: list[float]) -> None:
    tries: list[int] = []

    def call() -> str:
        tries.append(1)
        raise httpx2.ReadError("lost")

    answers = iter([None, "done"])
    assert sent(Hub(HfApi()), "asking", call, settled=lambda: next(answers)) == "done"
    assert len(tries) == 2


def test_an_error_that_is_an_answer_is_raised_as_it_is() -> None:
    with pytest.raises(KeyError):
        sent(Hub(HfApi()), "asking", failing(KeyError("x")))
    with pytest.raises(OfflineModeIsEnabled):
        sent(Hub(HfApi()), "asking", failing(OfflineModeIsEnabled("off")), but=(OfflineModeIsEnabled,))
