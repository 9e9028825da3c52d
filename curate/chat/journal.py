"""The journal: every reply that was paid for, whole, in one SQLite file that several processes may use at once.

A reply is committed before it is handed on. Commits are in groups: while one is written, the next gather. The file is
in WAL mode and synced at every commit, so neither kill -9 nor a power cut loses a reply that was handed on. Its schema
stands in journal_db.py.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.chat.journal_db import connect, reported, writing
from curate.chat.packed import Damaged, pack, unpack
from curate.chat.reply import Usage

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
