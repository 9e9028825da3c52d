"""The commands that look into a finished run: sql, show."""

import sys
from typing import Annotated

import typer

from curate.commands.options import LabelsOption, RunArgument
from curate.errors import UserError
from curate.terminal.reported import reported


def sql(
    run: RunArgument,
    query: Annotated[
        str | None, typer.Argument(help="One query; without it, or with -, it is read from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON array of objects.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV with a header.")] = False,
) -> None:
    """Answer one SQL query over a run's tables and views, read-only."""
    with reported():
        if as_json and as_csv:
            raise UserError("--json and --csv exclude each other; give one")
        if query in (None, "-"):
            if sys.stdin.isatty():
                raise UserError('no query; write it behind the run, or pipe it in: echo "from funnel" | curate sql RUN')
            query = sys.stdin.read()
        from curate.runs import Run
        from curate.terminal.query import print_query

        print_query(Run(run), str(query), "json" if as_json else "csv" if as_csv else "table")


def show(
    run: RunArgument,
    question_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One question to lay out for reading.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Only good, bad, undecided or dropped ones.")] = None,
    source: Annotated[str | None, typer.Option(help="Only those of a source.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those of a reason code.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="List at most so many.")] = 40,
    label: Annotated[
        bool, typer.Option("--label", help="Vote yourself: read judged traces one by one, without the judges' votes.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who votes with --label; by default the login name.")] = None,
    labels: LabelsOption = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Vote on so many traces, spread over sources and outcomes; or on all.")
    ] = None,
) -> None:
    """List a run's outcomes, lay out one question with its trace, verdicts and votes, or vote on traces yourself."""
    with reported():
        from curate.runs import Run
        from curate.terminal.show import print_list, print_record

        if label:
            if question_id or outcome or source or reason:
                raise UserError("--label chooses the traces itself; leave out the ID, --outcome, --source and --reason")
            from curate.labels import judge_spec, labels_path
            from curate.terminal.label import label_traces, login_name

            found = Run(run)
            criteria = judge_spec(found).criteria_set.criteria
            label_traces(found, by or login_name(), labels or labels_path(found), criteria, sample)
        elif by or labels or sample:
            raise UserError("--by, --labels and --sample belong to --label")
        elif question_id is None:
            print_list(Run(run), {"label": outcome, "source": source, "reason": reason}, limit)
        elif outcome or source or reason:
            raise UserError("--outcome, --source and --reason choose from the list; leave them out beside an ID")
        else:
            print_record(Run(run), question_id)
