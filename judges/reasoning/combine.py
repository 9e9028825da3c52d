"""Votes into one verdict. The conjunction is computed here, never taken from a judge's own total.

DianJin's public filter shows why: its prompt asks for 1 or 0 and its parser keeps only 5 (research: papers, 2.4).

    combine(scores, Keep())                       all criteria, as Fin-R1
    combine(scores, Keep(6))                      at least six of them
    combine(scores, Keep(7, {"logical_consistency": 2}))     at least seven points, this one counting two
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from judges.verdict import Score, Verdict

PanelRule = Literal["majority", "unanimity"]


@dataclass(frozen=True, slots=True)
class Keep:
    """When a trace is good. at_least: points that its met criteria must have; None for all criteria, whatever they
    weigh; weights: a criterion's points, 1 where it is not named."""

    at_least: float | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    def points(self, criterion: str) -> Decimal:
        """What a criterion counts, as the decimal that was written: tenths add up exactly."""
        return Decimal(str(self.weights.get(criterion, 1)))


ALL = Keep()


def combine(scores: Sequence[Score], keep: Keep, method: str = "rules") -> Verdict:
    """Good, bad or undecided out of criterion votes, one Score a criterion, at least one.

    A missing vote leaves the verdict undecided wherever it could still change it.
    """
    failed = [score.criterion for score in scores if score.vote == 0]
    unknown = [score.criterion for score in scores if score.vote is None]
    points = {score.criterion: keep.points(score.criterion) if keep.at_least else Decimal(1) for score in scores}
    wanted = Decimal(str(keep.at_least)) if keep.at_least else Decimal(len(scores))
    still = sum(points.values()) - sum(points[name] for name in failed)
    if still < wanted:
        return Verdict(False, "criteria_failed", ", ".join(failed), method)
    if still - sum(points[name] for name in unknown) < wanted:
        return Verdict(None, "criteria_undecided", ", ".join(name for name in unknown if points[name]), method)
    return Verdict(True, "enough_criteria" if keep.at_least else "all_criteria", method=method)


def panel(verdicts: Sequence[Verdict], rule: PanelRule) -> Verdict:
    """The verdict of several judges, at least one, each named by its `method`; of one judge his own.

    majority: what more than half of them say, the undecided counted among them; unanimity: what all say. Anything else
    is undecided.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    wanted = len(verdicts) if rule == "unanimity" else len(verdicts) // 2 + 1
    tally = ", ".join(f"{one.method} {_WORDS[one.value]}" for one in verdicts)
    method = "+".join(one.method for one in verdicts)
    for value, reason in ((True, "judges_good"), (False, "judges_bad")):
        agreeing = [one for one in verdicts if one.value is value]
        if len(agreeing) >= wanted:
            criteria = dict.fromkeys(name for one in agreeing if one.extracted for name in one.extracted.split(", "))
            return Verdict(value, reason, ", ".join(criteria) or None, method, detail=tally)
    return Verdict(None, "judges_disagree", method=method, detail=tally)


_WORDS = {True: "good", False: "bad", None: "undecided"}
