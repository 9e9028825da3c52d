"""The command that writes the report of a run."""

from pathlib import Path
from typing import Annotated

import typer

from curate.commands.options import JournalOption, JsonOption, RunArgument
from curate.report import TRACES
from curate.terminal.reported import reported


def report(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write; by default report.html in the run directory."),
    ] = None,
    traces: Annotated[
        int, typer.Option(metavar="N", min=0, help="Put in at most so many traces; of a larger run a sample.")
    ] = TRACES,
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run as one page that opens anywhere. Funnel, rates, audits, costs, and the traces to read."""
    with reported():
        from curate.report.build import build
        from curate.runs import Run
        from curate.terminal.made import print_report
        from curate.terminal.progress import progress

        found = Run(run)
        with progress() as told:
            built = build(found, out, traces=traces, journal=journal, told=told)
        print_report(built, as_json)
