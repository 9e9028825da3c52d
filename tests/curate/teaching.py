"""What tests of whole runs share: questions that a scripted teacher can answer, its script, a recipe, processes.

corpus(tmp_path, 20)
with ChatServer(solve) as server:
    recipe(tmp_path, server.base_url)
"""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import chdir, closing
from pathlib import Path
from typing import Any

import duckdb
import yaml
from typer.testing import CliRunner, Result

from curate.cli import app
from tests.doubles.chat_answers import Answer, reply
from tests.doubles.chat_server import ChatServer

_ASKED = re.compile(r"revenue (\d+) growth (\d+)|营业收入(\d+)，增长率(\d+)")


def corpus(folder: Path, count: int, first: int = 0, file: str = "q.jsonl", language: str = "en") -> Path:
    """Questions number `first` and on: what a revenue is after a growth of some percent."""
    ask = {
        "en": "With revenue {a} growth {b} percent: what is the revenue of the next year, in million dollars?",
        "zh": "某公司营业收入{a}，增长率{b}%：下一年的营业收入是多少百万元？",
    }[language]
    path = folder / file
    rows = (numbers_of(number) for number in range(first, first + count))
    path.write_text(
        "".join(json.dumps({"q": ask.format(a=a, b=b), "g": grown(a, b)}, ensure_ascii=False) + "\n" for a, b in rows),
        encoding="utf-8",
    )
    return path


def numbers_of(number: int) -> tuple[int, int]:
    return 100 + number * 10, 10 + number % 7


def grown(a: int, b: int) -> str:
    return f"{a * (100 + b) / 100:g}"


def asked(request: Mapping[str, Any]) -> tuple[int, int]:
    """The two numbers that a request asks about."""
    found = _ASKED.search(request["messages"][0]["content"])
    assert found, request
    a, b = (number for number in found.groups() if number)
    return int(a), int(b)


def number_of(request: Mapping[str, Any]) -> int:
    """Which question of the corpus a request asks."""
    return (asked(request)[0] - 100) // 10


def solve(request: dict[str, Any], nth: int = 0, *, off: float = 0.0, **more: Any) -> dict[str, Any]:
    """A script: the right answer with reasoning that passes round two, or one that is `off` by so much."""
    a, b = asked(request)
    growth, total = f"{a * b / 100:g}", f"{a * (100 + b) / 100 + off:g}"
    if "营业收入" in request["messages"][0]["content"]:
        thought = (
            f"1. 本年营业收入为{a}百万元，增长率为{b}%，求下一年的营业收入。\n"
            f"2. 营业收入的增加额：{a} × {b} / 100 = {growth}百万元。\n"
            f"3. 下一年的营业收入等于本年营业收入加上增加额：{total}百万元。\n因此，答案是{total}。"
        )
        return reply(f"下一年的营业收入为 \\boxed{{{total}}}", thought, **more)
    thought = (
        f"1. The company's revenue this year is {a} million dollars and it grows by {b} percent.\n"
        f"2. The growth in revenue: {a} * {b} / 100 = {growth} million dollars.\n"
        f"3. The revenue of the next year is this year's revenue and its growth: {total} million dollars.\n"
        f"Therefore, the answer is {total}."
    )
    return reply(f"The revenue of the next year is \\boxed{{{total}}}", thought, **more)


def recipe(
    folder: Path, base_url: str, file: str = "r.yaml", *, source: Mapping[str, Any] | None = None, **keys: Any
) -> Path:
    """A recipe with one teacher; keys of `teacher=` and `distil=` go over the usual ones, all others stand as given."""
    teacher = {
        "model": "m",
        "base_url": base_url,
        "concurrency": 64,
        "price": {"input": 0.55, "output": 2.19},
        **keys.pop("teacher", {}),
    }
    table = {"use": "table", "from": "q.jsonl", "columns": {"question": "q", "gold": "g"}, "licence": "MIT"}
    said = {
        "name": "r",
        "version": "1.0.0",
        "models": {"teacher": teacher},
        "sources": [{**table, **(source or {})}],
        "distil": {"by": "teacher", **keys.pop("distil", {})},
        **keys,
    }
    path = folder / file
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return path


def started(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """`curate ...` as its own process in `folder`; its output is read by communicate()."""
    return subprocess.Popen(
        [sys.executable, "-m", "curate", *arguments],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def called(folder: Path, *arguments: str) -> Result:
    """`curate ...` in this process, as if typed in `folder`: exit_code, stdout, stderr."""
    with chdir(folder):
        return CliRunner().invoke(app, arguments, catch_exceptions=False)


def until(happened: Callable[[], object], process: subprocess.Popen[str] | None = None) -> bool:
    """Waits until something happened; False if the process ended first."""
    for _ in range(60_000):
        if happened():
            return True
        if process is not None and process.poll() is not None:
            return bool(happened())
        time.sleep(0.001)
    raise AssertionError("it never happened")


def kept(journal: Path) -> int:
    """Replies in a journal."""
    if not journal.is_file():
        return 0
    with closing(sqlite3.connect(journal)) as connection:
        return int(connection.execute("select count(*) from replies").fetchone()[0])


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def times_asked(server: ChatServer) -> dict[int, int]:
    """How often each question was asked."""
    counts: dict[int, int] = {}
    for seen in list(server.seen):
        number = number_of(seen.json())
        counts[number] = counts.get(number, 0) + 1
    return counts


def digests(folder: Path) -> dict[str, str]:
    """A hash of every table of a run."""
    files = [folder / "questions.parquet", *sorted((folder / "tables").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def dump(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of scores.duckdb, in the order in which they stand."""
    with duckdb.connect(folder / "scores.duckdb", read_only=True) as connection:
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: connection.execute(f'from "{name}"').fetchall() for name in sorted(names)}


def spoken(kind: str) -> dict[str, Any] | Answer:
    """A reply of an outcome that gives no trace."""
    return {
        "refusal": reply("I'm sorry, but I can't help with that.", "They ask me for revenue."),
        "filtered": reply("", "They ask", finish_reason="content_filter"),
        "truncated": reply("", "They ask for the revenue of the next year, so", finish_reason="length"),
        "empty_reasoning": reply("\\boxed{1}", None),
        "empty_answer": reply("", "They ask for the revenue."),
    }[kind]
