"""What a context is taken apart into, for reading: its text, and its tables."""

import pytest

from curate.records import context_blocks


@pytest.mark.parametrize(
    ("context", "blocks"),
    [
        ("", []),
        ("年报。\n\n\n\nRest", ["年报。", "Rest"]),
        ("item | 2021\n--- | ---\n收入 | 5", [[["item", "2021"], ["收入", "5"]]]),
        ("| a | b |\n| 1 | 2 |", [[["a", "b"], ["1", "2"]]]),
        ("one | line", ["one | line"]),
        ("a | b\nno cells", ["a | b\nno cells"]),
        ("--- | ---\n--- | ---", ["--- | ---\n--- | ---"]),
    ],
)
def test_lines_of_cells_are_a_table_and_all_else_is_text(context: str, blocks: list[object]) -> None:
    assert list(context_blocks(context)) == blocks
