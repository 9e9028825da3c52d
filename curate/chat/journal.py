"""The journal: every reply that was paid for, whole, in one SQLite file that several processes may use at once.

A reply is committed before it is handed on. Commits are in groups: while one is written, the next gather. The file is
in WAL mode and synced at every commit, so neither kill -9 nor a power cut loses a reply that was handed on. Its schema
is below; user_version is its version. Request and reply are JSON, compressed by zstd.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.chat.packed import Damaged, pack, unpack
from curate.chat.reply import Usage
from curate.errors import UserError

VERSION = 1
APPLICATION = 0x46435552  # "FCUR": tells a journal from any other SQLite file
SCHEMA = """
create table replies (
    key blob not null,          -- 128 bits of BLAKE2b over the request
    take integer not null,      -- 0; 1, 2 ... where `run --retry` asked anew; the highest one counts
    model text not null,        -- the model's identity
    recipe text not null,       -- the recipe that paid for it
    asked_at real not null,     -- when it was sent, seconds since 1970
    seconds real not null,      -- how long the reply took
    finish_reason text,
    prompt_tokens integer not null,
    completion_tokens integer not null,
    reasoning_tokens integer,
    cached_tokens integer not null,
    usd real,                   -- US dollars by the recipe's price at that time; null where it had none
    request blob not null,      -- zstd: canonical JSON of model, messages, sampling, response_format, sample, attempt
    reply blob not null,        -- zstd: the server's JSON as it came
    primary key (key, take)
);
create index paid on replies (recipe, model, prompt_tokens, completion_tokens, cached_tokens, usd);
create table failures (         -- calls that have no reply yet, with what the server said last
    key blob primary key,
    model text not null,
    recipe text not null,
    failed_at real not null,
    message text not null
) without rowid;
"""
COLUMNS = (
    *("key", "take", "model", "recipe", "asked_at", "seconds", "finish_reason"),
    *("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "usd", "request", "reply"),
)
_INSERT = f"""insert into replies ({", ".join(COLUMNS)})
    values (:key, (select coalesce(max(take) + 1, 0) from replies where key = :key), :{", :".join(COLUMNS[2:])})"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One reply to keep. request, reply: JSON as bytes; asked_at: seconds since 1970."""

    key: bytes
    model: str
    recipe: str
    asked_at: float
    seconds: float
    finish_reason: str | None
    usage: Usage
    usd: float | None
    request: bytes
    reply: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that came to nothing, with the server's words."""

    key: bytes
    model: str
    recipe: str
    message: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What a recipe has paid a model for so far: calls, tokens, US dollars where a price was known, and the tokens of
    calls (of the prompt, of the reply, cached) for which none was."""

    calls: int
    tokens: int
    usd: float
    unpriced: tuple[int, int, int]


class Journal:
    """A journal file, made where there is none. `find` reads on the caller's thread; `keep` writes on a thread of its
    own. Raises UserError for a file that is damaged, newer than this program, or something else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reported():
            self._reader = connect(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._writer: sqlite3.Connection | None = None
        self._waiting: list[tuple[Entry | Failure, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def find(self, key: bytes) -> bytes | None:
        """The reply that is kept under a key: the server's JSON."""
        try:
            row = self._reader.execute(
                "select reply from replies where key = ? order by take desc limit 1", (key,)
            ).fetchone()
            return unpack(row[0]) if row else None
        except (sqlite3.Error, Damaged) as error:
            with self._reported():
                raise error

    def failure(self, key: bytes) -> str | None:
        """What the server said when a call came to nothing, if no reply was got since."""
        with self._reported():
            row = self._reader.execute("select message from failures where key = ?", (key,)).fetchone()
            return row[0] if row else None

    def paid(self, recipe: str) -> dict[str, Paid]:
        """What a recipe has paid for so far, by the model's identity."""
        query = """select model, count(*), sum(prompt_tokens + completion_tokens), coalesce(sum(usd), 0),
                total(prompt_tokens) filter (where usd is null), total(completion_tokens) filter (where usd is null),
                total(cached_tokens) filter (where usd is null)
            from replies where recipe = ? group by model"""
        with self._reported():
            return {
                model: Paid(calls, tokens, usd, (int(unpriced[0]), int(unpriced[1]), int(unpriced[2])))
                for model, calls, tokens, usd, *unpriced in self._reader.execute(query, (recipe,))
            }

    async def keep(self, entry: Entry | Failure) -> None:
        """Returns when the reply, or the failure, is committed."""
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, committed))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await committed

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(0)  # what is ready in this round of the loop joins the group
            group, self._waiting = self._waiting, []
            error: BaseException | None = None
            try:
                await loop.run_in_executor(self._thread, self._write, [entry for entry, _ in group])
            except BaseException as raised:
                error = raised
            for _, committed in group:
                if not committed.done():
                    committed.set_exception(error) if error else committed.set_result(None)
        self._flushing = None

    def _write(self, entries: list[Entry | Failure]) -> None:
        with self._reported():
            if self._writer is None:
                self._writer = connect(self.path)
            rows = [_row(entry) for entry in entries]
            with writing(self._writer) as connection:
                for entry, row in zip(entries, rows, strict=True):
                    if isinstance(entry, Entry):
                        connection.execute(_INSERT, row)
                        connection.execute("delete from failures where key = ?", (entry.key,))
                    else:
                        connection.execute(
                            "insert or replace into failures values (:key, :model, :recipe, :failed_at, :message)", row
                        )

    def close(self) -> None:
        """Writes what still waits, where a run was stopped at once, and ends the writing thread."""
        waiting, self._waiting = self._waiting, []
        self._thread.submit(self._write, [entry for entry, _ in waiting]).result()
        self._thread.shutdown()
        if self._writer is not None:
            self._writer.close()
        self._reader.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        with reported(self.path):
            yield


def _row(entry: Entry | Failure) -> dict[str, Any]:
    if isinstance(entry, Failure):
        return {
            "key": entry.key,
            "model": entry.model,
            "recipe": entry.recipe,
            "failed_at": time.time(),
            "message": entry.message,
        }
    return {
        "key": entry.key,
        "model": entry.model,
        "recipe": entry.recipe,
        "asked_at": entry.asked_at,
        "seconds": round(entry.seconds, 4),
        "finish_reason": entry.finish_reason,
        "prompt_tokens": entry.usage.prompt,
        "completion_tokens": entry.usage.completion,
        "reasoning_tokens": entry.usage.reasoning,
        "cached_tokens": entry.usage.cached,
        "usd": entry.usd,
        "request": pack(entry.request),
        "reply": pack(entry.reply),
    }


def connect(path: Path, *, make: bool = True) -> sqlite3.Connection:
    """A connection to a journal, its schema checked, made if it is missing. Raises sqlite3.Error or UserError."""
    if not make and not path.is_file():
        raise UserError(f"no journal at '{path}'; a recipe with models writes one beside its run directory")
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise UserError(f"journal '{path}' cannot be made: {error.strerror}") from None
    connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    try:
        _check(connection, path)
        connection.execute("pragma synchronous = full")
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """A new journal, put in its place whole: of several processes that come together, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".journal-") as folder:
        new = Path(folder) / path.name
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(SCHEMA)
            connection.execute(f"pragma application_id = {APPLICATION}")
            connection.execute(f"pragma user_version = {VERSION}")
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                os.replace(new, path)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("pragma application_id").fetchone()[0]
    version = connection.execute("pragma user_version").fetchone()[0]
    tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    if application != APPLICATION:
        what = "is an SQLite file but no journal" if application or version or tables else "is empty"
        raise UserError(f"'{path}' {what}; move it away, or name another with --journal")
    if version > VERSION:
        raise UserError(
            f"'{path}' was written by a newer fincurate (journal version {version}; this one knows {VERSION})\n"
            "  update fincurate, or name another journal with --journal"
        )
    # The last pages are read, so that a file that lost its end is told at once.
    connection.execute("select key, length(reply) from replies order by rowid desc limit 1").fetchone()
    connection.execute("select key from replies order by key desc limit 1").fetchone()


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A transaction that holds the write lock from its start, so that it cannot fail half way for want of it."""
    connection.execute("begin immediate")
    try:
        yield connection
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Faults of the file in words: where, what, and what to do."""
    try:
        yield
    except Damaged as error:
        raise UserError(f"journal '{path}': a reply cannot be unpacked: {error}\n{_DAMAGED}") from None
    except sqlite3.OperationalError as error:
        raise UserError(f"journal '{path}' cannot be used: {error}\n  nothing in it was changed") from None
    except sqlite3.DatabaseError as error:
        raise UserError(f"journal '{path}' cannot be read: {error}\n{_DAMAGED}") from None


_DAMAGED = (
    "  it is left as it is: `curate journal verify` tells what is whole, `curate journal export` saves that;\n"
    "  or move the file away, or name another with --journal"
)
