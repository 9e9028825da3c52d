"""The numbers of a card that can be counted from a release's Parquet files alone, by anybody.

counted(Path("runs/quickstart/release/v1.0.0"))["twins"]   ->  0

What the build writes into funnel.json and what `verify` recomputes is this one function. Order is fixed everywhere, and
memory flat: DuckDB counts, and only lengths and private data read the texts, some hundred rows at a time.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow.parquet as pq

from cards.facts import Agreement, Counted, Length, Module, Part, Reason, Votes
from curate import records
from curate.configs import COLUMNS, CONFIGS, SPLITS, files_of
from curate.release.scan import Findings, scan
from curate.tables import read_rows, schema
from judges.tokens import estimated
from judges.verdict import REASONS

_MEMORY = "128MB"
_BATCH = 256  # rows whose texts are in memory at once
_MEASURED = {"sft": ("prompt", "reasoning", "answer"), "rl": ("prompt",)}


def counted(folder: Path, findings: Findings | None = None) -> dict[str, Any]:
    """Fields of DatasetFacts by name, and three that are none: published, source -> config -> rows; flagged, source ->
    flag -> rows; private_rows, kind -> rows that hold such private data.

    findings: of a scan of the folder, where one was made already. A split or a config without files has no rows.

    - parts: a row of scores is of the group of its question
    - modules: in Fin-R1's order; languages, kinds, teachers, reasons: the largest first; votes: judges that sit first;
      votes and agreement: criteria in the order in which they stand in the data, the verdict on the whole trace last
    - agreement: by the view judge_agreement of a run's scores.duckdb
    - lengths: tokens of a text by judges.tokens.estimated, rounded; the median of an even number of rows is the mean of
      the two in the middle; p95 is the smallest length that 95 % of the rows do not exceed; the mean has one digit
    - leaks: groups with rows both in train and in validation, sft and rl together
    - twins: rows of validation whose prompt is letter for letter one of train's, sft and rl together
    """
    findings = findings or scan(folder)
    with _laid_out(folder) as connection:
        return {
            "parts": tuple(_parts(connection, folder)),
            "modules": _modules(connection),
            "languages": _by(connection, "language", "sft", "rl"),
            "kinds": _by(connection, "answer_kind", "sft", "rl"),
            "teachers": _by(connection, "teacher", "sft"),
            "reasons": _reasons(connection),
            "votes": tuple(Votes(*row) for row in connection.execute(_VOTES).fetchall()),
            "agreement": tuple(Agreement(*row) for row in connection.execute(_AGREEMENT).fetchall()),
            "lengths": tuple(_lengths(folder)),
            "leaks": _number(connection, _LEAKS),
            "twins": _number(connection, _TWINS),
            "published": _published(connection),
            "flagged": _flagged(connection),
            "private_rows": dict(findings.private),
        }


# `released` has the rows of sft, rl and rejects, `votes` those of scores; config and of_split say where a row stands.
_VOTES = """
select judge, sits, criterion, count(*) filter (vote = 1), count(*) filter (vote = 0), count(*) filter (vote is null)
from votes join criteria using (criterion)
group by judge, sits, criterion, criteria.place
order by sits desc, judge, criteria.place"""
_AGREEMENT = """
select judge, other, criterion, traces, undecided, agreed, kappa
from judge_agreement left join criteria using (criterion)
order by judge, other, place nulls last"""
_GROUPS = """
select config, of_split, count(distinct "group") from released group by all
union all
select 'scores', votes.of_split, count(distinct released."group") from votes join released using (id) group by all"""
_LEAKS = """
select count(*) from (
    select "group" from released
    where config in ('sft', 'rl') and "group" is not null
    group by "group" having count(distinct of_split) > 1
)"""
_TWINS = """
with asked as (
    select of_split, hash(list_transform(prompt, lambda said: said.content)) as words
    from released where config in ('sft', 'rl')
)
select count(*) from asked
where of_split = 'validation' and words in (select words from asked where of_split = 'train')"""


@contextmanager
def _laid_out(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of views over a release's files, with the run's own view of agreement."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{_MEMORY}'; set temp_directory = {_text(spill)}")
        for config in CONFIGS:
            connection.register(f"no_{config}", schema(COLUMNS[config]).empty_table())
            connection.execute(f"create view in_{config} as {_rows(config, folder)}")
        union = " union all by name ".join(f"select '{config}' as config, * from in_{config}" for config in _ROWS)
        connection.execute(f"create view released as {union}; create view votes as from in_scores")
        connection.execute(
            "create table criteria as select criterion, row_number() over (order by min((file, row_of_file))) as place "
            "from votes group by criterion"
        )
        key = "id as question_id, sample, attempt, judge"
        connection.execute(f"create view scores as select {key}, criterion, vote from votes")
        connection.execute(f"create view judgements as select distinct {key}, good as value from votes")
        views = duckdb.extract_statements(files("curate").joinpath("views.sql").read_text(encoding="utf-8"))
        connection.execute(next(view for view in views if "create view judge_agreement as" in view.query))
        yield connection


_ROWS = ("sft", "rl", "rejects")


def _rows(config: str, folder: Path) -> str:
    """A config's rows as SQL, with the split, the file and the place in it; typed where there are none."""
    parts = [f"select *, '' as of_split, '' as file, 0 as row_of_file from no_{config}"]
    for split in SPLITS:
        if paths := files_of(folder, config, split):
            listed = ", ".join(_text(path) for path in paths)
            read = f"read_parquet([{listed}], filename = 'file', file_row_number = true)"
            parts.append(f"select * rename (file_row_number as row_of_file), '{split}' as of_split from {read}")
    return " union all by name ".join(parts)


def _parts(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Part]:
    groups = {(config, split): count for config, split, count in connection.execute(_GROUPS).fetchall()}
    for config in CONFIGS:
        for split in SPLITS:
            if paths := files_of(folder, config, split):
                rows = sum(pq.read_metadata(path).num_rows for path in paths)
                size = sum(path.stat().st_size for path in paths)
                yield Part(config, split, rows, groups.get((config, split), 0), size)


def _modules(connection: duckdb.DuckDBPyConnection) -> tuple[Module, ...]:
    count = "count(*) filter (config = 'sft'), count(*) filter (config = 'rl')"
    rows = connection.execute(
        f"select coalesce(module, ''), {count} from released where config <> 'rejects' group by all"
    ).fetchall()
    order = get_args(records.Module)
    return tuple(
        sorted((Module(*row) for row in rows), key=lambda one: (*(name != one.name for name in order), one.name))
    )


def _by(connection: duckdb.DuckDBPyConnection, column: str, *configs: str) -> tuple[Counted, ...]:
    """Rows by a column's values in each of the configs; "" where it has none."""
    found = []
    for config in configs:
        rows = connection.execute(
            f"select '{config}', coalesce({column}, ''), count(*) from in_{config} group by all order by 3 desc, 2"
        ).fetchall()
        found += [Counted(*row) for row in rows]
    return tuple(found)


def _reasons(connection: duckdb.DuckDBPyConnection) -> tuple[Reason, ...]:
    rows = connection.execute(
        "select reason, label, count(*) from in_rejects group by all order by 3 desc, 1, 2"
    ).fetchall()
    return tuple(Reason(code, REASONS.get(code, ""), label, count) for code, label, count in rows)


def _published(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    count = ", ".join(f"count(*) filter (config = '{config}')" for config in _ROWS)
    rows = connection.execute(f"select source, {count} from released group by all order by 1").fetchall()
    return {source: dict(zip(_ROWS, counts, strict=True)) for source, *counts in rows}


def _flagged(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = "select source, unnest(flags) as flag from released"
    for source, flag, count in connection.execute(
        f"select source, flag, count(*) from ({rows}) group by all order by all"
    ).fetchall():
        found.setdefault(source, {})[flag] = count
    return found


def _lengths(folder: Path) -> Iterator[Length]:
    for config, parts in _MEASURED.items():
        tokens: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        for split in SPLITS:
            for path in files_of(folder, config, split):
                for row in read_rows(path, ["language", *parts], _BATCH):
                    for part in parts:
                        tokens[part, row["language"] or ""][round(estimated(_said(row[part])))] += 1
        for part in parts:
            for language in sorted(language for measured, language in tokens if measured == part):
                yield _length(config, part, language, tokens[part, language])


def _length(config: str, part: str, language: str, tokens: Counter[int]) -> Length:
    rows = tokens.total()
    mean = round(sum(length * count for length, count in tokens.items()) / rows, 1)
    middle = (_at(tokens, (rows + 1) // 2) + _at(tokens, rows // 2 + 1)) / 2
    return Length(config, part, language, rows, mean, middle, _at(tokens, -(-rows * 95 // 100)), max(tokens))


def _at(tokens: Counter[int], rank: int) -> int:
    """The length of the row of this rank, from 1, in the order of lengths."""
    for length in sorted(tokens):
        rank -= tokens[length]
        if rank <= 0:
            break
    return length


def _said(cell: Any) -> str:
    """A text, or the messages' contents."""
    return cell if isinstance(cell, str) else "\n".join(message["content"] for message in cell or ())


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
