"""Compliance logs: a customer-service dialogue, the guideline, what several agents said of it, and the final verdict.

One raw record, a line:
    {"id": "c-1", "language": "en",
     "dialogue": [{"role": "agent", "text": "I promise that you cannot lose."}, {"role": "customer", "text": "Good."}],
     "guideline": ["Never promise a return.", "Verify the caller before any transfer."],
     "steps": [{"agent": "Legal Risk Expert", "analysis": "The agent promises ...", "verdict": "warning"},
               {"agent": "Social Media Complaint Expert", "analysis": "The customer ...", "verdict": "no warning"}],
     "final": {"verdict": "violation", "reason": "Rule 1 is broken."},
     "label": "violation"}

DianJin-R1's CCC (Chinese Compliance Check) is of this kind and was never published: this is the form in which a bank's
own logs are read, and CCC would be. `guideline` may be one text, numbered or not; `dialogue` one text or a list of
lines; `final` the verdict alone. As the module stands non_reasoning_business, where Fin-R1 has compliance checks.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field

from curate.errors import BadRecord
from curate.records import Corpus, Language, Question, Row, SourceInfo, content_id, language_of
from judges.answers.text import plain
from recipes.conversions.agent_notes import FINAL
from recipes.conversions.agent_verdicts import finding
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="compliance logs of several agents (CCC)",
    licence="unknown",
    home="yours; CCC, DianJin's own, was never published",
    language="any",
    module="non_reasoning_business",
    task="Check the conduct of the customer service against its guideline.",
    task_domain="compliance of customer service in finance",
    form="id, language, dialogue [{role, text}], guideline, steps [{agent, analysis, verdict}], final {verdict,"
    " reason}, label",
    defects={
        "gold_missing": "no label is given",
        "gold_unusable": "the label is neither a violation nor its denial; `finds` and `clears` can name what true is",
        "log_missing": "no steps, or no final verdict",
        "verdict_unreadable": "a verdict of the log cannot be read; `finds` and `clears` can name its words",
        "label_differs": "the log's final verdict is not the label",
        "agents_contradict": "every agent says one thing, the final verdict the other",
    },
    citation="Zhu et al., DianJin-R1: Evaluating and Enhancing Financial Reasoning in Large Language Models, 2025",
)

_TASKS: Mapping[Language, str] = {"en": INFO.task, "zh": "对照服务规范，检查客服的言行。"}
_QUESTIONS: Mapping[Language, str] = {
    "en": "Does the service agent's conduct in this dialogue violate the guideline? "
    "Answer “violation” or “no violation”.",
    "zh": "客服在这段对话中的言行是否违规？请回答“违规”或“不违规”。",
}
_HEADINGS: Mapping[Language, tuple[str, str, str]] = {
    "en": ("Guideline:\n", "Dialogue:\n", ": "),
    "zh": ("【服务规范】\n", "【对话】\n", "："),
}
_ROLES: Mapping[Language, Mapping[str, str]] = {
    "en": {"agent": "Agent", "service": "Agent", "customer": "Customer", "client": "Customer", "user": "Customer"},
    "zh": {"agent": "客服", "service": "客服", "customer": "客户", "client": "客户", "user": "客户"},
}
# JSON's true or 1 does not say of what: a violation, or compliance. As a digit nothing reads it as a yes.
_BARE: Mapping[str, str] = {"true": "1", "false": "0", "1": "1", "0": "0"}
_NUMBERED = re.compile(
    r"\s*(?:(?:rule|section|article|clause)\s*\d|第[一二三四五六七八九十百\d]+[条款项]|[(（]?\d+(?:\.\d+)*\s*[.、)）:：\s])",
    re.IGNORECASE,
)


class Options(BaseModel, extra="forbid", frozen=True):
    """The recipe keys of `compliance`."""

    finds: tuple[str, ...] = Field(
        default=(), description="verdicts and labels that mean a finding, beside the known ones (violation, 预警 ...)"
    )
    clears: tuple[str, ...] = Field(
        default=(), description="verdicts and labels that mean none, beside the known ones (no violation, 合规 ...)"
    )

    def meaning(self, verdict: str | None) -> bool | None:
        """What a verdict means; None for one that is missing or cannot be read."""
        if verdict is None:
            return None
        for words, finds in ((self.finds, True), (self.clears, False)):
            if plain(verdict) in map(plain, words):
                return finds
        return None if plain(verdict) in _BARE else finding(verdict)


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question, its log in meta["log"]. Raises BadRecord where the form is not kept."""
    record = record_of(row.value)
    guideline = _guideline(record.get("guideline"))
    language = _language(record.get("language") or language_of(guideline))
    dialogue = _dialogue(record.get("dialogue"), language)
    log, label = _log(record, options), _said(record.get("label"))
    breaks = options.meaning(label)
    gold = FINAL[language][breaks] if breaks is not None else label and _BARE.get(plain(label), label)
    over, under, _ = _HEADINGS[language]
    source_id = text_of(record.get("id")) or content_id(guideline, dialogue)
    yield Question(
        **corpus.provenance(source_id),
        group=text_of(record.get("dialogue_id")) or source_id,
        language=language,
        task=_TASKS[language],
        question=_QUESTIONS[language],
        answer_kind="boolean",
        gold=gold,
        context=f"{over}{guideline}\n\n{under}{dialogue}",
        flags=tuple(_flags(gold, breaks, log)),
        meta={"log": log},
    )


def _language(said: Any) -> Language:
    if said not in ("en", "zh"):
        raise BadRecord(f"language {said!r} is neither en nor zh")
    return "zh" if said == "zh" else "en"


def _guideline(value: Any) -> str:
    """The rules, one a line; a list's rules are numbered where they have no numbers of their own."""
    rules = [text for one in value if (text := text_of(one))] if isinstance(value, list) else None
    if rules and not all(map(_NUMBERED.match, rules)):
        rules = [f"{number}. {rule}" for number, rule in enumerate(rules, 1)]
    text = "\n".join(rules) if rules is not None else text_of(value)
    if not text:
        raise BadRecord("'guideline' is missing or empty")
    return text


def _dialogue(value: Any, language: Language) -> str:
    """What was said, one utterance a line."""
    if not isinstance(value, list | str):
        raise BadRecord("'dialogue' is neither a list of {role, text} nor a text")
    lines = [_utterance(one, language) for one in value] if isinstance(value, list) else [value.strip()]
    text = "\n".join(filter(None, lines))
    if not text:
        raise BadRecord("'dialogue' is missing or empty")
    return text


def _utterance(one: Any, language: Language) -> str | None:
    if isinstance(one, str):
        return one.strip()
    if not isinstance(one, Mapping):
        raise BadRecord("an utterance of 'dialogue' is neither {role, text} nor a text")
    role, text = _first(one, "role", "speaker"), _first(one, "text", "content")
    if role is None or text is None:
        return text
    return f"{_ROLES[language].get(role.casefold(), role)}{_HEADINGS[language][2]}{text}"


def _log(record: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Steps and final verdict, each with what it means (`finds`); no steps and None where they are missing."""
    steps = record.get("steps") or []
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        raise BadRecord("'steps' is not a list of {agent, analysis, verdict}")
    return {"steps": [_step(step, options) for step in steps], "final": _final(record.get("final"), options)}


def _step(step: Mapping[str, Any], options: Options) -> dict[str, Any]:
    verdict = _said(step.get("verdict"))
    return {
        "agent": _first(step, "agent", "role", "name") or "",
        "analysis": _first(step, "analysis", "reasoning") or "",
        "verdict": verdict or "",
        "finds": options.meaning(verdict),
    }


def _final(value: Any, options: Options) -> dict[str, Any] | None:
    said = value if isinstance(value, Mapping) else {"verdict": value}
    verdict = _said(said.get("verdict"))
    if verdict is None:
        return None
    return {"verdict": verdict, "reason": text_of(said.get("reason")) or "", "finds": options.meaning(verdict)}


def _said(value: Any) -> str | None:
    """A verdict or label as text; JSON's true is no yes, since nobody asked."""
    return str(value).lower() if isinstance(value, bool) else text_of(value)


def _first(record: Mapping[str, Any], *names: str) -> str | None:
    """The first of some fields that holds a text. Raises BadRecord where it holds a list or a mapping."""
    for name in names:
        if isinstance(value := record.get(name), list | Mapping):
            raise BadRecord(f"'{name}' is no text")
        if text := text_of(value):
            return text
    return None


def _flags(gold: str | None, breaks: bool | None, log: Mapping[str, Any]) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    elif breaks is None:
        yield "gold_unusable"
    final, said = log["final"], _meanings(log["steps"])
    if final is None or not said:
        yield "log_missing"
        return
    if None in (final["finds"], *said):
        yield "verdict_unreadable"
    elif said == {not final["finds"]}:
        yield "agents_contradict"
    if None not in (breaks, final["finds"]) and breaks is not final["finds"]:
        yield "label_differs"


def _meanings(steps: Collection[Mapping[str, Any]]) -> set[bool | None]:
    return {step["finds"] for step in steps}
