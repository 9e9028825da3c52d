"""Compliance logs: the forms in which they come, labels and verdicts, and what a log says against itself."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources.compliance import INFO, Options, questions

CORPUS = Corpus("compliance", "proprietary", module=INFO.module)
EN = {
    "id": "c-1",
    "dialogue": [
        {"role": "agent", "text": "You cannot lose."},
        {"role": "customer", "text": "Good."},
        {"role": "Supervisor", "text": "Bye."},
    ],
    "guideline": ["Never promise a return.", "Verify the caller."],
    "steps": [
        {"agent": "Legal Risk Expert", "analysis": "It is a promise.", "verdict": "warning"},
        {"agent": "Social Media Expert", "analysis": "Nothing is said.", "verdict": "no warning"},
    ],
    "final": {"verdict": "violation", "reason": "Rule 1."},
    "label": "violation",
}
ZH = {
    "id": 7,
    "dialogue": [{"role": "agent", "text": "保证不亏。"}, {"role": "customer", "text": "好的。"}],
    "guideline": "第一条 不得承诺收益。\n第二条 核实身份。",
    "steps": [{"agent": "法律风险专家", "analysis": "属于承诺。", "verdict": "预警"}],
    "final": {"verdict": "客服违规"},
    "label": "违规",
}


def load(record: Any, options: Options | None = None) -> Question:
    (question,) = questions(Row(record, "ccc.jsonl", 1), CORPUS, options or Options())
    return question


def test_a_record_becomes_a_question_with_its_log() -> None:
    question = load(EN)
    assert question.id == "compliance:c-1"
    assert question.group == "c-1"
    assert question.answer_kind == "boolean"
    assert question.module == "non_reasoning_business"
    assert question.context == (
        "Guideline:\n1. Never promise a return.\n2. Verify the caller.\n\n"
        "Dialogue:\nAgent: You cannot lose.\nCustomer: Good.\nSupervisor: Bye."
    )
    assert question.gold == "violation"
    assert question.flags == ()
    assert [step["finds"] for step in question.meta["log"]["steps"]] == [True, False]
    assert question.meta["log"]["final"] == {"verdict": "violation", "reason": "Rule 1.", "finds": True}


def test_a_chinese_record_is_laid_out_in_chinese() -> None:
    question = load(ZH)
    assert question.language == "zh"
    assert question.source_id == "7"
    assert question.context == (
        "【服务规范】\n第一条 不得承诺收益。\n第二条 核实身份。\n\n【对话】\n客服：保证不亏。\n客户：好的。"
    )
    assert question.gold == "违规"


@pytest.mark.parametrize(
    ("record", "right", "wrong"),
    [
        (EN, ("violation", "Yes", "The agent violated rule 1"), ("no violation", "No", "compliant")),
        (ZH, ("违规", "是", "客服违规"), ("不违规", "否", "合规")),
    ],
)
def test_answers_are_matched(record: dict[str, Any], right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    question = load(record)
    assert [match(answer, question).value for answer in (*right, *wrong)] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("changed", "where", "expected"),
    [
        ({"dialogue": "Agent: Hello.\nCustomer: Bye."}, "context", "Dialogue:\nAgent: Hello.\nCustomer: Bye."),
        ({"dialogue": ["Agent: Hello.", "Bye."]}, "context", "Dialogue:\nAgent: Hello.\nBye."),
        ({"dialogue": [{"speaker": "Ann", "content": "Hello."}]}, "context", "Dialogue:\nAnn: Hello."),
        ({"guideline": ["Rule 4: Be kind.", "Rule 6: Be quick."]}, "context", "Guideline:\nRule 4: Be kind.\nRule 6"),
        ({"guideline": "Be kind."}, "context", "Guideline:\nBe kind.\n\n"),
        ({"dialogue_id": "d-9"}, "group", "d-9"),
    ],
)
def test_variants_of_the_form_are_read(changed: dict[str, Any], where: str, expected: str) -> None:
    assert expected in getattr(load({**EN, **changed}), where)


@pytest.mark.parametrize(
    ("label", "gold", "flags"),
    [
        ("violation", "violation", ()),
        ("Non-compliant", "violation", ()),
        (True, "1", ("gold_unusable",)),
        ("false", "0", ("gold_unusable",)),
        (1, "1", ("gold_unusable",)),
        ("compliant", "no violation", ("label_differs",)),
        ("no", "no violation", ("label_differs",)),
        (None, None, ("gold_missing",)),
        ("", None, ("gold_missing",)),
        ("perhaps", "perhaps", ("gold_unusable",)),
    ],
)
def test_labels(label: Any, gold: str | None, flags: tuple[str, ...]) -> None:
    question = load({**EN, "label": label})
    assert (question.gold, question.flags) == (gold, flags)
    if "gold_unusable" in flags:
        assert match("Yes", question).value is None


@pytest.mark.parametrize(
    ("label", "options", "gold"),
    [
        (True, Options(finds=("true",), clears=("false",)), "violation"),
        (True, Options(finds=("false",), clears=("true",)), "no violation"),
        (0, Options(finds=("1",), clears=("0",)), "no violation"),
    ],
)
def test_a_bare_truth_means_what_the_recipe_says(label: Any, options: Options, gold: str) -> None:
    assert load({**EN, "label": label}, options).gold == gold


@pytest.mark.parametrize(
    ("changed", "flags"),
    [
        ({"final": "violation"}, ()),
        ({"final": "no violation"}, ("label_differs",)),
        ({"final": None}, ("log_missing",)),
        ({"final": {}}, ("log_missing",)),
        ({"steps": []}, ("log_missing",)),
        ({"steps": None}, ("log_missing",)),
        ({"steps": EN["steps"][1:]}, ("agents_contradict",)),
        ({"steps": EN["steps"][:1], "final": "compliant"}, ("agents_contradict", "label_differs")),
        ({"steps": [{"agent": "A", "analysis": "b", "verdict": "amber"}]}, ("verdict_unreadable",)),
        ({"steps": [{"agent": "A", "analysis": "b"}]}, ("verdict_unreadable",)),
    ],
)
def test_what_a_log_says_against_itself_is_flagged(changed: dict[str, Any], flags: tuple[str, ...]) -> None:
    question = load({**EN, **changed})
    assert question.flags == flags
    assert set(flags) <= set(INFO.defects)


def test_words_of_ones_own_are_read_as_the_recipe_says() -> None:
    steps = [{"agent": "A", "analysis": "b", "verdict": "Amber"}, {"agent": "B", "analysis": "c", "verdict": "绿"}]
    record = {**EN, "steps": steps, "label": 1}
    question = load(record, Options(finds=("amber", "1"), clears=("绿",)))
    assert [step["finds"] for step in question.meta["log"]["steps"]] == [True, False]
    assert (question.gold, question.flags) == ("violation", ())


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {**EN, "dialogue": []},
        {**EN, "dialogue": None},
        {**EN, "guideline": ""},
        {**EN, "guideline": []},
        {**EN, "language": "fr"},
        {**EN, "steps": "warning"},
        {**EN, "steps": ["warning"]},
    ],
)
def test_a_record_that_is_not_of_the_form_is_refused(record: Any) -> None:
    with pytest.raises(BadRecord):
        load(record)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(EN, _JSON)))
def test_any_record_is_read_or_refused(changed: dict[str, Any]) -> None:
    try:
        question = load({**EN, **changed})
    except BadRecord:
        return
    assert question.gold != ""
    assert (question.gold is None) == ("gold_missing" in question.flags)
    assert set(question.flags) <= set(INFO.defects)


@pytest.mark.parametrize(
    "dialogue", [5, True, [], {"a": {"b": None}}, [["a"]], [{"role": "agent", "text": ["x"]}], [None]]
)
def test_what_is_no_dialogue_is_refused(dialogue: Any) -> None:
    record = {"guideline": "1. Be clear.", "dialogue": dialogue, "steps": [], "final": None, "label": "violation"}
    with pytest.raises(BadRecord):
        list(questions(Row(record, "a.jsonl", 1), Corpus("c", "MIT"), Options()))
