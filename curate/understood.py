"""A recipe as it is understood: every default written out, sources resolved, as values that load to the same recipe.

understood(load_recipe("quickstart"))["sources"][0]["title"]   ->  "FinQA", which the recipe leaves to its module
sampling_of(recipe, "teacher")                                  ->  {"temperature": 0.6, "top_p": 0.95, ...}
"""

import dataclasses
import glob
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curate.check import SAMPLING as CHECK
from curate.convert import SAMPLING as CONVERT
from curate.distil import SAMPLING as DISTIL
from curate.jury import SAMPLING as JUDGE
from curate.names import SHIPPED
from curate.recipe import Recipe
from curate.records import SourceInfo
from curate.spec import ModuleSpec, ReadSpec, SourceSpec
from curate.student import SAMPLING as STUDENT
from judges.reasoning.rules import RULES

Values = dict[str, Any]


def understood(recipe: Recipe) -> Values:
    """The recipe's values with all defaults. A file is named by its whole path, so that they hold in any folder; what a
    source's module states (licence, title ...) stands with the source; a model's sampling is as the recipe says."""
    said: Values = recipe.model_dump(mode="json", by_alias=True)
    said["sources"] = [_source(spec, recipe) for spec in recipe.sources]
    if recipe.screen is not None and recipe.screen.overlap is not None:
        said["screen"]["overlap"]["against"] = [_read(spec, recipe) for spec in recipe.screen.overlap.against]
    said["check"] |= dataclasses.asdict(recipe.check.policy)
    said["judge"]["rules"] = {name: float(most) for name, most in dataclasses.asdict(recipe.judge.thresholds).items()}
    for name, model in recipe.models.items():
        values = said["models"][name]
        values["model"] = str(model.folder.absolute()) if model.folder else model.model
        # As it is said: the defaults differ by what a model does, and 0 written as 0.0 would be another call.
        values["sampling"] = model.sampling.model_dump(mode="json", include={*model.sampling.model_fields_set})
    return said


def sampling_of(recipe: Recipe, name: str) -> Values:
    """The sampling of the first thing that one of the recipe's models does; of one that does nothing, what the recipe
    says."""
    return recipe.models[name].sampling.over(next(_defaults(recipe, name), {}))


def _defaults(recipe: Recipe, name: str) -> Iterator[Mapping[str, Any]]:
    """The default sampling of each thing that a model does."""
    if recipe.distil is not None and recipe.distil.by == name:
        yield DISTIL
    if recipe.check.judge == name:
        yield CHECK
    if name in recipe.judge.models:
        yield JUDGE
    if recipe.split.rl.difficulty is not None and recipe.split.rl.difficulty.model == name:
        yield STUDENT
    for spec in recipe.sources:
        if name in spec.filter.difficulty or name == spec.filter.ambiguity:
            yield CONVERT
        if spec.convert is not None and spec.convert.by == name != RULES:
            yield CONVERT


def _source(spec: SourceSpec, recipe: Recipe) -> Values:
    info: SourceInfo = spec.implementation.INFO
    corpus = spec.corpus()
    said = _read(spec, recipe) | {"licence": corpus.licence, "module": corpus.module, "task_domain": corpus.task_domain}
    said |= {name: getattr(spec, name) or getattr(info, name) for name in ("title", "home", "citation")}
    if spec.convert is not None:
        said["convert"] = _with_options(spec.convert)
    return said


def _read(spec: ReadSpec, recipe: Recipe) -> Values:
    return _with_options(spec) | {"from": _whole(spec.location, recipe.base), "name": spec.called}


def _with_options(spec: ModuleSpec) -> Values:
    """What a part says, with the defaults of its module's own keys."""
    own = spec.options.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {**spec.model_dump(mode="json", by_alias=True), **own}


def _whole(location: str, base: Path) -> str:
    """A file's or glob's whole path, as `curate.locate` finds it; a place on the Hub as it is."""
    if location.startswith("hf://"):
        return location
    path = Path(os.path.expanduser(location))  # joined to a folder, an absolute one stays as it is
    own = base.absolute() / path
    elsewhere = base == SHIPPED and not glob.glob(str(own), recursive=True)
    return str(Path.cwd() / path if elsewhere else own)
