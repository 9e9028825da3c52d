"""What the doctor looks at: the machine, and of a recipe its files, models and where it is published."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from curate.doctor import machine
from curate.doctor.files import sources
from curate.doctor.finding import Finding, Look, looked
from curate.doctor.hub import hub
from curate.doctor.models import models
from curate.execute import run_folder
from curate.recipe import Recipe
from curate.runs import JOURNAL

_IN_FLIGHT = 64  # calls of a recipe that is not told


def examine(recipe: Recipe | None, out: Path | None, journal: Path | None, calls: bool) -> Iterator[Finding]:
    """All findings, in a fixed order. calls: whether models, and the Hub, may be asked."""
    folder = run_folder(recipe, out) if recipe else out or Path("runs")
    kept = journal or (folder.parent if recipe else folder) / JOURNAL
    in_flight = sum(model.concurrency for model in recipe.models.values()) if recipe else _IN_FLIGHT
    looks = [
        Look("python", machine.python),
        Look("packages", machine.packages),
        Look("terminal", machine.terminal),
        Look("run folder", partial(machine.disk, folder)),
        Look("journal", partial(machine.journal, kept)),
        Look("open files", partial(machine.open_files, in_flight)),
    ]
    if recipe is not None:
        looks += [*sources(recipe, calls), *models(recipe, calls)]
    looks.append(Look("Hub", partial(hub, recipe.publish.repo if recipe else None, calls)))
    yield from looked(looks, _secrets(recipe))


def _secrets(recipe: Recipe | None) -> Iterator[str]:
    """What no finding may hold: the models' keys and the Hub's token."""
    from huggingface_hub import get_token

    names = [model.api_key_env for model in recipe.models.values() if model.api_key_env] if recipe else []
    yield from (os.environ.get(name, "").strip() for name in (*names, "HF_TOKEN"))
    if not os.environ.get("HF_OIDC_RESOURCE"):  # whose token is asked for over the network
        yield get_token() or ""
