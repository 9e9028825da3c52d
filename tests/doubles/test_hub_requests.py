"""The Hub's double request by request: faults, ranges, permissions, malformed commits, its ids and its end."""

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.doubles.hub import Fault, Hub
from tests.doubles.hub_store import File


def ask(hub: Hub, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request by hand: its status, headers and body; it carries the token unless `Authorization` says otherwise."""
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=10)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    named = {"Authorization": f"Bearer {hub.token}"} | headers
    connection.request(method, path, data, {name: value for name, value in named.items() if value})
    reply = connection.getresponse()
    answered = reply.status, dict(reply.headers.items()), reply.read()
    connection.close()
    return answered


@pytest.mark.parametrize(
    ("kind", "status"),
    [(503, 503), (429, 429), (412, 412), ("cut", None), ("lost", None)],
)
def test_a_fault_is_seen_once_and_then_gone(kind: Fault, status: int | None) -> None:
    with Hub("org/name", {"a.txt": b"1"}) as hub:
        hub.fault(kind, "POST", "/branch/", after=1)

        def branch(name: str) -> int | None:
            try:
                return ask(hub, "POST", f"/api/datasets/org/name/branch/{name}", {})[0]
            except http.client.RemoteDisconnected:
                return None

        assert branch("one") == 200
        assert ask(hub, "GET", "/api/datasets/org/name/branch/two")[0] == 404
        assert branch("two") == status
        assert ("two" in hub.repo("org/name").branches) == (kind == "lost")
        assert branch("three") == 200


def test_faults_that_are_due_take_turns_and_a_busy_hub_says_when_to_come_back() -> None:
    with Hub("org/name", {}) as hub:
        hub.fault(429, "GET", "whoami", times=2)
        hub.fault(500, "GET", "whoami")
        replies = [ask(hub, "GET", "/api/whoami-v2") for _ in range(4)]
        assert [status for status, _, _ in replies] == [429, 429, 500, 200]
        assert [headers.get("Retry-After") for _, headers, _ in replies] == ["0", "0", None, None]
        assert hub.requests == ["GET /api/whoami-v2"] * 4


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, None),
        ("", 200, b"0123456789"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.parquet"])
def test_a_range_of_a_file(name: str, asked: str, status: int, part: bytes | None) -> None:
    with Hub("org/name", {name: b"0123456789"}) as hub:
        path = f"/datasets/org/name/resolve/main/{name}"
        answered, headers, body = ask(hub, "GET", path, Range=asked)
        if name == "a.parquet":
            assert (answered, headers["X-Linked-Size"]) == (302, "10")
            assert headers["X-Repo-Commit"] == hub.repo("org/name").head
            where = urlsplit(headers["Location"])
            assert where.hostname != urlsplit(hub.url).hostname
            answered, headers, body = ask(hub, "GET", where.path, Authorization="", Range=asked)
        assert answered == status
        if part is not None:
            assert body == part
            assert headers["ETag"].strip('"') == File(b"0123456789", large=name == "a.parquet").etag


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "code"),
    [
        ("GET", "/api/whoami-v2", "", 401, None),
        ("GET", "/api/whoami-v2", "Bearer hf_wrong", 401, None),
        ("GET", "/api/datasets/org/hidden", "", 401, "RepoNotFound"),
        ("GET", "/api/datasets/org/hidden", "Bearer hf_wrong", 401, None),
        ("GET", "/api/datasets/org/none", "", 401, "RepoNotFound"),
        ("GET", "/api/datasets/org/none", None, 404, "RepoNotFound"),
        ("HEAD", "/datasets/org/hidden/resolve/main/.gitattributes", "", 401, "RepoNotFound"),
        ("HEAD", "/datasets/org/hidden/resolve/main/.gitattributes", None, 200, None),
        ("POST", "/api/datasets/org/hidden/tag/main", "", 401, "RepoNotFound"),
        ("POST", "/api/datasets/else/open/tag/main", "", 401, None),
        ("POST", "/api/datasets/else/open/tag/main", None, 403, None),
        ("GET", "/api/datasets/else/open", None, 200, None),
        ("GET", "/api/agent-harnesses", None, 404, None),
    ],
)
def test_who_may_do_what(method: str, path: str, token: str | None, status: int, code: str | None) -> None:
    with Hub("else/open", {"a.txt": b"1"}) as hub:
        hidden = {"name": "hidden", "organization": "org", "visibility": "private", "type": "dataset"}
        assert ask(hub, "POST", "/api/repos/create", hidden)[0] == 200
        named = {} if token is None else {"Authorization": token}
        answered, headers, _ = ask(hub, method, path, {"tag": "v1"} if method == "POST" else None, **named)
        assert (answered, headers.get("X-Error-Code")) == (status, code)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"key": "file", "value": {"path": "a", "content": "eA=="}}],
        [{"key": "header", "value": {}}],
        [{"key": "header", "value": {"summary": "m"}}, {"key": "file", "value": {"path": "a", "content": "?"}}],
        [{"key": "header", "value": {"summary": "m"}}, {"key": "lfsFile", "value": {"path": "a", "oid": "0" * 64}}],
        [{"key": "header", "value": {"summary": "m"}}, {"key": "unknown", "value": {"path": "a"}}],
        ["not an object"],
    ],
)
def test_a_malformed_commit_changes_nothing(lines: list[object]) -> None:
    with Hub("org/name", {"a.txt": b"1"}) as hub:
        head = hub.repo("org/name").head
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        assert ask(hub, "POST", "/api/datasets/org/name/commit/main", body)[0] == 400
        assert hub.repo("org/name").head == head


def test_ids_are_those_of_git_and_depend_on_nothing_but_the_content() -> None:
    assert File(b"hello\n", large=False).oid == "ce013625030ba8dba906f756967f9e9ca394464a"
    heads = []
    for title in ("one", "one", "two"):
        with Hub("org/name", {"a.txt": b"1"}) as hub:
            heads.append(hub.repo("org/name").push({"b.txt": b"2"}, title))
    assert heads[0] == heads[1] != heads[2]
    assert len(heads[0]) == 40


def test_after_its_block_nothing_answers_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with Hub("org/name", {}) as hub:
        kept = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=10)
        kept.request("GET", "/api/datasets/org/name")
        assert kept.getresponse().read()
    assert threading.active_count() == before
    assert kept.sock.recv(1) == b""
    kept.close()
    with pytest.raises(ConnectionError):
        ask(hub, "GET", "/api/datasets/org/name")


def test_of_commits_on_the_same_parent_one_is_made() -> None:
    with Hub("org/name", {"a.txt": b"1"}) as hub:
        parent = hub.repo("org/name").head

        def commit(nth: int) -> int:
            header = {"key": "header", "value": {"summary": f"commit {nth}", "parentCommit": parent}}
            file = {"key": "file", "value": {"path": f"{nth}.txt", "content": "eA==", "encoding": "base64"}}
            body = b"\n".join(json.dumps(line).encode() for line in (header, file))
            return ask(hub, "POST", "/api/datasets/org/name/commit/main", body)[0]

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(commit, range(8))) == [200] + [412] * 7
        assert len(hub.repo("org/name").commits) == 2
