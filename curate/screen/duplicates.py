"""Questions that stand in a run twice: word for word, nearly so, or with golds that contradict each other.

    screen = Duplicates(0.85, folder)
    screen.take(Question(... "What is the ratio of debt to equity?" ...), rank=1)
    screen.take(Question(... "What is the ratio of debt, to equity" ...), rank=0)
    screen.decide()     ->  [Duplicate(index=0, other=1, reason="duplicate", similarity=1.0)]

A question is its core (question and options, whatever their order) and its rest (context; reasoning and answer where it
carries a trace). Two are the same where both are; width, case and punctuation are set aside, signs and percent are not
(curate.screen.words). Near ones have a Jaccard similarity of shingles of the threshold or more in the question, in the
options, in the rest, and in the rest's numbers and negations; the same numbers and negations in the core, and several
terms in quotes in the same order; and golds that do not disagree. The same sentence with another year, or 不正确的是
for 正确的是, is another question.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from curate.records import Question, content_number
from curate.screen.golds import Golds
from curate.screen.nearby import near
from curate.screen.shingles import Shingles
from curate.screen.words import signed

Reason = Literal["duplicate", "near_duplicate", "duplicate_conflict"]
_QUOTED = re.compile(r"[“「《\"]([^“”「」《》\"\n]{1,60})[”」》\"]")
_CODE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that goes no further. index, other: in the order of `take`; other: the one that is kept, in a conflict
    another one of the same words; similarity: the least of question, options, rest and the rest's numbers."""

    index: int
    other: int
    reason: Reason
    similarity: float = 1.0


class Duplicates:
    """What is known of the questions taken: some 40 bytes each, and files that go with the object."""

    def __init__(self, threshold: float | None, folder: Path) -> None:
        """threshold: from which Jaccard similarity on two are near; None finds exact ones alone. folder: where working
        files lie; they go with the object."""
        self._threshold = threshold
        self._keys, self._ranks = array("Q"), array("q")
        self._golds = Golds(folder)
        self._shingles = None if threshold is None else Shingles(folder)

    def take(self, question: Question, rank: int, part: str = "") -> None:
        """The next question in reading order. rank: the lower, the better sourced; part: only questions of the
        same part are compared."""
        core, rest = _texts(question)
        options = sorted(set(core[1:]))
        self._keys.append(content_number("\n".join((part, core[0], str(len(options)), *options, *rest))))
        self._ranks.append(rank)
        self._golds.add(question)
        if self._shingles:
            salt = content_number("\n".join((part, *_quoted(question.question))))
            self._shingles.add(salt, question.language, core[0], core[1:], rest)

    def decide(self) -> list[Duplicate]:
        """The questions to drop, by index. Of equal and near ones the best is kept, by rank, then by order; equal ones
        whose golds disagree all go."""
        self._golds.finish()
        order = np.lexsort((self._ranks, self._keys))
        found = {one.index: one for group in self._equal(order) for one in self._settled(group)}
        if self._shingles and self._threshold is not None:
            order = np.lexsort((self._ranks,))
            alive = ~np.isin(order, np.fromiter(found, np.int64, len(found)))
            for index, kept, similarity in near(self._shingles, order[alive], self._threshold, self._same):
                found[index] = Duplicate(index, kept, "near_duplicate", similarity)
        return [self._pointed(found[index], found) for index in sorted(found)]

    def _equal(self, order: NDArray[np.int64]) -> Iterator[list[int]]:
        """The groups of two or more that are equal, each best first."""
        keys = np.asarray(self._keys)[order]
        edges = np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1, [len(keys)]))
        for first in np.flatnonzero(np.diff(edges) > 1):
            yield order[edges[first] : edges[first + 1]].tolist()

    def _settled(self, group: list[int]) -> list[Duplicate]:
        if self._golds.disagree(group):
            others = [group[1], *group[:1] * (len(group) - 1)]
            return [Duplicate(index, other, "duplicate_conflict") for index, other in zip(group, others, strict=True)]
        return [Duplicate(index, group[0], "duplicate") for index in group[1:]]

    def _same(self, one: int, other: int) -> bool:
        return not self._golds.disagree((one, other))

    @staticmethod
    def _pointed(one: Duplicate, found: dict[int, Duplicate]) -> Duplicate:
        """What equals one that is itself near a better one is near that."""
        above = None if one.reason == "duplicate_conflict" else found.get(one.other)
        return one if above is None else Duplicate(one.index, above.other, "near_duplicate", above.similarity)


def _texts(question: Question) -> tuple[list[str], list[str]]:
    """The words of the core's texts, the question first, and those of the rest's."""
    read = _code if question.answer_kind == "code" else signed
    given = question.meta.get("given") or {}
    rest = (question.context, given.get("reasoning") or "", given.get("answer") or "")
    return [read(text) for text in (question.question, *question.options.values())], [read(text) for text in rest]


def _quoted(text: str) -> list[str]:
    """Several terms in quotes, in order: what “A” is to “B” is not what “B” is to “A”."""
    found = [signed(term) for term in _QUOTED.findall(text)]
    return found if len(found) > 1 else []


def _code(text: str) -> str:
    """In code each sign has its meaning."""
    return " ".join(_CODE.findall(text))
