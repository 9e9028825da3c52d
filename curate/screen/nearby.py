"""Which records are near a better one: a set-similarity join by prefix filtering, exact but for crowds.

Two sets of a Jaccard similarity of t or more share one of the n - ceil(t n) + 1 rarest members of each (Chaudhuri et al.
2006; Bayardo et al. 2007, AllPairs). Only these are compared, and of these only what stands in two records: in real texts
next to nothing. What shares one is then compared whole, so that nothing is found which is not there, and nothing is
missed unless CROWD better records share the same rare members: then it stays, and the work stays linear.

Against MinHash with bands (128 permutations) in the same run, tests/bench/duplicates.py: see there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from curate.screen.shingles import SIDE, Hashes, Shingles

CROWD = 64  # so many kept records share a rare shingle, and so many are compared with one record
ASKED = 4  # so many near ones, the most alike first, are asked whether they may be the same
_SIDES = 4
_CHUNK = 1 << 18  # hashes looked at together

Ints = NDArray[np.int64]


def near(
    shingles: Shingles, order: Ints, threshold: float, same: Callable[[int, int], bool]
) -> Iterator[tuple[int, int, float]]:
    """(record, kept record, similarity) of each record of `order`, best first, that is near one kept before it.

    Near: each of the four sets has a Jaccard similarity of at least the threshold (two empty ones 1, so that the
    similarity given is the least of the four), and `same` has nothing against the pair.
    """
    hashes, starts = shingles.finish()
    records, members = _shared(shingles, starts, order, threshold)
    begins, ends = np.searchsorted(records, order), np.searchsorted(records, order, side="right")
    some = ends > begins
    kept: defaultdict[int, list[int]] = defaultdict(list)
    for record, begin, end in zip(order[some].tolist(), begins[some].tolist(), ends[some].tolist(), strict=True):
        own = members[begin:end].tolist()
        sharing = Counter(chain.from_iterable(kept[member] for member in own))
        candidates = np.array([other for other, _ in sharing.most_common(CROWD)], np.int64)
        likeness = alike(hashes, starts, record, candidates)
        closest = [at for at in np.argsort(-likeness, kind="stable")[:ASKED] if likeness[at] >= threshold]
        found = next((at for at in closest if same(record, int(candidates[at]))), None)
        if found is not None:
            yield record, int(candidates[found]), float(likeness[found])
            continue
        for member in own:
            if len(kept[member]) < CROWD:
                kept[member].append(record)


def _shared(shingles: Shingles, starts: Ints, order: Ints, threshold: float) -> tuple[Hashes, Hashes]:
    """Of each record in order of reading the rarest members that another has among its own: (record, member)."""
    wanted = np.zeros(len(starts) - 1, bool)
    wanted[order] = True
    sizes = np.diff(starts)
    prefix = np.where(wanted, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1, 0)
    parts = [_rarest(shingles, starts, prefix, *chunk) for chunk in chunks(starts)]
    members = np.sort(np.concatenate([np.empty(0, np.uint32), *(part[1] for part in parts)]))
    repeated = np.append(np.unique(members[1:][members[1:] == members[:-1]]), np.uint32(-1 % (1 << 32)))
    for number, (record, member) in enumerate(parts):
        shared = repeated[np.searchsorted(repeated[:-1], member)] == member
        parts[number] = record[shared], member[shared]
    none = np.empty(0, np.uint32)
    return np.concatenate([none, *(part[0] for part in parts)]), np.concatenate([none, *(part[1] for part in parts)])


def _rarest(shingles: Shingles, starts: Ints, prefix: Ints, first: int, last: int) -> tuple[Hashes, Hashes]:
    """The same of some records, as far as the counts tell what another has."""
    members = shingles.between(int(starts[first]), int(starts[last]))
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


def alike(hashes: Hashes, starts: Ints, record: int, others: Ints) -> NDArray[np.float64]:
    """The least Jaccard similarity of the four sets of a record with those of each other one."""
    if not len(others):
        return np.empty(0)
    own = np.asarray(hashes[starts[record] : starts[record + 1]])
    parts = [hashes[starts[other] : starts[other + 1]] for other in others.tolist()]
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
