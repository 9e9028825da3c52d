"""Flows as threads through three stations each, with what is too small for a place of its own folded into "other (n)".

threads(flows)  ->  (Thread((Station(0, "finqa" ...), Station(1, ... "good"), Station(2, ... "sft")), "good", 17), ...)
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from curate.report.facts import Flow
from curate.report.fates import DESTINATIONS, GROUPS, PLACES, group_of, in_short
from curate.report.overview.charts import traces_of

_SOURCES, _REASONS = 14, 4  # as many have a place of their own: sources, and reasons of a group
_LEAST = 0.01  # of all questions, for a reason to have one beside the first of its group


@dataclass(frozen=True, slots=True)
class Station:
    """Where threads go through: a source (column 0), a reason (1), a destination (2), or several folded into one.

    key: of the source, reason or destination, "" for a folded one; group: of a reason, its key in GROUPS, of a
    destination, itself; filters: of its traces, none of a folded one; rank: its place among those of its column and
    group, folded ones last."""

    column: int
    key: str
    group: str
    en: str
    zh: str
    filters: tuple[tuple[str, str], ...]
    rank: int

    @property
    def href(self) -> str:
        """The address of its traces; "" of a folded one, since no filter tells several."""
        return traces_of(**dict(self.filters)) if self.key else ""


@dataclass(frozen=True, slots=True)
class Thread:
    """Questions that went one way."""

    stations: tuple[Station, Station, Station]
    group: str
    questions: int


def threads(flows: Iterable[Flow]) -> tuple[Thread, ...]:
    """Every flow that holds questions as a thread, in the order of the flows."""
    shown = [flow for flow in flows if flow.questions]
    sources, reasons = _sources(shown), _reasons(shown)
    return tuple(
        Thread(
            (sources[flow.source], reasons[group_of(flow), flow.reason], _destination(flow.goes_to)),
            group_of(flow),
            flow.questions,
        )
        for flow in shown
    )


def _sources(flows: Sequence[Flow]) -> dict[str, Station]:
    """Sources in the order in which they come, where they are many the largest."""
    counts = Counter[str]()
    for flow in flows:
        counts[flow.source] += flow.questions
    own = _own(counts, _SOURCES)
    return {
        name: Station(0, name, "", name, name, (("source", name),), rank)
        if name in own
        else Station(0, "", "", *_other(len(counts) - len(own)), (), len(counts))
        for rank, name in enumerate(counts)
    }


def _reasons(flows: Sequence[Flow]) -> dict[tuple[str, str], Station]:
    """Reasons of each group, the largest first."""
    least = _LEAST * sum(flow.questions for flow in flows)
    found = dict[tuple[str, str], Station]()
    for group in GROUPS:
        mine = [flow for flow in flows if group_of(flow) == group]
        counts = Counter[str]()
        for flow in sorted(mine, key=lambda flow: flow.reason):
            counts[flow.reason] += flow.questions
        own = _own(counts, _REASONS, least)
        for rank, (code, _) in enumerate(counts.most_common()):
            filters = {"label": mine[0].label, "reason": code, "goes_to": "waiting" if group == "waiting" else ""}
            found[group, code] = (
                Station(1, code, group, *in_short(code), tuple(filters.items()), rank)
                if code in own
                else Station(1, "", group, *_other(len(counts) - len(own)), (), len(counts))
            )
    return found


def _own(counts: Counter[str], most: int, least: float = 0) -> set[str]:
    """Those that have a place of their own. A single one is never folded: that would only hide its name."""
    own = {name for at, (name, count) in enumerate(counts.most_common(most)) if at == 0 or count >= least}
    return own if len(counts) - len(own) > 1 else set(counts)


def _other(folded: int) -> tuple[str, str]:
    return f"other ({folded})", f"其他（{folded} 项）"


def _destination(name: str) -> Station:
    return Station(2, name, name, *PLACES[name], (("goes_to", name),), DESTINATIONS.index(name))
