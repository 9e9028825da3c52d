"""The log of several agents that a question carries in meta["log"], as `recipes.sources.compliance` writes it.

    {"steps": [{"agent": "法律风险专家", "analysis": "……", "verdict": "不需要预警", "finds": false}, ...],
     "final": {"verdict": "违规", "reason": "……", "finds": true}}

`finds` is what a verdict means: something wrong, nothing wrong, or null where that cannot be told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from curate.records import Drop, Language, Question

# The final verdict in the words of the gold, by language: nothing wrong, something wrong.
FINAL: Mapping[Language, tuple[str, str]] = {"zh": ("不违规", "违规"), "en": ("no violation", "violation")}

_ROLE_ZH = re.compile(
    r"(?:专家|智能体|代理|助手|节点|分析师|审核员|审计员|质检员|检测员|评估员|律师|模型|agent)+\s*\d*$", re.IGNORECASE
)
_TASK_ZH = re.compile(r"(?:检测|识别|分析|审核|评估|审查|审计|检查|质检|监测|研判)+$")
_ROLE_EN = re.compile(
    r"[\s_-]*\b(?:expert|agent|specialist|analyst|auditor|reviewer|checker|officer|detector|assessor|node|assistant"
    r"|inspector|counsel)s?[\s_-]*#?\d*$",
    re.IGNORECASE,
)
_TASK_EN = re.compile(
    r"[\s_-]+(?:detection|audit|auditing|review|analysis|assessment|check|checking|monitoring)$", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:step|node|步骤|节点)?[\s_-]*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Note:
    """One agent's part. agent: its name in the log; aspect: what it looks at, "" where the name does not tell; finds:
    what its verdict, in its own words, means."""

    agent: str
    aspect: str
    analysis: str
    verdict: str
    finds: bool


@dataclass(frozen=True, slots=True)
class Log:
    """A whole log: the agents' notes in order, the final verdict and its reason, which may be ""."""

    notes: tuple[Note, ...]
    verdict: str
    finds: bool
    reason: str

    @classmethod
    def of(cls, question: Question) -> Self | Drop:
        """The question's log; a Drop where it has none, or one that cannot be merged."""
        log = question.meta.get("log")
        if not isinstance(log, Mapping) or not log.get("steps") or not log.get("final"):
            return Drop("no_log", "no steps, or no final verdict")
        steps, final = log["steps"], log["final"]
        for one in (*steps, final):
            who = one.get("agent") or "the log"
            if one["finds"] is None:
                return Drop("no_log", f"the verdict of {who} cannot be read: {one['verdict']!r}")
            if one is not final and not one["analysis"]:
                return Drop("no_log", f"{who} gives a verdict without an analysis")
        if {step["finds"] for step in steps} == {not final["finds"]}:
            return Drop("log_contradicts", f"every agent says {steps[0]['verdict']!r}, the log {final['verdict']!r}")
        notes = tuple(
            Note(step["agent"], aspect_of(step["agent"]), step["analysis"], step["verdict"], step["finds"])
            for step in steps
        )
        return cls(notes, final["verdict"], final["finds"], final["reason"])

    @property
    def mixed(self) -> bool:
        """Do the agents differ?"""
        return len({note.finds for note in self.notes}) > 1


def aspect_of(agent: str) -> str:
    """What an agent looks at, by its name: 法律风险专家 is 法律风险, "Legal Risk Expert" is "legal risk"."""
    if re.search("[\u3400-\u9fff]", agent):
        return _TASK_ZH.sub("", _ROLE_ZH.sub("", agent.strip())).removesuffix("方面")
    bare = _TASK_EN.sub("", _ROLE_EN.sub("", agent.strip())).replace("_", " ").strip()
    words = (word if word.isupper() and len(word) > 1 else word.lower() for word in bare.split())
    aspect = re.sub("complaint$", "complaints", " ".join(words))
    return "" if _NUMBERED.fullmatch(aspect) or len(aspect) < 3 else aspect
