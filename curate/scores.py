"""scores.duckdb: the tables of a run in one file for SQL, each column with its comment, and the views.

Written in the storage version that DuckDB 1.x opens. While a writer holds such a file no other process can read it,
so it is built aside and renamed into place.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import duckdb

from curate.tables import TABLES
from judges.reasoning import MEASURES
from judges.reasoning.arithmetic import REASONS as AUDIT_REASONS
from judges.verdict import REASONS

_MEMORY = "128MB"


def build(target: Path, parquet: Mapping[str, Path]) -> None:
    """Writes the database `target` out of one Parquet file a table. Row order is kept; one thread keeps it so."""
    with duckdb.connect() as connection:
        connection.execute(
            f"set memory_limit = '{_MEMORY}'; set threads = 1; set temp_directory = {_text(target.parent / 'spill')}"
        )
        connection.execute(f"attach {_text(target)} as run (storage_version 'v1.0.0'); use run")
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} as from read_parquet({_text(parquet[table])})")
            for name, _, comment in columns:
                connection.execute(f'comment on column {table}."{name}" is {_text(comment)}')
        connection.execute("create table reasons (reason varchar, meaning varchar)")
        connection.executemany("insert into reasons values (?, ?)", _pairs({**REASONS, **AUDIT_REASONS}))
        connection.execute("comment on table reasons is 'what the reason codes mean'")
        connection.execute("create table measure_names (name varchar, meaning varchar)")
        connection.executemany("insert into measure_names values (?, ?)", _pairs(MEASURES))
        connection.execute("comment on table measure_names is 'what is measured of a trace, with unit and range'")
        connection.execute(files("curate").joinpath("views.sql").read_text(encoding="utf-8"))
        connection.execute("use memory; detach run")


def _pairs(said: Mapping[str, str]) -> list[list[str]]:
    return [list(pair) for pair in said.items()]


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
