"""A key goes into the request's header, and nowhere else: no journal, message, log or output holds it."""

import asyncio
import json
import sqlite3
import traceback
import urllib.parse
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Chat, Journal, Model
from curate.chat.journal_files import export
from curate.chat.packed import unpack
from tests.doubles.chat_answers import Answer, Reply, answer_of, cut, error, reply
from tests.doubles.chat_server import ChatServer

KEY = "sk-test-4f9a/0c77+e1b2=d3"
BEARER = f"Bearer {KEY}"
FORMS = [KEY, KEY.replace("/", "\\/"), urllib.parse.quote(KEY, safe=""), urllib.parse.quote(KEY)]


@pytest.fixture(autouse=True)
def key(monkeypatch: Any) -> None:
    monkeypatch.setenv("TEACHER_KEY", KEY)
    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.001, 0.002))


def said(status: int, text: str, **headers: str) -> Answer:
    return Answer(status, text.encode(), headers)


ECHOES: dict[str, Reply] = {
    "content": reply(f"you said {BEARER}", "thought"),
    "reasoning": reply("4", f"the caller is {BEARER}"),
    "other fields": reply("4", model=KEY, fingerprint=KEY, finish_reason=KEY),
    "slashes escaped": said(200, json.dumps(reply(BEARER) | {"usage": {}}).replace("/", "\\/")),
    "no completion": said(200, f"<html>{BEARER}</html>"),
    "an error with 200": said(200, json.dumps({"error": {"message": f"bad key {KEY}"}})),
    "401": error(401, f"Incorrect API key provided: {KEY}. You can find your API key at ..."),
    "401, slashes escaped": said(401, json.dumps({"error": {"message": BEARER}}).replace("/", "\\/")),
    "403 page": said(403, f"<html>{BEARER} is blocked</html>"),
    "a code": error(400, "no", code=KEY),
    "500": error(500, f"Traceback: headers = {{'Authorization': '{BEARER}'}}"),
    "429": error(429, f"{KEY} is out of luck", retry_after=0),
    "filtered": error(400, f"blocked: {KEY}", code="content_filter"),
    "redirect": said(307, "", Location=f"/login?key={KEY}"),
    "redirect, quoted": said(302, "", Location=f"https://x.invalid/?key={urllib.parse.quote(KEY, safe='')}"),
    "redirect, half quoted": said(302, "", Location=f"https://x.invalid/?key={urllib.parse.quote(KEY)}"),
    "broken head": said(200, "{}", **{f"Bad Name {KEY}": KEY}),
    "broken encoding": said(200, KEY, **{"Content-Encoding": "gzip"}),
    "cut": cut(150, f"{KEY} " * 100),
}


def found(path: Path, texts: list[str]) -> list[str]:
    """Where the key is, in any form: in files beside the journal, in its unpacked texts, or in the texts."""
    places = {f"text {number}": text.encode(errors="replace") for number, text in enumerate(texts)}
    places |= {str(file): file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with closing(sqlite3.connect(path)) as connection:
        for number, row in enumerate(connection.execute("select request, reply from replies")):
            places |= {f"request {number}": unpack(row[0]), f"reply {number}": unpack(row[1])}
        places["failures"] = str(connection.execute("select * from failures").fetchall()).encode()
    return [f"{place}: {form}" for place, text in places.items() for form in FORMS if form.encode() in text]


def ask(path: Path, url: str, **more: Any) -> tuple[list[Any], list[str]]:
    """What ten calls give, and all texts that somebody could show of it; the journal's files stay as a run has them."""
    model = Model(model="m", base_url=url, api_key_env="TEACHER_KEY", **more)

    async def run() -> tuple[list[Any], list[str]]:
        async with Chat({"teacher": model}, journal) as chat:
            calls = (chat.ask("teacher", [{"role": "user", "content": str(number)}], {}) for number in range(10))
            results = await asyncio.gather(*calls, return_exceptions=True)
            texts = [repr(chat.pulse()), *map(repr, results)]
            for result in results:
                if isinstance(result, BaseException):
                    texts += [str(result), "".join(traceback.format_exception(result))]
            return results, texts + found(path, texts)

    with closing(Journal(path)) as journal:
        return asyncio.run(run())


@pytest.mark.parametrize("echo", ECHOES)
def test_a_server_that_echoes_the_key_puts_it_nowhere(tmp_path: Path, capfd: Any, caplog: Any, echo: str) -> None:
    path = tmp_path / "journal.sqlite"

    def script(request: dict[str, Any], nth: int) -> Reply:
        return ECHOES[echo] if echo != "429" or nth < 2 else "fine"

    with ChatServer(script) as server:
        _, texts = ask(path, server.base_url)
        assert {seen.headers["authorization"] for seen in server.seen} == {BEARER}
    output = capfd.readouterr()
    assert found(path, [*texts, output.out, output.err, caplog.text]) == []


def test_what_a_server_says_around_the_key_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with ChatServer(lambda request, nth: ECHOES["content"]) as server:
        (answered, *_), _ = ask(path, server.base_url)
    assert answered.reply.content == "you said Bearer [api key]"
    with closing(sqlite3.connect(path)) as connection:
        (kept,) = connection.execute("select reply from replies limit 1").fetchone()
    whole = json.loads(answer_of(ECHOES["content"], {"messages": [], "model": "m"}).body)
    assert json.loads(unpack(kept))["id"] == whole["id"]
    with (tmp_path / "export.jsonl").open("w") as target:
        assert export(path, target) == (10, 0)
    assert found(path, []) == []
    assert found(path, [f"a {KEY} that is found"]) == [f"text 0: {KEY}"]


def test_a_key_is_no_part_of_what_a_call_is_known_by(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "journal.sqlite"
    with ChatServer("4") as server:
        first, _ = ask(path, server.base_url)
        monkeypatch.setenv("TEACHER_KEY", "sk-another-one")
        second, _ = ask(path, server.base_url)
        assert server.totals["requests"] == 10
    assert first == second


def test_a_short_key_leaves_honest_words_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TEACHER_KEY", "none")
    with ChatServer("there is none") as server:
        (answered, *_), _ = ask(tmp_path / "journal.sqlite", server.base_url)
    assert answered.reply.content == "there is none"


@pytest.mark.parametrize("key", ["sk-test-4f9a\u200b0c77", "“sk-test-4f9a0c77”", "sk-test-4f9a\n0c77"])
def test_a_key_that_was_pasted_with_more_than_a_key_is_told_without_it(
    tmp_path: Path, monkeypatch: Any, key: str
) -> None:
    monkeypatch.setenv("TEACHER_KEY", key)
    with ChatServer("4") as server:
        results, texts = ask(tmp_path / "journal.sqlite", server.base_url)
        assert server.totals["requests"] == 0
    assert {getattr(one, "why", None) for one in results} == {"broken"}
    assert "TEACHER_KEY" in texts[0]
    assert "sk-test-4f9a" not in "".join(texts)


def test_the_password_of_a_proxy_is_put_nowhere(tmp_path: Path, monkeypatch: Any) -> None:
    for name in ("HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ChatServer("4") as server:  # it knows no CONNECT, and says so
        monkeypatch.setenv("https_proxy", server.base_url.replace("://", "://user:hunter2-pass@").removesuffix("/v1"))
        monkeypatch.setattr("curate.chat.breaker._UNREACHED", 0.0)
        results, texts = ask(tmp_path / "journal.sqlite", "https://models.invalid/v1")
    assert {getattr(one, "why", None) for one in results} == {"broken"}
    assert "models.invalid" in texts[0]
    assert "hunter2-pass" not in "".join(texts)
