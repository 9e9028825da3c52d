"""A finished run: its directory, its SQL, its tables and datasets.

    run = Run("runs/quickstart")
    run.sql("select label, count(*) as n from outcomes group by all")     # polars
    run.table("scores")                                                   # polars
    run.dataset("sft")                                                    # datasets

run.json is written last, so its presence means that the run is complete.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from curate.errors import UserError, nearest

if TYPE_CHECKING:
    import datasets
    import duckdb
    import polars

    from curate.records import Question

RECORD = "run.json"
DATABASE = "scores.duckdb"
JOURNAL = "journal.sqlite"  # beside the run directories
# What run.json states.
STATED = (
    *("recipe", "recipe_digest", "options", "started", "seconds", "stages", "models", "calls", "stopped"),
    *("stopped_because", "sources", "benchmarks", "prompts", "versions"),
)

# The same for every connection: DuckDB shares one instance between those of a process, threads included.
_SANDBOX: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class Run:
    """A finished run in its directory. Raises UserError if there is none."""

    def __init__(self, path: str | Path) -> None:
        self.path = _find(Path(path))
        try:
            self.record: dict[str, Any] = json.loads((self.path / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path / RECORD}: cannot be read: {error}\n  run the recipe again") from None
        if not isinstance(self.record, dict) or (lacking := [key for key in STATED if key not in self.record]):
            lacks = "is no record of a run" if not isinstance(self.record, dict) else f"lacks '{lacking[0]}'"
            raise UserError(
                f"{self.path / RECORD}: {lacks}; another version of fincurate may have made this run\n"
                "  run the recipe again: replies come from the journal"
            )

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection to the run's tables, without access to other files or the network."""
        import duckdb

        try:
            return duckdb.connect(self.path / DATABASE, read_only=True, config=_SANDBOX)
        except duckdb.Error as error:
            raise UserError(
                f"{self.path / DATABASE}: cannot be opened: {str(error).splitlines()[0]}\n  run the recipe again"
            ) from None

    def sql(self, query: str) -> polars.DataFrame:
        """The result of one query over the run's tables and views. Raises UserError for a faulty query."""
        import duckdb
        import polars

        with self.connect() as connection:
            try:
                if (count := len(connection.extract_statements(query))) != 1:
                    raise UserError(f"one query at a time; found {count}")
                relation = connection.sql(query)
                return polars.DataFrame(relation.pl() if relation is not None else None)
            except (duckdb.Error, polars.exceptions.PolarsError) as error:
                raise UserError(str(error)) from None

    def table(self, name: str) -> polars.DataFrame:
        """A whole table: questions traces checks scores measures outcomes unreadable sources."""
        import polars

        from curate.tables import TABLES, file_of

        if name not in TABLES:
            raise UserError(
                f"no table '{name}'{nearest(name, TABLES)}\n  tables: {', '.join(TABLES)}; views are read with .sql()"
            )
        return polars.read_parquet(self.path / file_of(name))

    def dataset(self, destination: Literal["sft", "rl"]) -> datasets.Dataset:
        """The rows that go to `sft` or to `rl`, in memory, in the columns that a release has: all of them, before a
        release's caps, mix and band, and not split."""
        import datasets
        import pyarrow

        from curate.configs import COLUMNS
        from curate.rows import rows_of
        from curate.tables import schema

        if destination not in ("sft", "rl"):
            raise UserError(f"no dataset '{destination}'; a run has 'sft' and 'rl'")
        rows = list(rows_of(self.path, destination))
        return datasets.Dataset(pyarrow.Table.from_pylist(rows, schema=schema(COLUMNS[destination])))

    def question(self, question_id: str) -> Question | None:
        """One Question by its id, be it the parent of a converted one."""
        from curate.tables import question_of

        query = "from questions where id = ? union all from originals where id = ?"
        with self.connect() as connection:
            rows = connection.sql(query, params=[question_id] * 2).to_arrow_table().to_pylist()
        return question_of(rows[0]) if rows else None


def journal_of(run: Run, named: Path | None = None) -> Path | None:
    """The journal that is named, else the one beside the run directory, None where there is none. Raises UserError
    where the one that is named is missing."""
    if named is not None and not named.is_file():
        raise UserError(f"no journal at '{named}'; a recipe with models writes one beside its run directory")
    beside = run.path.resolve().parent / JOURNAL
    return named or (beside if beside.is_file() else None)


def _find(path: Path) -> Path:
    """The run directory at a path, or of that name under runs/."""
    for candidate in (path, Path("runs") / path):
        if (candidate / RECORD).is_file():
            return candidate
    known = sorted(str(record.parent) for record in Path("runs").glob(f"*/{RECORD}"))
    if path.is_dir() or (Path("runs") / path).is_dir():
        raise UserError(
            f"'{path}' holds no finished run (no {RECORD}): it is under way, was stopped, or is something else"
        )
    raise UserError(
        f"no run '{path}'{nearest(str(path), known)}\n"
        f"  runs here: {', '.join(known) or 'none'}; `curate run quickstart` makes one"
    )
