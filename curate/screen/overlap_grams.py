"""A text's hashed n-grams and numbers, and an index that counts which texts share them: numpy arrays, no strings.

    index.add(group, signature(words("net income of 2009 ...")).text)
    index.shared(signature(words(other)).text)             ->  {7: 41}

Hashes are sums of bytes times powers of one odd number modulo 2**64, so that all n-grams of a text come out of one
running sum (Karp and Rabin 1987); they are the same in every process. Of a long text every fourth n-gram is kept,
chosen by its hash, so that the same ones are kept of every text (FracMinHash, Irber et al. 2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

_WORDS, _HAN = 13, 8  # the usual lengths: 13 words (GPT-3's appendix C), 8 characters of Chinese
_LONG, _SAMPLE = 400, np.uint64(4)
_BASE = 0x9E3779B97F4A7C15
_MIX, _HALF = np.uint64(0xBF58476D1CE4E5B9), np.uint64(32)
_SPACE = ord(" ")


@dataclass(frozen=True, slots=True)
class Grams:
    """Different hashes, sorted; sampled: whether only every fourth is kept; sample: how many a sample has."""

    hashes: NDArray[np.uint64]
    sampled: bool
    sample: int

    def size(self, *, sampled: bool) -> int:
        """How many there are, or in the sample."""
        return self.sample if sampled else len(self.hashes)


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's n-grams and its own numbers."""

    text: Grams
    numbers: Grams


@dataclass(frozen=True, slots=True)
class Shared:
    """How many n-grams and numbers of a text stand in another, and of how many."""

    text: int
    all_text: int
    numbers: int
    all_numbers: int


def signature(tokens: Sequence[str]) -> Signature:
    """The signature of a text's words; a text is Chinese where half of its words are Han characters."""
    joined = " ".join(tokens)
    raw = joined.encode()
    han = (len(raw) - len(joined)) // 2  # three bytes each
    hashes = _hashed(raw, len(tokens), _HAN if 2 * han >= len(tokens) else _WORDS)
    kept = hashes[hashes % _SAMPLE == 0]
    sampled = len(hashes) > _LONG
    numbers = _own_numbers(tokens)
    found = _hashed(" ".join(numbers).encode(), len(numbers), 1)
    return Signature(Grams(kept if sampled else hashes, sampled, len(kept)), Grams(found, False, len(found)))


def digits(number: str) -> str:
    """A number's digits without point and zeros at the ends, so that 3.25 million is 3,250,000; a year is left."""
    if len(number) == 4 and number[:2] in ("19", "20"):
        return number
    return number.replace(".", "").strip("0") or "0"


def _own_numbers(tokens: Sequence[str]) -> list[str]:
    """The digits of numbers that have three and more and are no years: others stand on any page."""
    found = (digits(word) for word in tokens if "0" <= word < ":")
    return [number for number in found if len(number) > 2 and not (len(number) == 4 and number[:2] in ("19", "20"))]


def _hashed(text: bytes, words: int, length: int) -> NDArray[np.uint64]:
    """The different n-grams of a text of words parted by spaces, hashed and sorted; none where it is too short."""
    if words < length:
        return np.empty(0, np.uint64)
    codes = np.frombuffer(text, np.uint8)
    powers, inverses = _powers(1 << max(10, len(codes).bit_length()))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    spaces = np.flatnonzero(codes == _SPACE)
    starts = np.concatenate(([0], spaces + 1))[: words - length + 1]
    ends = np.concatenate((spaces, [len(codes)]))[length - 1 :]
    found = (sums[ends] - sums[starts]) * inverses[starts]
    return np.unique((found ^ (found >> _HALF)) * _MIX >> np.uint64(1))


@cache
def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The base's first powers, and those of its inverse, modulo 2**64."""
    both = np.ones((2, size), np.uint64)
    both[0, 1:], both[1, 1:] = _BASE, pow(_BASE, -1, 1 << 64)
    powers, inverses = np.multiply.accumulate(both, axis=1)
    return powers, inverses


class Index:
    """Which of the added texts hold a hash. All are added before the first question."""

    def __init__(self, most: int) -> None:
        """most: a hash that stands in texts of more groups than this is forgotten."""
        self._most = most
        self._added: list[Grams] = []
        self._groups: list[int] = []
        self._keys = np.empty(0, np.uint64)
        self._starts = np.zeros(1, np.int64)
        self._texts = np.empty(0, np.int32)
        self._sampled: list[bool] = []
        self._sizes: list[tuple[int, int]] = []

    def add(self, group: int, grams: Grams) -> None:
        """Adds a text of a group; texts are numbered from 0."""
        self._added.append(grams)
        self._groups.append(group)

    def shared(self, grams: Grams) -> dict[int, int]:
        """text -> how many of these hashes it holds, forgotten ones left out."""
        if self._added:
            self._freeze()
        hashes = grams.hashes
        if not len(self._keys) or not len(hashes):
            return {}
        places = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
        places = places[self._keys[places] == hashes]
        if not len(places):
            return {}
        first = self._starts[places]
        counts = self._starts[places + 1] - first
        ends = np.cumsum(counts)
        every = np.arange(ends[-1]) + np.repeat(first - ends + counts, counts)
        found, times = np.unique(self._texts[every], return_counts=True)
        return dict(zip(found.tolist(), times.tolist(), strict=True))

    @property
    def built(self) -> bool:
        """Was anything asked, so that nothing can be added?"""
        return bool(self._sizes)

    def sampled(self, text: int) -> bool:
        """Was the text long, so that a sample of it is kept?"""
        return self._sampled[text]

    def size(self, text: int, *, sampled: bool) -> int:
        """How many hashes a text has, or its sample, forgotten ones left out."""
        return self._sizes[text][sampled]

    def _freeze(self) -> None:
        added, self._added = self._added, []
        sizes = np.array([len(grams.hashes) for grams in added])
        hashes = np.concatenate([grams.hashes for grams in added])
        order = np.argsort(hashes, kind="stable")
        hashes, texts = hashes[order], np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[order]
        keys, starts, counts = np.unique(hashes, return_index=True, return_counts=True)
        kept = counts <= self._most
        groups = np.array(self._groups)
        for place in np.flatnonzero(~kept):  # few hashes: those of many texts, which may be of one group
            kept[place] = len(np.unique(groups[texts[starts[place] : starts[place] + counts[place]]])) <= self._most
        left = np.repeat(kept, counts)
        self._keys, self._starts = keys[kept], np.concatenate(([0], np.cumsum(counts[kept])))
        self._texts, hashes = texts[left], hashes[left]
        every = np.bincount(self._texts, minlength=len(sizes)).tolist()
        samples = np.bincount(self._texts[hashes % _SAMPLE == 0], minlength=len(sizes)).tolist()
        self._sampled = [grams.sampled for grams in added]
        self._sizes = list(zip(every, samples, strict=True))
