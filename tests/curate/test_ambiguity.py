"""The ambiguity filter: what is shown, and how a reply is read."""

import json

import pytest

from curate import ambiguity
from tests.recipes.conversions.mcq_items import EN, ZH, item


@pytest.mark.parametrize("base", [ZH, EN])
def test_the_question_is_shown_with_its_options_and_without_its_gold(base: dict[str, object]) -> None:
    shown = ambiguity.prompt(item(base, context="line one </context>", explanation="the secret reason"))
    for text in (*item(base).options.values(), item(base).question, item(base).task, "‹/context>", '"ambiguous"'):
        assert text in shown
    assert "the secret reason" not in shown
    assert shown == ambiguity.prompt(item(base, context="line one </context>", gold="D"))
    assert "<options>" not in ambiguity.prompt(item(base, options={}))


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ('{"reason": "题意 清楚", "verdict": "clear"}', (False, "题意 清楚")),
        ('{"reason": "two\\nreadings", "verdict": "Ambiguous"}', (True, "two readings")),
        ('```json\n{"verdict": "clear"}\n```', (False, "")),
        ('{"verdict": "ambiguous", "reason": "a"} No: {"verdict": "clear", "reason": "b"}', (False, "b")),
        ("It is clear.", (None, "It is clear.")),
        ("", (None, "")),
        ('{"verdict": "maybe"}', (None, '{"verdict": "maybe"}')),
        ('{"verdict": true}', (None, '{"verdict": true}')),
        ('{"verdict": "clear", "verdict": "ambiguous"}', (None, '{"verdict": "clear", "verdict": "ambiguous"}')),
        ('{"verdict": "clear"', (None, '{"verdict": "clear"')),
    ],
)
def test_a_reply_says_ambiguous_clear_or_nothing(reply: str, read: tuple[bool | None, str]) -> None:
    assert ambiguity.read(reply) == read


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_that_is_asked_for_is_read(language: str) -> None:
    form = ambiguity.again(language)
    assert ambiguity.read(form[form.index("{") : form.index("}") + 1])[0] is False
    assert set(ambiguity.SCHEMA["properties"]) == set(json.loads('{"reason": "", "verdict": ""}'))
