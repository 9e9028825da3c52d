"""What a run's report tells, as records; `gathered` reads them out of a run, the page lays them out.

Everything is a number, a code or a name: words in either language are the page's, and so is a share, where both of its
numbers stand here. Undecided is counted apart everywhere, never as 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cards.facts import Agreement, Benchmark, Flag

Counts = Mapping[str, int]

MOST = 30  # values of a property that are told each by itself
OTHERS = "..."  # stands for all its other values


@dataclass(frozen=True, slots=True)
class Head:
    """What was run. digest: the recipe's; started: ISO 8601, UTC; stopped: why it ended early (budget, interrupted,
    no_calls), in words in stopped_because; models: name in the recipe -> as it may be shown; versions: of packages. No
    time of the report's own: the same run gives the same bytes."""

    name: str
    version: str
    digest: str
    started: str
    seconds: float
    records: int
    questions: int
    stopped: str | None
    stopped_because: str | None
    options: Mapping[str, Any]
    models: Mapping[str, str]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it was read: all of the view `funnel` for it in `stages` (records, unreadable, questions, flagged,
    dropped, untraced, pending, failed, answer_right ... sft, rl, rejects), and where it comes from."""

    name: str
    use: str
    title: str
    home: str
    licence: str
    language: str
    files: tuple[tuple[str, str], ...]  # name, sha256
    stages: Counts


@dataclass(frozen=True, slots=True)
class Flow:
    """Outcomes of one kind: of a source, by label and reason, and where they went: sft, rl, rejects, or waiting for a
    call ("waiting"). The counts of all flows sum up to the rows of `outcomes`."""

    source: str
    label: str
    reason: str
    goes_to: str
    questions: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Votes on one criterion, by source and judge. sits: whether the judge has a say; GOOD_TRACE is its verdict."""

    source: str
    judge: str
    sits: bool
    criterion: str
    met: int
    failed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """A statistic with its interval; None where there was nothing to estimate."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A judge against people, of `curate calibrate`. n: traces that both decided."""

    judge: str
    criterion: str
    n: int
    judge_undecided: int
    people_undecided: int
    agreement: Estimated
    kappa: Estimated
    precision: Estimated
    recall: Estimated


@dataclass(frozen=True, slots=True)
class Histogram:
    """How a number is distributed: a count for each bin, for each group that has a value.

    name: of a measure; `prompt`, `reasoning` or `answer`, in tokens; `error`; or `pass_rate`. edges: one more than
    bins, each bin with its lower edge, the last one with both; equally wide, but for those of `error` (1, 2, 5 of each
    power of ten from a thousandth to 10, and 0). A bin of whole numbers is wide a whole number: [3, 4) holds 3 alone,
    and so does a last bin [3, 4]. counts, medians: by group, always in this order: good, bad, undecided, dropped (the
    label of the trace's question) for measures and `error`; en, zh for tokens; rl for `pass_rate`. clipped: values
    above the last edge, which stand in the last bin; missing: rows without a value.
    """

    name: str
    edges: tuple[float, ...]
    counts: Mapping[str, tuple[int, ...]]
    medians: Mapping[str, float]
    clipped: int
    missing: int


@dataclass(frozen=True, slots=True)
class Audited:
    """The arithmetic audit and grounding of a source's judged traces. calculations by value (right, wrong, undecided),
    numbers by place (given, derived, constant, miscalculated, unfounded), each mention counted; traces: looked at;
    wrong_traces, unfounded_traces, misread_traces: with at least one such."""

    source: str
    traces: int
    calculations: Counts
    numbers: Counts
    wrong_traces: int
    unfounded_traces: int
    misread_traces: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Questions by a property's values and by where they go: name is answer_kind, language, module, licence; counts:
    value -> sft, rl, rejects, waiting (always these four) -> questions, the most frequent value first. The value "" is
    that of questions without one; OTHERS, always last, all values beyond the MOST frequent."""

    name: str
    counts: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Tried:
    """Attempts of a source: questions by how many attempts their chosen sample took, and those that ended good."""

    source: str
    attempts: int
    questions: int
    good: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls of one purpose to one model. model: as it may be shown (no user, password or private host); a reply that
    several questions share is counted once, in calls, tokens and usd; failed: of the calls, those without a reply;
    reasoning_tokens: None where no server told; usd: None where the recipe gives no price; usd_per_kept: for each row
    kept for sft of the whole run, None where there is none."""

    purpose: str
    model: str
    calls: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int | None
    cached_tokens: int
    usd: float | None
    usd_per_kept: float | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Questions of a source that a screen, a filter or a conversion dropped; unreadable records are none. examples: ids
    with the detail (`finqa:7, 91% alike`), the first few."""

    source: str
    reason: str
    questions: int
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the run's calls, from the journal: replies asked for from `start` on (seconds since the first), for
    Timeline.step seconds; usd by the price at that time, of calls that had one."""

    start: float
    calls: Counts  # by model, as it may be shown
    usd: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """When the calls of the run were made. found, calls: replies that the journal has, of those that the run used;
    began: of the first call, ISO 8601, UTC, "" where none is found; step: seconds of a moment, whole; moments: one
    after the other without a gap, those without a call among them; stages: seconds of reading, curating, tables."""

    stages: Mapping[str, float]
    calls: int
    found: int
    began: str
    step: float
    moments: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a run's report but its traces. people: how many labelled (who, is not told); calibration: empty where
    nobody did, or only for other judges than the run's. Sources stand in the recipe's order everywhere."""

    head: Head
    sources: tuple[Source, ...]
    flows: tuple[Flow, ...]
    rates: tuple[Rate, ...]
    agreement: tuple[Agreement, ...]
    people: int
    calibration: tuple[Calibrated, ...]
    measures: tuple[Histogram, ...]
    errors: Histogram | None  # `error`: of wrong calculations, how far off, relative; None where there is none
    audits: tuple[Audited, ...]
    lengths: tuple[Histogram, ...]
    counted: tuple[Counted, ...]
    tries: tuple[Tried, ...]
    pass_rates: Histogram | None  # None where no student was asked
    costs: tuple[Cost, ...]
    flags: tuple[Flag, ...]
    dropped: tuple[Dropped, ...]
    benchmarks: tuple[Benchmark, ...]
    timeline: Timeline
