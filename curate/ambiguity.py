"""The ambiguity filter: what a model is asked about a question before it is distilled, and how its reply is read.

prompt(question)                                             ->  the prompt, with the options and without the gold
read('{"reason": "two readings", "verdict": "ambiguous"}')   ->  (True, "two readings")

DianJin-R1 had GPT-4o sort out ambiguous CFLUE items before distillation; its prompt is not published, this one is ours.
The gold is left out: a model that sees it finds reasons for it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from curate.records import Question
from judges.answers.places import objects
from judges.templates import fill, harmless, template
from judges.thought import one_line

# The reason is thought of first because its name comes first: calls are sent with sorted keys.
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "verdict": {"type": "string", "enum": ["ambiguous", "clear"]}},
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }
)
_PACKAGE = "recipes"
_VERDICTS = {"ambiguous": True, "clear": False}


def prompt(question: Question) -> str:
    """What a model is asked, in the question's language; tags in the data are made harmless."""
    options = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    shown = {"task": question.task, "context": question.context, "question": question.question, "options": options}
    return fill(
        template(_PACKAGE, "ambiguous", question.language),
        {name: harmless(text, shown) for name, text in shown.items()},
    )


def again(language: str) -> str:
    """What a model is told whose reply could not be read."""
    return template(_PACKAGE, "ambiguous_again", language)


def read(reply: str) -> tuple[bool | None, str]:
    """Is the question ambiguous, and why? The last object with a verdict binds; None where it cannot be read."""
    found = next((said for text, said in reversed(list(objects(reply, every=True))) if '"verdict"' in text), None)
    verdict = found.get("verdict") if isinstance(found, dict) else None
    if not isinstance(verdict, str) or verdict.strip().casefold() not in _VERDICTS:
        return None, one_line(reply[:200])
    assert isinstance(found, dict)
    return _VERDICTS[verdict.strip().casefold()], one_line(found.get("reason") or "")
