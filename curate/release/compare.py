"""Two runs or releases compared row by row: added, removed, moved, changed, each with its reason.

    compare(side("org/name@v1.0.0"), side("org/name@v1.1.0")).rows
    ->  (Told("rejects", "moved", "criteria_failed", whence="sft", rows=12, examples=("finqa:17", ...)), ...)

Of each row only an id, its place and a 64-bit hash for each group of columns are held, in a DuckDB file that spills to
disk: a million rows need no gigabytes.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from cards.facts import Change
from curate.release.sides import PLACES, STAGES, Files, Side, columns, files, funnel, readable, small_duckdb, votes

# What is told as changed -> the columns that it stands for, in the order of telling.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("prompt", "task", "question", "options"),
    "gold": ("gold", "gold_alternatives", "answer_kind"),
    "reasoning": ("reasoning",),
    "answer": ("answer", "final"),
    "completion": ("completion",),
    "teacher": ("teacher", "origin"),
    "attempts": ("sample", "attempts"),
    "licence": ("licence",),
    "language": ("language",),
    "module": ("module",),
    "group": ("group", "parent"),
    "flags": ("flags",),
    "reason": ("label", "reason", "left_out_of"),
    "detail": ("detail",),
    "check_reason": ("check_reason", "check_method"),
    "judge_reason": ("judge_reason",),
    "measures": ("measures",),
    "pass_rate": ("pass_rate", "pass_low", "pass_high", "passed", "failed", "undecided"),
}

_FOUND = """
    create table found as
    select
        coalesce(b.id, a.id) as id,
        coalesce(b.config, a.config) as config,
        case
            when a.id is null then 'added'
            when b.id is null then 'removed'
            when a.config <> b.config or {split} then 'moved'
            else 'changed'
        end as what,
        case what
            when 'added' then if(b.source in (select source from a), 'newly read', 'new source')
            when 'removed' then if(a.source in (select source from b), 'no longer read', 'source left out')
            when 'moved' then if(a.config <> b.config, b.why, 'split')
            else concat_ws(', ', {changed})
        end as reason,
        case when what <> 'moved' then '' when a.config <> b.config then a.config else a.split end as whence
    from a full join b on a.id = b.id
    where a.id is null or b.id is null or a.config <> b.config or {split} or {differs}"""
_SUMMED = """
    select config, what, reason, whence, count(*), min(id, {examples})
    from found group by all order by config, what, count(*) desc, reason, whence"""
_WHATS = ("added", "removed", "moved", "changed")


@dataclass(frozen=True, slots=True)
class Told:
    """Rows that differ alike.

    config: where they stand in b (of removed ones, in a); what: added removed moved changed; reason: for a move b's
    reason code, or "split"; for a change the columns that differ; else whether the whole source came or went (new
    source, source left out) or single records (newly read, no longer read); whence: the config that moved rows come
    from, or their split; examples: the first ids.
    """

    config: str
    what: str
    reason: str
    whence: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How many rows of a source stand in a config and split of each side; split "" where one of them is a run."""

    config: str
    split: str
    source: str
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a criterion was met by a judge's word, of the votes that decided, on each side."""

    judge: str
    criterion: str
    a_met: int
    a_decided: int
    b_met: int
    b_decided: int


@dataclass(frozen=True, slots=True)
class Stage:
    """How many of a source came so far on each side; None where a side has no such source."""

    source: str
    stage: str
    a: int | None
    b: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two sides, and their figures side by side. a, b: their names."""

    a: str
    b: str
    rows: tuple[Told, ...]
    places: tuple[Place, ...]
    rates: tuple[Rate, ...]
    funnel: tuple[Stage, ...]


def compare(a: Side, b: Side, examples: int = 3) -> Comparison:
    """What differs from a to b. examples: ids at the most that are named for each reason. Raises UserError for a side
    that cannot be read."""
    splits = a.splits and b.splits
    with _laid_out(a, b) as connection:
        rows, places = _rows(connection, splits, examples), _places(connection, splits)
        return Comparison(a.name, b.name, rows, places, _rates(connection, a, b), _stages(a, b))


def changes(a: Side, b: Side) -> tuple[Change, ...]:
    """The rows that differ as a card tells them: counted, without ids, and wherever moved rows come from. Raises
    UserError for a side that cannot be read."""
    with _laid_out(a, b) as connection:
        rows = _rows(connection, a.splits and b.splits, examples=1)
    counts = Counter[tuple[str, str, str]]()
    for one in rows:
        counts[one.config, one.what, one.reason] += one.rows
    return tuple(Change(*key, count) for key, count in counts.items())


@contextmanager
def _laid_out(a: Side, b: Side) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the narrow tables a and b."""
    sides = {"a": a, "b": b}
    with tempfile.TemporaryDirectory() as spill, small_duckdb() as connection:
        laid = {name: _files(one, Path(spill) / name) for name, one in sides.items()}
        both = {config: laid["a"][1][config] & laid["b"][1][config] for config in PLACES}
        for name, one in sides.items():
            with readable(one):
                _lay_out(connection, name, laid[name][0], both)
        yield connection


def _files(found: Side, spill: Path) -> tuple[Files, Mapping[str, frozenset[str]]]:
    """A side's files, and the columns of each config that it can tell."""
    with readable(found):
        of = files(found, spill)
        return of, {config: columns(found, config, of) for config in PLACES}


def _lay_out(connection: duckdb.DuckDBPyConnection, table: str, of: Files, both: Mapping[str, frozenset[str]]) -> None:
    """Makes a side's narrow table: id, config, split, source, why it stands there, and a hash a group."""
    groups = "".join(f', "{group}" ubigint' for group in GROUPS)
    connection.execute(f"create table {table} (id text, config text, split text, source text, why text{groups})")
    for config, found in of.items():
        if found:
            split = "regexp_extract(filename, '([a-z]+)-[^/]*$', 1)"
            why = "coalesce(judge_reason, 'all_criteria')" if config == "sft" else "reason"
            hashes = ", ".join(_hash([name for name in names if name in both[config]]) for names in GROUPS.values())
            connection.execute(
                f"insert into {table} select id, ?, {split}, source, {why}, {hashes}"
                " from read_parquet(?, filename = true)",
                [config, list(map(str, found))],
            )


def _hash(names: list[str]) -> str:
    """The hash of some columns, as SQL; DuckDB hashes no list and an empty one alike."""
    quoted = ", ".join(f'"{name}", "{name}" is null' for name in names)
    return f"hash({quoted})" if names else "null"


def _rows(connection: duckdb.DuckDBPyConnection, splits: bool, examples: int) -> tuple[Told, ...]:
    differ = {group: f'a."{group}" is distinct from b."{group}"' for group in GROUPS}
    # A completion is reasoning and answer in one text: told where it alone differs.
    shown = differ | {"completion": f"{differ['completion']} and not {differ['reasoning']} and not {differ['answer']}"}
    changed = ", ".join(f"if({one}, '{group}', null)" for group, one in shown.items())
    split = "a.split <> b.split" if splits else "false"
    connection.execute(_FOUND.format(split=split, changed=changed, differs=" or ".join(differ.values())))
    found = connection.execute(_SUMMED.format(examples=examples)).fetchall()
    told = [Told(config, what, reason, whence, rows, tuple(ids)) for config, what, reason, whence, rows, ids in found]
    return tuple(sorted(told, key=lambda one: (_WHATS.index(one.what), PLACES.index(one.config))))


def _places(connection: duckdb.DuckDBPyConnection, splits: bool) -> tuple[Place, ...]:
    split = "split" if splits else "''"
    query = f"""
        select config, {split}, source, count(*) filter (side = 'a'), count(*) filter (side = 'b')
        from (select 'a' as side, config, split, source from a union all select 'b', config, split, source from b)
        group by all order by all"""
    places = [Place(*row) for row in connection.execute(query).fetchall()]
    return tuple(sorted(places, key=lambda one: PLACES.index(one.config)))


def _rates(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> tuple[Rate, ...]:
    of_a, of_b = _votes(connection, a), _votes(connection, b)
    keys = dict.fromkeys(chain(of_a, of_b))
    return tuple(Rate(*key, *of_a.get(key, (0, 0)), *of_b.get(key, (0, 0))) for key in keys)


def _votes(connection: duckdb.DuckDBPyConnection, found: Side) -> dict[tuple[str, str], tuple[int, int]]:
    """Judge and criterion -> votes that it is met, votes that decide; in the order in which criteria are voted on."""
    if not (paths := [str(path) for path in votes(found)]):
        return {}
    query = """
        select judge, criterion, count(*) filter (vote = 1), count(vote), min((filename, file_row_number)) as first
        from read_parquet(?, filename = true, file_row_number = true) group by all order by judge, first"""
    with readable(found):
        rows = connection.execute(query, [paths]).fetchall()
    return {(judge, criterion): (met, decided) for judge, criterion, met, decided, _ in rows}


def _stages(a: Side, b: Side) -> tuple[Stage, ...]:
    of_a, of_b = funnel(a), funnel(b)
    none: Mapping[str, Any] = {}
    return tuple(
        Stage(source, stage, of_a.get(source, none).get(stage), of_b.get(source, none).get(stage))
        for source in dict.fromkeys(chain(of_a, of_b))
        for stage in STAGES
    )
