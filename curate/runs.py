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

        from curate.tables import TABLES

        if name not in TABLES:
            raise UserError(
                f"no table '{name}'{nearest(name, TABLES)}\n  tables: {', '.join(TABLES)}; views are read with .sql()"
            )
        return polars.read_parquet(self.path / file_of(name))

    def dataset(self, destination: Literal["sft", "rl"]) -> datasets.Dataset:
        """The rows that go to `sft` (prompt and completion messages) or `rl` (prompt, gold, kind), in memory."""
        import datasets
        import pyarrow

        if destination not in ("sft", "rl"):
            raise UserError(f"no dataset '{destination}'; a run has 'sft' and 'rl'")
        rows = [_example(row, destination) for row in self._rows(destination)]
        return datasets.Dataset(pyarrow.Table.from_pylist(rows, schema=_schema(destination)))

    def _rows(self, destination: str) -> list[dict[str, Any]]:
        query = """
            select q.*, t.reasoning, t.answer, t.model, t.origin, o.reason
            from outcomes o
            join questions q on q.id = o.question_id
            left join traces t on t.question_id = o.question_id and t.sample = o.sample and t.attempt = o.attempt
            where o.goes_to = ? order by o.rowid"""
        with self.connect() as connection:
            found = connection.sql(query, params=[destination]).to_arrow_table()
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows

    def question(self, question_id: str) -> Question | None:
        """One Question by its id, be it the parent of a converted one."""
        from curate.tables import question_of

        query = "from questions where id = ? union all from originals where id = ?"
        with self.connect() as connection:
            rows = connection.sql(query, params=[question_id] * 2).to_arrow_table().to_pylist()
        return question_of(rows[0]) if rows else None


def file_of(table: str) -> str:
    """Where a table's Parquet file lies in a run directory."""
    return "questions.parquet" if table == "questions" else f"tables/{table}.parquet"


def completion(reasoning: str, answer: str) -> str:
    """Reasoning and answer in the form that both papers train on."""
    return f"<think>\n{reasoning}\n</think>\n<answer>\n{answer}\n</answer>"


def _example(row: dict[str, Any], destination: str) -> dict[str, Any]:
    from curate.prompt import prompt
    from curate.tables import TABLES, question_of

    question = question_of({name: row[name] for name, _, _ in TABLES["questions"]})
    example: dict[str, Any] = {"id": question.id, "prompt": [{"role": "user", "content": prompt(question)}]}
    if destination == "sft":
        example["completion"] = [{"role": "assistant", "content": completion(row["reasoning"], row["answer"])}]
        example |= {"origin": row["origin"], "model": row["model"]}
    else:
        example |= {"options": row["options"], "reason": row["reason"]}
    for name in ("source", "licence", "language", "module", "answer_kind", "gold", "flags"):
        example[name] = row[name]
    example["gold_alternatives"] = list(question.gold_alternatives)
    return example


def _schema(destination: str) -> Any:
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    messages = pa.list_(pa.struct([("role", text), ("content", text)]))
    options = pa.list_(pa.struct([("letter", text), ("text", text)]))
    own = {
        "sft": [("completion", messages), ("origin", text), ("model", text)],
        "rl": [("options", options), ("reason", text)],
    }
    common = [(name, text) for name in ("source", "licence", "language", "module", "answer_kind", "gold")]
    return pa.schema(
        [("id", text), ("prompt", messages), *own[destination], *common, ("flags", texts), ("gold_alternatives", texts)]
    )


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
