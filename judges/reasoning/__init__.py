"""Round two: is the reasoning good? Criteria to vote on, what measures say, and votes into verdicts."""

from judges.reasoning.combine import ALL, Keep, combine, panel
from judges.reasoning.criteria import CRITERIA, FIN_R1, CriteriaSet, Criterion, Wording
from judges.reasoning.evidence import MEASURES, Evidence, evidence
from judges.reasoning.measures import Subject
from judges.reasoning.rules import DEFAULT, Thresholds, vote

__all__ = [
    "ALL", "CRITERIA", "DEFAULT", "FIN_R1", "MEASURES", "CriteriaSet", "Criterion", "Evidence", "Keep", "Subject",
    "Thresholds", "Wording", "combine", "evidence", "panel", "vote",
]  # fmt: skip
