"""The release that is to be published: the one that was built of this run, else built now.

ready("quickstart", "org/name")      ->  (Path("runs/quickstart/release/v1.0.0"), "org/name")
"""

from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.release.build import RELEASES, Told, build
from curate.release.facts import read_facts
from curate.release.lock import LOCK, read_lock, run_digest
from curate.release.wanted import Wanted, wanted
from curate.runs import Run


def ready(target: str, repo: str | None, told: Told, *, dry_run: bool = False) -> tuple[Path, str]:
    """The folder of a release to publish, and its repository: the one that is said, else the recipe's, else that of
    the build. target: a run, or the folder of a release.

    A release that was built of the run as it stands is taken as it is; for another repository, which its cards name, it
    is built again with all that was said at its build, but for a dry run. Raises UserError where nobody names a
    repository, where a folder's cards name another, where only another version was built of the run, and as build.
    """
    if (Path(target) / LOCK).is_file():
        return Path(target), _of_folder(Path(target), repo)
    run = Run(target)
    spec = wanted(run, {"publish.repo": repo} if repo else None)
    folder = run.path / RELEASES / f"v{spec.version}"
    digest = run_digest(run)
    if not _fresh(folder, digest):
        _refuse_other(folder, digest)
        _named(spec.publish.repo)
        return build(run, spec, told=told), _named(spec.publish.repo)
    repo = _named(spec.publish.repo or _repo(folder))
    return (folder if dry_run or _repo(folder) == repo else _rebuilt(folder, run, repo, told)), repo


def _of_folder(folder: Path, repo: str | None) -> str:
    built = _repo(folder)
    if repo and built and repo != built:
        raise UserError(
            f"the cards in {folder} name {built}\n"
            f"  build it for the other one: curate release RUN --set publish.repo={repo} --set version=..."
        )
    return _named(repo or built)


def _fresh(folder: Path, digest: str) -> bool:
    """Was it built of the run of this digest?"""
    return (folder / LOCK).is_file() and read_lock(folder).get("run_digest") == digest


def _refuse_other(folder: Path, digest: str) -> None:
    """Raises UserError where another version was built of this very run: it is not clear which one is meant."""
    for other in folder.parent.glob("v*"):
        if _fresh(other, digest):
            raise UserError(
                f"{other.name} was built of this run, and its recipe says {folder.name}\n"
                f"  to publish what was built: curate publish {other}"
            )


def _rebuilt(folder: Path, run: Run, repo: str, told: Told) -> Path:
    """The same release for another repository."""
    recipe: dict[str, Any] = read_lock(folder)["recipe"]
    said = {name: recipe[name] for name in Wanted.model_fields if name in recipe}
    facts = read_facts(folder)
    if facts.since not in ("", *(path.name.removeprefix("v") for path in folder.parent.glob("v*"))):
        raise UserError(
            f"{folder} tells its changes since {facts.since}, and names another repository\n"
            f"  build it again: curate release {run.path} --set publish.repo={repo} --since ..."
        )
    spec = Wanted.model_validate({**said, "publish": {**said.get("publish", {}), "repo": repo}})
    return build(run, spec, private=next((one.why for one in facts.private), ""), told=told)


def _named(repo: str | None) -> str:
    if not repo:
        raise UserError("no repository to publish to; write `publish: {repo: org/name}` into the recipe, or use --repo")
    return repo


def _repo(folder: Path) -> str | None:
    repo: str | None = read_lock(folder)["recipe"].get("publish", {}).get("repo")
    return repo
