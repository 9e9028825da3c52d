"""Answers counted: how often a model is right, how sure that is, and whether it differs from another one.

accuracy = right / decided: what could be called neither right nor wrong stands outside, and beside it in `of_all`.
Intervals are percentile bootstraps as of judges.agreement.estimates. Groups are drawn, not questions: those of one page
or conversation are right and wrong together. Groups with the same counts are the same to a draw, so that drawing as
many anew is one draw of a multinomial, which takes no time. The seed is made of the names, so that an interval is the
same whatever else is evaluated, and those of different benchmarks are independent. Where all answers are alike no draw
differs, and the interval is Wilson's.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.records import content_number
from judges.agreement import Estimate, estimate, mcnemar
from train.evaluation.results import Answer, Lengths, Paired, Scope, Score, Tally

DRAWS = 10_000
_LEFT_OPEN = ("error", "pending")  # reasons of what is no answer
_VOTES = (True, False, None)
_PAIRS = ((True, True), (True, False), (False, True), (False, False))  # that are decided for both

Pair = tuple[Answer, Answer]
Vote = tuple[tuple[str, ...], int]  # a group, and which of several kinds of vote it cast


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


def average(model: str, answers: Mapping[str, Sequence[Answer]], scope: Scope, level: float) -> Estimate:
    """The mean of one model's shares of right ones, among the decided or all answered, every benchmark counted alike;
    not defined where one of them is not. answers: by benchmark."""
    share = _accuracy if scope == "decided" else _of_all
    votes = {name: _votes(given) for name, given in answers.items()}
    value = float(np.mean([share(_counted(one))[0] for one in votes.values()]))
    drawn = [share(_drawn(one, len(_VOTES), name, model)) for name, one in votes.items()]
    return _estimate(None if np.isnan(value) else value, np.mean(drawn, axis=0), level)


def paired(model: str, base: str, benchmark: str, scope: Scope, pairs: Iterable[Pair], level: float) -> Paired:
    """A model against the base. pairs: the base's answer and the model's, to the same questions."""
    of = _is_right if scope == "answered" else _value
    cast = [(_group(one), (of(one), of(other))) for one, other in pairs]
    votes = Counter(vote for _, vote in cast)
    both_right, lost, won, both_wrong = (votes[kind] for kind in _PAIRS)
    total = both_right + lost + won + both_wrong
    kinds = [(group, _PAIRS.index(vote) if vote in _PAIRS else len(_PAIRS)) for group, vote in cast]
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
        difference=_gain(won, lost, total, kinds, level, benchmark, base, model),
    )


def _gain(won: int, lost: int, total: int, votes: Sequence[Vote], level: float, *seed: str) -> Estimate:
    """The difference of two shares, with its interval. Where all pairs are alike, as many as Wilson's interval allows
    may be otherwise: by 1 if they are won or lost instead of neither, by 2 if lost instead of won."""
    if total and total in (won, lost, total - won - lost):
        beyond, value = _beyond(votes, len(_PAIRS), level), (won - lost) / total
        span = beyond * (1 + abs(value))
        return Estimate(value, max(value - span, -1.0), min(value + span, 1.0))
    drawn = _difference(_drawn(votes, len(_PAIRS) + 1, *seed))
    return _estimate((won - lost) / total if total else None, drawn, level)


def _value(answer: Answer) -> bool | None:
    return answer.value


def _is_right(answer: Answer) -> bool | None:
    """None for what is no answer."""
    return None if _is_missing(answer) else answer.value is True


def _is_missing(answer: Answer) -> bool:
    return answer.value is None and answer.reason in _LEFT_OPEN


def _group(answer: Answer) -> tuple[str, ...]:
    return (answer.benchmark, answer.group) if answer.group else (answer.benchmark, "", answer.id)


def _votes(answers: Iterable[Answer]) -> list[Vote]:
    """Of each answer that was given, its group and its place in _VOTES."""
    return [(_group(one), _VOTES.index(one.value)) for one in answers if not _is_missing(one)]


def _tally(answers: Sequence[Answer], level: float, *seed: str) -> Tally:
    votes = _votes(answers)
    counts = _counted(votes)
    right, wrong, undecided = map(int, counts[0])
    missing = Counter(one.reason for one in answers if _is_missing(one))
    drawn = _drawn(votes, len(_VOTES), *seed)
    return Tally(
        right=right,
        wrong=wrong,
        undecided=undecided,
        failed=missing["error"],
        pending=missing["pending"],
        accuracy=_rate(right, right + wrong, _accuracy(drawn), _beyond(votes, 2, level), level),
        of_all=_rate(right, len(votes), _of_all(drawn), _beyond(votes, len(_VOTES), level), level),
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


def _counted(votes: Iterable[Vote]) -> NDArray[Any]:
    """How many of _VOTES were cast, as one draw."""
    return np.bincount([kind for _, kind in votes], minlength=len(_VOTES)).reshape(1, -1)


def _drawn(votes: Iterable[Vote], kinds: int, *seed: str) -> NDArray[Any]:
    """As many groups as there are, drawn anew, and their votes of each kind counted: one row a draw."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for group, kind in votes:
        groups.setdefault(group, [0] * kinds)[kind] += 1
    alike = sorted(Counter(map(tuple, groups.values())).items()) or [((0,) * kinds, 1)]
    total = sum(count for _, count in alike)
    shares = [count / total for _, count in alike]
    times = np.random.default_rng(content_number(*seed)).multinomial(total, shares, DRAWS)
    drawn: NDArray[Any] = times @ np.array([counts for counts, _ in alike])
    return drawn


def _accuracy(drawn: NDArray[Any]) -> NDArray[Any]:
    """Of draws of right, wrong and undecided ones, the right among the decided; NaN where none is."""
    return _divided(drawn[:, 0], drawn[:, 0] + drawn[:, 1])


def _of_all(drawn: NDArray[Any]) -> NDArray[Any]:
    """Of the same draws, the right among all; NaN where there is none."""
    return _divided(drawn[:, 0], drawn.sum(axis=1))


def _difference(drawn: NDArray[Any]) -> NDArray[Any]:
    """Of draws of pairs as in _PAIRS, the other's share of right ones less the one's; NaN where none is decided."""
    return _divided(drawn[:, 2] - drawn[:, 1], drawn[:, :4].sum(axis=1))


def _divided(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _rate(part: int, whole: int, drawn: NDArray[Any], beyond: float, level: float) -> Estimate:
    """A share with its interval: Wilson's at 0 and at 1, where all draws are the same."""
    if whole and part in (0, whole):
        return Estimate(0.0, 0.0, beyond) if part == 0 else Estimate(1.0, 1 - beyond, 1.0)
    return _estimate(part / whole if whole else None, drawn, level)


def _beyond(votes: Iterable[Vote], kinds: int, level: float) -> float:
    """How large the share of what no group shows may be: the end of Wilson's interval (1927) at 0, of the groups that
    cast one of the first so many kinds of vote."""
    groups = len({group for group, kind in votes if kind < kinds})
    z = NormalDist().inv_cdf((1 + level) / 2)
    return z * z / (groups + z * z)


def _estimate(value: float | None, drawn: NDArray[Any], level: float) -> Estimate:
    found = np.sort(drawn[~np.isnan(drawn)]).tolist()
    return estimate(value, found, DRAWS, level)
