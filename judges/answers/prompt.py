"""The answer judge: what a model is asked where rules left an answer undecided, and how its reply is read.

    comparison("17%", "about a sixth", "en")             ->  the prompt
    judgement('{"reason": "a sixth is 16.7 %", "verdict": "wrong"}')  ->  Judgement(False, "a sixth is 16.7 %")

Rules first, gold and answer, no question, in the data's language: in Fin-R1's study this form was wrong in 0.4 % of
500 judgements by Qwen2.5-72B, against 8 to 9.6 % with the question in it (arXiv 2503.16252v5, appendix C.1, Table 5).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from judges.answers.places import objects
from judges.templates import fill, harmless, template
from judges.thought import after_thought, one_line

VERDICTS: Mapping[str, bool | None] = MappingProxyType({"right": True, "wrong": False, "cannot tell": None})

# What a server that can be held to a schema is held to. Calls are sent with sorted keys, and servers write an object's
# keys in the schema's order: the reason is thought of first because its name comes first.
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "verdict": {"type": "string", "enum": list(VERDICTS)}},
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }
)

# Reasons of undecided verdicts that a look at gold and answer may decide; the others lack the one or the other.
ASKABLE = frozenset(
    (
        *("gold_unusable", "answer_missing", "answer_unreadable", "answers_disagree", "several_quantities"),
        *("precision_too_low", "near_miss", "last_digit", "hedged", "percent_sign", "range_unclear", "order_unclear"),
        *("date_unclear", "unit_unclear", "sign_in_words", "scale_unclear", "letter_contradicts_text", "needs_model"),
    )
)

_LONGEST = 12_000  # characters of an answer that are shown: its end, where answers stand
_PACKAGE = "judges.answers"


class Judgement(NamedTuple):
    """value: right, wrong, or None where the judge cannot tell; reason: in its words, one line."""

    value: bool | None
    reason: str


def comparison(reference: str, answer: str, language: str) -> str:
    """The prompt for one pair, in "en" or "zh"; tags in the data are made harmless, long answers cut at the front."""
    values = {"reference": reference, "answer": answer}
    shown = {name: harmless(text[-_LONGEST:], values) for name, text in values.items()}
    return fill(template(_PACKAGE, "compare", language), shown)


def again(language: str) -> str:
    """What a judge is told whose reply could not be read."""
    return template(_PACKAGE, "again", language)


def judgement(reply: str) -> Judgement | None:
    """The verdict of a judge's reply, after its reasoning if that stands in it: the last JSON object with a verdict
    binds. None where there is none, or the last one's verdict is not one of the three."""
    found = None
    for text, said in objects(after_thought(reply), every=True):
        if '"verdict"' in text:
            found = said
    if not isinstance(found, dict) or not isinstance(found.get("verdict"), str):
        return None
    name = found["verdict"].strip().casefold().replace("_", " ")
    if name not in VERDICTS:
        return None
    return Judgement(VERDICTS[name], one_line(found.get("reason") or ""))
