import random
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.report.facts import Histogram, Stretch, Timeline
from curate.report.overview.charts import (
    columns,
    separation,
    spending,
    stacked,
    strips,
    telling_first,
    trace_of,
    traces_of,
)
from tests.curate.report.shown_facts import FACTS, histogram

COUNTS = st.dictionaries(st.text(max_size=3), st.integers(0, 10**7), max_size=6)


@given(COUNTS)
@settings(max_examples=60)
def test_a_bar_is_filled_in_proportion(counts: dict[str, int]) -> None:
    whole = sum(counts.values())
    segments = stacked(counts, whole)
    assert {one.name: one.count for one in segments} == {name: n for name, n in counts.items() if n}
    for one in segments:
        assert one.width == pytest.approx(100 * one.count / whole, abs=0.001)
    ends = [0.0, *(one.start + one.width for one in segments)]
    assert [one.start for one in segments] == pytest.approx(ends[:-1], abs=0.01)
    assert ends[-1] == pytest.approx(100 if whole else 0, abs=0.01)


def test_a_bar_of_nothing_has_no_segment() -> None:
    assert stacked({}, 10) == stacked({"sft": 0}, 10) == stacked({"sft": 3}, 0) == ()


def test_a_strip_shows_each_bin_by_its_share_of_the_fullest() -> None:
    found = strips(
        Histogram("steps", (0, 1, 2, 3, 4), {"good": (0, 10, 5, 0), "bad": (0, 0, 0, 0)}, {"good": 1.5}, 0, 0)
    )
    assert [(one.group, one.n, one.median_at) for one in found] == [("good", 15, 37.5)]
    assert [(box.x, box.y, box.width, box.height) for box in found[0].boxes] == [(25, 0, 25, 100), (50, 50, 25, 50)]


@pytest.mark.parametrize(("median", "place"), [(0, 0), (0.05, 25), (0.1, 50), (1, 75), (10, 100), (99, 100)])
def test_a_median_stands_in_its_bin_where_bins_are_not_alike_wide(median: float, place: float) -> None:
    edges = (0, 0.1, 1.9) if median in (0, 0.05, 0.1, 1) else (0, 0.1, 10)
    assert strips(Histogram("error", edges, {"bad": (1, 1)}, {"bad": median}, 0, 0))[0].median_at == place


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [((0, 9), (4, 0), 1), ((4, 0), (0, 9), 1), ((5, 5), (2, 2), 0), ((1, 3), (3, 1), 0.5), ((1, 2), (0, 0), 0)],
)
def test_separation_is_how_well_good_is_told_from_bad(
    good: tuple[int, ...], bad: tuple[int, ...], expected: float
) -> None:
    assert separation(Histogram("m", (0, 1, 2), {"good": good, "bad": bad}, {}, 0, 0)) == pytest.approx(expected)


def test_measures_that_tell_most_come_first_and_ties_stay() -> None:
    telling = histogram("telling", {"good": 0.9, "bad": 0.1})
    same = [Histogram(name, (0, 1), {"good": (3,)}, {}, 0, 0) for name in "ba"]
    assert [one.name for one in telling_first([*same, telling])] == ["telling", "b", "a"]


def timeline(seed: int, moments: int) -> Timeline:
    drawn = random.Random(seed)
    made = (Stretch(5.0 * at, {m: drawn.randrange(9) for m in "abc"}, drawn.random()) for at in range(moments))
    return Timeline({}, 9, 9, "", 5.0, tuple(made))


@pytest.mark.parametrize("seed", range(5))
def test_columns_stand_side_by_side_and_models_upon_each_other(seed: int) -> None:
    line = timeline(seed, 20)
    boxes = columns(line, ["a", "b", "c"])
    most = max(sum(moment.calls.values()) for moment in line.moments)
    for number, moment in enumerate(line.moments):
        mine = [box for box in boxes if box.x == pytest.approx(5 * number)]
        assert [box.name for box in mine] == [name for name in "abc" if moment.calls[name]]
        for box in mine:
            assert box.height == pytest.approx(100 * moment.calls[box.name] / most, abs=0.001)
        for below, above in pairwise(mine):
            assert above.y + above.height == pytest.approx(below.y, abs=0.002)
    assert min(box.y for box in boxes) == 0
    assert {box.width for box in boxes} == {5.0}


def test_spending_climbs_to_the_top() -> None:
    points = [tuple(map(float, point.split(","))) for point in spending(timeline(1, 9)).split()]
    assert points[0] == (0, 100)
    assert points[-1] == (100, 0)
    assert all(a[0] < b[0] and a[1] >= b[1] for a, b in pairwise(points))


def test_a_run_without_calls_has_no_chart_of_them() -> None:
    empty = Timeline({}, 0, 0, "", 1.0, ())
    idle = Timeline({}, 0, 0, "", 1.0, (Stretch(0, {}, 0),))
    assert columns(empty, []) == columns(idle, ["a"]) == ()
    assert spending(empty) == spending(idle) == ""


def test_an_address_of_traces_is_read_back_as_it_was_told() -> None:
    for source in FACTS.sources:
        told = {"source": source.name, "reason": 'a&b=c #?+%"'}
        found = parse_qs(traces_of(**told, label="", judge=None).partition("?")[2])
        assert {name: values[0] for name, values in found.items()} == told
    assert traces_of() == traces_of(label="") == "#traces"
    assert trace_of("a/b c#d&中") == "#trace=a%2Fb%20c%23d%26%E4%B8%AD"
