"""recipe.yaml -> Recipe: one frozen model with exactly the keys that work; every error names its line.

    load_recipe("quickstart", {"sources.0.limit": 10})

A source's own options ("columns" of `table`) are declared by its module and checked in the same pass.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import BaseModel, Field, PrivateAttr, ValidationError

from curate.chat.budget import Limit
from curate.chat.model import Model
from curate.errors import UserError, nearest
from curate.judge_spec import JudgeSpec
from curate.names import SHIPPED, module, recipe_file
from curate.part import Part
from curate.recipe_faults import user_error
from curate.recipe_file import Loc, Places, override, place_of, read_yaml
from curate.release_spec import VERSION, PublishSpec, SplitSpec, check_sources
from curate.screen_spec import ScreenSpec
from curate.spec import CheckSpec, ConvertSpec, DistilSpec, ModuleSpec, ReadSpec, SourceSpec
from judges.reasoning.criteria import CRITERIA, NAMES
from judges.reasoning.rules import RULES

_REWRITING = ("prompt", "SCHEMA", "read", "again")  # what a conversion has that a model does
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Recipe(Part):
    """What to read, how to get traces, and what to keep."""

    name: Name = Field(description="the recipe's name; the run directory is runs/<name>")
    version: str = Field(pattern=VERSION, description="the dataset's version, such as 1.0.0")
    models: Mapping[Name, Model] = Field(default={}, description="name -> a model to ask")
    sources: tuple[SourceSpec, ...] = Field(min_length=1, strict=False, description="the corpora to read")
    screen: ScreenSpec | None = Field(default=None, description="what is screened out first; without it, nothing")
    distil: DistilSpec | None = Field(
        default=None, description="the teacher; without one, only traces that sources carry"
    )
    check: CheckSpec = Field(default=CheckSpec(), description="round one, the check of the answer")
    judge: JudgeSpec = Field(default=JudgeSpec(), description="round two, the judge of the reasoning")
    budget: Limit = Field(default=Limit(), description="what the recipe may spend on calls in all its runs together")
    split: SplitSpec = Field(default=SplitSpec(), description="how a release's rows are split")
    publish: PublishSpec = Field(default=PublishSpec(), description="what a release is called, and its licence")

    _base: Path = PrivateAttr()

    @property
    def base(self) -> Path:
        """The folder that relative paths start from: the recipe file's. What one that comes with the package does not
        find there, it looks for in the current folder."""
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
    return _checked(values, places, path, overrides or {})


def alone(use: str, location: str | Path, settings: Mapping[str, Any] | None = None) -> Recipe:
    """A recipe that only reads one source, without a file; settings: the source's keys, such as {"split": "test"}.
    Raises UserError as load_recipe does, and for keys that say what to do with the questions."""
    known = ["split", "limit", *getattr(module("source", use), "Options", Part).model_fields]
    for key in settings or ():
        if (name := key.partition(".")[0]) not in known:
            raise UserError(
                f"--set {key}: unknown key '{name}'{nearest(name, known)}\n  keys of {use}: {', '.join(known)}"
            )
    values = {"name": "alone", "version": "1.0.0", "sources": [{"use": use, "from": str(location)}]}
    overrides = {f"sources.0.{key}": value for key, value in (settings or {}).items()}
    return _checked(values, {}, Path("command line"), overrides)


def _expand(values: Any) -> None:
    """Writes out the short form of conversions: `convert: mcq_to_open` is {use: mcq_to_open}."""
    for source in values["sources"] if isinstance(values.get("sources"), list) else ():
        if isinstance(source, dict) and isinstance(source.get("convert"), str):
            source["convert"] = {"use": source["convert"]}


def _checked(values: Any, places: Places, path: Path, overrides: Mapping[str, Any]) -> Recipe:
    _expand(values)  # an override may go into the short form
    for setting, value in overrides.items():
        if _is_path(setting, value):
            value = str(Path(value).absolute())
        override(values, places, setting, value)
    _expand(values)  # or be one
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise user_error(error, (), Recipe, path, places) from None
    recipe._base = path.parent
    for at, spec in _modules(recipe):
        resolve(spec, at, path, places)
    check_names(recipe.sources, path, places)
    for model in recipe.models.values():
        if model.at(path.parent).folder is None and path.parent == SHIPPED:
            model.at(Path.cwd())  # the package holds no models: as for corpora, the current folder may
    for index, source in enumerate(recipe.sources):
        _located(lambda source=source: _check_source(source, recipe), ("sources", index), path, places)
    for loc, check in (
        (("distil", "by"), _check_teacher),
        (("check", "by"), _check_judge),
        (("judge", "by"), _check_judges),
        (("judge", "escalate"), _check_escalation),
        (("judge", "keep"), _check_keep),
        (("budget", "usd"), _check_prices),
        (("split", "rl", "difficulty"), _check_student),
        (("split",), _check_drawn),
        (("publish", "accept_licence"), _check_accepted),
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
    return module("teacher", "program_steps" if by == "program" else by)


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


def _check_source(spec: SourceSpec, recipe: Recipe) -> None:
    """The models that filter and convert a source's questions, and whether the conversion can be done by one."""
    by = spec.convert.by if spec.convert else RULES
    if spec.convert and by != RULES:
        missing = [name for name in _REWRITING if not hasattr(spec.convert.implementation, name)]
        if missing:
            raise UserError(f"'{spec.convert.use}' is done by rules alone: it has no `{missing[0]}`; leave out `by`")
    asked = [*spec.filter.difficulty, spec.filter.ambiguity, by if by != RULES else None]
    _check_models((name for name in asked if name), recipe)


def _check_judge(recipe: Recipe) -> None:
    _check_models([recipe.check.judge] if recipe.check.judge else [], recipe)


def _check_judges(recipe: Recipe) -> None:
    if RULES in recipe.models:
        raise UserError("'rules' is the judge that needs no model; give the model of that name another one")
    _check_models((name for name in recipe.judge.by if name != RULES), recipe)
    own = [one.name for one in recipe.judge.criteria_set.criteria if one not in CRITERIA]
    if (own and recipe.judge.by == (RULES,)) or (RULES in recipe.judge.by and not set(own) <= set(NAMES)):
        raise UserError(f"the judge `rules` has no measure for '{own[0]}' in your words; let models vote: by: [NAME]")


def _check_escalation(recipe: Recipe) -> None:
    name = recipe.judge.escalate
    if name in recipe.judge.by:
        raise UserError(f"'{name}' sits in `by` already; name another model for what its judges leave in doubt")
    if name == RULES:
        raise UserError("`rules` votes beside every judge already; name a model")
    _check_models([name] if name else [], recipe)


def _check_keep(recipe: Recipe) -> None:
    keep, names = recipe.judge.keep, recipe.judge.criteria_set.names
    if isinstance(keep, str):
        return
    for name in keep.weighted:
        if name not in names:
            raise UserError(f"'{name}' is no criterion here{nearest(name, names)}\n  criteria: {', '.join(names)}")
    points = sum(recipe.judge.keep_rule.points(name) for name in names)
    if keep.at_least > points:
        raise UserError(f"`at_least` is {keep.at_least:g}, and all criteria together have {float(points):g} points")


def _check_models(names: Iterable[str], recipe: Recipe) -> None:
    for name in names:
        if name not in recipe.models:
            known = ", ".join(recipe.models) or "none"
            raise UserError(
                f"no model is called '{name}'{nearest(name, recipe.models)}\n  models of this recipe: {known}"
            )


def _check_prices(recipe: Recipe) -> None:
    free = [name for name, model in recipe.models.items() if model.price is None]
    if recipe.budget.usd is not None and free:
        raise UserError(
            f"a budget in US dollars needs the price of every model; '{free[0]}' has none\n"
            f"  write models.{free[0]}.price: {{input: 0.55, output: 2.19}} (per million tokens; 0 for your own server)"
        )


def _check_student(recipe: Recipe) -> None:
    student = recipe.split.rl.difficulty
    _check_models([student.model] if student else [], recipe)


def _check_drawn(recipe: Recipe) -> None:
    for draw in (recipe.split.sft, recipe.split.rl):
        check_sources((*draw.caps.sources, *draw.mix.sources), [source.called for source in recipe.sources])


def _check_accepted(recipe: Recipe) -> None:
    check_sources(recipe.publish.accept_licence, [source.called for source in recipe.sources])


def _located(action: Any, loc: Loc, path: Path, places: Places) -> Any:
    try:
        return action()
    except UserError as error:
        raise UserError(f"{place_of(loc, places, str(path))}: {error}") from None


def _modules(recipe: Recipe) -> Iterator[tuple[Loc, ModuleSpec]]:
    """Every part that names a module, and where it stands."""
    for index, source in enumerate(recipe.sources):
        yield ("sources", index), source
        if source.convert is not None:
            yield ("sources", index, "convert"), source.convert
    if recipe.screen is not None and recipe.screen.overlap is not None:
        yield from ((("screen", "overlap", "against", n), spec) for n, spec in enumerate(recipe.screen.overlap.against))


def resolve(spec: ModuleSpec, loc: Loc, path: Path, places: Places) -> None:
    """Finds the module that a part names, and checks its options. Raises UserError with the place of what is wrong."""
    kind = "conversion" if isinstance(spec, ConvertSpec) else "source"
    found = _located(lambda: module(kind, spec.use), (*loc, "use"), path, places)
    options: type[BaseModel] = getattr(found, "Options", Part)
    try:
        spec._options = options.model_validate(spec.model_extra or {})
    except ValidationError as error:
        raise user_error(error, loc, options, path, places, type(spec)) from None
    spec._implementation = found


def check_names(specs: Iterable[ReadSpec], path: Path, places: Places, part: str = "sources") -> None:
    """Raises UserError where two sources of a part of a recipe have one name, or a name cannot be one."""
    seen: set[str] = set()
    for index, spec in enumerate(specs):
        if (name := spec.called) in seen:
            where = place_of((part, index), places, str(path))
            raise UserError(f"{where}: two sources are called '{name}'; give this one a `name:` of its own")
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
            where = place_of((part, index, "name"), places, str(path))
            raise UserError(f"{where}: '{name}' cannot name a source; use letters, digits, '.', '_' and '-'")
        seen.add(name)
