"""The questions of an evaluation: read as a recipe reads its sources, without those that nobody can be right on.

What is left out has a name, and is the same for every model: no gold, one that cannot be read, two that contradict each
other; of what a recipe holds out, also what the same source asks in the same words on the training side. `draw` takes
the questions with the smallest hashes of their ids, whatever else the set holds.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from curate.chat.call import canonical
from curate.errors import UserError
from curate.prompt import prompt
from curate.read import Broken
from curate.recipe import Recipe, load_recipe
from curate.records import Question, content_number
from curate.screen.privacy import redact
from curate.screen.words import signed
from curate.sourcing import Source, files_of, opened, read
from curate.split import side
from judges.answers import VERIFIABLE_KINDS, match
from judges.answers.audit import CONTRADICTING
from train.evaluation.results import BenchmarkSet
from train.evaluation.spec import BenchmarkSpec

_NO_GOLD = ("gold_missing", "gold_unusable")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A set that was read, and its questions that are asked, in order."""

    about: BenchmarkSet
    questions: Sequence[Question]


@dataclass(slots=True)
class _Read:
    records: int = 0
    unreadable: int = 0
    questions: list[Question] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)


def read_benchmarks(specs: Sequence[BenchmarkSpec]) -> list[Benchmark]:
    """All sets of an evaluation; their paths start at the current folder. Raises UserError for files that are missing
    or cannot be read, and for a set without a question that can be decided."""
    return [_benchmark(spec, f"benchmarks.{index}") for index, spec in enumerate(specs)]


def _benchmark(spec: BenchmarkSpec, place: str) -> Benchmark:
    recipe = load_recipe(spec.held_out) if spec.held_out else None
    source = opened(spec, place, recipe.base if recipe else Path())
    found = _read(source, recipe)
    if not found.questions:
        why = ", ".join(f"{len(ids):,} {reason}" for reason, ids in found.left_out.items()) or "none is held out"
        raise UserError(f"benchmark '{source.name}': none of its questions has a gold to compare with ({why})")
    drawn = _drawn(found.questions, spec.draw)
    about = BenchmarkSet(
        name=source.name,
        use=spec.use,
        title=source.info.title,
        home=source.info.home,
        licence=source.corpus.licence,
        split=spec.split or "",
        held_out=f"{recipe.name} {recipe.version}" if recipe else "",
        records=found.records,
        unreadable=found.unreadable,
        left_out={reason: tuple(ids) for reason, ids in sorted(found.left_out.items())},
        usable=len(found.questions),
        questions=len(drawn),
        for_judge=sum(question.answer_kind not in VERIFIABLE_KINDS for question in drawn),
        digest=_digest(drawn),
        files=tuple(files_of(source)),
    )
    return Benchmark(about, drawn)


def _read(source: Source, recipe: Recipe | None) -> _Read:
    """What a source holds; of a recipe's own corpora only what it trains nobody on."""
    found, seen = _Read(), Counter[str]()
    private = recipe is not None and recipe.screen is not None and recipe.screen.private != "keep"
    held, trained = list[Question](), set[int]()
    for _, made in read(source, mask=private):
        found.records += 1
        if isinstance(made, Broken):
            found.unreadable += 1
            continue
        for told in _told_apart(made, seen):
            question = redact(told)[0] if private else told
            if recipe and side(question.group, recipe.split.validation, recipe.split.seed) == "train":
                trained.add(_words(question))
            else:
                held.append(question)
    for question in held:
        if why := _undecidable(question) or ("seen_in_training" if _words(question) in trained else None):
            found.left_out.setdefault(why, []).append(question.id)
        else:
            found.questions.append(question)
    return found


def _words(question: Question) -> int:
    """What is asked, as a run tells duplicates: of two it keeps one, which may be the one that it trains on."""
    return content_number(signed(prompt(question)))


def _told_apart(questions: Iterable[Question], seen: Counter[str]) -> Iterator[Question]:
    """Questions of one id as a run tells them apart: the later ones are ~2, ~3 ..."""
    for question in questions:
        seen[question.id] += 1
        number = seen[question.id]
        yield question if number == 1 else replace(question, id=f"{question.id}~{number}")


def _undecidable(question: Question) -> str | None:
    """Why no answer could be called right: the gold, as an answer to its own question, tells."""
    if not CONTRADICTING.isdisjoint(question.flags):
        return "gold_conflict"
    reason = match(question.gold or "", question).reason
    return reason if reason in _NO_GOLD else None


def _drawn(questions: list[Question], most: int | None) -> list[Question]:
    if most is None or most >= len(questions):
        return questions
    places = heapq.nsmallest(most, range(len(questions)), key=lambda place: content_number(questions[place].source_id))
    return [questions[place] for place in sorted(places)]


def _digest(questions: Iterable[Question]) -> str:
    """128 bits of BLAKE2b over what is asked and what it is compared with."""
    digest = hashlib.blake2b(digest_size=16)
    for one in questions:
        said: list[Any] = [one.id, prompt(one), one.answer_kind, one.gold, one.gold_alternatives]
        digest.update(canonical(said) + b"\n")
    return digest.hexdigest()
