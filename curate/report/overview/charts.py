"""The geometry of a report's charts: lengths and places, worked out of the records; templates draw them as plain SVG.

stacked({"sft": 3, "rl": 1}, 8)     ->  (Segment("sft", 3, 0.0, 37.5), Segment("rl", 1, 37.5, 12.5))

Why no charting library: each of these is a few rectangles. As SVG of our own they print, follow the theme, need no
script, and a report of them is some hundred kilobytes where a library alone is three megabytes. Lengths are in
hundredths of the chart, which is as wide as its place; no text stands in a chart that is stretched.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from curate.report.facts import Histogram, Timeline


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    name: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, y downwards from the top. name: what it belongs to."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Strip:
    """How one group of a histogram is distributed. n: its rows; median_at: where the median stands, None without one;
    boxes: a bin each that holds rows, the fullest bin of the group as high as the strip."""

    group: str
    n: int
    median: float | None
    median_at: float | None
    boxes: tuple[Box, ...]


def traces_of(**keys: object) -> str:
    """The address of the traces inside the page that these filters leave; a key without a value is no filter."""
    told = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in keys.items() if value not in (None, ""))
    return f"#traces?{told}" if told else "#traces"


def trace_of(question_id: str) -> str:
    """The address of one trace inside the page."""
    return f"#trace={quote(question_id, safe='')}"


def stacked(counts: Mapping[str, int], whole: int) -> tuple[Segment, ...]:
    """A bar of counts side by side, in their order; `whole` would fill it. Zero counts have no segment."""
    segments, start = list[Segment](), 0
    for name, count in counts.items():
        if count > 0 and whole > 0:
            segments.append(Segment(name, count, _hundredths(start, whole), _hundredths(count, whole)))
            start += count
    return tuple(segments)


def strips(histogram: Histogram) -> tuple[Strip, ...]:
    """The groups of a histogram that hold rows, on one axis."""
    return tuple(_strip(histogram, group, counts) for group, counts in histogram.counts.items() if sum(counts))


def _strip(histogram: Histogram, group: str, counts: Sequence[int]) -> Strip:
    wide, most = 100 / len(counts), max(counts)
    boxes = tuple(
        Box(
            group, round(at * wide, 3), round(100 - 100 * count / most, 3), round(wide, 3), round(100 * count / most, 3)
        )
        for at, count in enumerate(counts)
        if count
    )
    median = histogram.medians.get(group)
    return Strip(group, sum(counts), median, None if median is None else _place(histogram.edges, median), boxes)


def _place(edges: Sequence[float], value: float) -> float:
    """Where a value stands among the bins, which are drawn alike wide even where they are not; a clipped one at the
    end."""
    bins = len(edges) - 1
    at = min(max(bisect_right(edges, value) - 1, 0), bins - 1)
    low, high = edges[at], edges[at + 1]
    inside = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0
    return round(100 * (at + inside) / bins, 3)


def separation(histogram: Histogram, one: str = "good", other: str = "bad") -> float:
    """How well a number tells one group from the other, 0 to 1: |2 AUC - 1|, by the bins, ties counted half.

    AUC is the chance that a row of one group stands above a row of the other (Mann and Whitney 1947); 0 where either
    group is empty."""
    ones, others = histogram.counts.get(one, ()), histogram.counts.get(other, ())
    pairs, below, above = sum(ones) * sum(others), 0, 0.0
    for first, second in zip(ones, others, strict=False):
        above += first * (below + second / 2)
        below += second
    return abs(2 * above / pairs - 1) if pairs else 0.0


def telling_first(histograms: Iterable[Histogram]) -> tuple[Histogram, ...]:
    """Histograms, those that tell good from bad best first; those that tell alike stay in their order."""
    return tuple(sorted(histograms, key=lambda one: -round(separation(one), 6)))


def columns(timeline: Timeline, models: Sequence[str]) -> tuple[Box, ...]:
    """The calls of each moment as a column, those of a model upon another's in the order of `models`."""
    span = _span(timeline)
    most = max((sum(moment.calls.values()) for moment in timeline.moments), default=0)
    boxes = list[Box]()
    for moment in timeline.moments if span and most else ():
        base = 0
        for model in models:
            count = moment.calls.get(model, 0)
            base += count
            x, width = round(100 * moment.start / span, 3), round(100 * timeline.step / span, 3)
            if count:
                boxes.append(Box(model, x, _hundredths(most - base, most), width, _hundredths(count, most)))
    return tuple(boxes)


def spending(timeline: Timeline) -> str:
    """The dollars spent so far as the points of a line, "" where nothing was."""
    span, whole = _span(timeline), sum(moment.usd for moment in timeline.moments)
    if not span or whole <= 0:
        return ""
    points, spent = ["0,100"], 0.0
    for moment in timeline.moments:
        spent += moment.usd
        points.append(f"{100 * (moment.start + timeline.step) / span:.2f},{100 - 100 * spent / whole:.2f}")
    return " ".join(points)


def _span(timeline: Timeline) -> float:
    return timeline.moments[-1].start + timeline.step if timeline.moments else 0.0


def _hundredths(part: int, whole: int) -> float:
    return round(100 * part / whole, 3)
