"""Where a program's numbers stand: in the cells and sentences that the corpus' evidence names, and nowhere else."""

from fractions import Fraction

import pytest

from curate.records import Question
from recipes.conversions.evidence import Evidence, Place, table_of

TABLE = [
    ["in millions", "2012", "2011", "% change"],
    ["net sales", "$ 2577", "$ 2000", "28.9% ( 28.9 % )"],
    ["cost , net ( of tax )", "-518.5 ( 518.5 )", "—", "n/a"],
    ["units", "30", "30", "0%"],
    ["2010", "5", "6", "7"],
]
SENTENCE = "net sales of the segment\n were $ 1.5 billion , or 15% ( 15 % ) of all ."


def place(
    value: str, evidence: dict[str, str], question: str = "what is it ?", table: list[list[str]] | None = None
) -> Place | None:
    asked = Question(
        id="s:1",
        source="s",
        source_id="1",
        group="1",
        language="en",
        task="",
        question=question,
        answer_kind="number",
        gold=None,
        licence="MIT",
        meta={"evidence": evidence},
    )
    return Evidence.of(asked, TABLE if table is None else table).place(Fraction(value))


@pytest.mark.parametrize(
    ("value", "evidence", "expected"),
    [
        ("2577", {"table_1": ""}, Place("cell", "net sales", "2012")),
        ("2000", {"table_1": ""}, Place("cell", "net sales", "2011")),
        ("-2000", {"table_1": ""}, Place("cell", "net sales", "2011")),
        # a percent as it is written and as a fraction
        ("28.9", {"table_1": ""}, Place("cell", "net sales", "% change")),
        ("0.289", {"table_1": ""}, Place("cell", "net sales", "% change")),
        # the sign is set aside
        ("518.5", {"table_2": ""}, Place("cell", "cost , net ( of tax )", "2012")),
        ("-518.5", {"table_2": ""}, Place("cell", "cost , net ( of tax )", "2012")),
        # in several cells of the row
        ("30", {"table_3": ""}, Place("row", "units")),
        # a row's name is no cell of it
        ("2010", {"table_4": ""}, None),
        # sentences, their scale set aside or not
        ("1.5", {"text_7": SENTENCE}, Place("sentence", quote=" ".join(SENTENCE.split()))),
        ("1500000000", {"text_7": SENTENCE}, Place("sentence", quote=" ".join(SENTENCE.split()))),
        ("0.15", {"text_7": SENTENCE}, Place("sentence", quote=" ".join(SENTENCE.split()))),
        # the first that holds it
        ("2577", {"table_2": "", "table_1": "", "text_0": "2577"}, Place("cell", "net sales", "2012")),
        ("2577", {"text_0": "2577", "table_1": ""}, Place("sentence", quote="2577")),
        # not what the evidence does not name
        ("2577", {"table_2": ""}, None),
        # where nothing is named, the one cell of the table that holds it
        ("2577", {}, Place("cell", "net sales", "2012")),
        ("2577", {"table_99": "2577", "table_x": "2577", "other": "2577", "": "2577"}, None),
        # not a part of a number
        ("57", {"table_1": "", "text_7": SENTENCE}, None),
        ("5", {"table_1": "", "text_7": SENTENCE}, None),
    ],
)
def test_a_value_has_the_first_place_that_holds_it(
    value: str, evidence: dict[str, str], expected: Place | None
) -> None:
    assert place(value, evidence) == expected


def test_the_question_is_the_last_place() -> None:
    question = "what is 2577 less 77 ?"
    assert place("77", {"table_1": ""}, question) == Place("question")
    assert place("2577", {"table_1": ""}, question) == Place("cell", "net sales", "2012")
    assert place("78", {"table_1": ""}, question) is None


@pytest.mark.parametrize("header", ["", "$ 5", "12.5%", "1850"])
def test_a_header_that_is_no_name_is_not_taken_for_one(header: str) -> None:
    assert place("6099", {"table_1": ""}, table=[["assets", header], ["goodwill", "6099"]]) == Place("row", "goodwill")


def test_tables_may_be_ragged_or_empty() -> None:
    ragged = [["", "2012"], ["a", "1", "2"], [], ["b"]]
    assert place("1", {"table_1": ""}, table=ragged) == Place("cell", "a", "2012")
    assert place("2", {"table_1": ""}, table=ragged) == Place("row", "a")
    assert place("1", {"table_2": "", "table_3": ""}, table=ragged) is None
    assert place("1", {"table_0": ""}, table=[]) is None


CONTEXT = """The table shows sales; a line with no cells is no row.

| item | 2012 | 2011 |
| :--- | ---: | --- |
| net sales | $ 2577 | $ 2000 |
| costs | -518.5 ( 518.5 ) | - |

after | the | table
"""


def test_a_table_is_found_in_a_context() -> None:
    assert table_of(CONTEXT) == [
        ["item", "2012", "2011"],
        ["net sales", "$ 2577", "$ 2000"],
        ["costs", "-518.5 ( 518.5 )", "-"],
    ]
    assert table_of("no table here") == []
    assert table_of("") == []
    assert table_of("item | 2012\nsales | 5") == [["item", "2012"], ["sales", "5"]]
