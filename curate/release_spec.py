"""The parts of a recipe that say how its rows are split, and how they are published.

split:   {validation: 0.02, seed: 17, sft: {caps: {sources: {finqa: 2000}}}, rl: {difficulty: {model: student}}}
publish: {repo: my-org/Fin-R1-Data, licence: cc-by-nc-4.0}
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from curate.errors import UserError, nearest
from curate.part import Part
from curate.records import Module

VERSION = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"  # semantic: 1.0.0, and no second writing of it
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class CapSpec(Part):
    """Rows that are kept at the most; which ones is drawn by a hash of their ids."""

    sources: Mapping[str, Count] = Field(default={}, description="source -> rows at the most")
    modules: Mapping[Module, Count] = Field(default={}, description="module -> rows at the most")


class MixSpec(Part):
    """Shares of the rows that are kept; what is named must add up to 1, and what is not named is left out."""

    model_config = ConfigDict(strict=False)

    sources: Mapping[str, Share] = Field(default={}, description="source -> its share of the rows")
    modules: Mapping[Module, Share] = Field(default={}, description="module -> its share of the rows")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.sources and self.modules:
            raise ValueError("a mix is of `sources` or of `modules`, not of both")
        shares = self.sources or self.modules
        if shares and abs(sum(shares.values()) - 1) > 1e-6:
            raise ValueError(f"the shares add up to {sum(shares.values()):g}, not to 1")
        return self


class DrawSpec(Part):
    """How many rows of what are kept of one config; caps first, then the mix."""

    caps: CapSpec = Field(default=CapSpec(), description="rows at the most, by source and by module")
    mix: MixSpec = Field(default=MixSpec(), description="shares, by source or by module")


class DifficultySpec(Part):
    """A student model's pass rate on a question, and the band of rates that is worth training on."""

    model_config = ConfigDict(strict=False)

    model: str = Field(description="one of `models`: the student, best the model that will be trained")
    samples: int = Field(default=8, ge=1, le=1000, description="answers that it is asked for")
    keep: tuple[float, float] = Field(
        default=(0.1, 0.9), description="the pass rates that are kept, both ends included; null is not kept"
    )

    @field_validator("keep")
    @classmethod
    def _band(cls, keep: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= keep[0] <= keep[1] <= 1:
            raise ValueError(f"a band of pass rates goes up from 0 to 1; [{keep[0]:g}, {keep[1]:g}] does not")
        return keep


class RlSpec(DrawSpec):
    """How many rows of what are kept for reinforcement learning."""

    difficulty: DifficultySpec | None = Field(
        default=None, description="keep questions that a student model sometimes answers right; without it, all"
    )


class SplitSpec(Part):
    """How a run's rows are split: `sft` (good in both rounds), `rl` (bad, and verifiable), each into train and
    validation by a hash of the group."""

    validation: float = Field(
        default=0.02, ge=0, lt=1, strict=False, allow_inf_nan=False, description="share of the groups; 0 for none"
    )
    seed: int = Field(default=17, description="of the hashes; another seed draws other rows")
    sft: DrawSpec = Field(default=DrawSpec(), description="how many rows of what")
    rl: RlSpec = Field(default=RlSpec(), description="how many rows of what, and of which difficulty")


class PublishSpec(Part):
    """What the published dataset is called, where it goes, and under which licence."""

    repo: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$",
        description="the dataset repository on the Hub: org/name",
    )
    private: bool = Field(default=True, description="whether a repository that is created is private")
    licence: str | None = Field(
        default=None, description="the release's licence, by its name on the Hub; checked against every source's"
    )
    title: str = Field(default="", pattern=r"^[^\n\r]*$", description="the card's title; by default the recipe's name")
    about: str = Field(default="", description="what the dataset is for, a paragraph for its card")
    about_zh: str = Field(default="", description="the same in Chinese, for the Chinese card")
    accept_licence: Mapping[str, Annotated[str, Field(pattern=r"\S")]] = Field(
        default={}, description="source -> why its licence does not stop the release; stands in the card"
    )


def check_sources(names: Iterable[str], known: Collection[str]) -> None:
    """Raises UserError for a name that is no source's, with the nearest one."""
    for name in names:
        if name not in known:
            raise UserError(f"no source is called '{name}'{nearest(name, known)}\n  sources: {', '.join(known)}")
