"""What a trace says more than once: sentences, paragraphs, runs of words, and loops.

repeated of "Check the totals. Cost fell a lot. Check the totals."                 ->  1/3
loop of "Wait, let me check. Wait, let me check. Wait, let me check. So 5."        ->  3
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, compress, count, pairwise
from operator import eq, ne
from typing import TypeVar

T = TypeVar("T")

_LONG = 12  # characters: "Wait." may be said twice
_NGRAM = 12  # words or Chinese characters
_EVERY, _SAMPLED, _SAMPLE = 7, (1, 2, 4), 6
_PERIODS = 4  # distances tried: those that stand most often between a piece and its last occurrence
_DRONE = 12  # so many times as long, and a short stretch is one as well: 税税税税税...
_STRETCH = {True: 10, False: 5}  # characters without spaces that make a stretch, in ASCII and in other writing
_SMALL = bytes(range(256)).lower()
_BLANK = b" \t\r\v\f\x1c\x1d\x1e\x1f"


def bare(pieces: Sequence[str]) -> list[bytes]:
    """The pieces without blanks and in small letters, to be compared."""
    joined = "\n".join(pieces).replace("\u3000", "").replace("\xa0", "")
    if joined.count("\n") >= len(pieces):  # what divides the pieces may stand in none of them
        joined = "\n".join("".join(piece.split()) for piece in pieces)
    return joined.encode("utf-8", "surrogatepass").translate(_SMALL, _BLANK).split(b"\n") if pieces else []


def repeated(pieces: Sequence[str], compared: Sequence[bytes]) -> float:
    """Share, 0 to 1, of the pieces of 12 characters or more that were said before, word for word.

    compared: the bare pieces."""
    if len(set(compared)) == len(compared):
        return 0.0
    long = [key for piece, key in zip(pieces, compared, strict=True) if len(piece) >= _LONG]
    return 1 - len(set(long)) / len(long) if long else 0.0


def most_said(pieces: Sequence[str], compared: Sequence[bytes]) -> int:
    """How many times the piece of 12 characters or more that is said most often is said, near or far; 1 or more.

    compared: the bare pieces."""
    if len(set(compared)) == len(compared):
        return 1
    counts = Counter(key for piece, key in zip(pieces, compared, strict=True) if len(piece) >= _LONG)
    return max(counts.values(), default=1)


def recurring(units: tuple[str, ...] | str) -> list[tuple[int, Hashable]]:
    """The runs of 12 units (words or Chinese characters) that stand more than once, each with its place, in order.

    Only three places in seven are looked at: {1, 2, 4} is a difference set of 7, so that wherever a run of 12 comes
    back, one such place in it, and six units from there, come back at such a place.
    """
    places = [*chain.from_iterable(range(first, len(units) - _SAMPLE + 1, _EVERY) for first in _SAMPLED)]
    samples = [units[place : place + _SAMPLE] for place in places]
    first: dict[Hashable, int] = {}
    before = list(map(first.setdefault, samples, places))
    if before == places:
        return []
    beginnings: set[int] = set()
    for both in compress(zip(places, before, strict=True), map(ne, places, before)):
        for place in both:
            beginnings.update(range(max(place - _EVERY + 1, 0), min(place, len(units) - _NGRAM) + 1))
    runs = [(place, units[place : place + _NGRAM]) for place in sorted(beginnings)]
    counts = Counter(run for _, run in runs)
    return [(place, run) for place, run in runs if counts[run] > 1]


def repeated_runs(units: Sequence[str], runs: Sequence[tuple[int, Hashable]]) -> float:
    """Share, 0 to 1, of all runs of 12 units that occurred before. runs: those that recur."""
    count_ = len(units) - _NGRAM + 1
    return 1 - (count_ - len(runs) + len({run for _, run in runs})) / count_ if runs else 0.0


def loop(
    sentences: Sequence[bytes], words: Sequence[str], runs: Sequence[tuple[int, Hashable]], names: Mapping[str, str]
) -> int:
    """How many times the most repeated stretch stands in immediate succession; 1 where none does.

    sentences, words, runs, names: those of one text, the sentences bare, the runs those that recur. A stretch is one
    sentence or several; or, where runs come back, any words, as in a text without a full stop.
    """
    found = 1
    if len(set(sentences)) < len(sentences):
        found = _most(sentences, enumerate(sentences), 1, lambda said: b"".join(said).decode("utf-8", "surrogatepass"))
    if runs:
        found = max(found, _most(words, runs, _NGRAM, lambda said: "".join(names.get(word, word) for word in said)))
    return found


def _most(
    units: Sequence[T], keys: Iterable[tuple[int, Hashable]], width: int, written: Callable[[Sequence[T]], str]
) -> int:
    """The most often that one stretch of units stands in immediate succession.

    keys: what may come back, with its place: the unit itself, or a run of `width` that begins with it. The distance
    from a key to its last occurrence is a loop's period; only the commonest are tried, so that the time is linear.
    """
    last: dict[Hashable, int] = {}
    distances: Counter[int] = Counter()
    for position, key in keys:
        before = last.get(key)
        if before is not None:
            distances[position - before] += 1
        last[key] = position
    # A stretch that stands twice brings back this many keys at its own distance, or half of them if it repeats itself.
    likely = [period for period, often in distances.most_common(_PERIODS) if 2 * often > period - width]
    return max((_times(units, period, written) for period in likely), default=1)


def _times(units: Sequence[T], period: int, written: Callable[[Sequence[T]], str]) -> int:
    """How many times a stretch of `period` units stands in immediate succession, at the longest."""
    if period > len(units) // 2:
        return 1
    same = bytes(map(eq, units, units[period:]))
    if bytes([1]) * period not in same:
        return 1
    broken = [-1, *compress(count(), map((0).__eq__, same)), len(same)]
    length, start = max((end - begin - 1, begin + 1) for begin, end in pairwise(broken))
    said = written(units[start : start + period])
    times, enough = 1 + length // period, _STRETCH[said.isascii()]
    long = len(said) >= enough or (len(said) * times >= _DRONE * enough and not said.isdigit())
    return times if long else 1
