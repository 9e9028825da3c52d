"""Multiple choice into open questions, as DianJin-R1 did with a model (CFLUE's open part), or by rules alone.

prompt(question, options)           ->  what a model is asked, a Drop, or for a judgement item the Question itself
read(reply, question, options)      ->  Question(id="cflue:1f:open", parent="cflue:1f", options={}, ...), or a Drop
by_rules(question, options)         ->  the same for judgement items, numbers and terms; a Drop for what else there is

The gold is the right option's text, always out of the record and never the model's. What a model writes is held against
a contract (mcq_contract); what it breaks it is told, and after its last try the question is dropped by that name.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from curate.records import AnswerKind, Drop, Question
from judges.answers.boolean import boolean
from judges.answers.places import objects
from judges.answers.text import plain
from judges.templates import fill, harmless, template
from judges.thought import one_line
from recipes.conversions.mcq_contract import Asked, broken
from recipes.conversions.mcq_gold import Gold, gold, needs_others, truth, yes_or_no
from recipes.conversions.mcq_pointers import needs_options, tidy, without_list, without_options
from recipes.conversions.mcq_stems import asked, judgement

# Servers write an object's keys in the schema's order, and calls are sent with sorted keys: it is thought of first,
# the answers are copied, then it is decided.
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "analysis": {"type": "string"},
            "answers": {"type": "array", "items": {"type": "string"}},
            "convertible": {"type": "string", "enum": ["yes", "no"]},
            "question": {"type": "string"},
        },
        "required": ["analysis", "answers", "convertible", "question"],
        "additionalProperties": False,
    }
)

_PACKAGE = "recipes"
_TAGS = ("question", "options", "context", "answers")
_OF_OPTIONS = frozenset({"one_letter", "duplicate_options", "blank_options"})  # flags that an open question has not
_REFUSED = "rewrite_refused"
# What a model is told of its reply, one paragraph each.
_TOLD = (
    *("rewrite_unreadable", "rewrite_points_to_options", "rewrite_leaks_option", "rewrite_loses_number"),
    *("rewrite_invents_number", "rewrite_loses_name", "rewrite_invents", "rewrite_loses_content"),
    *("rewrite_changes_language", "rewrite_changes_gold", "rewrite_asks_yes_or_no", "rewrite_changes_sense"),
)


class Options(BaseModel, extra="forbid", frozen=True):
    """The conversion has no keys of its own."""


def by_rules(question: Question, options: Options) -> Question | Drop:
    """The open question that needs no model: of a judgement item, of a blank for a number, of a term's definition."""
    if question.answer_kind == "boolean":
        return _judged(question)
    found = _convertible(question)
    if isinstance(found, Drop):
        return found
    stem = _stem(question)
    said = asked(question, stem, found)
    return said if isinstance(said, Drop) else _open(question, said, found.kind, found.text)


def prompt(question: Question, options: Options) -> str | Question | Drop:
    """What a model is asked first. A judgement item is converted by rules: no model would add to it. A Drop where no
    rewriting can have one answer."""
    if question.answer_kind == "boolean":
        return _judged(question)
    found = _convertible(question)
    if isinstance(found, Drop):
        return found
    listed = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    shown = {
        "context": question.context,
        "question": _stem(question),
        "options": listed,
        "answers": "\n".join(found.texts),
    }
    return fill(template(_PACKAGE, "mcq_to_open", question.language), {n: harmless(t, _TAGS) for n, t in shown.items()})


def read(reply: str, question: Question, options: Options) -> Question | Drop:
    """The open question of a model's reply (the text behind its thinking; the last object with a question binds), or
    the part of the contract that it breaks."""
    found = _convertible(question)
    if isinstance(found, Drop):
        return found
    said = _said(reply)
    if isinstance(said, Drop):
        return said
    if said["convertible"] == "no":
        return Drop(_REFUSED, said["analysis"])
    if {plain(one) for one in said["answers"]} != {plain(one) for one in found.texts}:
        return Drop("rewrite_changes_gold", "; ".join(said["answers"]) or "no answer")
    rewriting = said["question"]
    given = "\n".join(one for one in (question.context, question.task) if one)
    is_boolean = boolean(found.text) is not None
    held = Asked(_stem(question), given, tuple(question.options.values()), question.language, is_boolean)
    if drop := broken(held, rewriting):
        return drop
    return _open(question, rewriting, found.kind, found.text)


def again(drop: Drop, question: Question) -> str | None:
    """What a model is told whose reply broke the contract; None where it refused: it is not asked again."""
    if drop.reason == _REFUSED:
        return None
    told = dict.fromkeys(_TOLD, "") | {drop.reason: drop.detail}
    return fill(template(_PACKAGE, "mcq_again", question.language), told)


def _convertible(question: Question) -> Gold | Drop:
    """The open gold, or why no open question can have it."""
    found = gold(question)
    if found is None:
        return Drop("not_multiple_choice")
    if beside := next(filter(needs_others, found.texts), None):
        return Drop("needs_options", beside)
    if words := needs_options(_stem(question)):
        return Drop("needs_options", words)
    return found


def _judged(question: Question) -> Question | Drop:
    said = truth(question) if question.options else None
    if said is None:
        return Drop("not_multiple_choice")
    text, is_question = judgement(tidy(question.question), question.language)
    return _open(question, text, "boolean", yes_or_no(said, is_question, question.language))


def _stem(question: Question) -> str:
    return without_list(tidy(question.question), next(iter(question.options.values()), ""))


def _said(reply: str) -> dict[str, Any] | Drop:
    """The last object of a reply that holds a question, every part of its kind."""
    found = next((said for text, said in reversed(list(objects(reply, every=True))) if '"question"' in text), None)
    if not isinstance(found, dict):
        return Drop("rewrite_unreadable", "no JSON object")
    if found.get("convertible") not in ("yes", "no"):
        return Drop("rewrite_unreadable", '"convertible"')
    answers = [found["answers"]] if isinstance(found.get("answers"), str) else found.get("answers")
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        return Drop("rewrite_unreadable", '"answers"')
    if not isinstance(found.get("question"), str) or (found["convertible"] == "yes" and not found["question"].strip()):
        return Drop("rewrite_unreadable", '"question"')
    return {
        "analysis": one_line(found.get("analysis") or ""),
        "answers": [one_line(one) for one in answers],
        "convertible": found["convertible"],
        "question": "\n".join(map(one_line, found["question"].strip().splitlines())),
    }


def _open(question: Question, text: str, kind: AnswerKind, answer: str) -> Question:
    return replace(
        question,
        id=f"{question.id}:open",
        parent=question.id,
        task=without_options(question.task, question.language),
        question=text,
        options={},
        answer_kind=kind,
        gold=answer,
        gold_alternatives=(),
        flags=tuple(flag for flag in question.flags if flag not in _OF_OPTIONS),
        meta={**question.meta, "converted": {"options": dict(question.options), "gold": question.gold}},
    )
