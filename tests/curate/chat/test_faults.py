"""Servers that refuse, fail, break off, lie, talk nonsense or fall silent: what a run makes of it."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Answered, CallFailed, Chat, Journal, Model, NotAsked, wire
from curate.chat.client import Pulse
from tests.doubles.chat_answers import Answer, Reply, Script, answer_of, cut, drip, error, garbage, hang, reply
from tests.doubles.chat_server import ChatServer, Faults


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def hasty(monkeypatch: Any) -> None:
    """Calls are sent again after milliseconds."""
    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.001, 0.002))


def ask(path: Path, server: ChatServer, *texts: str, **more: Any) -> tuple[list[Any], Pulse]:
    """What asking all texts at once gives, an Answered or what was raised; and the run's pulse at its end."""
    model = Model(model="m", base_url=server.base_url, **more)

    async def run() -> tuple[list[Any], Pulse]:
        async with Chat({"teacher": model}, journal) as chat:
            calls = (chat.ask("teacher", [{"role": "user", "content": text}], {}) for text in texts)
            return await asyncio.gather(*calls, return_exceptions=True), chat.pulse()

    with closing(Journal(path)) as journal:
        return asyncio.run(run())


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def echo(request: dict[str, Any], nth: int) -> dict[str, Any]:
    return reply(request["messages"][0]["content"])


def first(*answers: Reply) -> Script:
    """These in their order, then a good reply."""
    return lambda request, nth: answers[nth] if nth < len(answers) else "fine"


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_where_calls_are_refused_fail_and_break_off_none_is_lost_and_none_answered_twice(path: Path) -> None:
    with ChatServer(echo, latency=0.005, faults=Faults(refuse=0.05, fail=0.01, cut=0.01, retry_after=None)) as server:
        results, pulse = ask(path, server, *numbers(600))
        assert sorted(server.answered.values()) == [1] * 600
        assert min(server.totals[name] for name in ("refused", "failed", "cut")) > 0
        assert pulse.meter.sent == len(server.seen) > 600
        assert pulse.meter.refused == server.totals["refused"]
    assert [one.reply.content for one in results] == numbers(600)
    assert (pulse.meter.answered, pulse.meter.failed, pulse.in_flight) == (600, 0, 0)
    assert rows(path, "select count(*), count(distinct key), max(take) from replies") == [(600, 600, 0)]
    assert rows(path, "select count(*) from failures") == [(0,)]


@dataclass(frozen=True)
class Raw(Answer):
    """Bytes as they are."""

    raw: bytes = b""

    @property
    def wire(self) -> bytes:  # type: ignore[override]
        return self.raw


def with_length(length: int, body: bytes = answer_of("whole", {}).body) -> Raw:
    return Raw(raw=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body)


PASSING = {
    "no JSON": garbage(),
    "a page": Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"}),
    "nothing": Answer(200, b""),
    "an array": Answer(200, b"[]"),
    "null": Answer(200, b"null"),
    "no choices": Answer(200, b'{"choices": []}'),
    "null choices": Answer(200, b'{"choices": null}'),
    "a null choice": Answer(200, b'{"choices": [null]}'),
    "half a reply": cut(120, "x" * 400),
    "cut before the head": cut(0),
    "cut in the head": cut(20),
    "a length too long": cut(after=10**6, whole=with_length(10**5)),
    "a length too short": with_length(40),
    "no HTTP": Raw(raw=b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "a broken head": Raw(raw=b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"),
    "broken chunks": Raw(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    "no gzip": Answer(200, b"{}", {"Content-Encoding": "gzip"}),
    "bytes that are no UTF-8": Answer(200, b'{"choices": "\xff\xfe"}'),
    "an error with status 200": Answer(200, b'{"error": {"message": "engine overloaded"}}'),
    "an error's text with status 200": Answer(200, b'{"error": "engine overloaded", "choices": []}'),
    "a refusal with status 200": Answer(200, b'{"error": {"message": "slow down", "code": 429}}'),
    **{f"{status}": error(status, "not now") for status in (408, 409, 425, 429, 500, 502, 503, 504, 507, 508)},
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("what", PASSING)
def test_what_may_pass_is_asked_again_and_only_the_good_reply_is_kept(path: Path, what: str) -> None:
    with ChatServer(first(PASSING[what], PASSING[what])) as server:
        results, pulse = ask(path, server, "a", "b")
        assert len(server.seen) == 6
    assert [one.reply.content for one in results] == ["fine", "fine"]
    assert (pulse.meter.answered, pulse.meter.failed) == (2, 0)
    assert rows(path, "select count(*), (select count(*) from failures) from replies") == [(2, 0)]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (garbage(), "the reply is no JSON object: <html>upstream said hello</html>"),
        (Answer(200, b""), "the reply is no JSON object: no words"),
        (Answer(200, b'{"choices": []}'), 'the reply holds no choice: {"choices": []}'),
        (Answer(200, b'{"error": {"message": "engine  is\\n down"}}'), "HTTP 500 from {url}: engine is down"),
        (Answer(502, b"<html>Bad Gateway</html>"), "HTTP 502 from {url}: <html>Bad Gateway</html>"),
        (error(500, "x" * 9000), "x" * 400),
    ],
)
def test_what_never_passes_is_told_in_the_servers_words_and_others_are_answered(
    path: Path, answer: Answer, words: str
) -> None:
    def script(request: dict[str, Any], nth: int) -> Reply:
        return answer if request["messages"][0]["content"] == "bad" else "fine"

    with ChatServer(script) as server:
        (bad, good), _ = ask(path, server, "bad", "good", concurrency=1)
        assert sorted(server.counts.values()) == [1, 6]
    assert isinstance(bad, CallFailed)
    assert words.replace("{url}", server.base_url) in str(bad)
    assert len(str(bad)) < 700
    assert good.reply.content == "fine"
    assert rows(path, "select message from failures") == [(str(bad),)]


def test_a_reply_that_comes_in_pieces_is_read_whole_and_one_too_slow_is_late(path: Path) -> None:
    with ChatServer(first(drip("slowly", 0.2))) as server:
        (answered,), _ = ask(path, server, "q")
        assert answered.reply.content == "slowly"
    with ChatServer(first(drip("too slowly", 30), drip("too slowly", 30))) as server:
        (failed,), _ = ask(path, server, "q", timeout=0.3)
        assert isinstance(failed, CallFailed)
        assert len(server.seen) == 2


def test_a_server_that_falls_silent_is_asked_twice_and_given_up(path: Path) -> None:
    with ChatServer(lambda request, nth: hang()) as server:
        (failed,), pulse = ask(path, server, "q", timeout=0.3)
        assert len(server.seen) == 2
    assert isinstance(failed, CallFailed)
    assert "no reply within 0.3 s" in str(failed)
    assert (pulse.meter.failed, pulse.in_flight) == (1, 0)


REJECTED = [
    error(400, "model m does not exist"),
    error(401, "Incorrect API key provided", code="invalid_api_key"),
    error(402, "Insufficient Balance"),
    error(403, "Country not supported"),
    error(404, "no such deployment"),
    error(422, "temperature: Field required"),
    error(429, "You exceeded your current quota", code="insufficient_quota", retry_after=1),
    Answer(405, b"<html>Not Allowed</html>"),
]


@pytest.mark.parametrize("answer", REJECTED, ids=lambda answer: str(answer.status))
def test_where_every_call_is_rejected_each_is_sent_once_at_most_and_a_handful_end_the_run(
    path: Path, answer: Answer
) -> None:
    with ChatServer(lambda request, nth: answer, latency=0.01) as server:
        results, pulse = ask(path, server, *numbers(200))
        assert set(server.counts.values()) == {1}
        assert 8 <= len(server.seen) <= 16
    words = json.loads(answer.body)["error"]["message"] if answer.body[:1] == b"{" else answer.body.decode()
    assert pulse.stopped == "broken"
    assert (
        f"models.teacher: its server only fails: HTTP {answer.status} from {server.base_url}: {words}" in pulse.detail
    )
    assert {type(one) for one in results} == {CallFailed, NotAsked}
    assert all(words in str(one) for one in results if isinstance(one, CallFailed))


def test_questions_that_are_rejected_among_good_ones_end_nothing_and_harm_nobody(path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Reply:
        number = int(request["messages"][0]["content"])
        return error(400, "the prompt is too long") if 20 <= number < 60 or number % 3 == 0 else "fine"

    with ChatServer(script) as server:
        results, pulse = ask(path, server, "1", *numbers(100))
        assert set(server.counts.values()) == {1}
    assert pulse.stopped is None
    assert pulse.meter.failed == len([one for one in results if isinstance(one, CallFailed)])
    assert {n for n in range(100) if isinstance(results[n + 1], Answered)} == {
        n for n in range(100) if n % 3 and not 20 <= n < 60
    }


def test_a_reply_that_the_providers_filter_kept_back_is_kept_as_filtered(path: Path) -> None:
    with ChatServer(lambda request, nth: error(400, "blocked by policy", code="content_filter")) as server:
        results, pulse = ask(path, server, *numbers(20))
        again, _ = ask(path, server, *numbers(20))
        assert len(server.seen) == 20
    assert {one.reply.outcome for one in results + again} == {"filtered"}
    assert (pulse.stopped, pulse.meter.failed) == (None, 0)
    assert rows(path, "select distinct finish_reason from replies") == [("content_filter",)]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_but_told(path: Path, status: int) -> None:
    with ChatServer("elsewhere") as other:
        moved = Answer(status, headers={"Location": f"{other.base_url}/chat/completions"})
        with ChatServer(lambda request, nth: moved) as server:
            (failed,), _ = ask(path, server, "q")
        assert other.totals["requests"] == 0
    assert isinstance(failed, CallFailed)
    assert f"it redirects to {other.base_url}/chat/completions: is `base_url` right?" in str(failed)


def date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": " 2.5 "}, 2.5, 2.5),
        ({"Retry-After": "0"}, 0, 0),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5, 1.5),
        ({"Retry-After": date(600)}, 500, 600),
        ({"Retry-After": date(-600)}, 0, 0),
        ({"Retry-After": "99999999"}, 3600, 3600),
        ({"Retry-After": "1" * 400}, 3600, 3600),
        ({"retry-after-ms": "inf"}, 3600, 3600),
        *(({"Retry-After": said}, None, None) for said in ("", "soon", "-5", "1e400x", "Mon, 99 Foo", "²", "1.2.3")),
        ({"retry-after-ms": "later"}, None, None),
        ({}, None, None),
        pytest.param({"retry-after-ms": "nan"}, None, None),
    ],
)
def test_retry_after_is_read_as_seconds_a_date_or_milliseconds(
    headers: dict[str, str], low: float | None, high: float | None
) -> None:
    async def run() -> float | None:
        line = await wire.dial(Model(model="m", base_url=server.base_url), server.base_url, None)
        try:
            return (await line.post(b'{"messages": []}')).retry_after
        finally:
            await line.close()

    with ChatServer(lambda request, nth: Answer(429, b"{}", headers)) as server:
        found = asyncio.run(run())
    assert found is None if low is None or high is None else found is not None and low <= found <= high


def test_a_server_that_is_gone_for_a_while_costs_no_call(path: Path, monkeypatch: Any) -> None:
    async def run() -> list[Any]:
        async with Chat({"teacher": Model(model="m", base_url=server.base_url)}, journal) as chat:
            calls = (chat.ask("teacher", [{"role": "user", "content": text}], {}) for text in numbers(40))
            everything = asyncio.gather(*calls)
            while len(asked) < 10:
                await asyncio.sleep(0.001)
            before = server.totals["connections"]
            while server.totals["connections"] < before + 30:
                await asyncio.sleep(0.001)
            server.down = False
            return await everything

    asked = list[int]()

    def falls(request: dict[str, Any], nth: int) -> Any:
        asked.append(nth)
        server.down = server.down or len(asked) == 10
        return echo(request, nth)

    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.2, 0.4))
    with ChatServer(falls, latency=0.02) as server, closing(Journal(path)) as journal:
        assert [one.reply.content for one in asyncio.run(run())] == numbers(40)
    assert rows(path, "select count(*), (select count(*) from failures) from replies") == [(40, 0)]
