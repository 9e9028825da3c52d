"""The files of a recipe's sources: whether they are there, how many, how large."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from curate.doctor.finding import Finding, Look, sized
from curate.errors import UserError
from curate.locate import locate
from curate.recipe import Recipe
from curate.release.hub import connected, sent
from curate.spec import ReadSpec


def sources(recipe: Recipe, calls: bool) -> Iterator[Look]:
    """A look at each source and benchmark set; at those on the Hub only where calls may be made. Nothing is fetched."""
    against = recipe.screen.overlap.against if recipe.screen and recipe.screen.overlap else ()
    for kind, specs in (("source", recipe.sources), ("benchmark", against)):
        for spec in specs:
            name = f"{kind} {spec.called}"
            if not spec.location.startswith("hf://"):
                yield Look(name, partial(_here, name, spec, recipe.base))
            elif calls:
                yield Look(name, partial(_on_hub, name, spec))


def _here(name: str, spec: ReadSpec, base: Path) -> Iterator[Finding]:
    try:
        files = locate(spec.location, base, spec.split)
    except UserError as error:
        said, _, mend = str(error).partition("\n")
        where = f"`curate sources {spec.use}` tells where to get it" if "." not in spec.use else ""
        yield Finding(name, "fail", said, "; ".join(filter(None, (" ".join(mend.split()), where))))
        return
    for file in files:
        with file.path.open("rb"):
            pass
    size = sum(file.path.stat().st_size for file in files)
    yield Finding(name, "ok", f"{len(files):,} file{'s' * (len(files) > 1)}, {sized(size)}: {spec.location}")


def _on_hub(name: str, spec: ReadSpec) -> Iterator[Finding]:
    repo, _, revision = "/".join(spec.location.removeprefix("hf://").split("/")[:2]).partition("@")
    hub = connected(pauses=())
    info = sent(hub, f"looking at {repo}", partial(hub.api.dataset_info, repo, revision=revision or None))
    count = len(info.siblings or ())
    yield Finding(name, "ok", f"on the Hub at {str(info.sha)[:7]}, {count:,} files there: {spec.location}")
