"""What pydantic finds wrong with a recipe, in the words of the person who wrote it."""

from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from curate.errors import UserError, closest, nearest
from curate.judge_spec import PART, WORD
from curate.recipe_file import Loc, Places, place_of
from curate.screen_spec import EXACT, SHARE


def user_error(
    error: ValidationError,
    prefix: Loc,
    model: type[BaseModel],
    path: Path,
    places: Places,
    also: type[BaseModel] | None = None,
) -> UserError:
    """What pydantic found in a part of a recipe, each fault with its line, what was found and what is allowed.

    prefix: where the part stands; model: the part's; also: another model whose keys are allowed beside its own."""
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
        elif not key:  # a rule over several keys: what was found is all of them
            lines.append(f"{where}: {_plain(fault['msg'])}")
        else:
            lines.append(
                f"{where}: '{key}' {_EXPECTED.get(fault['type']) or _lower(fault['msg'])}; found {fault['input']!r}"
            )
    return UserError("\n".join(dict.fromkeys(lines)))


# What pydantic puts into a place for the sides of "this or that", which are no keys.
_BRANCHES = (WORD, PART, EXACT, SHARE)

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
    return "is not right: " + _plain(message)


def _plain(message: str) -> str:
    message = (
        message.removeprefix("Value error, ").replace(" after validation", "").replace("Tuple should", "it should")
    )
    return message[0].lower() + message[1:]


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
