"""One SQL query over a run, printed as a table, JSON or CSV."""

import csv
import json
import sys
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from curate.errors import UserError
from curate.runs import Run
from curate.terminal.console import console, shown

_BATCH = 1000
_TABLE_ROWS = 1000


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
    separator = "[\n"
    for rows in _batches(connection):
        for row in rows:
            sys.stdout.write(
                separator + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str)
            )
            separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


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
    rows = connection.fetchmany(_TABLE_ROWS + 1)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index, name in enumerate(names):
        numbers = any(isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows)
        table.add_column(shown(name), justify="right" if numbers else "left", overflow="fold")
    for row in rows[:_TABLE_ROWS]:
        table.add_row(*(Text("–", style="dim") if cell is None else shown(_cell(cell)) for cell in row))
    console().print(table)
    if len(rows) > _TABLE_ROWS:
        console().print(f"the first {_TABLE_ROWS:,} rows; --csv or --json give all", style="dim")


def _cell(cell: Any) -> str:
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)
