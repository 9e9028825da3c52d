"""What a trace says more than once: sentences, paragraphs, runs of words, and loops.

repeated(["Check the totals.", "Cost fell a lot.", "Check the totals."])     ->  1/3
loop("Wait, let me check. Wait, let me check. Wait, let me check. So 5.")    ->  3
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import compress, count, pairwise
from operator import eq

_LONG = 12  # characters: "Wait." may be said twice
_NGRAM = 12  # words or Chinese characters
_PERIODS = 4  # distances tried: those that stand most often between a piece and its last occurrence
_DRONE = 12  # so many times as long, and a short stretch is one as well: 税税税税税...
_STRETCH = {True: 10, False: 5}  # characters without spaces that make a stretch, in ASCII and in other writing


def repeated(pieces: Sequence[str]) -> float:
    """Share, 0 to 1, of the pieces of 12 characters or more that were said before, word for word."""
    long = ["".join(piece.split()).casefold() for piece in pieces if len(piece) >= _LONG]
    return 1 - len(set(long)) / len(long) if long else 0.0


def runs_of(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Every run of 12 words (or Chinese characters) of a text, in order."""
    return list(zip(*(words[offset:] for offset in range(_NGRAM)), strict=False))


def repeated_runs(runs: Sequence[tuple[str, ...]]) -> float:
    """Share, 0 to 1, of the runs that occurred before."""
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def loop(sentences: Sequence[str], words: Sequence[str], runs: Sequence[tuple[str, ...]]) -> int:
    """How many times the most repeated stretch stands in immediate succession; 1 where none does.

    sentences, words, runs: those of one text; `runs` may be empty where no run occurs twice. A stretch is one sentence
    or several; or, where runs of 12 words come back, any words, as in a text without a full stop.
    """
    said = [sentence.casefold() for sentence in sentences]
    found = _most(said, said, 1)
    return max(found, _most(words, runs, _NGRAM)) if runs else found


def _most(units: Sequence[str], keys: Sequence[Hashable], width: int) -> int:
    """The most often that one stretch of units stands in immediate succession.

    keys: what may come back, one at each unit: the unit itself, or a run of `width` that begins with it. The distance
    from a key to its last occurrence is a loop's period; only the commonest are tried, so that the time is linear.
    """
    last: dict[Hashable, int] = {}
    distances: Counter[int] = Counter()
    for position, key in enumerate(keys):
        before = last.get(key)
        if before is not None:
            distances[position - before] += 1
        last[key] = position
    # A stretch that stands twice brings back this many keys at its own distance, or half of them if it repeats itself.
    likely = [period for period, often in distances.most_common(_PERIODS) if 2 * often > period - width]
    return max((_times(units, period) for period in likely), default=1)


def _times(units: Sequence[str], period: int) -> int:
    """How many times a stretch of `period` units stands in immediate succession, at the longest."""
    same = bytes(map(eq, units, units[period:]))
    if period > len(units) // 2 or bytes([1]) * period not in same:
        return 1
    broken = [-1, *compress(count(), map((0).__eq__, same)), len(same)]
    length, start = max((end - begin - 1, begin + 1) for begin, end in pairwise(broken))
    written = "".join("".join(units[start : start + period]).split())
    times, enough = 1 + length // period, _STRETCH[written.isascii()]
    long = len(written) >= enough or (len(written) * times >= _DRONE * enough and not written.isdigit())
    return times if long else 1
