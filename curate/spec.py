"""The parts of a recipe: what each section may say, key by key; `judge` has a module of its own.

check: {by: [rules, judge], preset: finreason}   ->  CheckSpec(by=("rules", "judge"), preset="finreason")
"""

import dataclasses
from dataclasses import replace
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from curate.part import Part
from curate.records import Corpus, Module, SourceInfo
from judges.answers import PRESETS, Policy


class ModuleSpec(Part):
    """A part that names a module; keys beyond ours belong to that module."""

    model_config = ConfigDict(extra="allow")

    use: str

    _implementation: ModuleType = PrivateAttr()
    _options: BaseModel = PrivateAttr()

    @property
    def implementation(self) -> ModuleType:
        """The module that is named."""
        return self._implementation

    @property
    def options(self) -> BaseModel:
        """The module's own options, checked by the model that it declares."""
        return self._options


class ConvertSpec(ModuleSpec):
    """What a source's questions are made into before they are distilled."""

    use: str = Field(description="`mcq_to_open`, `agent_log`, or a dotted path of your own")
    by: str = Field(default="rules", description="`rules` (no model), or the one of `models` that rewrites")
    attempts: int = Field(default=3, ge=1, le=10, description="tries until a model's rewriting keeps the contract")


class FilterSpec(Part):
    """Questions that models sort out before they are converted and distilled, as DianJin-R1 did."""

    model_config = ConfigDict(strict=False)

    difficulty: tuple[str, ...] = Field(
        default=(), description="names of small `models`; what all of them answer right is too easy"
    )
    ambiguity: str | None = Field(
        default=None, description="one of `models`; what it says has no single answer is dropped"
    )


class ReadSpec(ModuleSpec):
    """One corpus to read. Keys beyond these belong to the source's own module."""

    use: str = Field(
        description="the source's module: a name that `curate sources` lists, or a dotted path of your own"
    )
    location: str = Field(
        alias="from", description="a file, a glob (relative to the recipe), or hf://org/name[@revision]"
    )
    name: str = Field(default="", description="what the source is called in tables; by default `use`")
    split: str | None = Field(
        default=None, description="the split of origin; of a Hub dataset, the one to load (default train)"
    )
    limit: int | None = Field(default=None, ge=1, description="read at most so many records")

    @property
    def called(self) -> str:
        """What it is called in tables and messages."""
        return self.name or self.use.rpartition(".")[2]

    def corpus(self) -> Corpus:
        """What the module is told of itself; a set that is only compared with is named apart from the sources."""
        info: SourceInfo = self.implementation.INFO
        return Corpus(f"benchmark {self.called}", info.licence, self.split, info.module, info.task_domain)


class SourceSpec(ReadSpec):
    """One corpus to curate."""

    module: Module | None = Field(default=None, description="Fin-R1's module; by default the source's own")
    licence: str | None = Field(
        default=None, description="the licence of this copy; by default the one the source states"
    )
    task_domain: str | None = Field(
        default=None, description="the task's domain in words, for the reasoning judge; by default its module's"
    )
    title: str = Field(default="", description="what cards call the corpus; by default the source's own title")
    home: str = Field(default="", description="where it is published, for cards; by default what the source states")
    citation: str = Field(default="", description="how it is cited, for cards; by default what the source states")
    cap: int | None = Field(
        default=None,
        ge=1,
        description="keep at most so many questions, drawn by a hash of their ids in the source, after the screens",
    )
    filter: FilterSpec = Field(default=FilterSpec(), description="what models sort out first")
    convert: ConvertSpec | None = Field(
        default=None, description="a conversion: its name, or {use: mcq_to_open, by: NAME, attempts: 3}"
    )

    def corpus(self) -> Corpus:
        """What the module is told of itself, by the recipe where that says otherwise."""
        stated = super().corpus()
        return replace(
            stated,
            name=self.called,
            licence=self.licence or stated.licence,
            module=self.module or stated.module,
            task_domain=self.task_domain or stated.task_domain,
        )

    @property
    def made_into(self) -> str:
        """What its questions are converted into, by the conversion's name; "" for those that stay as they are."""
        return self.convert.use if self.convert else ""


class DistilSpec(Part):
    """Who writes traces for questions that carry none."""

    by: str = Field(
        description="the teacher: one of `models`, `program` (writes out gold programs), or a dotted path of your own"
    )
    samples: int = Field(default=1, ge=1, le=1000, description="traces wanted of each question, drawn independently")
    attempts: int = Field(
        default=1, ge=1, le=100, description="tries at each sample where a round says no; DianJin-R1: up to 3"
    )
    longer: int | None = Field(
        default=None, ge=1, description="max_tokens to ask once more with where a trace was cut off"
    )


class CheckSpec(Part):
    """Round one, the check of answers: who checks, and the policies that reasonable people set differently."""

    model_config = ConfigDict(strict=False)

    by: tuple[str, ...] = Field(
        default=("rules",),
        min_length=1,
        max_length=2,
        description="`[rules]`, or `[rules, NAME]`: one of `models` is asked where rules are undecided",
    )
    preset: Literal["default", "finreason", "dianjin"] = Field(
        default="default",
        description="policies to start from: FinReason's 1 %, DianJin-R1's letters; see judges/README.md",
    )
    rounding: bool | None = Field(default=None, description="equal at the gold's written precision is right")
    truncation: bool | None = Field(default=None, description="so is a gold that is cut off instead of rounded")
    significant: int | None = Field(default=None, ge=1, description="digits an answer needs to stand for a longer gold")
    tolerance: float | None = Field(default=None, ge=0, lt=1, description="relative gap that is right all the same")
    zero_tolerance: float | None = Field(default=None, ge=0, description="absolute gap that is right where gold is 0")
    near: float | None = Field(default=None, ge=0, lt=1, description="relative gap that leaves a number undecided")
    fractions: bool | None = Field(default=None, description="0.125, 12.5 % and 1,250 basis points are one")
    percent_sign: Literal["right", "undecided", "wrong"] | None = Field(
        default=None, description="the same digits, a percent sign on one side only"
    )
    question_unit: bool | None = Field(default=None, description="bare numbers are in the unit the question names")
    question_sign: bool | None = Field(default=None, description="a decrease asked for needs no minus sign")
    letters: Literal["read", "membership"] | None = Field(
        default=None, description="option letters where they stand alone, or every A to G in the answer"
    )

    @field_validator("by")
    @classmethod
    def _rules_first(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        if by[0] != "rules":
            raise ValueError("rules come first: [rules], or [rules, NAME] with one of `models`")
        return by

    @property
    def judge(self) -> str | None:
        """The name of the model that is asked where rules are undecided."""
        return self.by[1] if len(self.by) > 1 else None

    @property
    def policy(self) -> Policy:
        """The preset, with what the recipe sets over it."""
        said = {field.name: getattr(self, field.name) for field in dataclasses.fields(Policy)}
        return dataclasses.replace(PRESETS[self.preset], **{name: v for name, v in said.items() if v is not None})
