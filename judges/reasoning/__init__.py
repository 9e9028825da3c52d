"""Round two: is the reasoning good? Fin-R1's seven criteria, voted on from measures, combined in code."""

from judges.reasoning.combine import Keep, combine
from judges.reasoning.criteria import CRITERIA, Criterion
from judges.reasoning.measures import Subject, measure
from judges.reasoning.rules import vote

__all__ = ["CRITERIA", "Criterion", "Keep", "Subject", "combine", "measure", "vote"]
