"""The part of a recipe that says who judges reasoning, by which criteria, and when a trace is good.

judge: {by: [rules, NAME], criteria: {name: mine, use: [step_count]}, keep: {at_least: 1}}   ->  JudgeSpec(...)
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, create_model, field_validator, model_validator

from curate.errors import nearest
from curate.part import Part
from judges.reasoning.combine import Keep, PanelRule
from judges.reasoning.criteria import FIN_R1, NAMES, CriteriaSet, Criterion, Wording, chosen
from judges.reasoning.prompt import RESERVED
from judges.reasoning.rules import RULES, Thresholds

# Where a key takes a word or a part, which of the two it is: told by its form, so that only its own faults are told.
WORD, PART = "<word>", "<part>"
_EITHER = Discriminator(lambda value: WORD if isinstance(value, str) else PART)


class KeepSpec(Part):
    """A rule for keeping a trace that misses some criteria."""

    at_least: float = Field(
        gt=0, allow_inf_nan=False, description="criteria that must be met, or the points of their weights"
    )
    weighted: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default={}, description="points of a criterion; one that is not named has 1"
    )


class WordingSpec(Part):
    """One criterion in one language."""

    definition: str = Field(pattern=r"\S", description="when to vote 1, sharp enough to vote on")
    title: str = Field(default="", description="the criterion's name for people")
    met: str = Field(default="", description="an example of 1")
    unmet: str = Field(default="", description="an example of 0")


class CriterionSpec(Part):
    """A criterion of one's own, or one of the seven in other words. A language that is missing borrows the other's."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="its key in tables; one of the seven rewords that one")
    en: WordingSpec | None = Field(default=None, description="its wording in English")
    zh: WordingSpec | None = Field(default=None, description="its wording in Chinese")

    @model_validator(mode="after")
    def _worded(self) -> Self:
        if self.en is None and self.zh is None:
            raise ValueError("a criterion needs a wording: `en`, `zh`, or both")
        if self.name in RESERVED:
            raise ValueError(f"no criterion can be called '{self.name}', a key of the judge's own reply")
        return self

    def criterion(self) -> Criterion:
        """The criterion as its judges know it."""
        found = [spec for spec in (self.en, self.zh) if spec is not None]
        words = [spec.model_dump() | {"title": spec.title or self.name.replace("_", " ")} for spec in found]
        return Criterion(self.name, Wording(**words[0]), Wording(**words[-1]))


def _one_of_the_seven(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"no criterion is called '{name}'{nearest(name, NAMES)}; the seven: {', '.join(NAMES)}")
    return name


def _just(word: str, otherwise: str) -> Callable[[str], str]:
    """A check that a word is the only one there is; otherwise: what may stand instead, for the message."""

    def check(said: str) -> str:
        if said != word:
            raise ValueError(f"it is `{word}`, or {otherwise}")
        return said

    return check


class CriteriaSpec(Part):
    """A set of criteria of one's own."""

    name: str = Field(min_length=1, description="what the set is called in tables and cards")
    use: tuple[
        Annotated[
            Annotated[str, AfterValidator(_one_of_the_seven), Tag(WORD)] | Annotated[CriterionSpec, Tag(PART)], _EITHER
        ],
        ...,
    ] = Field(
        min_length=1, strict=False, description="names of the seven, criteria in other words, criteria of one's own"
    )

    @field_validator("use")
    @classmethod
    def _once(cls, use: tuple[str | CriterionSpec, ...]) -> tuple[str | CriterionSpec, ...]:
        names = [one if isinstance(one, str) else one.name for one in use]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"'{twice}' is named twice")
        return use


def _thresholds() -> type[Part]:
    """The thresholds of the judge `rules` as a part of a recipe: its own fields, none of them required."""
    fields: dict[str, Any] = {
        field.name: (
            float | None,
            Field(
                default=None,
                ge=0,
                le=field.metadata["most"],
                allow_inf_nan=False,
                description=f"{field.metadata['meaning']} ({field.default:g})",
            ),
        )
        for field in dataclasses.fields(Thresholds)
    }
    return create_model("RulesSpec", __base__=Part, __doc__="Thresholds of the judge `rules`.", **fields)


RulesSpec = _thresholds()


class JudgeSpec(Part):
    """Round two, the judges of the reasoning: who sits, by which criteria, and when a trace is good."""

    by: tuple[str, ...] = Field(
        default=(RULES,),
        strict=False,
        min_length=1,
        description="`rules` (votes from measures, no model) and names of `models`; several make a panel",
    )
    panel: PanelRule = Field(default="majority", description="how several judges decide: `majority` or `unanimity`")
    escalate: str | None = Field(
        default=None,
        description="one of `models` that has the last word where the others are undecided or measures contradict them",
    )
    criteria: Annotated[
        Annotated[str, AfterValidator(_just("fin-r1", "a set of your own: {name: mine, use: [...]}")), Tag(WORD)]
        | Annotated[CriteriaSpec, Tag(PART)],
        _EITHER,
    ] = Field(default="fin-r1", description="Fin-R1's seven, or {name, use: [...]}: chosen, reworded and own ones")
    keep: Annotated[
        Annotated[str, AfterValidator(_just("all", "a rule such as {at_least: 6}")), Tag(WORD)]
        | Annotated[KeepSpec, Tag(PART)],
        _EITHER,
    ] = Field(default="all", description="`all` criteria, {at_least: n}, or {weighted: {step_count: 2}, at_least: 7}")
    when: Literal["right", "always"] = Field(
        default="right", description="judge what round one called right, or for studies `always`"
    )
    sees: tuple[Literal["question", "context", "explanation"], ...] = Field(
        default=("question",),
        strict=False,
        description="all that models see beside reasoning, answer and gold; by default [question]",
    )
    characters: int = Field(
        default=100_000, ge=1000, description="of reasoning that a model is shown; more is cut in the middle and told"
    )
    rules: RulesSpec = Field(default=RulesSpec(), description="thresholds of the judge `rules`")  # type: ignore[valid-type]

    @field_validator("by")
    @classmethod
    def _once(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(by)) < len(by):
            raise ValueError("a judge is named twice")
        return by

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that may be asked."""
        return tuple(dict.fromkeys(one for one in (*self.by, self.escalate) if one is not None and one != RULES))

    @property
    def criteria_set(self) -> CriteriaSet:
        """The criteria as judges know them."""
        if isinstance(self.criteria, str):
            return FIN_R1
        return chosen(
            self.criteria.name, [one if isinstance(one, str) else one.criterion() for one in self.criteria.use]
        )

    @property
    def keep_rule(self) -> Keep:
        """When votes make a trace good."""
        return Keep() if isinstance(self.keep, str) else Keep(self.keep.at_least, self.keep.weighted)

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds of `rules`, with what the recipe sets over them."""
        said = {name: value for name, value in self.rules.model_dump().items() if value is not None}  # type: ignore[attr-defined]
        return dataclasses.replace(Thresholds(), **said)
