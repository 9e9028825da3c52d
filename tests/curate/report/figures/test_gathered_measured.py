"""Histograms: their edges for any values, and the measures, errors and lengths of whole runs counted again."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.entries import entries
from curate.prompt import prompt
from curate.report.facts import Histogram
from curate.report.figures.gathered import gathered
from curate.report.figures.measured import edges_of, histogram
from curate.runs import Run
from judges.tokens import estimated
from tests.curate.release.runs import made, row
from tests.curate.report.asked import asked_run


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asked_run(tmp_path_factory.mktemp("asked"))


@pytest.fixture(params=["quickstart", "asked"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


def binned(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Counts of bins, one value after the other."""
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[min(bisect_right(edges, value) - 1, len(counts) - 1)] += 1
    return tuple(counts)


def assert_holds(found: Histogram, groups: dict[str, list[float]], missing: int) -> None:
    assert found.counts == {name: binned(values, found.edges) for name, values in groups.items()}
    assert found.missing == missing
    assert found.clipped == sum(value > found.edges[-1] for values in groups.values() for value in values)
    for name, values in groups.items():
        assert found.medians[name] == pytest.approx(np.median(values), abs=1e-6)


def test_every_measure_with_a_value_is_told_by_the_label_of_its_question(run: Run) -> None:
    labels = dict(run.sql("select question_id, label from outcomes").rows())
    values: dict[str, dict[str, list[float]]] = {}
    missing: dict[str, int] = {}
    for one in run.table("measures").to_dicts():
        missing.setdefault(one["name"], 0)
        if one["value"] is None:
            missing[one["name"]] += 1
        else:
            values.setdefault(one["name"], {}).setdefault(labels[one["question_id"]], []).append(one["value"])
    told = {one.name: one for one in gathered(run, None).measures}
    assert told.keys() == values.keys()
    for name, one in told.items():
        assert_holds(one, values[name], missing[name])
        judged = run.sql(f"select count(*) from measures where name = '{name}'").item()
        assert sum(map(sum, one.counts.values())) + one.missing == judged


def test_lengths_are_those_of_the_prompts_and_of_every_trace(run: Run) -> None:
    lengths: dict[str, dict[str, list[float]]] = {"prompt": {}, "reasoning": {}, "answer": {}}
    missing = dict.fromkeys(lengths, 0)
    for entry in entries(run.path):
        if entry.question is None:
            continue
        texts = [("prompt", prompt(entry.question))]
        texts += [(part, one.trace[part]) for one in entry.tries for part in ("reasoning", "answer")]
        for part, text in texts:
            if text:
                lengths[part].setdefault(entry.question.language, []).append(round(estimated(text)))
            missing[part] += not text
    told = gathered(run, None).lengths
    assert [one.name for one in told] == [*lengths]
    for one in told:
        assert [*one.counts] == ["en", "zh"]
        assert_holds(one, lengths[one.name], missing[one.name])


def test_errors_are_those_of_wrong_calculations(tmp_path: Path, quickstart: Run) -> None:
    slips = ["1 + 1 = 3", "100 + 100 = 201", "20 * 30 = 7,321", "5 + 5 = 10"]  # off by 1/2, 1/200, 11, and right
    good = row(1)
    rows = [{**row(n), "reasoning": f"{good['reasoning']}\nBesides, {slip}."} for n, slip in enumerate(slips)]
    found = gathered(made(tmp_path, rows), None).errors
    assert found is not None
    counts = [sum(bins) for bins in zip(*found.counts.values(), strict=True)]
    assert {edge: count for edge, count in zip(found.edges, counts, strict=False) if count} == {
        0.005: 1,
        0.5: 1,
        5.0: 1,  # the last bin
    }
    assert found.edges[-1] == 10.0
    assert (found.clipped, found.missing) == (1, 0)
    assert gathered(quickstart, None).errors is None


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([3, 4, 4, 9], (3, 4, 5, 6, 7, 8, 9, 10)),
        ([0, 1], (0, 1, 2)),
        ([7], (7, 8)),
        ([33.5], (33, 34)),
        ([0, 100], tuple(range(0, 106, 5))),
        ([0, 0.6, 2.4], tuple(n / 10 for n in range(25))),
        ([-4, 19], tuple(range(-4, 21))),
        ([0] * 400 + [1, 90], tuple(range(25))),  # whole numbers that are nearly always 0
        ([*range(10, 21), 10_000] * 9, tuple(range(0, 10_501, 500))),  # no outlier: one in twelve
        ([*range(1000, 1100)] * 3 + [99_999], tuple(range(1000, 1101, 5))),
    ],
)
def test_edges_are_round(values: list[float], edges: tuple[float, ...]) -> None:
    assert edges_of(np.array(values, dtype=float)) == edges


_WHOLE = st.lists(st.integers(-1000, 10**9).map(float), min_size=1, max_size=60)
_ANY = st.lists(st.floats(-1e3, 1e9).map(lambda value: round(value, 6)), min_size=1, max_size=60)


@settings(max_examples=300)
@given(_WHOLE | _ANY)
def test_edges_hold_all_values_but_outliers_above(values: list[float]) -> None:
    found = histogram("m", {"good": np.array(values)})
    low, last = found.edges[0], found.edges[-1]
    widths = np.diff(found.edges)
    assert 1 <= len(widths) <= 27
    assert np.allclose(widths, widths[0], rtol=1e-6)
    assert low <= min(values) + 1e-9 * widths[0]
    if all(value == math.floor(value) for value in values):
        assert all(edge == math.floor(edge) for edge in found.edges)
        assert last > sorted(values)[int(0.99 * (len(values) - 1))]
    assert sum(found.counts["good"]) == len(values)
    assert found.clipped == sum(value > last for value in values) <= max(0.01 * len(values), 1)
