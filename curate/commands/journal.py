"""`curate journal ...`: the file that keeps every reply, counted, written out, taken in, joined, cut down, verified."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from curate.commands.options import JsonOption
from curate.errors import UserError
from curate.terminal.reported import COULD_NOT, reported

app = typer.Typer(
    help="Look after the journal, the file that keeps every reply.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

JournalArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The journal.")]
_DEFAULT = Path("runs") / "journal.sqlite"


@app.command(epilog="Example: curate journal stats")
def stats(
    journal: JournalArgument = _DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Tell replies, failures, tokens and times by model and recipe."""
    with reported():
        from curate.chat.journal_files import stats as count

        _print_stats(count(journal), as_json)


@app.command(epilog="Example: curate journal export > replies.jsonl")
def export(
    journal: JournalArgument = _DEFAULT,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file to write; .gz packs it. By default standard output.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only the replies of this model (its identity).")
    ] = None,
) -> None:
    """Write every reply as a line of JSON. Key, request, reply, when and for which recipe; skips what is damaged."""
    with reported():
        import gzip

        from curate.chat import journal_files

        if to is None:
            written, broken = journal_files.export(journal, sys.stdout, model or ())
        else:
            opened: Any = gzip.open if to.suffix == ".gz" else open
            with opened(to, "wt", encoding="utf-8") as target:
                written, broken = journal_files.export(journal, target, model or ())
        typer.echo(f"{written:,} replies written" + (f", {broken:,} are damaged" if broken else ""), err=True)
        if broken:
            raise typer.Exit(COULD_NOT)


@app.command("import", epilog="Example: curate journal import replies.jsonl")
def take_in(
    source: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="What `curate journal export` wrote.", show_default=False)
    ],
    journal: JournalArgument = _DEFAULT,
) -> None:
    """Add the replies of an export. What is there already stays as it is."""
    with reported():
        from curate.chat import journal_files

        added, known = journal_files.take_in(journal, source)
        typer.echo(f"{added:,} replies added, {known:,} were there already")


@app.command(epilog="Example: curate journal merge ../colleague/journal.sqlite")
def merge(
    others: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Journals to add to this one.", show_default=False)
    ],
    into: Annotated[Path, typer.Option(metavar="FILE", help="The journal that they are added to.")] = _DEFAULT,
) -> None:
    """Add the replies of other journals. What is there already stays as it is."""
    with reported():
        from curate.chat import journal_files

        added, known = journal_files.merge(into, others)
        typer.echo(f"{added:,} replies added, {known:,} were there already")


@app.command(epilog="Example: curate journal prune --before 2026-01-01 --yes")
def prune(
    journal: JournalArgument = _DEFAULT,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the replies of this model (its identity).")
    ] = None,
    recipe: Annotated[str | None, typer.Option(metavar="RECIPE", help="Replies that this recipe paid for.")] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Replies asked for before this date, such as 2026-01-31.")
    ] = None,
    superseded: Annotated[bool, typer.Option("--superseded", help="Replies that `run --retry` replaced.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; without it they are only counted.")] = False,
) -> None:
    """Remove replies that meet every condition given. They were paid for: without --yes they are only counted."""
    with reported():
        from curate.chat import journal_files

        removed = journal_files.prune(
            journal, model=model, recipe=recipe, before=_seconds(before), superseded=superseded, really=yes
        )
        typer.echo(f"{removed:,} replies removed" if yes else f"{removed:,} replies would be removed; --yes does it")


@app.command(epilog="Example: curate journal verify")
def verify(journal: JournalArgument = _DEFAULT) -> None:
    """Check every page and every reply. Whether it unpacks, fits its key, and reads as a reply."""
    with reported():
        from curate.chat import journal_files

        found = journal_files.verify(journal)
        for fault in found.faults:
            typer.echo(fault, err=True)
        typer.echo(f"{found.whole:,} replies are whole" + (f"; {len(found.faults)} faults" if found.faults else ""))
        if found.faults:
            raise typer.Exit(COULD_NOT)


def _seconds(date: str | None) -> float | None:
    if date is None:
        return None
    try:
        return datetime.fromisoformat(date).astimezone(UTC).timestamp()
    except ValueError:
        raise UserError(f"--before {date}: no date; write it as 2026-01-31") from None


def _print_stats(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.table import Table

    from curate.terminal.console import console, shown

    for row in rows:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for name, value in _lines(row):
            table.add_row(name, shown(value))
        console().print(shown(row["model"], "bold"))
        console().print(table)
    if not rows:
        typer.echo("the journal is empty")


def _lines(row: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("  recipe", row["recipe"] or "-"),
        ("  replies", f"{row['replies']:,}" + (f", {row['retakes']:,} of them retakes" if row["retakes"] else "")),
        ("  failures", f"{row['failures']:,}"),
        ("  cost", f"${row['usd']:,.4f}" if row["usd"] is not None else "no price was given"),
        (
            "  tokens",
            f"{row['prompt_tokens']:,} in ({row['cached_tokens']:,} cached), {row['completion_tokens']:,} out",
        ),
    ]
    if row["replies"]:
        first, last = (datetime.fromtimestamp(row[name], UTC).strftime("%Y-%m-%d %H:%M") for name in ("first", "last"))
        lines += [
            ("  size", f"{row['bytes'] / 1e6:,.1f} MB"),
            ("  seconds", f"{row['seconds_median']:.1f} median, {row['seconds_95']:.1f} at the 95th percentile"),
            ("  asked", f"{first} to {last} UTC"),
        ]
    return lines
