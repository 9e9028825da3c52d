"""Votes into one verdict: decided exactly when no missing vote could still change it."""

import itertools
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges import REASONS, Score
from judges.reasoning import combine
from tests.judges.texts import quick


def scores(votes: str) -> list[Score]:
    """ "10?" is met, not met, cannot tell."""
    marks: dict[str, Literal[0, 1] | None] = {"1": 1, "0": 0, "?": None}
    return [Score(f"criterion {index}", marks[vote], "") for index, vote in enumerate(votes)]


@pytest.mark.parametrize(
    ("votes", "keep", "value", "reason"),
    [
        ("1111111", "all", True, "all_criteria"),
        ("1111110", "all", False, "criteria_failed"),
        ("111111?", "all", None, "criteria_undecided"),
        ("11111?0", "all", False, "criteria_failed"),  # the missing vote cannot save it
        ("11111?0", 5, True, "enough_criteria"),  # nor is it needed
        ("11111?0", 6, None, "criteria_undecided"),
        ("11111?0", 7, False, "criteria_failed"),
        ("0000001", 1, True, "enough_criteria"),
        ("???????", 1, None, "criteria_undecided"),
    ],
)
def test_a_missing_vote_counts_only_where_it_can_change_the_verdict(
    votes: str, keep: Literal["all"] | int, value: bool | None, reason: str
) -> None:
    verdict = combine(scores(votes), keep)
    assert (verdict.value, verdict.reason) == (value, reason)


@quick
@given(st.text("10?", min_size=1, max_size=7), st.one_of(st.just("all"), st.integers(1, 7)))
def test_agrees_with_every_way_the_missing_votes_could_fall(votes: str, keep: Literal["all"] | int) -> None:
    needed = len(votes) if keep == "all" else keep
    ways = itertools.product(*("10" if vote == "?" else vote for vote in votes))
    outcomes = {way.count("1") >= needed for way in ways}
    verdict = combine(scores(votes), keep, "some judge")
    assert verdict.value is (outcomes.pop() if len(outcomes) == 1 else None)
    assert verdict.reason in REASONS
    assert verdict.method == "some judge"
    decisive = {True: "", False: "0", None: "?"}[verdict.value]
    named = [f"criterion {index}" for index, vote in enumerate(votes) if vote in decisive and decisive]
    assert (verdict.extracted or "") == ", ".join(named)
