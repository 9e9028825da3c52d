"""Which records are near a better one: a set-similarity join by prefix filtering, exact but for crowds.

Two sets of a Jaccard similarity of t or more share some of the n - ceil(t n) + 1 rarest members of each, its prefix
(Chaudhuri et al. 2006; Bayardo et al. 2007, AllPairs; Xiao et al. 2008, PPJoin). Only what shares enough of them is
compared, whole, so that nothing is found that is not near, and nothing is missed unless CROWD better records share the
same rare members: then it is kept, and the work stays linear.

Chosen over MinHash by measurement (tests/bench/duplicates.py; 60,000 records of 1.5 kB, one core, all told): all
of what is 0.8 alike in 17.5 s; 128 permutations in 16 bands in numpy 99.9 % in 14.9 s, with 512 bytes more a record;
rensa 99.7 % in 18.0 s and datasketch 89 % in 62 s, both with much that is not near. Nothing is estimated or tuned.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from curate.screen.shingles import SIDE, Hashes, Ints, Shingles

CROWD = 64  # so many kept records are known by one member, and so many are compared with one record
ASKED = 4  # so many near ones, the most alike first, are asked whether they may be the same
_SIDES = 4
_CHUNK = 1 << 18  # hashes looked at together


def near(
    shingles: Shingles, order: Ints, threshold: float, same: Callable[[int, int], bool]
) -> Iterator[tuple[int, int, float]]:
    """(record, kept record, similarity) of each record of `order`, best first, that is near one kept before it.

    Near: each of the four sets has a Jaccard similarity of at least the threshold (two empty ones 1, so that the
    similarity given is the least of the four), and `same` has nothing against the pair.
    """
    starts = shingles.finish()
    sizes = np.diff(starts)
    least = np.ceil(threshold * sizes - 1e-9).astype(np.int64)  # so many members at least are shared with a near one
    records, members, kept = _shared(shingles, starts, np.isin(np.arange(len(sizes)), order) * (sizes - least + 1))
    begins, ends = np.searchsorted(records, order), np.searchsorted(records, order, side="right")
    some = ends > begins
    for record, begin, end in zip(order[some].tolist(), begins[some].tolist(), ends[some].tolist(), strict=True):
        own = members[begin:end]
        others, shared = kept.sharing(own)
        if len(others):
            both = np.ceil(threshold / (1 + threshold) * (sizes[record] + sizes[others]) - 1e-9)
            shared += np.maximum(least[record], least[others]) - 1 - both.astype(np.int64)
            best = np.argsort(-shared, kind="stable")[:CROWD]
            others = others[best[shared[best] >= 0]]
        likeness = alike(shingles, starts, record, others)
        closest = [at for at in np.argsort(-likeness, kind="stable")[:ASKED] if likeness[at] >= threshold]
        found = next((at for at in closest if same(record, int(others[at]))), None)
        if found is None:
            kept.add(record, own)
        else:
            yield record, int(others[found]), float(likeness[found])


class _Kept:
    """Which kept records have a member in their prefix: the first CROWD of each member."""

    def __init__(self, times: Ints) -> None:
        """times: how many records have each member."""
        self._begins = np.concatenate(([0], np.cumsum(np.minimum(times, CROWD))))
        self._known = np.zeros(len(times), np.int64)
        self._records = np.empty(self._begins[-1], np.uint32)

    def add(self, record: int, members: Hashes) -> None:
        members = members[self._known[members] < CROWD]
        self._records[self._begins[members] + self._known[members]] = record
        self._known[members] += 1

    def sharing(self, members: Hashes) -> tuple[Ints, Ints]:
        """Records that have any of these members, and how many; a crowded member may be any record's."""
        many = self._known[members]
        ends = np.cumsum(many)
        if not ends[-1]:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places = np.arange(ends[-1]) + np.repeat(self._begins[members] - ends + many, many)
        others, shared = np.unique(self._records[places], return_counts=True)
        return others.astype(np.int64), shared + np.count_nonzero(many == CROWD)


def _shared(shingles: Shingles, starts: Ints, prefix: Ints) -> tuple[Hashes, Hashes, _Kept]:
    """Of each record in order of reading those of its prefix that stand in another's: (record, member's number)."""
    parts = [_rarest(shingles, starts, prefix, *chunk) for chunk in chunks(starts)]
    none = np.empty(0, np.uint32)
    members = np.sort(np.concatenate([none, *(part[1] for part in parts)]))
    repeated, times = _repeated(members)
    del members
    for number, (record, member) in enumerate(parts):
        places = np.searchsorted(repeated, member)
        shared = np.take(repeated, places, mode="clip") == member if len(repeated) else np.zeros(len(member), bool)
        parts[number] = record[shared], places[shared].astype(np.uint32)
    records, members = (np.concatenate([none, *(part[at] for part in parts)]) for at in (0, 1))
    return records, members, _Kept(times)


def _repeated(members: Hashes) -> tuple[Hashes, Ints]:
    """What stands more than once among sorted members, and how often."""
    edges = np.flatnonzero(np.diff(members, prepend=~members[:1], append=~members[-1:]))
    times = np.diff(edges)
    return members[edges[:-1][times > 1]], times[times > 1]


def _rarest(shingles: Shingles, starts: Ints, prefix: Ints, first: int, last: int) -> tuple[Hashes, Hashes]:
    """The prefixes of some records, as far as the counts tell that another has the member."""
    members = shingles.read(starts[first], starts[last])
    record = np.repeat(np.arange(last - first), np.diff(starts[first : last + 1])).astype(np.uint64)
    counts = shingles.counts(members).astype(np.uint64)
    keys = np.sort(record << np.uint64(40) | counts << np.uint64(32) | members)
    of = (keys >> np.uint64(40)).astype(np.int64) + first
    place = np.arange(len(keys)) - (starts[of] - starts[first])
    used = (place < prefix[of]) & (keys >> np.uint64(32) & np.uint64(255) > 1)
    return of[used].astype(np.uint32), keys[used].astype(np.uint32)


def chunks(starts: Ints) -> Iterator[tuple[int, int]]:
    """The records, from one to before another, whose hashes are looked at together."""
    first, records = 0, len(starts) - 1
    while first < records:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + _CHUNK, side="right")) - 1)
        yield first, last
        first = last


def alike(shingles: Shingles, starts: Ints, record: int, others: Ints) -> NDArray[np.float64]:
    """The least Jaccard similarity of the four sets of a record with those of each other one."""
    if not len(others):
        return np.empty(0)
    own = shingles.read(starts[record], starts[record + 1])
    parts = [shingles.read(starts[other], starts[other + 1]) for other in others.tolist()]
    theirs = np.concatenate(parts)
    places = np.minimum(np.searchsorted(own, theirs), len(own) - 1)
    set_of = np.repeat(np.arange(len(parts)) * _SIDES, [len(part) for part in parts]) + (theirs >> SIDE)
    many = len(parts) * _SIDES
    common = np.bincount(set_of[own[places] == theirs], minlength=many).reshape(-1, _SIDES)
    either = (
        np.bincount(set_of, minlength=many).reshape(-1, _SIDES) - common + np.bincount(own >> SIDE, minlength=_SIDES)
    )
    least: NDArray[np.float64] = np.where(either > 0, common / np.maximum(either, 1), 1.0).min(axis=1)
    return least
