"""The parts of the documentation that the code states itself: `python -m tests.docs` writes them into the READMEs.

A part stands between <!-- name --> and <!-- end of name -->; tests/test_docs.py fails where one is out of date.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import typer
from pydantic import BaseModel

from curate.chat.journal_db import SCHEMA
from curate.cli import app
from curate.configs import COLUMNS
from curate.names import known, module
from curate.recipe_keys import Key
from curate.recipe_keys import keys as recipe_reference
from curate.release.licence import table as ledger
from curate.scores import build
from curate.spec import CheckSpec, ReadSpec
from curate.tables import TABLES, writer
from curate.terminal.reported import MEANINGS
from judges import REASONS
from judges.answers import PRESETS, Policy
from judges.answers.__main__ import table as table_of
from judges.answers.pairs import judged, pairs_of
from judges.reasoning import CRITERIA, MEASURES, Thresholds
from judges.reasoning.arithmetic import REASONS as AUDIT_REASONS
from judges.reasoning.rules import VOTED_FROM
from recipes.sources import table, traces
from tests.curate.test_hits_and_misses import ROWS
from train.evaluation.spec import BenchmarkSpec, EvaluateSpec
from train.spec import GrpoSpec, LoraSpec, NewSpec, TemplateSpec, TrainSpec

ROOT = Path(__file__).parents[1]


def grid(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(header)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _rows(parts: Mapping[str, type[BaseModel]]) -> list[tuple[str, str]]:
    return [
        (f"`{prefix}{info.alias or name}`", info.description or "")
        for prefix, model in parts.items()
        for name, info in model.model_fields.items()
    ]


def recipe_keys() -> str:
    """Every key of a recipe, as `curate recipe --explain` has them."""

    def default(key: Key) -> str:
        return "*required*" if key.default is None else f"`{key.default}`" if key.default else ""

    rows = []
    for key in recipe_reference():
        more = f"; its keys are those of `{key.like}`" if key.like else ""
        rows.append((f"`{key.path}`", key.kind, default(key), key.description + more))
    return grid(("key", "takes", "default", "meaning"), rows)


def train_keys() -> str:
    parts = {"": TrainSpec, "template.": TemplateSpec, "lora.": LoraSpec, "new.": NewSpec}
    rows = _rows(parts)
    own = [name for name in GrpoSpec.model_fields if name not in TrainSpec.model_fields]
    rows += [(f"`{name}` (grpo)", GrpoSpec.model_fields[name].description or "") for name in own]
    return grid(("key", "meaning"), rows)


def evaluate_keys() -> str:
    own = [name for name in BenchmarkSpec.model_fields if name not in ReadSpec.model_fields]
    rows = [(f"`benchmarks[].{name}`", BenchmarkSpec.model_fields[name].description or "") for name in own]
    return grid(("key", "meaning"), [*_rows({"": EvaluateSpec}), *rows])


def table_keys() -> str:
    own = {name for name in traces.Columns.model_fields if name not in table.Columns.model_fields}
    rows = [(f"`{name}`", info.description or "") for name, info in traces.Options.model_fields.items()]
    for name, info in traces.Columns.model_fields.items():
        only = " (`traces`)" if name in own else ""
        rows.append((f"`columns.{name}`", f"{info.description}{only}"))
    return grid(("key", "meaning"), rows)


def sources() -> str:
    modules = {name: module("source", name) for name in known("source")}
    infos = {name: found.INFO for name, found in modules.items() if hasattr(found, "INFO")}
    rows = [
        (f"`{name}`", info.title, info.home, info.licence, ", ".join(f"`{flag}`" for flag in info.defects))
        for name, info in infos.items()
    ]
    return grid(("source", "corpus", "home", "licence", "known defects, as flags"), rows)


def tables() -> str:
    parts = []
    for name, columns in TABLES.items():
        if name == "originals":
            parts.append(
                "## `originals`\n\nThe columns of `questions`: the questions that were converted, as they came."
            )
            continue
        rows = [(f"`{column}`", str(kind).split("<")[0], comment) for column, kind, comment in columns]
        parts.append(f"## `{name}`\n\n" + grid(("column", "type", "what it holds"), rows))
    return "\n\n".join(parts)


def views() -> str:
    found = _views()
    rows = [(f"`{name}`", comment, ", ".join(f"`{column}`" for column in columns)) for name, comment, columns in found]
    return grid(("view", "what it tells", "columns"), rows)


@cache
def _views() -> list[tuple[str, str, list[str]]]:
    """Name, comment and columns of every view, as DuckDB has them in the database of a run without rows."""
    with TemporaryDirectory() as folder:
        empty = {name: Path(folder) / f"{name}.parquet" for name in TABLES}
        for name, path in empty.items():
            writer(name, path).__exit__(None, None, None)
        build(Path(folder) / "scores.duckdb", empty)
        with duckdb.connect(Path(folder) / "scores.duckdb", read_only=True) as connection:
            said = dict(connection.sql("select view_name, comment from duckdb_views() where not internal").fetchall())
            columns = {name: connection.sql(f"from {name}").columns for name in said}
    order = re.findall(r"create view (\w+)", files("curate").joinpath("views.sql").read_text(encoding="utf-8"))
    return [(name, said[name], columns[name]) for name in order]


def commands() -> str:
    rows = []
    for name, command in _commands(typer.main.get_command(app)):
        said = " ".join((command.help or "").split("\n\n")[0].split())
        example = (command.epilog or "").partition(": ")[2].split("; ")[0]
        rows.append((f"`{name}`", said, f"`{example}`" if example else ""))
    return grid(("command", "what it does", "for example"), rows)


def _commands(group: Any, before: str = "curate") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


def exit_codes() -> str:
    return grid(("code", "meaning"), [(str(code), meaning) for code, meaning in MEANINGS.items()])


def configs() -> str:
    parts = []
    for name, columns in COLUMNS.items():
        rows = [(f"`{column}`", str(kind).split("<")[0], comment) for column, kind, comment in columns]
        parts.append(f"### `{name}`\n\n" + grid(("column", "type", "what it holds"), rows))
    return "\n\n".join(parts)


def licences() -> str:
    def said(value: bool | None) -> str:
        return {True: "yes", False: "no", None: "unknown"}[value]

    keys = ("redistribute", "commercial", "derivatives", "attribution", "share_alike")
    rows = [(one.name, f"`{one.hub}`", *(said(getattr(one, key)) for key in keys), one.where) for one in ledger()]
    allowed = ("redistribution", "commercial use", "derivatives", "asks for attribution", "asks for the same licence")
    return grid(("licence", "on the Hub", *allowed, "where it says so"), rows)


def policies() -> str:
    def shown(value: object) -> str:
        return {True: "yes", False: "no"}.get(value, f"{value}") if isinstance(value, bool) else f"{value}"

    rows = []
    for field in dataclasses.fields(Policy):
        meaning = CheckSpec.model_fields[field.name].description or ""
        values = [shown(getattr(preset, field.name)) for preset in PRESETS.values()]
        rows.append((f"`{field.name}`", meaning, values[0], *(v if v != values[0] else "" for v in values[1:])))
    return grid(("policy", "meaning", "default", *(f"`{name}`" for name in list(PRESETS)[1:])), rows)


def _rates(half: str) -> list[tuple[str, ...]]:
    pairs = pairs_of((ROOT / "tests/judges/answers/pairs.jsonl").read_text(encoding="utf-8").splitlines())
    verdicts = [(pair, judged(pair).value) for pair in pairs if pair.half == half]
    return table_of(verdicts)


def rates() -> str:
    head, *rows = _rates("held")
    return grid(head, rows)


def halves() -> str:
    head = ("labelled pairs", *_rates("held")[0][1:])
    shown = {"held": "not looked at while the rules were written", "dev": "looked at"}
    return grid(head, [(name, *_rates(half)[-1][1:]) for half, name in shown.items()])


def reasons() -> str:
    return grid(("reason", "meaning"), [(f"`{reason}`", meaning) for reason, meaning in REASONS.items()])


# What a vote rests on beside measures.
_MORE = {"logical_consistency": ["round one's verdict", "each wrong calculation's error", "misread numbers"]}


def criteria() -> str:
    def sources(name: str) -> str:
        return ", ".join([*(f"`{measure}`" for measure in VOTED_FROM[name]), *_MORE.get(name, [])])

    rows = [(f"`{one.name}`", one.en.definition, one.zh.definition, sources(one.name)) for one in CRITERIA]
    return grid(("criterion", "a vote of 1 means", "", "judge `rules` votes from"), rows)


def thresholds() -> str:
    rows = [
        (f"`{field.name}`", field.metadata["meaning"], f"{field.default:g}") for field in dataclasses.fields(Thresholds)
    ]
    return grid(("threshold", "meaning", "default"), rows)


def measures() -> str:
    return grid(("measure", "meaning"), [(f"`{name}`", meaning) for name, meaning in MEASURES.items()])


def audit_reasons() -> str:
    return grid(("reason", "meaning"), [(f"`{name}`", meaning) for name, meaning in AUDIT_REASONS.items()])


def hits_and_misses() -> str:
    own = [("port, parallelism and reasoning parser of a vLLM server of our own", "nothing is sent")]  # tests/vllm
    return grid(("change", "the next run"), [*ROWS, *own])


def journal() -> str:
    return f"```SQL{SCHEMA}```"


PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "recipes/README.md": {"recipe-keys": recipe_keys, "table-keys": table_keys, "sources": sources},
    "train/README.md": {"train-keys": train_keys, "evaluate-keys": evaluate_keys},
    "README.md": {"answer-rates": halves, "exit-codes": exit_codes},
    "curate/README.md": {"tables": tables, "views": views, "commands": commands},
    "curate/journal.md": {"hits-and-misses": hits_and_misses, "journal": journal},
    "curate/release/README.md": {"configs": configs, "licences": licences},
    "judges/README.md": {
        **{"policies": policies, "rates": rates, "reasons": reasons, "criteria": criteria},
        **{"thresholds": thresholds, "measures": measures, "audit-reasons": audit_reasons},
    },
}


def written(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A document with its parts brought up to date."""
    for name, make in parts.items():
        pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- end of {name} -->", re.DOTALL)
        assert pattern.search(text), f"no part {name}"
        block = f"<!-- {name} -->\n{make()}\n<!-- end of {name} -->"
        text = pattern.sub(lambda _, block=block: block, text)
    return text


if __name__ == "__main__":
    for file, parts in PARTS.items():
        path = ROOT / file
        path.write_text(written(path.read_text(encoding="utf-8"), parts), encoding="utf-8")
