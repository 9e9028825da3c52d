"""FinQA's raw records into Questions: two golds told apart, text repaired, a reason for what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import finqa

RECORD: dict[str, Any] = {
    "id": "ORLA/2012/page_7.pdf-2",
    "filename": "ORLA/2012/page_7.pdf",
    "pre_text": ["orla bank corp .", "the company 2019s loans were as follows : ."],
    "post_text": [".", "loans are carried at cost ."],
    "table_ori": [["", "2012", "2011"], ["Loans", "$2,014", "—"]],
    "table": [["", "2012", "2011"], ["loans", "$ 2014", "2014"]],
    "qa": {
        "question": "what were the bank 2019s loans in 2012?\\n",
        "answer": "$ 2014",
        "exe_ans": 2014.0,
        "program": "add(2014, const_0)",
        "explanation": "see the table",
        "gold_inds": {"table_1": "the bank 2019s loans of 2012 is $ 2014 ;"},
    },
}
CORPUS = Corpus("finqa", "MIT", split="train", module="reasoning_business")


def load(record: Any, corpus: Corpus = CORPUS) -> Question:
    (question,) = finqa.questions(Row(record, "train.json", 1), corpus, finqa.Options())
    return question


def without(*path: str) -> dict[str, Any]:
    """The record without one key."""
    record = json.loads(json.dumps(RECORD))
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return record


def changed(**values: Any) -> dict[str, Any]:
    return {**RECORD, **values}


def asked(**values: Any) -> dict[str, Any]:
    return {**RECORD, "qa": {**RECORD["qa"], **values}}


def test_a_record_becomes_one_question() -> None:
    question = load(RECORD)
    assert question.id == "finqa:ORLA/2012/page_7.pdf-2"
    assert (question.source, question.source_id) == ("finqa", "ORLA/2012/page_7.pdf-2")
    assert question.group == "ORLA/2012/page_7.pdf"
    assert (question.split, question.module, question.licence) == ("train", "reasoning_business", "MIT")
    assert question.language == "en"
    assert (question.gold, question.gold_alternatives, question.answer_kind) == ("$ 2014", ("2014",), "number")
    assert question.explanation == "see the table"
    assert question.meta["program"] == "add(2014, const_0)"
    assert question.options == {}


def test_context_is_the_page_in_order_without_empty_sentences() -> None:
    lines = [line for line in load(RECORD).context.splitlines() if line]
    assert lines == [
        "orla bank corp .",
        "the company's loans were as follows : .",
        " | 2012 | 2011",
        "loans | $ 2014 | —",
        "loans are carried at cost .",
    ]


def test_lost_characters_are_back_everywhere_and_counted() -> None:
    question = load(RECORD)
    assert question.question == "what were the bank's loans in 2012?"
    assert question.meta["table"] == [["", "2012", "2011"], ["loans", "$ 2014", "—"]]
    assert question.meta["evidence"] == {"table_1": "the bank's loans of 2012 is $ 2014 ;"}
    assert question.meta["repaired"] == {"cells": 1, "words": 2}
    assert question.flags == ("cells_repaired", "words_repaired")


@pytest.mark.parametrize("table_ori", [None, [], [["", "2012"], ["Loans", "—"]]])
def test_without_an_aligned_published_table_a_suspect_is_left_and_flagged(table_ori: Any) -> None:
    question = load(changed(table_ori=table_ori))
    assert question.meta["table"] == RECORD["table"]
    assert "escape_suspect" in question.flags
    assert "cells_repaired" not in question.flags


def test_years_in_the_header_are_no_suspects() -> None:
    table = [["", "2014", "2013"], ["loans", "5", "6"]]
    assert "escape_suspect" not in load(changed(table=table, table_ori=None)).flags


def test_an_aligned_table_leaves_no_suspect_behind() -> None:
    table, original = [["", "a"], ["loans", "$ 2014"]], [["", "A"], ["Loans", "$2,014"]]
    assert not {"escape_suspect", "cells_repaired"} & set(load(changed(table=table, table_ori=original)).flags)


def test_a_missing_file_name_is_told_from_the_id() -> None:
    assert load(without("filename")).group == "ORLA/2012/page_7.pdf"


@pytest.mark.parametrize("key", ["explanation", "gold_inds", "program", "answer", "exe_ans"])
def test_keys_that_a_gold_does_not_need_may_be_missing(key: str) -> None:
    question = load(without("qa", key))
    assert question.gold in ("$ 2014", "2014")
    if key == "explanation":
        assert question.explanation is None
    if key == "program":
        assert question.meta["program"] is None


def test_a_record_without_any_gold_has_none() -> None:
    for answer in (None, "", "  "):
        question = load(asked(answer=answer, exe_ans=None))
        assert question.gold is None
        assert question.gold_alternatives == ()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("id",), "id"),
        (("qa",), "qa"),
        (("qa", "question"), "question"),
        (("pre_text",), "pre_text"),
        (("post_text",), "post_text"),
        (("table",), "table"),
    ],
)
def test_a_missing_key_is_named(path: tuple[str, ...], name: str) -> None:
    with pytest.raises(BadRecord, match=f"'{name}'"):
        load(without(*path))


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (changed(id=""), "id"),
        (asked(question="  "), "question"),
        (changed(qa=["x"]), "qa"),
        (changed(pre_text="a sentence"), "pre_text"),
        (changed(post_text=None), "post_text"),
        (changed(table="a | b"), "table"),
        (changed(table=["a", "b"]), "table"),
        (changed(table_ori=["a", "b"]), "table_ori"),
        ([1, 2], "record"),
        (None, "record"),
        ("text", "record"),
    ],
)
def test_a_value_of_another_form_is_named(record: Any, name: str) -> None:
    with pytest.raises(BadRecord, match=name):
        load(record)


@pytest.mark.parametrize(
    ("answer", "executed", "kind"),
    [
        # percent and fraction
        ("17%", 0.17043, "percent"),
        ("17.0%", 0.17043, "percent"),
        ("17.04%", 0.17043, "percent"),
        ("-5.6%", -0.05571, "percent"),
        ("0.6%", 0.6, "percent"),  # the program's result is a percent already
        ("265% increase", 2.654, "percent"),
        ("17.04% ( 17.04 % )", 0.17043, "percent"),
        # rounded, or cut off
        ("9813.67", 9813.66667, "number"),
        ("9813.66", 9813.66667, "number"),
        ("881", 881.59341, "number"),
        ("16%", 0.16987, "percent"),
        # writing
        ("380", 380.0, "number"),
        ("$ 19.6 million", 19.6, "number"),
        ("$ 19.6 million", 19600000.0, "number"),
        ("1,234.5", 1234.5, "number"),
        ("( 98.9 )", -98.9, "number"),
        ("-98.9 ( 98.9 )", -98.9, "number"),
        ("3/5", 0.6, "number"),
        ("1.33:1", 1.33333, "number"),
        ("\\n17%\\n", 0.17, "percent"),
        ("20.6", "20.6", "number"),
        # yes and no
        ("yes", "yes", "boolean"),
        ("No", "no", "boolean"),
        ("yes , 38.2%", "yes", "boolean"),
    ],
)
def test_golds_that_agree_are_not_flagged(answer: Any, executed: Any, kind: str) -> None:
    question = load(asked(answer=answer, exe_ans=executed))
    assert not {flag for flag in question.flags if flag.startswith("gold_")} - {"gold_truncated"}
    assert question.answer_kind == kind
    assert question.gold == answer.replace("\\n", "")
    assert len(question.gold_alternatives) == 1


@pytest.mark.parametrize(
    ("question", "flags"),
    [
        ("what percentage of the loans is current?", ()),
        ("what was the growth rate of loans?", ()),
        ("what portion of the loans is current?", ()),
        ("what were the loans in 2012 , in millions?", ("gold_scale",)),
    ],
)
@pytest.mark.parametrize(("answer", "executed"), [("17", 0.17043), ("17.04", 0.17043), ("-5.6", -0.05571)])
def test_a_percent_without_its_sign_agrees_where_a_percent_is_asked_for(
    question: str, flags: tuple[str, ...], answer: str, executed: float
) -> None:
    made = load(asked(question=question, answer=answer, exe_ans=executed))
    assert tuple(flag for flag in made.flags if flag.startswith("gold_")) == flags
    assert made.gold == answer


@pytest.mark.parametrize(
    ("answer", "executed"),
    [
        ("20%", 0.17043),
        ("17.1%", 0.17043),
        ("3829", 38290.0),
        ("2.5", 2.25),
        ("-417.5", -0.3735),
        ("-5.6%", -12.58173),
        ("20.6", 38.6),
        ("20.6", "38.6"),
        ("3/5", 0.7),
        ("$ 19.6 million", 21.3),
        ("yes", "no"),
        ("no", "yes"),
        ("yes", 1.5),
        ("3.5", "yes"),
    ],
)
def test_golds_that_contradict_each_other_are_flagged(answer: str, executed: Any) -> None:
    question = load(asked(answer=answer, exe_ans=executed))
    assert "gold_conflict" in question.flags
    assert question.gold == answer


@pytest.mark.parametrize(
    ("answer", "executed"), [("98.9", -98.9), ("-98.9", 98.9), ("-5.6%", 0.056), ("5.6%", -0.0561)]
)
def test_golds_that_differ_by_their_sign_have_a_flag_of_their_own(answer: str, executed: float) -> None:
    flags = load(asked(answer=answer, exe_ans=executed)).flags
    assert "gold_sign" in flags
    assert "gold_conflict" not in flags


@pytest.mark.parametrize("answer", ["1.91% and 3.46% , respectively", "8-14", "an increase of the rate"])
def test_an_answer_that_cannot_be_compared_is_no_conflict(answer: str) -> None:
    flags = load(asked(answer=answer, exe_ans=0.0191)).flags
    assert "gold_unclear" in flags
    assert "gold_conflict" not in flags


@pytest.mark.parametrize("answer", ["", "   ", "\\n", None])
@pytest.mark.parametrize(
    ("executed", "gold", "kind"), [(3.5, "3.5", "number"), (380.0, "380", "number"), ("yes", "yes", "boolean")]
)
def test_an_empty_answer_leaves_the_program_s(answer: Any, executed: Any, gold: str, kind: str) -> None:
    question = load(asked(answer=answer, exe_ans=executed))
    assert (question.gold, question.gold_alternatives, question.answer_kind) == (gold, (), kind)
    assert "gold_empty" in question.flags


@pytest.mark.parametrize(
    ("executed", "text"),
    [(380.0, "380"), (0.17043, "0.17043"), (1e-05, "0.00001"), (1e22, "1" + "0" * 22), (-0.5, "-0.5"), (12, "12")],
)
def test_an_executed_answer_is_written_plainly(executed: float, text: str) -> None:
    assert load(asked(answer="", exe_ans=executed)).gold == text


@pytest.mark.parametrize("executed", [float("nan"), float("inf")])
def test_no_number_is_no_gold(executed: float) -> None:
    question = load(asked(answer="5", exe_ans=executed))
    assert (question.gold, question.gold_alternatives) == ("5", ())
    assert load(asked(answer="", exe_ans=executed)).gold is None


def test_real_records_load_and_accept_their_own_golds(data: Path) -> None:
    seen = set()
    for name in ("train_raw_20.json", "test_rawdocs_150.jsonl"):
        for row in rows(data / "finqa" / name, name):
            assert isinstance(row, Row)
            question = load(row.value)
            seen.add(question.id)
            assert question.question
            assert question.context
            assert question.flags or match(str(question.gold), question).value is True, question.id
    assert len(seen) == 170
