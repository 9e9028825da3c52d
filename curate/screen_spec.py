"""The part of a recipe that says what is screened out before any money is spent.

screen: {duplicates: 0.85, overlap: {against: [{use: finqa, from: test.json}]}, languages: [en, zh], private: redact}
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from curate.part import Part
from curate.records import Language
from curate.spec import ReadSpec

# Where `duplicates` takes a word or a number, which of the two it is.
EXACT, SHARE = "<exact>", "<share>"
_Duplicates = Annotated[
    Annotated[Literal["exact"], Tag(EXACT)] | Annotated[Annotated[float, Field(ge=0.5, le=1, strict=True)], Tag(SHARE)],
    Discriminator(lambda value: EXACT if isinstance(value, str) else SHARE),
]


class OverlapSpec(Part):
    """The sets that a dataset must not hold, since models are measured on them."""

    against: tuple[ReadSpec, ...] = Field(
        min_length=1, strict=False, description="benchmark sets, written as sources are: {use: finqa, from: test.json}"
    )


class LengthSpec(Part):
    """How long a question may be, context and options included."""

    min: int = Field(default=1, ge=1, description="characters at the least")
    max: int | None = Field(default=None, ge=1, description="characters at the most")

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"`max` is {self.max}, less than `min`, {self.min}: nothing would be kept")
        return self


class ScreenSpec(Part):
    """What is screened out. Without this part of a recipe nothing is; an empty one has the defaults below."""

    model_config = ConfigDict(strict=False)

    duplicates: _Duplicates | None = Field(
        default=0.85,
        description="how alike two questions are that count as one: Jaccard of their words; `exact`; or null for none",
    )
    overlap: OverlapSpec | None = Field(default=None, description="benchmark sets whose questions are dropped")
    gold: Literal["drop", "keep"] = Field(
        default="drop", description="questions whose gold is missing, unusable, or contradicts itself"
    )
    languages: tuple[Language, ...] = Field(
        default=("en", "zh"), min_length=1, description="the languages that are kept"
    )
    characters: LengthSpec = Field(default=LengthSpec(), description="how long a question may be")
    missing_reference: Literal["drop", "keep"] = Field(
        default="drop", description="questions that refer to a figure, table or material that is not there"
    )
    private: Literal["redact", "drop", "keep"] = Field(
        default="redact", description="questions that hold private data: mask it, drop them, or only flag them"
    )
    per_template: int | None = Field(
        default=None, ge=1, description="keep at most so many questions of one wording, names and numbers left out"
    )
