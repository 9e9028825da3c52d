"""The journal's database: its schema, how it is made, opened and checked, and its faults in words.

user_version is the schema's version. Request and reply are JSON, compressed by zstd.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from curate.chat.packed import Damaged
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
_DAMAGED = (
    "  it is left as it is: `curate journal verify` tells what is whole, `curate journal export` saves that;\n"
    "  or move the file away, or name another with --journal"
)


def connect(path: Path, *, make: bool = True, damaged: bool = False) -> sqlite3.Connection:
    """A connection to a journal, its schema checked, made if it is missing. damaged: to read what can be read of a
    file that lost its end, which SQLite else refuses whole; nothing may be written then. Raises sqlite3.Error or
    UserError."""
    if not make and not path.is_file():
        raise UserError(f"no journal at '{path}'; a recipe with models writes one beside its run directory")
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise UserError(f"journal '{path}' cannot be made: {error.strerror}") from None
    connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    try:
        if damaged:
            connection.execute("pragma query_only = on")
            connection.execute("pragma writable_schema = on")  # SQLite's word for: open it all the same
        _check(connection, path)
        if not damaged:
            _see_end(connection)
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


def _see_end(connection: sqlite3.Connection) -> None:
    """Reads the last pages, so that a file that lost its end is told before anything is added."""
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
