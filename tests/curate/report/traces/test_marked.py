"""A reasoning in pieces: together its text, each number and each calculation marked where it stands."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from curate.report.traces.marked import VALUES, Piece, marked
from judges.reasoning.arithmetic import audit
from judges.reasoning.grounding import ground, located
from tests.judges.texts import anything, quick


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def marks(pieces: list[Piece]) -> list[tuple[Any, ...]]:
    return [tuple(piece) for piece in pieces if not isinstance(piece, str)]


@quick
@given(anything, anything)
def test_the_pieces_are_the_text_and_hold_every_mark(text: str, given: str) -> None:
    found = marked(text, given, None)
    assert text_of(found.pieces) == text
    assert all(piece if isinstance(piece, str) else piece[0] for piece in found.pieces)
    calculations = audit(text)
    for number, one in enumerate(calculations):
        inside = [piece[0] for piece in found.pieces if not isinstance(piece, str) and number in piece[2:]]
        assert "".join(inside) == one.text
    named = {piece[1] for piece in found.pieces if not isinstance(piece, str) and piece[1]}
    assert named == {"misread" if one.misread else one.place for one in located(text, given, calculations)}
    said, counts = ground(text, given, calculations), Counter(found.counts)
    assert all(counts[place] == getattr(said, place) for place in ("given", "derived", "constant", "miscalculated"))
    assert counts["unfounded"] + counts["misread"] == said.unfounded_mentions
    assert all(counts[name] == [one.value for one in calculations].count(value) for value, name in VALUES.items())


def test_a_number_inside_a_calculation_has_both_marks() -> None:
    found = marked("So 5829 - 5735 = 95; then 5892.", "5829 and 5735", None)
    assert marks(found.pieces) == [
        ("5829", "given", 0),
        (" - ", "", 0),
        ("5735", "given", 0),
        (" = ", "", 0),
        ("95", "miscalculated", 0),
        ("5892", "misread"),
    ]
    assert found.calculations == [[False, "94", "differs"]]


def test_a_number_that_two_calculations_share_is_a_part_of_both() -> None:
    found = marked("0.47 / 0.9 = 0.5222 = 52.22%", "", None)
    assert ("0.5222", "derived", 0, 1) in marks(found.pieces)
    assert [value for value, _, _ in found.calculations] == [True, True]


def test_characters_beyond_the_first_plane_move_nothing() -> None:
    found = marked("💰 12亿 + 3亿 = 16亿 💰 é́", "", None)
    assert text_of(found.pieces) == "💰 12亿 + 3亿 = 16亿 💰 é́"
    assert "".join(piece[0] for piece in found.pieces if not isinstance(piece, str) and 0 in piece[2:]).startswith(
        "12亿"
    )


def test_the_run_s_own_audit_is_kept_where_there_is_one() -> None:
    row = {"start": 3, "end": 12, "text": "2 + 2 = 5", "stated": "5", "computed": "4", "value": False}
    found = marked("so 2 + 2 = 5", "", [row | {"reason": "differs", "error": 0.25}])
    assert found.calculations == [[False, "4", "differs"]]
    assert marked("so 2 + 2 = 5.", "", []).calculations == []


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("11901 - 1038 = 1863.", "10,863"),
        ("1 / 3 = 0.5.", "0.333333333333"),
        ("-5 - 12 = -18.", "-17"),
        ("10^30 * 2 = 30.", "2E+30"),
        ("5 / 0 = 3.", None),
    ],
)
def test_what_a_calculation_gives_is_written_as_people_write(text: str, gives: str | None) -> None:
    assert [given for _, given, _ in marked(text, "", None).calculations] == [gives]


def test_a_megabyte_is_marked_in_linear_time() -> None:
    text = "12 + 3 = 15 and 7711, " * 50_000
    assert text_of(marked(text, "", ()).pieces) == text
