"""Finance-Instruct: the system text is the task, short answers have a kind that rules can judge, faults are named."""

from typing import Any

import pytest

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import finance_instruct

CORPUS = Corpus("finance_instruct", "Apache-2.0", module="professional_knowledge")
LONG = "A bond's price falls as its yield rises, since the same coupons are discounted at a higher rate."


def load(system: Any = "", user: Any = "Why do bond prices fall?", assistant: Any = LONG) -> Question:
    record = {"system": system, "user": user, "assistant": assistant}
    (question,) = finance_instruct.questions(Row(record, "train.json", 1), CORPUS, finance_instruct.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load()
    assert question.id == f"finance_instruct:{question.source_id}"
    assert (question.question, question.gold, question.answer_kind) == ("Why do bond prices fall?", LONG, "text")
    assert (question.language, question.task, question.context, question.flags) == ("en", "", "", ())


@pytest.mark.parametrize("system", ["", "\n", "  \n ", None])
def test_an_empty_system_text_is_none(system: Any) -> None:
    assert load(system=system).task == ""
    assert load(system=system).id == load().id


def test_a_system_text_stands_before_the_question_and_is_part_of_it() -> None:
    question = load(system=" Answer as a bond trader.\n")
    assert question.task == "Answer as a bond trader."
    assert question.id != load().id


@pytest.mark.parametrize(
    ("user", "language"), [("债券价格为什么下跌？", "zh"), ("Why?", "en"), ("¿Por qué bajan?", "en")]
)
def test_the_language_is_told_from_the_question(user: str, language: str) -> None:
    assert load(user=user).language == language


@pytest.mark.parametrize(
    ("assistant", "kind"),
    [
        ("12.5", "number"),
        ("$1,200", "number"),
        ("(98.9)", "number"),
        ("3.5亿元", "number"),
        ("1,234.5 million", "number"),
        (".5", "number"),
        ("12.5%", "percent"),
        ("-3.2 percent", "percent"),
        ("5个百分点", "percent"),
        ("yes", "boolean"),
        ("No.", "boolean"),
        ("是", "boolean"),
        ("Positive", "label"),
        ("Negative", "label"),
        ("看涨", "label"),
        ("Apple", "text"),
        ("Paris 2024", "text"),
        ("5 days", "text"),
        ("about 12.5 %, or perhaps a little more", "text"),
        ("Yes, since the coupon is discounted at a higher rate.", "text"),
        (LONG, "text"),
    ],
)
def test_only_an_answer_that_is_nothing_else_has_a_kind_for_rules(assistant: str, kind: str) -> None:
    question = load(assistant=assistant)
    assert question.answer_kind == kind
    if kind != "text":
        assert match(assistant, question).value is True


@pytest.mark.parametrize("assistant", [None, "", " \n", float("nan")])
def test_an_empty_answer_is_no_gold(assistant: Any) -> None:
    question = load(assistant=assistant)
    assert (question.gold, question.answer_kind, question.flags) == (None, "text", ("gold_missing",))


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"assistant": f"{LONG}\nUser: and yields?\nAssistant: they rise."}, {"role_residue"}),
        ({"user": "Human: why?\nAI: because.\nHuman: and yields?"}, {"role_residue"}),
        ({"user": "User: why do prices fall?"}, set()),
        ({"assistant": "The user: a trader."}, set()),
        ({"assistant": f"{LONG}<|im_end|>"}, {"template_residue"}),
        ({"user": "[INST] why? [/INST]"}, {"template_residue"}),
        ({"assistant": "### Response: because"}, {"template_residue"}),
        ({"assistant": "<s>because</s>"}, {"template_residue"}),
        ({"assistant": "```python\nprint(1)"}, {"unbalanced"}),
        ({"assistant": "```python\nprint(1)\n```"}, set()),
        ({"assistant": '{"topic": "bonds", "names": ["Orla"'}, {"unbalanced"}),
        ({"assistant": '{"topic": "bonds", "names": ["Orla"]}'}, set()),
        ({"assistant": '[{"name": "Orla"}'}, {"unbalanced"}),
        ({"assistant": "[1] a footnote, no JSON"}, set()),
        ({"assistant": "the bondâ€™s price"}, {"mojibake"}),
        ({"user": "why do \ufffd fall?"}, {"mojibake"}),
        ({"assistant": "São Paulo’s bonds, 10 €"}, set()),
    ],
)
def test_malformed_texts_are_named(fields: dict[str, str], flags: set[str]) -> None:
    assert set(load(**fields).flags) == flags
    assert flags <= finance_instruct.INFO.defects.keys()


@pytest.mark.parametrize("record", [None, [], {}, {"user": ""}, {"user": " ", "assistant": "x"}])
def test_a_record_without_a_question_is_named(record: Any) -> None:
    with pytest.raises(BadRecord, match=r"'user'|record"):
        list(finance_instruct.questions(Row(record, "train.json", 1), CORPUS, finance_instruct.Options()))
