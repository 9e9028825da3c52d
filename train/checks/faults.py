"""What is wrong with the completions that a model is to learn: it will write as they are written.

fault_of({"completion": [...], "answer_kind": "number"})  ->  "text before, between or behind the two blocks"
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judges.answers import VERIFIABLE_KINDS
from train.text.form import FAULTS, fault


@dataclass(frozen=True, slots=True)
class Fault:
    """A row whose completion is not one thought and then one answer, and how not."""

    id: str
    what: str


def fault_of(row: Mapping[str, Any]) -> str | None:
    """How the completion of a row is not in the form that GRPO rewards and evaluation counts, in words, or None. An
    answer without a box is none: `unboxed` counts those."""
    text = row["completion"][0]["content"]
    found = fault(text)
    if found == "box_missing":
        answer = text.split("<answer>")[1].split("</answer>")[0]
        return None if answer.strip() else "nothing between <answer> and </answer>"
    return FAULTS[found] if found else None


def unboxed(row: Mapping[str, Any]) -> bool:
    """Is the form right but for the box, in an answer that can be checked? Such rows teach answers that rules read
    less surely."""
    return row.get("answer_kind") in VERIFIABLE_KINDS and fault(row["completion"][0]["content"]) == "box_missing"
