"""Records of a report turned into the tables that show them: rows and columns, totals, what a cell is of.

heats(rates)  ->  (Heat("rules", True, ("step_count", ...), (HeatRow("", {...}), HeatRow("finqa", {...}))), ...)
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cards.facts import Agreement
from curate.calibration import GOOD
from curate.report.facts import Cost, Flow, Rate, Tried
from curate.report.fates import DESTINATIONS, GROUPS, group_of
from curate.report.overview.charts import traces_of


@dataclass(frozen=True, slots=True)
class HeatRow:
    """Rates of a source by criterion; source "": of all sources together."""

    source: str
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Heat:
    """A judge's rates: criteria across, the verdict last; all sources first, then each."""

    judge: str
    sits: bool
    criteria: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def heats(rates: Sequence[Rate]) -> tuple[Heat, ...]:
    """A table for each judge, those that have a say first."""
    judges = dict.fromkeys((one.judge, one.sits) for one in rates)
    return tuple(
        _heat([one for one in rates if one.judge == name], name, sits) for name, sits in sorted(judges, key=_silent)
    )


def _silent(judge: tuple[str, bool]) -> bool:
    return not judge[1]


def _heat(rates: Sequence[Rate], judge: str, sits: bool) -> Heat:
    names = dict.fromkeys(one.criterion for one in rates)
    sources = dict.fromkeys(one.source for one in rates)
    rows = [HeatRow(source, {one.criterion: one for one in rates if one.source == source}) for source in sources]
    if len(rows) > 1:
        rows.insert(
            0, HeatRow("", {name: _sum([r for r in rates if r.criterion == name], judge, sits) for name in names})
        )
    return Heat(judge, sits, tuple(sorted(names, key=lambda name: name == GOOD)), tuple(rows))


def _sum(rates: Sequence[Rate], judge: str, sits: bool) -> Rate:
    met, failed, undecided = (sum(getattr(r, of) for r in rates) for of in ("met", "failed", "undecided"))
    return Rate("", judge, sits, rates[0].criterion, met, failed, undecided)


def pairs(agreement: Sequence[Agreement]) -> tuple[tuple[str, ...], Mapping[tuple[str, str], Mapping[str, Agreement]]]:
    """The criteria that judges agree or disagree on, the verdict last, and by pair of judges how they do."""
    table = dict[tuple[str, str], dict[str, Agreement]]()
    for one in agreement:
        table.setdefault((one.judge, one.other), {})[one.criterion] = one
    names = dict.fromkeys(one.criterion for one in agreement)
    return tuple(sorted(names, key=lambda name: name == GOOD)), table


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of outcomes, in its group, with where its questions went and which sources they are of."""

    group: str
    label: str
    code: str
    questions: int
    goes_to: Mapping[str, int]
    sources: Mapping[str, int]

    @property
    def href(self) -> str:
        """The address of its traces."""
        return traces_of(label=self.label, reason=self.code, goes_to="waiting" if self.group == "waiting" else "")


def reasons(flows: Sequence[Flow]) -> tuple[Reason, ...]:
    """Every reason of a run, group by group, the largest first."""
    found = [_reason([f for f in flows if (group_of(f), f.reason) == key], *key) for key in _keys(flows)]
    groups = list(GROUPS)
    return tuple(sorted(found, key=lambda one: (groups.index(one.group), -one.questions, one.code)))


def _keys(flows: Iterable[Flow]) -> dict[tuple[str, str], None]:
    return dict.fromkeys((group_of(flow), flow.reason) for flow in flows if flow.questions)


def _reason(flows: Sequence[Flow], group: str, code: str) -> Reason:
    sources, places = Counter[str](), Counter[str]()
    for flow in flows:
        sources[flow.source] += flow.questions
        places[flow.goes_to] += flow.questions
    ordered = {name: places[name] for name in DESTINATIONS if places[name]}
    return Reason(group, flows[0].label, code, sources.total(), ordered, dict(sources.most_common()))


def attempts(tries: Sequence[Tried]) -> tuple[tuple[int, ...], Mapping[str, Mapping[int, Tried]]]:
    """The numbers of attempts that occur, and what came of each by source."""
    table = dict[str, dict[int, Tried]]()
    for one in tries:
        table.setdefault(one.source, {})[one.attempts] = one
    return tuple(sorted({one.attempts for one in tries})), table


def known(costs: Sequence[Cost]) -> float | None:
    """What the models that have a price cost together; None where none has one."""
    usd = [one.usd for one in costs if one.usd is not None]
    return sum(usd) if usd else None


def in_all(costs: Sequence[Cost], kept: int) -> Cost:
    """All calls of a run together. One model without a price leaves what all cost unknown, as in a release (`known` is
    the rest); of reasoning tokens, which many servers do not tell, it is the sum of those that are told."""
    usd = known(costs) if all(one.usd is not None for one in costs) else None
    reasoned = [one.reasoning_tokens for one in costs if one.reasoning_tokens is not None]
    return Cost(
        purpose="",
        model="",
        calls=sum(one.calls for one in costs),
        failed=sum(one.failed for one in costs),
        prompt_tokens=sum(one.prompt_tokens for one in costs),
        completion_tokens=sum(one.completion_tokens for one in costs),
        reasoning_tokens=sum(reasoned) if reasoned else None,
        cached_tokens=sum(one.cached_tokens for one in costs),
        usd=usd,
        usd_per_kept=usd / kept if usd is not None and kept else None,
    )
