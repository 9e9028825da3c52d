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
from curate.recipe import Recipe, SourceSpec
from curate.records import Corpus, Outcome, Question, Row, SourceInfo
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
    seen: set[int] = set()
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
        columns: set[str] = set()
        for item in itertools.islice(rows(file.path, file.shown), _HEAD):
            if isinstance(item, Row) and isinstance(item.value, dict):
                columns.update(map(str, item.value))
        if columns:
            check(columns, file.shown, source.spec.options)


def _items(source: Gathered, limit: int | None) -> Iterator[list[Question] | Broken]:
    spec = source.spec
    limits = [bound for bound in (limit, spec.limit) if bound is not None]
    corpus = Corpus(source.name, spec.licence or source.info.licence, spec.split, spec.module or source.info.module)
    everything = itertools.chain.from_iterable(rows(file.path, file.shown) for file in source.files)
    for row in itertools.islice(everything, min(limits) if limits else None):
        source.records += 1
        if isinstance(row, Broken):
            source.unreadable += 1
            yield row
            continue
        try:
            yield list(spec.implementation.questions(row, corpus, spec.options))
        except BadRecord as error:
            source.unreadable += 1
            yield Broken(row.file, row.number, str(error), json.dumps(row.value, ensure_ascii=False, default=str))
        except Exception as error:
            error.add_note(f"while {source.name} read the record at {row.place}")
            raise


def _unique(question: Question, seen: set[int]) -> Question:
    if _new(question.id, seen):
        return question
    for number in itertools.count(2):
        if _new(f"{question.id}~{number}", seen):
            break
    return replace(question, id=f"{question.id}~{number}", flags=(*question.flags, "duplicate_id"))


def _new(name: str, seen: set[int]) -> bool:
    """Ids are remembered as 64-bit hashes: some 60 bytes each, 60 MB a million."""
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
    if key in seen:
        return False
    seen.add(key)
    return True


def _lost(source: Gathered, broken: Broken, seen: set[int]) -> Outcome:
    name = f"{source.name}:{broken.place}"
    _new(name, seen)
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
