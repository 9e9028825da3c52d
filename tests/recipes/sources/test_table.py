"""Any table of questions: columns by name, options in every form, golds that are missing, kinds and languages told."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from curate.errors import BadRecord, UserError
from curate.records import Corpus, Question, Row
from recipes.sources.table import Columns, Options, check_columns, questions

CORPUS = Corpus("mine", "CC-BY-4.0", split="dev", module="code")


def load(record: Any, columns: dict[str, Any] | None = None, **options: Any) -> Question:
    (question,) = questions(Row(record, "exam.csv", 2), CORPUS, Options(columns=Columns(**(columns or {})), **options))
    return question


def test_fields_are_read_from_columns_of_their_own_name() -> None:
    question = load(
        {
            "id": "q1",
            "question": " What is the margin? ",
            "context": "Sales were 5.",
            "gold": "5%",
            "explanation": "because",
            "group": "doc",
            "program": "add(1, 2)",
            "evidence": {"text_0": "Sales were 5."},
        }
    )
    assert (question.id, question.source, question.source_id, question.group) == ("mine:q1", "mine", "q1", "doc")
    assert (question.split, question.module, question.licence) == ("dev", "code", "CC-BY-4.0")
    assert (question.question, question.context, question.explanation) == (
        "What is the margin?",
        "Sales were 5.",
        "because",
    )
    assert (question.gold, question.answer_kind, question.flags) == ("5%", "percent", ())
    assert question.meta == {"program": "add(1, 2)", "evidence": {"text_0": "Sales were 5."}}


def test_fields_are_read_from_mapped_columns() -> None:
    record = {
        "qid": 7,
        "ask": "How much?",
        "truth": 12.5,
        "why": "so",
        "doc": "d",
        "title": "T",
        "passage": "P",
        "none": "",
    }
    columns = {
        "id": "qid",
        "question": "ask",
        "gold": "truth",
        "explanation": "why",
        "group": "doc",
        "context": ["title", "none", "passage", "missing"],
    }
    question = load(record, columns, task="Answer.", keep=["doc", "qid"])
    assert (question.id, question.question, question.gold, question.group) == ("mine:7", "How much?", "12.5", "d")
    assert question.context == "T\n\nP"
    assert question.task == "Answer."
    assert question.meta["keep"] == {"doc": "d", "qid": 7}


def test_a_mapped_column_is_read_instead_of_the_one_of_the_field_s_name() -> None:
    assert load({"question": "q?", "gold": "1", "truth": "2"}, {"gold": "truth"}).gold == "2"


@pytest.mark.parametrize(
    ("record", "name", "gold"),
    [
        ({"r": {"acc": {"value": "5"}}}, "r.acc.value", "5"),
        ({"r": {"acc": "6"}}, "r.acc", "6"),
        ({"r.acc": "7", "r": {"acc": "8"}}, "r.acc", "7"),
        ({"r": {"other": "8"}}, "r.acc", None),
        ({"r": "8"}, "r.acc", None),
        ({"r": None}, "r.acc", None),
        ({}, "r.acc", None),
    ],
)
def test_a_dotted_name_reaches_into_nested_values(record: dict[str, Any], name: str, gold: str | None) -> None:
    assert load({"question": "q?", **record}, {"gold": name}).gold == gold
    assert load({"question": "q?", **record}, keep=[name]).meta["keep"] == {name: gold}


AB = {"A": "cash", "B": "bonds"}


@pytest.mark.parametrize(
    ("value", "options"),
    [
        (AB, AB),
        ('{"A": "cash", "B": "bonds"}', AB),
        ("{'A': 'cash', 'B': 'bonds'}", AB),
        (["cash", "bonds"], AB),
        ('["cash", "bonds"]', AB),
        ("['cash', 'bonds']", AB),
        ({"label": ["A", "B"], "text": ["cash", "bonds"]}, AB),
        ({"text": ["cash", "bonds"], "label": ["A", "B"]}, AB),
        ({"text": ["cash", "bonds"]}, AB),
        ('{"label": ["A", "B"], "text": ["cash", "bonds"]}', AB),
        ({"label": ["1", "2"], "text": ["cash", "bonds"]}, {"1": "cash", "2": "bonds"}),
        ({"A": " cash ", "B": "bonds", "C": None, "D": ""}, AB),
        ({"A": 1, "B": 2.5}, {"A": "1", "B": "2.5"}),
        (["a"] * 8, dict.fromkeys("ABCDEFGH", "a")),
        (None, {}),
        ("", {}),
        ([], {}),
        ({}, {}),
        (math.nan, {}),
    ],
)
def test_options_are_read_in_every_form(value: Any, options: dict[str, str]) -> None:
    found = load({"question": "q?", "gold": "A", "options": value}).options
    assert dict(found) == options
    assert list(found) == list(options)


def test_options_in_one_column_a_letter() -> None:
    record = {"question": "q?", "A": "cash", "B": "bonds", "C": "", "D": None, "E": "gold", "gold": "E"}
    question = load(record, {"options": ["A", "B", "C", "D", "E"]})
    assert dict(question.options) == {"A": "cash", "B": "bonds", "E": "gold"}
    assert question.answer_kind == "choice"


def test_option_columns_of_other_names_get_letters_by_their_place() -> None:
    record = {"question": "q?", "first": "cash", "second": None, "third": "gold", "gold": "C"}
    assert dict(load(record, {"options": ["first", "second", "third"]}).options) == {"A": "cash", "C": "gold"}


def test_options_are_never_evaluated(tmp_path: Any) -> None:
    trap = tmp_path / "trap"
    load({"question": "q?", "table": f"[[open({str(trap)!r}, 'w')]]"})
    with pytest.raises(BadRecord, match="options cannot be read"):
        load({"question": "q?", "options": f"{{'A': open({str(trap)!r}, 'w')}}"})
    assert not trap.exists()


@pytest.mark.parametrize("gold", [None, "", "  ", math.nan, float("inf"), "absent"])
def test_a_missing_gold_is_none_and_flagged(gold: Any) -> None:
    question = load({"question": "q?"} if gold == "absent" else {"question": "q?", "gold": gold})
    assert question.gold is None
    assert question.flags == ("gold_missing",)


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        (12, "12"),
        (12.0, "12"),
        (0, "0"),
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1e-05, "0.00001"),
        (1e21, "1" + "0" * 21),
        (True, "yes"),
        (False, "no"),
        (" 5 % ", "5 %"),
    ],
)
def test_a_gold_that_is_no_text_is_written_plainly(gold: Any, text: str) -> None:
    question = load({"question": "q?", "gold": gold})
    assert question.gold == text
    assert question.flags == ()


def test_alternatives_stand_beside_the_gold() -> None:
    record = {"question": "q?", "gold": "5", "a": "5", "b": 5.0, "c": "5.0%", "d": None}
    assert load(record, {"alternatives": ["a", "b", "c", "d"]}).gold_alternatives == ("5.0%",)


def test_an_alternative_alone_is_a_gold_too() -> None:
    question = load({"question": "q?", "gold": "", "other": "5%"}, {"alternatives": ["other"]})
    assert (question.gold, question.gold_alternatives, question.flags) == (None, ("5%",), ())
    assert question.answer_kind == "percent"


@pytest.mark.parametrize(
    ("gold", "options", "kind"),
    [
        ("12", None, "number"),
        ("-1,234.5", None, "number"),
        ("$ 3.5 million", None, "number"),
        ("3.5亿元", None, "number"),
        ("( 98.9 )", None, "number"),
        (12.5, None, "number"),
        ("12.5%", None, "percent"),
        ("12.5 percent", None, "percent"),
        ("5个百分点", None, "percent"),
        ("yes", None, "boolean"),
        ("No", None, "boolean"),
        ("是", None, "boolean"),
        ("错误", None, "boolean"),
        (True, None, "boolean"),
        ("because rates rose", None, "text"),
        ("5% and 6%", None, "text"),
        ("in 2010 the net sales of the company rose by 5", None, "text"),
        (None, None, "text"),
        ("A", AB, "choice"),
        ("AB", AB, "choices"),
        ("A, B", AB, "choices"),
        ("bonds", AB, "choice"),
        (None, AB, "choice"),
        ("A", {"A": "yes", "B": "no"}, "boolean"),
        ("A", {"A": "正确", "B": "错误"}, "boolean"),
        ("对", {"A": "对", "B": "错"}, "boolean"),
        ("A", {"A": "yes", "B": "no", "C": "cannot be told"}, "choice"),
    ],
)
def test_kinds_are_told_from_options_and_gold(gold: Any, options: dict[str, str] | None, kind: str) -> None:
    assert load({"question": "q?", "gold": gold, "options": options}).answer_kind == kind


def test_a_kind_that_is_said_counts() -> None:
    assert load({"question": "q?", "gold": "12", "kind": "label"}).answer_kind == "label"
    assert load({"question": "q?", "gold": "12", "type": "span"}, {"kind": "type"}).answer_kind == "span"
    assert load({"question": "q?", "gold": "12", "kind": "span"}, kind="text").answer_kind == "text"
    assert load({"question": "q?", "gold": "12", "kind": None}).answer_kind == "number"


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRecord, match=r"'MCQ'.*choice"):
        load({"question": "q?", "kind": "MCQ"})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What was the growth rate?", "en"),
        ("营业收入的增长率是多少？", "zh"),
        ("ABC 2023年ROE与EPS是多少？", "zh"),
        ("What does 股份 (shares) mean in the annual report of the company?", "en"),
        ("15 × 3 = ?", "en"),
    ],
)
def test_the_language_is_told_by_script(text: str, language: str) -> None:
    assert load({"question": text}).language == language


def test_a_language_that_is_said_counts() -> None:
    assert load({"question": "What?", "language": "zh"}).language == "zh"
    assert load({"question": "什么？", "lang": "en"}, {"language": "lang"}).language == "en"
    assert load({"question": "What?", "language": "en"}, language="zh").language == "zh"
    with pytest.raises(BadRecord, match="'fr'"):
        load({"question": "Quoi?", "language": "fr"})


def test_without_an_id_the_content_makes_one() -> None:
    base = {"question": "q?", "context": "c", "options": AB, "gold": "A"}
    same = load(base)
    assert same.id == load({**base, "gold": "B", "explanation": "x"}).id
    assert same.group == same.source_id
    others = [
        load({**base, key: value}).id for key, value in (("question", "p?"), ("context", "d"), ("options", ["x"]))
    ]
    assert len({same.id, *others}) == 4


@pytest.mark.parametrize(
    "value", [[["", "2010"], ["sales", 5]], "[['', '2010'], ['sales', 5]]", '[["", "2010"], ["sales", 5]]']
)
def test_a_table_goes_to_the_program_and_stands_in_for_a_context(value: Any) -> None:
    question = load({"question": "q?", "table": value})
    assert question.meta["table"] == [["", "2010"], ["sales", "5"]]
    assert question.context.splitlines() == [" | 2010", "sales | 5"]
    assert load({"question": "q?", "table": value, "context": "C"}).context == "C"


def test_evidence_may_be_a_literal() -> None:
    assert load({"question": "q?", "evidence": "{'table_1': 'x'}"}).meta["evidence"] == {"table_1": "x"}
    assert "evidence" not in load({"question": "q?", "evidence": None}).meta


@pytest.mark.parametrize("value", [None, "", "  ", math.nan])
def test_a_record_without_a_question_names_the_column(value: Any) -> None:
    with pytest.raises(BadRecord, match="'ask'"):
        load({"ask": value, "question": "not this one"}, {"question": "ask"})
    with pytest.raises(BadRecord, match="'question'"):
        load({"question": value})


@pytest.mark.parametrize("record", [None, "text", [1, 2], 5])
def test_a_record_that_is_no_mapping_is_refused(record: Any) -> None:
    with pytest.raises(BadRecord):
        load(record)


@pytest.mark.parametrize(
    ("columns", "keep", "wanted", "near"),
    [
        ({"gold": "thruth"}, [], "thruth", "truth"),
        ({"context": ["title", "pasage"]}, [], "pasage", "passage"),
        ({"alternatives": ["truht"]}, [], "truht", "truth"),
        ({"gold": "resutl.acc"}, [], "resutl.acc", "result.acc"),
        ({}, ["titel"], "titel", "title"),
        ({"options": ["A", "B"]}, [], "A", None),
    ],
)
def test_a_column_that_is_not_there_is_refused(
    columns: dict[str, Any], keep: list[str], wanted: str, near: str | None
) -> None:
    present = {"title", "passage", "truth", "result.acc"}
    with pytest.raises(UserError) as caught:
        check_columns(present, "exam.csv", Options(columns=Columns(**columns), keep=keep))
    text = str(caught.value)
    assert "exam.csv" in text
    assert f"'{wanted}'" in text
    assert near is None or f"'{near}'" in text
    assert all(name in text for name in present), "the user sees what there is"


def test_columns_that_are_there_pass() -> None:
    columns = Columns(gold="result.acc", context=["title", "passage"], id="a.b")
    check_columns({"result", "title", "passage", "a.b", "kept"}, "exam.csv", Options(columns=columns, keep=["kept"]))


@pytest.mark.parametrize("wrong", [{"goldd": "x"}, {"gold": 5}, {"alternatives": "x"}])
def test_unknown_fields_and_wrong_types_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Columns(**wrong)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"A": "正确", "B": "错误"}, "boolean"),
        ({"A": "No", "B": "Yes"}, "boolean"),
        ({"A": "是", "B": "否", "C": "不合规", "D": "合规"}, "choice"),
        ({"A": "yes", "B": "correct"}, "choice"),
    ],
)
def test_only_a_yes_and_a_no_make_a_boolean(options: dict[str, str], kind: str) -> None:
    row = Row({"question": "Is it right?", "gold": "A", "options": options}, "a.jsonl", 1)
    (made,) = questions(row, Corpus("t", "MIT"), Options())
    assert made.answer_kind == kind


def test_a_dotted_name_reaches_into_lists() -> None:
    said = {"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
    columns = Columns(question="messages.0.content", gold="messages.-1.content", explanation="messages.7.content")
    (made,) = questions(Row(said, "a.jsonl", 1), Corpus("t", "MIT"), Options(columns=columns))
    assert (made.question, made.gold, made.explanation) == ("What is 2 + 2?", "4", None)
