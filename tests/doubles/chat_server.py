"""A double of an OpenAI-style server: POST /v1/chat/completions over real HTTP/1.1, cheap enough to measure clients by.

    with ChatServer(lambda request, nth: "4", latency=0.05, faults=Faults(refuse=0.05)) as server:
        client = AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0)
    python -m tests.doubles.chat_server --latency 0.2 --reply-characters 6000   # prints its base_url; ends with stdin

A script is asked for each request and the number of times its key was seen before; what it may return besides a string
is below `Answer`. A fixed reply instead of a script reads no request body and keeps no list, only `totals`.
GET /health, /v1/models and /counts (`totals` and the CPU seconds of the process) answer too.
"""

import argparse
import asyncio
import hashlib
import json
import random
import resource
import socket
import sys
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import Any, Self

from tests.doubles.chat_answers import Answer, Reply, Script, answer_of, error, key_of

_POST = b"post /v1/chat/completions "
_PIECES = 20


@dataclass(frozen=True)
class Faults:
    """Shares of requests that go wrong: 429 at once, 500 after the latency, connection closed after the latency."""

    refuse: float = 0.0
    fail: float = 0.0
    cut: float = 0.0
    seed: int = 17
    retry_after: float | str | None = 1


@dataclass(frozen=True)
class Seen:
    """One request: when it came (monotonic) and what it was answered, 0 where no status was or will be sent."""

    time: float
    key: str
    body: bytes
    headers: dict[str, str]
    status: int

    def json(self) -> Any:
        return json.loads(self.body)


class ChatServer:
    """Serves on a loopback port, in a thread, until the `with` block ends; an exception in the script is raised there.

    `latency`, `rate` (requests admitted in one second of the clock), `refuse_until` (monotonic time until which all is
    429) and `down` (all connections are closed) may be set from any thread while it serves. `answered` counts replies
    with status 200 that were sent whole to a client that still listened.
    """

    def __init__(
        self, script: Script | Reply, *, latency: float = 0.0, faults: Faults | None = None, rate: int | None = None
    ) -> None:
        self.script = script if callable(script) else None
        self.fixed = None if callable(script) else answer_of(script)
        self.latency, self.faults, self.rate = latency, faults or Faults(), rate
        self.refuse_until, self.down = 0.0, False
        self.seen: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.totals = dict.fromkeys(("requests", "answered", "refused", "failed", "cut", "peak", "connections"), 0)
        self.in_flight = 0
        self.connections: set[Connection] = set()
        self.room = memoryview(bytearray(1 << 18))  # shared: asyncio reads and hands over in one step
        self._faulty = any((self.faults.refuse, self.faults.fail, self.faults.cut))
        self._random = random.Random(self.faults.seed)
        self._window, self._admitted = 0, 0
        self._due: deque[tuple[float, Connection, Answer, str]] = deque()
        self._armed = False
        self._raised: BaseException | None = None

    @property
    def peak(self) -> int:
        return self.totals["peak"]

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self.loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._raised is not None and error[0] is None:
            raise self._raised

    def _run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        listening = await self.loop.create_server(lambda: Connection(self), sock=self._socket)
        await self._stop.wait()
        listening.close()
        while self.connections:  # one that was being accepted may still come
            for connection in tuple(self.connections):
                connection.close()
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    def receive(self, connection: "Connection", head: bytes, body: bytes) -> None:
        """Decides what one request is answered, and when."""
        totals, now, key = self.totals, time.monotonic(), ""
        totals["requests"] += 1
        self.in_flight += 1
        if self.in_flight > totals["peak"]:
            totals["peak"] = self.in_flight
        answer = self._refusal(now) if self.rate is not None or self._faulty or now < self.refuse_until else None
        if self.fixed is None:
            key, answer = self._scripted(now, head, body, answer)
        answer = answer or self.fixed
        assert answer is not None
        if answer.cut is not None:
            totals["cut"] += 1
        elif answer.status == 429:
            totals["refused"] += 1
        elif answer.status >= 500:
            totals["failed"] += 1
        if answer.silent:
            return
        delay = self.latency if answer.latency is None else answer.latency
        if delay <= 0:
            connection.send(answer, key)
        elif answer.latency is not None or (self._due and now + delay < self._due[-1][0]):
            self.loop.call_later(delay, connection.send, answer, key)
        else:  # one timer for all replies of the server's latency: heaps of timers would cost more than the rest
            self._due.append((now + delay, connection, answer, key))
            if not self._armed:
                self._armed = True
                self.loop.call_at(now + delay, self._send_due)

    def _scripted(self, now: float, head: bytes, body: bytes, answer: Answer | None) -> tuple[str, Answer]:
        lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
        headers = {name.lower(): value.strip() for name, _, value in lines}
        try:
            request = json.loads(body)
            key = key_of(request)
        except ValueError:
            request, key = None, hashlib.blake2b(body, digest_size=16).hexdigest()
        if answer is None and not isinstance(request, dict):
            answer = error(400, "We could not parse the JSON body of your request.")
        elif answer is None and self.script is not None:
            try:
                answer = answer_of(self.script(request, self.counts[key]), request)
            except BaseException as raised:
                self._raised, answer = raised, error(500, f"the script of the double raised {raised!r}")
        assert answer is not None
        self.counts[key] += 1
        self.seen.append(Seen(now, key, body, headers, 0 if answer.cut == 0 else answer.status))
        return key, answer

    def _refusal(self, now: float) -> Answer | None:
        faults, chance = self.faults, self._random.random()
        if now < self.refuse_until or chance < faults.refuse:
            return replace(error(429, "Rate limit reached", retry_after=faults.retry_after), latency=0.0)
        if chance < faults.refuse + faults.fail:
            return error(500, "The server had an error while processing your request")
        if chance < faults.refuse + faults.fail + faults.cut:
            return Answer(cut=0)
        if int(now) != self._window:
            self._window, self._admitted = int(now), 0
        self._admitted += 1
        if self.rate is not None and self._admitted > self.rate:
            return replace(error(429, "Rate limit reached", retry_after=1), latency=0.0)
        return None

    def page(self, method: str, path: str) -> Answer:
        """What any other path answers."""
        pages: dict[str, object] = {
            "/health": {"status": "ok"},
            "/v1/models": {"object": "list", "data": [{"id": "test-model", "object": "model", "owned_by": "double"}]},
            "/counts": self.totals | {"cpu_seconds": time.process_time()},
        }
        if method == "GET" and path in pages:
            return Answer(body=json.dumps(pages[path]).encode())
        return error(404, f"Invalid URL ({method} {path})", code="unknown_url")

    def _send_due(self) -> None:
        now, due = time.monotonic(), self._due
        while due and due[0][0] <= now:
            _, connection, answer, key = due.popleft()
            connection.send(answer, key)
        self._armed = bool(due)
        if due:
            self.loop.call_at(due[0][0], self._send_due)


class Connection(asyncio.BufferedProtocol):
    """One client; its next request is read when the one before is answered, so that replies keep their order."""

    def __init__(self, server: ChatServer) -> None:
        self.server, self.rest = server, b""
        self.busy = self.last = self.continued = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport: asyncio.Transport | None = transport
        self.server.connections.add(self)
        self.server.totals["connections"] += 1
        if self.server.down:
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.server.connections.discard(self)
        self._answered()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.server.room

    def buffer_updated(self, count: int) -> None:
        self.rest += self.server.room[:count]
        self._read()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def send(self, answer: Answer, key: str, sent: int = 0) -> None:
        server, transport = self.server, self.transport
        if transport is None or server.down:
            self.close()
            return
        if answer.cut is not None:
            transport.write(answer.wire[: answer.cut])
            transport.close()
            return
        if answer.seconds:
            upto = sent + max(1, len(answer.wire) // _PIECES)
            transport.write(answer.wire[sent:upto])
            if upto < len(answer.wire):
                server.loop.call_later(answer.seconds / _PIECES, self.send, answer, key, upto)
                return
        else:
            transport.write(answer.wire)
        self._answered()
        if answer.status == 200:
            server.totals["answered"] += 1
            if server.fixed is None:
                server.answered[key] += 1
        if self.last:
            transport.close()
        elif self.rest:
            server.loop.call_soon(self._read)

    def _answered(self) -> None:
        if self.busy:
            self.busy = False
            self.server.in_flight -= 1

    def _read(self) -> None:
        while self.rest and not self.busy and self.transport is not None:
            end = self.rest.find(b"\r\n\r\n")
            if self.server.down:
                self.close()
            if self.server.down or end < 0:
                return
            head = self.rest[:end]
            lower = head.lower()
            at = lower.find(b"\r\ncontent-length:")
            length = lower[at + 17 :].partition(b"\r\n")[0].strip() if at >= 0 else b"0"
            if not length.isdigit() or b"\r\ntransfer-encoding:" in lower:
                self.transport.write(error(411, "this double reads a body by its Content-Length").wire)
                self.transport.close()
                return
            whole = end + 4 + int(length)
            if len(self.rest) < whole:
                if b"\r\nexpect: 100-continue" in lower and not self.continued:
                    self.continued = True
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, self.rest = self.rest[end + 4 : whole], self.rest[whole:]
            self.continued, self.last = False, b"\r\nconnection: close" in lower
            if lower.startswith(_POST):
                self.busy = True
                self.server.receive(self, head, body)
            else:
                self.transport.write(self.server.page(*head.decode("latin-1").split(" ", 2)[:2]).wire)
                if self.last:
                    self.transport.close()


def main() -> None:
    """Serves one fixed reply until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds between a request and its reply")
    parser.add_argument("--reply-characters", type=int, default=6000)
    parser.add_argument("--rate", type=int, help="requests admitted in one second")
    parser.add_argument("--retry-after", type=float, default=1, help="seconds that a refusal by chance names")
    for fault in ("refuse", "fail", "cut"):
        parser.add_argument(f"--{fault}", type=float, default=0.0, help="share of the requests")
    given = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    chance = random.Random(17)
    words = ("revenue", "of", "the", "year", "divided", "by", "net", "income", "is", "4.2", "percent", "so", "first")
    content = " ".join(chance.choices(words, k=given.reply_characters))[: given.reply_characters]
    faults = Faults(given.refuse, given.fail, given.cut, retry_after=given.retry_after)
    with ChatServer(content, latency=given.latency, faults=faults, rate=given.rate) as server:
        print(server.base_url, flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
