"""Caps: the lowest lots of each group stay, whatever stands around them."""

from array import array

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.records import content_id, content_number
from curate.screen.caps import beyond

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.booleans()), max_size=40)


@settings(max_examples=100)
@given(ROWS, st.integers(1, 5))
def test_the_lowest_lots_of_each_group_stay(rows: list[tuple[int, int, bool]], limit: int) -> None:
    groups, draws = array("Q", [group for group, _, _ in rows]), array("Q", [lot for _, lot, _ in rows])
    alive = np.array([lives for _, _, lives in rows], dtype=bool)
    over = set(beyond(groups, draws, alive, limit))
    for group in set(groups):
        members = [(lot, index) for index, (of, lot, lives) in enumerate(rows) if of == group and lives]
        assert {index for _, index in sorted(members)[limit:]} == {index for _, index in members} & over
    assert all(alive[index] for index in over)


def test_a_lot_is_the_same_in_every_process() -> None:
    assert content_number("finqa:1") == 0x41BA31D9C7A82DA6
    assert content_id("finqa:1") == "41ba31d9c7a82da6"
