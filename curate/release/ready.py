"""The release that is to be published: the one that was built of this run, else built now.

ready("quickstart", "org/name")      ->  (Path("runs/quickstart/release/v1.0.0"), "org/name")
"""

import json
from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.release.build import RELEASES, Told, build
from curate.release.lock import LOCK, read_lock, run_digest
from curate.release.wanted import Wanted, wanted
from curate.runs import Run


def ready(target: str, repo: str | None, told: Told) -> tuple[Path, str]:
    """The folder of a release to publish, and its repository. target: a run, or the folder of a release.

    A release that was built of the run as it stands is taken as it is; for another repository, which its cards name, it
    is built again with all that was said at its build. Raises UserError where nobody names a repository, and as build.
    """
    if (Path(target) / LOCK).is_file():
        return Path(target), _named(repo or _repo(Path(target)))
    run = Run(target)
    spec = wanted(run)
    folder = run.path / RELEASES / f"v{spec.version}"
    fresh = (folder / LOCK).is_file() and read_lock(folder).get("run_digest") == run_digest(run)
    repo = _named(repo or (_repo(folder) if fresh else None) or spec.publish.repo)
    if fresh and _repo(folder) == repo:
        return folder, repo
    said, why = _said(folder) if fresh else (spec, "")
    publish = said.publish.model_copy(update={"repo": repo})
    return build(run, said.model_copy(update={"publish": publish}), private=why, told=told), repo


def _named(repo: str | None) -> str:
    if not repo:
        raise UserError("no repository to publish to; write `publish: {repo: org/name}` into the recipe, or use --repo")
    return repo


def _repo(folder: Path) -> str | None:
    repo: str | None = read_lock(folder)["recipe"].get("publish", {}).get("repo")
    return repo


def _said(folder: Path) -> tuple[Wanted, str]:
    """What a release was built with: version, split, publish, and why its private data may be published."""
    recipe: dict[str, Any] = read_lock(folder)["recipe"]
    spec = Wanted.model_validate({name: recipe[name] for name in Wanted.model_fields if name in recipe})
    facts = json.loads((folder / "funnel.json").read_text(encoding="utf-8"))
    return spec, next((one["why"] for one in facts["private"]), "")
