"""Agreement beyond chance: worked examples of the sources, numbers by hand, and what must hold for any votes."""

import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judges.agreement import (
    Counts,
    Estimate,
    agreement,
    alpha,
    decided,
    estimates,
    kappa,
    mcnemar,
    precision,
    recall,
)

quick = settings(max_examples=150, deadline=None, database=None, derandomize=True)
OF_TWO = {"agreement": agreement, "kappa": kappa, "precision": precision, "recall": recall}

votes = st.sampled_from([1, 0, None])
pairs = st.lists(st.tuples(votes, votes), max_size=30).map(Counter)
units = st.integers(2, 5).flatmap(lambda raters: st.lists(st.tuples(*[votes] * raters), max_size=20)).map(Counter)


def observed(*raters: str) -> Counts:
    """Units of raters whose votes are written in a row, a point where one is missing."""
    rows = [row.split() for row in raters]
    return Counter(tuple(None if vote == "." else vote for vote in unit) for unit in zip(*rows, strict=True))


def test_alpha_of_krippendorffs_worked_examples() -> None:
    # Computing Krippendorff's Alpha-Reliability (2011), sections A to C: 0.095, 0.692, 0.743
    binary = observed("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    nominal = observed("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    missing = observed(
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    )
    assert alpha(binary) == pytest.approx(1 - 19 * 4 / (14 * 6 * 1))
    assert [round(alpha(one) or 0, 3) for one in (binary, nominal, missing)] == [0.095, 0.692, 0.743]


def test_two_raters_by_hand() -> None:
    # 50 traces: they agree on 35; chance gives 25/50 * 30/50 + 25/50 * 20/50 = 0.5, so kappa = (0.7 - 0.5) / 0.5
    table = {(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}
    undecided = {(None, 1): 4, (0, None): 2, (None, None): 1}
    for counts in (table, table | undecided):
        assert decided(counts) == 50
        assert agreement(counts) == 0.7
        assert kappa(counts) == pytest.approx(0.4)
        assert precision(counts) == 20 / 25
        assert recall(counts) == 20 / 30
        assert precision(counts, 0) == 15 / 25
        assert recall(counts, 0) == 15 / 20


def test_the_alpha_of_two_raters_by_hand() -> None:
    # 100 votes, 55 of 1 and 45 of 0, 15 units unlike: 1 - 99 * 30 / (2 * 55 * 45)
    assert alpha({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}) == pytest.approx(1 - 99 * 30 / (2 * 55 * 45))
    # a unit with one vote says nothing of agreement
    assert alpha({(1, 1): 1, (0, 1): 1}) == alpha({(1, 1): 1, (0, 1): 1, (0, None): 7, (None, None): 3})


@pytest.mark.parametrize(
    ("counts", "undefined"),
    [
        ({}, {"agreement", "kappa", "alpha", "precision", "recall"}),
        ({(1, None): 3, (None, 0): 2, (None, None): 9}, {"agreement", "kappa", "alpha", "precision", "recall"}),
        ({(1, 1): 9}, {"kappa", "alpha"}),
        ({(0, 0): 9}, {"kappa", "alpha", "precision", "recall"}),
        ({(0, 1): 9}, {"precision"}),
        ({(1, 0): 9}, {"recall"}),
        ({(1, 1): 0, (0, 1): 2}, {"precision"}),
    ],
)
def test_what_is_not_defined_is_none(counts: Counts, undefined: set[str]) -> None:
    found = {name: statistic(counts) for name, statistic in {**OF_TWO, "alpha": alpha}.items()}
    assert {name for name, value in found.items() if value is None} == undefined
    assert all(one == Estimate(None) for name, one in estimates(counts, OF_TWO).items() if name in undefined)


def test_kappa_can_be_at_odds_with_agreement() -> None:
    assert agreement({(1, 1): 90, (1, 0): 5, (0, 1): 5}) == 0.9
    assert (kappa({(1, 1): 90, (1, 0): 5, (0, 1): 5}) or 0) < 0
    assert kappa({(1, 0): 5, (0, 1): 5}) == -1


def test_a_statistic_of_two_refuses_units_of_three() -> None:
    with pytest.raises(ValueError, match="alpha takes any number"):
        kappa({(1, 1, 0): 3})


@quick
@given(pairs)
def test_agreement_and_kappa_are_symmetric_and_precision_is_recall_the_other_way(counts: Counts) -> None:
    turned = Counter({(right, left): count for (left, right), count in counts.items()})
    assert agreement(turned) == agreement(counts)
    assert kappa(turned) == kappa(counts)
    assert alpha(turned) == alpha(counts)
    assert precision(turned) == recall(counts)


@quick
@given(pairs)
def test_bounds(counts: Counts) -> None:
    for name, value in [(name, statistic(counts)) for name, statistic in OF_TWO.items()]:
        assert value is None or (-1 if name == "kappa" else 0) <= value <= 1


@quick
@given(units)
def test_alpha_is_one_exactly_where_nobody_differs(counts: Counts) -> None:
    value = alpha(counts)
    differing = any(len(set(unit) - {None}) > 1 for unit in counts)
    assert value is None or (value < 1) == differing
    assert value is None or value <= 1


@quick
@given(st.lists(st.sampled_from([1, 0]), min_size=2), st.integers(0, 5))
def test_perfect_agreement(said: list[int], undecided: int) -> None:
    counts = Counter({(vote, vote): said.count(vote) for vote in set(said)})
    counts[1, None] = undecided
    both = len(set(said)) == 2
    assert agreement(counts) == 1
    assert kappa(counts) == (1 if both else None)
    assert alpha(counts) == (1 if both else None)


@quick
@given(units, st.permutations(["x", "y"]))
def test_names_of_votes_do_not_matter(counts: Counts, names: list[str]) -> None:
    called = {1: names[0], 0: names[1], None: None}
    renamed = Counter({tuple(called[vote] for vote in unit): count for unit, count in counts.items()})
    assert alpha(renamed) == alpha(counts)
    if all(len(unit) == 2 for unit in counts):
        assert kappa(renamed) == kappa(counts)
        assert precision(renamed, names[0]) == precision(counts)


@quick
@given(units, st.randoms())
def test_alpha_does_not_ask_who_voted(counts: Counts, chance: object) -> None:
    mixed: Counter[tuple[object, ...]] = Counter()
    for unit, count in counts.items():
        order = list(unit)
        chance.shuffle(order)  # type: ignore[attr-defined]
        mixed[tuple(order)] += count
    assert alpha(mixed) == alpha(counts)


@quick
@given(pairs)
def test_kappa_in_exact_fractions(counts: Counts) -> None:
    whole = {pair: count for pair, count in counts.items() if None not in pair}
    total = sum(whole.values())
    if not total:
        assert kappa(counts) is None
        return
    po = Fraction(sum(count for (a, b), count in whole.items() if a == b), total)
    shares = [
        [Fraction(sum(count for pair, count in whole.items() if pair[side] == vote), total) for side in (0, 1)]
        for vote in (1, 0)
    ]
    pe = sum((a * b for a, b in shares), Fraction(0))
    assert kappa(counts) == (None if pe == 1 else pytest.approx(float((po - pe) / (1 - pe))))


def test_an_interval_by_hand() -> None:
    # Of 4 draws with three in four alike, P(none) = 0.004, P(none or one) = 0.05, P(all) = 0.32: the 2.5th of 100 draws
    # is 1 of 4, the 97.5th is 4 of 4.
    found = estimates({(1, 1): 3, (1, 0): 1}, {"agreement": agreement}, draws=20_000)
    assert found["agreement"] == Estimate(0.75, 0.25, 1.0)


def test_an_interval_narrows_with_more_units_and_with_a_lower_level() -> None:
    def width(times: int, level: float = 0.95) -> float:
        table = {(1, 1): 20 * times, (1, 0): 5 * times, (0, 1): 10 * times, (0, 0): 15 * times}
        found = estimates(table, {"kappa": kappa}, level=level)["kappa"]
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(1) > 1.5 * width(4) > 2 * width(16)
    assert width(1, 0.5) < 0.6 * width(1)


def test_no_interval_where_the_units_cannot_tell_one() -> None:
    def interval(counts: Counts, statistic: Callable[[Counts], float | None]) -> tuple[float | None, float | None]:
        found = estimates(counts, {"it": statistic})["it"]
        assert found.value is not None
        return found.low, found.high

    assert interval({(1, 1): 50, (0, 0): 50}, kappa) == (None, None)  # no disagreement seen
    assert interval({(1, 1): 1}, agreement) == (None, None)
    assert interval({(1, 0): 1, (0, 0): 99}, precision) == (None, None)  # a third of the draws has no vote of 1
    assert None not in interval({(1, 0): 3, (1, 1): 3, (0, 0): 94}, precision)


@settings(quick, max_examples=60)
@given(pairs, st.integers(0, 3))
def test_the_same_seed_gives_the_same_interval_which_holds_the_value(counts: Counts, seed: int) -> None:
    every = {**OF_TWO, "alpha": alpha}
    found = estimates(counts, every, draws=400, seed=seed)
    turned = Counter(dict(reversed(counts.items())))
    assert estimates(turned, every, draws=400, seed=seed) == found
    assert found.keys() == every.keys()
    for name, one in found.items():
        assert one.value == every[name](counts)
        assert (one.low is None) == (one.high is None)
        if one.value is not None and one.low is not None and one.high is not None:
            assert one.low <= one.value <= one.high
            assert one.low < one.high


@pytest.mark.parametrize(("draws", "level"), [(10, 0.95), (1000, 1.0), (1000, 0.0), (0, 0.95)])
def test_too_few_draws_are_refused(draws: int, level: float) -> None:
    with pytest.raises(ValueError, match="give no interval"):
        estimates({(1, 1): 3}, {"agreement": agreement}, draws=draws, level=level)


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (0, 5, 2 / 2**5),
        (3, 3, 1.0),
        (4, 5, 1.0),  # FinReason's SFT against its GRPO on 300 rows: noise
        (1, 8, 2 * (1 + 9) / 2**9),
        (10, 25, 0.016673848),  # scipy.stats.binomtest(10, 35)
    ],
)
def test_mcnemar_is_the_exact_two_sided_binomial_test(lost: int, won: int, p: float) -> None:
    alike = {(True, True): 40, (False, False): 7, (True, None): 3, (None, False): 2}
    assert mcnemar({(True, False): lost, (False, True): won} | alike) == pytest.approx(p, abs=5e-7)
    assert mcnemar({(0, 1): lost, (1, 0): won}) == pytest.approx(p, abs=5e-7)


@quick
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_sum_of_the_outcomes_that_are_as_unlikely(lost: int, won: int) -> None:
    total = lost + won
    tail = [k for k in range(total + 1) if abs(2 * k - total) >= abs(won - lost)]
    expected = Fraction(sum(math.comb(total, k) for k in tail), 2**total)
    assert mcnemar({(1, 0): lost, (0, 1): won}) == pytest.approx(float(expected))


def test_mcnemar_of_many_differences_is_still_exact() -> None:
    assert 0 < mcnemar({(1, 0): 4800, (0, 1): 5200}) < 1e-4
    assert mcnemar({(1, 0): 0, (0, 1): 3000}) == 0.0  # smaller than any float
