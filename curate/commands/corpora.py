"""The commands about corpora: which can be read, records of one as questions, and the defects of a copy of it."""

from typing import Annotated

import typer

from curate.commands import completing
from curate.commands.options import JsonOption, SourceSetOption
from curate.errors import UserError
from curate.terminal.reported import reported


def sources(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A source to tell about: its form, licence, home and known defects.",
            autocompletion=completing.sources,
        ),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Show so many records as questions: of the bundled sample, or of --from."
        ),
    ] = 0,
    location: Annotated[
        str | None, typer.Option("--from", metavar="PATH", help="With --sample: a file, a glob, or hf://org/name.")
    ] = None,
    setting: SourceSetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the corpora that can be read, or tell about one."""
    with reported():
        from curate.recipe_file import parse_setting
        from curate.terminal.sources import print_source, print_sources

        if (location or setting) and not sample:
            raise UserError("--from and --set belong to --sample")
        if name is None:
            if sample:
                raise UserError("--sample shows records of one source; name it")
            print_sources(as_json)
        elif sample:
            from curate.terminal.sample import print_sample

            print_sample(name, sample, location, dict(parse_setting(text) for text in setting or []), as_json)
        else:
            print_source(name, as_json)


def audit(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, a glob, or hf://org/name[@revision].")],
    name: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="NAME",
            help="The source that reads it.",
            show_default=False,
            autocompletion=completing.sources,
        ),
    ],
    setting: SourceSetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a corpus' defects before you build on it. File by file: unreadable records, golds that are missing or
    contradict each other, copies, copies in another file, answers that never change, private data."""
    with reported():
        from curate.audit import audit as audited
        from curate.moment import Moment
        from curate.recipe import alone
        from curate.recipe_file import parse_setting
        from curate.terminal.audit import print_audit
        from curate.terminal.progress import progress

        recipe = alone(name, path, dict(parse_setting(text) for text in setting or []))
        with progress() as told:
            parts = audited(recipe, lambda read: told(Moment("reading", read)))
        print_audit(recipe, parts, as_json)
