"""What the overview's templates are given: the facts, what is worked out of them, and how things are called.

page("report", **overview(facts), ...)
"""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from curate.calibration import GOOD
from curate.report.facts import OTHERS, Counts, Facts
from curate.report.fates import DESTINATIONS, GROUPS, in_words
from curate.report.formats import FORMATS
from curate.report.overview import charts, pivots
from curate.report.overview.flows import BAR, funnel_picture
from curate.report.page import both, said
from curate.report.words import PLACES_OF_NUMBERS, PROPERTIES, STAGES, called, measured, model_named

_FOREMOST = 9  # measures that are shown at once
_FILTERS = {"answer_kind": "kind", "language": "language", "module": "module"}  # property -> filter of the traces
_GROUPS = {"answer_kind": "kind:", "module": "module:"}  # property -> what its values are called under

_CONTENTS: Mapping[str, tuple[str, str]] = {
    "run": ("Run", "运行"),
    "funnel": ("Funnel", "漏斗"),
    "screens": ("Screens", "筛查"),
    "criteria": ("Criteria", "标准"),
    "agreement": ("Agreement", "一致性"),
    "measures": ("Measures", "度量"),
    "audits": ("Audits", "核查"),
    "questions": ("Questions", "题目"),
    "lengths": ("Lengths", "长度"),
    "attempts": ("Attempts", "尝试"),
    "cost": ("Cost", "费用"),
    "timeline": ("Time", "时间"),
}


def overview(facts: Facts) -> dict[str, Any]:
    """Everything that templates of the overview ask for."""
    return {**FORMATS, **_CALLED, **_DRAWN, **_worked_out(facts), "facts": facts, "contents": contents(facts)}


def contents(facts: Facts) -> list[tuple[str, tuple[str, str]]]:
    """The sections that have something to say, in order: id and title."""
    empty = {
        "measures": not facts.measures,
        "audits": not facts.audits,
        "questions": not any(one.counts for one in facts.counted),
        "lengths": not facts.lengths,
        "attempts": not facts.tries and not facts.pass_rates,
    }
    return [(id, title) for id, title in _CONTENTS.items() if not empty.get(id)]


def _worked_out(facts: Facts) -> dict[str, Any]:
    went = {name: sum(flow.questions for flow in facts.flows if flow.goes_to == name) for name in DESTINATIONS}
    compared, pairs = pivots.pairs(facts.agreement)
    attempted, tries = pivots.attempts(facts.tries)
    moments = facts.timeline.moments
    return {
        "went": went,
        "outcomes": sum(went.values()),
        "spent": pivots.in_all(facts.costs, went["sft"]),
        "known": pivots.known(facts.costs),
        "picture": funnel_picture(facts.flows),
        "reasons": pivots.reasons(facts.flows),
        "stages": _stages(facts),
        "heats": pivots.heats(facts.rates),
        "compared": compared,
        "pairs": pairs,
        "measures": charts.telling_first(facts.measures),
        "attempted": attempted,
        "tries": tries,
        "models": _calls(facts),
        "busiest": max((sum(moment.calls.values()) for moment in moments), default=0),
    }


def _calls(facts: Facts) -> Counts:
    """Calls by model over the time line, the model that was asked first first."""
    counts = dict[str, int]()
    for moment in facts.timeline.moments:
        for model, calls in moment.calls.items():
            counts[model] = counts.get(model, 0) + calls
    return counts


def _stages(facts: Facts) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    """Columns of the funnel by source; what is zero everywhere is left out where that is the rule."""
    rare = {"pending", "failed", "untraced", "unreadable"}
    kept = {name for name in rare if any(one.stages.get(name) for one in facts.sources)}
    told = [(title, tuple(name for name in names if name not in rare or name in kept)) for title, names in STAGES]
    return [(title, names) for title, names in told if names]


def _named(code: str) -> Markup:
    return both(*called(code))


def _home(home: str) -> Markup:
    """Where a corpus is published, in words; one of whoever runs the recipe has no such place."""
    return _named("yours") if home.startswith("yours") else said(f"home:{home}", home)


def _valued(name: str, value: str) -> Markup:
    """A value of a property in words."""
    if value == OTHERS:
        return both("all others", "其他")
    return said(_GROUPS.get(name, "") + value) if value or name == "module" else both("none", "无")


def _model(published: str) -> Markup | str:
    english, chinese = model_named(published)
    return both(english, chinese) if english != chinese else published


def _in_words(code: str) -> Markup:
    return both(*in_words(code))


def _widest(counts: Mapping[str, Counts]) -> int:
    return max((sum(one.values()) for one in counts.values()), default=0)


_CALLED: Mapping[str, Any] = {
    "named": _named,
    "home": _home,
    "in_words": _in_words,
    "model_named": _model,
    "valued": _valued,
    "measured": measured,
    "label": lambda code: said(f"label:{code}"),
    "part": lambda code: said(f"part:{code}"),
    "properties": lambda name: both(*PROPERTIES[name]),
    "groups": GROUPS,
    "places": DESTINATIONS,
    "origins": PLACES_OF_NUMBERS,
    "filters": _FILTERS,
    "others": OTHERS,
    "verdict": GOOD,
    "foremost": _FOREMOST,
    "bar": BAR,
}
_DRAWN: Mapping[str, Callable[..., Any]] = {
    "traces_of": charts.traces_of,
    "trace_of": charts.trace_of,
    "stacked": charts.stacked,
    "strips": charts.strips,
    "columns": charts.columns,
    "spending": charts.spending,
    "widest": _widest,
}
