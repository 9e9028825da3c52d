"""What the codes of a row mean, and what servers said of it as it may be shown.

meaning("equal")   ->  "the answer equals the gold, ..."
"""

from collections.abc import Mapping
from typing import Any

from curate.hiding import Hiding
from judges.verdict import REASONS

_SERVERS_WORDS = ("error", "judge_failed", "convert_failed")  # reasons whose detail is what a server said


def meaning(reason: str | None) -> str:
    """A reason in words; "" for one that another version of the package wrote."""
    return REASONS.get(reason or "", "")


def worded(row: Mapping[str, Any], hide: Hiding) -> dict[str, Any]:
    """A row with the meaning of its reason, and a server's words as they may be shown."""
    detail = hide(row["detail"]) if row["reason"] in _SERVERS_WORDS else row["detail"]
    return {**row, "meaning": meaning(row["reason"]), "detail": detail or ""}
