import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.notes import END, START, notes_of, with_notes

CARD = f"# A card\n\n{START}\n\n{END}\n\n## How to cite\n"
PIECES = st.sampled_from([START, END, "\n", "\r\n", " ", "说明", "<!--", "-->"])


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
@settings(max_examples=200)
def test_any_notes_come_back(notes: str) -> None:
    card = with_notes(CARD, notes)
    assert notes_of(card) == notes
    assert with_notes(card, "") == CARD


@pytest.mark.parametrize(
    ("card", "notes"),
    [
        (CARD, ""),
        (f"{START}\n{END}", ""),
        (f"{START}{END}", ""),
        (f"{START}on one line{END}", "on one line"),
        (f"text\n{START}\n\nA paragraph.\n\nAnother.\n\n{END}\n", "\nA paragraph.\n\nAnother.\n"),
        ("a card without a place", ""),
        (f"{START}\nnobody closed it", ""),
        (f"nobody opened it\n{END}", ""),
        (f"{END}\nthe wrong way round\n{START}", ""),
    ],
)
def test_notes_of_a_card_edited_by_hand(card: str, notes: str) -> None:
    assert notes_of(card) == notes


def test_a_card_without_a_place_takes_no_notes() -> None:
    with pytest.raises(ValueError, match="no <!-- notes -->"):
        with_notes("# A card\n", "hello")


def test_what_stands_around_the_notes_stays() -> None:
    assert with_notes(CARD, "说明") == f"# A card\n\n{START}\n说明\n{END}\n\n## How to cite\n"
