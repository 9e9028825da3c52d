"""The commands that take a recipe through its questions: run, plan, status."""

from typing import Annotated

import typer

from curate.commands import completing
from curate.commands.options import (
    JournalOption,
    JsonOption,
    LimitOption,
    OutOption,
    RecipeArgument,
    SetOption,
    loaded,
)
from curate.errors import UserError
from curate.terminal.reported import ended, reported


def run(
    recipe: RecipeArgument,
    out: OutOption = None,
    limit: LimitOption = None,
    setting: SetOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")] = False,
    journal: JournalOption = None,
    no_calls: Annotated[
        bool, typer.Option("--no-calls", help="Send nothing: tables of what the journal holds.")
    ] = False,
    retry: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTCOME",
            autocompletion=completing.outcomes,
            help="Ask anew where the kept reply is of this outcome: truncated, empty_reasoning, empty_answer, refusal, "
            "filtered, or failed for all of these. Calls that failed without a reply are sent again by every run.",
        ),
    ] = None,
) -> None:
    """Run a recipe: read, distil, check, judge, write tables."""
    with reported():
        if no_calls and retry:
            raise UserError("--no-calls sends nothing and --retry asks anew; give one")
        asked = loaded(recipe, setting)
        from curate.chat.client import outcomes_to_retry
        from curate.curating import Asks
        from curate.execute import execute, run_folder
        from curate.terminal.funnel import print_funnel, print_spent
        from curate.terminal.progress import progress
        from curate.workplace import REPORT

        asks = Asks(not no_calls, outcomes_to_retry(retry or []))
        reported_before = (run_folder(asked, out) / REPORT).exists()
        with progress() as told:
            finished = execute(asked, out, limit=limit, strict=strict, journal=journal, asks=asks, told=told)
        print_funnel(finished)
        print_spent(finished)
        if reported_before:
            typer.echo(f"{REPORT} told of the result before and is gone: `curate report {finished.path}` makes it anew")
        stopped = finished.record["stopped"]
    ended(stopped)


def plan(
    recipe: RecipeArgument,
    out: OutOption = None,
    limit: LimitOption = None,
    setting: SetOption = None,
    journal: JournalOption = None,
    pilot: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Ask for so many questions, kept and paid for, and project from them."),
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Tell rows, calls, tokens and cost before anything is sent. Shows the first prompt of each kind."""
    with reported():
        asked = loaded(recipe, setting)
        from curate.survey import survey
        from curate.terminal.plan import print_plan
        from curate.terminal.progress import progress

        with progress() as told:
            found = survey(asked, out, limit=limit, journal=journal, pilot=pilot, told=told)
        print_plan(asked, found, as_json)
        stopped = found.pilot.stopped if found.pilot else None
    ended(stopped)


def status(
    recipe: RecipeArgument,
    out: OutOption = None,
    limit: LimitOption = None,
    setting: SetOption = None,
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is done, pending and failed, and what it cost. Never calls a model."""
    with reported():
        asked = loaded(recipe, setting)
        from curate.survey import survey
        from curate.terminal.plan import print_status
        from curate.terminal.progress import progress

        with progress() as told:
            found = survey(asked, out, limit=limit, journal=journal, told=told)
        print_status(asked, found, as_json)
