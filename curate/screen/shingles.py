"""Each record as a set of hashed shingles, kept in a file: four bytes a shingle, next to nothing in memory.

A record has four sets, told apart by the top bits of their hashes: the shingles of its question, of its options, of the
rest, and the rest's signs: numbers, operators, negations. Each hash is salted with the record's own mark and with the
signs of question and options, so that records which cannot be near share no hash at all.

A shingle is two words of English, or three characters of Chinese, counting empty ones before and behind a text: so the
first word counts as much as any other, and a text of one word has shingles too.
"""

from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.records import Language
from curate.screen.spill import Spill

Hashes = NDArray[np.uint32]
Wide = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

LENGTH = {"en": 2, "zh": 3}
QUESTION, OPTIONS, REST, NUMBERS = range(4)
SIDE = np.uint32(30)  # how far the side's number is shifted up in a hash

# Words that turn a question round, which is right for which is not, and the operators that ASCII has not.
TURNING = (
    "not no never neither nor except without incorrect wrong false least 不 非 无 未 没 除 否 错 ≤ ≥ ≠ × ÷ ± √".split()
)

_BATCH = 1 << 20  # bytes hashed at once
_BUCKETS = 1 << 26
_EDGE = "\n\n"  # two empty words before a text's first, and so behind the last of the one before
_ODD = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class Shingles:
    """The sets of records, added one by one; `finish` before they are read."""

    def __init__(self, folder: Path) -> None:
        """folder: where the working file lies."""
        self._file = Spill(folder)
        self._text = bytearray()
        self._lengths, self._sides = array("I"), array("B")  # of each text: words, side
        self._texts, self._salts, self._thirds = array("I"), array("Q"), array("B")  # of each record
        self._counts = np.zeros(_BUCKETS, np.uint8)
        self._sizes = array("I")

    def add(
        self, salt: int, language: Language, question: str, options: Sequence[str] = (), rest: Sequence[str] = ()
    ) -> None:
        """A record, by the words of its texts, parted by spaces. Records of another salt (64 bits) have nothing in
        common with it."""
        sides = ((QUESTION, (question,)), (OPTIONS, options), (REST, rest))
        texts = [(side, text) for side, some in sides for text in some if text]
        for side, text in texts:
            self._text += f"{_EDGE}{text} ".encode()
            self._lengths.append(text.count(" ") + 1 + len(_EDGE))
            self._sides.append(side)
        self._texts.append(len(texts))
        self._salts.append(salt)
        self._thirds.append(LENGTH[language] == 3)
        if len(self._text) >= _BATCH:
            self._write()

    def finish(self) -> Ints:
        """To be called when all are added. Returns where each record's hashes begin, with the end of the last."""
        self._write()
        self._file.flush()
        return np.concatenate(([0], np.cumsum(self._sizes, dtype=np.int64)))

    def read(self, first: int, last: int) -> Hashes:
        """The hashes from one to before another; those of a record are sorted."""
        return np.frombuffer(self._file.read(4 * first, 4 * last), np.uint32)

    def counts(self, hashes: Hashes) -> NDArray[np.uint8]:
        """In how many records each hash stands, up to 255: never too few, and too many where two fall together."""
        found: NDArray[np.uint8] = self._counts[hashes & np.uint32(_BUCKETS - 1)]
        return found

    def _write(self) -> None:
        if not self._texts:
            return
        keys = np.sort(self._keys())
        keys = keys[np.diff(keys, prepend=~keys[:1]) != 0]
        hashes = keys.astype(np.uint32)
        self._file.add(hashes.tobytes())
        records = (keys >> np.uint64(32)).astype(np.int64)
        self._sizes.frombytes(np.bincount(records, minlength=len(self._texts)).astype(np.uint32).tobytes())
        buckets, times = np.unique(hashes & np.uint32(_BUCKETS - 1), return_counts=True)
        self._counts[buckets] = np.minimum(self._counts[buckets] + times, 255)
        for noted in (self._text, self._lengths, self._sides, self._texts, self._salts, self._thirds):
            del noted[:]

    def _keys(self) -> Wide:
        """The batch's hashes, each with its record's number above it."""
        words, sign = _words(np.frombuffer(bytes(self._text), np.uint8))
        lengths = np.frombuffer(self._lengths, np.uint32)
        texts = np.frombuffer(self._texts, np.uint32)
        side = np.repeat(np.frombuffer(self._sides, np.uint8), lengths)
        record = np.repeat(np.repeat(np.arange(len(texts)), texts), lengths)
        third = np.where(np.frombuffer(self._thirds, np.uint8).astype(bool)[record], np.roll(words, -2), np.uint64(0))
        second = np.roll(words, -1)
        shingles = _mixed((words * _ODD[0] + second) * _ODD[1] + third)
        salts, asked = np.array(self._salts, np.uint64), sign & (side < REST)
        np.add.at(salts, record[asked], _mixed(words[asked]))
        real, number = (words | second | third) != 0, sign & (side == REST)
        return np.concatenate(
            (
                _placed(record[real], side[real], _mixed(shingles[real] ^ salts[record[real]])),
                _placed(record[number], np.full(number.sum(), NUMBERS), _mixed(words[number] ^ salts[record[number]])),
            )
        )


def _words(text: Bytes) -> tuple[Wide, NDArray[np.bool_]]:
    """The hash of each word, 0 for empty ones, and whether it is a sign: a number, an operator, a negation."""
    ends = np.flatnonzero(text <= ord(" "))
    starts = np.concatenate(([0], ends + 1))[:-1]
    hashes, first = _hashed(text, starts, ends), text[starts]
    letter = (first | 32 >= ord("a")) & (first | 32 <= ord("z")) | (first > 127)
    return hashes, (hashes != 0) & (~letter | np.isin(hashes, _turning()))


def _hashed(text: Bytes, starts: Ints, ends: Ints) -> Wide:
    """Each word's polynomial in its bytes modulo 2**64, made odd; the same in every process."""
    lengths = ends - starts
    powers = np.multiply.accumulate(np.full(lengths.max(initial=0) + 1, _ODD[0]))
    terms = (text + _ODD[2]) * powers[np.arange(len(text)) - np.repeat(starts, lengths + 1)]
    terms[ends] = 0
    return np.where(lengths > 0, np.add.reduceat(terms, starts) | np.uint64(1), np.uint64(0))


@cache
def _turning() -> Wide:
    text = np.frombuffer("".join(f"{word} " for word in TURNING).encode(), np.uint8)
    ends = np.flatnonzero(text == ord(" "))
    return _hashed(text, np.concatenate(([0], ends[:-1] + 1)), ends)


def _mixed(hashes: Wide) -> Wide:
    hashes = (hashes ^ (hashes >> np.uint64(32))) * _ODD[1]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _ODD[2]
    mixed: Wide = hashes ^ (hashes >> np.uint64(32))
    return mixed


def _placed(record: NDArray[np.int64], side: NDArray[np.integer[Any]], hashes: Wide) -> Wide:
    """Record, side and the upper 30 bits of the hash in 64."""
    placed: Wide = record.astype(np.uint64) << np.uint64(32) | side.astype(np.uint64) << np.uint64(SIDE)
    return placed | hashes >> np.uint64(34)
