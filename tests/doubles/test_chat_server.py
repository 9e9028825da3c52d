"""The double of a chat server does what the tests built on it take for granted."""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import openai
import pytest

from tests.doubles.chat_answers import Script, cut, drip, error, garbage, hang, key_of, reply, streamed
from tests.doubles.chat_server import ChatServer, Faults

ROOT = Path(__file__).parents[2]


def ask(text: str = "2+2?") -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def post(server: ChatServer, request: object, timeout: float = 5) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request on a connection of its own; status 0 where the connection broke."""
    data = request if isinstance(request, bytes) else json.dumps(request).encode()
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=timeout)
    try:
        connection.request("POST", "/v1/chat/completions", data, {"X-Who": "Me"})
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    except (http.client.HTTPException, OSError):
        return 0, {}, b""
    finally:
        connection.close()


def by_content(request: dict[str, Any], nth: int) -> dict[str, Any]:
    return reply(f"{nth}: {request['messages'][0]['content']}", "thought" * 4)


def test_reply_counts_and_record() -> None:
    with ChatServer(by_content) as server:
        first, second, again = post(server, ask("a" * 40)), post(server, ask("b")), post(server, ask("a" * 40))
    completion = json.loads(first[2])
    assert completion["choices"][0]["message"]["content"] == "0: " + "a" * 40
    assert completion["model"] == "m"
    assert completion["usage"]["prompt_tokens"] == 10
    assert completion["usage"]["completion_tokens_details"]["reasoning_tokens"] == 7
    assert json.loads(again[2])["choices"][0]["message"]["content"].startswith("1: ")
    assert second[0] == 200
    assert server.counts == server.answered == {key_of(ask("a" * 40)): 2, key_of(ask("b")): 1}
    assert [seen.json() for seen in server.seen] == [ask("a" * 40), ask("b"), ask("a" * 40)]
    assert server.seen[0].headers["x-who"] == "Me"
    assert (server.in_flight, server.peak) == (0, 1)


def test_many_at_once_on_kept_connections() -> None:
    async def run(server: ChatServer) -> list[str]:
        async def one(number: int) -> str:
            async with session.post(f"{server.base_url}/chat/completions", json=ask(str(number))) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20)) as session:
            return await asyncio.gather(*map(one, range(200)))

    with ChatServer(by_content, latency=0.05) as server:
        assert asyncio.run(run(server)) == [f"0: {number}" for number in range(200)]
    assert server.peak == 20
    assert server.totals["connections"] == 20


def test_pipelined_requests_in_pieces_are_answered_in_order() -> None:
    body = [json.dumps(ask(str(number))).encode() for number in range(3)]
    raw = b"".join(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(b) + b for b in body)
    raw += b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"
    with ChatServer(by_content) as server, socket.create_connection(("127.0.0.1", urlsplit(server.base_url).port)) as s:
        for at in range(0, len(raw), 50):
            s.sendall(raw[at : at + 50])
            time.sleep(0.001)
        with s.makefile("rb") as file:
            received = file.read()
    assert received.count(b"HTTP/1.1 200 OK") == 4
    assert received.index(b"0: 0") < received.index(b"0: 1") < received.index(b"0: 2") < received.index(b'"ok"')


@pytest.mark.parametrize(
    ("script", "status", "body"),
    [
        (lambda r, n: error(429, "slow", retry_after=3), 429, b"slow"),
        (lambda r, n: cut(), 0, b""),
        (lambda r, n: cut(200, "x" * 400), 0, b""),
        (lambda r, n: garbage(), 200, b"<html>"),
        (lambda r, n: drip("dripped", 0.05), 200, b"dripped"),
        (lambda r, n: hang(), 0, b""),
    ],
)
def test_what_a_script_may_return(script: Script, status: int, body: bytes) -> None:
    with ChatServer(script) as server:
        got = post(server, ask(), timeout=0.3)
        assert got[0] == status
        assert body in got[2]
        assert got[1].get("Retry-After") == ("3" if status == 429 else None)


def test_faults_in_their_shares_and_reproducibly() -> None:
    def run() -> Counter[int]:
        with ChatServer(by_content, faults=Faults(0.2, 0.1, 0.1, retry_after=0)) as server:
            statuses = Counter(post(server, ask())[0] for _ in range(300))
        assert statuses[200] == server.answered.total() == server.totals["answered"]
        assert server.counts.total() == len(server.seen) == 300
        assert (statuses[429], statuses[500], statuses[0]) == tuple(
            server.totals[name] for name in ("refused", "failed", "cut")
        )
        return statuses

    statuses = run()
    assert statuses == run()
    assert 40 <= statuses[429] <= 80
    assert 15 <= statuses[500] <= 45


def test_rate_refusal_and_downtime() -> None:
    with ChatServer(by_content, rate=5) as server:
        began = int(time.monotonic())
        admitted = Counter(post(server, ask())[0] for _ in range(60))
        assert admitted[200] <= 5 * (1 + int(time.monotonic()) - began)
        assert admitted[429] == 60 - admitted[200]
        server.rate, server.refuse_until = None, time.monotonic() + 60
        assert post(server, ask())[0] == 429
        server.refuse_until, server.down = 0.0, True
        assert post(server, ask())[0] == 0
        server.down = False
        assert post(server, ask())[0] == 200


def test_other_paths_and_bad_bodies() -> None:
    with ChatServer("fixed") as server:
        for path in ("/health", "/v1/models", "/counts"):
            with urllib.request.urlopen(server.base_url.removesuffix("/v1") + path) as response:
                assert response.status == 200
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connection.request("GET", "/elsewhere")
        answer = connection.getresponse()
        assert (answer.status, "message" in json.loads(answer.read())["error"]) == (404, True)
        connection.close()
    with ChatServer(by_content) as server:
        assert post(server, b"{not json")[0] == 400
        assert post(server, [1])[0] == 400


def test_a_script_that_raises_is_heard_of() -> None:
    with pytest.raises(ZeroDivisionError), ChatServer(lambda request, nth: f"{1 / 0}") as server:
        assert post(server, ask())[0] == 500


def test_leaves_no_thread_and_no_open_call_behind() -> None:
    with ChatServer(by_content, latency=30) as server:
        calls = [threading.Thread(target=post, args=(server, ask(), 10)) for _ in range(5)]
        for call in calls:
            call.start()
        while server.in_flight < 5:
            time.sleep(0.01)
    for call in calls:
        call.join()
    assert server.in_flight == 0
    assert not server.connections


def test_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.doubles.chat_server", "--reply-characters", "100"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        request = urllib.request.Request(f"{url}/chat/completions", data=json.dumps(ask()).encode())
        with urllib.request.urlopen(request) as response:
            assert len(json.load(response)["choices"][0]["message"]["content"]) == 100
        with urllib.request.urlopen(url.removesuffix("/v1") + "/counts") as response:
            assert json.load(response)["answered"] == 1
        process.communicate()
    assert process.returncode == 0


def test_a_stream_comes_in_pieces_that_openais_client_reads_and_may_be_cut() -> None:
    thought = reply("vier", "2 + 2", reasoning_field="reasoning", finish_reason="length")
    with ChatServer(lambda request, nth: thought if nth == 0 else cut(700, streamed(thought, size=1))) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="none", max_retries=0)
        asked: Any = {"model": "m", "messages": [{"role": "user", "content": "2+2?"}], "stream": True}
        chunks = list(client.chat.completions.create(**asked))
        with pytest.raises(openai.APIConnectionError):
            list(client.chat.completions.create(**asked))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert [getattr(delta, "reasoning", None) for delta in deltas][1:3] == ["2 +", " 2"]
    assert "".join(delta.content or "" for delta in deltas) == "vier"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 5 + ["length"]
