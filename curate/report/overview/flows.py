"""The funnel as a picture: from sources through the reasons of outcomes to where the questions went, a ribbon a flow.

funnel_picture(facts.flows)  ->  Picture(nodes, ribbons, headings, width, height), pixels; None where nothing flowed

A ribbon is as wide as its count, and never too thin to be seen. Nodes stand so far apart that no label meets another.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from curate.report.facts import Flow
from curate.report.fates import GROUPS
from curate.report.overview.charts import traces_of
from curate.report.overview.folding import Station, Thread, threads
from curate.report.overview.lettering import cut, wide

THINNEST = 1.5  # of a ribbon
BAR = 10.0  # a node's width
LINE = 17.0  # a label's height
_TALL = 380  # of all questions together
_GAP, _HEADING, _TOP = 4.0, 22.0, 4.0
_ROOM = (184.0, 430.0, 200.0)  # for each column's labels, which stand left of the first column, right of the others
_BESIDE = 6.0  # from a node to its label
_APART = (240.0, 510.0)  # from column to column

_Link = tuple[Station, Station, str]  # from, to, and the group, which gives it its colour


@dataclass(frozen=True, slots=True)
class Node:
    """A station at its place. en, zh: its label, cut to its room; label_x, anchor: where it begins or ends; label_y:
    its middle."""

    station: Station
    count: int
    en: str
    zh: str
    x: float
    y: float
    height: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Questions between two nodes: x, y and to_x, to_y are the upper corners of its ends, which are `width` high."""

    start: Station
    end: Station
    group: str
    count: int
    x: float
    y: float
    to_x: float
    to_y: float
    width: float

    @property
    def path(self) -> str:
        """The ribbon as an SVG path."""
        x, y, to_x, to_y, half = self.x, self.y, self.to_x, self.to_y, (self.x + self.to_x) / 2
        below, to_below = y + self.width, to_y + self.width
        there = f"M{x:g} {y:g}C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}"
        return f"{there}V{to_below:g}C{half:g} {to_below:g} {half:g} {below:g} {x:g} {below:g}Z"

    @property
    def href(self) -> str:
        """The address of its traces; "" where an end is folded, since no filter tells several."""
        whole = self.start.key and self.end.key
        return traces_of(**dict(self.start.filters + self.end.filters)) if whole else ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A group of reasons, named above them. y: of its base line."""

    group: str
    count: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture, in pixels."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    headings: tuple[Heading, ...]
    width: float
    height: float


def funnel_picture(flows: Iterable[Flow]) -> Picture | None:
    """The picture of these flows; the same flows give the same picture."""
    shown = threads(flows)
    if not shown:
        return None
    scale = _TALL / sum(one.questions for one in shown)
    links = _links(shown, 0), _links(shown, 1)
    nodes, headings, height = _placed(shown, links, scale)
    ribbons = (*_ribbons(links[0], nodes, scale), *_ribbons(links[1], nodes, scale))
    width = round(max(one.x for one in nodes.values()) + BAR + _BESIDE + _ROOM[2], 2)
    return Picture(tuple(nodes.values()), ribbons, tuple(headings), width, height)


def _placed(
    shown: Sequence[Thread], links: Sequence[Mapping[_Link, int]], scale: float
) -> tuple[dict[Station, Node], list[Heading], float]:
    """All nodes and headings, column by column, each centred beside the tallest; and the height of all."""
    columns = [_column(shown, at) for at in range(3)]
    heights = {one: _height(one, links, scale) for one in chain(*columns)}
    tallest = max(_tall(stations, heights) for stations in columns)
    nodes, headings = dict[Station, Node](), list[Heading]()
    for stations, x in zip(columns, _at(columns[0], shown), strict=True):
        y = _TOP + (tallest - _tall(stations, heights)) / 2
        for group, mine in groupby(stations, lambda one: one.group if one.column == 1 else ""):
            if group:
                headings.append(
                    Heading(group, sum(t.questions for t in shown if t.group == group), x, round(y + 15, 2))
                )
                y += _HEADING
            for station in mine:
                slot = max(heights[station], LINE)
                nodes[station] = _node(station, _count(station, shown), x, heights[station], y + slot / 2)
                y += slot + _GAP
    return nodes, headings, round(tallest + 2 * _TOP, 2)


def _links(shown: Sequence[Thread], side: int) -> Mapping[_Link, int]:
    counts = Counter[_Link]()
    for one in shown:
        counts[one.stations[side], one.stations[side + 1], one.group] += one.questions
    return {link: counts[link] for link in sorted(counts, key=lambda link: (_place(link[0]), _place(link[1]), link[2]))}


def _place(station: Station) -> tuple[int, int]:
    """A station's place in its column."""
    return (list(GROUPS).index(station.group) if station.column == 1 else 0), station.rank


def _column(shown: Sequence[Thread], at: int) -> list[Station]:
    return sorted({one.stations[at] for one in shown}, key=_place)


def _thick(count: int, scale: float) -> float:
    return max(count * scale, THINNEST)


def _height(station: Station, links: Sequence[Mapping[_Link, int]], scale: float) -> float:
    """The thicker of a station's two bundles of ribbons."""
    bundles = (
        sum(_thick(count, scale) for link, count in side.items() if link[end] == station)
        for side in links
        for end in (0, 1)
    )
    return round(max(bundles), 2)


def _tall(stations: Sequence[Station], heights: Mapping[Station, float]) -> float:
    headings = len({one.group for one in stations}) if stations[0].column == 1 else 0
    return sum(max(heights[one], LINE) + _GAP for one in stations) + _HEADING * headings


def _at(sources: Sequence[Station], shown: Sequence[Thread]) -> tuple[float, float, float]:
    """Where the columns begin: the first right of its labels."""
    widest = max(
        wide(_label(one.en, one.column, count)) + _number(count) for one in sources if (count := _count(one, shown))
    )
    first = round(widest + _BESIDE, 2)
    return first, first + _APART[0], first + sum(_APART)


def _count(station: Station, shown: Sequence[Thread]) -> int:
    return sum(one.questions for one in shown if station in one.stations)


def _label(text: str, column: int, count: int) -> str:
    """A label, cut where it and its count have no room."""
    return cut(text, _ROOM[column] - _number(count))


def _number(count: int) -> float:
    return wide(f" {count:,} ")


def _node(station: Station, count: int, x: float, height: float, middle: float) -> Node:
    label_x, anchor = (x - _BESIDE, "end") if station.column == 0 else (x + BAR + _BESIDE, "start")
    en, zh = (_label(text, station.column, count) for text in (station.en, station.zh))
    y = round(middle - height / 2, 2)
    return Node(station, count, en, zh, x, y, height, round(label_x, 2), round(middle, 2), anchor)


def _ribbons(links: Mapping[_Link, int], nodes: Mapping[Station, Node], scale: float) -> Iterator[Ribbon]:
    """Ribbons in the order of their ends, each below the one before it at either side, so that few cross."""
    left = {one: node.y for one, node in nodes.items()}
    right = dict(left)
    for (start, end, group), count in links.items():
        width = round(_thick(count, scale), 2)
        x = nodes[start].x + BAR
        yield Ribbon(start, end, group, count, x, round(left[start], 2), nodes[end].x, round(right[end], 2), width)
        left[start] += width
        right[end] += width
