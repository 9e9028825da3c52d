"""YAML in, plain values and the line of every key out, so that an error can say where it stands.

read("name: a\\nsources:\\n  - use: finqa\\n")  ->  ({"name": "a", ...}, {("name",): 1, ("sources", 0, "use"): 3})
"""

from pathlib import Path
from typing import Any

import yaml

from curate.errors import UserError

Loc = tuple[str | int, ...]
Places = dict[Loc, str]


def read_yaml(path: Path) -> tuple[dict[str, Any], Places]:
    """The mapping in a YAML file, and for each key and list entry its place, "recipe.yaml:12"."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        hint = "; indent with spaces, not tabs" if "\\t" in str(error.problem) else ""
        raise UserError(f"{path}:{_line(error)}: not valid YAML: {error.problem}{hint}") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deeply") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(node, yaml.MappingNode):
        raise UserError(f"{path}: not a mapping of keys to values, such as 'name: my-recipe'")
    places: Places = {}
    try:
        value = _value(node, (), path, places)
    except RecursionError:
        raise UserError(f"{path}: nested too deeply, or an anchor that holds itself") from None
    except yaml.MarkedYAMLError as error:
        raise UserError(f"{path}:{_line(error)}: not a plain value: {error.problem}") from None
    except ValueError as error:
        raise UserError(f"{path}: a value cannot be read: {error}; put text in quotes") from None
    assert isinstance(value, dict)
    return value, places


def _line(error: yaml.MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1


def _value(node: yaml.Node, loc: Loc, path: Path, places: Places) -> Any:
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key == "<<":
                raise UserError(f"{path}:{line}: merge keys (<<) are not supported; write the keys out")
            if key in mapping:
                raise UserError(f"{path}:{line}: the key '{key}' stands twice; keep one of them")
            places[*loc, key] = f"{path}:{line}"
            mapping[key] = _value(value_node, (*loc, key), path, places)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            places[*loc, index] = f"{path}:{item.start_mark.line + 1}"
            items.append(_value(item, (*loc, index), path, places))
        return items
    return yaml.SafeLoader("").construct_object(node)


def override(values: dict[str, Any], places: Places, setting: str, value: Any, option: str = "--set ") -> None:
    """Sets one dotted path ("sources.0.limit") in the values; its place becomes the setting itself, as it is written
    behind an option."""
    where = f"{option}{setting}"
    loc: Loc = tuple(int(part) if part.isascii() and part.isdigit() else part for part in setting.split("."))
    here: Any = values
    for depth, part in enumerate(loc):
        last = depth == len(loc) - 1
        if isinstance(here, list):
            if not isinstance(part, int) or part >= len(here):
                raise UserError(
                    f"{where}: '{part}' is no entry of {_name(loc[:depth])}, which has entries 0 to {len(here) - 1}"
                )
        elif not isinstance(here, dict):
            raise UserError(f"{where}: {_name(loc[:depth])} is the value {here!r}, it has no key '{part}'")
        elif not last and part not in here:
            here[part] = {}
        if last:
            here[part] = value
        else:
            here = here[part]
    for known in [known for known in places if known[: len(loc)] == loc]:
        del places[known]
    places[loc] = where


def parse_setting(text: str, option: str = "--set ") -> tuple[str, Any]:
    """ "a.b=c" as the path "a.b" and the YAML value of c; option: what it is written behind."""
    path, equals, value = text.partition("=")
    if not equals or not path or any(not part for part in path.split(".")):
        raise UserError(f"{option}{text}: write {option}path.to.key=value, for example {option}sources.0.limit=100")
    try:
        return path, yaml.safe_load(value)
    except yaml.YAMLError:
        raise UserError(
            f"{option}{text}: '{value}' is not a YAML value; put text with special characters in quotes"
        ) from None


def place_of(loc: Loc, places: Places, default: str) -> str:
    """The place of a key, or of the nearest of its parents that the file holds."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in places:
            return places[loc[:length]]
    return default


def _name(loc: Loc) -> str:
    return "'" + ".".join(map(str, loc)) + "'" if loc else "the recipe"
