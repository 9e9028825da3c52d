"""A corpus' defects, file by file, before anybody builds on it: what its module flags, and what only all of its records
show: copies, copies with other golds, copies in another file, a gold that never changes.
"""

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from curate.read import Broken
from curate.recipe import Recipe
from curate.records import Question
from curate.screen.duplicates import Duplicates
from curate.screen.privacy import kinds_in
from curate.screen.references import refers_to_missing
from curate.screening import characters, rank
from curate.sourcing import opened, read

ALIKE = 0.85  # Jaccard of two questions that count as near copies, as by default of the screen
_CLOSED = ("choice", "choices", "boolean", "label")  # kinds in which one gold for all is a defect


@dataclass(slots=True)
class Part:
    """One file. copies: questions that stand in the corpus before, word for word or nearly; conflicting: those whose
    copies have other golds; elsewhere: of all these, those whose copy stands in another file; faults: why records were
    unreadable; golds: of questions with a closed set of answers; characters: of each question."""

    records: int = 0
    unreadable: int = 0
    questions: int = 0
    copies: int = 0
    near: int = 0
    conflicting: int = 0
    elsewhere: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    private: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    golds: Counter[str] = field(default_factory=Counter)
    characters: "array[int]" = field(default_factory=lambda: array("l"))

    @property
    def constant(self) -> str | None:
        """The gold that all questions with a closed set of answers share, where there are several of them."""
        return next(iter(self.golds)) if len(self.golds) == 1 and self.golds.total() > 1 else None

    @property
    def median(self) -> int:
        """The median question's characters, context and options included; 0 without any."""
        return sorted(self.characters)[len(self.characters) // 2] if self.characters else 0


def audit(recipe: Recipe, told: Callable[[int], None] = lambda read: None) -> dict[str, Part]:
    """The parts of a recipe's first source, by file. Raises UserError where it cannot be read at all."""
    source = opened(recipe.sources[0], "--as", recipe.base)
    parts = {file.shown: Part() for file in source.files}
    files, at = list(parts), array("q")
    with tempfile.TemporaryDirectory(prefix="fincurate-") as scratch:
        screen = Duplicates(ALIKE, Path(scratch))
        for number, (file, item) in enumerate(read(source), 1):
            told(number)
            part = parts[file]
            part.records += 1
            if isinstance(item, Broken):
                part.unreadable += 1
                part.faults[item.error] += 1
                continue
            for question in item:
                _count(question, part)
                screen.take(question, rank(question))
                at.append(files.index(file))
        for one in screen.decide():
            part = parts[files[at[one.index]]]
            part.copies += one.reason == "duplicate"
            part.near += one.reason == "near_duplicate"
            part.conflicting += one.reason == "duplicate_conflict"
            part.elsewhere += at[one.other] != at[one.index]
    return parts


def _count(question: Question, part: Part) -> None:
    part.questions += 1
    part.kinds[question.answer_kind] += 1
    part.languages[question.language] += 1
    part.flags.update(question.flags)
    if refers_to_missing(question):
        part.flags["missing_reference"] += 1
    if found := kinds_in(question):
        part.flags["private_data"] += 1
        part.private.update(found.keys())
    if question.answer_kind in _CLOSED and question.gold is not None:
        part.golds[question.gold] += 1
    part.characters.append(characters(question))
