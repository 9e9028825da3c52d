"""Every source read, made Questions of, and written to questions.parquet; no model is called.

A record that cannot be read becomes a row of `unreadable` and an outcome that says so; the run goes on. Two records of
one id are both kept: the later one's id gets a suffix and the flag `duplicate_id`.
"""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from curate.errors import BadRecord, UserError
from curate.locate import File, locate
from curate.read import Broken, rows
from curate.recipe import Recipe
from curate.records import Corpus, Outcome, Question, Row, SourceInfo
from curate.spec import SourceSpec
from curate.tables import Writer, question_row

_HEAD = 100
_RAW = 10_000


@dataclass(slots=True)
class Gathered:
    """What came of one source."""

    name: str
    spec: SourceSpec
    files: list[File]
    digests: list[str]
    records: int = 0
    unreadable: int = 0
    questions: int = 0
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def info(self) -> SourceInfo:
        found: SourceInfo = self.spec.implementation.INFO
        return found

    def row(self) -> tuple[Any, ...]:
        """As a row of `sources`."""
        files = [
            {"name": file.shown, "sha256": digest, "revision": file.revision}
            for file, digest in zip(self.files, self.digests, strict=True)
        ]
        flags = [{"flag": flag, "questions": count} for flag, count in sorted(self.flags.items())]
        counts = (self.records, self.unreadable, self.questions, self.flagged)
        shown = self.spec.location if self.spec.location.startswith("hf://") else Path(self.spec.location).name
        return (
            self.name,
            self.spec.use,
            shown,
            self.spec.licence or self.info.licence,
            self.info.home,
            files,
            *counts,
            flags,
        )


def gather(
    recipe: Recipe,
    folder: Path,
    *,
    limit: int | None = None,
    strict: bool = False,
    told: Callable[[int], None] = lambda read: None,
) -> tuple[list[Gathered], list[Outcome]]:
    """Reads all sources of a recipe into folder/questions.parquet and folder/tables/{unreadable,sources}.parquet.

    limit: at most so many records of each source; strict: raise at the first unreadable record; told: called with
    the number of records read so far. Returns what came of each source, and the outcomes of unreadable records.
    Raises UserError before anything is written if a source's files are missing.
    """
    found = [_open(spec, index, recipe.base) for index, spec in enumerate(recipe.sources)]
    lost: list[Outcome] = []
    seen = _Ids()
    counter = itertools.count(1)
    with (
        Writer("questions", folder / "questions.parquet") as questions,
        Writer("unreadable", folder / "tables" / "unreadable.parquet") as unreadable,
        Writer("sources", folder / "tables" / "sources.parquet") as sources,
    ):
        for source in found:
            for item in _items(source, limit):
                told(next(counter))
                if isinstance(item, Broken):
                    if strict:
                        raise UserError(
                            f"{source.name}: {item.place}: {item.error}\n  --strict stops at an unreadable record"
                        )
                    outcome = _lost(source, item, seen)
                    unreadable.add((outcome.question_id, source.name, item.place, item.error, item.raw[:_RAW]))
                    lost.append(outcome)
                else:
                    for question in item:
                        question = _unique(question, seen)
                        questions.add(question_row(question))
                        source.questions += 1
                        source.flagged += bool(question.flags)
                        source.flags.update(question.flags)
            _refuse_empty(source, lost)
            sources.add(source.row())
    return found, lost


def _open(spec: SourceSpec, index: int, base: Path) -> Gathered:
    name = spec.name or spec.use.rpartition(".")[2]
    try:
        files = locate(spec.location, base, spec.split)
        digests = [file.digest() for file in files]
        source = Gathered(name, spec, files, digests)
        _check_columns(source)
    except UserError as error:
        raise UserError(f"source '{name}' (sources.{index}): {error}") from None
    except OSError as error:
        raise UserError(
            f"source '{name}' (sources.{index}): {error.filename}: cannot be read: {error.strerror}"
        ) from None
    return source


def _check_columns(source: Gathered) -> None:
    """Lets the source refuse a mapping to columns that are not there, before hours of reading."""
    check = getattr(source.spec.implementation, "check_columns", None)
    if check is None:
        return
    for file in source.files:
        columns = _columns(file, _HEAD)
        try:
            if columns:
                check(columns, file.shown, source.spec.options)
        except UserError:  # a column may come late in JSON Lines: then the whole file tells
            check(_columns(file, None), file.shown, source.spec.options)


def _columns(file: File, head: int | None) -> set[str]:
    found = (item.value for item in itertools.islice(rows(file.path, file.shown), head) if isinstance(item, Row))
    return {str(name) for value in found if isinstance(value, dict) for name in value}


def _items(source: Gathered, limit: int | None) -> Iterator[list[Question] | Broken]:
    spec = source.spec
    limits = [bound for bound in (limit, spec.limit) if bound is not None]
    corpus = Corpus(
        name=source.name,
        licence=spec.licence or source.info.licence,
        split=spec.split,
        module=spec.module or source.info.module,
        task_domain=spec.task_domain or source.info.task_domain,
    )
    everything = itertools.chain.from_iterable(rows(file.path, file.shown) for file in source.files)
    for row in itertools.islice(everything, min(limits) if limits else None):
        source.records += 1
        if isinstance(row, Broken):
            source.unreadable += 1
            yield row
            continue
        try:
            made = list(spec.implementation.questions(row, corpus, spec.options))
            for question in made:
                _refuse_surrogates(question)
            if not made:
                raise BadRecord("the source made no question of it")
            yield made
        except BadRecord as error:
            source.unreadable += 1
            yield Broken(row.file, row.number, str(error), json.dumps(row.value, ensure_ascii=False, default=str))
        except Exception as error:
            error.add_note(f"while {source.name} read the record at {row.place}")
            raise


def _refuse_surrogates(question: Question) -> None:
    """Half a surrogate pair, out of an escape in a literal, can be written to no file."""
    try:
        for cell in question_row(question):
            if not isinstance(cell, str) or not cell.isascii():
                str(cell).encode()
        for text in question.options.values():
            text.encode()
    except UnicodeEncodeError:
        raise BadRecord("half of a surrogate pair stands alone in its text") from None


class _Ids:
    """The ids given so far, as 64-bit hashes: some 60 bytes each, 60 MB a million."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """The name, or where it was given before the name with the next free suffix: ~2, ~3 ..."""
        if self._new(name):
            return name
        for number in itertools.count(self._repeated.get(name, 1) + 1):
            self._repeated[name] = number
            if self._new(f"{name}~{number}"):
                break
        return f"{name}~{number}"

    def _new(self, name: str) -> bool:
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
        known = key in self._seen
        self._seen.add(key)
        return not known


def _unique(question: Question, seen: _Ids) -> Question:
    given = seen.unique(question.id)
    return question if given == question.id else replace(question, id=given, flags=(*question.flags, "duplicate_id"))


def _lost(source: Gathered, broken: Broken, seen: _Ids) -> Outcome:
    name = seen.unique(f"{source.name}:{broken.place}")
    return Outcome(name, source.name, "dropped", "unreadable", "rejects", broken.error)


def _refuse_empty(source: Gathered, lost: list[Outcome]) -> None:
    where = f"source '{source.name}': '{source.spec.location}'"
    if not source.records:
        raise UserError(f"{where} holds no records")
    if source.unreadable == source.records:
        first = next(outcome for outcome in lost if outcome.source == source.name)
        raise UserError(
            f"{where}: none of its {source.records} records could be read\n"
            f"  the first: {first.question_id.partition(':')[2]}: {first.detail}\n"
            f"  {source.name} expects {source.info.form}"
        )
