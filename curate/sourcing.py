"""A source of a recipe, opened and read: its files, and what its module makes of each record.

source = opened(spec, "sources.0", base)
for file, made in read(source):         # made: the record's Questions, or Broken with the reason
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curate.errors import BadRecord, UserError
from curate.locate import File, locate
from curate.read import Broken, rows
from curate.records import Corpus, Question, Row, SourceInfo
from curate.screen.privacy import masked
from curate.screen.private_ids import plain_ids
from curate.spec import ReadSpec

_HEAD = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its files, found and hashed, and what its module is told to write into its questions."""

    spec: ReadSpec
    files: list[File]
    digests: list[str]
    corpus: Corpus

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.corpus.name

    @property
    def info(self) -> SourceInfo:
        """What its module states."""
        found: SourceInfo = self.spec.implementation.INFO
        return found


def opened(spec: ReadSpec, place: str, base: Path) -> Source:
    """The source of a part of a recipe, that stands at a place. Raises UserError where files or columns are missing."""
    try:
        files = locate(spec.location, base, spec.split)
        digests = [file.digest() for file in files]
        _check_columns(spec, files)
    except UserError as error:
        raise UserError(f"source '{spec.called}' ({place}): {error}") from None
    except OSError as error:
        where = f"source '{spec.called}' ({place}): {error.filename}"
        raise UserError(f"{where}: cannot be read: {error.strerror}") from None
    return Source(spec, files, digests, spec.corpus())


def all_opened(specs: Sequence[ReadSpec], place: str, base: Path) -> list[Source]:
    """All sources of a part of a recipe. Raises UserError that names every one that cannot be opened."""
    found, faults = list[Source](), list[str]()
    for index, spec in enumerate(specs):
        try:
            found.append(opened(spec, f"{place}.{index}", base))
        except UserError as fault:
            faults.append(str(fault))
    if faults:
        raise UserError("\n".join(faults))
    return found


def files_of(source: Source) -> list[dict[str, str | None]]:
    """The source's files with their hashes, and the Hub commit that they came from."""
    found = zip(source.files, source.digests, strict=True)
    return [{"name": file.shown, "sha256": digest, "revision": file.revision} for file, digest in found]


def read(
    source: Source, limit: int | None = None, *, mask: bool = False
) -> Iterator[tuple[str, list[Question] | Broken]]:
    """Each record of the source: its file's name, and the Questions made of it, or why there are none.

    limit: at most so many records; the recipe's own limit holds besides. mask: private data are masked in what cannot
    be read, and in ids; the screens see to the rest. Raises UserError at the end of a source without records, or with
    none that could be read."""
    limits = [bound for bound in (limit, source.spec.limit) if bound is not None]
    everything = ((file.shown, made) for file in source.files for made in of_file(source, file))
    records, readable, first = 0, False, None
    for file, made in itertools.islice(everything, min(limits) if limits else None):
        made = _masked(made) if mask else made
        records += 1
        if isinstance(made, Broken):
            first = first or made
        else:
            readable = True
        yield file, made
    if not readable:
        _refuse(source, records, first)


def of_file(source: Source, file: File) -> Iterator[list[Question] | Broken]:
    """What is made of each record of one of the source's files."""
    for row in rows(file.path, file.shown):
        yield row if isinstance(row, Broken) else _made(row, source)


def _refuse(source: Source, records: int, first: Broken | None) -> None:
    where = f"source '{source.name}': '{source.spec.location}'"
    if first is None:
        raise UserError(f"{where} holds no records")
    raise UserError(
        f"{where}: none of its {records} records could be read\n"
        f"  the first: {first.place}: {first.error}\n"
        f"  {source.name} expects {source.info.form}"
    )


def _masked(made: list[Question] | Broken) -> list[Question] | Broken:
    if isinstance(made, Broken):
        return replace(made, error=masked(made.error), raw=masked(made.raw))
    return list(map(plain_ids, made))


def _made(row: Row, source: Source) -> list[Question] | Broken:
    try:
        made: list[Question] = list(source.spec.implementation.questions(row, source.corpus, source.spec.options))
        for question in made:
            refuse_surrogates(question)
        if not made:
            raise BadRecord("the source made no question of it")
        return made
    except BadRecord as error:
        return Broken(row.file, row.number, str(error), json.dumps(row.value, ensure_ascii=False, default=str))
    except Exception as error:
        error.add_note(f"while {source.name} read the record at {row.place}")
        raise


def _check_columns(spec: ReadSpec, files: list[File]) -> None:
    """Lets the source refuse a mapping to columns that are not there, before hours of reading."""
    check: Any = getattr(spec.implementation, "check_columns", None)
    if check is None:
        return
    for file in files:
        columns = _columns(file, _HEAD)
        try:
            if columns:
                check(columns, file.shown, spec.options)
        except UserError:  # a column may come late in JSON Lines: then the whole file tells
            check(_columns(file, None), file.shown, spec.options)


def _columns(file: File, head: int | None) -> set[str]:
    found = (item.value for item in itertools.islice(rows(file.path, file.shown), head) if isinstance(item, Row))
    return {str(name) for value in found if isinstance(value, dict) for name in value}


def refuse_surrogates(question: Question) -> None:
    """Raises BadRecord for a question that no file can hold: half a surrogate pair, out of an escape, stands in it."""
    own = (question.id, question.source_id, question.group, question.task, question.task_domain, question.question)
    texts = (*own, question.context, question.gold, question.explanation)
    meta = json.dumps(question.meta, ensure_ascii=False, default=str) if question.meta else ""
    try:
        for text in (*texts, *question.options.values(), *question.gold_alternatives, meta):
            if text is not None and not text.isascii():
                text.encode()
    except UnicodeEncodeError:
        raise BadRecord("half of a surrogate pair stands alone in its text") from None
