"""Counts, intervals and comparisons against numbers by hand, and against the bootstrap of judges.agreement."""

import math
from collections import Counter
from collections.abc import Sequence

import pytest

from judges.agreement import Counts, Estimate, estimates
from train.evaluation.results import Answer
from train.evaluation.scored import average, paired, score

RIGHT, WRONG, OPEN, FAILED, PENDING = "right", "wrong", "open", "failed", "pending"
_VERDICTS: dict[str, tuple[bool | None, str]] = {
    RIGHT: (True, "equal"),
    WRONG: (False, "number_differs"),
    OPEN: (None, "answer_missing"),
    FAILED: (None, "error"),
    PENDING: (None, "pending"),
}


def answers(*said: tuple[str, int], tokens: int = 10, kind: str = "number") -> list[Answer]:
    """So many answers of each sort, numbered from 0."""
    sorts = [sort for sort, count in said for _ in range(count)]
    return [
        Answer(
            *("m", "set", f"set:{number}", kind, "en", "1"),
            value=_VERDICTS[sort][0],
            reason=_VERDICTS[sort][1],
            tokens=None if sort in (FAILED, PENDING) else tokens,
        )
        for number, sort in enumerate(sorts)
    ]


def accuracy(counts: Counts) -> float | None:
    right, wrong = counts[True,], counts[False,]
    return right / (right + wrong) if right + wrong else None


def test_what_failed_or_waits_is_no_answer_and_what_is_open_is_not_wrong() -> None:
    found = score("m", "set", answers((RIGHT, 6), (WRONG, 2), (OPEN, 2), (FAILED, 3), (PENDING, 1)), 0.95)
    tally = found.tally
    assert (tally.right, tally.wrong, tally.undecided, tally.failed, tally.pending) == (6, 2, 2, 3, 1)
    assert (tally.accuracy.value, tally.of_all) == (6 / 8, 6 / 10)
    assert (found.replies, dict(found.reasons)) == (10, {"answer_missing": 2})


@pytest.mark.parametrize(("right", "wrong", "open_"), [(76, 24, 0), (30, 60, 30), (20, 15, 5), (480, 20, 100)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_the_one_of_the_plain_bootstrap(right: int, wrong: int, open_: int, level: float) -> None:
    quick = score("m", "set", answers((RIGHT, right), (WRONG, wrong), (OPEN, open_)), level).tally.accuracy
    units = Counter({(True,): right, (False,): wrong, (None,): open_})
    slow = estimates(units, {"accuracy": accuracy}, draws=4000, level=level)["accuracy"]
    assert quick.value == slow.value == right / (right + wrong)
    assert None not in (quick.low, quick.high, slow.low, slow.high)
    spread = math.sqrt(quick.value * (1 - quick.value) / (right + wrong))
    assert quick.low == pytest.approx(slow.low, abs=0.2 * spread)
    assert quick.high == pytest.approx(slow.high, abs=0.2 * spread)


def test_a_large_sample_s_interval_is_the_normal_one() -> None:
    found = score("m", "set", answers((RIGHT, 700), (WRONG, 300)), 0.95).tally.accuracy
    half = 1.959964 * math.sqrt(0.7 * 0.3 / 1000)
    assert found.low == pytest.approx(0.7 - half, abs=0.002)
    assert found.high == pytest.approx(0.7 + half, abs=0.002)


@pytest.mark.parametrize("sort", [RIGHT, WRONG, OPEN])
def test_answers_that_are_all_alike_tell_no_interval(sort: str) -> None:
    found = score("m", "set", answers((sort, 20)), 0.95).tally.accuracy
    assert found == Estimate({RIGHT: 1.0, WRONG: 0.0, OPEN: None}[sort])


def test_the_same_answers_give_the_same_interval_whatever_else_is_evaluated() -> None:
    one, other = (score("m", "set", answers((RIGHT, 30), (WRONG, 20)), 0.95) for _ in range(2))
    assert one == other


def test_lengths_are_of_replies_alone() -> None:
    made = [*answers((RIGHT, 3), tokens=100), *answers((OPEN, 1), tokens=900), *answers((FAILED, 5))]
    tokens = score("m", "set", made, 0.95).tokens
    assert tokens is not None
    assert (tokens.median, tokens.mean) == (100, 300)
    assert tokens.p95 == pytest.approx(100 + 0.85 * 800)  # between the third and the fourth, by NumPy's rule
    assert score("m", "set", answers((FAILED, 5)), 0.95).tokens is None


def test_kinds_are_counted_apart() -> None:
    made = [*answers((RIGHT, 3), (WRONG, 1)), *answers((RIGHT, 1), (WRONG, 3), kind="choice")]
    kinds = score("m", "set", made, 0.95).kinds
    assert {name: tally.accuracy.value for name, tally in kinds.items()} == {"choice": 0.25, "number": 0.75}


def test_the_average_counts_every_benchmark_alike() -> None:
    large = score("m", "large", answers((RIGHT, 900), (WRONG, 100)), 0.95)
    small = score("m", "small", answers((RIGHT, 5), (WRONG, 5)), 0.95)
    found = average("m", [large, small], 0.95)
    assert found.value == pytest.approx(0.7)
    # The variance of a mean of two independent shares; ten answers are few for a normal interval.
    half = 1.959964 * math.sqrt(0.9 * 0.1 / 1000 + 0.5 * 0.5 / 10) / 2
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)
    empty = score("m", "empty", answers((OPEN, 5)), 0.95)
    assert average("m", [large, empty], 0.95) == Estimate(None)


def pairs(*said: tuple[str, str, int]) -> Sequence[tuple[Answer, Answer]]:
    ones = answers(*((one, count) for one, _, count in said))
    others = answers(*((other, count) for _, other, count in said))
    return list(zip(ones, others, strict=True))


def test_a_pair_counts_where_both_are_decided() -> None:
    made = pairs((RIGHT, RIGHT, 40), (RIGHT, WRONG, 5), (WRONG, RIGHT, 15), (WRONG, WRONG, 40), (OPEN, RIGHT, 9))
    found = paired("m", "base", "set", "decided", [*made, *pairs((RIGHT, FAILED, 4), (OPEN, OPEN, 2))], 0.95)
    assert (found.both_right, found.lost, found.won, found.both_wrong) == (40, 5, 15, 40)
    assert found.p == pytest.approx(2 * sum(math.comb(20, k) for k in range(6)) / 2**20)
    assert found.difference.value == pytest.approx(0.1)
    # The paired difference varies as (lost + won - (won - lost)^2 / n) / n^2.
    half = 1.959964 * math.sqrt((20 - 100 / 100) / 100**2)
    assert found.difference.low == pytest.approx(0.1 - half, abs=0.012)
    assert found.difference.high == pytest.approx(0.1 + half, abs=0.012)


def test_a_model_that_learns_to_answer_at_all_is_seen_on_all_that_both_answered() -> None:
    made = pairs((OPEN, RIGHT, 9), (OPEN, WRONG, 2), (OPEN, OPEN, 3), (RIGHT, OPEN, 1), (FAILED, RIGHT, 5))
    found = paired("m", "base", "set", "answered", made, 0.95)
    assert (found.both_right, found.lost, found.won, found.both_wrong) == (0, 1, 9, 5)
    assert found.difference.value == pytest.approx(8 / 15)


def test_models_that_answer_alike_do_not_differ() -> None:
    found = paired("m", "base", "set", "decided", pairs((RIGHT, RIGHT, 10), (WRONG, WRONG, 4)), 0.95)
    assert (found.p, found.difference) == (1.0, Estimate(0.0))
    nothing = paired("m", "base", "set", "decided", pairs((OPEN, RIGHT, 3)), 0.95)
    assert (nothing.p, nothing.difference) == (1.0, Estimate(None))
