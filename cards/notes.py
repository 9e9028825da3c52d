"""What publishers write into a card by hand: the text between two markers, which a new version of the card keeps.

notes_of(card)                           ->  "Ask us before you train on the tables."
notes_of(with_notes(new_card, "Hello"))  ->  "Hello", for any text
"""

START, END = "<!-- notes -->", "<!-- end of notes -->"


def notes_of(card: str) -> str:
    """The notes of a card; "" for a card without notes, or without a place for them."""
    place = _place(card)
    return card[place].removeprefix("\n").removesuffix("\n") if place else ""


def with_notes(card: str, notes: str) -> str:
    """The card with these notes instead of its own. Raises ValueError for one that has no place for notes."""
    place = _place(card)
    if place is None:
        raise ValueError(f"the card has no {START} ... {END}")
    return f"{card[: place.start]}\n{notes}\n{card[place.stop :]}"


def _place(card: str) -> slice | None:
    """Where notes stand: after the first START and before the last END, so that notes may hold both markers."""
    start, end = card.find(START), card.rfind(END)
    return slice(start + len(START), end) if 0 <= start < end else None
