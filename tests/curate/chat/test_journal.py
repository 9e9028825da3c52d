"""The journal while it is in use: kept before it is handed on, by many at once, through kill -9 and full disks."""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curate.chat.call import Call, key_of
from curate.chat.journal import Entry, Failure, Journal, Paid
from curate.chat.journal_db import VERSION, connect
from curate.chat.journal_files import merge, verify
from curate.chat.reply import Usage
from curate.errors import UserError

ROOT = Path(__file__).parents[3]
TOLD = Usage(10, 20)
PRAGMAS = ("journal_mode", "synchronous", "user_version")

# A process that keeps replies and prints each key once `keep` has returned; it begins when a line is read.
WRITER = """
import asyncio, sys
from pathlib import Path
from curate.chat.journal import Journal
from tests.curate.chat.test_journal import entry

path, first, last, together = Path(sys.argv[1]), *map(int, sys.argv[2:])
print("ready", flush=True)
sys.stdin.readline()

async def keep(journal, number):
    await journal.keep(entry(number))
    print(entry(number).key.hex(), flush=True)

async def main():
    journal = Journal(path)
    for begin in range(first, last, together):
        await asyncio.gather(*(keep(journal, number) for number in range(begin, min(begin + together, last))))
    journal.close()

asyncio.run(main())
"""


def entry(number: int, *, size: int = 200, usage: Usage = TOLD, **changes: Any) -> Entry:
    """A reply as a run would keep it; the same number gives the same call."""
    model, finish = changes.get("model", "m"), changes.get("finish_reason", "stop")
    request = Call(model, [{"role": "user", "content": f"第{number}题：净利润？"}], {"temperature": 0.6}).canonical()
    words = " ".join(random.Random(number).choices(["利润", "12.5%", "revenue", "of", "\U0001f4c8"], k=size // 5))
    body = {
        "choices": [{"message": {"content": words, "reasoning": "思"}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "prompt_tokens_details": {"cached_tokens": usage.cached},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        },
    }
    said = json.dumps(body, ensure_ascii=False).encode()
    kept = Entry(key_of(request), "m", "r", 1_700_000_000.0 + number, 1.25, finish, usage, 0.5, request, said)
    return replace(kept, **changes)


def fill(path: Path, *entries: Entry | Failure) -> Path:
    """Keeps what is given, in this order."""

    async def main() -> None:
        with closing(Journal(path)) as journal:
            await asyncio.gather(*map(journal.keep, entries))

    asyncio.run(main())
    return path


def found(path: Path, keys: Sequence[bytes]) -> list[bytes | None]:
    with closing(Journal(path)) as journal:
        return [journal.find(key) for key in keys]


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def writer(path: Path, first: int, last: int, together: int, before: str = "") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", before + WRITER, str(path), str(first), str(last), str(together)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def commits(log: Path) -> int:
    """Transactions in a write-ahead log: its frames that are marked as the last of one."""
    text = log.read_bytes()
    page = int.from_bytes(text[8:12], "big")
    frames = range(32, len(text), 24 + page)
    return sum(text[at + 8 : at + 16] == text[16:24] and any(text[at + 4 : at + 8]) for at in frames)


def test_a_reply_is_found_as_it_came(tmp_path: Path) -> None:
    odd = replace(entry(1), reply=b'{"choices": [ ],\n "\\u51c0": 1.50 }')
    path = fill(tmp_path / "deep" / "j.sqlite", odd, entry(2), entry(3, size=200_000))
    replies = [odd.reply, entry(2).reply, entry(3, size=200_000).reply, None]
    assert found(path, [odd.key, entry(2).key, entry(3).key, entry(4).key]) == replies
    assert path.stat().st_size < 200_000
    assert [name.name for name in path.parent.iterdir()] == ["j.sqlite"]


@pytest.mark.parametrize("count", [100, 2000])
def test_what_is_kept_at_once_is_committed_together(tmp_path: Path, count: int) -> None:
    path, entries = tmp_path / "j.sqlite", [entry(number) for number in range(count)]

    async def main() -> int:
        with closing(Journal(path)) as journal:
            await asyncio.gather(*map(journal.keep, entries))
            return commits(path.with_name("j.sqlite-wal"))

    assert asyncio.run(main()) < 10
    assert found(path, [one.key for one in entries]) == [one.reply for one in entries]
    assert verify(path).whole == count


def test_a_reply_is_committed_before_keep_returns(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"

    async def keep(journal: Journal, number: int) -> None:
        await journal.keep(entry(number))
        assert rows(path, f"select count(*) from replies where key = x'{entry(number).key.hex()}'") == [(1,)]
        assert journal.find(entry(number).key) == entry(number).reply

    async def main() -> None:
        with closing(Journal(path)) as journal:
            await keep(journal, 0)
            await asyncio.gather(*(keep(journal, number) for number in range(1, 50)))
            for number in range(50, 60):
                await keep(journal, number)

    asyncio.run(main())
    with closing(connect(path)) as connection:
        told = [connection.execute(f"pragma {name}").fetchone()[0] for name in PRAGMAS]
    assert told == ["wal", 2, VERSION]


def test_one_that_waits_no_longer_harms_nobody(tmp_path: Path) -> None:
    async def main() -> list[bool]:
        with closing(Journal(tmp_path / "j.sqlite")) as journal:
            tasks = [asyncio.create_task(journal.keep(entry(number))) for number in range(9)]
            await asyncio.sleep(0)
            tasks[4].cancel()
            await asyncio.gather(*tasks[:4], *tasks[5:])
            await journal.keep(entry(9))
            return [journal.find(entry(number).key) is not None for number in range(10)]

    assert asyncio.run(main()) == [True] * 10


@pytest.mark.parametrize("turns", [1, 5])
def test_what_waits_or_was_begun_is_committed_when_a_journal_is_closed(tmp_path: Path, turns: int) -> None:
    async def main() -> list[Any]:
        journal = Journal(tmp_path / "j.sqlite")
        tasks = [asyncio.create_task(journal.keep(entry(number, size=2000))) for number in range(1000)]
        for _ in range(turns):
            await asyncio.sleep(0)
        journal.close()
        committed = rows(journal.path, "select count(*) from replies")
        for task in tasks:
            task.cancel()
        return committed

    assert asyncio.run(main()) == [(1000,)]


def test_of_two_replies_to_a_call_both_are_kept_and_the_newest_counts(tmp_path: Path) -> None:
    first, second, third = (replace(entry(1), reply=f'{{"take": {take}}}'.encode()) for take in range(3))
    path = fill(tmp_path / "j.sqlite", first, entry(2), second)
    assert found(path, [first.key, entry(2).key]) == [second.reply, entry(2).reply]
    fill(path, third)
    assert found(path, [first.key]) == [third.reply]
    assert rows(path, "select take, count(*) from replies group by take") == [(0, 2), (1, 1), (2, 1)]


def test_replies_to_one_call_that_are_kept_in_one_commit_all_stay(tmp_path: Path) -> None:
    fill(tmp_path / "j.sqlite", *[entry(1)] * 5)
    assert rows(tmp_path / "j.sqlite", "select take from replies order by take") == [(take,) for take in range(5)]


def test_what_a_server_said_of_a_call_that_failed_is_told_until_it_is_answered(tmp_path: Path) -> None:
    key = entry(1).key
    path = fill(tmp_path / "j.sqlite", Failure(key, "m", "r", "HTTP 500"), Failure(key, "m", "r", "HTTP 503: 过载"))
    with closing(Journal(path)) as journal:
        assert journal.failure(key) == "HTTP 503: 过载"
        assert journal.failure(entry(2).key) is None
        assert journal.find(key) is None
        asyncio.run(journal.keep(entry(2)))
        assert journal.failure(key) is not None
        asyncio.run(journal.keep(entry(1)))
        assert journal.failure(key) is None
        assert journal.find(key) == entry(1).reply
    fill(path, Failure(key, "m", "r", "HTTP 500"))
    assert found(path, [key]) == [entry(1).reply]


def test_what_a_recipe_paid_is_told_by_model(tmp_path: Path) -> None:
    path = fill(
        tmp_path / "j.sqlite",
        entry(1, usage=Usage(100, 10, 5, 30), usd=0.25),
        entry(1, usage=Usage(100, 20), usd=0.5),
        entry(2, usage=Usage(7, 8, None, 3), usd=None),
        entry(3, usage=Usage(1, 2, None, 1), usd=None),
        entry(4, model="n", usage=Usage(1000, 1), usd=None),
        entry(5, recipe="other", usd=9.0),
        Failure(entry(6).key, "m", "r", "HTTP 500"),
    )
    with closing(Journal(path)) as journal:
        assert journal.paid("r") == {
            "m": Paid(calls=4, tokens=248, usd=0.75, unpriced=(8, 10, 4)),
            "n": Paid(calls=1, tokens=1001, usd=0.0, unpriced=(1000, 1, 0)),
        }
        assert journal.paid("other")["m"].usd == 9.0
        assert journal.paid("nobody") == {}


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = fill(tmp_path / "j.sqlite", entry(0))
    others = [fill(tmp_path / f"{number}.sqlite", entry(-number)) for number in range(1, 16)]
    spans = [(1, 501), (501, 1001), (901, 1401), (1401, 1901)]
    processes = [writer(path, *span, together) for span, together in zip(spans, (500, 50, 7, 100), strict=True)]
    for process in processes:
        go(process)
    assert [merge(path, [other]) for other in others] == [(1, 0)] * 15
    for process, (first, last) in zip(processes, spans, strict=True):
        printed, said = process.communicate(timeout=100)
        assert process.returncode == 0, said
        assert printed.split() == [entry(number).key.hex() for number in range(first, last)]
    assert rows(path, "select count(*), count(distinct key), max(take) from replies") == [(2016, 1916, 1)]
    assert rows(path, "pragma integrity_check") == [("ok",)]
    assert verify(path).faults == ()


def test_what_keep_returned_for_outlives_kill_9(tmp_path: Path) -> None:
    path, told, chance = tmp_path / "j.sqlite", set[str](), random.Random(17)
    for turn in range(6):
        process = writer(path, turn * 10_000, (turn + 1) * 10_000, together=(1, 20)[turn % 2])
        go(process)
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(chance.randrange(60))]
        process.kill()
        printed += process.communicate(timeout=100)[0].splitlines(keepends=True)
        told.update(line.strip() for line in printed if line.endswith("\n"))
        assert None not in found(path, [bytes.fromhex(key) for key in told])
    assert len(told) > 60
    assert verify(path).faults == ()
    assert found(fill(path, entry(-1)), [entry(-1).key]) == [entry(-1).reply]


def test_a_full_disk_is_one_message_and_what_was_kept_before_is_there(tmp_path: Path) -> None:
    # A limit on the size of files stands for a disk without room.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
    process = writer(tmp_path / "j.sqlite", 0, 10_000, 1, before=limit)
    printed, said = process.communicate("go\n", timeout=100)
    assert process.returncode == 1
    assert said.splitlines()[-2].startswith("curate.errors.UserError: journal '")
    assert "cannot be used: " in said
    assert "nothing in it was changed" in said
    keys = printed.split()
    assert keys
    assert None not in found(tmp_path / "j.sqlite", [bytes.fromhex(key) for key in keys])
    assert verify(tmp_path / "j.sqlite").faults == ()


def test_a_journal_that_another_program_spoils_under_way_is_told(tmp_path: Path) -> None:
    path = fill(tmp_path / "j.sqlite", entry(1))
    with closing(Journal(path)) as journal:
        rows(path, "drop table failures")
        with pytest.raises(UserError, match="no such table: failures"):
            asyncio.run(journal.keep(entry(2)))
        with pytest.raises(UserError, match="no such table: failures"):
            journal.failure(entry(1).key)
        assert journal.find(entry(1).key) == entry(1).reply
        assert journal.find(entry(2).key) is None
