"""What a page holds packed: whole again when unpacked, the same bytes each time, no character that HTML reads."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.report.traces import packed as module
from curate.report.traces.packed import Chunks, packed, unpacked
from tests.judges.texts import quick

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@quick
@given(JSON)
def test_what_is_packed_is_whole_again_and_harmless_in_html(value: Any) -> None:
    text = packed(value)
    assert unpacked(text) == value
    assert text == packed(value)
    assert re.fullmatch("[A-Za-z0-9+/=]*", text)


def test_a_chunk_ends_at_its_records_and_at_its_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 3)
    monkeypatch.setattr(module, "MOST_CHARACTERS", 100)
    records = ["a", "b", "c", "d", "x" * 200, "e", "y" * 50, "z" * 60]
    chunks = Chunks()
    places = [chunks.add(record) for record in records]
    whole = chunks.whole()
    assert places == [0, 0, 0, 1, 2, 3, 3, 4]
    assert [record for text in whole for record in unpacked(text)] == records
    assert [len(unpacked(text)) for text in whole] == [places.count(chunk) for chunk in range(len(whole))]


def test_no_record_is_no_chunk() -> None:
    assert Chunks().whole() == ()
