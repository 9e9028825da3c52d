"""The arguments and options that commands share, so that each is called and explained alike everywhere.

Metavars in capitals: RUN RECIPE ID FILE FOLDER PATH (a file, a glob or hf://org/name) N NAME KEY=VALUE VERSION.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from curate.commands import completing

RECIPE = "A recipe file, or the name of one that comes with the package."


def _in_a_folder(context: typer.Context, journal: Path | None) -> Path | None:
    """A journal in a folder that is not there is a slip of the pen, and all calls would be paid for again; but for one
    that the run makes."""
    out = context.params.get("out")
    made = journal is not None and out is not None and journal.parent in out.parents
    if journal is not None and not journal.parent.is_dir() and not made:
        raise typer.BadParameter(f"there is no folder '{journal.parent}'")
    return journal


RecipeArgument = Annotated[
    str,
    typer.Argument(
        metavar="RECIPE",
        help=RECIPE,
        show_default=False,
        autocompletion=completing.recipes,
    ),
]
RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run directory, or its name under runs/.",
        show_default=False,
        autocompletion=completing.runs,
    ),
]
IdArgument = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="One question to lay out for reading.", autocompletion=completing.ids),
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="The run directory; by default runs/<name of the recipe>.")
]
LimitOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Read at most so many records of each source.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key: sources.0.limit=10.",
        autocompletion=completing.settings,
    ),
]
SourceSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A key of the source: columns.gold=answer.",
        autocompletion=completing.of_sources,
    ),
]
JournalOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where replies are kept; by default journal.sqlite beside the run directory.",
        callback=_in_a_folder,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
LabelsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The votes of people; by default <run>.labels.jsonl beside the run directory."),
]


def loaded(recipe: str, setting: list[str] | None = None) -> Any:
    """The Recipe that a command names, with its --set. Raises UserError."""
    from curate.recipe import load_recipe
    from curate.recipe_file import parse_setting

    return load_recipe(recipe, dict(parse_setting(text) for text in setting or []))
