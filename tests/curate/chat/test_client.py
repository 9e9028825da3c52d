"""Calls answered from the journal, or sent once and kept there first: in one process, in two, and when a run stops."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Answered, CallFailed, Chat, Journal, Model, NotAsked
from tests.doubles.chat_answers import answer_of, error, reply
from tests.doubles.chat_server import ChatServer

ROOT = Path(__file__).parents[3]
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def at(url: str, **more: Any) -> Model:
    return Model(model="m", base_url=url, **more)


def say(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def ask(path: Path, model: Model, *texts: str, sampling: Mapping[str, Any] = {}, **options: Any) -> list[Any]:
    """What a Chat of its own gives for each text: an Answered, or what was raised."""

    async def run() -> list[Any]:
        async with Chat({"teacher": model}, journal, **options) as chat:
            calls = (chat.ask("teacher", say(text), sampling) for text in texts)
            return await asyncio.gather(*calls, return_exceptions=True)

    with closing(Journal(path)) as journal:
        return asyncio.run(run())


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def echo(request: dict[str, Any], nth: int) -> dict[str, Any]:
    return reply(f"{nth}: {request['messages'][0]['content']}", "thought")


def test_a_reply_is_in_the_journal_before_ask_returns_and_is_never_asked_for_again(path: Path) -> None:
    async def run(server: ChatServer) -> None:
        async with Chat({"teacher": at(server.base_url)}, journal, recipe="r") as chat:
            answered = await chat.ask("teacher", say("2+2?"), {})
            kept = rows(path, "select hex(key), take, recipe, finish_reason, completion_tokens from replies")
            assert kept == [(answered.key.upper(), 0, "r", "stop", answered.reply.usage.completion)]
            assert await chat.ask("teacher", say("2+2?"), {}) == answered
            assert (chat.meter.kept, chat.meter.sent, chat.meter.answered) == (1, 1, 1)

    with ChatServer(echo) as server, closing(Journal(path)) as journal:
        asyncio.run(run(server))
        (again,) = ask(path, at(server.base_url), "2+2?")
        assert (again.reply.content, again.reply.reasoning) == ("0: 2+2?", "thought")
        assert len(server.seen) == 1


def test_the_same_call_asked_fifty_times_at_once_is_sent_once(path: Path) -> None:
    with ChatServer(echo, latency=0.05) as server:
        answered = ask(path, at(server.base_url), *["2+2?"] * 50)
        assert list(server.counts.values()) == [1]
    assert len({one.key for one in answered}) == 1
    assert {one.reply.content for one in answered} == {"0: 2+2?"}


ASK_300 = """
import asyncio, sys
from pathlib import Path
import curate.chat.wire
from curate.chat import Chat, Journal, Model

async def run(url, path):
    model = Model(model="m", base_url=url, concurrency=32)
    async with Chat({"teacher": model}, Journal(path)) as chat:
        calls = (chat.ask("teacher", [{"role": "user", "content": str(n)}], {}) for n in range(300))
        answered = await asyncio.gather(*calls)
        print(chat.meter.sent, *(one.reply.content for one in answered), sep="|")

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(run(sys.argv[1], Path(sys.argv[2])))
"""


def test_two_processes_that_ask_the_same_calls_at_once_send_each_once(path: Path) -> None:
    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", ASK_300, server.base_url, str(path)]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    Journal(path).close()
    with ChatServer(echo, latency=0.05) as server:
        both = [start(), start()]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in both:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        sent, *contents = zip(*(process.communicate()[0].strip().split("|") for process in both), strict=True)
        assert (sorted(server.counts.values()), sum(map(int, sent))) == ([1] * 300, 300)
    assert contents == [(f"0: {n}",) * 2 for n in range(300)]
    assert rows(path, "select count(*), count(distinct key) from replies") == [(300, 300)]


def test_a_call_that_came_to_nothing_is_written_down_and_asked_again_by_the_next_run(path: Path) -> None:
    def fails_once(request: dict[str, Any], nth: int) -> Any:
        return error(400, "the prompt is too long") if nth == 0 else "fits now"

    with ChatServer(fails_once) as server:
        (failed,) = ask(path, at(server.base_url), "long", recipe="r")
        assert isinstance(failed, CallFailed)
        assert "the prompt is too long" in str(failed)
        assert rows(path, "select hex(key), recipe, message from failures") == [(failed.key.upper(), "r", str(failed))]
        known, unknown = ask(path, at(server.base_url), "long", "never asked", asks=False)
        assert isinstance(known, CallFailed)
        assert (str(known), known.key) == (str(failed), failed.key)
        assert isinstance(unknown, NotAsked)
        assert unknown.why == "no_calls"
        assert len(server.seen) == 1
        (answered,) = ask(path, at(server.base_url), "long")
        assert answered.reply.content == "fits now"
    assert rows(path, "select count(*) from failures") == [(0,)]


def test_a_run_that_may_not_ask_reads_the_journal_and_sends_nothing(path: Path) -> None:
    with ChatServer(echo) as server:
        (asked,) = ask(path, at(server.base_url), "known")
        found, missing = ask(path, at(server.base_url), "known", "unknown", asks=False)
        assert found == asked
        assert isinstance(missing, NotAsked)
        assert len(server.seen) == 1


def test_a_truncated_reply_is_asked_for_anew_once_and_the_newest_counts_from_then_on(path: Path) -> None:
    async def run(url: str, retry: str) -> list[str]:
        async with Chat({"teacher": at(url)}, journal) as chat:
            return [(await chat.ask("teacher", say("q"), {}, anew=frozenset({retry}))).reply.content for _ in range(3)]

    with (
        ChatServer(lambda request, nth: reply(f"{nth}", "thought", finish_reason="length")) as server,
        closing(Journal(path)) as journal,
    ):
        assert asyncio.run(run(server.base_url, "refusal")) == ["0"] * 3
        assert asyncio.run(run(server.base_url, "truncated")) == ["1"] * 3
        assert [one.reply.content for one in ask(path, at(server.base_url), "q", "new")] == ["1", "0"]
        assert sorted(server.counts.values()) == [1, 2]
    assert rows(path, "select take from replies where key in (select key from replies where take)") == [(0,), (1,)]


def test_an_interrupted_run_keeps_what_is_in_flight_and_turns_away_what_waits(path: Path) -> None:
    async def run(url: str) -> tuple[int, int, list[Any]]:
        async with Chat({"teacher": at(url, concurrency=4)}, journal) as chat:
            calls = [asyncio.create_task(chat.ask("teacher", say(str(n)), {})) for n in range(12)]
            while server.in_flight < 4:
                await asyncio.sleep(0.005)
            chat.stop("interrupted")
            before = chat.meter.sent
            results = await asyncio.gather(*calls, return_exceptions=True)
            late = await asyncio.gather(chat.ask("teacher", say("late"), {}), return_exceptions=True)
            assert chat.stopped is not None
            assert chat.stopped.why == "interrupted"
            return before, chat.meter.sent, results + late

    with ChatServer(echo, latency=0.5) as server, closing(Journal(path)) as journal:
        before, after, results = asyncio.run(run(server.base_url))
        assert len(server.seen) == before == after
    answered = [one for one in results if isinstance(one, Answered)]
    assert len(answered) == before < 12
    assert {one.why for one in results if not isinstance(one, Answered)} == {"interrupted"}
    assert rows(path, "select count(*), (select count(*) from failures) from replies") == [(before, 0)]


def test_a_question_that_is_cancelled_takes_no_other_along_that_asks_the_same(path: Path) -> None:
    async def run(url: str) -> Any:
        async with Chat({"teacher": at(url)}, journal) as chat:
            both = [asyncio.create_task(chat.ask("teacher", say("q"), {})) for _ in range(2)]
            await asyncio.sleep(0)
            both[0].cancel()
            return (await asyncio.gather(*both, return_exceptions=True))[1]

    with ChatServer(echo) as server, closing(Journal(path)) as journal:
        assert isinstance(asyncio.run(run(server.base_url)), Answered)


def test_a_key_that_is_not_set_stops_the_run_and_names_its_variable(path: Path, monkeypatch: Any) -> None:
    async def run(url: str) -> tuple[str, str | None, str]:
        async with Chat({"teacher": at(url, api_key_env="TEACHER_KEY")}, journal) as chat:
            with pytest.raises(NotAsked) as raised:
                await chat.ask("teacher", say("q"), {})
            assert chat.stopped is not None
            return raised.value.why, chat.stopped.why, chat.stopped.detail

    monkeypatch.delenv("TEACHER_KEY", raising=False)
    with ChatServer(echo) as server, closing(Journal(path)) as journal:
        raised, why, detail = asyncio.run(run(server.base_url))
        assert not server.seen
    assert (raised, why) == ("broken", "broken")
    assert "models.teacher: the environment variable TEACHER_KEY (api_key_env) is not set" in detail


class Recorder(ThreadingHTTPServer):
    """Answers every POST, whatever its path (also one meant for a proxy), and keeps its path and headers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Recording)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Recorder":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()


class Recording(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.rfile.read(int(self.headers["content-length"]))
        self.wfile.write(answer_of("recorded").wire)
        self.close_connection = True

    def log_message(self, *_: object) -> None: ...


def test_azure_is_asked_by_its_own_path_version_and_header(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("AZURE_KEY", "azure-secret")
    with Recorder() as server:
        ask(path, at(server.url, api_version="2024-10-21", api_key_env="AZURE_KEY"), "q")
        ((asked, headers),) = server.seen
    assert asked == "/openai/deployments/m/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == "azure-secret"
    assert "authorization" not in headers


def test_a_key_is_sent_only_where_the_recipe_names_its_variable(path: Path, monkeypatch: Any) -> None:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "TEACHER_KEY"):
        monkeypatch.setenv(name, f"secret-of-{name}")
    with Recorder() as server:
        ask(path, at(server.url), "1")
        ask(path, at(server.url, api_version="1"), "2")
        ask(path, at(server.url, api_key_env="TEACHER_KEY"), "3")
        (_, none), (_, azure), (_, one) = server.seen
    assert not {"authorization", "api-key"} & {*none, *azure}
    assert one["authorization"] == "Bearer secret-of-TEACHER_KEY"
    assert "secret of" not in json.dumps([none, azure])


def test_sampling_and_the_format_arrive_as_they_were_said_and_each_draw_is_a_call_of_its_own(path: Path) -> None:
    async def run(url: str) -> None:
        async with Chat({"teacher": at(url)}, journal) as chat:
            for draw in ({}, {"sample": 1}, {"attempt": 1}, {"sample": 1}):
                await chat.ask("teacher", say("净利润?"), sampling, response_format=shape, **draw)

    sampling = {"temperature": 0.6, "top_k": 5, "chat_template_kwargs": {"enable_thinking": True}}
    shape = {"type": "json_object"}
    with ChatServer(echo) as server, closing(Journal(path)) as journal:
        asyncio.run(run(server.base_url))
    asked = {"model": "m", "messages": say("净利润?"), "response_format": shape, **sampling}
    assert [seen.json() for seen in server.seen] == [asked] * 3
    assert server.seen[0].headers["content-type"] == "application/json"


def test_a_proxy_from_the_environment_is_used_but_not_where_no_proxy_says_so(path: Path, monkeypatch: Any) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with Recorder() as proxy, ChatServer(echo) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        (through,) = ask(path, at("http://models.invalid/v1"), "q")
        assert through.reply.content == "recorded"
        assert [asked for asked, _ in proxy.seen] == ["http://models.invalid/v1/chat/completions"]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        (straight,) = ask(path, at(server.base_url), "q")
        assert straight.reply.content == "0: q"
        assert len(proxy.seen) == 1
