"""recipe.yaml -> Recipe: one frozen model with exactly the keys that work; every error names its line.

    load_recipe("quickstart", {"sources.0.limit": 10})

A source's own options ("columns" of `table`) are declared by its module and checked in the same pass.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from curate.chat.budget import Limit
from curate.chat.model import Model
from curate.errors import UserError, closest, nearest
from curate.names import module, recipe_file
from curate.part import Part
from curate.recipe_file import Loc, Places, override, place_of, read_yaml
from curate.records import Module
from judges.answers import PRESETS, Policy


class SourceSpec(Part):
    """One corpus to read. Keys beyond these belong to the source's own module."""

    model_config = ConfigDict(extra="allow")

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
    module: Module | None = Field(default=None, description="Fin-R1's module; by default the source's own")
    licence: str | None = Field(
        default=None, description="the licence of this copy; by default the one the source states"
    )

    _implementation: ModuleType = PrivateAttr()
    _options: BaseModel = PrivateAttr()

    @property
    def implementation(self) -> ModuleType:
        """The source's module."""
        return self._implementation

    @property
    def options(self) -> BaseModel:
        """The source's own options, checked by the model that its module declares."""
        return self._options


class AtLeast(Part):
    """A rule for keeping a trace that misses some criteria."""

    at_least: int = Field(ge=1, le=7, description="criteria of the seven that must be met")


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


class JudgeSpec(Part):
    """Round two, the reasoning judge `rules`."""

    keep: Literal["all"] | AtLeast = Field(default="all", description="`all` seven criteria, or {at_least: n}")


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Recipe(Part):
    """What to read, how to get traces, and what to keep."""

    name: Name = Field(description="the recipe's name; the run directory is runs/<name>")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$", description="the dataset's version, such as 1.0.0")
    models: Mapping[Name, Model] = Field(default={}, description="name -> a model to ask")
    sources: tuple[SourceSpec, ...] = Field(min_length=1, strict=False, description="the corpora to read")
    distil: DistilSpec | None = Field(
        default=None, description="the teacher; without one, only traces that sources carry"
    )
    check: CheckSpec = Field(default=CheckSpec(), description="round one, the check of the answer")
    judge: JudgeSpec = Field(default=JudgeSpec(), description="round two, the judge of the reasoning")
    budget: Limit = Field(default=Limit(), description="what the recipe may spend on calls in all its runs together")

    _base: Path = PrivateAttr()

    @property
    def base(self) -> Path:
        """The folder that relative paths start from: the recipe file's."""
        return self._base

    def digest(self) -> str:
        """128 bits of BLAKE2b over what the recipe says, in canonical JSON."""
        said = json.dumps(
            self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def load_recipe(name: str | Path, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """The checked recipe of a file or name, with overrides {"sources.0.limit": 10} applied before the check.

    A `from` that is overridden is relative to the current folder, as on a command line. Raises UserError with every
    fault, each with its line, what was found, and what is allowed.
    """
    path = recipe_file(name)
    values, places = read_yaml(path)
    for setting, value in (overrides or {}).items():
        if _is_path(setting, value):
            value = str(Path(value).absolute())
        override(values, places, setting, value)
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise _user_error(error, (), Recipe, path, places) from None
    recipe._base = path.parent
    for index, spec in enumerate(recipe.sources):
        _resolve(spec, index, path, places)
    _check_names(recipe.sources, path, places)
    for model in recipe.models.values():
        model.at(path.parent)
    for loc, check in (
        (("distil", "by"), _check_teacher),
        (("check", "by"), _check_judge),
        (("budget", "usd"), _check_prices),
    ):
        _located(lambda check=check: check(recipe), loc, path, places)
    return recipe


def teacher(by: str, models: Iterable[str] = ()) -> ModuleType:
    """The module of a teacher that needs no model: it offers `write(question) -> Trace | str`."""
    if by != "program" and "." not in by:
        raise UserError(
            f"no teacher is called '{by}'{nearest(by, [*models, 'program'])}\n"
            f"  known: {', '.join([*models, 'program'])}; or the dotted path of a module of your own"
        )
    return module("conversions", "program_steps" if by == "program" else by)


def _is_path(setting: str, value: Any) -> bool:
    """Whether a setting of the command line names a file or folder, relative to the current one."""
    if not isinstance(value, str) or value.startswith(("hf://", "~")):
        return False
    parts = setting.split(".")
    return parts[-1] == "from" or (parts[0] == "models" and parts[-1] == "model" and Path(value).is_dir())


def _check_teacher(recipe: Recipe) -> None:
    spec = recipe.distil
    if spec is None or spec.by in recipe.models:
        return
    teacher(spec.by, recipe.models)
    for name in ("samples", "attempts", "longer"):
        if getattr(spec, name) not in (1, None):
            raise UserError(f"`{name}` is for a teacher that is a model; '{spec.by}' always writes the same trace")


def _check_judge(recipe: Recipe) -> None:
    name = recipe.check.judge
    if name is not None and name not in recipe.models:
        known = ", ".join(recipe.models) or "none"
        raise UserError(f"no model is called '{name}'{nearest(name, recipe.models)}\n  models of this recipe: {known}")


def _check_prices(recipe: Recipe) -> None:
    free = [name for name, model in recipe.models.items() if model.price is None]
    if recipe.budget.usd is not None and free:
        raise UserError(
            f"a budget in US dollars needs the price of every model; '{free[0]}' has none\n"
            f"  write models.{free[0]}.price: {{input: 0.55, output: 2.19}} (per million tokens; 0 for your own server)"
        )


def _located(action: Any, loc: Loc, path: Path, places: Places) -> Any:
    try:
        return action()
    except UserError as error:
        raise UserError(f"{place_of(loc, places, str(path))}: {error}") from None


def _resolve(spec: SourceSpec, index: int, path: Path, places: Places) -> None:
    found = _located(lambda: module("sources", spec.use), ("sources", index, "use"), path, places)
    options: type[BaseModel] = getattr(found, "Options", Part)
    try:
        spec._options = options.model_validate(spec.model_extra or {})
    except ValidationError as error:
        raise _user_error(error, ("sources", index), options, path, places, SourceSpec) from None
    spec._implementation = found


def _check_names(specs: Iterable[SourceSpec], path: Path, places: Places) -> None:
    seen: set[str] = set()
    for index, spec in enumerate(specs):
        if (name := spec.name or spec.use.rpartition(".")[2]) in seen:
            where = place_of(("sources", index), places, str(path))
            raise UserError(f"{where}: two sources are called '{name}'; give this one a `name:` of its own")
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
            where = place_of(("sources", index, "name"), places, str(path))
            raise UserError(f"{where}: '{name}' cannot name a source; use letters, digits, '.', '_' and '-'")
        seen.add(name)


def _user_error(
    error: ValidationError,
    prefix: Loc,
    model: type[BaseModel],
    path: Path,
    places: Places,
    also: type[BaseModel] | None = None,
) -> UserError:
    lines = []
    faults = error.errors(include_url=False)
    if len(faults) > 1:  # a list whose entries all failed is told to be too short as well
        faults = [fault for fault in faults if fault["type"] != "too_short"]
    for fault in faults:
        inner = tuple(
            part for part in fault["loc"] if not (isinstance(part, str) and part in ("AtLeast", "literal['all']"))
        )
        loc = (*prefix, *inner)
        where = place_of(loc, places, str(path))
        key = ".".join(map(str, loc))
        if fault["type"] == "extra_forbidden":
            known = [*_keys(model, inner[:-1]), *(_keys(also, ()) if also and len(inner) == 1 else ())]
            lines.append(
                f"{where}: unknown key '{inner[-1]}'{nearest(str(inner[-1]), known)}\n"
                f"  keys allowed here: {', '.join(known)}"
            )
        elif fault["type"] == "missing":
            given = fault["input"] if isinstance(fault["input"], dict) else {}
            near = closest(str(inner[-1]), map(str, given))
            hint = f"; '{near}' stands there, was '{inner[-1]}' meant?" if near else ""
            lines.append(f"{where}: '{key}' is missing{hint}")
        else:
            lines.append(
                f"{where}: '{key}' {_EXPECTED.get(fault['type']) or _lower(fault['msg'])}; found {fault['input']!r}"
            )
    return UserError("\n".join(dict.fromkeys(lines)))


# Where pydantic speaks of Python's types, the words of YAML.
_EXPECTED = {
    "tuple_type": "must be a list of entries, each beginning with '- '",
    "list_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "string_type": "must be text; put numbers in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
}


def _lower(message: str) -> str:
    return "is not right: " + message[0].lower() + message[1:]


def _keys(model: type[BaseModel] | None, loc: Loc) -> list[str]:
    """The keys that the model allows at a place inside it."""
    for part in loc:
        if isinstance(part, int) or model is None:
            continue
        fields = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
        model = _model_in(fields.get(str(part)))
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) in (Union, UnionType, tuple, list, Annotated):
        inner = [_model_in(part) for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
        return next((found for found in inner if found), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
