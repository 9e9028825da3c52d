"""FinQA's flat form: the same questions, programs in steps again, evidence under its keys again."""

import operator
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from recipes.conversions.finqa_program import run
from recipes.sources import finqa
from recipes.sources.finqa_flat import in_steps

RECORD: dict[str, Any] = {
    "id": "ORLA/2012/page_7.pdf-2",
    "filename": "ORLA/2012/page_7.pdf",
    "pre_text": ["orla bank corp .", "the company 2019s loans were as follows : ."],
    "post_text": [".", "loans are carried at cost ."],
    "table_ori": [["", "2012", "2011"], ["Loans", "$2,014", "—"]],
    "table": [["", "2012", "2011"], ["loans", "$ 2014", "2014"]],
    "qa": {
        "question": "what were the bank 2019s loans in 2012?",
        "answer": "$ 2014",
        "exe_ans": 2014.0,
        "program": "add(2014, const_0)",
        "gold_inds": {"table_1": "the bank 2019s loans of 2012 is $ 2014 ;"},
    },
}


def load(record: Any) -> Question:
    corpus = Corpus("finqa", "MIT", split="train", module="reasoning_business")
    (question,) = finqa.questions(Row(record, "train.parquet", 1), corpus, finqa.Options())
    return question


def flat(record: dict[str, Any], program_re: str | None = "add(2014, const_0)") -> dict[str, Any]:
    """The record as the Hub's copies flatten it."""
    qa = record["qa"]
    page = {key: record[key] for key in ("id", "pre_text", "post_text", "table")}
    evidence = list(qa["gold_inds"].values())
    answers = {"question": qa["question"], "answer": qa["answer"], "final_result": str(qa["exe_ans"])}
    return {**page, **answers, "program_re": program_re, "gold_inds": evidence}


def test_the_flat_form_gives_the_same_question_but_for_what_it_lost() -> None:
    question, whole = load(flat(RECORD)), load(RECORD)
    assert (question.id, question.group, question.question) == (whole.id, whole.group, whole.question)
    assert (question.gold, question.answer_kind) == (whole.gold, whole.answer_kind)
    assert question.gold_alternatives == ("2014",)
    assert question.meta["program"] == whole.meta["program"]
    assert question.meta["table"] == RECORD["table"]
    assert "escape_suspect" in question.flags


def test_flat_evidence_finds_its_row_and_its_sentence_again() -> None:
    sentences = ["the loans of 2012 is $ 2014 ;", "loans are carried at cost .", "of another page"]
    evidence = load({**flat(RECORD), "gold_inds": sentences}).meta["evidence"]
    assert evidence == {"table_1": sentences[0], "text_3": sentences[1]}


@pytest.mark.parametrize(
    ("nested", "steps"),
    [
        ("divide(2577, 15121)", "divide(2577, 15121)"),
        ("divide(subtract(5, 4), 4)", "subtract(5, 4), divide(#0, 4)"),
        ("divide(3.8, divide(100, const_100))", "divide(100, const_100), divide(3.8, #0)"),
        ("add(add(1, 2), add(3, 4))", "add(1, 2), add(3, 4), add(#0, #1)"),
        ("divide(9896, 23.6%)", "divide(9896, 23.6%)"),
        ("table_max(loans, net (total), none)", "table_max(loans, net (total), none)"),
        (
            "subtract(table_max(loans, none), table_min(loans, none))",
            "table_max(loans, none), table_min(loans, none), subtract(#0, #1)",
        ),
        ("", None),
        ("2577", None),
        ("divide(1)", None),
        ("divide(1, 2", None),
        ("divide(1, 2))", None),
        ("divide(1, 2), add(3, 4)", None),
        ("power(1, 2)", None),
    ],
)
def test_a_nested_program_is_its_steps(nested: str, steps: str | None) -> None:
    assert in_steps(nested) == steps
    assert load(flat(RECORD, nested)).meta["program"] == steps


@given(st.text(alphabet="add(,)table_max none#%0123456789.", max_size=60))
def test_any_text_for_a_program_is_read_or_not(nested: str) -> None:
    steps = in_steps(nested)
    assert steps is None or steps.count("(") >= 1


@st.composite
def nested_programs(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return str(draw(st.integers(-99, 99)))
    operation = draw(st.sampled_from(["add", "subtract", "multiply"]))
    return f"{operation}({draw(nested_programs(depth - 1))}, {draw(nested_programs(depth - 1))})"


def value_of(nested: str) -> int:
    """The program's value by another way: its innermost call, again and again."""
    call = re.compile(r"(add|subtract|multiply)\((-?\d+), (-?\d+)\)")
    compute = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul}
    while found := call.search(nested):
        result = compute[found[1]](int(found[2]), int(found[3]))
        nested = nested[: found.start()] + str(result) + nested[found.end() :]
    return int(nested)


@given(nested_programs().filter(lambda nested: "(" in nested))
@settings(max_examples=60)
def test_the_steps_compute_what_the_nested_program_does(nested: str) -> None:
    steps = in_steps(nested)
    assert steps is not None
    assert run(steps, [])[-1].result == value_of(nested)


def test_real_nested_programs_compute_the_same_as_their_steps(data: Path) -> None:
    found = 0
    for row in rows(data / "finqa" / "train_raw_20.json", "train_raw_20.json"):
        assert isinstance(row, Row)
        question, whole = load(flat(row.value, row.value["qa"]["program_re"])), load(row.value)
        assert (question.id, question.gold, question.gold_alternatives) == (
            whole.id,
            whole.gold,
            whole.gold_alternatives,
        )
        steps = [run(one.meta["program"], one.meta["table"])[-1].result for one in (question, whole)]
        assert steps[0] == steps[1]
        found += question.meta["evidence"].keys() == whole.meta["evidence"].keys()
    assert found == 19  # one table writes its row out in other words


@pytest.mark.parametrize(
    ("change", "named"),
    [({"table": None}, "'table'"), ({"question": ""}, "'question'"), ({"gold_inds": "x"}, "gold_inds")],
)
def test_a_value_of_another_form_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load({**flat(RECORD), **change})


def test_a_record_without_the_flat_form_s_own_column_is_not_taken_for_it() -> None:
    record = flat(RECORD)
    del record["final_result"]
    with pytest.raises(BadRecord, match="'qa'"):
        load(record)
