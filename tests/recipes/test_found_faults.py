"""Faults that were found in sources and derivations by reading and by trying to break them, each with its mend."""

import json
import re
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, Trace
from judges.answers.quantity import quantities
from recipes.conversions.evidence import table_of
from recipes.conversions.numerals import in_form
from recipes.conversions.program_steps import write
from recipes.sources import cflue, finqa, table, traces

CORPUS = Corpus("s", "MIT")


def like(gold: str, value: Fraction) -> str:
    return in_form(gold, value).text


def ask(program: Any, gold: str | None = None, language: Any = "en", question: str = "q?", **meta: Any) -> Question:
    return Question(
        "s:1", "s", "1", "1", language, "", question, "number", gold, "MIT", meta={"program": program, **meta}
    )


def lines(*arguments: Any, **meta: Any) -> list[str]:
    trace = write(ask(*arguments, **meta))
    assert isinstance(trace, Trace)
    return [line.partition(". ")[2] for line in trace.reasoning.splitlines()[1:]]


def of_table(record: dict[str, Any], **columns: Any) -> Question:
    return next(table.questions(Row(record, "f", 1), CORPUS, table.Options(columns=table.Columns(**columns))))


def of_finqa(**qa: Any) -> Question:
    base = {"question": "what were the loans ?", "answer": "5", "exe_ans": 5.0, "program": "add(5, 0)"}
    record = {
        "id": "A/1-1",
        "pre_text": [],
        "post_text": [],
        "table": [["", "x"], ["loans", "5"]],
        "qa": {**base, **qa},
    }
    return next(finqa.questions(Row(record, "f", 1), CORPUS, finqa.Options()))


def of_cflue(**changes: Any) -> Question:
    record = {"task": "单项选择题", "question": "q", "choices": "{'A': '甲', 'B': '乙'}", "answer": "A"}
    return next(cflue.questions(Row({**record, **changes}, "f", 1), CORPUS, cflue.Options()))


@pytest.mark.parametrize("choices", ["{['A']: '甲'}", "{{}}", "{{'A': '甲'}}"])
def test_a_literal_that_cannot_be_built_is_a_bad_record(choices: str) -> None:
    with pytest.raises(BadRecord):
        of_cflue(choices=choices)


@pytest.mark.parametrize("field", ["options", "table", "evidence"])
def test_a_literal_that_cannot_be_built_harms_no_run(field: str) -> None:
    with suppress(BadRecord):
        of_table({"question": "q?", "gold": "5", field: "{['A']: 'cash'}"})


@pytest.mark.parametrize(
    "program",
    [
        "exp(10, 100)",
        "multiply(1e99, 1e99)",
        "divide(1, 1e99)",
        "add(" + "9" * 5000 + ", 1)",
        "add(#" + "9" * 5000 + ", 1)",
        "add(#², 1)",
        "multiply(1e99, 1e99)" + "".join(f", multiply(#{step}, #{step})" for step in range(14)),
    ],
)
def test_a_program_out_of_any_useful_range_is_a_reason(program: str) -> None:
    start = time.monotonic()
    assert write(ask(program)) == "program_error"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("executed", ["17%", "$ 38.6", "38.6 million"])
def test_an_executed_answer_that_is_text_harms_no_run(executed: str) -> None:
    for question in ("what percentage is it ?", "what is it ?"):
        assert of_finqa(question=question, answer="20%", exe_ans=executed).gold == "20%"


def test_evidence_in_another_form_harms_no_run() -> None:
    with suppress(BadRecord):
        of_finqa(gold_inds=["a sentence"])


@pytest.mark.parametrize(("answer", "executed"), [("704.25", 705.25), ("380.4", 380.0), ("13%", 0.1), ("2.8", 3.0)])
def test_an_executed_answer_is_exact_to_five_places(answer: str, executed: float) -> None:
    assert "gold_conflict" in of_finqa(answer=answer, exe_ans=executed).flags


def test_a_question_of_nothing_is_a_bad_record() -> None:
    with pytest.raises(BadRecord):
        of_finqa(question="\\n")


def test_an_empty_first_header_cell_keeps_its_place() -> None:
    rows = [["", "2009", "2008"], ["net sales", "5", "6"], ["costs", "", "7"], ["", "8", ""]]
    assert table_of("\n".join(" | ".join(row) for row in rows)) == rows
    assert table_of("\n".join("| " + " | ".join(row) + " |" for row in rows)) == rows


def test_the_year_of_a_cell_is_its_own() -> None:
    question = of_table(
        {"question": "q?", "gold": "11", "context": "text .\n\n | 2009 | 2008\nnet sales | 5 | 6\n",
         "program": "add(5, 6)", "evidence": {"table_1": ""}}
    )  # fmt: skip
    trace = write(question)
    assert isinstance(trace, Trace)
    assert "“2009”" in trace.reasoning.splitlines()[1]
    assert "“2008”" in trace.reasoning.splitlines()[2]


def test_a_sentence_with_a_pipe_is_no_row_of_the_table() -> None:
    context = "orla 2018 form 10-k | 107 part iii item 10 .\nmore text .\n\nitem | 2012\nnet sales | 5\n"
    assert table_of(context) == [["item", "2012"], ["net sales", "5"]]


@pytest.mark.parametrize(
    ("gold", "value", "good"),
    [
        ("3/5", "0.6", ("3/5", "0.6", "0.60000")),
        ("4:3", "4/3", ("4:3", "1.33333", "1.33333:1", "1.3333333")),
        ("-$5", "-5", ("-5",)),
        ("-$5", "5", ("5",)),
        ("(12.5%)", "0.125", ("12.5%",)),
        ("(12.5%)", "-0.125", ("(12.5%)", "-12.5%")),
        ("( $ 98.9 )", "98.9", ("98.9",)),
        ("8 basis points", "0.0008", ("0.08%",)),
        ("12.5 bps", "0.00125", ("0.125%",)),
        ("1.2e5", "120000", ("120000", "1.2e5")),
        ("+5%", "-0.05", ("-5%",)),
        ("Q3: 2.5", "5/2", ("Q3: 2.5", "2.5")),
        ("FY18 12.5%", "1/8", ("FY18 12.5%", "12.5%")),
        ("1", "0.01", ("1",)),
        ("2%", "2", ("2%",)),
    ],
)
def test_what_like_writes_is_read_as_the_value(gold: str, value: str, good: tuple[str, ...]) -> None:
    assert like(gold, Fraction(value)) in good


def test_no_step_rounds_a_number_to_itself() -> None:
    assert not [line for line in lines("divide(1, 3)") if line.startswith("Rounded")]
    assert not [line for line in lines("divide(29441, 3)", "9813.66667") if line.startswith("Rounded")]


def test_equal_is_said_only_where_the_shown_numbers_are_equal() -> None:
    (line,) = (line for line in lines("divide(1, 3), multiply(#0, 3)") if "×" in line)
    assert "0.33333333 × 3 ≈ 1" in line
    (line,) = (line for line in lines("divide(-2516.3454133674, 200)", "-5.6%") if "percentage" in line)
    left, right = re.findall(r"-?[\d.]+\d", line)
    assert Fraction(left) * 100 == Fraction(right) or "≈" in line


@pytest.mark.parametrize(
    ("program", "gold"), [("subtract(12.54, 0)", "12.5%"), ("divide(1, 1000)", "0%"), ("multiply(17.361, 1)", "17.4%")]
)
def test_a_percent_is_rounded_as_a_percent(program: str, gold: str) -> None:
    (line,) = (line for line in lines(program, gold) if line.startswith("Rounded"))
    assert re.search(r"[\d.]+% ≈", line)


def test_a_change_of_scale_is_no_rounding() -> None:
    assert not [line for line in lines("multiply(19.6, const_1000000)", "$ 19.6 million") if "Rounded" in line]


@pytest.mark.parametrize("gold", ["E", "AE", "gold"])
def test_a_gold_that_names_no_option_is_flagged(gold: str) -> None:
    question = of_table({"question": "q?", "gold": gold, "options": {"A": "cash", "B": "bonds"}})
    assert question.flags == ("gold_unusable",)


def test_options_beyond_the_eighth_are_not_lost_in_silence() -> None:
    with pytest.raises(BadRecord, match="10 options"):
        of_table({"question": "q?", "gold": "J", "options": [f"o{n}" for n in range(10)]})


@pytest.mark.parametrize("value", ["A. cash B. bonds", "{'A': 'cash'", "('cash', 'bonds'", 5])
def test_options_that_cannot_be_read_are_a_bad_record(value: Any) -> None:
    with pytest.raises(BadRecord, match="options"):
        of_table({"question": "q?", "gold": "B", "options": value})


def test_an_empty_option_is_no_text_none() -> None:
    for value in (["cash", None], {"label": ["A", "B"], "text": ["cash", None]}):
        assert dict(of_table({"question": "q?", "gold": "A", "options": value}).options) == {"A": "cash"}
    assert "None" not in of_cflue(choices={"A": "甲", "B": None}).options.values()


def test_a_gold_that_is_an_option_s_text_is_one_choice() -> None:
    options = {"A": "USD", "B": "CAD", "C": "EUR", "D": "JPY"}
    assert of_table({"question": "q?", "gold": "CAD", "options": options}).answer_kind == "choice"


def test_the_same_question_about_another_table_is_another_question() -> None:
    one = of_table({"question": "q?", "table": [["sales", "5"]]})
    assert one.id != of_table({"question": "q?", "table": [["sales", "6"]]}).id


def given(**record: Any) -> dict[str, Any]:
    row = Row({"question": "q?", "gold": "12", **record}, "f", 1)
    (question,) = traces.questions(row, CORPUS, traces.Options())
    found: dict[str, Any] = question.meta["given"]
    return found


def test_a_think_tag_that_the_prompt_opened_is_split_too() -> None:
    made = given(answer="5 + 7 is 12.\n</think>\n\nIt is 12.")
    assert (made["reasoning"], made["answer"]) == ("5 + 7 is 12.", "It is 12.")


def test_a_reasoning_that_is_nan_is_missing() -> None:
    made = given(reasoning=float("nan"), answer="<think>5 + 7</think>12")
    assert (made["reasoning"], made["answer"]) == ("5 + 7", "12")


def test_a_reasoning_that_never_closes_is_truncated() -> None:
    assert given(answer="<think>5 + 7 is")["truncated"] is True


def test_what_stands_before_the_reasoning_does_not_run_into_the_answer() -> None:
    assert given(answer="Sure.<think>5 + 7</think>12 it is")["answer"] != "Sure.12 it is"


def test_a_true_or_false_answer_in_words_is_usable() -> None:
    question = of_cflue(task="判断题", choices="{'A': '正确', 'B': '错误'}", answer="正确")
    assert question.flags == ()


@pytest.mark.parametrize("gold", ["3/5", "8 bps", "-$5", "(12.5%)"])
def test_what_like_writes_means_the_value(gold: str) -> None:
    (asked,) = quantities(gold)
    (said,) = quantities(like(gold, Fraction(asked.plain)))
    assert said.plain == asked.plain


@pytest.mark.parametrize(
    "program", ["add(1," + " " * 40_000 + "2)", "table_max(a" + " " * 40_000 + "b", " " * 40_000 + "x"]
)
def test_blanks_in_a_program_cost_nothing(program: str) -> None:
    assert isinstance(write(ask(program)), Trace | str)


def test_derivations_name_the_column_that_the_corpus_names(data: Path) -> None:
    columns = table.Columns(gold="answer", program="program", evidence="evidence_indices")
    named = 0
    for line in (data / "finqa" / "train_250_with_programs.jsonl").read_text(encoding="utf-8").splitlines():
        asked = next(table.questions(Row(json.loads(line), "f", 1), CORPUS, table.Options(columns=columns)))
        trace = write(asked)
        assert isinstance(trace, Trace)
        said = " ".join(asked.meta["evidence"].values()).casefold()
        for column, number in re.findall(r"column “(.*?)”: ([^ ]+?)\.?$", trace.reasoning, re.MULTILINE):
            # "the weighted average shares of 2009 is 215.0 ;" is how FinQA's evidence writes a cell
            values = re.findall(rf"of {re.escape(column.casefold())} is ([^;]*)", said)
            assert any(number.lstrip("-").rstrip("%") in value for value in values), (asked.id, column, number)
            named += 1
    assert named > 250
