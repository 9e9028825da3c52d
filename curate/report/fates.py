"""What became of questions, grouped and named as the report does: by what was decided, then why, then where they went.

group_of(Flow("finqa", "bad", "criteria_failed", "rl", 8))  ->  "unsound"
in_short("criteria_failed")                           ->  ("not all criteria were met", "有标准不满足")
"""

import re
from collections.abc import Mapping

from cards.words import words
from curate.report.facts import Flow
from judges.verdict import REASONS

DESTINATIONS = ("sft", "rl", "rejects", "waiting")
GROUPS: Mapping[str, tuple[str, str]] = {
    "good": ("good", "合格"),
    "unsound": ("right answer, bad reasoning", "答案对，推理不合格"),
    "wrong": ("wrong answer", "答案错误"),
    "undecided": ("undecided", "未定"),
    "waiting": ("waiting for a call", "等待调用"),
    "dropped": ("dropped", "筛除"),
}
PLACES: Mapping[str, tuple[str, str]] = {
    "sft": ("sft, fine-tuning", "sft 微调"),
    "rl": ("rl, reinforcement", "rl 强化学习"),
    "rejects": ("rejects", "rejects 未入选"),
    "waiting": ("waiting", "等待调用"),
}
_OF_REASONING = frozenset({"criteria_failed", "judges_bad"})  # all other reasons of `bad` are round one's
_EN, _ZH = words("en"), words("zh")
# `detail` is a column of the tables; in the report it stands with each trace.
_DETAIL = re.compile(r"; the detail .*|; in the detail.*|，[^，；]*detail.*")
_REST = re.compile(r"; |: |：|；|，两者")


def group_of(flow: Flow) -> str:
    """The key in GROUPS of a flow."""
    if flow.goes_to == "waiting":
        return "waiting"
    if flow.label == "bad":
        return "unsound" if flow.reason in _OF_REASONING else "wrong"
    return flow.label


def in_words(code: str) -> tuple[str, str]:
    """What a reason's code means, in English and Chinese; one that nobody knows stands for itself."""
    meaning = REASONS.get(code, "")
    english, chinese = (say(f"reason:{code}", meaning) for say in (_EN, _ZH))
    return _DETAIL.sub("", english), _DETAIL.sub("", chinese)


def in_short(code: str) -> tuple[str, str]:
    """The first clause of a reason's meaning, for where there is no room for more."""
    english, chinese = in_words(code)
    return _REST.split(english, maxsplit=1)[0], _REST.split(chinese, maxsplit=1)[0]
