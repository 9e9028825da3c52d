"""What can be done to a journal as a file: counted, written out, taken in, joined, cut down, verified.

The form of export and import is JSON Lines, one reply a line (gzip where the name ends in .gz):

    {"key": hex, "take": 0, "model", "recipe", "asked_at", "seconds", "usd", "request": {...}, "reply": {...}}
"""

import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from curate.chat.call import canonical, key_of
from curate.chat.journal import COLUMNS
from curate.chat.journal_db import connect, reported, writing
from curate.chat.packed import Damaged, pack, unpack
from curate.chat.reply import Usage, read_reply
from curate.errors import UserError

_BATCH = 500
_PLAIN = ("take", "model", "recipe", "asked_at", "seconds", "usd")


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found: how many replies are whole, and the faults in words."""

    whole: int
    faults: tuple[str, ...]


def stats(path: Path) -> list[dict[str, Any]]:
    """Replies, failures, tokens, bytes and times (median and 95th percentile) by model and recipe."""
    query = """select model, recipe, count(*) as replies, sum(take > 0) as retakes, sum(prompt_tokens) as prompt_tokens,
            sum(completion_tokens) as completion_tokens, sum(cached_tokens) as cached_tokens, sum(usd) as usd,
            sum(length(request) + length(reply)) as bytes, min(asked_at) as first, max(asked_at) as last
        from replies group by model, recipe order by model, recipe"""
    failed = "select model, recipe, count(*) from failures group by model, recipe"
    with reported(path), closing(connect(path, make=False)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(query)]
        for row in rows:
            times = [
                found[0]
                for found in connection.execute(
                    "select seconds from replies where model = ? and recipe = ? order by seconds",
                    (row["model"], row["recipe"]),
                )
            ]
            row["seconds_median"], row["seconds_95"] = times[len(times) // 2], times[int(len(times) * 0.95)]
        failures = {(model, recipe): count for model, recipe, count in connection.execute(failed)}
    for row in rows:
        row["failures"] = failures.pop((row["model"], row["recipe"]), 0)
    return rows + [_only_failures(model, recipe, count) for (model, recipe), count in failures.items()]


def _only_failures(model: str, recipe: str, count: int) -> dict[str, Any]:
    zeros = dict.fromkeys(("replies", "retakes", "prompt_tokens", "completion_tokens", "cached_tokens", "bytes"), 0)
    nothing = dict.fromkeys(("first", "last", "seconds_median", "seconds_95", "usd"))
    return {"model": model, "recipe": recipe, **zeros, **nothing, "failures": count}


def export(path: Path, target: IO[str], models: Iterable[str] = ()) -> tuple[int, int]:
    """Writes every reply (of these models, if given) that can be read, of a damaged file too. Returns how many were
    written, and how many faults were met."""
    wanted = set(models)
    written = broken = 0
    with reported(path), closing(connect(path, make=False, damaged=True)) as connection:
        for row in _readable(connection):
            try:
                if row is None:
                    raise ValueError("unreadable pages")
                if wanted and row["model"] not in wanted:
                    continue
                record = _record(row)
            except (Damaged, ValueError):
                broken += 1
                continue
            target.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            written += 1
    return written, broken


def take_in(path: Path, source: Path) -> tuple[int, int]:
    """Adds the replies of an export. Returns how many were added, and how many were there already. Raises UserError at
    the first line that is none, naming it; the journal is then as it was."""

    def rows() -> Iterator[dict[str, Any]]:
        opened: Any = gzip.open if source.suffix == ".gz" else open
        with opened(source, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _row(json.loads(line))
                    except (ValueError, KeyError, TypeError, AttributeError) as error:
                        raise UserError(
                            f"{source}:{number}: no reply of a journal's export: {_said(error)}\n  nothing was taken in"
                        ) from None

    try:
        return _add(path, rows())
    except (OSError, EOFError) as error:
        raise UserError(f"{source}: cannot be read: {error}\n  nothing was taken in") from None


def merge(path: Path, others: Iterable[Path]) -> tuple[int, int]:
    """Adds the replies of other journals. A call that is here already keeps its reply. Returns as `take_in` does."""
    added = known = 0
    for other in others:
        with reported(other), closing(connect(other, make=False)) as connection:
            more, same = _add(path, _rows(connection))
        added, known = added + more, known + same
    return added, known


def prune(
    path: Path,
    *,
    model: str | None = None,
    recipe: str | None = None,
    before: float | None = None,
    superseded: bool = False,
    really: bool = False,
) -> int:
    """Removes the replies that meet all conditions, and gives their space back. before: seconds since 1970; superseded:
    only those that a retry replaced. Without `really` they are only counted. Returns how many."""
    conditions = {
        "model = :model": model,
        "recipe = :recipe": recipe,
        "asked_at < :before": before,
        "take < (select max(take) from replies later where later.key = replies.key)": superseded or None,
    }
    where = " and ".join(condition for condition, value in conditions.items() if value is not None)
    if not where:
        raise UserError("nothing says what to remove; give --model, --recipe, --before or --superseded")
    values = {"model": model, "recipe": recipe, "before": before}
    with reported(path), closing(connect(path, make=False)) as connection:
        if not really:
            return int(connection.execute(f"select count(*) from replies where {where}", values).fetchone()[0])
        with writing(connection):
            removed = connection.execute(f"delete from replies where {where}", values).rowcount
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return removed


def verify(path: Path) -> Verified:
    """Looks at every page and every reply: SQLite's own check, whether it unpacks, whether its key is that of its
    request, whether it reads as a reply."""
    faults, whole = list[str](), 0
    with reported(path), closing(connect(path, make=False, damaged=True)) as connection:
        faults += [row[0] for row in connection.execute("pragma integrity_check(20)") if row[0] != "ok"]
        for row in _readable(connection):
            if row is None:
                faults.append("replies stand on pages that cannot be read")
                continue
            try:
                request = unpack(row["request"])
                if key_of(request) != row["key"]:
                    raise ValueError("its key is not that of its request")
                read_reply(json.loads(unpack(row["reply"])))
                whole += 1
            except (Damaged, ValueError) as error:
                faults.append(f"reply {row['key'].hex()}: {error}")
    return Verified(whole, tuple(dict.fromkeys(faults)))


def _rows(connection: sqlite3.Connection, where: str = "", order: str = "") -> Iterator[dict[str, Any]]:
    for row in connection.execute(f"select rowid, {', '.join(COLUMNS)} from replies {where} order by rowid {order}"):
        yield dict(zip(("rowid", *COLUMNS), row, strict=True))


def _readable(connection: sqlite3.Connection) -> Iterator[dict[str, Any] | None]:
    """The replies of a file that may be damaged, from both ends to the damage, in whose place stands None."""
    last = -1
    try:
        for row in _rows(connection):
            last = row["rowid"]
            yield row
    except sqlite3.DatabaseError:
        yield None
        with suppress(sqlite3.DatabaseError):
            yield from _rows(connection, f"where rowid > {last}", "desc")


def _add(path: Path, rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    insert = f"insert or ignore into replies ({', '.join(COLUMNS)}) values (:{', :'.join(COLUMNS)})"
    added = known = 0
    with reported(path), closing(connect(path)) as connection, writing(connection):
        ours = {row[0] for row in connection.execute("select key from replies")}
        for row in rows:
            if row["key"] in ours:
                known += 1
                continue
            added += connection.execute(insert, row).rowcount
            connection.execute("delete from failures where key = ?", (row["key"],))
    return added, known


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": row["key"].hex(),
        **{name: row[name] for name in _PLAIN},
        "request": json.loads(unpack(row["request"])),
        "reply": json.loads(unpack(row["reply"])),
    }


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    request = canonical(record["request"])
    if key_of(request).hex() != record["key"]:
        raise ValueError("its key is not that of its request")
    reply = read_reply(record["reply"])
    usage: Usage = reply.usage
    return {
        "key": bytes.fromhex(record["key"]),
        **{name: record[name] for name in _PLAIN},
        "finish_reason": reply.finish_reason,
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "reasoning_tokens": usage.reasoning,
        "cached_tokens": usage.cached,
        "request": pack(request),
        "reply": pack(json.dumps(record["reply"], ensure_ascii=False).encode()),
    }


def _said(error: Exception) -> str:
    return f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
