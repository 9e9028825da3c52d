"""A double of the Hub's reading side: one dataset repository over HTTP, as huggingface_hub and datasets ask for it.

    with Hub("org/name", {"data/train.jsonl": b"..."}) as hub:
        env = {"HF_ENDPOINT": hub.url, ...}

After the recorded traffic of huggingface_hub 2.4 and datasets 5.2; the commit is a hash of the files.
"""

import hashlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote, urlsplit


class Hub:
    """Serves one dataset repository on a loopback port until the `with` block ends; `requests` lists what was asked."""

    def __init__(self, repo: str, files: Mapping[str, bytes], revisions: tuple[str, ...] = ("main",)) -> None:
        self.repo, self.files, self.revisions = repo, dict(files), revisions
        self.commit = hashlib.sha1(json.dumps(sorted((n, d.hex()) for n, d in files.items())).encode()).hexdigest()
        self.requests: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        self.requests.append(f"{request.command} {path}")
        api, resolve = f"/api/datasets/{self.repo}", f"/datasets/{self.repo}/resolve/"
        if path == api or path.startswith(f"{api}/revision/"):
            self._info(request, path.removeprefix(api).removeprefix("/revision/"))
        elif path.startswith(f"{api}/tree/"):
            _, _, folder = path.removeprefix(f"{api}/tree/").partition("/")
            self._tree(request, folder)
        elif path.startswith(resolve):
            _, _, name = path.removeprefix(resolve).partition("/")
            self._file(request, name)
        elif path.startswith("/api/datasets/"):
            _send(request, 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        else:
            _send(request, 404, {"error": f"not found {path}"})

    def _info(self, request: BaseHTTPRequestHandler, revision: str) -> None:
        if revision and revision not in (*self.revisions, self.commit):
            _send(request, 404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
            return
        siblings = [{"rfilename": name} for name in sorted(self.files)]
        info = {"_id": "0" * 24, "id": self.repo, "author": "org", "sha": self.commit, "private": False, "gated": False}
        _send(request, 200, info | {"disabled": False, "downloads": 0, "likes": 0, "tags": [], "siblings": siblings})

    def _tree(self, request: BaseHTTPRequestHandler, folder: str) -> None:
        prefix = f"{folder}/" if folder else ""
        inside = {name.removeprefix(prefix): data for name, data in self.files.items() if name.startswith(prefix)}
        if not inside:
            _send(request, 404, {"error": "no such folder"}, {"X-Error-Code": "EntryNotFound"})
            return
        entries: dict[str, dict[str, object]] = {}
        for name, data in inside.items():
            head, slash, _ = name.partition("/")
            kind = "directory" if slash else "file"
            entries[head] = {"type": kind, "oid": _oid(data), "size": 0 if slash else len(data), "path": prefix + head}
        _send(request, 200, list(entries.values()))

    def _file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        headers = {"X-Repo-Commit": self.commit}
        data = self.files.get(name)
        if data is None:
            _send(request, 404, {"error": "Entry not found"}, headers | {"X-Error-Code": "EntryNotFound"})
        else:
            _send(request, 200, data, headers | {"ETag": f'"{_oid(data)}"'})


def _oid(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def _send(request: BaseHTTPRequestHandler, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    for name, value in (headers or {}).items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(data)
