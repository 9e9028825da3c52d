"""Bytes to a server and back. OpenAI's client is the door: it says where a call goes and with which headers (keys,
Azure's paths and versions); aiohttp carries the calls, at a quarter of the processor time (tests/bench/calls.py).
"""

import email.utils
import json
import math
import re
import socket
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx2
import openai
import yarl

from curate.chat.model import Model

_CONNECT = 30.0  # seconds
_LONGEST_RETRY_AFTER = 3600.0
_SHORTEST_SECRET = 6  # a shorter key ("none") would be found in honest words
_HIDDEN = b"[api key]"
_CARRIED = ("authorization", "api-key", "user-agent", "openai-organization", "openai-project")
_USER = re.compile(r"//[^/@\s]+@")  # of a proxy, with its password
_ANSWER = {
    "id": "-",
    "object": "chat.completion",
    "created": 0,
    "model": "-",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "-"}}],
}


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered. seconds: how long it took; retry_after: seconds, where it asks to wait; location: where
    it redirects to."""

    status: int
    body: bytes
    seconds: float
    retry_after: float | None
    location: str | None


class WireError(Exception):
    """The server could not be reached, broke off, or took too long; `timed_out` tells the last."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Wire:
    """One server's open connections. `key` is the secret; it is cut out of whatever comes back."""

    def __init__(self, url: str, headers: dict[str, str], key: str | None, model: Model) -> None:
        self._url = yarl.URL(url)
        self._secrets = _forms(key) if key and len(key) >= _SHORTEST_SECRET else []
        self._proxy = _proxy(url)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=model.concurrency,
                ssl=httpx2.create_ssl_context() if url.startswith("https") else True,
                socket_factory=_socket,
                keepalive_timeout=60,
            ),
            timeout=aiohttp.ClientTimeout(total=model.timeout, sock_connect=_CONNECT),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
        )

    async def post(self, body: bytes) -> Response:
        """One call. Raises WireError."""
        return await self._sent("POST", self._url, body)

    async def models(self) -> Response:
        """The server's own list of its models. Raises WireError."""
        return await self._sent("GET", self._url.parent.parent / "models")

    async def _sent(self, method: str, url: yarl.URL, body: bytes | None = None) -> Response:
        began = time.monotonic()
        try:
            async with self._session.request(
                method, url, data=body, proxy=self._proxy, allow_redirects=False
            ) as response:
                answered = await response.read()
                return Response(
                    status=response.status,
                    body=self._hidden(answered),
                    seconds=time.monotonic() - began,
                    retry_after=_retry_after(response.headers),
                    location=self.plain(response.headers.get("location", "")) or None,
                )
        except aiohttp.ConnectionTimeoutError:
            raise WireError(f"{self._url}: no connection within {_CONNECT:,.0f} s") from None
        except TimeoutError:
            took = time.monotonic() - began
            raise WireError(f"{self._url}: no reply within {took:,.1f} s", timed_out=True) from None
        except (aiohttp.ClientError, OSError) as error:
            raise WireError(f"{self._url}: {self.plain(str(error)) or type(error).__name__}") from None

    def plain(self, text: str) -> str:
        """The text without the secret."""
        return _USER.sub("//", self._hidden(text.encode(errors="replace")).decode())

    async def close(self) -> None:
        """Closes the connections."""
        await self._session.close()

    def _hidden(self, body: bytes) -> bytes:
        for secret in self._secrets:
            if secret in body:
                body = body.replace(secret, _HIDDEN)
        return body


async def dial(model: Model, base_url: str, key: str | None) -> Wire:
    """The wire to a model. OpenAI's client writes one request, which goes nowhere; its address and headers are kept."""
    requests: list[Any] = []

    def keep(request: Any) -> Any:
        requests.append(request)
        return httpx2.Response(200, json=_ANSWER)

    options: dict[str, Any] = {"api_key": key or "none", "max_retries": 0}
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(keep)) as client:
        door: openai.AsyncOpenAI = (
            openai.AsyncAzureOpenAI(
                azure_endpoint=base_url, api_version=model.api_version, http_client=client, **options
            )
            if model.api_version
            else openai.AsyncOpenAI(base_url=base_url, http_client=client, **options)
        )
        await door.chat.completions.create(model=model.model, messages=[{"role": "user", "content": "-"}])
    request = requests[-1]
    headers = {name: request.headers[name] for name in _CARRIED if name in request.headers}
    if key is None:
        headers = {name: value for name, value in headers.items() if name not in ("authorization", "api-key")}
    return Wire(str(request.url), {**headers, "content-type": "application/json"}, key, model)


def _forms(key: str) -> list[bytes]:
    """A secret as a server may echo it: plain, escaped in JSON, and in an address."""
    forms = {
        key,
        json.dumps(key)[1:-1],
        key.replace("/", "\\/"),
        urllib.parse.quote(key, safe=""),
        urllib.parse.quote(key),
    }
    return sorted((form.encode() for form in forms), key=len, reverse=True)


def _retry_after(headers: Any) -> float | None:
    """Seconds to wait, by Retry-After in seconds or as a date, or by OpenAI's retry-after-ms."""
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            wait = float(milliseconds) / 1000
        elif (said := headers.get("retry-after")) is None:
            return None
        elif said.strip().replace(".", "", 1).isdigit():
            wait = float(said)
        else:
            wait = (email.utils.parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    if math.isnan(wait):
        return None
    return min(max(wait, 0.0), _LONGEST_RETRY_AFTER)


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for a server."""
    scheme, _, rest = url.partition("://")
    if urllib.request.proxy_bypass(rest.partition("/")[0].rpartition("@")[2]):
        return None
    return urllib.request.getproxies().get(scheme)


def _socket(address: Any) -> socket.socket:
    """A socket that says now and then that it is still there: routers forget a silent connection in minutes, while a
    reasoner thinks for half an hour."""
    made = socket.socket(family=address[0], type=address[1], proto=address[2])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60)):
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
    made.setblocking(False)
    return made
