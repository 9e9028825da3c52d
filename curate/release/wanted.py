"""What a release is to be: version, split and publish of the run's own recipe, with what the command line says instead.

wanted(run, {"publish.licence": "cc-by-4.0"}).publish.licence     ->  "cc-by-4.0"
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from curate.errors import UserError
from curate.part import Part
from curate.recipe_faults import user_error
from curate.recipe_file import Places, override
from curate.release_spec import VERSION, DifficultySpec, PublishSpec, SplitSpec, check_sources
from curate.runs import Run
from curate.tables import TABLES, file_of


class Wanted(Part):
    """The parts of a recipe that a release rests on; the run needs none of them."""

    version: str = Field(pattern=VERSION)
    split: SplitSpec = Field(default=SplitSpec())
    publish: PublishSpec = Field(default=PublishSpec())


def wanted(run: Run, overrides: Mapping[str, Any] | None = None, accepted: Mapping[str, str] | None = None) -> Wanted:
    """The release that a run's recipe describes. overrides: {"split.validation": 0.1}, checked like the recipe, without
    a new run; accepted: source -> why its licence does not stop the release, beside the recipe's own. Raises UserError
    for other keys, and for names that the run does not know."""
    if missing := [file_of(table) for table in TABLES if not (run.path / file_of(table)).exists()]:
        raise UserError(f"{run.path}: '{missing[0]}' is missing\n  run the recipe again: replies come from the journal")
    recipe = run.record["recipe"]
    values = {name: copy.deepcopy(recipe[name]) for name in Wanted.model_fields if name in recipe}
    places: Places = {}
    for setting, value in (overrides or {}).items():
        if (part := setting.partition(".")[0]) not in Wanted.model_fields:
            raise UserError(
                f"--set {setting}: a release takes `version`, `split` and `publish`, no '{part}'\n"
                "  what goes before needs a new run: curate run RECIPE --set ..."
            )
        override(values, places, setting, value)
    for source, why in (accepted or {}).items():
        _accept(values, source, why)
    try:
        found = Wanted.model_validate(values)
    except ValidationError as error:
        raise user_error(error, (), Wanted, Path("command line"), places) from None
    _check(found, run)
    return found


def _accept(values: dict[str, Any], source: str, why: str) -> None:
    """Adds an acceptance; what is no mapping there stays, for the check to tell."""
    publish = values.setdefault("publish", {})
    said = publish.setdefault("accept_licence", {}) if isinstance(publish, dict) else None
    if isinstance(said, dict):
        said[source] = why


def _check(found: Wanted, run: Run) -> None:
    known = [source["source"] for source in run.record["sources"]]
    draws = (found.split.sft, found.split.rl)
    named = [name for draw in draws for name in (*draw.caps.sources, *draw.mix.sources)]
    check_sources([*named, *found.publish.accept_licence], known)
    asked = run.record["recipe"].get("split", {}).get("rl", {}).get("difficulty") or {}
    student = found.split.rl.difficulty
    if student is not None and (student.model, student.samples) != (
        asked.get("model"),
        asked.get("samples", DifficultySpec.model_fields["samples"].default),
    ):
        raise UserError(
            f"split.rl.difficulty: the run did not ask a student '{student.model}' {student.samples} times\n"
            "  write it into the recipe and run that again; only `keep` may differ"
        )
