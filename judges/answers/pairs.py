"""Labelled pairs of answer and gold, and what the rules say of them, counted by kind.

One pair, a JSON object a line:

    {"id": "en-num-0001", "kind": "percent", "language": "en", "predicted": "17.04%", "gold": "17%",
     "alternatives": ["0.17043"], "options": {}, "question": "", "label": "right", "half": "held",
     "note": "rounds to the gold's own precision"}

`reply` in place of `predicted` is a whole reply, out of which the answer is cut first. label: right, wrong or
undecided, as a careful person says from the pair alone.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from judges.answers.match import Gold, grade, match
from judges.answers.policy import DEFAULT, Policy
from judges.verdict import Verdict

LABELS = {"right": True, "wrong": False, "undecided": None}


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair; label: True right, False wrong, None undecided; whole: `answer` is a whole reply."""

    id: str
    answer: str
    whole: bool
    gold: Gold
    label: bool | None
    note: str
    half: str


def pair_of(record: dict[str, Any]) -> Pair:
    """The pair of one parsed line. Raises ValueError with what is wrong with it."""
    if ("predicted" in record) == ("reply" in record):
        raise ValueError("exactly one of 'predicted' and 'reply' is needed")
    missing = [key for key in ("id", "kind", "gold", "label") if key not in record]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    if record["label"] not in LABELS:
        raise ValueError(f"label {record['label']!r}; it must be one of {', '.join(LABELS)}")
    whole = "reply" in record
    gold = Gold(
        record["kind"],
        record["gold"],
        tuple(record.get("alternatives") or ()),
        record.get("options") or {},
        record.get("question") or "",
    )
    answer = record["reply"] if whole else record["predicted"]
    label, note = LABELS[record["label"]], record.get("note", "")
    return Pair(record["id"], answer, whole, gold, label, note, record.get("half", ""))


def pairs_of(lines: Iterable[str], name: str = "pairs") -> list[Pair]:
    """The pairs of a file's lines; empty lines are skipped. Raises ValueError with file and line."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(pair_of(json.loads(line)))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{name}:{number}: {error}") from None
    return found


def judged(pair: Pair, policy: Policy = DEFAULT) -> Verdict:
    """What the rules say of a pair."""
    return (grade if pair.whole else match)(pair.answer, pair.gold, policy)


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of one kind. pairs: all; right, wrong: labelled so. false_accepts: called right that are not;
    false_rejects: right ones called wrong; missed: right or wrong ones left undecided, where a person could tell;
    guessed: undecided ones called wrong."""

    pairs: int
    right: int
    wrong: int
    false_accepts: int
    false_rejects: int
    missed: int
    guessed: int

    @property
    def agree(self) -> int:
        return self.pairs - self.false_accepts - self.false_rejects - self.missed - self.guessed


def rates(labels: Iterable[tuple[bool | None, bool | None]]) -> Rates:
    """The rates of (label, verdict) pairs."""
    counts = Counter(labels)
    total = sum(counts.values())

    def of(label: bool | None, verdict: bool | None) -> int:
        return counts[label, verdict]

    return Rates(
        pairs=total,
        right=sum(of(True, verdict) for verdict in (True, False, None)),
        wrong=sum(of(False, verdict) for verdict in (True, False, None)),
        false_accepts=of(False, True) + of(None, True),
        false_rejects=of(True, False),
        missed=of(True, None) + of(False, None),
        guessed=of(None, False),
    )
