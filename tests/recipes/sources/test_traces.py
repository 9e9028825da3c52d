"""Questions that carry a trace: reasoning and answer told apart, truncation, nothing where there is nothing."""

from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord, UserError
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources.traces import Columns, Options, check_columns, questions, split_reply


def load(settings: Options | None = None, /, **record: Any) -> Question:
    row = Row({"question": "How much?", "gold": "12", **record}, "traces.jsonl", 1)
    (question,) = questions(row, Corpus("traces", "MIT"), settings or Options())
    return question


@pytest.mark.parametrize(
    ("record", "reasoning", "answer"),
    [
        ({"reasoning": " 5 + 7 ", "answer": " It is 12. "}, "5 + 7", "It is 12."),
        ({"reasoning": None, "answer": "<think>5 + 7</think>It is 12."}, "5 + 7", "It is 12."),
        ({"reasoning": "", "answer": "<think>\n5 + 7\n</think>\n\nIt is 12."}, "5 + 7", "It is 12."),
        ({"answer": "  <think>5 + 7</think> It is 12."}, "5 + 7", "It is 12."),
        ({"answer": "<think>the tag </think> is hard</think>12"}, "the tag </think> is hard", "12"),
        ({"answer": "<think></think>It is 12."}, "", "It is 12."),
        ({"answer": "It is 12."}, "", "It is 12."),
        ({"answer": ["It is 12."], "reasoning": ["5 + 7"]}, "5 + 7", "It is 12."),
        ({"answer": ["<think>5 + 7</think>It is 12."]}, "5 + 7", "It is 12."),
        ({"answer": ["It is", "12."]}, "", "It is\n12."),
        ({"answer": 12}, "", "12"),
        ({"reasoning": "5 + 7", "answer": None}, "5 + 7", ""),
        ({"reasoning": "5 + 7", "answer": []}, "5 + 7", ""),
        # cut off while thinking
        ({"answer": "<think>5 + 7 is"}, "5 + 7 is", ""),
        ({"answer": "<think>\n5 + 7 is \\boxed{13}? no"}, "5 + 7 is \\boxed{13}? no", ""),
    ],
)
def test_reasoning_and_answer_are_told_apart(record: dict[str, Any], reasoning: str, answer: str) -> None:
    given = load(**record).meta["given"]
    assert (given["reasoning"], given["answer"]) == (reasoning, answer)


def test_a_reply_may_be_split_on_its_own() -> None:
    assert split_reply("", "<think>a</think>b") == ("a", "b", False)
    assert split_reply("r", "<think>a</think>b") == ("r", "<think>a</think>b", False)
    assert split_reply("", "a</think>b") == ("a", "b", False)
    assert split_reply("", "Sure.<think>a</think>12") == ("a", "Sure.\n12", False)
    assert split_reply("", "<think>a") == ("a", "", True)


@pytest.mark.parametrize(
    ("finish_reason", "truncated"),
    [("length", True), ("stop", False), (None, False), ("", False), ("tool_calls", False)],
)
@pytest.mark.parametrize(
    "reply",
    [
        {"reasoning": "5 + 7", "answer": "It is 12."},
        {"reasoning": "5 + 7", "answer": ""},
        {"answer": "<think>5 + 7</think>It is"},
    ],
)
def test_a_reply_that_stopped_at_its_length_is_truncated(
    reply: dict[str, str], finish_reason: str | None, truncated: bool
) -> None:
    assert load(**reply, finish_reason=finish_reason).meta["given"]["truncated"] is truncated


def test_a_reply_that_was_cut_while_thinking_is_truncated() -> None:
    given = load(answer="<think>5 + 7 is \\boxed{12}, let me", finish_reason="length").meta["given"]
    assert given["truncated"] is True
    assert given["answer"] == "", "a box inside the reasoning is no answer"


@pytest.mark.parametrize(
    ("record", "options", "model"),
    [
        ({"model": "deepseek-r1"}, Options(), "deepseek-r1"),
        ({"model": "deepseek-r1"}, Options(model="other"), "deepseek-r1"),
        ({"model": ""}, Options(model="qwq"), "qwq"),
        ({}, Options(model="qwq"), "qwq"),
        ({"teacher": "r1"}, Options(columns=Columns(model="teacher")), "r1"),
    ],
)
def test_the_model_is_the_row_s_or_the_recipe_s(record: dict[str, Any], options: Options, model: str) -> None:
    assert load(options, reasoning="r", answer="12", **record).meta["given"]["model"] == model


@pytest.mark.parametrize("record", [{}, {"answer": ""}, {"answer": None, "reasoning": "  "}, {"answer": []}])
def test_a_record_with_neither_reasoning_nor_answer_is_flagged(record: dict[str, Any]) -> None:
    question = load(**record)
    assert "trace_missing" in question.flags
    assert "given" not in question.meta


def test_a_missing_gold_is_flagged_beside_a_missing_trace() -> None:
    assert set(load(gold=None).flags) == {"gold_missing", "trace_missing"}
    assert load(gold=None).gold is None


def test_columns_are_mapped_and_options_of_a_table_hold() -> None:
    options = Options(
        columns=Columns(id="qid", gold="truth", reasoning="r.text", answer="output", finish_reason="stop"),
        keep=["r.tokens"],
    )
    question = load(options, qid="q7", truth=7, r={"text": "3 + 4", "tokens": 5}, output="7", stop="length", answer="9")
    assert (question.id, question.gold, question.answer_kind) == ("traces:q7", "7", "number")
    assert question.meta["keep"] == {"r.tokens": 5}
    given = question.meta["given"]
    assert (given["reasoning"], given["answer"], given["truncated"]) == ("3 + 4", "7", True)


def test_options_and_kinds_are_told_as_for_a_table() -> None:
    question = load(question="Which?", gold="AB", options=["cash", "bonds"], reasoning="r", answer="\\boxed{AB}")
    assert dict(question.options) == {"A": "cash", "B": "bonds"}
    assert question.answer_kind == "choices"


def test_wrong_columns_and_records_without_a_question_are_refused() -> None:
    with pytest.raises(UserError, match="'reasoning_content'"):
        check_columns(
            {"question", "reasoning_content"}, "t.jsonl", Options(columns=Columns(reasoning="reasoning_contnet"))
        )
    with pytest.raises(BadRecord, match="'question'"):
        load(question=" ", answer="12")


def test_real_traces_load_with_their_reasoning(data: Path) -> None:
    name = "financereasoning_hard_deepseek_r1_120.json"
    options = Options(
        columns=Columns(id="question_id", gold="ground_truth", reasoning="reasoning_content", answer="output"),
        keep=["result.acc"],
        model="deepseek-r1",
    )
    seen = set()
    for row in rows(data / "traces" / name, name):
        assert isinstance(row, Row)
        (question,) = questions(row, Corpus("finance", "unknown"), options)
        seen.add(question.id)
        given = question.meta["given"]
        assert given["reasoning"] == row.value["reasoning_content"].strip()
        assert given["answer"] == row.value["output"].strip()
        assert given["model"] == "deepseek-r1"
        assert question.meta["keep"]["result.acc"] in (0, 1)
        assert question.answer_kind in ("number", "boolean")
        assert question.gold is not None
        assert match(question.gold, question).value is True
    assert len(seen) == 120


def test_real_traces_that_stand_in_the_output_load_too(data: Path) -> None:
    name = "financereasoning_hard_qwq_80.json"
    options = Options(columns=Columns(gold="ground_truth", reasoning="reasoning_content", answer="output"))
    count = 0
    for row in rows(data / "traces" / name, name):
        assert isinstance(row, Row)
        (question,) = questions(row, Corpus("finance", "unknown"), options)
        assert question.meta["given"]["answer"]
        assert not question.meta["given"]["answer"].startswith("[")
        count += 1
    assert count == 80
