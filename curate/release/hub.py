"""The Hub's calls: sent again where huggingface_hub itself gives up, and refusals in our words.

    hub = connected()
    sent(hub, "reading the tags of org/name", lambda: hub.api.list_repo_refs("org/name", repo_type="dataset"))

huggingface_hub 2.4 sends listings, uploads and LFS calls again by itself, but not a commit, a tag, a new repository, a
look at one, or the HEAD of a download. HF_ENDPOINT and tokens are by its own rules. No message holds a token.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from curate.errors import UserError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")

PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between five tries
LONGEST = 300.0  # what a server may ask us to wait: the Hub counts its limits in windows of five minutes
ONE = 1  # file at a time: where a connection fails, huggingface_hub 2.4 closes its client under its other threads
_PASSING = frozenset({408, 425, 429})
_SECONDS = re.compile(r"^\s*(\d+)\s*$")  # of Retry-After; a date is not obeyed
_WINDOW = re.compile(r"\br=0\s*;\s*t=(\d+)")  # of RateLimit: `"api";r=0;t=55`, nothing left for 55 seconds
_TOKEN = re.compile(r"hf_\w+")
_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")  # a signed address lets its reader in
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN to a token with write access"
_ADVICE = {
    401: _LOG_IN,
    403: f"the token may not do this; {_LOG_IN}, or ask for the right to write there",
    404: f"there is no such thing, or the token has no access to it; {_LOG_IN}",
    409: "something else was made there in the meantime; run the command again",
    412: "somebody else committed in the meantime; run the command again, and it tells what changed",
}


def quiet(line: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Who calls: huggingface_hub's client, the seconds to wait before each further try, and who is told of waiting."""

    api: "HfApi"
    pauses: tuple[float, ...] = PAUSES
    told: Callable[[str], None] = quiet


def connected(told: Callable[[str], None] = quiet, pauses: tuple[float, ...] = PAUSES) -> Hub:
    """The Hub as the user's environment says: HF_ENDPOINT, HF_TOKEN, or what `hf auth login` kept."""
    from huggingface_hub import HfApi

    return Hub(HfApi(library_name="fincurate"), pauses, told)


def sent(
    hub: Hub,
    what: str,
    call: Callable[[], T],
    *,
    settled: Callable[[], T | None] | None = None,
    but: tuple[type[Exception], ...] = (),
    persistent: bool = False,
) -> T:
    """What the call gives; a lost connection, 408, 425, 429 and 5xx are tried again, Retry-After is obeyed.

    what: the call in words, for messages. settled: asked after a failure that may have taken effect; its answer is the
    call's, None lets the call be sent again. but: errors that are an answer, raised as they are. persistent: whether
    huggingface_hub sends it again by itself. Raises UserError for all other failures.
    """
    import httpx2

    for pause in (*(() if persistent else hub.pauses), None):
        try:
            return call()
        except but:
            raise
        except (httpx2.HTTPError, OSError, ValueError, RuntimeError) as error:
            passing = _passes(error)
            if passing and settled and (answer := settled()) is not None:
                return answer
            if pause is None or not passing:
                raise UserError(_refusal(what, error, passing)) from None
            wait = _wait(error, pause)
            hub.told(f"{what}: {_found(error)}; again in {wait:.0f} s")
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from: huggingface_hub wraps those of a HEAD and of an upload in its own."""
    while error is not None:
        yield error
        error = error.__cause__


def _status(error: BaseException) -> int | None:
    from huggingface_hub.errors import HfHubHTTPError

    return next((one.response.status_code for one in _chain(error) if isinstance(one, HfHubHTTPError)), None)


def _passes(error: BaseException) -> bool:
    """Whether the same call may succeed a little later. JSON that is none is the page of a proxy."""
    import httpx2

    if (status := _status(error)) is not None:
        return status in _PASSING or status >= 500
    network = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError)
    return any(isinstance(one, (*network, json.JSONDecodeError)) for one in _chain(error))


def _wait(error: BaseException, pause: float) -> float:
    """The server's own Retry-After or rate limit window, or the pause with jitter, so that many do not come at once."""
    from huggingface_hub.errors import HfHubHTTPError

    for one in _chain(error):
        if isinstance(one, HfHubHTTPError):
            headers = one.response.headers
            asked = _SECONDS.search(headers.get("Retry-After", "")) or _WINDOW.search(headers.get("RateLimit", ""))
            if asked:
                return min(float(asked[1]), LONGEST)
    return pause * random.uniform(0.5, 1.5)


def _found(error: BaseException) -> str:
    """What failed, in a line without tokens and signed addresses."""
    from huggingface_hub.errors import HfHubHTTPError

    for one in _chain(error):
        if isinstance(one, HfHubHTTPError):
            words = " ".join((one.server_message or one.response.reason_phrase).split())
            return _clean(f"{one.response.status_code} {words}".strip())
    root = list(_chain(error))[-1]
    return _clean(" ".join(str(root).split()) or type(root).__name__)


def _clean(text: str) -> str:
    return _TOKEN.sub("hf_...", _QUERY.sub(r"\1", text))[:300]


def _refusal(what: str, error: BaseException, passing: bool) -> str:
    from huggingface_hub.errors import LocalTokenNotFoundError, OfflineModeIsEnabled

    if any(isinstance(one, LocalTokenNotFoundError) for one in _chain(error)):
        return f"{what}: there is no token for the Hub\n  {_LOG_IN}"
    if any(isinstance(one, OfflineModeIsEnabled) for one in _chain(error)):
        return f"{what}: HF_HUB_OFFLINE forbids every call\n  unset it, and run the command again"
    if passing:
        return f"{what}: the Hub does not answer: {_found(error)}\n  run the command again later; it goes on from there"
    advice = _ADVICE.get(_status(error) or 0)
    return f"{what}: {_found(error)}" + (f"\n  {advice}" if advice else "")
