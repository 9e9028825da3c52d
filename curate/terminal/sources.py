"""The corpora that can be read, as their modules state them."""

import dataclasses
import json

from pydantic import BaseModel
from rich.columns import Columns

from curate.names import known, module
from curate.records import COMMON_DEFECTS, SourceInfo
from curate.spec import SourceSpec
from curate.terminal.console import console, shown
from curate.terminal.layout import headed, is_wide, pairs


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
    table = headed("source", "corpus", "language", "licence", "defects", *(["home"] if is_wide() else []))
    table.columns[-1 if not is_wide() else -2].justify = "right"
    for column in (table.columns[0], *table.columns[2:5]):
        column.no_wrap = True
    for name in names:
        info = _info(name)
        defects = str(len(info.defects))
        told = (shown(name, "bold"), shown(info.title), info.language, shown(info.licence), defects)
        table.add_row(*told, *([shown(info.home, "dim")] if is_wide() else []))
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
    told = {key: said if isinstance(said, str) else Columns(said, (0, 2)) for key, said in facts.items() if said}
    console().print(pairs(told.items()))
    _print_pairs("recipe keys", {**_fields(SourceSpec), **_fields(getattr(module("source", name), "Options", None))})
    columns = getattr(getattr(module("source", name), "Columns", None), "model_fields", None)
    if columns:
        _print_pairs("columns", _fields(module("source", name).Columns))
    _print_pairs("known defects, as flags", {**info.defects, **COMMON_DEFECTS})


def _fields(model: type[BaseModel] | None) -> dict[str, str]:
    return {info.alias or name: info.description or "" for name, info in model.model_fields.items()} if model else {}


def _print_pairs(title: str, told: dict[str, str]) -> None:
    if told:
        console().print(shown(f"\n{title}", style="bold"))
        console().print(pairs(((name, shown(said, "dim")) for name, said in told.items()), indent=2, style=""))
