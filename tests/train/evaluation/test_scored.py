"""Counts, intervals and comparisons against numbers by hand, and against the bootstrap of judges.agreement."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

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
    assert (tally.accuracy.value, tally.of_all.value) == (6 / 8, 6 / 10)
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


# Wilson's interval of 0 of 20 at 95 %, which ends at z^2 / (20 + z^2): 0.1611 (R. G. Newcombe, Two-sided confidence
# intervals for the single proportion, Statistics in Medicine 17 (1998), gives 0.1611 for 0 of 20).
BEYOND_20 = pytest.approx(0.1611, abs=1e-4)


def test_answers_that_are_all_alike_have_wilson_s_interval() -> None:
    right, wrong, open_ = (score("m", "set", answers((sort, 20)), 0.95).tally for sort in (RIGHT, WRONG, OPEN))
    assert (right.accuracy.value, right.accuracy.low, right.accuracy.high) == (
        1.0,
        pytest.approx(0.8389, abs=1e-4),
        1.0,
    )
    assert (wrong.accuracy.value, wrong.accuracy.low, wrong.accuracy.high) == (0.0, 0.0, BEYOND_20)
    assert (open_.accuracy, open_.of_all) == (Estimate(None), Estimate(0.0, 0.0, wrong.accuracy.high))
    few = score("m", "set", answers((RIGHT, 20), (OPEN, 500)), 0.95).tally
    assert few.accuracy == right.accuracy
    assert few.of_all.high is not None
    assert few.of_all.high < 0.06


def test_what_is_undecided_stands_in_the_share_of_all_and_its_interval() -> None:
    tally = score("m", "set", answers((RIGHT, 80), (WRONG, 20), (OPEN, 900)), 0.95).tally
    assert (tally.accuracy.value, tally.of_all.value, tally.decided) == (0.8, 0.08, 0.1)
    half = 1.959964 * math.sqrt(0.08 * 0.92 / 1000)
    assert tally.of_all.low == pytest.approx(0.08 - half, abs=0.002)
    assert tally.of_all.high == pytest.approx(0.08 + half, abs=0.002)


def grouped(made: Sequence[Answer], size: int) -> list[Answer]:
    """The answers, so many in a group."""
    return [replace(one, group=f"page {place // size}") for place, one in enumerate(made)]


def test_answers_of_one_group_are_drawn_together() -> None:
    """100 pages of five questions that are right or wrong together tell as much as 100 questions."""
    made = answers((RIGHT, 350), (WRONG, 150))
    alone, pages = (score("m", "set", one, 0.95).tally.accuracy for one in (made, grouped(made, 5)))
    by_itself = score("m", "set", grouped(made, 1), 0.95).tally.accuracy
    assert alone.value == pages.value == by_itself.value == 0.7
    for found, count in ((alone, 500), (by_itself, 500), (pages, 100)):
        half = 1.959964 * math.sqrt(0.7 * 0.3 / count)
        assert found.low == pytest.approx(0.7 - half, abs=0.012)
        assert found.high == pytest.approx(0.7 + half, abs=0.012)


def test_a_difference_is_drawn_by_groups_and_groups_of_two_benchmarks_are_two() -> None:
    made = pairs((RIGHT, RIGHT, 200), (RIGHT, WRONG, 50), (WRONG, RIGHT, 150), (WRONG, WRONG, 100))
    bases, models = (grouped([one[side] for one in made], 5) for side in (0, 1))
    half = 1.959964 * math.sqrt((200 - 100**2 / 500) / 500**2)
    found = paired("m", "base", "set", "decided", list(zip(bases, models, strict=True)), 0.95).difference
    assert found.value == 0.2
    assert found.low == pytest.approx(0.2 - half * math.sqrt(5), abs=0.015)
    assert found.high == pytest.approx(0.2 + half * math.sqrt(5), abs=0.015)
    here = list(zip(bases, models, strict=True))
    there = [(replace(one, benchmark="other"), replace(two, benchmark="other")) for one, two in here]
    both = paired("m", "base", "", "decided", [*here, *there], 0.95).difference
    assert both.low == pytest.approx(0.2 - half * math.sqrt(5 / 2), abs=0.012)


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
    large, small = answers((RIGHT, 900), (WRONG, 100)), answers((RIGHT, 5), (WRONG, 5))
    found = average("m", {"large": large, "small": small}, "decided", 0.95)
    assert found.value == pytest.approx(0.7)
    # The variance of a mean of two independent shares; ten answers are few for a normal interval.
    half = 1.959964 * math.sqrt(0.9 * 0.1 / 1000 + 0.5 * 0.5 / 10) / 2
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)
    empty = {"large": large, "empty": answers((OPEN, 5))}
    assert average("m", empty, "decided", 0.95) == Estimate(None)
    assert average("m", empty, "answered", 0.95).value == pytest.approx(0.45)


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


def test_pairs_that_are_all_alike_have_the_interval_of_what_may_be_otherwise() -> None:
    found = paired("m", "base", "set", "decided", pairs((RIGHT, RIGHT, 10), (WRONG, WRONG, 10)), 0.95)
    assert (found.p, found.difference.value) == (1.0, 0.0)
    assert (found.difference.low, found.difference.high) == (pytest.approx(-0.1611, abs=1e-4), BEYOND_20)
    won = paired("m", "base", "set", "decided", pairs((WRONG, RIGHT, 20)), 0.95).difference
    assert (won.value, won.low, won.high) == (1.0, pytest.approx(1 - 2 * 0.1611, abs=2e-4), 1.0)
    lost = paired("m", "base", "set", "decided", pairs((RIGHT, WRONG, 20)), 0.95).difference
    assert (lost.value, lost.low, lost.high) == (-1.0, -1.0, pytest.approx(2 * 0.1611 - 1, abs=2e-4))
    nothing = paired("m", "base", "set", "decided", pairs((OPEN, RIGHT, 3)), 0.95)
    assert (nothing.p, nothing.difference) == (1.0, Estimate(None))
