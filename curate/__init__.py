"""Turn financial question corpora into published, verified reasoning datasets.

    import curate
    run = curate.run("quickstart")
    run.sql("select label, count(*) as n from outcomes group by all").show()
    run.table("scores")      # polars
    run.dataset("sft")       # datasets

Importing this package is cheap; what a call needs is imported inside the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curate.runs import Run

__all__ = ["Run", "run"]


def run(
    recipe: str | Path,
    out: str | Path | None = None,
    *,
    limit: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    strict: bool = False,
    journal: str | Path | None = None,
) -> Run:
    """Runs a recipe, as `curate run` does, and returns the finished run.

    recipe: a file, or the name of a recipe that comes with the package. out: the run directory, by default
    runs/<name>. limit: at most so many records of each source. overrides: {"sources.0.limit": 10}, checked like the
    file. strict: stop at the first unreadable record. journal: where models' replies are kept, by default
    journal.sqlite beside the run directory. Works inside a notebook's running event loop.
    Raises curate.errors.UserError for what the caller can mend.
    """
    from curate.execute import execute
    from curate.recipe import load_recipe

    return execute(load_recipe(recipe, overrides or {}), out, limit=limit, strict=strict, journal=journal)


def __getattr__(name: str) -> Any:
    if name == "Run":
        from curate.runs import Run

        return Run
    raise AttributeError(f"module 'curate' has no attribute {name!r}")
