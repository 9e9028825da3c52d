"""Any table of questions: JSON, JSON Lines, CSV, Parquet or a Hub dataset, by naming its columns.

    - use: table
      from: exam.csv
      columns: {id: qid, question: ask, context: [title, passage], gold: truth, options: [A, B, C, D]}
      licence: CC-BY-4.0

A field that is not mapped is read from the column of its own name, where there is one. A dotted name reaches into a
nested value ("result.acc"). What `keep` names goes to the question's meta unchanged, for SQL.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from curate.errors import BadRecord, UserError, nearest
from curate.records import AnswerKind, Corpus, Language, Question, Row, SourceInfo, content_id, language_of
from judges.answers import Gold, match
from judges.answers.audit import FLAGS, audit
from judges.answers.boolean import boolean
from judges.answers.quantity import quantities
from recipes.conversions.numerals import asks_percent
from recipes.sources.texts import is_yes_and_no, linearise, number_text

INFO = SourceInfo(
    title="any table of questions",
    licence="unknown",
    home="yours",
    language="any",
    module=None,
    task="",
    form="any columns; `columns` says which is which",
    defects={
        "gold_missing": "no gold answer is given",
        "gold_unusable": "the gold cannot be read as an answer of its kind",
        **FLAGS,
    },
)

_LETTERS = "ABCDEFGH"
_INDEX = re.compile(r"-?\d{1,4}")
_AUDITED = ("number", "percent", "boolean")
_MISSING = frozenset({"nan", "null", "n/a", "#n/a", "<na>"})


class Columns(BaseModel):
    """Which column holds what. `context` may name several, joined by blank lines; `options` one or one a letter."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str | None = Field(default=None, description="the record's own id; without one, a hash of its content")
    question: str | None = Field(default=None, description="the question's text")
    context: str | list[str] | None = Field(default=None, description="what the question is about")
    options: str | list[str] | None = Field(
        default=None, description="a mapping or list of options, or one column a letter"
    )
    gold: str | None = Field(default=None, description="the gold answer")
    alternatives: list[str] = Field(default=[], description="other columns whose value is as good as the gold")
    kind: str | None = Field(default=None, description="the answer's kind")
    explanation: str | None = Field(default=None, description="a person's explanation of the answer")
    group: str | None = Field(default=None, description="what must stay together in a split")
    language: str | None = Field(default=None, description="en or zh")
    program: str | None = Field(default=None, description="a FinQA program that computes the gold")
    table: str | None = Field(default=None, description="the table that the program refers to: a list of rows")
    evidence: str | None = Field(default=None, description='FinQA\'s gold_inds: {"table_1": ..., "text_4": ...}')

    def named(self) -> list[str]:
        """Every column that the mapping names."""
        values = [value for name in type(self).model_fields if (value := getattr(self, name)) is not None]
        return [column for value in values for column in (value if isinstance(value, list) else [value])]


class Options(BaseModel):
    """The recipe keys of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    columns: Columns = Field(default=Columns(), description="field -> column")
    keep: list[str] = Field(default=[], description="columns to carry along in meta")
    kind: AnswerKind | None = Field(
        default=None, description="the kind of all answers; by default told from options and gold"
    )
    language: Language | None = Field(
        default=None, description="the language of all questions; by default told from their script"
    )
    task: str = Field(default="", description="an instruction that stands before every question")


def check_columns(columns: Set[str], place: str, options: Options) -> None:
    """Refuses a mapping to columns that the file's first records do not have."""
    for wanted in (*options.columns.named(), *options.keep):
        if wanted.partition(".")[0] not in columns and wanted not in columns:
            raise UserError(
                f"{place}: no column '{wanted}'{nearest(wanted, columns)}\n  its columns: {', '.join(sorted(columns))}"
            )


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a record without a question."""
    yield question(Reader(row.value, options.columns), corpus, options)


class Reader:
    """One raw record, read by the names of our fields."""

    def __init__(self, record: Any, columns: BaseModel) -> None:
        if not isinstance(record, Mapping):
            raise BadRecord("the record is not a mapping of columns to values")
        self._record, self._columns = record, columns

    def column(self, name: str) -> Any:
        """A column's value, or what a dotted name reaches (messages.-1.content: of the last one); None where it is
        missing."""
        if name in self._record:
            return self._record[name]
        value: Any = self._record
        for part in name.split("."):
            value = _inside(value, part)
        return value

    def __call__(self, field: str) -> Any:
        mapped = getattr(self._columns, field, None) or field
        return [self.column(name) for name in mapped] if isinstance(mapped, list) else self.column(mapped)

    def text(self, field: str) -> str | None:
        """A field as text; None for missing, empty and NaN."""
        value = self(field)
        if isinstance(value, list) and field == "context":
            return "\n\n".join(text for part in value if (text := text_of(part))) or None
        return text_of(value)


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, list) and _INDEX.fullmatch(part):
        return value[int(part)] if -len(value) <= int(part) < len(value) else None
    return value.get(part) if isinstance(value, Mapping) else None


def question(read: Reader, corpus: Corpus, options: Options) -> Question:
    """A Question out of mapped columns."""
    asked, context = read.text("question"), read.text("context") or ""
    if isinstance(read("question"), list | Mapping | bool):
        raise BadRecord(
            f"the column '{read_name(options, 'question')}' holds no text; name the value in it: messages.0.content"
        )
    if asked is None:
        raise BadRecord(f"no question: the column '{read_name(options, 'question')}' is missing or empty")
    choices = _options(read("options"), options.columns.options)
    gold = _gold(read("gold"))
    alternatives = tuple(
        text for name in options.columns.alternatives if (text := _gold(read.column(name))) and text != gold
    )
    kind = _kind(options.kind or read.text("kind"), gold or (alternatives[0] if alternatives else None), choices)
    language = options.language or read.text("language") or language_of(asked)
    if language not in ("en", "zh"):
        raise BadRecord(f"language '{language}' is neither en nor zh")
    meta: dict[str, Any] = {"program": read.text("program")} if read.text("program") else {}
    if isinstance(table := _literal(read("table")), list) and all(isinstance(cells, list) for cells in table):
        meta["table"] = [[str(cell) for cell in cells] for cells in table]
        context = context or linearise(meta["table"])
    if isinstance(evidence := _literal(read("evidence")), Mapping):
        meta["evidence"] = {str(key): str(text) for key, text in evidence.items()}
    source_id = read.text("id") or content_id(asked, context, json.dumps(choices, ensure_ascii=False))
    if options.keep:
        meta["keep"] = {name: read.column(name) for name in options.keep}
    return Question(
        **corpus.provenance(source_id),
        group=read.text("group") or source_id,
        language="zh" if language == "zh" else "en",
        task=options.task,
        question=asked,
        answer_kind=kind,
        gold=gold,
        gold_alternatives=alternatives,
        context=context,
        options=choices,
        explanation=read.text("explanation"),
        flags=tuple(_flags(gold, alternatives, kind, choices, percent=asks_percent(asked))),
        meta=meta,
    )


def _gold(value: Any) -> str | None:
    """A gold as text: a list of several joined by commas; the spellings of "missing" that exports write are none."""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text_of, value))) or None
    if isinstance(value, Mapping):
        raise BadRecord("the gold is a mapping; name the value in it, as in gold: answer.value")
    text = text_of(value)
    return None if text is not None and text.casefold() in _MISSING else text


def _flags(
    gold: str | None, alternatives: tuple[str, ...], kind: AnswerKind, choices: Mapping[str, str], *, percent: bool
) -> Iterator[str]:
    first = gold or next(iter(alternatives), None)
    if first is None:
        yield "gold_missing"
        return
    if match(first, Gold(kind, first, options=choices)).reason == "gold_unusable":
        yield "gold_unusable"
    if gold is not None and kind in _AUDITED:
        yield from sorted({flag for other in alternatives if (flag := audit(gold, other, kind, percent=percent))})


def read_name(options: Options, field: str) -> str:
    """The column that a field is read from."""
    return getattr(options.columns, field) or field


def text_of(value: Any) -> str | None:
    """A value as text; None for missing, empty and NaN."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool | int | float):
        return number_text(value)
    return str(value).strip() or None


def _literal(value: Any) -> Any:
    """JSON or a Python literal inside a string, else the value itself; never evaluated."""
    if not isinstance(value, str) or not value.strip():
        return value
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(value)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return None


def _options(value: Any, mapped: str | list[str] | None) -> dict[str, str]:
    """Options as letter -> text: a mapping, a list, {"label": [...], "text": [...]}, or one column a letter."""
    if isinstance(mapped, list):
        return _lettered([name if len(name) == 1 and name.isalpha() else None for name in mapped], value)
    parsed = _literal(value)
    if not isinstance(parsed, Mapping | list | tuple) and (parsed is None or text_of(parsed) is None):
        if isinstance(value, str) and value.strip():
            raise BadRecord("the options cannot be read: neither JSON nor a Python literal")
        return {}
    if isinstance(parsed, Mapping):
        if isinstance(parsed.get("text"), list):
            return _lettered(parsed.get("label") or [], parsed["text"])
        return _lettered(list(parsed), list(parsed.values()))
    if isinstance(parsed, list | tuple):
        if all(isinstance(one, Mapping) and "text" in one for one in parsed):
            return _lettered([one.get("label") for one in parsed], [one["text"] for one in parsed])
        return _lettered([], list(parsed))
    raise BadRecord("the options are neither a mapping nor a list")


def _lettered(names: list[Any], texts: list[Any]) -> dict[str, str]:
    """Texts under their names, or under A, B, C ... where they have none; missing ones left out."""
    if len(texts) > len(_LETTERS):
        raise BadRecord(f"{len(texts)} options; at most {len(_LETTERS)} can be told apart")
    given = [*names, *[None] * (len(texts) - len(names))]
    letters = [_LETTERS[index] if name is None else str(name).strip().upper() for index, name in enumerate(given)]
    return {letter: text for letter, one in zip(letters, texts, strict=False) if (text := text_of(one))}


def _kind(said: str | None, gold: str | None, options: Mapping[str, str]) -> AnswerKind:
    """The answer's kind: as said, else told from the options and the gold."""
    known = get_args(AnswerKind)
    if said is not None:
        if said not in known:
            raise BadRecord(f"kind '{said}' is unknown; known are {', '.join(known)}")
        return said  # type: ignore[return-value]  # checked on the line above
    if options:
        if is_yes_and_no(options):
            return "boolean"
        if gold in options.values():
            return "choice"
        return "choices" if gold and len(set(gold) & options.keys()) > 1 and len(gold) <= 2 * len(options) else "choice"
    if gold is None:
        return "text"
    if boolean(gold) is not None:
        return "boolean"
    if len(found := quantities(gold)) == 1 and len(gold) <= 24:
        return "percent" if found[0].percent else "number"
    return "text"
