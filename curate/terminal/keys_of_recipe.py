"""The keys of a recipe laid out for reading, with an example; and a recipe as it is understood, as YAML."""

import dataclasses
import json
from typing import Any

import yaml
from rich.box import SIMPLE_HEAD
from rich.table import Table

from curate.recipe import Recipe
from curate.recipe_examples import example
from curate.recipe_keys import Key, keys, under
from curate.terminal.console import console, shown
from curate.understood import understood

_WIDE = 110  # columns from which a key's kind and default have columns of their own


def print_keys(path: str | None, as_json: bool) -> None:
    """Every key, or those at a path and inside it. Raises UserError for a path that there is none of."""
    found = under(path) if path else keys()
    if as_json:
        print(json.dumps([dataclasses.asdict(key) for key in found], ensure_ascii=False, indent=2))
        return
    console().print(_wide(found) if console().width >= _WIDE else _narrow(found))
    if path and (shows := example(found[0].plain)):
        console().print(shown("an example", "bold"))
        console().print(shown("".join(f"  {line}\n" for line in shows.splitlines()), "green"), soft_wrap=True)
    if any(key.path.startswith("sources[]") for key in found):
        console().print(shown("keys of a source's own: `curate sources NAME`", "dim"))


def print_understood(recipe: Recipe, as_json: bool) -> None:
    """The recipe with all its defaults."""
    said = understood(recipe)
    print(json.dumps(said, ensure_ascii=False, indent=2) if as_json else to_yaml(said), end="\n" if as_json else "")


def to_yaml(values: dict[str, Any]) -> str:
    """Values as YAML, in their own order."""
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120)


def _wide(found: tuple[Key, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title, ratio in (("key", None), ("takes", 2), ("default", 1), ("meaning", 4)):
        table.add_column(title, overflow="fold", ratio=ratio)
    for key in found:
        table.add_row(shown(key.path, "bold"), shown(key.kind), shown(_default(key)), shown(_meaning(key)))
    return table


def _narrow(found: tuple[Key, ...]) -> Table:
    """Key and what it takes above its meaning: four columns have no room."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(overflow="fold")
    for key in found:
        default = f", {_default(key)}" if key.default is None else f" = {_default(key)}" if key.default else ""
        table.add_row(shown(key.path, "bold").append(f"  {key.kind}{default}", "dim not bold"))
        table.add_row(_indented(_meaning(key)))
    return table


def _indented(text: str) -> Table:
    part = Table(box=None, show_header=False, pad_edge=False, padding=0)
    part.add_column(width=4)
    part.add_column(overflow="fold")
    part.add_row("", shown(text))
    return part


def _default(key: Key) -> str:
    return "required" if key.default is None else key.default


def _meaning(key: Key) -> str:
    return f"{key.description}; its keys are those of `{key.like}`" if key.like else key.description
