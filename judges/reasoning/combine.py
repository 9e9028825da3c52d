"""Seven votes into one verdict. The conjunction is computed here, never taken from a judge's own total.

DianJin's public filter shows why: its prompt asks for 1 or 0 and its parser keeps only 5 (research: papers, 2.4).
"""

from collections.abc import Sequence
from typing import Literal

from judges.verdict import Score, Verdict

Keep = Literal["all"] | int


def combine(scores: Sequence[Score], keep: Keep, method: str = "rules") -> Verdict:
    """Good, bad or undecided out of criterion votes.

    scores: one a criterion, at least one. keep: "all", or the number of criteria that must be met (1 to 7).
    A missing vote leaves the verdict undecided wherever it could still change it.
    """
    needed = len(scores) if keep == "all" else keep
    failed = [score.criterion for score in scores if score.vote == 0]
    unknown = [score.criterion for score in scores if score.vote is None]
    met = len(scores) - len(failed) - len(unknown)
    if met >= needed:
        return Verdict(True, "all_criteria" if keep == "all" else "enough_criteria", method=method)
    if met + len(unknown) < needed:
        return Verdict(False, "criteria_failed", ", ".join(failed), method)
    return Verdict(None, "criteria_undecided", ", ".join(unknown), method)
