"""One SQL query over a run, printed as a table, JSON or CSV."""

import csv
import json
import math
import sys
from collections.abc import Iterator
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from curate.errors import UserError
from curate.runs import Run
from curate.terminal.console import console, shown

_BATCH = 1000
_TABLE_ROWS = 200
_CELL = 300
_NARROWEST = 8


def print_query(run: Run, query: str, form: Literal["table", "json", "csv"]) -> None:
    """Prints the result of one read-only query. Raises UserError for a faulty one, with DuckDB's own words."""
    import duckdb

    with run.connect() as connection:
        try:
            statements = connection.extract_statements(query)
            if len(statements) != 1:
                raise UserError(f"one query at a time; found {len(statements)}")
            connection.execute(statements[0])
            names = [column[0] for column in connection.description or []]
            {"json": _json, "csv": _csv, "table": _table}[form](connection, names)
        except duckdb.Error as error:
            raise UserError(f"the query failed: {error}") from None


def _batches(connection: Any) -> Any:
    while rows := connection.fetchmany(_BATCH):
        yield rows


def _json(connection: Any, names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise UserError("two columns have the same name, which JSON cannot hold; name them with `as`")
    separator = "[\n"
    for rows in _batches(connection):
        for row in rows:
            record = dict(zip(names, map(_finite, row), strict=True))
            sys.stdout.write(separator + json.dumps(record, ensure_ascii=False, default=str))
            separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


def _finite(value: Any) -> Any:
    """NaN and the infinities as null: JSON has no word for them."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _csv(connection: Any, names: list[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for rows in _batches(connection):
        writer.writerows(
            [
                json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else cell
                for cell in row
            ]
            for row in rows
        )


def _table(connection: Any, names: list[str]) -> None:
    """Rows across; where that leaves a column fewer than eight characters, each row as a list of its columns."""
    rows = connection.fetchmany(_TABLE_ROWS + 1)
    across = len(names) * (_NARROWEST + 2) <= console().width
    for part in [_across(names, rows[:_TABLE_ROWS])] if across else _down(names, rows[:_TABLE_ROWS]):
        console().print(part)
    if len(rows) > _TABLE_ROWS:
        console().print(f"the first {_TABLE_ROWS:,} rows; --csv or --json give all", style="dim")


def _across(names: list[str], rows: list[tuple[Any, ...]]) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index, name in enumerate(names):
        numbers = any(isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows)
        table.add_column(shown(name), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _down(names: list[str], rows: list[tuple[Any, ...]]) -> Iterator[Table]:
    for row in rows:
        table = Table(box=SIMPLE_HEAD, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, cell in zip(names, row, strict=True):
            table.add_row(shown(name, "bold"), _cell(cell))
        yield table


def _cell(cell: Any) -> Text:
    """A value for reading, long ones cut; --csv and --json give them whole."""
    if cell is None:
        return Text("–", style="dim")
    text = json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)
    return shown(text if len(text) <= _CELL else f"{text[:_CELL]} …")
