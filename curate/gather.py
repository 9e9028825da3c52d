"""Every source read, made Questions of, screened, and written to gathered.parquet; no model is called.

A record that cannot be read becomes a row of `unreadable` and an outcome that says so; the run goes on. Two records of
one id are both kept: the later one's id gets a suffix and the flag `duplicate_id`.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.read import Broken
from curate.recipe import Recipe
from curate.records import Drop, Outcome, Question, content_number
from curate.screen.overlap import Benchmarks
from curate.screen_spec import ScreenSpec
from curate.screening import Screening
from curate.sourcing import Source, all_opened, files_of, read
from curate.tables import question_of, question_row, read_rows, writer

GATHERED = "gathered.parquet"
_RAW = 10_000


@dataclass(slots=True)
class Gathered:
    """What came of one source: records read, of these unreadable, questions made of the others, of these flagged."""

    source: Source
    records: int = 0
    unreadable: int = 0
    questions: int = 0
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    def row(self) -> tuple[Any, ...]:
        """As a row of `sources`."""
        spec, info = self.source.spec, self.source.info
        flags = [{"flag": flag, "questions": count} for flag, count in sorted(self.flags.items())]
        shown = spec.location if spec.location.startswith("hf://") else Path(spec.location).name
        counts = (self.records, self.unreadable, self.questions, self.flagged)
        return self.name, spec.use, shown, self.source.corpus.licence, info.home, files_of(self.source), *counts, flags


@dataclass(frozen=True, slots=True)
class Gathering:
    """All that was read. benchmarks: the sets that it was screened against; lost: outcomes of records that could not be
    read; dropped: index of a question -> why a screen takes it no further; folder: where the questions were written."""

    sources: list[Gathered]
    benchmarks: list[Source]
    lost: list[Outcome]
    dropped: Mapping[int, Drop]
    folder: Path

    @property
    def total(self) -> int:
        """How many questions there are."""
        return sum(one.questions for one in self.sources)

    def questions(self) -> Iterator[tuple[Question, Drop | None]]:
        """The questions in order of reading, each with why it goes no further, or None."""
        for index, row in enumerate(read_rows(self.folder / GATHERED)):
            yield question_of(row), self.dropped.get(index)


def gather(
    recipe: Recipe,
    folder: Path,
    *,
    limit: int | None = None,
    strict: bool = False,
    told: Callable[[int], None] = lambda read: None,
) -> Gathering:
    """Reads and screens all sources of a recipe into folder/gathered.parquet and folder/tables/{unreadable,sources}.

    limit: at most so many records of each source; strict: raise at the first unreadable record; told: called with
    the number of records read so far. Raises UserError before anything is written if a source's files are missing.
    """
    sources = all_opened(recipe.sources, "sources", recipe.base)
    sets, known = benchmarks(recipe.screen, recipe.base)
    private = recipe.screen is not None and recipe.screen.private != "keep"
    screening = Screening(recipe.screen, recipe.sources, known, folder)
    found, lost, seen, counter = [Gathered(source) for source in sources], list[Outcome](), _Ids(), itertools.count(1)
    with (
        writer("questions", folder / GATHERED) as questions,
        writer("unreadable", folder / "tables" / "unreadable.parquet") as unreadable,
        writer("sources", folder / "tables" / "sources.parquet") as rows,
    ):
        for number, one in enumerate(found):
            for _, item in read(one.source, limit, mask=private):
                told(next(counter))
                one.records += 1
                if isinstance(item, Broken):
                    lost.append(_lost(one, item, seen, strict))
                    unreadable.add((lost[-1].question_id, one.name, item.place, item.error, item.raw[:_RAW]))
                else:
                    for question in item:
                        taken = screening.take(_unique(question, seen), number)
                        questions.add(question_row(taken))
                        one.questions += 1
                        one.flagged += bool(taken.flags)
                        one.flags.update(taken.flags)
            rows.add(one.row())
    return Gathering(found, sets, lost, screening.decide(lambda wanted: _ids(folder, wanted)), folder)


def benchmarks(spec: ScreenSpec | None, base: Path) -> tuple[list[Source], Benchmarks | None]:
    """The sets that the recipe's dataset must not hold, and what is known of them; None where it names none."""
    against = spec.overlap.against if spec and spec.overlap else ()
    sources = all_opened(against, "screen.overlap.against", base)
    known = Benchmarks() if sources else None
    for source in sources:
        assert known is not None
        for _, item in read(source):
            for question in () if isinstance(item, Broken) else item:
                known.add(question, documents=source.info.documents)
    return sources, known


def _ids(folder: Path, wanted: Collection[int]) -> Mapping[int, str]:
    if not wanted:
        return {}
    rows = enumerate(read_rows(folder / GATHERED, ["id"]))
    return {index: row["id"] for index, row in rows if index in wanted}


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
        key = content_number(name)
        known = key in self._seen
        self._seen.add(key)
        return not known


def _unique(question: Question, seen: _Ids) -> Question:
    given = seen.unique(question.id)
    return question if given == question.id else replace(question, id=given, flags=(*question.flags, "duplicate_id"))


def _lost(one: Gathered, broken: Broken, seen: _Ids, strict: bool) -> Outcome:
    """The outcome of an unreadable record, counted. Raises UserError where the run is to stop there."""
    if strict:
        raise UserError(f"{one.name}: {broken.place}: {broken.error}\n  --strict stops at an unreadable record")
    one.unreadable += 1
    name = seen.unique(f"{one.name}:{broken.place}")
    return Outcome(name, one.name, "dropped", "unreadable", "rejects", broken.error)
