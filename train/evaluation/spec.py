"""What an evaluation says: which models, on which benchmark sets, with which prompt, budget and checker for all.

name: fin-r1-benchmarks
models:
  base: {serve: vllm, model: Qwen/Qwen2.5-7B-Instruct}
  tuned: {serve: vllm, model: trained/fin-r1-7b-sft/model}
benchmarks:
  - {use: finqa, from: data/finqa/test.json, draw: 1000}
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from curate.chat import Model, Sampling
from curate.chat.budget import Limit
from curate.part import Part
from curate.records import Corpus
from curate.spec import CheckSpec, ReadSpec
from train.evaluation.alike import OWN
from train.spec import Name


class BenchmarkSpec(ReadSpec):
    """One benchmark set, read as a recipe reads a source. Keys beyond these belong to the source's own module."""

    draw: int | None = Field(
        default=None, ge=1, description="ask at most so many questions, drawn by a hash of their ids"
    )
    held_out: str | None = Field(
        default=None,
        description="a recipe, by file or name: only what its split keeps from training; `from` starts at its folder",
    )

    def corpus(self) -> Corpus:
        """What the module is told of itself: here it is the source, not a set that one is compared with."""
        return replace(super().corpus(), name=self.called)


class EvaluateSpec(Part):
    """Every model is asked the same questions, in the same words, with the same sampling, and checked in the same way.
    Paths are relative to the folder that one stands in."""

    name: Name = Field(description="the name of the evaluation; its folder is evaluated/<name>")
    models: Mapping[Name, Model] = Field(min_length=1, description="name -> a model to score, or the one that checks")
    base: Name | None = Field(default=None, description="the model that others are compared with; by default the first")
    benchmarks: tuple[BenchmarkSpec, ...] = Field(min_length=1, strict=False, description="the sets to ask")
    system: str | None = Field(
        default=None, description="a system message before every prompt; the one of the training"
    )
    sampling: Sampling = Field(
        default=Sampling(), description="how replies are drawn, for all models; by default temperature 0, 4096 tokens"
    )
    check: CheckSpec = Field(
        default=CheckSpec(), description="how answers are checked, as in a recipe; [rules, NAME] asks a model as well"
    )
    level: float = Field(default=0.95, gt=0, lt=1, description="of the intervals")
    reference: tuple[Literal["fin-r1", "dianjin-r1", "finreason"], ...] = Field(
        default=(), strict=False, description="papers whose published rows are printed beside, marked as theirs"
    )
    budget: Limit = Field(default=Limit(), description="what all calls of the evaluation may cost together")
    out: Path | None = Field(default=None, strict=False, description="the folder to write; by default evaluated/<name>")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name in (self.check.judge, self.base):
            if name is not None and name not in self.models:
                raise ValueError(f"no model is called '{name}'; models: {', '.join(self.models)}")
        if not self.scored:
            raise ValueError(f"the only model, '{self.check.judge}', checks answers; name one to score")
        if self.base is not None and self.base not in self.scored:
            raise ValueError(f"`base` is '{self.base}', which checks answers; name one that is scored")
        if own := next((name for name in self.scored if self.models[name].sampling.model_fields_set), None):
            raise ValueError(f"models.{own}.sampling: all models are drawn from alike; write one `sampling` for all")
        if own := next((name for name in self.scored if self.models[name].open_think != "none"), None):
            raise ValueError(f"models.{own}.open_think: all models are asked alike; leave it out")
        if own := next((name for name in self.scored if _brings_its_own(self.models[name].args)), None):
            raise ValueError(f"models.{own}.args: all models are drawn from alike; leave out its generation config")
        if self.budget.usd is not None and (free := [name for name, one in self.models.items() if one.price is None]):
            raise ValueError(f"a budget in US dollars needs the price of every model; '{free[0]}' has none")
        return self

    @property
    def scored(self) -> tuple[str, ...]:
        """The names of the models that are scored, the base first."""
        names = [name for name in self.models if name != self.check.judge]
        return tuple(sorted(names, key=lambda name: name != self.base))

    @property
    def folder(self) -> Path:
        """Where everything is written: results.json, answers.parquet."""
        return self.out or Path("evaluated") / self.name


def _brings_its_own(args: tuple[str, ...]) -> bool:
    return any(one.partition("=")[0] in OWN for one in args)
