"""What is told of one row's life, as records: JSON is their fields, and the page is laid out from them alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the recipe that had a say. key: where it stands in the recipe, "" for what no recipe can change; value:
    as it is set there; words: what it did here."""

    key: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One gate on the way to the teacher: a screen, a filter by a model. state: passed, dropped here, or not reached;
    rule: what it lets through; other: the question that stands in the way, where there is one."""

    rule: Rule
    state: Literal["passed", "dropped", "waits", "failed", "not reached"]
    other: Row | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was to be made of the question before it was distilled. use: by the recipe; by: who converted it, rules or a
    model as it may be shown; reason, meaning, detail: where it did not succeed."""

    use: str
    by: str
    state: Literal["made", "dropped", "failed", "waits", "not reached"]
    reason: str = ""
    meaning: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """One call. called: its model's names in the recipe; model: as it may be shown; shared: an earlier call of the run
    got the same reply, which was paid for once; what follows `error` is from the journal.

    asked_at: ISO 8601, UTC; takes: how many replies the journal has, several after `run --retry`; told: what the model
    was told of its reply before, where it is asked again; request, reply: only where they are asked for."""

    purpose: str
    sample: int
    attempt: int
    called: str
    model: str
    key: str | None
    outcome: str
    finish_reason: str | None
    answered_by: str | None
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int | None
    cached_tokens: int
    usd: float
    shared: bool
    error: str | None
    asked_at: str | None = None
    seconds: float | None = None
    takes: int = 0
    told: str | None = None
    request: Row | None = None
    reply: Row | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What one judge says in round two. good: True, False, or None for undecided; votes: criterion, vote, rationale."""

    judge: str
    model: str
    sits: bool
    good: bool | None
    reason: str
    meaning: str
    detail: str
    shown: float
    votes: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One trace with its verdicts. check: round one, as its table has it, with the `meaning` of its reasons; rounds:
    round two; measures: name -> number; wrong: the calculations that are wrong, of so many `calculations`."""

    sample: int
    attempt: int
    chosen: bool
    trace: Row
    check: Row
    rounds: tuple[Round, ...]
    measures: Mapping[str, float | None]
    calculations: int
    wrong: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Student:
    """A student's answers, and how often they are right, as the view pass_rates has it; keep: the rates that a release
    of the run keeps."""

    model: str
    answers: tuple[Row, ...]
    passed: int
    failed: int
    undecided: int
    missing: int
    pass_rate: float | None
    pass_low: float | None
    pass_high: float | None
    keep: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sum:
    """Calls of one purpose, or all. usd: by the recipe's price, of every call; usd_shared: the part of it that other
    questions, or earlier calls, had paid for already; seconds: of those that the journal has, None where of none."""

    purpose: str
    calls: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    usd: float
    usd_shared: float
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the row stands in a release of this run. current: built of the run as it is; config None: it is not in."""

    folder: str
    version: str
    current: bool
    config: str | None
    split: str | None
    left_out_of: str | None
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class FromJournal:
    """What the journal told. path: None where none is at hand; found: of so many replies to these calls those that
    it has."""

    path: str | None
    found: int
    replies: int


@dataclass(frozen=True, slots=True)
class Life:
    """All of it, in order. asked_for: the id that was asked for, which may be the original's; unreadable: place, error
    and text of a record that made no question; record: the question as it was read, question: as it was distilled,
    None where no conversion made another; flags: flag -> meaning; student: answers, and their rate."""

    id: str
    asked_for: str
    run: Row
    source: Row
    unreadable: Row | None
    record: Row | None
    flags: Mapping[str, str]
    passages: tuple[Passage, ...]
    conversion: Conversion | None
    question: Row | None
    calls: tuple[Called, ...]
    journal: FromJournal
    trials: tuple[Trial, ...]
    chosen: str
    outcome: Row
    rules: tuple[Rule, ...]
    student: Student | None
    spent: tuple[Sum, ...]
    releases: tuple[Placed, ...]
