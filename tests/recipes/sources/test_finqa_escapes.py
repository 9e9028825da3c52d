"""What FinQA's release lost is put back where the published table says so, and nowhere else."""

import html
import re
from pathlib import Path
from typing import Any

import pytest

from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers.quantity import quantities
from recipes.sources import finqa
from recipes.sources.finqa_escapes import repair_table, repair_words, suspects


@pytest.mark.parametrize(
    ("cell", "published", "repaired"),
    [
        # lost
        ("2014", "—", "—"),
        ("2013", "–", "–"),
        ("2212", "−", "-"),
        ("$ 2014", "$—", "$ —"),
        ("2014", "<i>—</i>", "—"),
        ("2014", "&mdash;", "—"),
        ("2014", " — ", "—"),
        ("2014%", "—%", "—%"),
        ("221219.1% ( 221219.1 % )", "−19.1%", "-19.1% ( -19.1 % )"),
        ("22126427", "−6,427", "-6427"),
        ("$ 81.99 2013 $ 85.05", "$81.99 – $85.05", "$ 81.99 – $ 85.05"),
        ("10/01/04 2013 10/31/04", "10/01/04 – 10/31/04", "10/01/04 – 10/31/04"),
        ("standard & poor 2019s 500 index", "Standard & Poor’s 500 Index", "standard & poor's 500 index"),
        ("shareholders 2019 equity", "Shareholders’ equity", "shareholders' equity"),
        ("impairment ( 201cotti 201d )", "Impairment (“OTTI”)", "impairment ( “otti” )"),
        # a genuine number beside a lost one of the same digits
        ("2013 2013 balance", "2013 – balance", "2013 – balance"),
        ("balance 2013 2013", "Balance – 2013", "balance – 2013"),
        ("at december 31 2014 2014 restated", "At December 31, 2014 — restated", "at december 31 2014 — restated"),
        # genuine
        ("2014", "2014", "2014"),
        ("$ 2014", "$2,014", "$ 2014"),
        ("2013.5", "2013.5", "2013.5"),
        ("december 31 2014", "December 31, 2014", "december 31 2014"),
        ("2014 to 2018", "2014 to 2018", "2014 to 2018"),
        ("12014", "12014 —", "12014"),
        ("1.2014", "1.2014 —", "1.2014"),
        # what survived stays
        ("—", "—", "—"),
        ("-", "—", "-"),
        ("-2426 ( 2426 )", "(2,426)", "-2426 ( 2426 )"),
        ("", "—", ""),
    ],
)
def test_a_cell_is_decided_by_the_published_one(cell: str, published: str, repaired: str) -> None:
    found = repair_table([["x", cell]], [["X", published]])
    assert found is not None
    assert found.table == [["x", repaired]]
    assert (found.cells, found.unsure) == (int(cell != repaired), 0)


@pytest.mark.parametrize(
    ("cell", "published"),
    [
        ("2014 — total", "2014 — total"),  # the dash survived, the year is genuine: one code, two candidates
        ("2013", "2013 – 2014"),
    ],
)
def test_an_ambiguous_cell_is_left_and_counted(cell: str, published: str) -> None:
    found = repair_table([[cell]], [[published]])
    assert found is not None
    assert (found.table, found.cells, found.unsure) == ([[cell]], 0, 1)


def test_cells_are_compared_place_by_place() -> None:
    table = [["", "2014", "2013"], ["a", "2014", "5"], ["2014", "6", "2013"]]
    original = [["", "2014", "2013"], ["A", "—", "5"], ["2014", "6", "–"]]
    found = repair_table(table, original)
    assert found is not None
    assert found.table == [["", "2014", "2013"], ["a", "—", "5"], ["2014", "6", "–"]]
    assert found.cells == 2
    assert table[1][1] == "2014", "the given table is not touched"


@pytest.mark.parametrize("original", [[["X"]], [["X", "—"], ["Y", "1"]], [], [["X", "—", ""]]])
def test_tables_of_other_shapes_decide_nothing(original: list[list[str]]) -> None:
    assert repair_table([["x", "2014"]], original) is None


@pytest.mark.parametrize(
    ("text", "repaired", "count"),
    [
        ("the company 2019s debt", "the company's debt", 1),
        ("the company 2019s and the plan 2019s assets", "the company's and the plan's assets", 2),
        ("abc inc . 2019s shares", "abc inc .'s shares", 1),
        ("the company ( kelda ) 2019s shares", "the company ( kelda )'s shares", 1),
        ("is it the segment 2019s?", "is it the segment's?", 1),
        ("the 201cplan 201d was", "the “plan” was", 2),
        ("( 201cs&p 500 index 201d )", "( “s&p 500 index” )", 2),
        ("201cnotes 201d .", "“notes” .", 2),
        ("rose by 201c4.50% notes 201d", "rose by “4.50% notes”", 2),
        # may be years or numbers
        ("in 2019 sales rose", "in 2019 sales rose", 0),
        ("from 2013 2014 the year", "from 2013 2014 the year", 0),
        ("sales 2014 net of tax 2014 rose", "sales 2014 net of tax 2014 rose", 0),
        ("companies 2019 assets", "companies 2019 assets", 0),
        ("1201c and 3.201d", "1201c and 3.201d", 0),
        ("$ 2019", "$ 2019", 0),
        ("the company's “plan”", "the company's “plan”", 0),
        ("", "", 0),
    ],
)
def test_words_are_repaired_only_where_the_digits_can_be_nothing_else(text: str, repaired: str, count: int) -> None:
    assert repair_words(text) == (repaired, count)
    assert repair_words(repaired) == (repaired, 0), "once is enough"


def test_suspects_are_body_cells_that_read_like_a_lost_dash() -> None:
    assert suspects([["", "2014", "2013"], ["a", "2014", "5"], ["b", "$ 2013", "2212"]]) == 3
    assert suspects([["", "2014", "2013"], ["2014", "1", "2"], ["2013", "12014", "2014.5"]]) == 0
    assert suspects([]) == 0


# --- the real test documents ---

GENUINE = re.compile(r"(?<!\d)(?:2013|2014|2019|2212)(?!\d)")
LONE_DASH = re.compile(r"[\s$]*[-\u2010-\u2015\u2212]\s*")


def published_text(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", cell))


def is_lost(cell: str, published: str) -> bool:
    """Does the cell hold the code of one of the published cell's characters more often than that cell itself?"""
    codes = {f"{ord(character):04x}" for character in published if ord(character) >= 0x2000}
    return any(cell.count(code) > published.replace(",", "").count(code) for code in codes)


def lost_words(texts: list[str]) -> int:
    """Tokens that only a lost quote or apostrophe explains, counted by splitting at spaces."""
    count = 0
    for text in texts:
        before = ""
        for token in text.split(" "):
            count += token.strip("?!.,;:") == "2019s" and (before[-1:].isalpha() or before[-1:] in (".", ")"))
            count += token.startswith("201c") and len(token) > 4
            count += token.strip("?!.,;:)") == "201d"
            before = token
    return count


Documents = list[tuple[dict[str, Any], Question]]


@pytest.fixture
def documents(data: Path) -> Documents:
    found = []
    for row in rows(data / "finqa" / "test_rawdocs_150.jsonl", "test_rawdocs_150.jsonl"):
        assert isinstance(row, Row)
        found.append((row.value, next(finqa.questions(row, Corpus("finqa", "MIT"), finqa.Options()))))
    assert len(found) == 150
    return found


def test_real_tables_lose_their_false_numbers_and_keep_their_years(documents: Documents) -> None:
    genuine = dashes = repaired = aligned = 0
    for record, question in documents:
        table, original, now = record["table"], record["table_ori"], question.meta["table"]
        if [len(row) for row in table] != [len(row) for row in original]:
            assert now == table
            assert question.meta["repaired"]["cells"] == 0
            continue
        aligned += 1
        expected = 0
        for row, row_published, row_now in zip(table, original, now, strict=True):
            for cell, source, cell_now in zip(row, row_published, row_now, strict=True):
                published = published_text(source)
                if GENUINE.search(published):
                    genuine += 1
                    assert cell_now == cell, question.id
                if LONE_DASH.fullmatch(published):
                    dashes += 1
                    assert not quantities(cell_now), question.id
                expected += is_lost(cell, published)
                assert (cell_now != cell) == is_lost(cell, published), question.id
        assert question.meta["repaired"]["cells"] == expected, question.id
        assert ("cells_repaired" in question.flags) == bool(expected)
        repaired += expected
    assert aligned > 100
    assert genuine > 50
    assert dashes > 50
    assert repaired > 50


def test_real_words_are_repaired_as_often_as_they_are_lost(documents: Documents) -> None:
    total = 0
    for record, question in documents:
        texts = [record["qa"]["question"], *record["pre_text"], *record["post_text"]]
        expected = lost_words(texts)
        assert question.meta["repaired"]["words"] == expected, question.id
        assert ("words_repaired" in question.flags) == bool(expected)
        total += expected
    assert total > 500
