"""A double of the Hub: dataset repositories over real HTTP/1.1, as huggingface_hub 2.4 and datasets 5.2 ask for them.

    with Hub("org/name", {"data/train.jsonl": b"..."}) as hub:
        hub.fault("lost", "POST", "/commit/main")           # the next commit is made, but its reply never comes
        HfApi(endpoint=hub.url, token=hub.token).upload_folder(...)
        hub.repo("org/name").files("v1.0.0")["README.md"]

What it answers is in hub_reads.py and hub_writes.py, what it keeps in hub_store.py. It was written after recorded
traffic of these clients, and never compared with the Hub itself. The one user is alice, a member of org.
"""

import json
import re
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.doubles import hub_reads, hub_writes
from tests.doubles.hub_store import Repository
from tests.doubles.hub_web import Refused, Reply, Request, State

Fault = int | Literal["cut", "lost"]


@dataclass
class _Planned:
    """A fault that waits for its requests."""

    kind: Fault
    method: str
    pattern: str
    times: int
    after: int


class Hub:
    """Serves on a loopback port until the `with` block ends; `requests` lists what was asked, as "GET /path"."""

    token = "hf_onlyTokenOfThisDouble"

    def __init__(self, name: str | None = None, files: Mapping[str, bytes] | None = None) -> None:
        self.requests: list[str] = []
        self._faults: list[_Planned] = []
        self._lock = threading.Lock()  # guards the state, the faults and the list: clients upload in several threads
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._state = State(self.url, f"http://localhost:{self._server.server_port}")
        if name is not None:
            self._state.create(name, files or {})

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def env(self, home: Path) -> dict[str, str]:
        """The environment in which a client process talks to this Hub alone; its caches go to `home`."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": self.token,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }

    def fault(self, kind: Fault, method: str, pattern: str, times: int = 1, after: int = 0) -> None:
        """Makes matching requests fail, once `after` of them were answered: with a status, or a connection that ends.

        "cut" ends it before the request takes effect, "lost" afterwards; `pattern` is searched in the path. Of several
        faults that are due, each has its turn.
        """
        with self._lock:
            self._faults.append(_Planned(kind, method, pattern, times, after))

    def mend(self) -> None:
        """Ends all faults."""
        with self._lock:
            self._faults.clear()

    def token_is(self, **said: Any) -> None:
        """What the Hub says of the token, such as role="read"; what it lets it do stays."""
        self._state.token = said

    def repo(self, name: str) -> Repository:
        return self._state.repositories[name]

    def receive(self, request: Request) -> Reply | None:
        """The reply to one request, or None where the connection is to end without one."""
        path = unquote(request.path)
        with self._lock:
            self.requests.append(f"{request.method} {path}")
            kind = self._fault_of(request.method, path)
            if kind == "cut":
                return None
            try:
                if isinstance(kind, int):
                    raise Refused(kind, HTTPStatus(kind).phrase, headers={"Retry-After": "0"} if kind == 429 else {})
                reply = self._answer(request)
            except Refused as refused:
                reply = refused.reply
        return None if kind == "lost" else reply

    def _answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") not in (None, f"Bearer {self.token}"):
            raise Refused(401, "Invalid credentials in Authorization header")
        for method, pattern, handler in (*hub_reads.ROUTES, *hub_writes.ROUTES):
            if method == request.method and (parts := re.fullmatch(pattern, request.path)):
                try:
                    return handler(self._state, request, *map(unquote, parts.groups()))
                except (KeyError, TypeError, ValueError) as error:
                    raise Refused(400, f"this request has no meaning: {error!r}") from error
        raise Refused(404, f"not found {request.path}")

    def _fault_of(self, method: str, path: str) -> Fault | None:
        matching = [fault for fault in self._faults if fault.method == method and re.search(fault.pattern, path)]
        for fault in matching:
            if not fault.after and fault.times:
                fault.times -= 1
                return fault.kind
        for fault in matching:
            fault.after = max(0, fault.after - 1)
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one piece
    disable_nagle_algorithm = True
    server: "_Server"

    def _serve(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        reply = self.server.hub.receive(Request(self.command, url.path, query, headers, body))
        if reply is None:
            self.close_connection = True
            return
        data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(data))} | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the threads; hang_up ends them
    request_queue_size = 64

    def __init__(self, hub: Hub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Ends the connections that clients keep for later."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may leave before its reply is whole
            super().handle_error(request, client_address)
