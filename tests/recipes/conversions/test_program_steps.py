"""Gold programs written out: each line is true, names where a number stands, and the end is the boxed answer."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.read import rows
from curate.records import Corpus, Question, Row, Trace
from judges.answers import final_answer, grade
from judges.answers.audit import CONTRADICTING
from judges.answers.quantity import quantities
from judges.answers.text import normalise
from recipes.conversions.finqa_program import ProgramError, run
from recipes.conversions.program_steps import final, write
from recipes.sources import finqa, table

TABLE = [
    ["", "2012", "2011"],
    ["net sales", "$ 2577", "$ 2000"],
    ["cost , net ( of tax )", "-518.5 ( 518.5 )", "-400.25 ( 400.25 )"],
    ["tax rate", "23.6% ( 23.6 % )", "25.0% ( 25.0 % )"],
    ["units", "30", "30"],
]
TEXT = "in 2010 , net sales of the segment were $ 1.5 billion and its costs were $ 15121 million ."


def ask(program: Any, gold: str | None = None, language: str = "en", question: str = "q?", **meta: Any) -> Question:
    return Question(
        id="s:1",
        source="s",
        source_id="1",
        group="1",
        language="zh" if language == "zh" else "en",
        task="",
        question=question,
        answer_kind="number",
        gold=gold,
        licence="MIT",
        context=meta.pop("context", ""),
        meta={"program": program, **meta},
    )


def derive(*arguments: Any, **meta: Any) -> Trace:
    trace = write(ask(*arguments, **meta))
    assert isinstance(trace, Trace), trace
    return trace


def steps_of(trace: Trace) -> list[str]:
    """The numbered lines without their numbers; they count from 1 without a gap."""
    _, *lines = trace.reasoning.splitlines()
    assert [line.partition(". ")[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    return [line.partition(". ")[2] for line in lines]


# --- reading the derivation again ---


class Span(NamedTuple):
    """All values that a written number may stand for."""

    low: Fraction
    high: Fraction

    def meets(self, other: "Span") -> bool:
        return self.low <= other.high and other.low <= self.high


def exact(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def span(text: str) -> Span:
    """A number is written with 5 places and 8 significant digits at least: it stands for values half a unit around."""
    digits = text.strip("()").lstrip("-").rstrip("%")
    whole, _, places = digits.partition(".")
    if whole.strip("0"):
        magnitude = len(whole) - 1
    elif places.strip("0"):
        magnitude = -(len(places) - len(places.lstrip("0")) + 1)
    else:
        return Span(Fraction(0), Fraction(0))
    half = Fraction(1, 2 * 10 ** max(5, 7 - magnitude)) / (100 if text.strip("()").endswith("%") else 1)
    value = exact(text.strip("()"))
    return Span(value - half, value + half)


def apply(operation: str, a: Span, b: Span) -> Span | None:
    """None where the divisor may be 0."""
    match operation:
        case "+":
            return Span(a.low + b.low, a.high + b.high)
        case "-":
            return Span(a.low - b.high, a.high - b.low)
        case "^":
            power = (b.low + b.high) / 2
            ends = [a.low ** int(power), a.high ** int(power), *([Fraction(0)] if a.low <= 0 <= a.high else [])]
            return Span(min(ends), max(ends)) if power.denominator == 1 else None
        case "/" if b.low <= 0 <= b.high:
            return None
        case _:
            ends = [x * y if operation == "×" else x / y for x in a for y in b]
            return Span(min(ends), max(ends))


def evaluate(text: str) -> Span | None:
    """ "a op b", "a + b + c", "(a + b + c) / n" or a number alone."""
    if average := re.fullmatch(r"\((.+)\) / (\d+)", text):
        total = evaluate(average[1])
        return total and Span(total.low / int(average[2]), total.high / int(average[2]))
    first, *rest = text.split(" ")
    value: Span | None = span(first)
    for operation, operand in zip(rest[::2], rest[1::2], strict=True):
        value = value and apply(operation, value, span(operand))
    return value


_STATEMENT = re.compile(r"((?:[-+×/^ ()]|[\d.]+%?)*[\d)%]) ([=≈]) (-?[\d.]+%?)[.。]$")
_ROUNDED = re.compile(r"(-?\d[\d.]*)(%?) ≈ (.+)[.。]$")
_COMPARED = re.compile(r"(-?[\d.]+) (is greater than|is not greater than|大于|不大于) (-?[\d.]+)[.。]$")
_READ = re.compile(r"[:：]\s?((?:-?[\d.]+(?:, |、)?)+)[.。]$")
_EXTREME = re.compile(r"(largest|smallest|最大|最小)\D*?(-?[\d.]+)[.。]$")


def statements(trace: Trace) -> Iterator[tuple[str, str, str]]:
    """(left side, "=" or "≈", right side) of every equation of a derivation."""
    for line in steps_of(trace):
        if found := _STATEMENT.search(line):
            yield found[1].strip(), found[2], found[3]


def check(trace: Trace) -> int:
    """Every statement of a derivation is true at its written precision. Returns how many there were."""
    count = 0
    numbers: list[Fraction] = []
    for line in steps_of(trace):
        if ("Rounded" in line or "四舍五入" in line) and (found := _ROUNDED.search(line)):
            (said,) = quantities(found[3])
            number, unit = Fraction(said.value / said.scale), Fraction(1, 10**said.decimals)
            shown, answer = span(found[1]), Span(number - unit / 2, number + unit / 2)
            hundredfold = Span(shown.low * 100, shown.high * 100)
            assert shown.meets(answer) or (said.percent and not found[2] and hundredfold.meets(answer)), line
        elif found := _STATEMENT.search(line):
            left = evaluate(found[1].strip())
            assert left is None or left.meets(span(found[3])), line
        elif found := _COMPARED.search(line):
            assert (
                (exact(found[1]) >= exact(found[3]))
                if "不" not in found[2] and "not" not in found[2]
                else (exact(found[1]) <= exact(found[3]))
            ), line
        elif numbers and (found := _EXTREME.search(line)):
            assert exact(found[2]) == (max if found[1] in ("largest", "最大") else min)(numbers), line
        elif found := _READ.search(line):
            numbers = [exact(number) for number in re.split(r", |、", found[1])]
            continue
        else:
            assert not re.search(r"[=≈]", line) or "“" in line, f"a statement that this test cannot read: {line}"
            continue
        count += 1
    return count


# --- any program ---

decimals = st.integers(0, 4).flatmap(lambda places: st.decimals(-(10**6), 10**6, places=places)).map("{:f}".format)
literals = st.one_of(decimals, decimals.map("{}%".format), st.sampled_from(["const_m1", "const_100", "const_3"]))


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    """A program, and the table that it reads."""
    calls: list[str] = []
    for last in [False] * draw(st.integers(0, 3)) + [True]:
        earlier = [f"#{index}" for index in range(len(calls))]
        operands = st.one_of(literals, st.sampled_from(earlier)) if earlier else literals
        operations = ["add", "subtract", "multiply", "divide", "divide", "exp", "table_max", "table_min", "table_sum"]
        operation = draw(st.sampled_from([*operations, "table_average", *(["greater"] if last else [])]))
        if operation.startswith("table"):
            calls.append(f"{operation}(a row , net, none)")
        elif operation == "exp":
            calls.append(f"exp({draw(literals)}, {draw(st.sampled_from(['2', '3', 'const_2', '-1']))})")
        else:
            calls.append(f"{operation}({draw(operands)}, {draw(operands)})")
    return ", ".join(calls), [["", "x", "y"], ["a row , net", *draw(st.lists(decimals, min_size=1, max_size=3))]]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    programs(),
    st.sampled_from(["en", "zh"]),
    st.sampled_from([None, "17%", "17.3%", "$ 19.62 million", "1,234.5", "5"]),
)
def test_whatever_the_program_each_statement_is_true_and_the_end_is_boxed(
    made: tuple[str, list[list[str]]], language: str, gold: str | None
) -> None:
    program, cells = made
    question = ask(program, gold, language, table=cells)
    try:
        steps = run(program, cells)
    except ProgramError:
        assert write(question) == "program_error"
        return
    trace, result = derive(program, gold, language, table=cells), steps[-1].result
    assert check(trace) >= len(steps)
    form = final(question, result)
    assert trace.final == (form if isinstance(form, str) else form.text)
    assert "\\boxed{" in trace.answer
    assert normalise(final_answer(trace.answer).text or "") == normalise(trace.final)
    assert str(trace.final) in steps_of(trace)[-1]
    if isinstance(result, bool):
        assert trace.final in (("是", "否") if language == "zh" else ("yes", "no"))
        assert (trace.final in ("是", "yes")) == result
    else:
        (said,) = quantities(str(trace.final))
        number, unit = Fraction(said.value / said.scale), Fraction(1, 10**said.decimals)
        assert any(
            abs(number - reading) <= unit / 2 for reading in (result, result * 100, result / Fraction(said.scale))
        )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from(["add", "subtract", "multiply", "divide"]),
    st.decimals(-999, 999, places=2).map("{:f}".format),
    st.decimals(-999, 999, places=2).map("{:f}".format),
)
def test_equal_is_said_of_what_is_equal_and_about_of_what_is_not(operation: str, a: str, b: str) -> None:
    if operation == "divide" and not Fraction(b):
        return
    (left, sign, right), *_ = statements(derive(f"{operation}({a}, {b})"))
    symbol = {"add": "+", "subtract": "-", "multiply": "×", "divide": "/"}[operation]
    one, two = (Fraction(part.strip("()")) for part in left.split(f" {symbol} "))
    assert (one, two) == (Fraction(a), Fraction(b))
    value = {"+": one + two, "-": one - two, "×": one * two, "/": one / two if two else None}[symbol]
    assert (sign == "=") == (value == Fraction(right))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("add(612, 13.5)", [("612 + 13.5", "=", "625.5")]),
        ("add(612, -13.5)", [("612 + (-13.5)", "=", "598.5")]),
        ("subtract(47.9, 28.3)", [("47.9 - 28.3", "=", "19.6")]),
        ("subtract(-47.9, -28.3)", [("-47.9 - (-28.3)", "=", "-19.6")]),
        ("multiply(1.29, const_1000)", [("1.29 × 1000", "=", "1290")]),
        ("multiply(5, const_m1)", [("5 × (-1)", "=", "-5")]),
        ("divide(2577, 15121)", [("2577 / 15121", "≈", "0.17042524")]),
        ("divide(9896, 23.6%)", [("9896 / 0.236", "≈", "41932.20339")]),
        ("exp(1.05, 3)", [("1.05 ^ 3", "=", "1.157625")]),
        ("table_sum(net sales, none)", [("2577 + 2000", "=", "4577")]),
        ("table_sum(cost , net ( of tax ), none)", [("(-518.5) + (-400.25)", "=", "-918.75")]),
        ("table_average(net sales, none)", [("(2577 + 2000) / 2", "=", "2288.5")]),
        (
            "subtract(2577, 2000), divide(#0, 2000)",
            [("2577 - 2000", "=", "577"), ("577 / 2000", "=", "0.2885")],
        ),
        (
            "add(1, 2), add(10, 20), multiply(#0, #1)",
            [("1 + 2", "=", "3"), ("10 + 20", "=", "30"), ("3 × 30", "=", "90")],
        ),
    ],
)
def test_each_operation_is_written_as_its_computation(
    program: str, expected: list[tuple[str, str, str]], language: str
) -> None:
    trace = derive(program, None, language, table=TABLE)
    assert list(statements(trace))[: len(expected)] == expected
    assert check(trace) >= len(expected)
    assert trace.final == (expected[-1][2])


@pytest.mark.parametrize(
    ("program", "numbers", "extreme"),
    [
        ("table_max(net sales, none)", ["2577", "2000"], "2577"),
        ("table_min(net sales, none)", ["2577", "2000"], "2000"),
        ("table_max(cost , net ( of tax ), none)", ["-518.5", "-400.25"], "-400.25"),
        ("table_min(tax rate, none)", ["0.236", "0.25"], "0.236"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_largest_and_smallest_of_a_row(program: str, numbers: list[str], extreme: str, language: str) -> None:
    trace = derive(program, None, language, table=TABLE)
    read, found, _ = steps_of(trace)
    assert re.split(r", | and |、", re.split(r"[:：]\s?", read)[-1].rstrip(".。")) == numbers
    assert f"“{program.removesuffix(', none)').partition('(')[2]}”" in read
    assert extreme in found
    assert check(trace) == 1
    assert trace.final == extreme


@pytest.mark.parametrize(
    ("program", "language", "answer"),
    [
        ("greater(2, 1)", "en", "yes"),
        ("greater(1, 2)", "en", "no"),
        ("greater(2, 2)", "en", "no"),
        ("greater(2, 1)", "zh", "是"),
        ("greater(1, 2)", "zh", "否"),
        ("divide(418, 38), divide(396, 33), greater(#0, #1)", "en", "no"),
    ],
)
def test_a_comparison_answers_in_the_question_s_language(program: str, language: str, answer: str) -> None:
    trace = derive(program, None, language)
    assert trace.final == answer
    assert check(trace) >= 1
    assert grade(trace.answer, ask(program, answer)).extracted == answer


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("program", "gold", "question", "last", "answer"),
    [
        # into percent, and rounded
        ("divide(2577, 15121)", "17%", "q?", ["0.17042524 = 17.042524%", "17.042524% ≈ 17%"], "17%"),
        ("divide(1, 8)", "12.5%", "q?", ["0.125 = 12.5%"], "12.5%"),
        ("divide(-1, 8)", "-12.5%", "q?", ["-0.125 = -12.5%"], "-12.5%"),
        ("divide(640, 2560)", "22.5%", "q?", ["0.25 = 25%"], "25.0%"),
        # a percent without its sign
        ("divide(1, 8)", "12.5", "what percentage is it?", ["0.125 × 100 = 12.5"], "12.5"),
        # a result that is in percent already
        ("subtract(23.65, 11.15)", "12.5%", "q?", [], "12.5%"),
        # rounded only
        ("divide(6418, 7.28)", "881.6", "q?", ["881.59341 ≈ 881.6"], "881.6"),
        ("divide(9, 4)", "2.5", "q?", ["2.25 ≈ 2.3"], "2.3"),
        # nothing to do
        ("subtract(264.2, 225.6)", "38.6", "q?", [], "38.6"),
        ("subtract(47.9, 28.3)", "$ 19.6 million", "q?", [], "$ 19.6 million"),
        ("subtract(47.9, 28.3)", None, "q?", [], "19.6"),
        ("multiply(1234.5, 1)", "1,234.50", "q?", [], "1,234.50"),
    ],
)
def test_the_result_is_brought_into_the_gold_s_form(
    program: str, gold: str | None, question: str, last: list[str], answer: str, language: str
) -> None:
    trace = derive(program, gold, language, question)
    *lines, end = steps_of(trace)
    computed = max(index for index, line in enumerate(lines) if re.search(r"\d [-/×] ", line) and "× 100 " not in line)
    assert len(lines) - computed - 1 == len(last)
    for line, statement in zip(lines[computed + 1 :], last, strict=True):
        assert statement in line
    assert answer in end
    assert trace.final == answer
    assert normalise(final_answer(trace.answer).text or "") == normalise(answer)
    check(trace)


def test_a_derivation_belongs_to_its_question() -> None:
    question = ask("add(1, 2)", "3", question="how\n much\tis it ?")
    trace = write(question)
    assert isinstance(trace, Trace)
    assert (trace.question_id, trace.origin, trace.outcome) == ("s:1", "program", "ok")
    assert (trace.sample, trace.attempt) == (0, 0)
    assert "how much is it ?" in trace.reasoning.splitlines()[0]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("evidence", "program", "named"),
    [
        # the one cell of the row that holds it, by row and column
        ({"table_1": ""}, "add(2577, 1)", ["net sales", "2012", "2577"]),
        ({"table_1": ""}, "add(2000, 1)", ["net sales", "2011", "2000"]),
        ({"table_2": ""}, "add(518.5, 1)", ["cost , net ( of tax )", "2012", "518.5"]),
        ({"table_2": ""}, "add(-400.25, 1)", ["cost , net ( of tax )", "2011", "-400.25"]),
        ({"table_3": ""}, "add(23.6%, 1)", ["tax rate", "2012", "23.6%"]),
        ({"table_3": ""}, "add(25, 1)", ["tax rate", "2011", "25"]),
        # the sentence
        ({"text_4": TEXT}, "add(15121, 1)", [TEXT, "15121"]),
        ({"text_4": TEXT}, "add(1.5, 1)", [TEXT, "1.5"]),
        # the first of the evidence that holds it
        ({"table_2": "", "table_1": "", "text_4": TEXT}, "add(2577, 1)", ["net sales", "2012", "2577"]),
    ],
)
def test_a_number_is_tied_to_the_evidence_that_holds_it(
    evidence: dict[str, str], program: str, named: list[str], language: str
) -> None:
    first = steps_of(derive(program, None, language, table=TABLE, evidence=evidence))[0]
    assert all(name in first for name in named)
    assert re.findall("“(.*?)”", first) == named[:-1]


def test_a_number_in_several_cells_of_a_row_names_the_row_alone() -> None:
    first = steps_of(derive("add(30, 1)", table=TABLE, evidence={"table_4": ""}))[0]
    assert re.findall("“(.*?)”", first) == ["units"]


@pytest.mark.parametrize("header", ["", "$ 5", "12.5%", "( in % )"])
def test_a_header_that_is_no_name_is_not_taken_for_one(header: str) -> None:
    cells = [["current assets", header], ["goodwill", "6099"]]
    first = steps_of(derive("add(6099, 1)", table=cells, evidence={"table_1": ""}))[0]
    assert re.findall("“(.*?)”", first) == (["goodwill"] if header != "( in % )" else ["goodwill", header])


@pytest.mark.parametrize(
    ("evidence", "question"),
    [
        ({}, "what is 77 less 1 ?"),
        ({"table_1": "", "text_4": TEXT}, "what is 77 less 1 ?"),
        ({"table_99": "", "table_x": "", "text_4": "", "": "77"}, "what is it ?"),
        (None, "what is it ?"),
    ],
)
def test_a_number_that_no_evidence_holds_is_tied_to_no_cell(evidence: dict[str, str] | None, question: str) -> None:
    lines = steps_of(derive("subtract(77, 1)", None, "en", question, table=TABLE, evidence=evidence))
    assert "“" not in lines[0]
    assert "77" in lines[0]


def test_a_long_sentence_is_cut_around_its_number() -> None:
    sentence = "the company " * 40 + "earned $ 123.4 million , " + "which was more than before " * 40
    first = steps_of(derive("add(123.4, 1)", evidence={"text_0": sentence}))[0]
    (quote,) = re.findall("“(.*?)”", first)
    assert len(quote) < 200
    assert "123.4" in quote
    assert quote.strip("… ") in sentence


def test_a_number_is_introduced_once_and_results_not_at_all() -> None:
    trace = derive(
        "subtract(2577, 2000), divide(#0, 2000), multiply(#1, const_100)", table=TABLE, evidence={"table_1": ""}
    )
    introduced = [line for line in steps_of(trace) if "“" in line]
    assert [re.split(r": ", line)[-1] for line in introduced] == ["2577.", "2000."]


def test_numbers_of_one_origin_are_introduced_together() -> None:
    first = steps_of(derive("add(1.5, 15121)", evidence={"text_4": TEXT}))[0]
    assert first.endswith("1.5 and 15121.")


@pytest.mark.parametrize("program", [None, "", "  ", 5, ["add(1, 2)"]])
def test_without_a_program_there_is_no_derivation(program: Any) -> None:
    assert write(ask(program, "3")) == "no_program"


@pytest.mark.parametrize(
    "program",
    [
        "divide(1, 0)",
        "subtract(3, 3), divide(1, #0)",
        "table_max(no such row, none)",
        "exp(10, 100000)",
        "exp(-8, 0.5)",
        "add(1, 2",
        "modulo(1, 2)",
        "add(#1, 2)",
        "greater(1, 2), add(#0, 1)",
        "the answer is 5",
    ],
)
def test_a_program_that_cannot_be_executed_has_a_reason(program: str) -> None:
    assert write(ask(program, "3", table=TABLE)) == "program_error"


CONTEXT = """The table shows sales in millions .

| item | 2012 | 2011 |
| :--- | ---: | --- |
| net sales | $ 2577 | $ 2000 |
"""


def test_a_table_operation_reads_the_context_where_there_is_no_table() -> None:
    trace = derive("table_max(net sales, none)", context=CONTEXT)
    assert trace.final == "2577"
    trace = derive("add(2000, 1)", context=CONTEXT, evidence={"table_1": ""})
    assert re.findall("“(.*?)”", steps_of(trace)[0]) == ["net sales", "2011"]


# --- the real corpus ---

CORPUS = Corpus("finqa", "MIT")


def test_real_derivations_are_true_and_right(data: Path) -> None:
    count = 0
    for row in rows(data / "finqa" / "train_raw_20.json", "train_raw_20.json"):
        assert isinstance(row, Row)
        (question,) = finqa.questions(row, CORPUS, finqa.Options())
        trace = write(question)
        assert isinstance(trace, Trace)
        count += check(trace)
        if CONTRADICTING.isdisjoint(question.flags):
            assert grade(f"<think>{trace.reasoning}</think>{trace.answer}", question).value is True, question.id
    assert count >= 20


def test_real_derivations_from_a_flattened_file_are_true_and_right(data: Path) -> None:
    options = table.Options(columns=table.Columns(gold="answer", evidence="evidence_indices"))
    count = tied = 0
    for row in rows(data / "finqa" / "train_250_with_programs.jsonl", "train_250.jsonl"):
        assert isinstance(row, Row)
        (question,) = table.questions(row, CORPUS, options)
        trace = write(question)
        assert isinstance(trace, Trace)
        count += check(trace)
        tied += "“" in steps_of(trace)[0]
        assert grade(f"<think>{trace.reasoning}</think>{trace.answer}", question).value is True, question.id
    assert count >= 250
    assert tied >= 150, "most numbers are tied to their cell or sentence"


def test_a_program_that_is_one_number_says_where_it_stands() -> None:
    trace = derive("2577", "2577", table=TABLE)
    assert steps_of(trace) == [
        "From the table, row “net sales”, column “2012”: 2577.",
        "Therefore, the answer is 2577.",
    ]
