"""Rows of the papers' own tables, to be printed beside ours: theirs, by another prompt, budget and judge.

references(["fin-r1"])  ->  (Reference("fin-r1", "Qwen2.5-7B-Instruct", {"finqa": 60.0, ...}, ...), ...)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

CAVEAT = "theirs: another prompt, budget and judge"


@dataclass(frozen=True, slots=True)
class Reference:
    """One row of a paper's table. scores: by the module of our source -> percent; source: where it stands; known,
    unknown: how it was measured, as far as the paper tells."""

    paper: str
    model: str
    scores: Mapping[str, float]
    source: str
    known: str
    unknown: str


def references(papers: Iterable[str]) -> tuple[Reference, ...]:
    """The rows of these papers, in the order of their tables. Raises KeyError for a paper that is not kept."""
    return tuple(row for paper in papers for row in _rows(paper))


def _rows(paper: str) -> Iterable[Reference]:
    kept = _tables()[paper]
    about = (kept["source"], kept["known"], kept["unknown"])
    for row in kept["rows"]:
        yield Reference(paper, row["model"], {name: row[name] for name in kept["sets"] if name in row}, *about)


@cache
def _tables() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        files("train.evaluation").joinpath("reference.yaml").read_text(encoding="utf-8")
    )
    return found
