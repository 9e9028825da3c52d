"""Whether the golds of two questions of the same words disagree; they are kept in a file, for the few asked for.

A choice is known by its options' texts, so that shuffled options agree; a label by its name or polarity. Numbers, and
yes and no, agree where round one's matcher takes one for the other, or cannot tell. A gold that is missing, or of a
kind that rules do not decide, disagrees with none.
"""

import json
import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import combinations, islice
from pathlib import Path

from curate.records import Question
from curate.screen.spill import Spill
from curate.screen.words import signed
from judges.answers import VERIFIABLE_KINDS, Gold, match
from judges.answers.choice import named
from judges.answers.label import label

_POLARITIES = {name: name for name in ("positive", "negative", "neutral")}
_BETWEEN = re.compile(r"\s*[,;、|/\s]\s*")
_MOST = 32  # different golds of one question, every two of which are compared


class Golds:
    """The golds of questions, by the order in which they were added."""

    def __init__(self, folder: Path) -> None:
        """folder: where the working file lies."""
        self._file, self._ends = Spill(folder), array("Q", [0])

    def add(self, question: Question) -> None:
        noted = json.dumps(note(question)).encode()
        self._file.add(noted)
        self._ends.append(self._ends[-1] + len(noted))

    def finish(self) -> None:
        """To be called when all are added, before the first is asked for."""
        self._file.flush()

    def of(self, index: int) -> tuple[str, ...]:
        return tuple(json.loads(self._file.read(self._ends[index], self._ends[index + 1])))

    def disagree(self, indexes: Iterable[int]) -> bool:
        """Whether any two of these questions' golds do."""
        different = dict.fromkeys(map(self.of, indexes))
        return any(disagree(*pair) for pair in combinations(islice(different, _MOST), 2))


def note(question: Question) -> tuple[str, ...]:
    """A question's gold as it is compared: how it is written, and its writings; empty where it disagrees with none."""
    kind, gold = question.answer_kind, question.gold
    if gold is None or kind not in VERIFIABLE_KINDS:
        return ()
    if question.options and (letters := named([gold], question.options)):
        return "options", *sorted(signed(question.options[letter]) for letter in letters[0])
    if kind in ("label", "labels"):
        several = _BETWEEN.split(gold.strip()) if kind == "labels" else [gold]
        return "names" if any(map(str.isalpha, gold)) else "keys", *sorted(map(_name, several))
    return "value", kind, gold, *question.gold_alternatives


def disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two noted golds cannot both be right. Options against names, or names against keys, cannot be told."""
    if not one or not other or one[0] != other[0]:
        return False
    return one != other and (one[0] != "value" or not (_takes(one, other) or _takes(other, one)))


def _name(gold: str) -> str:
    """A label's polarity where it has one, else its words."""
    return next(iter(label(gold, _POLARITIES) or ()), "") or signed(gold)


def _takes(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a writing of the one gold, as an answer, is not wrong by the other."""
    asked = Gold(other[1], other[2], tuple(other[3:]))
    return any(match(gold, asked).value is not False for gold in one[2:])
