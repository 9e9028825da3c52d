"""A release held against itself: files and hashes, columns and rows; and its cards (curate.release.verify_card).

    verify(Path("runs/quickstart/release/v1.0.0"))     ->  [], or each fault in a line

A fault names the file, what was found and what was expected. Every check stands alone, so that one fault hides no
other: what was changed together with its hash is found by its rows, its sums or its card.
"""

import importlib.metadata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from curate.configs import COLUMNS, CONFIGS
from curate.errors import UserError
from curate.release.lock import CARDS, FORMAT, FUNNEL, LOCK, files_in, read_lock, sha256
from curate.release.sides import small_duckdb
from curate.release.verify_card import card_faults, funnel_faults, yaml_faults
from curate.tables import schema

Lock = Mapping[str, Any]

_LOCK_KEYS = (
    *("format", "name", "version", "licence", "recipe", "recipe_digest", "sources", "benchmarks", "prompts"),
    *("criteria", "models", "versions", "built_by", "files"),
)
_DATA = (".parquet", ".arrow", ".jsonl", ".json", ".csv", ".tsv", ".zst", ".gz", ".zip")  # what readers take for data
_NAMED = 5  # groups and ids


def verify(folder: Path) -> list[str]:
    """What is wrong with the release in a folder, a line a fault; nothing where it is as it says. `unchecked` tells
    what was not looked at."""
    try:
        lock = read_lock(folder)
    except UserError as error:
        return [str(error)]
    if faults := [*_lock_faults(lock)]:
        return faults
    columns = [*_column_faults(folder)]
    # Rows are counted only where all can be read as rows of this version.
    checks: dict[str, Callable[[], Iterator[str]]] = {
        LOCK: lambda: _file_faults(folder, lock),
        CARDS[0]: lambda: yaml_faults(folder, sound=not columns),
        "data": lambda: _row_faults(folder, lock) if not columns else iter(()),
        FUNNEL: lambda: funnel_faults(folder, lock, sound=not columns),
        "README": lambda: card_faults(folder) if not unchecked(folder) else iter(()),
    }
    return [*columns, *(fault for name, check in checks.items() for fault in _guarded(name, check))]


def _guarded(name: str, check: Callable[[], Iterator[str]]) -> Iterator[str]:
    """A check's faults. A file that anybody may have written can hold anything: what breaks a check is a fault too."""
    try:
        yield from check()
    except (OSError, ValueError, TypeError, LookupError, AttributeError, duckdb.Error, pa.ArrowException) as error:
        yield f"{name}: cannot be read to its end: {' '.join(repr(error).split())[:300]}"


def unchecked(folder: Path) -> list[str]:
    """What this version cannot say of a release, a line each; no faults."""
    try:
        made_by = read_lock(folder)["built_by"]
    except (UserError, LookupError, TypeError):
        return []
    mine = importlib.metadata.version("fincurate")
    if made_by == mine:
        return []
    return [f"the cards' text is by fincurate {made_by}, this is {mine}: held against the data is {FUNNEL} alone"]


def _lock_faults(lock: Lock) -> Iterator[str]:
    if missing := [key for key in _LOCK_KEYS if key not in lock]:
        yield f"{LOCK}: lacks {', '.join(missing)}"
    elif lock["format"] != FORMAT:
        yield f"{LOCK}: is of format {lock['format']}, expected {FORMAT}: another version of fincurate reads it"
    elif not _is_sound(lock):
        yield f"{LOCK}: files must map each path to its sha256 and bytes, and sources be a list of what they are"


def _is_sound(lock: Lock) -> bool:
    files, sources = lock["files"], lock["sources"]
    return (
        isinstance(files, dict)
        and isinstance(sources, list)
        and all(isinstance(one, dict) and {"sha256", "bytes"} <= set(one) for one in files.values())
        and all(isinstance(one, dict) and {"source", "licence"} <= set(one) for one in sources)
    )


def _file_faults(folder: Path, lock: Lock) -> Iterator[str]:
    """The files of the lock, each with its hash, bytes and rows; and data that it does not name."""
    there, locked = files_in(folder), lock["files"]
    for name, stated in locked.items():
        yield from _file(name, stated, there[name]) if name in there else [f"{name}: is missing; {LOCK} names it"]
    for name in there:
        if name not in {LOCK, *CARDS, *locked} and (name.startswith("data/") or name.endswith(_DATA)):
            yield f"{name}: is there, but {LOCK} does not name it"
    for name in sorted({FUNNEL, *CARDS} - {*there, *locked}):
        yield f"{name}: is missing; every release has it"


def _file(name: str, stated: Mapping[str, Any], path: Path) -> Iterator[str]:
    found: dict[str, Any] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    if path.suffix == ".parquet" and (rows := _number_of_rows(path)) is not None:
        found["rows"] = rows
    for what, value in found.items():
        if value != stated.get(what):
            yield f"{name}: {what} {value}, but {LOCK} states {stated.get(what)}"


def _number_of_rows(path: Path) -> int | None:
    """None for a file that cannot be read, which `_column_faults` tells."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _column_faults(folder: Path) -> Iterator[str]:
    """Parquet files that cannot be read, or have other columns than this version writes."""
    for config in CONFIGS:
        for path in sorted((folder / "data" / config).glob("*.parquet")):
            name = path.relative_to(folder).as_posix()
            try:
                found = pq.read_schema(path)
            except (pa.ArrowException, OSError) as error:
                yield f"{name}: cannot be read as Parquet: {str(error).splitlines()[0]}"
            else:
                yield from (f"{name}: {fault}" for fault in _differing(found, schema(COLUMNS[config])))


def _differing(found: pa.Schema, expected: pa.Schema) -> Iterator[str]:
    if lacking := [name for name in expected.names if name not in found.names]:
        yield f"lacks the columns {', '.join(lacking)}"
    if foreign := [name for name in found.names if name not in expected.names]:
        yield f"has the columns {', '.join(foreign)}, which this version does not know"
    for name in (name for name in expected.names if name in found.names):
        if found.field(name).type != expected.field(name).type:
            yield f"column {name} is {found.field(name).type}, expected {expected.field(name).type}"
    if not lacking and not foreign and found.names != expected.names:
        yield f"columns in the order {', '.join(found.names)}, expected {', '.join(expected.names)}"


_ROWS = """
    select *, regexp_extract(filename, '([a-z]+)/[^/]*$', 1) as config,
        regexp_extract(filename, '([a-z]+)-[^/]*$', 1) as split
    from read_parquet($files, filename = true, union_by_name = true)"""
_CROSSING = f"""
    select "group" from ({_ROWS}) where config <> 'rejects' group by "group"
    having count(distinct split) > 1 order by all"""
_TWICE = f"select id from ({_ROWS}) group by id having count(*) > 1 order by all"
_LICENCES = f"select source, licence, count(*) from ({_ROWS}) where licence is not null group by all order by all"
_STRAY = f"""
    select distinct id from read_parquet($scores) s
    where not exists (from ({_ROWS}) r where r.id = s.id and r.config = s.config and r.split = s.split) order by all"""


def _row_faults(folder: Path, lock: Lock) -> Iterator[str]:
    """No group on both sides, no id twice, every row of a source of the lock and under its licence, and every vote on a
    row that stands where it says."""
    files = [str(path) for config in ("sft", "rl", "rejects") for path in (folder / "data" / config).glob("*.parquet")]
    scores = [str(path) for path in (folder / "data" / "scores").glob("*.parquet")]
    if not files:
        return
    with small_duckdb() as connection:
        given = {"files": files}
        crossing, twice, licences = (
            connection.execute(query, given).fetchall() for query in (_CROSSING, _TWICE, _LICENCES)
        )
        stray = connection.execute(_STRAY, given | {"scores": scores}).fetchall() if scores else []
    for what, found in (
        ("groups stand in train and in validation", crossing),
        ("ids stand there more than once", twice),
        ("ids have votes in scores, but do not stand where these say", stray),
    ):
        if found:
            yield f"data: {len(found)} {what}, expected 0: {_some([name for (name,) in found])}"
    yield from _licence_faults(licences, {one["source"]: one["licence"] for one in lock["sources"]})


def _licence_faults(rows: Sequence[tuple[str, str, int]], stated: Mapping[str, str]) -> Iterator[str]:
    for source, licence, count in rows:
        if source not in stated:
            yield f"data: {count} rows of {source}, but {LOCK} names no such source"
        elif licence != stated[source]:
            yield f"data: {count} rows of {source} under {licence}, but {LOCK} states {stated[source]}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
