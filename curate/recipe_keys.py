"""Every key that a recipe may have, walked out of its model: path, type, default and description.

[key.path for key in keys()]  ->  ["name", "version", "models", ..., "models.NAME.model", ..., "sources[].use", ...]
under("judge.keep")           ->  the key `judge.keep` and those inside it

What the model itself states is told, in its own words, so that no list of keys can grow old.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from curate.errors import UserError, closest
from curate.recipe import Recipe

_SCALARS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true | false", "null": "null"}
_BOUNDS = {"minimum": ">= ", "exclusiveMinimum": "> ", "maximum": "<= ", "exclusiveMaximum": "< "}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key. path: dotted, with [] for a list's entries and NAME for a mapping's own names; kind: what it takes;
    default: in YAML, "" for none, None where the key is required; like: the part with the same keys that was told
    before, "" where there is none."""

    path: str
    kind: str
    default: str | None
    description: str
    like: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it only holds further keys: there is no value to set."""
        return self.kind in ("keys", "list of keys", "NAME: keys")

    @property
    def plain(self) -> str:
        """The path as a person may write it: without [] and NAME."""
        return self.path.replace("[]", "").replace(".NAME", "")


@cache
def keys(model: type[BaseModel] = Recipe) -> tuple[Key, ...]:
    """The keys of a model, those of each part together, a part before the parts inside it."""
    schema = model.model_json_schema(by_alias=True)
    return tuple(_keys(schema, "", schema.get("$defs", {}), {}))


def under(path: str) -> tuple[Key, ...]:
    """A recipe's keys at a path and inside it; `sources.limit`, `sources.0.limit` and `sources[].limit` are one.

    Raises UserError for a path that there is none of, with the nearest one."""
    wanted = _plain(path)
    at = tuple(key for key in keys() if key.plain == wanted)
    told = next((key for key in keys() if key.like and f"{wanted}.".startswith(f"{key.plain}.")), None)
    start = wanted.replace(told.plain, _plain(told.like), 1) if told else wanted
    inside = tuple(key for key in keys() if key.plain.startswith(f"{start}.") or (key.plain == start and not at))
    if not at and not inside:
        raise UserError(
            f"a recipe has no key '{path}'{_nearest(wanted)}\n  `curate recipe --explain` tells all of them"
        )
    return at + inside


def _nearest(wanted: str) -> str:
    """The key that a wrong path may mean: one that is written alike, or whose last part is."""
    known = {key.plain.rpartition(".")[2]: key.plain for key in reversed(keys())} | {
        key.plain: key.plain for key in keys()
    }
    alike = closest(wanted, known) or closest(wanted.rpartition(".")[2], known)
    return f"; did you mean '{known[alike]}'?" if alike else ""


def _plain(path: str) -> str:
    """A path without a list's indices and a model's own name: models.teacher.price is models.price."""
    parts = [part for part in path.replace("[]", "").split(".") if part and part != "NAME" and not part.isdigit()]
    if parts[:1] == ["models"] and len(parts) > 1 and parts[1] not in _of_models():
        del parts[1]
    return ".".join(parts)


@cache
def _of_models() -> frozenset[str]:
    return frozenset(key.plain.split(".")[1] for key in keys() if key.path.startswith("models.NAME."))


def _keys(part: Schema, prefix: str, known: Mapping[str, Schema], told: dict[str, str]) -> Iterator[Key]:
    """told: the parts that were walked already, by the name of their model -> where."""
    inside = []
    required = set(part.get("required", ()))
    for name, value in part.get("properties", {}).items():
        path = f"{prefix}{name}"
        found = _part_in(value)
        like = ""
        if found is not None:
            model, suffix = found
            if (like := told.get(model, "")) == "":
                told[model] = path
                inside.append((known[model], f"{path}{suffix}."))
        default = None if name in required else _default(value, found is not None)
        yield Key(path, _kind(value), default, value.get("description", ""), like)
    for inner, start in inside:
        yield from _keys(inner, start, known, told)


def _part_in(value: Schema) -> tuple[str, str] | None:
    """The model that a key's value is made of, and how its keys are reached: "" directly, "[]" in a list, ".NAME" under
    a name of the user's own."""
    if "$ref" in value:
        return value["$ref"].rpartition("/")[2], ""
    if "items" in value and (found := _part_in(value["items"])):
        return found[0], f"[]{found[1]}"
    for one in _of_names(value):
        if found := _part_in(one):
            return found[0], f".NAME{found[1]}"
    return next((found for one in _sides(value) if (found := _part_in(one))), None)


def _sides(value: Schema) -> list[Schema]:
    sides: list[Schema] = value.get("anyOf", value.get("oneOf", []))
    return sides


def _of_names(value: Schema) -> list[Schema]:
    """What a mapping with names of the user's own holds."""
    more = value.get("additionalProperties")
    return [*value.get("patternProperties", {}).values(), *([more] if isinstance(more, Mapping) else [])]


def _kind(value: Schema) -> str:
    """What a key takes, in words."""
    if sides := [side for side in _sides(value) if side.get("type") != "null" or value.get("default") is not None]:
        return " or ".join(_kind(side) for side in sides)
    if "enum" in value or "const" in value:
        return " | ".join(value.get("enum", [value.get("const")]))
    if "$ref" in value:
        return "keys"
    if "prefixItems" in value:
        return f"[{', '.join(_kind(item) for item in value['prefixItems'])}]"
    if value.get("type") == "array":
        return f"list of {_kind(value['items'])}"
    if value.get("type") == "object":
        return " or ".join(f"NAME: {_kind(one)}" for one in _of_names(value)) or "keys"
    bounds = [f"{sign}{value[name]:g}" for name, sign in _BOUNDS.items() if name in value]
    return " ".join([_SCALARS[value["type"]], *([", ".join(bounds)] if bounds else [])])


def _default(value: Schema, is_part: bool) -> str:
    """The default as YAML; of a part whose keys have their own, and of a key that may be left out, nothing."""
    match value.get("default"):
        case None | "":
            return ""
        case Mapping() if is_part:
            return ""
        case str(word):
            return word
        case default:
            return json.dumps(default, ensure_ascii=False)
