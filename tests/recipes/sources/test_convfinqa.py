"""ConvFinQA's conversations into one Question a turn, the same from conversation files, turn files and logs."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.conversions import program_steps
from recipes.conversions.finqa_program import VALUE, run
from recipes.sources import convfinqa, finqa

CORPUS = Corpus("convfinqa", "MIT", split="train", module="reasoning_business")
PAGE: dict[str, Any] = {
    "filename": "ORLA/2012/page_7.pdf",
    "pre_text": ["orla bank corp .", "the company 2019s loans were as follows : ."],
    "post_text": ["."],
    "table_ori": [["", "2012", "2011"], ["Loans", "$1,150", "1,000"], ["Fees", "—", "30"]],
    "table": [["", "2012", "2011"], ["loans", "$ 1150", "1000"], ["fees", "2014", "30"]],
}
GROWTH = {"question": "by how much did loans grow?", "answer": "15%\\n", "exe_ans": 0.15, "gold_inds": {"table_1": "x"}}
LARGER = {"question": "were fees larger?", "answer": "yes", "exe_ans": "yes", "gold_inds": {"table_2": "y"}}
ASKED = ["what were the company 2019s loans in 2012?", "and in 2011?", "what was the growth rate?", "were fees larger?"]
PROGRAMS = ["1150", "1000", "subtract(1150, 1000), divide(#0, 1000)", "greater(30, 2)"]
EXECUTED = [1150.0, 1000.0, 0.15, "yes"]
SINGLE = {
    **PAGE,
    "id": "Single_ORLA/2012/page_7.pdf-2",
    "qa": GROWTH,
    "annotation": {
        "dialogue_break": ASKED[:3],
        "turn_program": PROGRAMS[:3],
        "exe_ans_list": EXECUTED[:3],
        "qa_split": [0, 0, 0],
    },
}
DOUBLE = {
    **PAGE,
    "id": "Double_ORLA/2012/page_7.pdf",
    "qa_0": GROWTH,
    "qa_1": LARGER,
    "annotation": {
        "dialogue_break": ASKED,
        "turn_program": PROGRAMS,
        "exe_ans_list": EXECUTED,
        "qa_split": [0, 0, 0, 1],
    },
}
UNGRADED = {**PAGE, "id": "Single_ORLA/2012/page_7.pdf-2", "annotation": {"dialogue_break": ASKED[:3]}}
LOG = {
    "id": "Single_ORLA/2012/page_7.pdf-2",
    "financial_report": {key: PAGE[key] for key in ("pre_text", "post_text", "table")},
    "conversation": [
        {"question": asked, "expected_program": program, "expected_answer": executed, "predicted_answer": 0}
        for asked, program, executed in zip(ASKED[:3], PROGRAMS, EXECUTED, strict=False)
    ],
}


def load(record: Any, **options: Any) -> list[Question]:
    return list(convfinqa.questions(Row(record, "train.json", 1), CORPUS, convfinqa.Options(**options)))


def turns_of(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of a turn file that a conversation stands for."""
    known = record["annotation"]
    for index, _ in enumerate(known["dialogue_break"]):
        own = {"turn_ind": index, "cur_dial": known["dialogue_break"][: index + 1], "cur_type": "program"}
        if "exe_ans_list" in known:
            own |= {"exe_ans": known["exe_ans_list"][index], "cur_program": known["turn_program"][index]}
        yield {**record, "id": f"{record['id']}_{index}", "annotation": {**known, **own}}


def changed(record: dict[str, Any], **annotation: Any) -> dict[str, Any]:
    """The record with other values in its annotation; without those that are given as "-"."""
    values = {key: value for key, value in {**record["annotation"], **annotation}.items() if value != "-"}
    return {**record, "annotation": values}


def test_a_conversation_becomes_a_question_a_turn() -> None:
    questions = load(SINGLE)
    assert [question.id for question in questions] == [f"convfinqa:Single_ORLA/2012/page_7.pdf-2_{n}" for n in range(3)]
    assert {question.group for question in questions} == {"ORLA/2012/page_7.pdf"}
    assert [question.question for question in questions] == ["what were the company's loans in 2012?", *ASKED[1:3]]
    assert [question.gold for question in questions] == ["1150", "1000", "0.15"]
    assert [question.gold_alternatives for question in questions] == [(), (), ("15%",)]
    assert [question.answer_kind for question in questions] == ["number", "number", "percent"]
    assert [question.meta["program"] for question in questions] == PROGRAMS[:3]
    assert [question.meta["turn"] for question in questions] == [0, 1, 2]
    assert questions[0].meta["conversation"] == "Single_ORLA/2012/page_7.pdf-2"
    assert questions[0].meta["table"][2] == ["fees", "—", "30"]
    assert (questions[0].split, questions[0].module, questions[0].language) == ("train", "reasoning_business", "en")
    assert [question.flags for question in questions] == [("cells_repaired", "words_repaired")] * 3


def test_the_page_stands_first_and_the_conversation_so_far_behind_it() -> None:
    first, second, third = (question.context for question in load(SINGLE))
    assert first.endswith("fees | — | 30")
    assert second.startswith(first)
    assert third.removeprefix(first).split("\n") == [
        "",
        "",
        "Earlier in the conversation:",
        "Q1: what were the company's loans in 2012?",
        "A1: 1150",
        "Q2: and in 2011?",
        "A2: 1000",
    ]


@pytest.mark.parametrize(("history", "said"), [("executed", "A3: 0.15"), ("human", "A3: 15%"), ("none", None)])
def test_earlier_answers_are_the_executed_or_a_persons_or_left_out(history: str, said: str | None) -> None:
    first, *_, last = load(DOUBLE, history=history)
    assert last.meta["history"] == history
    if said is None:
        assert last.context == first.context
    else:
        assert "A1: 1150" in last.context.splitlines()
        assert said in last.context.splitlines()


def test_the_two_questions_of_a_double_close_their_parts() -> None:
    questions = load(DOUBLE)
    assert [question.gold_alternatives for question in questions] == [(), (), ("15%",), ("yes",)]
    assert [question.answer_kind for question in questions] == ["number", "number", "percent", "boolean"]
    assert [list(question.meta["evidence"]) for question in questions] == [["table_1"]] * 3 + [["table_2"]]
    assert {question.group for question in questions} == {"ORLA/2012/page_7.pdf"}


@pytest.mark.parametrize("record", [SINGLE, DOUBLE, UNGRADED], ids=["single", "double", "test"])
def test_turn_files_give_the_same_questions(record: dict[str, Any]) -> None:
    assert [question for turn in turns_of(record) for question in load(turn)] == load(record)


def test_a_turn_of_a_test_file_may_hold_the_questions_so_far_alone() -> None:
    turn = {**UNGRADED, "id": f"{UNGRADED['id']}_1", "annotation": {"cur_dial": ASKED[:2]}}
    assert load(turn) == [load(UNGRADED)[1]]


def test_a_log_of_predictions_gives_the_same_ids_golds_and_groups() -> None:
    for logged, raw in zip(load(LOG), load(SINGLE), strict=True):
        assert (logged.id, logged.group, logged.gold) == (raw.id, raw.group, raw.gold)
        assert logged.meta["program"] == raw.meta["program"]
        assert "escape_suspect" in logged.flags  # no table_ori tells


def test_conversations_share_their_groups_with_finqa() -> None:
    qa = {**GROWTH, "program": PROGRAMS[2]}
    record = {**PAGE, "id": "ORLA/2012/page_7.pdf-2", "qa": qa}
    (question,) = finqa.questions(Row(record, "train.json", 1), Corpus("finqa", "MIT"), finqa.Options())
    assert question.group == load(SINGLE)[0].group
    assert question.context == load(SINGLE)[0].context
    assert finqa.INFO.documents
    assert convfinqa.INFO.documents


@pytest.mark.parametrize("record", [UNGRADED, changed(SINGLE, exe_ans_list=[None] * 3)])
def test_without_golds_there_are_none(record: dict[str, Any]) -> None:
    for question in load(record):
        assert (question.gold, question.gold_alternatives) == (None, ())
        assert "gold_missing" in question.flags
    assert "A1" not in load(record)[2].context


@pytest.mark.parametrize(
    ("answer", "executed", "alternatives", "flags"),
    [
        ("15%", 0.15, ("15%",), set()),
        ("15.1%", 0.15, ("15.1%",), {"gold_conflict"}),
        ("-15%", 0.15, ("-15%",), {"gold_sign"}),
        ("", 0.15, (), {"gold_empty"}),
        (None, 0.15, (), set()),
        ("15%", 0.16, (), {"human_elsewhere"}),  # FinQA's program and the turn's compute different things
    ],
)
def test_a_persons_answer_is_an_alternative_where_it_is_to_the_same_question(
    answer: Any, executed: float, alternatives: tuple[str, ...], flags: set[str]
) -> None:
    last = load({**SINGLE, "qa": {**GROWTH, "answer": answer, "exe_ans": executed}})[-1]
    assert (last.gold, last.gold_alternatives) == ("0.15", alternatives)
    assert set(last.flags) - {"cells_repaired", "words_repaired"} == flags


def test_a_percent_that_is_picked_from_the_page_is_one() -> None:
    picked = load(changed(SINGLE, turn_program=["13.4%", *PROGRAMS[1:3]], exe_ans_list=[0.134, 1000.0, 0.15]))[0]
    assert (picked.gold, picked.gold_alternatives, picked.answer_kind) == ("0.134", ("13.4%",), "percent")


@pytest.mark.parametrize("form", [{"train": [{}], "dev": [{}]}, {"dev": []}, {"doc": {}, "dialogue": {}, "id": "x"}])
def test_the_repackaged_form_is_refused_and_says_what_to_take(form: dict[str, Any]) -> None:
    with pytest.raises(BadRecord, match=r"negates percent cells.*train\.json"):
        load(form)


@pytest.mark.parametrize(
    ("record", "named"),
    [
        ([], "record"),
        ({**SINGLE, "id": ""}, "'id'"),
        ({**SINGLE, "annotation": None}, "'annotation'"),
        ({**SINGLE, "qa": [1]}, "'qa'"),
        ({**SINGLE, "pre_text": "text"}, "'pre_text'"),
        ({**SINGLE, "table": None}, "'table'"),
        (changed(SINGLE, dialogue_break="-"), "'dialogue_break'"),
        (changed(SINGLE, dialogue_break=[]), "no question"),
        (changed(SINGLE, dialogue_break=["a", " ", "c"]), "empty"),
        (changed(SINGLE, dialogue_break=["a", None, "c"]), "empty"),
        (changed(SINGLE, exe_ans_list=[1.0]), "'exe_ans_list'"),
        (changed(SINGLE, turn_program="add(1, 2)"), "'turn_program'"),
        (changed(SINGLE, turn_ind=0), "'id' does not end with its turn, _0"),
        (changed(SINGLE, turn_ind=3), "'turn_ind'"),
        (changed(SINGLE, turn_ind="0"), "'turn_ind'"),
        ({**LOG, "conversation": {}}, "'conversation'"),
        ({**LOG, "conversation": ["q"]}, "'conversation'"),
        ({**LOG, "financial_report": None}, "'financial_report'"),
    ],
)
def test_what_cannot_be_read_is_named(record: Any, named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(record)


def test_the_teacher_writes_out_a_turn_s_program() -> None:
    question = load(SINGLE)[2]
    trace = program_steps.write(question)
    assert not isinstance(trace, str)
    assert match(str(trace.final), question).value is True


def of_file(path: Path) -> list[Question]:
    return [question for row in rows(path, path.name) if isinstance(row, Row) for question in load(row.value)]


def test_real_programs_execute_to_their_golds(data: Path) -> None:
    path = data / "convfinqa" / "train_first100_with_predictions.json"
    questions, how = of_file(path), Counter[str]()
    for question in questions:
        program, gold = question.meta["program"], question.gold
        assert match(str(gold), question).value is True
        last = run(program, question.meta["table"])[-1]
        how["picked" if last.operation == VALUE else "executed"] += 1
        result = last.result
        said = {True: "yes", False: "no"}[result] if isinstance(result, bool) else f"{float(result):.5f}"
        assert said == gold or float(said) == pytest.approx(float(str(gold)), abs=1e-5), question.id
    assert how == {"executed": 233, "picked": 122}
    assert Counter(question.answer_kind for question in questions) == {"number": 354, "boolean": 1}
    assert len({question.id for question in questions}) == 355
    assert len({question.group for question in questions}) == 97


def test_real_test_conversations_have_no_gold(data: Path) -> None:
    path = data / "convfinqa" / "test_raw_no_gold_100.json"
    questions = of_file(path)
    assert len(questions) == 341
    assert {question.gold for question in questions} == {None}
    flags = Counter(flag for question in questions for flag in question.flags)
    assert flags == {"gold_missing": 341, "words_repaired": 272, "cells_repaired": 76}
    records = json.loads(path.read_text(encoding="utf-8"))
    assert [question for record in records for turn in turns_of(record) for question in load(turn)] == questions


def test_the_real_repackaged_file_is_refused(data: Path) -> None:
    path = data / "convfinqa" / "dev_repackaged_150.json"
    (row,) = rows(path, path.name)
    assert isinstance(row, Row)
    for form in (row.value, *row.value["dev"]):
        with pytest.raises(BadRecord, match="repackaged"):
            load(form)
