"""The corpora that can be read, as their modules state them."""

import dataclasses
import json
from typing import Any

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
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
