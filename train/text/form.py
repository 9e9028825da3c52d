r"""The form of a completion: one thought, one answer, nothing outside of them, and the answer in a box.

    fault("<think>3 + 4 = 7</think><answer>\\boxed{7}</answer>")   ->  None
    fault("<think>3 + 4 = 7</think>\\boxed{7}")                    ->  "answer_missing"

Fin-R1 gives 1 for both pairs of tags with nothing outside (arXiv 2503.16252v5, 4.2), DianJin-R1 for exactly one pair of
each and a box inside the answer (rl/reward_score_cflue.py); this is both. Every tag is searched for once, so that a
text without end costs no more than its length.
"""

from collections.abc import Mapping
from types import MappingProxyType

from judges.answers.places import boxes

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "think_missing": "no <think>...</think>",
        "think_repeated": "more than one <think> or </think>",
        "answer_missing": "no <answer>...</answer>",
        "answer_repeated": "more than one <answer> or </answer>",
        "out_of_order": "the thought does not end before the answer begins",
        "text_outside": "text before, between or behind the two blocks",
        "think_empty": "nothing between <think> and </think>",
        "box_missing": "no \\boxed{...} with content inside the answer",
    }
)
_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


def well_formed(text: str) -> bool:
    """Is a completion, with what its prompt left open, exactly one thought and then one answer that holds a box?"""
    return fault(text) is None


def fault(text: str) -> str | None:
    """The first of FAULTS that a completion has, or None. An empty thought is one: where it earned the reward, to think
    nothing would be the shortest way to it."""
    counts = [text.count(tag) for tag in _TAGS]
    for block, pair in (("think", counts[:2]), ("answer", counts[2:])):
        if pair != [1, 1]:
            return f"{block}_missing" if 0 in pair else f"{block}_repeated"
    places = [text.index(tag) for tag in _TAGS]
    if places != sorted(places):
        return "out_of_order"
    before, rest = text.split("<think>")
    thought, rest = rest.split("</think>")
    between, rest = rest.split("<answer>")
    answer, behind = rest.split("</answer>")
    if (before + between + behind).strip():
        return "text_outside"
    if not thought.strip():
        return "think_empty"
    inside = boxes(answer)
    return None if any(inside.texts) and not inside.cut else "box_missing"


def has_thought(text: str) -> bool:
    """Does a completion hold a thought, opened and closed, wherever it stands? FinReason's bonus asks no more than that
    (src/shared_utils.py), and paid for an empty one too."""
    _, opened, rest = text.partition("<think>")
    thought, closed, _ = rest.partition("</think>")
    return bool(opened and closed and thought.strip())


def rejoined(reasoning: str, content: str) -> str:
    """The completion that a server took apart, as far as that can be told: one that was cut off in its thought, or that
    did not write its own <think>, comes back closed and opened."""
    return f"<think>\n{reasoning}\n</think>\n{content}" if reasoning else content
