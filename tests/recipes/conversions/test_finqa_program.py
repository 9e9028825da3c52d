"""FinQA's program language against an independent evaluation with fractions."""

import operator
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.read import rows
from curate.records import Corpus, Row
from recipes.conversions.evidence import table_of
from recipes.conversions.finqa_program import OPERATIONS, TABLE_OPERATIONS, ProgramError, Value, parse, run
from recipes.sources import finqa, table

CORPUS = Corpus("finqa", "MIT")
TABLE = [
    ["", "2012", "2011", "2010"],
    ["revenue , net ( in millions )", "$ 1,234.5", "$ 1000", "900"],
    ["loss ( gain ) on sale", "-25.5 ( 25.5 )", "( 10 )", "4"],
    ["margin", "24.5% ( 24.5 % )", "20.5%", "15 %"],
    ["other", "1", "2", "3"],
    ["Other", "30", "50", "10"],
    ["units", "3.5 million", "2000000", "1 thousand"],
    ["shares ( price )", "5 at $ 30", "7 ( $ 20 )", "9 to 12"],
    ["dash", "—", "5", "6"],
    ["blank", "", "5", "6"],
    ["no cells"],
    [],
]


def result(program: str) -> Value:
    return run(program, TABLE)[-1].result


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("add(1.5, 2)", "7/2"),
        ("subtract(1.5, 2)", "-1/2"),
        ("multiply(1.5, -2)", "-3"),
        ("divide(1, 3)", "1/3"),
        ("divide(-7, 2)", "-7/2"),
        ("exp(1.05, 3)", "1.157625"),
        ("exp(2, -2)", "1/4"),
        ("exp(-2, 3)", "-8"),
        ("exp(7, 0)", "1"),
        ("exp(4, 0.5)", "2"),
        ("exp(0, 2)", "0"),
        ("table_max(other, none)", "50"),
        ("table_min(other, none)", "10"),
        ("table_sum(other, none)", "90"),
        ("table_average(other, none)", "30"),
        # how numbers are written
        ("add(23.6%, 0)", "0.236"),
        ("add(23.6 %, 0)", "0.236"),
        ("add(-5%, 0)", "-0.05"),
        ("add(.5, 0)", "1/2"),
        ("add(5., 0)", "5"),
        ("add(+5, 0)", "5"),
        ("add(const_m1, 0)", "-1"),
        ("add(const_1, 0)", "1"),
        ("add(const_100, 0)", "100"),
        ("add(const_1000000, 0)", "1000000"),
        ("add(const_m100, 0)", "-100"),
        # nothing is rounded on the way
        ("divide(1, 3), multiply(#0, 3)", "1"),
        ("subtract(0.3, 0.1), subtract(#0, 0.2)", "0"),
        # earlier steps, also more than once and not the last one
        ("add(1, 2), multiply(#0, #0)", "9"),
        ("add(1, 2), add(10, 20), subtract(#1, #0)", "27"),
        ("subtract(5829, 5735), divide(#0, 5735)", "94/5735"),
        # rows: commas and brackets in names, any case, the last of several, the first number of a cell
        ("table_max(revenue , net ( in millions ), none)", "1234.5"),
        ("table_min(loss ( gain ) on sale, none)", "-25.5"),
        ("table_max(loss ( gain ) on sale, none)", "4"),
        ("table_average(margin, none)", "0.2"),
        ("table_sum(OTHER, none)", "90"),
        ("table_sum(units, none)", "5501000"),
        ("table_sum(shares ( price ), none)", "21"),
        ("table_max(other, none), table_min(other, none), subtract(#0, #1)", "40"),
        ("table_sum(revenue , net ( in millions ), none), divide(#0, const_2)", "1567.25"),
        # white space is free
        ("add(1,2),multiply(#0,3)", "9"),
        ("  add( 1 , 2 ) ,\n multiply( #0 , 3 )  ", "9"),
        ("table_max( other , none )", "50"),
    ],
)
def test_the_result_is_exact(program: str, expected: str) -> None:
    assert result(program) == Fraction(expected)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("greater(2, 1)", True),
        ("greater(1, 2)", False),
        ("greater(2, 2)", False),
        ("greater(-2, -1)", False),
        ("divide(1, 3), greater(#0, 0.3333333333)", True),
        ("divide(418, 38), divide(396, 33), greater(#0, #1)", False),
    ],
)
def test_greater_is_true_or_false(program: str, expected: bool) -> None:
    assert result(program) is expected


def test_a_power_with_a_fraction_for_exponent_is_good_to_many_digits() -> None:
    root = result("exp(2, 0.5)")
    assert abs(root**2 - 2) < Fraction(1, 10**40)


def test_every_step_keeps_its_arguments_as_written_and_their_values() -> None:
    first, second = run("divide(23.6%, const_100), table_sum(other, none)", TABLE)
    assert (first.operation, first.arguments) == ("divide", ("23.6%", "const_100"))
    assert first.values == (Fraction("0.236"), Fraction(100))
    assert first.result == Fraction("0.00236")
    assert (second.arguments, second.values) == (("other",), (Fraction(30), Fraction(50), Fraction(10)))


def test_parse_needs_no_table() -> None:
    assert parse("table_max(a ( b ) , c, none), add(#0, 1.0)") == [
        ("table_max", ("a ( b ) , c",)),
        ("add", ("#0", "1.0")),
    ]


@pytest.mark.parametrize(
    "program",
    [
        "divide(1, 0)",
        "divide(1, 0.00)",
        "subtract(3, 3), divide(1, #0)",
        "exp(0, -1)",
        "exp(0, -0.5)",
        "exp(-8, 0.5)",
        "exp(10, 1000)",
        "exp(10, -1000)",
        "exp(2, 1e9)",
        "exp(1.5, 100000000)",
        "exp(99999, 99999), exp(#0, #0)",
        "table_max(no such row, none)",
        "table_max(no cells, none)",
        "table_sum(dash, none)",
        "table_sum(blank, none)",
        "add(#0, 1)",
        "add(1, 2), add(#1, 1)",
        "add(1, 2), add(#2, 1)",
        "add(1, 2), add(#x, 1)",
        "add(1, 2), add(#, 1)",
        "add(1, 2), add(#-1, 1)",
        "greater(1, 2), add(#0, 1)",
        "greater(1, 2), greater(#0, #0)",
        "",
        "   ",
        "none",
        "add",
        "add(",
        "add()",
        "add(1)",
        "add(1, )",
        "add(, 1)",
        "add(1, 2",
        "add(1, 2, 3)",
        "add(1, 2) 3",
        "add(revenue, 1)",
        "add($ 5, 1)",
        "add(1.2.3, 1)",
        "add(5 million, 1)",
        "add(nan, 1)",
        "add(infinity, 1)",
        "add(1/3, 1)",
        "add(0x10, 1)",
        "add(const_, 1)",
        "add(const_pi, 1)",
        "divide(subtract(3, 2), 2)",  # the nested form, program_re
        "modulo(5, 2)",
        "ADD(1, 2)",
        "table_max(other)",
        "table_max(other, 1)",
        "table_median(other, none)",
        "__import__(os, system)",
        "( 1, 2 )",
    ],
)
def test_what_cannot_be_executed_is_a_program_error(program: str) -> None:
    with pytest.raises(ProgramError):
        run(program, TABLE)


def test_a_program_error_names_what_is_wrong() -> None:
    with pytest.raises(ProgramError, match="no such row"):
        run("table_max(no such row, none)", TABLE)
    with pytest.raises(ProgramError, match="modulo"):
        run("modulo(5, 2)", TABLE)
    with pytest.raises(ProgramError, match="zero"):
        run("divide(1, 0)", TABLE)
    with pytest.raises(ProgramError, match="#3"):
        run("add(1, #3)", TABLE)


BINARY: dict[str, Callable[[Fraction, Fraction], Value]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "greater": operator.gt,
}
ROW: dict[str, Callable[[list[Fraction]], Value]] = {
    "table_max": max,
    "table_min": min,
    "table_sum": sum,
    "table_average": lambda values: sum(values) / len(values),
}
CONSTANTS = {"const_m1": -1, "const_2": 2, "const_100": 100, "const_1000": 1000}

decimals = st.integers(0, 4).flatmap(lambda places: st.decimals(-(10**6), 10**6, places=places))


@st.composite
def literals(draw: st.DrawFn) -> tuple[str, Fraction]:
    """A number as programs write it, and its value."""
    if draw(st.integers(0, 4)) == 0:
        name = draw(st.sampled_from(sorted(CONSTANTS)))
        return name, Fraction(CONSTANTS[name])
    number = draw(decimals)
    percent = draw(st.booleans())
    return f"{number:f}" + "%" * percent, Fraction(number) / (100 if percent else 1)


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, list[list[str]], list[Value | None]]:
    """A program, its table, and the values of its steps; None where a step divides by zero."""
    cells = draw(st.lists(decimals, min_size=1, max_size=4))
    calls: list[str] = []
    values: list[Value | None] = []
    for last in [False] * draw(st.integers(0, 4)) + [True]:
        name = draw(
            st.sampled_from([*BINARY, "exp", *ROW] if last else [*sorted(set(BINARY) - {"greater"}), "exp", *ROW])
        )
        if name in ROW:
            calls.append(f"{name}(total ( net , in $ ), none)")
            values.append(ROW[name]([Fraction(cell) for cell in cells]))
            continue
        if name == "exp":
            (left, a), power = draw(literals()), draw(st.integers(0, 4))
            calls.append(f"exp({left}, {power})")
            values.append(a**power)
            continue
        operands: list[tuple[str, Fraction]] = []
        for _ in range(2):
            if values and draw(st.booleans()):
                index = draw(st.integers(0, len(values) - 1))
                operands.append((f"#{index}", values[index]))  # type: ignore[arg-type]
            else:
                operands.append(draw(literals()))
        (left, a), (right, b) = operands
        calls.append(f"{name}({left}, {right})")
        if name == "divide" and not b:
            values.append(None)
            break
        values.append(BINARY[name](a, b))
    return ", ".join(calls), [["", *"abcd"], ["total ( net , in $ )", *(f"{cell:f}" for cell in cells)]], values


@settings(max_examples=400, deadline=None, derandomize=True)
@given(programs())
def test_any_program_executes_to_the_value_of_an_independent_evaluation(
    made: tuple[str, list[list[str]], list[Value | None]],
) -> None:
    program, rows_of_table, expected = made
    if expected[-1] is None:
        with pytest.raises(ProgramError):
            run(program, rows_of_table)
    else:
        assert [step.result for step in run(program, rows_of_table)] == expected


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [*OPERATIONS, *TABLE_OPERATIONS, "(", ")", ",", " ", "#0", "1", "-5", "2.5%", "none", "other", "x"]
        ),
        max_size=14,
    ).map("".join)
)
def test_whatever_the_text_there_are_steps_or_a_program_error(text: str) -> None:
    try:
        steps = run(text, TABLE)
    except ProgramError:
        return
    assert steps


def test_real_programs_give_the_corpus_own_results(data: Path) -> None:
    """FinQA's train records in raw form: exe_ans at its five decimals."""
    checked = 0
    for row in rows(data / "finqa" / "train_raw_20.json", "train_raw_20.json"):
        assert isinstance(row, Row)
        executed = row.value["qa"]["exe_ans"]
        (question,) = finqa.questions(row, CORPUS, finqa.Options())
        value = run(question.meta["program"], question.meta["table"])[-1].result
        if isinstance(value, bool):
            assert executed == ("yes" if value else "no"), question.id
        else:
            assert abs(value - Fraction(str(executed))) <= Fraction(1, 2 * 10**5), question.id
        checked += 1
    assert checked == 20


def test_real_programs_of_a_flattened_file_give_its_answers(data: Path) -> None:
    """The same corpus in another form, read by naming its columns; the tables stand in the contexts."""
    options = table.Options(columns=table.Columns(gold="answer", evidence="evidence_indices"))
    checked = 0
    for row in rows(data / "finqa" / "train_250_with_programs.jsonl", "train_250.jsonl"):
        assert isinstance(row, Row)
        (question,) = table.questions(row, CORPUS, options)
        value = run(question.meta["program"], table_of(question.context))[-1].result
        assert question.gold is not None
        assert abs(value - Fraction(question.gold)) <= Fraction(1, 2 * 10**5), question.id
        checked += 1
    assert checked == 250


@pytest.mark.parametrize(
    ("program", "value"), [("206588", 206588), ("23.6%", Fraction("0.236")), ("-4.1", Fraction("-4.1"))]
)
def test_a_number_alone_is_looked_up(program: str, value: Fraction) -> None:
    (step,) = run(program, [])
    assert (step.operation, step.arguments, step.result) == ("value", (program,), value)
