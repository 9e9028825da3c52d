"""The ways of finding near duplicates that tests/bench/duplicates.py measures beside each other.

Each takes questions, and gives the numbers that it drops, and its own seconds without those of making strings, if any.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from curate.records import Question
from curate.screen.duplicates import Duplicates
from curate.screen.nearby import alike, chunks
from curate.screen.shingles import LENGTH, Shingles
from curate.screen.words import signed
from tests.bench.duplicates_planted import THRESHOLD, grams, texts

PERMUTATIONS = 128

Found = tuple[set[int], float | None]


def reading(questions: Iterator[Question]) -> Found:
    return set(), float(sum(0 for _ in questions))


def words(questions: Iterator[Question]) -> Found:
    return set(), float(sum(0 for question in questions for text in texts(question) if not signed(text)))


def strings(questions: Iterator[Question]) -> Found:
    return set(), float(sum(0 for question in questions if not joined(question)))


def ours(questions: Iterator[Question]) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        screen = Duplicates(THRESHOLD, Path(folder))
        for question in questions:
            screen.take(question, 0)
        return {one.index for one in screen.decide()}, None


def minhash(questions: Iterator[Question]) -> Found:
    """The same sets as ours, compared by 16 bands of 8, each record with the first of its bucket; then as they are."""
    draw = np.random.default_rng(17)
    odds, plus = draw.integers(1, 1 << 63, (2, PERMUTATIONS), np.uint64) | np.uint64(1)
    dropped: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        sets = Shingles(Path(folder))
        for question in questions:
            asked, *options, context = map(signed, texts(question))
            sets.add(0, question.language, asked, options, [context])
        starts = sets.finish()
        signatures = np.empty((len(starts) - 1, PERMUTATIONS), np.uint32)
        for first, last in chunks(starts):
            some, begins = sets.read(starts[first], starts[last]).astype(np.uint64), starts[first:last] - starts[first]
            for at in range(PERMUTATIONS):
                permuted = (some * odds[at] + plus[at]) >> np.uint64(32)
                signatures[first:last, at] = np.minimum.reduceat(permuted, begins)
        for band in np.split(signatures, 16, axis=1):
            _, firsts, groups = np.unique(band, axis=0, return_index=True, return_inverse=True)
            firsts = firsts[groups]
            for record in np.flatnonzero(firsts != np.arange(len(groups))).tolist():
                if record not in dropped and alike(sets, starts, record, firsts[record : record + 1]) >= THRESHOLD:
                    dropped.add(record)
    return dropped, None


def datasketch(questions: Iterator[Question]) -> Found:
    from datasketch import MinHash, MinHashLSH

    index, dropped, own = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), set(), 0.0
    for number, question in enumerate(questions):
        shingles = [one.encode() for one in joined(question)]
        before = time.perf_counter()
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch(shingles)
        if index.query(sketch):
            dropped.add(number)
        else:
            index.insert(number, sketch)
        own += time.perf_counter() - before
    return dropped, own


def rensa(questions: Iterator[Question], rho: bool = False) -> Found:
    """Its calls for many at once, by 2,000 records. What it flags may be either of a pair."""
    from rensa import RMinHash, RMinHashLSH

    index, flagged, own, first = RMinHashLSH(THRESHOLD, PERMUTATIONS, 16), set(), 0.0, 0
    sketch = RMinHash.digest_matrix_from_token_sets_rho if rho else RMinHash.digest_matrix_from_token_sets
    while some := [joined(question) for question in islice(questions, 2_000)]:
        before = time.perf_counter()
        flags = index.insert_matrix_and_query_duplicate_flags(sketch(some, PERMUTATIONS, 17), first)
        flagged.update(first + at for at, flag in enumerate(flags) if flag)
        first += len(some)
        own += time.perf_counter() - before
    return flagged, own


def rensa_rho(questions: Iterator[Question]) -> Found:
    return rensa(questions, rho=True)


METHODS: Mapping[str, Callable[[Iterator[Question]], Found]] = {
    "reading": reading,
    "words": words,
    "strings": strings,
    "ours": ours,
    "minhash": minhash,
    "datasketch": datasketch,
    "rensa": rensa,
    "rensa_rho": rensa_rho,
}


def joined(question: Question) -> list[str]:
    """Core and rest as one set, as the libraries know no other; in order, since rho samples by place."""
    length = LENGTH[question.language]
    core = (
        one for text in (question.question, *question.options.values()) for one in grams(signed(text).split(), length)
    )
    return list(dict.fromkeys((*(f"core {one}" for one in core), *grams(signed(question.context).split(), length))))
