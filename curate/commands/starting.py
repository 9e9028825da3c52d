"""The commands to begin with: a recipe to start from, the doctor, and what a recipe may say."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from curate.commands import completing
from curate.commands.options import RECIPE, JournalOption, JsonOption, OutOption, SetOption, loaded
from curate.errors import UserError
from curate.terminal.reported import COULD_NOT, reported


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the recipe is called.", show_default=False)],
    sources: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help="The sources to read, with commas between; by default finqa,traces.",
            autocompletion=completing.source_list,
        ),
    ] = None,
    location: Annotated[
        str | None,
        typer.Option("--from", metavar="PATH", help="Your own files for the one source, instead of its sample."),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A model to distil with; a Hub id or a folder is served with vLLM."),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option(metavar="LANGUAGE", help="Of the comments: en or zh.")
    ] = "en",
) -> None:
    """Write a commented recipe to start from. It runs as it stands, on samples and without a model; what else a recipe
    may say stands in it, switched off. Nothing is ever overwritten."""
    with reported():
        from curate.starter import written

        named = name.removesuffix(".yaml")
        if location and sources is None:
            raise UserError("--from needs --sources NAME: whose form the files have; `curate sources` lists them")
        uses = [use.strip() for use in (sources or "finqa,traces").split(",") if use.strip()]
        if not uses:
            raise UserError("--sources names no source; `curate sources` lists them")
        for path in written(named, uses, Path(), location=location, teacher=teacher, chinese=language == "zh"):
            typer.echo(f"wrote {path}")
        first = f"curate plan {named}.yaml" if teacher else f"curate run {named}.yaml"
        then = f"curate run {named}.yaml" if teacher else f"curate show {named}"
        typer.echo(f"\nNext: curate doctor {named}.yaml\n      {first}\n      {then}")


def doctor(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help=RECIPE, show_default=False, autocompletion=completing.recipes),
    ] = None,
    out: OutOption = None,
    setting: SetOption = None,
    journal: JournalOption = None,
    no_calls: Annotated[
        bool, typer.Option("--no-calls", help="Send nothing: neither to models nor to the Hub.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Finding what a run needs, and say what to do about it. Packages, disk, journal; of a recipe its files, keys and
    models, servers of its own with their GPUs, and the Hub. Each model is asked for one token, which is paid for and
    kept nowhere; nothing is written."""
    with reported():
        from curate.doctor.examine import examine
        from curate.doctor.finding import Finding
        from curate.terminal.doctor import print_findings

        found, read = None, list[Finding]()
        try:
            found = loaded(recipe, setting) if recipe else None
        except UserError as error:
            said, _, mend = str(error).partition("\n")
            read = [Finding("recipe", "fail", said, " ".join(mend.split()))]
        if found:
            read = [Finding("recipe", "ok", f"{found.name} {found.version} loads, {len(found.sources)} sources")]
        sound = print_findings([*read, *examine(found, out, journal, not no_calls)], as_json)
    if not sound:
        raise typer.Exit(COULD_NOT)


def recipe(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="RECIPE", help=f"{RECIPE} With --explain: a key.", autocompletion=completing.recipes_or_keys
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell every key, or those at a key and inside it.")
    ] = False,
    setting: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a recipe as it is understood, or explain its keys. All defaults are filled in, and what is printed loads to
    the same recipe."""
    with reported():
        from curate.terminal.keys_of_recipe import print_keys, print_understood

        if explain:
            if setting:
                raise UserError("--set belongs to a recipe, not to --explain")
            print_keys(recipe, as_json)
        elif recipe is None:
            raise UserError("name a recipe, or a key behind --explain: curate recipe --explain judge.keep")
        else:
            print_understood(loaded(recipe, setting), as_json)
