"""The screens of a run, one after the other on one reading: what goes no further, and why, before any money is spent.

What a question shows by itself (gold, language, length, references, private data, overlap with benchmarks) is told as
it is read. Duplicates and caps need all of them: they are told at the end, from what was noted of each.
"""

import re
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from curate.records import Drop, Question, content_number
from curate.screen.caps import beyond
from curate.screen.duplicates import Duplicates
from curate.screen.overlap import Benchmarks
from curate.screen.privacy import redact
from curate.screen.references import refers_to_missing
from curate.screen.templates import template
from curate.screen_spec import LengthSpec, ScreenSpec
from curate.spec import SourceSpec
from judges.answers.audit import CONTRADICTING
from judges.reasoning.measures.language import read as languages_of

NO_GOLD = frozenset({"gold_missing", "gold_unusable", *CONTRADICTING})
_MARKUP = re.compile(r"(?:<|&lt;)/?[a-z][^<>]{0,500}?(?:>|&gt;)|https?://\S+", re.IGNORECASE)
_MOSTLY = 0.5  # of a question's letters must be in a language that is kept

Ids = Callable[[Collection[int]], Mapping[int, str]]


class Screening:
    """What the screens have seen. Questions are known by their index, from 0, in the order of `take`."""

    def __init__(
        self, spec: ScreenSpec | None, sources: Sequence[SourceSpec], benchmarks: Benchmarks | None, folder: Path
    ) -> None:
        """benchmarks: what a dataset must not hold; folder: where a working file may lie. Without a spec, only what is
        over a source's cap is dropped."""
        self._spec, self._specs, self._benchmarks = spec, sources, benchmarks
        self._caps = {number: source.cap for number, source in enumerate(sources) if source.cap}
        self._per_template = spec.per_template if spec else None
        alike = spec.duplicates if spec else None
        self._duplicates = None if alike is None else Duplicates(None if alike == "exact" else alike, folder)
        self._compared = array("q")  # the duplicate screen's index -> ours
        self._sources, self._templates, self._draws = array("q"), array("Q"), array("Q")
        self._drops: dict[int, Drop] = {}

    def take(self, question: Question, number: int) -> Question:
        """The question as it goes on: flagged, and its private data masked. number: which of the sources it is of."""
        index, source = len(self._sources), self._specs[number]
        question, drop = self._alone(question, source.implementation.INFO.documents)
        if drop is not None:
            self._drops[index] = drop
        elif self._duplicates is not None:
            self._duplicates.take(question, rank(question), source.made_into)
            self._compared.append(index)
        self._sources.append(number)
        self._templates.append(template(question) if self._per_template else 0)
        # A lot by the id that the source gives: another name of the source changes nothing.
        drawn = self._per_template or number in self._caps
        self._draws.append(content_number(question.source_id) if drawn else 0)
        return question

    def decide(self, ids: Ids) -> Mapping[int, Drop]:
        """Index -> why that question goes no further. ids: tells the ids of questions by their indexes."""
        self._drop_duplicates(ids)
        if self._per_template:
            why = Drop("over_template", f"the recipe keeps {self._per_template} of a template")
            self._drop_beyond(self._templates, self._alive(), self._per_template, why)
        for number, cap in self._caps.items():
            of_source = self._alive() & (np.asarray(self._sources) == number)
            self._drop_beyond(self._sources, of_source, cap, Drop("over_cap", f"the recipe keeps {cap} of its source"))
        return self._drops

    def _alone(self, question: Question, documents: bool) -> tuple[Question, Drop | None]:
        """What a question shows by itself; documents: its group names a published one. Private data is masked in
        dropped ones too: rejects are published."""
        if refers_to_missing(question):
            question = replace(question, flags=(*question.flags, "missing_reference"))
        if self._spec is None:
            return question, None
        asked = question  # benchmark sets are not masked, so what was read is compared with them
        question, private = _private(question, mask=self._spec.private != "keep")
        for drop in (
            _gold(question) if self._spec.gold == "drop" else None,
            Drop("missing_reference") if self._spec.missing_reference == "drop" and _refers(question) else None,
            _language(question, self._spec.languages),
            _length(question, self._spec.characters),
            Drop("private_data", private) if self._spec.private == "drop" and private else None,
        ):
            if drop is not None:
                return question, drop
        hit = self._benchmarks.hit(asked, documents=documents) if self._benchmarks else None
        return question, Drop("overlap", f"{hit.question_id}: {hit.how}") if hit else None

    def _drop_duplicates(self, ids: Ids) -> None:
        found = list(self._duplicates.decide()) if self._duplicates is not None else []
        named = ids({self._compared[one.other] for one in found})
        for one in found:
            alike = f", {one.similarity:.0%} alike" if one.reason == "near_duplicate" else ""
            self._drops[self._compared[one.index]] = Drop(one.reason, f"{named[self._compared[one.other]]}{alike}")

    def _alive(self) -> np.ndarray:
        alive = np.ones(len(self._sources), dtype=bool)
        alive[list(self._drops)] = False
        return alive

    def _drop_beyond(self, groups: "array[int]", alive: np.ndarray, limit: int, why: Drop) -> None:
        self._drops.update(dict.fromkeys(beyond(groups, self._draws, alive, limit), why))


def rank(question: Question) -> int:
    """How well sourced a question is among its duplicates, best first: a usable gold, then fewer known defects, then
    an explanation by a person."""
    unusable = not NO_GOLD.isdisjoint(question.flags)
    return 1000 * unusable + 2 * len(question.flags) + (question.explanation is None)


def characters(question: Question) -> int:
    """How long a question is, context and options included."""
    return sum(map(len, (question.context, question.question, *question.options.values())))


def _private(question: Question, *, mask: bool) -> tuple[Question, str]:
    """The question, flagged and masked where it holds private data, and the kinds that it holds, in words."""
    masked, kinds = redact(question)
    if not kinds:
        return question, ""
    known = masked if mask else question
    return replace(known, flags=(*question.flags, "private_data")), ", ".join(sorted(kinds))


def _gold(question: Question) -> Drop | None:
    flag = next((flag for flag in question.flags if flag in NO_GOLD), None)
    golds = " against ".join(filter(None, (question.gold, *question.gold_alternatives)))
    return Drop("gold_conflict" if flag in CONTRADICTING else flag, golds) if flag else None


def _refers(question: Question) -> bool:
    return "missing_reference" in question.flags


def _language(question: Question, kept: Collection[str]) -> Drop | None:
    if question.language not in kept:
        return Drop("language", question.language)
    said = languages_of(_MARKUP.sub(" ", question.question)).said
    whole = sum(said.values())
    if not whole or sum(said.get(language, 0) for language in kept) >= _MOSTLY * whole:
        return None
    return Drop("language", max(said, key=lambda language: said[language]))


def _length(question: Question, allowed: LengthSpec) -> Drop | None:
    length = characters(question)
    if length < allowed.min:
        return Drop("too_short", f"{length} characters, {allowed.min} wanted")
    if allowed.max is not None and length > allowed.max:
        return Drop("too_long", f"{length} characters, {allowed.max} allowed")
    return None
