"""recipe.yaml -> Recipe: one frozen model with exactly the keys that work; every error names its line.

    load_recipe("quickstart", {"sources.0.limit": 10})

A source's own options ("columns" of `table`) are declared by its module and checked in the same pass.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, PrivateAttr, ValidationError

from curate.chat.budget import Limit
from curate.chat.model import Model
from curate.errors import UserError, closest, nearest
from curate.judge_spec import PART, WORD, JudgeSpec
from curate.names import module, recipe_file
from curate.part import Part
from curate.recipe_file import Loc, Places, override, place_of, read_yaml
from curate.spec import CheckSpec, DistilSpec, SourceSpec
from judges.reasoning.criteria import CRITERIA, NAMES
from judges.reasoning.rules import RULES

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
        (("judge", "by"), _check_judges),
        (("judge", "escalate"), _check_escalation),
        (("judge", "keep"), _check_keep),
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


def _located(action: Any, loc: Loc, path: Path, places: Places) -> Any:
    try:
        return action()
    except UserError as error:
        raise UserError(f"{place_of(loc, places, str(path))}: {error}") from None


def _resolve(spec: SourceSpec, index: int, path: Path, places: Places) -> None:
    found = _located(lambda: module("source", spec.use), ("sources", index, "use"), path, places)
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
        inner = tuple(part for part in fault["loc"] if part not in _BRANCHES)
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


# What pydantic puts into a place for the sides of "this or that", which are no keys.
_BRANCHES = (WORD, PART)

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
    message = (
        message.removeprefix("Value error, ").replace(" after validation", "").replace("Tuple should", "it should")
    )
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
