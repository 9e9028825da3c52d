"""The command line: every command under its name, with an example.

Heavy imports stand inside the commands, so that `curate --help` starts at once.
"""

import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from curate.commands.bash_words import whole_words
from curate.commands.calibrating import calibrate
from curate.commands.corpora import audit, sources
from curate.commands.journal import app as journal_app
from curate.commands.reading import explain, show, sql
from curate.commands.releases import compare, publish, release, verify
from curate.commands.reporting import report
from curate.commands.runs import plan, run, status
from curate.commands.starting import doctor, init, recipe
from curate.terminal.reported import EXIT_CODES

app = typer.Typer(
    name="curate",
    help="Turn financial question corpora into published, verified reasoning datasets.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich's would cost more than all the rest of a start
    add_completion=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"fincurate {version('fincurate')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turn financial question corpora into published, verified reasoning datasets."""


app.command(epilog="Examples: curate init my-recipe; curate init mine --sources finqa --from data/train.json")(init)
app.command(epilog="Examples: curate doctor; curate doctor quickstart --no-calls")(doctor)
app.command(epilog="Examples: curate recipe quickstart; curate recipe --explain judge.keep")(recipe)
app.command(epilog='Example: curate run quickstart --limit 5 --set "judge.keep={at_least: 6}"')(run)
app.command(epilog="Example: curate plan my-recipe.yaml --pilot 20")(plan)
app.command(epilog="Example: curate status my-recipe.yaml")(status)
app.command(epilog='Example: curate sql quickstart "select criterion, rate from criterion_rates"')(sql)
app.command(epilog="Examples: curate show quickstart --outcome bad; curate show quickstart --label --sample 20")(show)
app.command(epilog="Example: curate explain quickstart finqa:EXMP/2021/page_13.pdf-3")(explain)
app.command(epilog="Example: curate report quickstart --out report.html")(report)
app.command(epilog="Examples: curate calibrate quickstart; curate calibrate r --probe 20 --recipe r.yaml")(calibrate)
app.command(epilog="Example: curate release quickstart --set split.validation=0.1")(release)
app.command(epilog="Example: curate publish quickstart --repo my-org/my-data --dry-run")(publish)
app.command(epilog="Example: curate compare my-org/my-data@v1.0.0 my-run")(compare)
app.command(epilog="Example: curate verify my-org/my-data@v1.0.0")(verify)
app.command(epilog="Examples: curate sources; curate sources finqa --sample 3")(sources)
app.command(epilog="Example: curate audit 'data/fin_eva/Ant/*/*.csv' --as fin_eva")(audit)
app.add_typer(journal_app, name="journal")


def main() -> Any:
    """The entry point of `curate` and `python -m curate`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal shows Chinese as escapes, not a traceback
    with whole_words():
        return app()
