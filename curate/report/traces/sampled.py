"""Which of many outcomes are shown: all that fit, else a sample in which no fate is missing.

shares({"right": 90_000, "wrong": 9_990, "refused": 10}, 1000)  ->  {"right": 892, "wrong": 103, "refused": 5}
"""

import heapq
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from curate.records import content_number
from curate.tables import file_of, read_rows

Kind = TypeVar("Kind", bound=Hashable)
_FEW = 5  # of each kind, however rare
_COLUMNS = ("question_id", "source", "goes_to", "reason")


def shares(counts: Mapping[Kind, int], most: int) -> dict[Kind, int]:
    """How many of each kind are shown, `most` in all: a few of each, the rest in proportion by largest remainder."""
    if sum(counts.values()) <= most:
        return dict(counts)
    few = min(_FEW, most // len(counts))
    base = {kind: min(few, count) for kind, count in counts.items()}
    left = {kind: count - base[kind] for kind, count in counts.items()}
    total, rest = sum(left.values()), most - sum(base.values())
    found = {kind: base[kind] + rest * count // total for kind, count in left.items()}
    short = sorted(left, key=lambda kind: rest * left[kind] % total, reverse=True)
    return found | {kind: found[kind] + 1 for kind in short[: most - sum(found.values())]}


def chosen(folder: Path, most: int) -> tuple[frozenset[str] | None, int]:
    """The ids of the outcomes that are shown of the run in a directory, None where all are; and how many it has.

    Spread over source, where they went and why; within these by a hash of the id: the same ones every time."""
    counts = Counter(map(_kind, _outcomes(folder)))
    if counts.total() <= most:
        return None, counts.total()
    wanted = shares(counts, most)
    kept: dict[tuple[str, ...], list[tuple[int, str]]] = {kind: [] for kind in counts}
    for row in _outcomes(folder):
        heap, entry = kept[_kind(row)], (-content_number(row["question_id"]), row["question_id"])
        if len(heap) < wanted[_kind(row)]:
            heapq.heappush(heap, entry)
        elif heap:
            heapq.heappushpop(heap, entry)
    return frozenset(id for heap in kept.values() for _, id in heap), counts.total()


def _outcomes(folder: Path) -> Iterable[dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = read_rows(folder / file_of("outcomes"), _COLUMNS)
    return rows


def _kind(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["source"], row["goes_to"] or "", row["reason"]
