"""What a model card states, as records: every number of it, and nothing else.

Built from the record of a training; as JSON (cards.record) they lie beside it, in facts.json, from which the
same card is rendered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Words:
    """The same said in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Base:
    """The model that training began with: its name on the Hub or of its own training, "" for random weights; repo: the
    nearest model on the Hub that it comes from, or ""; its commit or "", its licence or ""."""

    model: str
    repo: str
    revision: str
    licence: str


@dataclass(frozen=True, slots=True)
class Data:
    """What was trained on: a published version (repo, version, revision) or a run, whose name stands alone.

    digest: of the rows; config: sft or rl; train, validation: rows that were used; left_out: rows that were not, since
    they are longer than the limit.
    """

    name: str
    repo: str
    version: str
    revision: str
    digest: str
    licence: str
    config: str
    train: int
    validation: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Lora:
    """The adapter that was trained instead of all weights, and merged into them."""

    rank: int
    alpha: float
    dropout: float
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyper-parameter, as the trainer was given it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Training:
    """What the training took. epochs: as far as it came; seconds: of all its runs, None where one was killed."""

    device: str
    devices: int
    steps: int
    epochs: float
    tokens: int | None
    seconds: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of the training's log: in its first and its last entry."""

    name: str
    first: float | None
    last: float | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What GRPO logged: means, such as of the reward, and shares, such as of completions in the right format."""

    means: tuple[Measured, ...]
    shares: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One model on one benchmark. undecided: answers that could be called neither right nor wrong; formatted: replies
    in the right format; accuracy: right ones among the decided, with its interval; None where none is decided; of_all:
    among all that were answered, undecided ones too, with its interval."""

    right: int
    wrong: int
    undecided: int
    formatted: int
    accuracy: float | None
    low: float | None
    high: float | None
    of_all: float | None
    of_all_low: float | None
    of_all_high: float | None

    @property
    def questions(self) -> int:
        return self.right + self.wrong + self.undecided


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: dataset, split and revision as on the Hub, or ""; base: of the model that training began with."""

    benchmark: str
    dataset: str
    split: str
    revision: str
    model: Score
    base: Score | None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One trained model. repo: where it is published, or ""; licence: by its name on the Hub, or "".

    template: what was done with the chat template; system: the message before every prompt, or ""; example: a prompt as
    training asked them; longest: a completion in training, in tokens at the most; quantised: how the base was loaded,
    such as "4-bit NF4", or ""; policy: None but for grpo; level: of the intervals.
    """

    name: str
    repo: str
    licence: str
    languages: tuple[str, ...]
    method: Literal["sft", "grpo"]
    about: Words
    base: Base
    data: Data
    template: Words
    system: str
    example: Words
    longest: int
    lora: Lora | None
    quantised: str
    settings: tuple[Setting, ...]
    training: Training
    metrics: tuple[Measured, ...]
    policy: Policy | None
    results: tuple[Result, ...]
    level: float
    intended: tuple[Words, ...]
    limits: tuple[Words, ...]
    citation: str
    versions: Mapping[str, str]
