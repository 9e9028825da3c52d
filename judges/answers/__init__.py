"""Round one: is the answer right? `grade` a whole reply, or `match` a final answer that is already cut out."""

from judges.answers.extract import Extracted, final_answer
from judges.answers.match import VERIFIABLE_KINDS, Asked, Gold, grade, match
from judges.answers.policy import DEFAULT, PRESETS, Policy

__all__ = [
    "DEFAULT",
    "PRESETS",
    "VERIFIABLE_KINDS",
    "Asked",
    "Extracted",
    "Gold",
    "Policy",
    "final_answer",
    "grade",
    "match",
]
