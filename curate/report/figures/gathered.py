"""What a run's report tells, read out of the run: its record, its tables, and the journal for when its calls were made.

    gathered(Run("runs/quickstart"), None).flows[0]
    ->  Flow(source="finqa", label="good", reason="all_criteria", goes_to="sft", questions=17)

Everything is counted by SQL, but for the lengths of texts, which are read some hundred at a time. The order is fixed
everywhere, and sources stand in the recipe's: the same run and journal give the same facts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from curate.errors import UserError
from curate.identity import published
from curate.report.facts import MOST, OTHERS, Counted, Facts, Flow, Head, Source, Tried
from curate.report.fates import DESTINATIONS
from curate.report.figures.audited import audits, benchmarks, dropped, flags
from curate.report.figures.measured import errors, lengths, measures, pass_rates
from curate.report.figures.spent import costs
from curate.report.figures.timed import timeline
from curate.report.figures.voted import agreement, calibration, rates
from curate.runs import Run

_PROPERTIES = ("answer_kind", "language", "module", "licence")


def gathered(run: Run, journal: Path | None) -> Facts:
    """The facts of a run. journal: the one that the run wrote; by default the one beside the run directory, if there is
    any. Raises UserError for tables, a calibration or a journal that cannot be read, and where `journal` is missing."""
    with readable(run), run.connect() as connection:
        facts = _facts(run, connection, journal)
    return facts  # noqa: RET504 - a context manager might swallow an error, as far as mypy knows


@contextmanager
def readable(run: Run) -> Iterator[None]:
    """Says of which run the tables are that cannot be read, as a UserError."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise UserError(f"{run.path}: its tables cannot be read: {error}\n  run the recipe again") from None


def _facts(run: Run, connection: duckdb.DuckDBPyConnection, journal: Path | None) -> Facts:
    people, calibrated = calibration(run)
    return Facts(
        head=_head(run),
        sources=tuple(_sources(run, connection)),
        flows=_flows(connection),
        rates=rates(connection),
        agreement=agreement(connection),
        people=people,
        calibration=calibrated,
        measures=tuple(measures(connection)),
        errors=errors(connection),
        audits=audits(connection),
        lengths=tuple(lengths(run.path)),
        counted=tuple(_counted(connection)),
        tries=_tries(connection),
        pass_rates=pass_rates(connection),
        costs=tuple(costs(run, connection)),
        flags=flags(run, connection),
        dropped=dropped(connection),
        benchmarks=benchmarks(run, connection),
        timeline=timeline(run, connection, journal),
    )


def _head(run: Run) -> Head:
    record = run.record
    return Head(
        name=record["recipe"]["name"],
        version=record["recipe"]["version"],
        digest=record["recipe_digest"],
        started=record["started"],
        seconds=record["seconds"],
        records=sum(source["records"] for source in record["sources"]),
        questions=sum(source["questions"] for source in record["sources"]),
        stopped=record["stopped"],
        stopped_because=record["stopped_because"] or None,
        options=record["options"],
        models={name: published(identity) for name, identity in record["models"].items()},
        versions=record["versions"],
    )


def _sources(run: Run, connection: duckdb.DuckDBPyConnection) -> Iterator[Source]:
    funnel = connection.execute("from funnel")
    stages = [name for name, *_ in funnel.description[1:]]
    counts = {source: dict(zip(stages, row, strict=True)) for source, *row in funnel.fetchall()}
    for one in run.record["sources"]:
        said = {key: one[key] for key in ("use", "title", "home", "licence", "language")}
        files = tuple((file["name"], file["sha256"]) for file in one["files"])
        yield Source(name=one["source"], files=files, stages=counts[one["source"]], **said)


_FLOWS = """
    select source, label, reason, coalesce(goes_to, 'waiting') as goes_to, count(*)
    from outcomes join sources s using (source) group by source, label, reason, goes_to, s.rowid
    order by s.rowid, list_position(['good', 'bad', 'undecided', 'dropped'], label), 5 desc, reason, goes_to"""


def _flows(connection: duckdb.DuckDBPyConnection) -> tuple[Flow, ...]:
    return tuple(Flow(*row) for row in connection.execute(_FLOWS).fetchall())


_TRIES = """
    select source, attempt + 1, count(*), count(*) filter (label = 'good')
    from outcomes join sources s using (source) where attempt is not null group by source, attempt, s.rowid
    order by s.rowid, 2"""


def _tries(connection: duckdb.DuckDBPyConnection) -> tuple[Tried, ...]:
    """A sample is tried until it serves, and told by its last try: the number of that one is how many it took."""
    return tuple(Tried(*row) for row in connection.execute(_TRIES).fetchall())


_COUNTED = """
    with valued as (
        select coalesce(q.{name}, '') as value, coalesce(o.goes_to, 'waiting') as goes_to
        from questions q join outcomes o on o.question_id = q.id
    ),
    ranked as (select value, row_number() over (order by count(*) desc, value) as place from valued group by value)
    select if(place > {most}, '{others}', value), {counts}
    from valued join ranked using (value) group by 1 order by min(place)"""


def _counted(connection: duckdb.DuckDBPyConnection) -> Iterator[Counted]:
    """By each property that any question has. The task is none: it is an instruction in words."""
    counts = ", ".join(f"count(*) filter (goes_to = '{place}')" for place in DESTINATIONS)
    for name in _PROPERTIES:
        query = _COUNTED.format(name=name, most=MOST, others=OTHERS, counts=counts)
        rows = connection.execute(query).fetchall()
        found = {value: dict(zip(DESTINATIONS, row, strict=True)) for value, *row in rows}
        if any(found):
            yield Counted(name, found)
