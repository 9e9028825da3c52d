"""Which outcomes of a large run are shown: no fate is lost, shares are kept, the same ones every time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import curate
from curate.report.traces.sampled import chosen, shares
from tests.judges.texts import quick


@quick
@given(st.dictionaries(st.integers(), st.integers(1, 10_000), min_size=1, max_size=30), st.integers(1, 5_000))
def test_shares_are_as_many_as_wanted_and_nobody_gets_more_than_there_is(counts: dict[int, int], most: int) -> None:
    found = shares(counts, most)
    assert sum(found.values()) == min(most, sum(counts.values()))
    assert all(0 <= found[kind] <= count for kind, count in counts.items())
    if most >= 5 * len(counts):
        assert all(found[kind] >= min(5, count) for kind, count in counts.items())


def test_beyond_the_few_of_each_the_shares_are_in_proportion() -> None:
    assert shares({"right": 90_000, "wrong": 9_990, "refused": 10}, 1000) == {"right": 892, "wrong": 103, "refused": 5}


def test_a_run_that_fits_is_shown_whole(quickstart: curate.Run) -> None:
    assert chosen(quickstart.path, 1000) == (None, quickstart.table("outcomes").height)


@pytest.mark.parametrize("most", [1, 7, 40, 79])
def test_a_sample_is_spread_over_source_fate_and_reason(quickstart: curate.Run, most: int) -> None:
    ids, total = chosen(quickstart.path, most)
    assert ids is not None
    assert len(ids) == most < total
    assert chosen(quickstart.path, most) == (ids, total)
    rows = quickstart.table("outcomes").to_dicts()
    kinds = Counter((row["source"], row["goes_to"], row["reason"]) for row in rows)
    seen = {(row["source"], row["goes_to"], row["reason"]) for row in rows if row["question_id"] in ids}
    assert most < len(kinds) or len(seen) == len(kinds)


def test_a_larger_sample_keeps_most_of_a_smaller_one(quickstart: curate.Run) -> None:
    small, large = (chosen(quickstart.path, most)[0] for most in (30, 60))
    assert small is not None
    assert large is not None
    assert len(small & large) >= 28
