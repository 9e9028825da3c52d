"""Two runs or versions side by side as one page: what `curate compare A B --html FILE` writes.

    write_comparison(side("quickstart"), side("my-org/my-data@v1.0.0"), Path("compare.html"))

What the terminal shows, and beside it how the sides were made: settings that differ, and what models cost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from curate.release.compare import Comparison, Place, Stage, Told, compare
from curate.release.lock import read_lock
from curate.release.sides import PLACES, STAGES, Side
from curate.release.spent import dollars
from curate.report.compared.settings import Paid, paid, settings
from curate.report.formats import FORMATS
from curate.report.page import page
from curate.report.words import stage
from curate.whole import write_whole
from judges import REASONS
from judges.reasoning import CRITERIA

EXAMPLES = 10  # ids at the most that are named for each reason
NOWHERE = ""  # where a row stands on a side that does not have it


@dataclass(frozen=True, slots=True)
class Pair:
    """A count on each side, of `name`; None where a side has no such thing. most: the largest of its table."""

    name: str
    a: int | None
    b: int | None
    most: int

    @property
    def change(self) -> int:
        """How many more b has."""
        return (self.b or 0) - (self.a or 0)


@dataclass(frozen=True, slots=True)
class Configured:
    """The rows of a config and split: of all sources, and of each."""

    config: str
    split: str
    total: Pair
    sources: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages of a source that are not empty on both sides; of all sources together where it is ""."""

    source: str
    stages: tuple[Pair, ...]

    @property
    def differs(self) -> bool:
        """Whether a stage has another count on the other side."""
        return any(one.a != one.b for one in self.stages)


def write_comparison(a: Side, b: Side, target: Path) -> None:
    """Writes the page, whole or not at all. Raises UserError for a side that cannot be read, or a file that cannot be
    written."""
    write_whole(target, comparison_page(compare(a, b, EXAMPLES), a, b), "name another file with --html")


def comparison_page(found: Comparison, a: Side, b: Side) -> str:
    """The page as text."""
    costs, ways, names = paid(a, b), moves(found), (_called(a), _called(b))
    shown: dict[str, Any] = {
        **FORMATS,
        "stage": stage,
        "names": names,
        "found": found,
        "whats": _whats(found.rows),
        "moves": ways,
        "down": _ends(ways, 0),
        "across": _ends(ways, 1),
        "configs": configured(found.places),
        "judges": {judge: tuple(rates) for judge, rates in groupby(found.rates, lambda one: one.judge)},
        "criteria": {one.name: (one.en.title, one.zh.title) for one in CRITERIA},
        "reasons": REASONS,
        "funnels": funnels(found.funnel),
        "paid": costs,
        "total": _usd(costs),
        "settings": settings(a, b),
    }
    return page("compare", styles=["compare.css"], title=" · ".join(names), **shown)


def _called(found: Side) -> str:
    """What a side is called where others read it: a run, or a release on this machine, without the way to it."""
    if found.kind == "run":
        return found.folder.resolve().name
    if found.name != str(found.folder):
        return found.name  # of the Hub
    lock = read_lock(found.folder)
    return f"{lock['name']} {lock['version']}"


def moves(found: Comparison) -> Mapping[tuple[str, str], int]:
    """From where (a's config, or NOWHERE) and to where (b's) -> rows; those that stay where they are among them."""
    counts: dict[tuple[str, str], int] = {}
    for one in found.rows:
        if (way := _way(one)) is not None:
            counts[way] = counts.get(way, 0) + one.rows
    for config in PLACES:
        gone = sum(rows for (whence, _), rows in counts.items() if whence == config)
        counts[config, config] = sum(one.a for one in found.places if one.config == config) - gone
    return counts


def _ends(ways: Mapping[tuple[str, str], int], end: int) -> list[str]:
    """Where rows stand on one side, in the order of telling."""
    return [place for place in (*PLACES, NOWHERE) if any(rows for way, rows in ways.items() if way[end] == place)]


def _way(one: Told) -> tuple[str, str] | None:
    """Between which configs rows went; None for those that changed where they stand."""
    ways = {"added": (NOWHERE, one.config), "removed": (one.config, NOWHERE), "moved": (one.whence, one.config)}
    return None if one.reason == "split" else ways.get(one.what)


def configured(places: Iterable[Place]) -> tuple[Configured, ...]:
    """The rows of each config and split, all together and by source."""
    groups = {key: list(of_it) for key, of_it in groupby(places, lambda one: (one.config, one.split))}
    totals = {key: (sum(one.a for one in of_it), sum(one.b for one in of_it)) for key, of_it in groups.items()}
    most = max((max(total) for total in totals.values()), default=0)
    return tuple(
        Configured(*key, Pair("", *totals[key], most), tuple(Pair(one.source, one.a, one.b, most) for one in of_it))
        for key, of_it in groups.items()
    )


def funnels(stages: Iterable[Stage]) -> tuple[Funnel, ...]:
    """The funnel of all sources together, and of each."""
    by_source = {source: list(found) for source, found in groupby(stages, lambda one: one.source)}
    together = [_summed(name, by_source.values()) for name in STAGES]
    return tuple(_funnel(source, found) for source, found in {"": together, **by_source}.items())


def _summed(name: str, sources: Iterable[Iterable[Stage]]) -> Stage:
    found = [one for stages in sources for one in stages if one.stage == name]
    return Stage("", name, sum(one.a or 0 for one in found), sum(one.b or 0 for one in found))


def _funnel(source: str, stages: Iterable[Stage]) -> Funnel:
    shown = [one for one in stages if one.a or one.b]
    most = max((max(one.a or 0, one.b or 0) for one in shown), default=0)
    return Funnel(source, tuple(Pair(one.stage, one.a, one.b, most) for one in shown))


def _whats(rows: Iterable[Told]) -> Mapping[str, int]:
    """added, removed, moved, changed -> rows."""
    counts = dict.fromkeys(("added", "removed", "moved", "changed"), 0)
    for one in rows:
        counts[one.what] += one.rows
    return counts


def _usd(costs: Iterable[Paid]) -> tuple[float | None, float | None]:
    """What all models of each side cost; None where one of them has no price."""
    lines = list(costs)
    of_a, of_b = [one.a for one in lines if one.a], [one.b for one in lines if one.b]
    return dollars(of_a), dollars(of_b)
