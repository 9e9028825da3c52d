"""What an evaluation found, as records, and as the two files that hold it: results.json and answers.parquet.

The same answers give the same bytes: no time, and nothing of the machine or of what this run had to ask, is in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from curate.chat.budget import Spent
from curate.chat.running import Meter
from curate.whole import in_place
from judges.agreement import Estimate
from train.evaluation.reference import Reference
from train.files import write_json

Scope = Literal["decided", "answered"]
RESULTS, ANSWERS = "results.json", "answers.parquet"


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's answer to one question. gold: its first writing; extracted, value, reason, method, detail: of the
    verdict, `error` or `pending` where there is no reply; formed, thought, cut, tokens: whether the reply has the form,
    holds a thought, was cut off at the budget, and its length, None without a reply; key: of its call, in hex; group:
    of questions that hang together, such as those of one page or conversation, "" for one by itself."""

    model: str
    benchmark: str
    id: str
    kind: str
    language: str
    gold: str
    value: bool | None
    reason: str
    extracted: str | None = None
    method: str = ""
    detail: str = ""
    formed: bool | None = None
    thought: bool | None = None
    cut: bool | None = None
    tokens: int | None = None
    key: str = ""
    group: str = ""

    @property
    def replied(self) -> bool:
        """Whether there is a reply."""
        return self.tokens is not None


@dataclass(frozen=True, slots=True)
class BenchmarkSet:
    """One benchmark set as it was read. use: its source's module; held_out: the recipe that it is the held-out part of,
    or ""; records, unreadable: of its files; left_out: why questions are not asked -> their ids; questions: those that
    are asked, of `usable` ones; for_judge: those of a kind that rules do not decide; digest: of what is asked and the
    golds; files: with their hashes."""

    name: str
    use: str
    title: str
    home: str
    licence: str
    split: str
    held_out: str
    records: int
    unreadable: int
    left_out: Mapping[str, Sequence[str]]
    usable: int
    questions: int
    for_judge: int
    digest: str
    files: Sequence[Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers counted. accuracy: right ones among the decided; of_all: among all that were given, undecided ones too;
    failed, pending: questions without an answer, since the call failed or was not sent."""

    right: int
    wrong: int
    undecided: int
    failed: int
    pending: int
    accuracy: Estimate
    of_all: Estimate

    @property
    def decided(self) -> float | None:
        """The share of all given answers that are right or wrong."""
        given = self.right + self.wrong + self.undecided
        return (self.right + self.wrong) / given if given else None


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of replies."""

    median: float
    p95: float
    mean: float


@dataclass(frozen=True, slots=True)
class Score:
    """One model on one benchmark. reasons: why answers are undecided -> how many; replies: of these so many are in the
    form of train.text.form, hold a thought, were cut off; kinds, languages: the same by answer kind and by language."""

    model: str
    benchmark: str
    tally: Tally
    reasons: Mapping[str, int]
    replies: int
    formed: int
    thought: int
    cut: int
    tokens: Lengths | None
    kinds: Mapping[str, Tally]
    languages: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Paired:
    """A model against the base; benchmark "" is all of them. scope: on the questions that are `decided` for both, or on
    all that both `answered`, where an undecided answer is none that is right: a model that learns to answer at all is
    seen there alone. lost: right for the base alone; won: for the model alone; p: McNemar's, exact; difference: of the
    two shares of right ones."""

    model: str
    base: str
    benchmark: str
    scope: Scope
    both_right: int
    lost: int
    won: int
    both_wrong: int
    p: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Results:
    """All of an evaluation. models: name -> identity as it may be published; averages, averages_of_all: of the
    benchmarks' accuracies and of their shares of all, each benchmark counted alike; setting: what was the same for all,
    and what each server was told besides; reference: rows of others' papers.

    failed: answers without a reply, or that the checking model failed on; failures: some of them, in words; spent: by
    all runs of the evaluation; calls: of this one; stopped, stopped_because: why it ended early."""

    name: str
    folder: Path
    base: str
    models: Mapping[str, str]
    setting: Mapping[str, Any]
    sets: Sequence[BenchmarkSet]
    scores: Sequence[Score]
    averages: Mapping[str, Estimate]
    averages_of_all: Mapping[str, Estimate]
    paired: Sequence[Paired]
    reference: Sequence[Reference]
    failed: int
    failures: Sequence[str]
    spent: Spent
    calls: Meter = field(default_factory=Meter)
    stopped: str | None = None
    stopped_because: str = ""

    @property
    def models_scored(self) -> Sequence[str]:
        """The names of the models that are scored, the base first."""
        return tuple(self.averages)

    def score(self, model: str, benchmark: str) -> Score:
        """One model's score on one benchmark."""
        return next(one for one in self.scores if (one.model, one.benchmark) == (model, benchmark))


def as_record(results: Results) -> dict[str, Any]:
    """Results as JSON; without the folder and what this run had to ask, which are not of the results."""
    record = asdict(results)
    return {name: value for name, value in record.items() if name not in ("folder", "calls")}


def save(results: Results, answers: Sequence[Answer]) -> None:
    """Writes both files into the results' folder, each whole or not at all."""
    import polars as pl

    other = {"value": pl.Boolean, "formed": pl.Boolean, "thought": pl.Boolean, "cut": pl.Boolean, "tokens": pl.Int64}
    table = pl.DataFrame(answers, {one.name: other.get(one.name, pl.String) for one in fields(Answer)}, orient="row")
    with in_place(results.folder / ANSWERS) as building:
        table.write_parquet(building)
    write_json(results.folder / RESULTS, as_record(results), indent=2)
