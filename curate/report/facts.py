"""What a run's report tells, as records; `gathered` reads them out of a run, the page lays them out.

Everything is a number, a code or a name: words in either language are the page's, and so is a share, where both of its
numbers stand here. Undecided is counted apart everywhere, never as 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Head:
    """What was run. digest: the recipe's; started: ISO 8601, UTC; stopped: why it ended early (budget, interrupted), in
    words in stopped_because; versions: of packages. No time of the report's own: the same run gives the same bytes."""

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
class Agreement:
    """Two judges on one criterion, as the view judge_agreement has it; kappa None where both always vote the same."""

    judge: str
    other: str
    criterion: str
    traces: int
    undecided: int
    agreed: int
    kappa: float | None


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
    """How a number is distributed, a count for each of equal bins, for each group (good, bad, undecided; en, zh; sft).

    name: a measure, or tokens of prompt, reasoning or answer; edges: one more than bins, the last bin closed; clipped:
    values above the last edge, which stand in the last bin; missing: rows without a value; medians by group.
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
    """Questions by a property's values and by where they go: name is answer_kind, language, module, licence, task;
    counts: value -> sft, rl, rejects, waiting -> questions."""

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
    """Calls of one purpose to one model. model: as it may be shown (no user or password); usd counts a reply once;
    usd_per_kept: for each row kept for sft of the whole run; failed: calls without a reply."""

    purpose: str
    model: str
    calls: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    usd: float
    usd_per_kept: float | None


@dataclass(frozen=True, slots=True)
class Flagged:
    """Questions of a source with a known defect. meaning: in English."""

    source: str
    flag: str
    meaning: str
    questions: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """Questions of a source that a screen dropped. examples: ids with the detail (`91% alike`), the first few."""

    source: str
    reason: str
    questions: int
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark set that the questions were compared with, and how many it called an overlap."""

    name: str
    files: tuple[str, ...]
    called: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of the run's calls, from the journal: replies asked for from `start` on (seconds since the first), for
    Timeline.step seconds."""

    start: float
    calls: Counts  # by model
    tokens: int
    usd: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """When the calls of the run were made. found, calls: replies that the journal has, of those that the run used;
    began: of the first call, ISO 8601, UTC; step: seconds of a moment; stages: seconds of reading, curating, tables."""

    stages: Mapping[str, float]
    calls: int
    found: int
    began: str
    step: float
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a run's report but its traces. calibration: empty where nobody has labelled; rest: of the run record."""

    head: Head
    sources: tuple[Source, ...]
    flows: tuple[Flow, ...]
    rates: tuple[Rate, ...]
    agreement: tuple[Agreement, ...]
    people: tuple[str, ...]
    calibration: tuple[Calibrated, ...]
    measures: tuple[Histogram, ...]
    errors: Histogram | None  # of wrong calculations, how far off, relative
    audits: tuple[Audited, ...]
    lengths: tuple[Histogram, ...]
    counted: tuple[Counted, ...]
    tries: tuple[Tried, ...]
    pass_rates: Histogram | None
    costs: tuple[Cost, ...]
    flags: tuple[Flagged, ...]
    dropped: tuple[Dropped, ...]
    benchmarks: tuple[Benchmark, ...]
    timeline: Timeline
