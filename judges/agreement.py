"""How far raters agree, beyond chance, and how sure that is.

A unit (a trace) is the tuple of its votes, one a rater; units are counted, since only their kinds matter:

    votes = Counter([(1, 1), (1, 0), (0, 0), (1, None)])          # (judge, person) of four traces
    agreement(votes)                                              # 2/3: the undecided one stands outside
    estimates(votes, {"kappa": kappa})["kappa"]                   # Estimate(value=0.4, low=None, high=None)

None is no vote, never a 0: a unit that lacks one of two votes is left out of every statistic of two raters. What is
not defined (no pair of votes, no variation) is None, never 0, 1 or NaN.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Counts = Mapping[Any, int]  # unit -> how often; Any, since a Mapping takes no narrower key than it names
Statistic = Callable[[Counts], float | None]

DRAWS = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic and the interval around it. value: None where it is not defined; low, high: the ends of the
    interval, both None where the units cannot tell one (see `estimates`)."""

    value: float | None
    low: float | None = None
    high: float | None = None


def decided(counts: Counts) -> int:
    """How many units of two raters have both votes."""
    return sum(_pairs(counts).values())


def agreement(counts: Counts) -> float | None:
    """The share, 0 to 1, of the units of two raters on which they vote alike; None without such units."""
    pairs = _pairs(counts)
    total = sum(pairs.values())
    return _alike(pairs) / total if total else None


def kappa(counts: Counts) -> float | None:
    """Cohen's kappa of two raters, -1 to 1: agreement beyond what their own rates of each vote give by chance.

    kappa = (po - pe) / (1 - pe), po the agreement, pe the sum over votes of the product of both raters' shares. None
    without pairs, or where both give one and the same vote throughout. Source: J. Cohen, A coefficient of agreement
    for nominal scales, Educational and Psychological Measurement 20 (1960), equation 1.
    """
    pairs = _pairs(counts)
    total = sum(pairs.values())
    first, second = Counter[Hashable](), Counter[Hashable]()
    for (left, right), count in pairs.items():
        first[left] += count
        second[right] += count
    by_chance = sum(count * second[vote] for vote, count in first.items())  # pe, times total squared
    if by_chance == total * total:
        return None
    return (total * _alike(pairs) - by_chance) / (total * total - by_chance)


def alpha(counts: Counts) -> float | None:
    """Krippendorff's alpha for nominal votes of any number of raters, any of them missing; 1 at the most.

    alpha = 1 - (n - 1) * D / E, over the n votes of units with two votes or more: D, the sum over units of the ordered
    pairs of unlike votes divided by the unit's votes less one; E, the ordered pairs of unlike votes among all n. None
    where no unit has two votes, or all votes are alike. Source: K. Krippendorff, Computing Krippendorff's
    Alpha-Reliability (2011), section C.
    """
    votes = Counter[Hashable]()
    unlike = Counter[int]()  # by the votes of the unit less one
    for unit, count in counts.items():
        cast = Counter(vote for vote in unit if vote is not None)
        size = cast.total()
        if size < 2:
            continue
        for vote, times in cast.items():
            votes[vote] += times * count
        unlike[size - 1] += count * _unlike(cast)
    expected = _unlike(votes)
    if not expected:
        return None
    observed = sum(unlike[divisor] / divisor for divisor in sorted(unlike))
    return 1 - (votes.total() - 1) * observed / expected


def precision(counts: Counts, positive: Hashable = 1) -> float | None:
    """Of the units (said, true) that the first rater calls positive, the share, 0 to 1, that the second does too; None
    where the first calls none so. `positive` is the vote that is looked for; True counts as 1."""
    said = {pair: count for pair, count in _pairs(counts).items() if pair[0] == positive}
    return _alike(said) / sum(said.values()) if said else None


def recall(counts: Counts, positive: Hashable = 1) -> float | None:
    """Of the units (said, true) that the second rater calls positive, the share, 0 to 1, that the first does too; None
    where the second calls none so."""
    true = {pair: count for pair, count in _pairs(counts).items() if pair[1] == positive}
    return _alike(true) / sum(true.values()) if true else None


def mcnemar(counts: Counts) -> float:
    """How likely a difference between two raters' rates of 1 is by chance alone: the exact two-sided p of McNemar, of
    the units (one, other) on which they differ, be it this much or more; 1 without such units.

    p = min(1, 2 * P(X <= min(lost, won))), X binomial over lost + won draws of 1/2, lost the units (1, 0) and won the
    units (0, 1). Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions or
    percentages, Psychometrika 12 (1947); exact, as there for few units, by the binomial distribution.
    """
    pairs = _pairs(counts)
    lost, won = (sum(count for pair, count in pairs.items() if pair == wanted) for wanted in ((1, 0), (0, 1)))
    term = tail = 1  # of the binomial coefficients of lost + won, summed in whole numbers
    for k in range(min(lost, won)):
        term = term * (lost + won - k) // (k + 1)
        tail += term
    p: float = 2 * tail / 2 ** (lost + won)
    return min(1.0, p)


def estimates(
    counts: Counts, statistics: Mapping[str, Statistic], *, draws: int = DRAWS, level: float = LEVEL, seed: int = 0
) -> dict[str, Estimate]:
    """Each statistic with its percentile bootstrap interval: units are drawn anew, as many as there are, `draws` times.

    counts: the units, undecided ones too, since how many there are is chance as well. statistics: all are taken from
    the same draws. level: how much of the draws the interval holds, between 0 and 1. The same units, however ordered,
    and the same seed give the same intervals. An interval is None where the units cannot tell one: where the statistic
    is not defined in more than 1 - level of the draws, as with a vote that was given once or twice, or where it never
    changes, as without a single disagreement; a width of nothing would claim to be certain. Source: B. Efron, R.
    Tibshirani, An Introduction to the Bootstrap (1993), chapter 13: the k-th smallest and k-th largest value, k the
    whole part of (draws + 1) * (1 - level) / 2. Raises ValueError for a level or a number of draws that leaves none.
    """
    rank = int((draws + 1) * (1 - level) / 2 + 1e-9)
    if not 0 < level < 1 or rank < 1:
        raise ValueError(f"{draws} draws give no interval of level {level}; 1,000 draws and 0.95 do")
    kinds = sorted((unit for unit, count in counts.items() if count), key=repr)
    ends = list(itertools.accumulate(counts[kind] for kind in kinds))
    found: dict[str, list[float]] = {name: [] for name in statistics}
    randomness = random.Random(seed)
    for _ in range(draws if len(kinds) > 1 else 0):
        drawn = Counter(randomness.choices(kinds, cum_weights=ends, k=ends[-1]))
        for name, statistic in statistics.items():
            value = statistic(drawn)
            if value is not None:
                found[name].append(value)
    return {
        name: estimate(statistic(counts), sorted(found[name]), draws, level) for name, statistic in statistics.items()
    }


def estimate(value: float | None, found: Sequence[float], draws: int, level: float) -> Estimate:
    """A statistic with its percentile interval, as of `estimates`. found: what it was in those of the draws in which it
    is defined, sorted."""
    rank = int((len(found) + 1) * (1 - level) / 2 + 1e-9)
    if value is None or rank < 1 or draws - len(found) > draws * (1 - level) + 1e-9:
        return Estimate(value)
    low, high = found[rank - 1], found[-rank]
    return Estimate(value, low, high) if low < high else Estimate(value)


def _pairs(counts: Counts) -> dict[tuple[Hashable, Hashable], int]:
    """The units that have both of two votes. Raises ValueError for units of more or fewer raters."""
    if any(len(unit) != 2 for unit in counts):
        raise ValueError(
            "a statistic of two raters was asked of units with more or fewer votes; alpha takes any number"
        )
    return {unit: count for unit, count in counts.items() if count and None not in unit}


def _alike(pairs: Counts) -> int:
    return sum(count for (left, right), count in pairs.items() if left == right)


def _unlike(cast: Counter[Hashable]) -> int:
    """The ordered pairs of unlike votes among votes counted."""
    return cast.total() ** 2 - sum(times * times for times in cast.values())
