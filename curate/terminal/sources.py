"""The corpora that can be read, as their modules state them; fits 80 columns."""

import dataclasses
import json
from typing import Any, Literal

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.table import Table

from curate.names import known, module
from curate.records import COMMON_DEFECTS, SourceInfo
from curate.spec import SourceSpec
from curate.terminal.console import console, shown


def _info(name: str) -> SourceInfo:
    found: SourceInfo = module("source", name).INFO
    return found


def print_sources(as_json: bool) -> None:
    """All sources that come with the package."""
    names = known("source")
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
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("source", "corpus", "language", "licence", "defects"):
        justify: Literal["left", "right"] = "right" if title == "defects" else "left"
        table.add_column(title, justify=justify, no_wrap=title != "corpus", overflow="fold")
    for name in names:
        info = _info(name)
        defects = str(len(info.defects))
        table.add_row(shown(name, "bold"), shown(info.title), info.language, shown(info.licence), defects)
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
    facts = {
        "corpus": info.title,
        "licence": info.licence,
        "home": info.home,
        "language": info.language,
        "module": info.module,
        "domain": info.task_domain,
        "splits": [shown(f"{split} {count:,}") for split, count in info.splits.items()],
        "instruction": info.task,
        "records": info.form,
        "cite": info.citation,
    }
    table = _pairs()
    for key, value in facts.items():
        if value:
            table.add_row(shown(key, "bold"), shown(value) if isinstance(value, str) else Columns(value, (0, 2)))
    console().print(table)
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
    table = _pairs()
    for key, value in pairs.items():
        table.add_row(shown(f"  {key}"), shown(str(value), style="dim"))
    console().print(shown(f"\n{title}", style="bold"))
    console().print(table)


def _pairs() -> Table:
    """A table for names and what they mean; what has no place to break is folded, never cut."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
