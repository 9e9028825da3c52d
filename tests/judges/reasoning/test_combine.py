"""Votes into one verdict, and several judges' into one: decided exactly when no missing vote could still change it."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges import REASONS, Score
from judges.reasoning import ALL, Keep, combine, panel
from judges.reasoning.combine import PanelRule
from judges.verdict import Verdict, Vote
from tests.judges.texts import quick


def scores(votes: str) -> list[Score]:
    """ "10?" is met, not met, cannot tell."""
    marks: dict[str, Vote] = {"1": 1, "0": 0, "?": None}
    return [Score(f"criterion {index}", marks[vote], "") for index, vote in enumerate(votes)]


@pytest.mark.parametrize(
    ("votes", "keep", "value", "reason"),
    [
        ("1111111", ALL, True, "all_criteria"),
        ("1111110", ALL, False, "criteria_failed"),
        ("111111?", ALL, None, "criteria_undecided"),
        ("11111?0", ALL, False, "criteria_failed"),  # the missing vote cannot save it
        ("11111?0", Keep(5), True, "enough_criteria"),  # nor is it needed
        ("11111?0", Keep(6), None, "criteria_undecided"),
        ("11111?0", Keep(7), False, "criteria_failed"),
        ("0000001", Keep(1), True, "enough_criteria"),
        ("???????", Keep(1), None, "criteria_undecided"),
        ("0111", Keep(4, {"criterion 1": 2}), True, "enough_criteria"),
        ("1011", Keep(4, {"criterion 1": 2}), False, "criteria_failed"),
        ("1?11", Keep(4, {"criterion 1": 2}), None, "criteria_undecided"),
        ("1?11", Keep(3, {"criterion 1": 0}), True, "enough_criteria"),  # what weighs nothing decides nothing
        ("110", Keep(0.3, {"criterion 0": 0.1, "criterion 1": 0.2}), True, "enough_criteria"),  # tenths are exact
    ],
)
def test_a_missing_vote_counts_only_where_it_can_change_the_verdict(
    votes: str, keep: Keep, value: bool | None, reason: str
) -> None:
    verdict = combine(scores(votes), keep)
    assert (verdict.value, verdict.reason) == (value, reason)


_WEIGHTS = st.lists(st.sampled_from((0, 0.1, 0.5, 1, 2, 3.3)), min_size=7, max_size=7)


@quick
@given(st.text("10?", min_size=1, max_size=7), st.one_of(st.none(), st.sampled_from((0.1, 1, 2.5, 4, 7))), _WEIGHTS)
def test_agrees_with_every_way_the_missing_votes_could_fall(
    votes: str, at_least: float | None, weights: list[float]
) -> None:
    keep = Keep(at_least, {f"criterion {index}": weight for index, weight in enumerate(weights)})
    points = [Decimal(str(weight)) if at_least else Decimal(1) for weight in weights[: len(votes)]]
    needed = Decimal(str(at_least)) if at_least else Decimal(len(votes))
    ways = itertools.product(*("10" if vote == "?" else vote for vote in votes))
    outcomes = {sum(point for point, vote in zip(points, way, strict=True) if vote == "1") >= needed for way in ways}
    verdict = combine(scores(votes), keep, "some judge")
    assert verdict.value is (outcomes.pop() if len(outcomes) == 1 else None)
    assert verdict.reason in REASONS
    assert verdict.method == "some judge"
    decisive = {True: "", False: "0", None: "?"}[verdict.value]
    named = [
        f"criterion {index}"
        for index, vote in enumerate(votes)
        if vote in decisive and decisive and (vote == "0" or points[index])
    ]
    assert (verdict.extracted or "") == ", ".join(named)


@pytest.mark.parametrize(
    ("says", "rule", "value", "reason"),
    [
        ("1", "majority", True, "all_criteria"),
        ("?", "unanimity", None, "criteria_undecided"),
        ("11", "majority", True, "judges_good"),
        ("10", "majority", None, "judges_disagree"),
        ("1?", "majority", None, "judges_disagree"),
        ("110", "majority", True, "judges_good"),
        ("110", "unanimity", None, "judges_disagree"),
        ("1?0", "majority", None, "judges_disagree"),
        ("0?0", "majority", False, "judges_bad"),
        ("0?0", "unanimity", None, "judges_disagree"),
        ("000", "unanimity", False, "judges_bad"),
        ("11??", "majority", None, "judges_disagree"),  # two of four are no majority: the others may say no
    ],
)
def test_a_panel_decides_by_majority_or_unanimity(says: str, rule: PanelRule, value: bool | None, reason: str) -> None:
    verdicts = [combine(scores(vote), ALL, f"judge {index}") for index, vote in enumerate(says)]
    verdict = panel(verdicts, rule)
    assert (verdict.value, verdict.reason) == (value, reason)
    assert verdict.reason in REASONS


def test_a_panel_tells_who_said_what_and_which_criteria_failed() -> None:
    failed = [Verdict(False, "criteria_failed", names, method) for names, method in (("a, b", "x"), ("b, c", "z"))]
    verdict = panel([failed[0], Verdict(True, "all_criteria", method="y"), failed[1]], "majority")
    assert (verdict.extracted, verdict.detail, verdict.method) == ("a, b, c", "x bad, y good, z bad", "x+y+z")
