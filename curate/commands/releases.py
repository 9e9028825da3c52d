"""The commands about releases: build one, publish it, compare two, verify one."""

from pathlib import Path
from typing import Annotated

import typer

from curate.commands import completing
from curate.commands.options import JsonOption, RunArgument
from curate.errors import UserError
from curate.terminal.reported import COULD_NOT, reported


def release(
    run: RunArgument,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another version, split or publish: split.validation=0.1.",
            autocompletion=completing.of_release,
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept-licence", metavar="SOURCE", help="Release a source's rows against its licence's word."),
    ] = None,
    why: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT", help="Why: the first belongs to the first --accept-licence. It stands in the card."
        ),
    ] = None,
    private: Annotated[
        str, typer.Option("--accept-private", metavar="TEXT", help="Why private data that is found may be published.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="The version to tell the changes from: a folder, or org/name@v1.0.0; by default the last one.",
        ),
    ] = None,
) -> None:
    """Build a version of a run's dataset. Splits, cards and lock; checked against licences, and loaded back."""
    with reported():
        from curate.recipe_file import parse_setting
        from curate.release.build import build
        from curate.release.wanted import wanted
        from curate.runs import Run
        from curate.terminal.built import print_built, progress_line

        if len(accept or []) != len(why or []):
            raise UserError("each --accept-licence SOURCE needs a --why, and each --why a source")
        overrides = dict(parse_setting(text) for text in setting or [])
        accepted = dict(zip(accept or [], why or [], strict=True))
        found = Run(run)
        folder = build(found, wanted(found, overrides, accepted), since=since, private=private, told=progress_line)
        print_built(folder)


def publish(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run, or the folder of a release.",
            show_default=False,
            autocompletion=completing.runs,
        ),
    ],
    repo: Annotated[
        str | None, typer.Option(metavar="ORG/NAME", help="The dataset repository; by default the recipe's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read all, and tell what would be sent.")] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Publish for all to see: create it public, or use one that is.")
    ] = False,
    onto: Annotated[
        str | None, typer.Option(metavar="SHA", help="Somebody else's commit that was looked at, to publish upon.")
    ] = None,
) -> None:
    """Publish a version on the Hub. One commit, fetched back and compared, then its tag."""
    with reported("stopped; the same command goes on from here"):
        from curate.release.lock import read_lock
        from curate.release.publish import publish as published
        from curate.release.ready import ready
        from curate.terminal.built import print_published, progress_line

        folder, named = ready(run, repo, progress_line, dry_run=dry_run)
        private = read_lock(folder)["recipe"].get("publish", {}).get("private", True) and not public
        found = published(folder, named, private=private, dry_run=dry_run, onto=onto, told=progress_line)
        print_published(found)


def compare(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A", help="A run, a release's folder, or org/name@v1.0.0.", autocompletion=completing.runs
        ),
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Another of these.", autocompletion=completing.runs)],
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with all of it, to open in a browser.")
    ] = None,
) -> None:
    """Tell what changed from one run or version to another. Which rows were added, removed, changed and moved from A to
    B, and why; rates and funnels side by side."""
    if as_json and html:
        raise typer.BadParameter("--json and --html exclude each other")
    with reported():
        from curate.release.sides import side

        if html:
            from curate.report.compared.comparison import write_comparison

            write_comparison(side(a), side(b), html)
            typer.echo(html)
            return
        from curate.release.compare import compare as compared
        from curate.terminal.compare import print_comparison

        print_comparison(compared(side(a), side(b)), as_json)


def verify(
    target: Annotated[
        str, typer.Argument(metavar="VERSION", help="org/name@v1.0.0, or a release's folder.", show_default=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Check a version against its own lock. Hashes, counts, splits, and every number of its cards from the data."""
    with reported():
        from curate.release.sides import release as release_of
        from curate.release.verify import unchecked
        from curate.release.verify import verify as verified
        from curate.terminal.verify import print_verified

        found = release_of(target)
        faults = verified(found.folder)
        print_verified(found, faults, unchecked(found.folder), as_json)
        if faults:
            raise typer.Exit(COULD_NOT)
