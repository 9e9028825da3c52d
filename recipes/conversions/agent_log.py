"""Conversion `agent_log`: the notes of several agents on one dialogue, merged into one person's reasoning and answer.

DianJin-R1 had GPT-4o merge the agents' chains of thought into one ("first we check ... next ... finally ...") and
published neither prompt nor check. Here the model writes the passages of the reasoning, one for each agent; the code
puts them together, boxes the final verdict, and checks the contract (agent_contract.py). `by_rules` asks no model.

The reply's keys stand in the order in which they are thought of when they are sorted, as servers write them.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError, field_validator

from curate.records import Drop, Question
from judges.answers.places import objects
from judges.templates import fill, harmless, template
from judges.thought import after_thought, whole
from recipes.conversions import agent_template
from recipes.conversions.agent_contract import Check, Merge, broken
from recipes.conversions.agent_notes import FINAL, Log, Note

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "beginning": {"type": "string"},
            "checks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "note": {"type": "integer"},
                        "text": {"type": "string"},
                        "verdict": {"type": "string"},
                    },
                    "required": ["note", "text", "verdict"],
                    "additionalProperties": False,
                },
            },
            "conclusion": {"type": "string"},
            "final_answer": {"type": "string"},
            "final_verdict": {"type": "string"},
        },
        "required": ["beginning", "checks", "conclusion", "final_answer", "final_verdict"],
        "additionalProperties": False,
    }
)

_BOX = re.compile(r"[\\\x08]*boxed\s*\{([^{}]*)\}")  # "\b" of a "\boxed" that was not escaped is JSON's backspace
_FAULTS = (
    *("merge_unreadable", "merge_loses_verdict", "merge_invents_verdict", "merge_changes_verdict", "merge_misquotes"),
    *("merge_invents_rule", "merge_residue", "merge_changes_language", "merge_not_first_person"),
    *("merge_loses_evidence", "merge_invents_fact"),
)


BRINGS_TRACES = True  # what it makes carries its trace, so that nothing is distilled


class Options(BaseModel, extra="forbid", frozen=True):
    """The conversion has no options of its own."""


class _Passage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    note: int
    text: StrictStr
    verdict: StrictStr

    @field_validator("note", mode="before")
    @classmethod
    def _bare(cls, note: Any) -> Any:
        """ "[2]" and "note 2" are 2."""
        return re.sub(r"^\D*(\d+)\D*$", r"\1", note) if isinstance(note, str) else note


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")

    beginning: StrictStr
    checks: list[_Passage]
    conclusion: StrictStr
    final_answer: StrictStr
    final_verdict: StrictStr


def by_rules(question: Question, _: Options) -> Question | Drop:
    """The question with its log merged by a template; a Drop where that cannot be, or breaks the contract: an agent's
    analysis may quote what nobody said."""
    log = Log.of(question)
    if isinstance(log, Drop):
        return log
    return _kept(agent_template.merge(log, question), log, question)


def prompt(question: Question, _: Options) -> str | Drop:
    """What the merging model is asked; a Drop where there is no log, or one that contradicts itself."""
    log = Log.of(question)
    if isinstance(log, Drop):
        return log
    notes = "\n\n".join(_shown(number, note) for number, note in enumerate(log.notes, 1))
    data = {"material": question.context, "notes": notes, "reason": log.reason}
    values = {name: harmless(text, data) for name, text in data.items()}
    values["question"], values["final"] = question.question, FINAL[question.language][log.finds]
    return fill(template("recipes", "agent_log", question.language), values)


def read(reply: str, question: Question, _: Options) -> Question | Drop:
    """The question with the trace of a model's reply; a Drop that names what the reply breaks."""
    log = Log.of(question)
    if isinstance(log, Drop):
        return log
    merge = _merge(reply)
    return merge if isinstance(merge, Drop) else _kept(merge, log, question)


def again(drop: Drop, question: Question) -> str:
    """What the model is told whose reply broke the contract."""
    faults = {name: drop.detail if name == drop.reason else "" for name in _FAULTS}
    return fill(template("recipes", "agent_again", question.language), faults)


def _shown(number: int, note: Note) -> str:
    aspect = f" {note.aspect}" if note.aspect else ""
    return f"[{number}]{aspect} ({note.verdict})\n{note.analysis}"


def _merge(reply: str) -> Merge | Drop:
    found = None
    for text, said in objects(after_thought(reply), every=True):
        if '"checks"' in text:
            found = said
    if found is None:
        return Drop("merge_unreadable", "no JSON object with 'checks'")
    try:
        read = _Reply.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        return Drop("merge_unreadable", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return Merge(
        beginning=_clean(read.beginning),
        checks=tuple(Check(one.note, _clean(one.text), one.verdict.strip()) for one in read.checks),
        conclusion=_clean(read.conclusion),
        answer=_clean(read.final_answer),
        verdict=_clean(read.final_verdict),
    )


def _clean(text: str) -> str:
    """A part without boxes, which the code sets, and without half characters, which no file can hold."""
    return whole(_BOX.sub(r"\1", text)).strip()


def _kept(merge: Merge, log: Log, question: Question) -> Question | Drop:
    if (drop := broken(merge, log, question)) is not None:
        return drop
    box = f"\\boxed{{{FINAL[question.language][log.finds]}}}"
    given = {
        "reasoning": merge.reasoning,
        "answer": f"{merge.answer}\n\n{box}",
        "model": "",  # the pipeline knows who merged it
        "truncated": False,
        "origin": "merged",
    }
    return replace(question, meta={**question.meta, "given": given})
