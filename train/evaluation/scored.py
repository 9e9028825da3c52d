"""Answers counted: how often a model is right, how sure that is, and whether it differs from another one.

accuracy = right / decided: what could be called neither right nor wrong stands outside, and beside it in `of_all`.
Intervals are percentile bootstraps as of judges.agreement.estimates; of answers that are counted, drawing as many anew
is one draw of a multinomial, which takes no time. The seed is made of the names, so that an interval is the same
whatever else is evaluated, and those of different benchmarks are independent.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.records import content_number
from judges.agreement import Estimate, estimate, mcnemar
from train.evaluation.results import Answer, Lengths, Paired, Scope, Score, Tally

DRAWS = 10_000
_LEFT_OPEN = ("error", "pending")  # reasons of what is no answer

Pair = tuple[Answer, Answer]
_KINDS = ((True, True), (True, False), (False, True), (False, False))  # of pairs that are decided for both


def score(model: str, benchmark: str, answers: Sequence[Answer], level: float) -> Score:
    """One model's score on one benchmark, of all its answers to it."""
    replies = [one for one in answers if one.replied]
    open_ = Counter(one.reason for one in answers if one.value is None and one.reason not in _LEFT_OPEN)
    return Score(
        model=model,
        benchmark=benchmark,
        tally=_tally(answers, level, benchmark, model),
        reasons=dict(sorted(open_.items(), key=lambda item: (-item[1], item[0]))),
        replies=len(replies),
        formed=sum(bool(one.formed) for one in replies),
        thought=sum(bool(one.thought) for one in replies),
        cut=sum(bool(one.cut) for one in replies),
        tokens=_lengths([one.tokens for one in replies if one.tokens is not None]),
        kinds=_by(lambda one: one.kind, answers, level, benchmark, model),
        languages=_by(lambda one: one.language, answers, level, benchmark, model),
    )


def average(model: str, scores: Sequence[Score], level: float) -> Estimate:
    """The mean of one model's accuracies, every benchmark counted alike; not defined where one of them is not."""
    rates = [_drawn(_counts(one.tally), one.benchmark, model) for one in scores]
    values = [one.tally.accuracy.value for one in scores]
    known = [value for value in values if value is not None]
    value = sum(known) / len(known) if known and len(known) == len(values) else None
    return _estimate(value, np.mean([_accuracy(drawn) for drawn in rates], axis=0), level)


def paired(model: str, base: str, benchmark: str, scope: Scope, pairs: Iterable[Pair], level: float) -> Paired:
    """A model against the base. pairs: the base's answer and the model's, to the same questions."""
    of = _is_right if scope == "answered" else _value
    votes = Counter((of(one), of(other)) for one, other in pairs)
    both_right, lost, won, both_wrong = (votes[kind] for kind in _KINDS)
    total = both_right + lost + won + both_wrong
    drawn = _drawn((both_right, lost, won, both_wrong, votes.total() - total), benchmark, base, model)
    return Paired(
        model=model,
        base=base,
        benchmark=benchmark,
        scope=scope,
        both_right=both_right,
        lost=lost,
        won=won,
        both_wrong=both_wrong,
        p=mcnemar(votes),
        difference=_estimate((won - lost) / total if total else None, _difference(drawn), level),
    )


def _value(answer: Answer) -> bool | None:
    return answer.value


def _is_right(answer: Answer) -> bool | None:
    """None for what is no answer."""
    return None if answer.value is None and answer.reason in _LEFT_OPEN else answer.value is True


def _tally(answers: Iterable[Answer], level: float, *seed: str) -> Tally:
    found = Counter(one.reason if one.value is None and one.reason in _LEFT_OPEN else one.value for one in answers)
    right, wrong, undecided = counts = found[True], found[False], found[None]
    return Tally(
        right=right,
        wrong=wrong,
        undecided=undecided,
        failed=found["error"],
        pending=found["pending"],
        accuracy=_estimate(_share(right, right + wrong), _accuracy(_drawn(counts, *seed)), level),
        of_all=_share(right, sum(counts)),
    )


def _by(key: Callable[[Answer], str], answers: Iterable[Answer], level: float, *seed: str) -> Mapping[str, Tally]:
    groups: dict[str, list[Answer]] = {}
    for one in answers:
        groups.setdefault(key(one), []).append(one)
    return {name: _tally(groups[name], level, *seed, name) for name in sorted(groups)}


def _lengths(tokens: Sequence[int]) -> Lengths | None:
    if not tokens:
        return None
    median, p95 = np.quantile(tokens, (0.5, 0.95))
    return Lengths(float(median), float(p95), float(np.mean(tokens)))


def _drawn(counts: Sequence[int], *seed: str) -> NDArray[Any]:
    """As many units as were counted, drawn anew and counted again: one row a draw."""
    total = sum(counts)
    shares = [count / total for count in counts] if total else [1.0, *(0.0 for _ in counts[1:])]
    return np.random.default_rng(content_number(*seed)).multinomial(total, shares, DRAWS)


def _counts(tally: Tally) -> tuple[int, int, int]:
    return tally.right, tally.wrong, tally.undecided


def _accuracy(drawn: NDArray[Any]) -> NDArray[Any]:
    """Of draws of right, wrong and undecided ones, the right among the decided; NaN where none is."""
    return _divided(drawn[:, 0], drawn[:, 0] + drawn[:, 1])


def _difference(drawn: NDArray[Any]) -> NDArray[Any]:
    """Of draws of pairs as in _KINDS, the other's share of right ones less the one's; NaN where none is decided."""
    return _divided(drawn[:, 2] - drawn[:, 1], drawn[:, :4].sum(axis=1))


def _divided(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _estimate(value: float | None, drawn: NDArray[Any], level: float) -> Estimate:
    found = np.sort(drawn[~np.isnan(drawn)]).tolist()
    return estimate(value, found, DRAWS, level)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
