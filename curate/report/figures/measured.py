"""How the numbers of a run are distributed: its measures, errors, lengths and pass rates as histograms.

    histogram("steps", {"good": np.array([3, 4, 4]), "bad": np.array([9])})
    ->  Histogram("steps", edges=(3, 4, 5, 6, 7, 8, 9, 10), counts={"good": (1, 2, 0, ...), "bad": (0, ..., 1)}, ...)

One measure is in memory at a time, a float for each trace, and of texts a length for each.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import duckdb
import numpy as np
from numpy.typing import NDArray

from curate.prompt import prompt
from curate.records import Label, Language
from curate.report.facts import Histogram
from curate.tables import TABLES, file_of, question_of, read_rows
from judges.reasoning import MEASURES
from judges.tokens import estimated

Values = NDArray[np.float64]

_BINS = 24
_SHARE = tuple(round(number / 20, 2) for number in range(21))
_TENTHS = tuple(round(number / 10, 1) for number in range(11))
_ERRORS = (0.0, *(float(f"{digit}e{power}") for power in (-3, -2, -1, 0) for digit in (1, 2, 5)), 10.0)
_FAR = 1.5  # times the way to the 99th percentile: what lies beyond is an outlier
_DIGITS = 6
_BATCH = 256  # rows whose texts are in memory at once

_MEASURE = """
    select list_position(?, label) as place, coalesce(value, 'nan') as value
    from measures join outcomes using (question_id) where name = ?"""
_ERROR = """
    select list_position(?, label) as place, coalesce(error, 'nan') as value
    from calculations c join outcomes using (question_id) where not c.value"""
_RATE = "select 1 as place, coalesce(pass_rate, 'nan') as value from pass_rates"


def measures(connection: duckdb.DuckDBPyConnection) -> Iterator[Histogram]:
    """Every measure that has values, in the order of MEASURES, by the label of the trace's question."""
    labels = get_args(Label)
    for name, meaning in MEASURES.items():
        groups, missing = _groups(connection, _MEASURE, labels, [[*labels], name])
        if groups:
            yield histogram(name, groups, missing, _SHARE if "0 to 1" in meaning else None)


def errors(connection: duckdb.DuckDBPyConnection) -> Histogram | None:
    """How far off wrong calculations are, by the label of the question; None where there is none."""
    labels = get_args(Label)
    groups, missing = _groups(connection, _ERROR, labels, [[*labels]])
    return histogram("error", groups, missing, _ERRORS) if groups or missing else None


def pass_rates(connection: duckdb.DuckDBPyConnection) -> Histogram | None:
    """The student's pass rates in tenths; None where no student was asked."""
    groups, missing = _groups(connection, _RATE, ("rl",), [])
    return histogram("pass_rate", groups, missing, _TENTHS) if groups or missing else None


def lengths(folder: Path) -> Iterator[Histogram]:
    """Tokens by judges.tokens.estimated, by language: of every question's prompt, as a teacher is asked it, and of the
    reasoning and the answer of every trace; an empty text has no length."""
    tokens: dict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
    missing = dict.fromkeys(("prompt", *_WRITTEN), 0)
    for part, language, text in _texts(folder):
        if text:
            tokens[part, language].append(round(estimated(text)))
        else:
            missing[part] += 1
    for part, empty in missing.items():
        groups = {one: np.array(tokens[part, one]) for one in get_args(Language) if (part, one) in tokens}
        if groups:
            yield histogram(part, groups, empty)


def _texts(folder: Path) -> Iterator[tuple[str, str, str]]:
    """part, language, text. The tables stand in the same order, and are read in step. A question's meta is left unread:
    it may hold whole traces."""
    traces = read_rows(folder / file_of("traces"), ("question_id", *_WRITTEN), _BATCH)
    trace = next(traces, None)
    for row in read_rows(folder / file_of("questions"), _ASKED, _BATCH):
        question = question_of({**row, "meta": "{}"})
        yield "prompt", question.language, prompt(question)
        while trace is not None and trace["question_id"] == question.id:
            yield from ((part, question.language, trace[part]) for part in _WRITTEN)
            trace = next(traces, None)


_WRITTEN = ("reasoning", "answer")
_ASKED = [name for name, _, _ in TABLES["questions"] if name != "meta"]


def _groups(
    connection: duckdb.DuckDBPyConnection, query: str, names: Sequence[str], parameters: Sequence[Any]
) -> tuple[dict[str, Values], int]:
    """The values of each group that has any, and how many rows have none. query: gives `place`, a group's number in
    names from 1, and `value`."""
    rows = connection.execute(query, parameters).fetchnumpy()
    place, value = np.asarray(rows["place"]), np.asarray(rows["value"], dtype=np.float64)
    known = np.isfinite(value)
    groups = {name: value[known & (place == number)] for number, name in enumerate(names, 1)}
    return {name: values for name, values in groups.items() if values.size}, int((~known).sum())


def histogram(
    name: str, groups: Mapping[str, Values], missing: int = 0, edges: Sequence[float] | None = None
) -> Histogram:
    """Values by group as counts of bins. edges: where the bins' are known; by default `edges_of` all the values."""
    values = np.concatenate([*groups.values(), np.empty(0)])
    edges = tuple(edges_of(values) if edges is None else edges)
    inside = {group: np.clip(own, edges[0], edges[-1]) for group, own in groups.items()}
    return Histogram(
        name=name,
        edges=edges,
        counts={group: tuple(np.histogram(own, edges)[0].tolist()) for group, own in inside.items()},
        medians={group: round(float(np.median(own)), _DIGITS) for group, own in groups.items()},
        clipped=int((values > edges[-1]).sum()),
        missing=missing,
    )


def edges_of(values: Values) -> tuple[float, ...]:
    """Edges of some two dozen equal bins, on multiples of 1, 2 or 5 and a power of ten: from the smallest value to the
    largest, or where that lies far out to the 99th percentile. Bins of whole numbers are wide a whole number."""
    low, last = float(values.min()), float(values.max())
    high = float(np.quantile(values, 0.99, method="higher"))
    whole = bool((values == np.floor(values)).all())
    if whole:
        high = max(high, min(last, low + _BINS - 1))
    if high == low or last - low <= _FAR * (high - low):
        high = last
    width = _width((high - low) / _BINS, whole)
    first, end = math.floor(_in(low, width)), _in(high, width)
    count = math.floor(end) + 1 - first if whole else max(math.ceil(end) - first, 1)
    return tuple(round((first + number) * width, 12) for number in range(count + 1))


def _in(value: float, width: float) -> float:
    """A value in widths, without the noise of a division of floats."""
    return round(value / width, 9)


def _width(least: float, whole: bool) -> float:
    """The smallest round number that is not below."""
    if least <= 0 or (whole and least <= 1):
        return 1.0
    power = math.floor(math.log10(least))
    rounds = (float(f"{digit}e{exponent}") for exponent in (power, power + 1) for digit in (1, 2, 5))
    return next(one for one in rounds if one >= least * (1 - 1e-9))
