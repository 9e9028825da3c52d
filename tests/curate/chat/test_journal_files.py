"""Journals as files: damaged, foreign and newer ones, and `curate journal ...` as users type it."""

import gzip
import io
import json
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from curate.chat.journal import COLUMNS, Failure, Journal
from curate.chat.journal_db import VERSION
from curate.chat.journal_files import export, merge, prune, take_in, verify
from curate.chat.packed import unpack
from curate.chat.reply import Usage
from curate.errors import UserError
from tests.conftest import Command
from tests.curate.chat.test_journal import entry, fill, found, rows


def change(path: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def content(path: Path) -> list[Any]:
    """All that a journal says of replies, whatever its blobs' bytes."""
    kept = rows(path, f"select {', '.join(COLUMNS)} from replies order by key, take")
    return [(*row[:-2], unpack(row[-2]), json.loads(unpack(row[-1]))) for row in kept]


def exported(path: Path) -> list[dict[str, Any]]:
    target = io.StringIO()
    assert export(path, target)[1] == 0
    return [json.loads(line) for line in target.getvalue().splitlines()]


def jsonl(path: Path, *records: Any) -> Path:
    lines = (record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def torn(path: Path, share: float) -> Path:
    """A journal of 300 replies that lost its end."""
    whole = fill(path, *(entry(number, size=1500) for number in range(300))).read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def spoilt(path: Path, begin: float, end: float) -> Path:
    """The file with zeros over some of its pages."""
    whole = bytearray(path.read_bytes())
    first, last = (int(len(whole) * share) // 4096 * 4096 for share in (begin, end))
    whole[first:last] = bytes(last - first)
    path.write_bytes(whole)
    return path


NO_JOURNAL = "is an SQLite file but no journal; move it away, or name another with --journal"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        *((lambda path, share=share: torn(path, share), "cannot be read: ") for share in (0.0002, 0.01, 0.1, 0.5, 0.9)),
        (lambda path: spoilt(torn(path, 1), 0.8, 1), "cannot be read: database disk image is malformed"),
        (lambda path: path.write_text("key,reply\n" * 900), "cannot be read: file is not a database"),
        (lambda path: path.write_text("note"), "cannot be read: file is not a database"),
        (lambda path: path.write_bytes(os.urandom(9000)), "cannot be read: file is not a database"),
        (lambda path: path.mkdir(), "cannot be used: unable to open database file"),
        (lambda path: change(path, "create table photos (name text)"), NO_JOURNAL),
        (lambda path: change(path, "pragma application_id = 7"), NO_JOURNAL),
        (
            lambda path: change(fill(path, entry(1)), f"pragma user_version = {VERSION + 1}"),
            f"newer fincurate (journal version {VERSION + 1}; this one knows {VERSION})\n  update fincurate",
        ),
    ],
)
def test_a_file_that_is_no_whole_journal_of_ours_is_told_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    path, source = tmp_path / "j.sqlite", jsonl(tmp_path / "in.jsonl")
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for action in (lambda: Journal(path).close(), lambda: fill(path, entry(2)), lambda: take_in(path, source)):
        with pytest.raises(UserError) as raised:
            action()
        assert said in str(raised.value)
        assert f"'{path}'" in str(raised.value)
        if "cannot be read" in said:
            assert "or move the file away, or name another with --journal" in str(raised.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert {one.name for one in tmp_path.iterdir()} == {"j.sqlite", "in.jsonl"}


def test_a_reply_that_lost_its_last_byte_is_told_by_verify_and_the_others_are_found(tmp_path: Path) -> None:
    path = torn(tmp_path / "j.sqlite", 1.0)
    path.write_bytes(path.read_bytes()[:-1])
    before = path.read_bytes()
    report = verify(path)
    assert (report.whole, len(report.faults)) == (299, 1)
    broken = bytes.fromhex(report.faults[0].removeprefix("reply ").partition(":")[0])
    others = [entry(number, size=1500) for number in range(300)]
    assert None not in found(path, [other.key for other in others if other.key != broken])
    with pytest.raises(UserError, match=r"a reply cannot be unpacked: .*\n.*`curate journal verify` tells what"):
        found(path, [broken])
    assert path.read_bytes() == before


def test_an_empty_file_is_no_journal_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    path.touch()
    for action in (
        lambda: prune(path, model="m", really=True),
        lambda: merge(tmp_path / "into", [path]),
        lambda: fill(path, entry(1)),
    ):
        with pytest.raises(UserError, match="is empty"):
            action()
    with pytest.raises(UserError, match="cannot be made"):
        fill(path / "j.sqlite", entry(1))
    assert path.read_bytes() == b""


def test_a_file_or_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    path = fill(tmp_path / "j.sqlite", entry(1))
    before = path.read_bytes()
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        if os.access(path, os.W_OK):
            pytest.skip("root may write everywhere")
        for target in (path, tmp_path / "new.sqlite"):
            with pytest.raises(UserError, match=r"cannot be (used|made): "):
                fill(target, entry(2))
        assert path.read_bytes() == before
    finally:
        tmp_path.chmod(0o755)


def test_stats_are_told_by_model_and_recipe(command: Command, tmp_path: Path) -> None:
    path = fill(
        tmp_path / "j.sqlite",
        *(entry(n, seconds=taken, usage=Usage(10, 20, 5, 4)) for n, taken in enumerate((3.0, 1.0, 2.0, 9.0))),
        *(entry(1), entry(1), entry(7, recipe="other", usd=None)),
        *(Failure(b"1" * 16, "m", "r", "HTTP 500"), Failure(b"2" * 16, "broken", "r", "HTTP 500")),
    )
    told = json.loads(command("journal", "stats", "j.sqlite", "--json").stdout)
    assert [(row["model"], row["recipe"]) for row in told] == [("m", "other"), ("m", "r"), ("broken", "r")]
    assert told[1] == {
        **{"model": "m", "recipe": "r", "replies": 6, "retakes": 2, "failures": 1},
        **{"prompt_tokens": 60, "completion_tokens": 120, "cached_tokens": 16, "usd": 3.0},
        **{"first": 1_700_000_000.0, "last": 1_700_000_003.0, "seconds_median": 2.0, "seconds_95": 9.0},
        "bytes": rows(path, "select sum(length(request) + length(reply)) from replies where recipe = 'r'")[0][0],
    }
    assert [(row["replies"], row["failures"], row["usd"]) for row in told] == [(1, 0, None), (6, 1, 3.0), (0, 1, None)]
    shown = command("journal", "stats", "j.sqlite").stdout
    for text in ("broken", "6, 2 of them retakes", "$3.0000", "no price was given", "60 in (16 cached), 120 out"):
        assert text in shown
    assert "2023-11-14 22:13 to 2023-11-14 22:13 UTC" in shown


def test_what_is_exported_is_taken_in_again_the_same(command: Command, tmp_path: Path) -> None:
    path = fill(
        tmp_path / "j.sqlite",
        *(entry(1), entry(2, model="other 模型", recipe="第二"), entry(1, seconds=0.0), entry(1, usd=0.0)),
        entry(3, usd=None, finish_reason="length", usage=Usage(1, 20, 7, 3)),
        Failure(b"1" * 16, "m", "r", "HTTP 500"),
    )
    piped = command("journal", "export", "j.sqlite")
    assert (piped.returncode, piped.stderr) == (0, "5 replies written\n")
    assert "净利润" in piped.stdout
    jsonl(tmp_path / "out.jsonl", *piped.stdout.splitlines(), "")
    command("journal", "export", "j.sqlite", "--to", "out.jsonl.gz")
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).decode() == piped.stdout
    for source in ("out.jsonl", "out.jsonl.gz"):
        told = command("journal", "import", source, f"{source}.sqlite")
        assert told.stdout == "5 replies added, 0 were there already\n", told.stderr
        assert content(tmp_path / f"{source}.sqlite") == content(path)
    assert take_in(path, tmp_path / "out.jsonl") == (0, 5)
    assert content(tmp_path / "out.jsonl.sqlite") == content(path)
    narrowed = command("journal", "export", "j.sqlite", "--model", "other 模型", "--model", "nobody")
    assert [json.loads(line)["recipe"] for line in narrowed.stdout.splitlines()] == ["第二"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "Expecting property name"),
        ("[1]", ""),
        ("7", ""),
        ({"request": {"model": "other"}}, "its key is not that of its request"),
        ({"key": "00" * 16}, "its key is not that of its request"),
        ({"reply": {"error": "no"}}, "the reply holds no choice"),
        ({"reply": "text"}, "the reply is no JSON object"),
        *(({name: ...}, f"'{name}' is missing") for name in ("key", "take", "model", "request", "reply", "usd")),
    ],
    ids=str,
)
def test_an_import_with_a_bad_line_names_it_and_takes_nothing_in(tmp_path: Path, bad: Any, said: str) -> None:
    path = fill(tmp_path / "j.sqlite", entry(1), Failure(entry(2).key, "m", "r", "HTTP 500"))
    good = exported(fill(tmp_path / "other.sqlite", entry(2), entry(3)))
    if isinstance(bad, dict):
        bad = {name: value for name, value in {**good[1], **bad}.items() if value is not ...}
    source = jsonl(tmp_path / "in.jsonl", good[0], "", bad, good[1])
    with pytest.raises(UserError) as raised:
        take_in(path, source)
    assert str(raised.value).startswith(f"{source}:3: no reply of a journal's export: {said}")
    assert str(raised.value).endswith("\n  nothing was taken in")
    assert exported(path) == exported(fill(tmp_path / "same.sqlite", entry(1)))
    assert rows(path, "select count(*) from failures") == [(1,)]


def test_an_export_that_cannot_be_read_is_one_message(command: Command, tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps(exported(fill(tmp_path / "j.sqlite", entry(1)))[0]).encode())
    (tmp_path / "cut.gz").write_bytes(packed[:-9])
    (tmp_path / "plain.gz").write_text("{}")
    for source in ("cut.gz", "plain.gz", "nowhere.jsonl", "."):
        with pytest.raises(UserError, match=r"cannot be read: .*\n  nothing was taken in"):
            take_in(tmp_path / "j.sqlite", tmp_path / source)
    ran = command("journal", "import", "cut.gz", "j.sqlite")
    assert (ran.returncode, ran.stdout, "Traceback" in ran.stderr) == (1, "", False)


def test_journals_are_joined_and_a_call_that_is_here_keeps_its_reply(command: Command, tmp_path: Path) -> None:
    ours = fill(tmp_path / "j.sqlite", entry(1), entry(2), Failure(entry(3).key, "m", "r", "HTTP 500"))
    fill(tmp_path / "a.sqlite", *[entry(2, recipe="a")] * 2, entry(3, recipe="a"), entry(3, recipe="a again"))
    fill(tmp_path / "b.sqlite", entry(3, recipe="b"), entry(4, recipe="b"), Failure(entry(5).key, "m", "b", "no"))
    ran = command("journal", "merge", "a.sqlite", "b.sqlite", "--into", "j.sqlite")
    assert ran.stdout == "3 replies added, 3 were there already\n"
    joined = rows(ours, "select recipe, take from replies order by asked_at, take")
    assert joined == [("r", 0), ("r", 0), ("a", 0), ("a again", 1), ("b", 0)]
    assert rows(ours, "select count(*) from failures") == [(0,)]
    ran = command("journal", "merge", "nowhere.sqlite", "--into", "j.sqlite")
    assert (ran.returncode, "no journal at 'nowhere.sqlite'" in ran.stderr) == (1, True)
    assert not (tmp_path / "nowhere.sqlite").exists()
    assert merge(ours, [ours]) == (0, 5)


def test_replies_are_removed_only_when_that_is_said_twice(command: Command, tmp_path: Path) -> None:
    path = fill(
        tmp_path / "j.sqlite",
        *(entry(number, size=3000) for number in range(40)),
        *(entry(1), entry(1, recipe="last"), entry(50, model="n"), entry(51, recipe="other", asked_at=0.0)),
    )
    before, size = content(path), path.stat().st_size
    for arguments, count in [("--model=m --recipe=r", 41), ("--before=1970-02-01", 1), ("--superseded", 2)]:
        told = command("journal", "prune", "j.sqlite", *arguments.split()).stdout
        assert told == f"{count} replies would be removed; --yes does it\n"
    assert (prune(path, model="m"), prune(path, superseded=True, recipe="last")) == (43, 0)
    for arguments, said in [("--yes", "give --model"), ("--yes --before=1", "write it as 2026-01-31")]:
        ran = command("journal", "prune", "j.sqlite", *arguments.split())
        assert (ran.returncode, ran.stdout, said in ran.stderr) == (1, "", True)
    assert content(path) == before
    assert command("journal", "prune", "j.sqlite", "--superseded", "--yes").stdout == "2 replies removed\n"
    assert rows(path, "select recipe, take from replies where take > 0") == [("last", 2)]
    with closing(Journal(path)):
        assert prune(path, recipe="r", model="m", really=True) == 39
        assert path.stat().st_size < size / 3
    left = rows(path, "select recipe, model from replies order by asked_at")
    assert left == [("other", "m"), ("last", "m"), ("r", "n")]
    assert [one.name for one in tmp_path.iterdir()] == ["j.sqlite"]


def test_verify_finds_what_was_changed(command: Command, tmp_path: Path) -> None:
    path, chance = fill(tmp_path / "j.sqlite", *(entry(number) for number in range(60))), random.Random(17)
    ran = command("journal", "verify", "j.sqlite")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "60 replies are whole\n", "")
    whole = bytearray(path.read_bytes())
    for (request,) in rows(path, "select request from replies limit 30"):
        whole[whole.index(request) + chance.randrange(12, len(request))] ^= 255
    recipe = whole.index(entry(50).key + b"mr") + 17  # a reply whose recipe is no longer the one of the index
    path.write_bytes(whole[:recipe] + b"q" + whole[recipe + 1 :])
    change(path, "update replies set reply = (select request from replies where rowid = 60) where rowid = 40")
    change(path, "update replies set reply = x'00' where rowid = 41")
    change(path, "update replies set key = x'00' where rowid = 42")
    ran = command("journal", "verify", "j.sqlite")
    assert ran.returncode == 1
    assert ran.stdout.startswith("27 replies are whole; 3")
    assert sum(line.startswith("reply ") for line in ran.stderr.splitlines()) == 33
    assert "missing from index paid" in ran.stderr
    written, broken = export(path, io.StringIO())
    assert (written + broken, broken >= 2) == (60, True)


def test_of_a_damaged_journal_what_can_be_read_is_saved(command: Command, tmp_path: Path) -> None:
    spoilt(torn(tmp_path / "j.sqlite", 1.0), 0.5, 0.513)
    ran = command("journal", "export", "j.sqlite", "--to", "saved.jsonl")
    assert ran.returncode == 1
    saved = int(ran.stderr.partition(" replies written, 1 are damaged")[0])
    assert saved >= 280
    assert take_in(tmp_path / "new.sqlite", tmp_path / "saved.jsonl") == (saved, 0)
    assert verify(tmp_path / "new.sqlite").faults == ()


def test_of_a_journal_that_lost_its_end_the_rest_is_saved(command: Command, tmp_path: Path) -> None:
    before = torn(tmp_path / "j.sqlite", 0.6).read_bytes()
    looked = command("journal", "verify", "j.sqlite")
    assert looked.returncode == 1
    whole = int(looked.stdout.partition(" replies are whole")[0].splitlines()[-1])
    assert 120 <= whole < 200  # of 300
    assert command("journal", "export", "j.sqlite", "--to", "saved.jsonl").returncode == 1
    assert take_in(tmp_path / "new.sqlite", tmp_path / "saved.jsonl") == (whole, 0)
    assert verify(tmp_path / "new.sqlite").faults == ()
    assert (tmp_path / "j.sqlite").read_bytes() == before
