"""The commands that look into a finished run: sql, show, explain."""

import sys
from typing import Annotated

import typer

from curate.commands import completing
from curate.commands.options import IdArgument, JournalOption, JsonOption, LabelsOption, RunArgument
from curate.errors import UserError
from curate.terminal.reported import reported


def sql(
    run: RunArgument,
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="One query; without it, or with -, it is read from standard input."),
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV with a header.")] = False,
) -> None:
    """Answer one SQL query over a run's tables and views. Nothing can be written."""
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
    question_id: IdArgument = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME",
            help="Only good, bad, undecided or dropped ones.",
            autocompletion=completing.labels,
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of a source.", autocompletion=completing.sources)
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Only those of a reason code.", autocompletion=completing.reasons),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="List at most so many.")] = 40,
    label: Annotated[
        bool, typer.Option("--label", help="Vote yourself: read judged traces one by one, without the judges' votes.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who votes with --label; by default the login name.")
    ] = None,
    labels: LabelsOption = None,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Vote on so many traces, spread over sources and outcomes; or on all."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List a run's outcomes, lay out one question, or vote yourself. A question stands with its trace, verdicts and
    votes, to be read; `curate explain` tells how it came there."""
    with reported():
        from curate.runs import Run
        from curate.terminal.show import print_list, print_record

        if label:
            if question_id or outcome or source or reason:
                raise UserError("--label chooses the traces itself; leave out the ID, --outcome, --source and --reason")
            if as_json:
                raise UserError("--label asks a person, and --json writes for a program; give one")
            from curate.labels import judge_spec, labels_path
            from curate.terminal.label import label_traces, login_name

            found = Run(run)
            criteria = judge_spec(found).criteria_set.criteria
            label_traces(found, by or login_name(), labels or labels_path(found), criteria, sample)
        elif by or labels or sample:
            raise UserError("--by, --labels and --sample belong to --label")
        elif question_id is None:
            print_list(Run(run), {"label": outcome, "source": source, "reason": reason}, limit, as_json)
        elif outcome or source or reason:
            raise UserError("--outcome, --source and --reason choose from the list; leave them out beside an ID")
        else:
            print_record(Run(run), question_id, as_json)


def explain(
    run: RunArgument,
    question_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="One row, or the original that it was made of.", autocompletion=completing.ids
        ),
    ],
    calls: Annotated[bool, typer.Option("--calls", help="Each call's request and reply in full.")] = False,
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the whole life of one row, and why it ended there. Its source and licence, what it had to pass, its
    conversion, each call with its cost, each verdict, the recipe's rules. To read the row itself: `curate show`."""
    with reported():
        from curate.life.whole import life
        from curate.runs import Run
        from curate.terminal.explain import print_life

        print_life(life(Run(run), question_id, journal, whole=calls), as_json, calls)
