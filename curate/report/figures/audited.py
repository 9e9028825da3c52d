"""What was found out about questions and traces without asking a model: audits, known defects, what screens dropped.

audits(connection)[0].calculations   ->  {"right": 60, "wrong": 2, "undecided": 1}
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import duckdb

from cards.facts import Benchmark, Flag
from curate.report.facts import Audited, Dropped
from curate.runs import Run
from judges.reasoning.grounding import Place

_EXAMPLES = 3
_PLACES = get_args(Place)
# Sums of measures, then how many traces have at least one of each.
_SUMS = ("calculations", "calculations_right", "calculations_wrong", *(f"numbers_{place}" for place in _PLACES))
_SOME = ("calculations_wrong", "numbers_unfounded", "numbers_misread")
_AUDITS = f"""
    select
        source,
        count(*) filter (name = 'calculations'),
        {", ".join(f"coalesce(sum(value) filter (name = '{name}'), 0)::bigint" for name in _SUMS)},
        {", ".join(f"count(*) filter (name = '{name}' and value > 0)" for name in _SOME)}
    from measures
    join outcomes using (question_id)
    join sources s using (source)
    group by source, s.rowid
    order by s.rowid"""
_FLAGS = """
    select source, flag, flags.questions from flags join sources s using (source) order by s.rowid, flag"""
_DROPPED = f"""
    with found as (
        select source, reason, question_id, coalesce(detail, '') as detail, rowid as place from outcomes
        where label = 'dropped' and reason <> 'unreadable'
    )
    select source, reason, count(*), min((place, question_id, detail), {_EXAMPLES})
    from found join sources s using (source) group by source, reason, s.rowid
    order by s.rowid, 3 desc, reason"""


def audits(connection: duckdb.DuckDBPyConnection) -> tuple[Audited, ...]:
    """The arithmetic audit and grounding, by source: sums of the measures, of all traces that came to round two."""
    return tuple(_audited(*row) for row in connection.execute(_AUDITS).fetchall())


def _audited(source: str, traces: int, all_: int, right: int, wrong: int, *rest: int) -> Audited:
    calculations = {"right": right, "wrong": wrong, "undecided": all_ - right - wrong}
    numbers = dict(zip(_PLACES, rest[: len(_PLACES)], strict=True))
    return Audited(source, traces, calculations, numbers, *rest[len(_PLACES) :])


def flags(run: Run, connection: duckdb.DuckDBPyConnection) -> tuple[Flag, ...]:
    """Known defects, by source, with what the sources say that they mean."""
    meanings = {one["source"]: one["flags"] for one in run.record["sources"]}
    rows = connection.execute(_FLAGS).fetchall()
    return tuple(Flag(source, flag, meanings[source].get(flag, ""), count) for source, flag, count in rows)


def dropped(connection: duckdb.DuckDBPyConnection) -> tuple[Dropped, ...]:
    """What goes no further, by source and reason, the most frequent first."""
    rows = connection.execute(_DROPPED).fetchall()
    return tuple(
        Dropped(source, reason, count, tuple((id, detail) for _, id, detail in first))
        for source, reason, count, first in rows
    )


def benchmarks(run: Run, connection: duckdb.DuckDBPyConnection) -> tuple[Benchmark, ...]:
    """The sets that were compared with, those of one name together. A dropped question's detail begins with the id that
    it overlaps with, and that with the set's name."""
    query = "select count(*) from outcomes where reason = 'overlap' and starts_with(detail, ? || ':')"
    found = []
    for name, files in _by_name(run.record["benchmarks"]).items():
        ((called,),) = connection.execute(query, [name]).fetchall()
        found.append(Benchmark(name.removeprefix("benchmark "), tuple(files), called))
    return tuple(found)


def _by_name(sets: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in sets:
        found.setdefault(one["source"], []).extend(file["name"] for file in one["files"])
    return found
