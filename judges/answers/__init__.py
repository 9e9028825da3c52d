"""Round one: is the answer right? `grade` a whole reply, or `match` a final answer that is already cut out."""

from judges.answers.extract import Extracted, final_answer
from judges.answers.match import VERIFIABLE_KINDS, Asked, Gold, grade, match

__all__ = ["VERIFIABLE_KINDS", "Asked", "Extracted", "Gold", "final_answer", "grade", "match"]
