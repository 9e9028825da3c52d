"""The command line: a thin layer of options over the library.

Heavy imports stand inside the commands, so that `curate --help` starts at once.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from curate.errors import UserError

app = typer.Typer(
    name="curate",
    help="Turn financial question corpora into published, verified reasoning datasets.",
    epilog="Exit codes: 0 done, 1 could not be done (the message says why), 2 wrong usage, 130 stopped by Ctrl-C.",
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


RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run directory, or its name under runs/.", show_default=False)
]


@app.command(epilog="Example: curate run quickstart --limit 5 --set judge.keep.at_least=6")
def run(
    recipe: Annotated[
        str, typer.Argument(help="A recipe file, or the name of one that comes with the package.", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option(help="The run directory; by default runs/<name of the recipe>.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most so many records of each source.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key: sources.0.limit=10.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")] = False,
) -> None:
    """Run a recipe: read, convert, distil, check, judge, and write tables."""
    with _reported():
        from curate.recipe import load_recipe
        from curate.recipe_file import parse_setting

        loaded = load_recipe(recipe, dict(parse_setting(text) for text in setting or []))
        from curate.execute import execute
        from curate.terminal.console import console, shown
        from curate.terminal.funnel import print_funnel
        from curate.terminal.progress import progress

        with progress() as told:
            finished = execute(loaded, out, limit=limit, strict=strict, told=told)
        print_funnel(finished)
        rows = sum(source["records"] for source in finished.record["sources"])
        took = f"{rows:,} records in {finished.record['seconds']:.1f} s -> {finished.path}"
        console().print(shown(took), soft_wrap=True)


@app.command(epilog='Example: curate sql quickstart "select criterion, rate from criterion_rates"')
def sql(
    run: RunArgument,
    query: Annotated[
        str | None, typer.Argument(help="One query; without it, or with -, it is read from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON array of objects.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV with a header.")] = False,
) -> None:
    """Answer one SQL query over a run's tables and views, read-only."""
    with _reported():
        if as_json and as_csv:
            raise UserError("--json and --csv exclude each other; give one")
        if query in (None, "-"):
            if sys.stdin.isatty():
                raise UserError('no query; write it behind the run, or pipe it in: echo "from funnel" | curate sql RUN')
            query = sys.stdin.read()
        from curate.runs import Run
        from curate.terminal.query import print_query

        print_query(Run(run), str(query), "json" if as_json else "csv" if as_csv else "table")


@app.command(epilog="Example: curate show quickstart --label bad")
def show(
    run: RunArgument,
    question_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One question to lay out for reading.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="Only good, bad, undecided or dropped ones.")] = None,
    source: Annotated[str | None, typer.Option(help="Only those of a source.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those of a reason code.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="List at most so many.")] = 40,
) -> None:
    """List a run's outcomes, or lay out one question with its trace, verdicts and votes."""
    with _reported():
        from curate.runs import Run
        from curate.terminal.show import print_list, print_record

        if question_id is None:
            print_list(Run(run), {"label": label, "source": source, "reason": reason}, limit)
        elif label or source or reason:
            raise UserError("--label, --source and --reason choose from the list; leave them out beside an ID")
        else:
            print_record(Run(run), question_id)


@app.command(epilog="Example: curate sources finqa")
def sources(
    name: Annotated[
        str | None, typer.Argument(help="A source to tell about: its form, licence, home and known defects.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """List the corpora that can be read, or tell about one."""
    with _reported():
        from curate.terminal.sources import print_source, print_sources

        print_sources(as_json) if name is None else print_source(name, as_json)


@contextmanager
def _reported() -> Iterator[None]:
    """A UserError as its own text and exit code 1; a closed pipe is no error; everything else keeps its traceback."""
    try:
        yield
    except UserError as error:
        from curate.terminal.console import shown

        typer.echo(f"curate: {shown(error)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("curate: stopped; the run directory holds what it held before", err=True)
        raise typer.Exit(130) from None
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
                raise
            typer.echo(f"curate: the output cannot be written: {error.strerror}", err=True)
            raise typer.Exit(1) from None
        sys.stderr.close()  # else the interpreter complains about the pipe once more at its end
        raise typer.Exit(0) from None


def main() -> Any:
    """The entry point of `curate` and `python -m curate`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal shows Chinese as escapes, not a traceback
    return app()
