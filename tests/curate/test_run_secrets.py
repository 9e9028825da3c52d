"""A key is told to the server and to nobody else: to no file, table, log or message, whatever the server says."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from curate.chat.packed import unpack
from tests.conftest import Command
from tests.curate.teaching import called, corpus, number_of, recipe, solve
from tests.doubles.chat_answers import Answer, answer_of, error, reply
from tests.doubles.chat_server import ChatServer

_KEY = "sk-f1n-0123456789abcdefghij"
_ENV = {"TEACHER_KEY": _KEY}
_KEYED = {"api_key_env": "TEACHER_KEY"}


def echo(request: dict[str, Any], nth: int) -> Any:
    """Says the key wherever a server can say something."""
    number = number_of(request)
    if number == 3:
        return error(400, f"Incorrect request with key {_KEY}.")
    if number == 4 and nth == 0:
        return error(500, f"Something broke for {_KEY}", retry_after=0)
    if number == 5:
        return Answer(400, f"<html>{_KEY}</html>".encode(), {"X-Echo": _KEY})
    if number == 6:
        return reply(f"I was asked with {_KEY}: \\boxed{{1}}", f"My key is {_KEY}.", fingerprint=_KEY, model=_KEY)
    return solve(request)


def texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that lies in a folder: names, bytes, and what is packed in them."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{path.name} (name)", str(path.relative_to(folder)).encode()
        yield path.name, path.read_bytes()
        if path.suffix == ".parquet":
            yield f"{path.name} (rows)", str(polars.read_parquet(path).rows()).encode()
        elif path.suffix == ".duckdb":
            with duckdb.connect(path, read_only=True) as connection:
                for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                    yield f"{path.name} ({table})", str(connection.execute(f'from "{table}"').fetchall()).encode()
        elif path.name == "journal.sqlite":
            with closing(sqlite3.connect(path)) as connection:
                for request, kept in connection.execute("select request, reply from replies"):
                    yield f"{path.name} (request)", unpack(request)
                    yield f"{path.name} (reply)", unpack(kept)
                yield f"{path.name} (failures)", str(connection.execute("select * from failures").fetchall()).encode()


def where(folder: Path, secret: str) -> list[str]:
    return [name for name, text in texts(folder) if secret.encode() in text]


def test_a_servers_echo_of_the_key_reaches_no_file_and_no_message(tmp_path: Path, command: Command) -> None:
    corpus(tmp_path, 12)
    with ChatServer(echo) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)
        ran = [
            command("run", "r.yaml", env=_ENV),
            command("status", "r.yaml", env=_ENV),
            command("journal", "export", "--to", "replies.jsonl", env=_ENV),
        ]
        assert [one.returncode for one in ran] == [0, 0, 0], ran
        assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {_KEY}"}
    said = {"[api key]" in one for one in (ran[0].stdout, (tmp_path / "replies.jsonl").read_text(encoding="utf-8"))}
    assert said == {False, True}  # it was hidden, not lost
    assert [one for one in ran if _KEY in one.stdout + one.stderr] == []
    assert where(tmp_path, _KEY) == []
    assert where(tmp_path, "[api key]") != []


def test_a_redirect_to_an_address_with_the_key_in_it_is_quoted_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_KEY", _KEY)
    corpus(tmp_path, 3)
    moved = Answer(307, b"", {"Location": f"http://127.0.0.1:9/v1?key={_KEY}"})
    with ChatServer(lambda request, nth: moved if number_of(request) == 1 else solve(request)) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)
        ran = called(tmp_path, "run", "r.yaml")
    assert ran.exit_code == 0
    assert where(tmp_path, "it redirects to") != []
    assert where(tmp_path, _KEY) == []


def test_a_key_that_is_escaped_in_the_servers_json_is_found_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus(tmp_path, 3)
    key = "abcd/efgh+ijklmnop=="
    monkeypatch.setenv("TEACHER_KEY", key)

    def escaped(request: dict[str, Any], nth: int) -> Answer:  # as PHP writes JSON
        whole = answer_of(solve(request), request)
        return Answer(200, whole.body.replace(b"The growth", b"(abcd\\/efgh+ijklmnop==) The growth"))

    with ChatServer(escaped) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
    assert where(tmp_path, key) == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_refuses_the_key_is_quoted_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("TEACHER_KEY", _KEY)
    corpus(tmp_path, 40)
    words = f"Incorrect API key provided: {_KEY}. You can find your key at https://example.com"
    with ChatServer(lambda request, nth: error(status, words)) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)
        ran = called(tmp_path, "run", "r.yaml")
        assert server.totals["requests"] <= 16
    assert ran.exit_code == 1
    assert "Incorrect API key provided: [api key]. You can find" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert _KEY not in ran.stdout + ran.stderr
    assert where(tmp_path, _KEY) == []


def test_a_key_that_is_not_set_is_told_before_anything_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus(tmp_path, 5)
    with ChatServer(solve) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)
        for value in ("", "  "):
            monkeypatch.setenv("TEACHER_KEY", value)
            ran = called(tmp_path, "run", "r.yaml")
            assert ran.exit_code == 1
            assert "models.teacher: the environment variable TEACHER_KEY (api_key_env) is not set" in ran.stderr
        assert server.totals["requests"] == 0
