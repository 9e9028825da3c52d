"""What a dataset card states, as records: every number of it, and nothing else.

Built by curate.release.facts; as JSON (cards.record) in a release's funnel.json, from which the same card is rendered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one config. groups: documents, conversations or parents among its rows; bytes: of its files."""

    config: str
    split: str
    rows: int
    groups: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Source:
    """One corpus: what it is, under which licence, and how many of its records came how far.

    use: its module's name or dotted path; terms: what its licence asks for, in words (attribution, share-alike), ""
    where that is not known; accepted: why its licence, which would, does not stop the release, or ""; revision: the Hub
    commit it was read at; converted: the conversion's name. Rounds: of the questions, those whose deciding trace was
    right, wrong, undecided in round one, of the right ones good, bad, undecided in round two. sft, rl, rejects: rows.
    """

    name: str
    use: str
    title: str
    licence: str
    terms: str
    home: str
    citation: str
    language: str
    module: str
    accepted: str
    revision: str
    converted: str
    records: int
    unreadable: int
    questions: int
    dropped: int
    untraced: int
    pending: int
    failed: int
    answer_right: int
    answer_wrong: int
    answer_undecided: int
    reasoning_good: int
    reasoning_bad: int
    reasoning_undecided: int
    sft: int
    rl: int
    rejects: int


@dataclass(frozen=True, slots=True)
class Module:
    """Rows of one of Fin-R1's modules; name "" for rows without one."""

    name: str
    sft: int
    rl: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A name and how many rows it has: of a language, an answer kind, a teacher. config: of which one."""

    config: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows are rejects: a reason code, its meaning, and the label: bad, undecided, dropped, or good for those that
    the release's caps or mix left out."""

    code: str
    meaning: str
    label: str
    rows: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the reasoning judge, by its key, with its titles in both languages."""

    name: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Votes:
    """One judge's votes on one criterion, over all judged traces. sits: whether it has a say."""

    judge: str
    sits: bool
    criterion: str
    met: int
    failed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two judges on one criterion. traces: that both voted on; undecided: of these, those that either left open;
    kappa: Cohen's, None where both always vote the same or nothing was decided."""

    judge: str
    other: str
    criterion: str
    traces: int
    undecided: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One judge against people on one criterion, or on "good trace": traces that both decided, and of these the share
    on which they agree, and Cohen's kappa, each with its interval; None where it cannot be told."""

    judge: str
    criterion: str
    traces: int
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What comparing judges with people found. people: how many labelled; traces: how many they labelled; level: of the
    intervals."""

    people: int
    traces: int
    level: float
    judges: tuple[Calibrated, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A known defect of a source's rows; meaning in words."""

    source: str
    flag: str
    meaning: str
    questions: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A set that the dataset was screened against: its name, its file names, and the questions dropped for it."""

    name: str
    files: tuple[str, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class Length:
    """Tokens of one part (prompt, reasoning, answer) of the rows of one config and language, by estimate: DeepSeek's
    rule of thumb, no tokenizer."""

    config: str
    part: str
    language: str
    rows: int
    mean: float
    median: float
    p95: int
    longest: int


@dataclass(frozen=True, slots=True)
class Private:
    """Private data of a kind that was found in the released rows, and why it may stay ("" where nothing was found)."""

    kind: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model was asked for one purpose. name: in the recipe; model: as published, without private addresses;
    purpose: filter convert distil check judge student; answered_by: what its server called itself; sampling: in words;
    terms: what the recipe says of them. Tokens and usd: of each reply once; usd: None where it has no price."""

    name: str
    model: str
    purpose: str
    answered_by: tuple[str, ...]
    sampling: str
    terms: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """The pass rates of a student model that rl keeps. student: as published; samples: asked for; of the candidates,
    decided: with a rate; kept: with one inside the band; unfinished: with answers missing."""

    student: str
    samples: int
    low: float
    high: float
    candidates: int
    decided: int
    kept: int
    unfinished: int


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a config that were added, removed, changed, or moved since an earlier version, for one reason. config: as
    it is now (of removed ones, as it was); reason: a reason code, the changed columns, or "" where there is none."""

    config: str
    what: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """All that the card of one version states.

    name: of the recipe; licence: its name on the Hub; repo: org/name or ""; screened: whether the recipe has screens;
    duplicates: what counts as one: "exact", or how alike words are (Jaccard), "" for none; private_screen: redact,
    drop, keep, or "" without screens; masked: of the questions, those with private data masked; keep: the rule of round
    two: "all", "5 of 7", or "6 points (step_count counts 2)"; criteria_set: name and digest; seed, validation: of the
    split; draw: its caps and mixes as JSON, "" for none; leaks: groups that stand on both sides (0, or nothing is
    released); twins: questions of validation that stand word for word in train; usd: None where any model has no price;
    limit: records read of each source at the most, None for all; stopped: why the run stopped early (budget,
    interrupted), or ""; since: the version that changes tells of, or ""; infos: `dataset_info` of the Hub's YAML, one
    entry a config; versions: of the packages that made it.
    """

    name: str
    version: str
    title: str
    about: str
    about_zh: str
    repo: str
    licence: str
    screened: bool
    duplicates: str
    private_screen: str
    masked: int
    keep: str
    criteria_set: str
    seed: int
    validation: float
    draw: str
    leaks: int
    twins: int
    usd: float | None
    limit: int | None
    stopped: str
    since: str
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    modules: tuple[Module, ...]
    languages: tuple[Counted, ...]
    kinds: tuple[Counted, ...]
    teachers: tuple[Counted, ...]
    reasons: tuple[Reason, ...]
    criteria: tuple[Criterion, ...]
    votes: tuple[Votes, ...]
    agreement: tuple[Agreement, ...]
    calibration: Calibration | None
    flags: tuple[Flag, ...]
    benchmarks: tuple[Benchmark, ...]
    lengths: tuple[Length, ...]
    private: tuple[Private, ...]
    spent: tuple[Spent, ...]
    band: Band | None
    changes: tuple[Change, ...]
    infos: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]

    def rows(self, config: str) -> int:
        """Rows of a config, all splits together."""
        return sum(part.rows for part in self.parts if part.config == config)
