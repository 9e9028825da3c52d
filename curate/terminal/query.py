"""One SQL query over a run, printed as a table, JSON or CSV."""

import csv
import json
import math
import sys
from collections.abc import Iterator
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from curate.errors import UserError
from curate.runs import Run
from curate.terminal.console import console, shown
from curate.terminal.layout import headed, pairs

_BATCH = 1000
_TABLE_ROWS = 200
_CELL = 300
_TEXT = 16  # columns that a text needs beside others, if it is so long
_GAPS = 3  # columns between two


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
    """Rows across; where that breaks a number, or leaves a text too little, each row as a list of its columns."""
    rows = connection.fetchmany(_TABLE_ROWS + 1)
    told = [[_cell(cell) for cell in row] for row in rows[:_TABLE_ROWS]]
    numbers = [any(map(_is_number, column)) for column in zip(*rows, strict=True)] or [False] * len(names)
    for part in [_across(names, told, numbers)] if _fits(names, told, numbers) else _down(names, told):
        console().print(part)
    if not rows:
        console().print("no rows", style="dim")
    if len(rows) > _TABLE_ROWS:
        console().print(f"the first {_TABLE_ROWS:,} rows; --csv or --json give all", style="dim")


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _fits(names: list[str], rows: list[list[Text]], numbers: list[bool]) -> bool:
    """Is there room for every number whole, and for so much of every text?"""
    columns = zip(
        *[[cell_len(name) for name in names], *([cell.cell_len for cell in row] for row in rows)], strict=True
    )
    widths = [max(column) for column in columns]
    wanted = (width if whole else min(width, _TEXT) for width, whole in zip(widths, numbers, strict=True))
    taken: int = sum(wanted) + _GAPS * len(names)
    return taken <= console().width


def _across(names: list[str], rows: list[list[Text]], numbers: list[bool]) -> Table:
    table = headed(*names)
    for column, whole in zip(table.columns, numbers, strict=True):
        column.justify, column.no_wrap = ("right", True) if whole else ("left", False)
    for row in rows:
        table.add_row(*row)
    return table


def _down(names: list[str], rows: list[list[Text]]) -> Iterator[RenderableType]:
    for row in rows:
        yield pairs(zip(names, row, strict=True))
        yield ""


def _cell(cell: Any) -> Text:
    """A value for reading, long ones cut; --csv and --json give them whole."""
    if cell is None:
        return Text("–", style="dim")
    text = json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)
    return shown(text if len(text) <= _CELL else f"{text[:_CELL]} …")
