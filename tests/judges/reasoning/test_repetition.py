"""Repetition: shares of what was said before, and stretches that stand in immediate succession."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.reasoning.measures.repetition import bare, loop, recurring, repeated, repeated_runs
from judges.reasoning.measures.steps import paragraphs, sentences
from judges.reasoning.measures.terms import tokens, words
from tests.judges.texts import anything, quick


def times(text: str) -> int:
    said = words(text)
    return loop(bare(sentences(text)), said.order, recurring(said.order), said.names)


def share_of_runs(text: str) -> float:
    order = words(text).order
    return repeated_runs(order, recurring(order))


def share_of_paragraphs(text: str) -> float:
    return repeated(paragraphs(text), bare(paragraphs(text)))


PARAGRAPH = "First the sales of the year are read off. Then the cost is taken away from these. The rest is profit."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wait, let me check. Wait, let me check. Wait, let me check. So 5.", 3),
        ("等等，让我再算。等等，让我再算。等等，让我再算。等等，让我再算。", 4),
        ("\n\n".join([PARAGRAPH] * 5), 5),
        ("Start. " + "divide the awards by all awards and " * 9 + "stop", 9),
        ("再用销项税额减去进项税额，" * 7, 7),
        ("税" * 300, 300),
        (PARAGRAPH, 1),
        (f"{PARAGRAPH} Costs fell. {PARAGRAPH}", 1),
        ("Wait. Wait. Wait.", 1),
        ("0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 " * 20, 1),
        ("", 1),
    ],
)
def test_a_loop_is_counted(text: str, expected: int) -> None:
    assert times(text) == expected


@quick
@given(anything)
def test_doubling_never_lowers_repetition(text: str) -> None:
    twice = f"{text}\n\n{text}"
    assert 0 <= share_of_runs(text) <= share_of_runs(twice) <= 1
    assert 0 <= share_of_paragraphs(text) <= share_of_paragraphs(twice) <= 1 or len(paragraphs(text)) != 1
    assert times(text) >= 1


@quick
@given(st.lists(st.sampled_from(["ab", "cd", "税", "率", "的", "7"]), max_size=60), st.integers(0, 30), st.booleans())
def test_every_run_that_recurs_is_found_wherever_it_stands(said: list[str], cut: int, han: bool) -> None:
    text = " ".join([*said, *said[cut : cut + 14]]) + (" 额" if han else "")
    every = tokens(text)
    runs = list(zip(*(every[offset:] for offset in range(12)), strict=False))
    expected = [place for place, run in enumerate(runs) if runs.count(run) > 1]
    order = words(text).order
    assert [place for place, _ in recurring(order)] == expected
    assert repeated_runs(order, recurring(order)) == (1 - len(set(runs)) / len(runs) if runs else 0)


@pytest.mark.parametrize(
    ("pieces", "share"),
    [
        (["Check the totals.", "Cost fell a lot.", "check  the totals."], 1 / 3),
        (["全年营业收入合计为五百万元", "全年　营业收入合计为五百万元"], 1 / 2),
        (["one line\nand another", "One line and\nanother", "x"], 1 / 2),
        (["Wait.", "Wait."], 0),
        ([], 0),
    ],
)
def test_case_and_blanks_make_no_difference(pieces: list[str], share: float) -> None:
    assert repeated(pieces, bare(pieces)) == pytest.approx(share)
