"""The corpora that can be read, as their modules state them, and records of one as the pipeline sees them."""

import dataclasses
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from curate.errors import UserError
from curate.names import SHIPPED, known, module
from curate.read import Broken
from curate.recipe import Recipe, alone
from curate.records import COMMON_DEFECTS, Question, SourceInfo
from curate.spec import SourceSpec
from curate.terminal.console import console, shown


def _info(name: str) -> SourceInfo:
    found: SourceInfo = module("source", name).INFO
    return found


def print_sources(as_json: bool) -> None:
    """All sources that come with the package."""
    names = [name for name in known("source") if hasattr(module("source", name), "INFO")]
    if as_json:
        print(
            json.dumps(
                [{"name": name, **dataclasses.asdict(_info(name))} for name in names],
                ensure_ascii=False,
                indent=2,
                default=dict,
            )
        )
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for title in ("source", "corpus", "language", "licence", "known defects"):
        table.add_column(title, overflow="fold", justify="right" if title == "known defects" else "left")
    for name in names:
        info = _info(name)
        table.add_row(
            shown(name, "bold"), shown(info.title), info.language, shown(info.licence), str(len(info.defects))
        )
    console().print(table)
    console().print(
        "`curate sources NAME` tells about one; a dotted path in a recipe names a module of your own", style="dim"
    )


def print_source(name: str, as_json: bool) -> None:
    """One source: licence, home, form, options, known defects."""
    info = _info(name)
    if as_json:
        print(json.dumps({"name": name, **dataclasses.asdict(info)}, ensure_ascii=False, indent=2, default=dict))
        return
    facts = Table(box=None, show_header=False, pad_edge=False)
    rows = {
        "corpus": info.title,
        "licence": info.licence,
        "home": info.home,
        "language": info.language,
        "module": info.module,
        "splits": ", ".join(f"{split} {count:,}" for split, count in info.splits.items()),
        "instruction": info.task,
    }
    for key, value in {**rows, "records": info.form, "cite": info.citation}.items():
        if value:
            facts.add_row(shown(key, style="bold"), shown(value))
    console().print(facts)
    _print_pairs("recipe keys", {**_fields(SourceSpec), **_fields(getattr(module("source", name), "Options", None))})
    columns = getattr(getattr(module("source", name), "Columns", None), "model_fields", None)
    if columns:
        _print_pairs("columns", _fields(module("source", name).Columns))
    _print_pairs("known defects, as flags", {**info.defects, **COMMON_DEFECTS})


def _fields(model: type[BaseModel] | None) -> dict[str, str]:
    return {info.alias or name: info.description or "" for name, info in model.model_fields.items()} if model else {}


def _print_pairs(title: str, pairs: dict[str, Any]) -> None:
    if not pairs:
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for key, value in pairs.items():
        table.add_row(shown(f"  {key}"), shown(str(value), style="dim"))
    console().print(shown(f"\n{title}", style="bold"))
    console().print(table)


def print_sample(name: str, count: int, location: str | None, settings: Mapping[str, Any], as_json: bool) -> None:
    """So many records of a source as questions, taken from its files in turn; without a location, the bundled ones."""
    recipe = alone(name, location or _bundled(name), settings)
    shown_ones = list(itertools.islice(_in_turn(recipe), count))
    if as_json:
        said = [dataclasses.asdict(question) for question in shown_ones]
        print(json.dumps(said, ensure_ascii=False, indent=2, default=str))
        return
    from curate.terminal.show import question_parts

    for question in shown_ones:
        head = shown(question.id, "bold")
        task = [shown(question.task, "dim")] if question.task else []
        console().print(Group(head, *task, *question_parts(question)), "")


def _bundled(name: str) -> Path:
    """The sample of a source that comes with the package, a file or a folder. Raises UserError where there is none."""
    found = next((entry for entry in sorted((SHIPPED / "samples").iterdir()) if entry.stem == name), None)
    if found is None:
        raise UserError(f"no sample of '{name}' comes with the package; name a file of yours with --from")
    return found / "**" / "*.*" if found.is_dir() else found


def _in_turn(recipe: Recipe) -> Iterator[Question]:
    """The first question of each file, then the second of each, and so on. Raises UserError at an unreadable record."""
    from curate.sourcing import of_file, opened

    source = opened(recipe.sources[0], "--from", recipe.base)
    for made in itertools.chain.from_iterable(itertools.zip_longest(*(of_file(source, file) for file in source.files))):
        if isinstance(made, Broken):
            raise UserError(f"{made.place}: {made.error}\n  {source.name} expects {source.info.form}")
        yield from made or ()
