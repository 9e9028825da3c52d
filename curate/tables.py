"""The tables of a run: one declaration gives the Arrow schema, the DuckDB comments and the documentation.

Rows are tuples in the order of their table's columns. Parquet files are written in row groups as the run goes, so
that memory stays flat; the same rows give the same bytes.
"""

import dataclasses
import datetime
import decimal
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from curate.records import Question

OPTIONS = pa.list_(pa.struct([("letter", pa.string()), ("text", pa.string())]))
_FILES = pa.list_(pa.struct([("name", pa.string()), ("sha256", pa.string()), ("revision", pa.string())]))
_COUNTS = pa.list_(pa.struct([("flag", pa.string()), ("questions", pa.int64())]))
TEXTS = pa.list_(pa.string())

Column = tuple[str, pa.DataType, str]

_TRACE_KEY: tuple[Column, ...] = (
    ("question_id", pa.string(), "the question; with sample and attempt, the key of a trace"),
    ("sample", pa.int16(), "which of several wanted traces, from 0"),
    ("attempt", pa.int16(), "which try at it, from 0"),
)

_QUESTION: tuple[Column, ...] = (
    ("id", pa.string(), "<source>:<source_id>, the key"),
    ("source", pa.string(), "the source's name in the recipe"),
    ("source_id", pa.string(), "the record's own id, or a hash of its content"),
    ("group", pa.string(), "what stays together in a split: document, conversation, parent"),
    ("language", pa.string(), "en or zh"),
    ("task", pa.string(), "the instruction before the question"),
    ("question", pa.string(), "the question's text"),
    ("answer_kind", pa.string(), "number percent boolean choice choices label labels span text code"),
    ("gold", pa.string(), "the gold answer; null where the source gives none"),
    ("licence", pa.string(), "the licence of the source"),
    ("split", pa.string(), "the split of origin"),
    ("parent", pa.string(), "the question that it was converted from, in originals; null for one as it came"),
    ("module", pa.string(), "Fin-R1's module"),
    ("task_domain", pa.string(), "the task's domain in words, where the recipe or the source names one"),
    ("context", pa.string(), "what the question is about: text and table"),
    ("options", OPTIONS, "the options of a choice, in order"),
    ("gold_alternatives", TEXTS, "other writings of the gold that are as good"),
    ("explanation", pa.string(), "the source's own explanation of the answer"),
    ("flags", TEXTS, "known defects; `curate sources NAME` explains them"),
    ("meta", pa.string(), "whatever else the source gives, as JSON"),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "questions": _QUESTION,
    "originals": _QUESTION,
    "traces": (
        *_TRACE_KEY,
        ("origin", pa.string(), "distilled merged program imported"),
        ("model", pa.string(), "who wrote it"),
        ("outcome", pa.string(), "ok truncated empty_reasoning empty_answer refusal filtered error"),
        ("reasoning", pa.string(), "the reasoning"),
        ("answer", pa.string(), "the text after the reasoning"),
        ("final", pa.string(), "the final answer cut out of it; null where there is none"),
        ("error", pa.string(), "the server's words where the outcome is error"),
    ),
    "calls": (
        *_TRACE_KEY,
        ("purpose", pa.string(), "what the model was asked for: filter, convert, distil, check, judge, student"),
        ("model", pa.string(), "the model's identity: address and name, or vllm:model@revision"),
        ("key", pa.string(), "the reply's key in the journal, in hex; null for a call that has none"),
        ("outcome", pa.string(), "what came back, as of a trace"),
        ("finish_reason", pa.string(), "why the model stopped, in the server's words"),
        ("answered_by", pa.string(), "the model that the server says it used"),
        ("fingerprint", pa.string(), "the server's system_fingerprint"),
        ("prompt_tokens", pa.int64(), "tokens of the prompt"),
        ("completion_tokens", pa.int64(), "tokens of the reply, reasoning included"),
        ("reasoning_tokens", pa.int64(), "of these, the reasoning's, where the server tells"),
        ("cached_tokens", pa.int64(), "of the prompt's, those from the provider's cache"),
        ("usd", pa.float64(), "US dollars by the recipe's price; 0 where it gives none"),
        ("error", pa.string(), "the server's words where the call failed"),
    ),
    "checks": (
        *_TRACE_KEY,
        ("value", pa.bool_(), "round one: true right, false wrong, null undecided"),
        ("reason", pa.string(), "why, as a code; see the table reasons"),
        ("extracted", pa.string(), "the final answer that was matched"),
        ("method", pa.string(), "rule, or the name of the model that judged"),
        ("rule", pa.string(), "where a model judged, the reason for which rules were undecided"),
        ("gold", pa.string(), "of several golds the one that decided, for numbers"),
        ("tolerance", pa.string(), "the largest gap from it that was allowed, a percent as a fraction"),
        ("detail", pa.string(), "in words: the answers that disagree, the model's reason"),
    ),
    "scores": (
        *_TRACE_KEY,
        ("judge", pa.string(), "who voted: rules, or a model's name in the recipe"),
        ("criterion", pa.string(), "one of the seven, or of the recipe's own"),
        ("vote", pa.int8(), "1 met, 0 not met, null cannot tell, or no readable vote"),
        ("rationale", pa.string(), "the vote's reason in words"),
        ("identity", pa.string(), "the judge's model: address and name, or vllm:model@revision; rules"),
        ("criteria", pa.string(), "name and digest of the criteria that it voted by"),
    ),
    "judgements": (
        *_TRACE_KEY,
        ("judge", pa.string(), "who judged: rules, or a model's name in the recipe"),
        ("sits", pa.bool_(), "whether it has a say; rules always vote, as the measures' word beside models"),
        ("value", pa.bool_(), "true good, false bad, null undecided, by the recipe's keep"),
        ("reason", pa.string(), "why, as a code; see the table reasons"),
        ("detail", pa.string(), "the criteria that decided, or what failed"),
        ("shown", pa.float64(), "share of the reasoning that it saw; below 1 the middle was left out"),
    ),
    "measures": (
        *_TRACE_KEY,
        ("name", pa.string(), "what was measured; see the table measure_names"),
        ("value", pa.float64(), "the number; null where there was nothing to measure"),
    ),
    "calculations": (
        *_TRACE_KEY,
        ("start", pa.int32(), "where it begins in the reasoning, in characters"),
        ("end", pa.int32(), "where it ends"),
        ("text", pa.string(), "as it is written, result included"),
        ("stated", pa.string(), "the result as written"),
        ("computed", pa.string(), "what it gives, as a decimal; null where that cannot be told"),
        ("value", pa.bool_(), "true right at its written precision, false wrong, null undecided"),
        ("reason", pa.string(), "why, as a code; see the table reasons"),
        ("error", pa.float64(), "of a wrong one, how far the result is off, relative to what it should be"),
    ),
    "outcomes": (
        ("question_id", pa.string(), "the question, or <source>:<place> of an unreadable record; the key"),
        ("source", pa.string(), "the source's name in the recipe"),
        ("label", pa.string(), "good bad undecided dropped"),
        ("reason", pa.string(), "why, as a code; see the table reasons"),
        ("goes_to", pa.string(), "sft rl rejects; null while the question waits for a call"),
        ("detail", pa.string(), "the reason in words: criteria, the gold that was missed, the parser's error"),
        ("sample", pa.int16(), "the chosen trace's sample; null where there is no trace"),
        ("attempt", pa.int16(), "the chosen trace's attempt"),
    ),
    "student": (
        ("question_id", pa.string(), "the question, which goes to rl; with sample, the key of an answer"),
        ("sample", pa.int16(), "which of the student's answers, from 0"),
        ("value", pa.bool_(), "by round one's rules: true right, false wrong, null undecided"),
        ("reason", pa.string(), "why, as a code; see the table reasons; pending: the call was not sent"),
        ("outcome", pa.string(), "what came back, as of a trace; null for a call that was not sent"),
        ("extracted", pa.string(), "the final answer that was matched"),
        ("model", pa.string(), "the student's identity: address and name, or vllm:model@revision"),
    ),
    "unreadable": (
        ("question_id", pa.string(), "<source>:<place>"),
        ("source", pa.string(), "the source's name in the recipe"),
        ("place", pa.string(), "file and line, or file and record number"),
        ("error", pa.string(), "what is wrong with the record"),
        ("raw", pa.string(), "its text, the first 10,000 characters"),
    ),
    "sources": (
        ("source", pa.string(), "the source's name in the recipe, the key"),
        ("use", pa.string(), "its module"),
        ("location", pa.string(), "the recipe's `from`, without its folder"),
        ("licence", pa.string(), "its licence"),
        ("home", pa.string(), "where the corpus is published"),
        ("files", _FILES, "the files that were read, with their hashes"),
        ("records", pa.int64(), "records read"),
        ("unreadable", pa.int64(), "records that could not be read"),
        ("questions", pa.int64(), "questions made of the others"),
        ("flagged", pa.int64(), "questions with at least one flag"),
        ("flags", _COUNTS, "questions by flag"),
    ),
}


def file_of(table: str) -> str:
    """Where a table's Parquet file lies in a run directory."""
    return "questions.parquet" if table == "questions" else f"tables/{table}.parquet"


ROW_GROUP = 1000
# Tables with many short rows a trace: thousands of small groups cost more to write and to read than their rows.
_LONGER = {"measures": 50_000, "scores": 10_000, "calculations": 10_000}
_GROUP_CHARACTERS = 8_000_000  # a row group of long texts is closed early, so that no reader needs gigabytes for it


def schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of columns, their comments as metadata."""
    return pa.schema([pa.field(name, kind, metadata={"comment": comment}) for name, kind, comment in columns])


def writer(table: str, path: Path) -> "Writer":
    """Writes one of TABLES to a Parquet file."""
    return Writer(TABLES[table], path, _LONGER.get(table, ROW_GROUP))


class Writer:
    """Writes rows, tuples of these columns, to a Parquet file in row groups; to be used with `with`."""

    def __init__(self, columns: Sequence[Column], path: Path, row_group: int = ROW_GROUP) -> None:
        self._schema, self._rows = schema(columns), list[tuple[Any, ...]]()
        self._row_group = row_group
        self._characters = 0
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd", write_statistics=True)

    def add(self, *rows: tuple[Any, ...]) -> None:
        self._rows.extend(rows)
        self._characters += sum(map(_characters, rows))
        if len(self._rows) >= self._row_group or self._characters >= _GROUP_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = [
                pa.array(values, field.type)
                for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
            ]
            self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema))
            self._rows.clear()
            self._characters = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._file.close()


def _characters(cell: Any) -> int:
    """The characters of a cell, or of a row: those in its lists and structs too."""
    if isinstance(cell, str):
        return len(cell)
    if isinstance(cell, list | tuple):
        return sum(map(_characters, cell))
    return sum(map(_characters, cell.values())) if isinstance(cell, dict) else 0


_QUESTION_FIELDS = tuple(name for name, _, _ in TABLES["questions"])
assert set(_QUESTION_FIELDS) == {field.name for field in dataclasses.fields(Question)}


def question_row(question: Question) -> tuple[Any, ...]:
    """A Question as a row of `questions`."""
    special: dict[str, Any] = {
        "options": [{"letter": letter, "text": text} for letter, text in question.options.items()],
        "meta": json.dumps(question.meta, ensure_ascii=False, default=_stable),
    }
    return tuple(special[name] if name in special else getattr(question, name) for name in _QUESTION_FIELDS)


def _stable(value: Any) -> str:
    """What JSON has no form for, where its text is the same in every run; a set, say, is refused."""
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta | decimal.Decimal):
        return str(value)
    raise TypeError(f"a question's meta holds {value!r}, which JSON cannot hold")


def question_of(row: Mapping[str, Any]) -> Question:
    """The Question of a row of `questions`."""
    special = {
        "options": {option["letter"]: option["text"] for option in row["options"]},
        "gold_alternatives": tuple(row["gold_alternatives"]),
        "flags": tuple(row["flags"]),
        "meta": json.loads(row["meta"]),
    }
    return Question(**{**row, **special})


def read_rows(path: Path, columns: Sequence[str] | None = None, batch: int = ROW_GROUP) -> Any:
    """The rows of a Parquet file as mappings, a batch at a time."""
    # With its buffer pyarrow (26) keeps the whole file's compressed bytes while it is read.
    with pq.ParquetFile(path, pre_buffer=False) as file:
        for part in file.iter_batches(batch, columns=columns):
            yield from part.to_pylist()
