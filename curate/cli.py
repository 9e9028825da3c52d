"""The command line: a thin layer of options over the library.

Heavy imports stand inside the commands, so that `curate --help` starts at once.
"""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from curate.errors import UserError
from curate.terminal.corpora import audit, sources
from curate.terminal.journal import app as journal_app
from curate.terminal.releases import compare, publish, release, verify
from curate.terminal.reported import BUDGET, STOPPED, reported

app = typer.Typer(
    name="curate",
    help="Turn financial question corpora into published, verified reasoning datasets.",
    epilog="Exit codes: 0 done, 1 could not be done (the message says why), 2 wrong usage, 3 stopped at the budget, "
    "130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich's would cost more than all the rest of a start
    add_completion=True,
)
app.add_typer(journal_app, name="journal")


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
LabelsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The votes of people; by default <run>.labels.jsonl beside the run directory."),
]


RecipeArgument = Annotated[
    str, typer.Argument(help="A recipe file, or the name of one that comes with the package.", show_default=False)
]
OutOption = Annotated[Path | None, typer.Option(help="The run directory; by default runs/<name of the recipe>.")]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Read at most so many records of each source.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key: sources.0.limit=10.")
]
JournalOption = Annotated[
    Path | None, typer.Option(help="Where replies are kept; by default journal.sqlite beside the run directory.")
]


@app.command(epilog='Example: curate run quickstart --limit 5 --set "judge.keep={at_least: 6}"')
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
            help="Ask anew where the kept reply is of this outcome: truncated, empty_reasoning, empty_answer, refusal, "
            "filtered, or failed for all of these. Calls that failed without a reply are sent again by every run.",
        ),
    ] = None,
) -> None:
    """Run a recipe: read, convert, distil, check, judge, and write tables."""
    with reported():
        if no_calls and retry:
            raise UserError("--no-calls sends nothing and --retry asks anew; give one")
        loaded = _loaded(recipe, setting)
        from curate.chat.client import outcomes_to_retry
        from curate.curating import Asks
        from curate.execute import execute
        from curate.terminal.funnel import print_funnel, print_spent
        from curate.terminal.progress import progress

        asks = Asks(not no_calls, outcomes_to_retry(retry or []))
        with progress() as told:
            finished = execute(loaded, out, limit=limit, strict=strict, journal=journal, asks=asks, told=told)
        print_funnel(finished)
        print_spent(finished)
        stopped = finished.record["stopped"]
    _exit(stopped)


@app.command(epilog="Example: curate plan my-recipe.yaml --pilot 20")
def plan(
    recipe: RecipeArgument,
    out: OutOption = None,
    limit: LimitOption = None,
    setting: SetOption = None,
    journal: JournalOption = None,
    pilot: Annotated[
        int, typer.Option(min=0, help="Ask for so many questions, kept and paid for, and project from them.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Tell rows, calls, tokens and cost before anything is sent, and show the first prompt of each kind."""
    with reported():
        loaded = _loaded(recipe, setting)
        from curate.survey import survey
        from curate.terminal.plan import print_plan
        from curate.terminal.progress import progress

        with progress() as told:
            found = survey(loaded, out, limit=limit, journal=journal, pilot=pilot, told=told)
        print_plan(loaded, found, as_json)
        stopped = found.pilot.stopped if found.pilot else None
    _exit(stopped)


@app.command(epilog="Example: curate status my-recipe.yaml")
def status(
    recipe: RecipeArgument,
    out: OutOption = None,
    limit: LimitOption = None,
    setting: SetOption = None,
    journal: JournalOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Tell what of a recipe is done, pending and failed, and what it cost so far. Never calls a model."""
    with reported():
        loaded = _loaded(recipe, setting)
        from curate.survey import survey
        from curate.terminal.plan import print_status
        from curate.terminal.progress import progress

        with progress() as told:
            found = survey(loaded, out, limit=limit, journal=journal, told=told)
        print_status(loaded, found, as_json)


def _exit(stopped: str | None) -> None:
    if stopped in ("budget", "interrupted"):
        raise typer.Exit(BUDGET if stopped == "budget" else STOPPED)


def _loaded(recipe: str, setting: list[str] | None) -> Any:
    from curate.recipe import load_recipe
    from curate.recipe_file import parse_setting

    return load_recipe(recipe, dict(parse_setting(text) for text in setting or []))


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


@app.command(epilog="Examples: curate show quickstart --outcome bad; curate show quickstart --label --sample 20")
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


@app.command(epilog="Examples: curate calibrate quickstart; curate calibrate r --probe 20 --recipe r.yaml")
def calibrate(
    run: RunArgument,
    labels: LabelsOption = None,
    probe: Annotated[
        int,
        typer.Option(min=0, help="Ask its judges about so many traces again, in ways that ought to change no vote."),
    ] = 0,
    recipe: Annotated[str | None, typer.Option(help="With --probe: the run's recipe, for its models.")] = None,
    journal: JournalOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Compare a run's judges with the votes of people, and probe them: agreement, kappa, precision, recall, where they
    differ, and how often a vote changes that ought not to."""
    with reported():
        if bool(probe) != bool(recipe):
            raise UserError("--probe N and --recipe RECIPE belong together: probes ask the recipe's models")
        from curate.calibrate import calibrate as compare
        from curate.calibration import UNCOMPARED, save
        from curate.labels import judge_spec, labels_path, read_for
        from curate.runs import Run
        from curate.terminal.calibrate import print_calibration, print_pulse

        found, calibration, pulse = Run(run), UNCOMPARED, None
        path = labels or labels_path(found)
        if labels or path.exists() or not probe:
            spec, votes = judge_spec(found), read_for(found, path)
            if votes.warning:
                typer.echo(f"curate: {votes.warning}", err=True)
            calibration = compare(found, votes.votes, spec.keep_rule, spec.criteria_set.names)
        if probe:
            from curate.probes import with_probes
            from curate.terminal.progress import progress

            asked = _loaded(str(recipe), None)
            with progress() as told:
                calibration, pulse = with_probes(calibration, found, probe, asked, journal, told)
        print_calibration(calibration, save(found, calibration), as_json)
        if pulse is not None:
            print_pulse(pulse)
    _exit(pulse.stopped if pulse else None)


app.command(epilog="Example: curate release quickstart --set split.validation=0.1")(release)
app.command(epilog="Example: curate publish quickstart --repo my-org/my-data --dry-run")(publish)
app.command(epilog="Example: curate compare my-org/my-data@v1.0.0 my-run")(compare)
app.command(epilog="Example: curate verify my-org/my-data@v1.0.0")(verify)
app.command(epilog="Examples: curate sources; curate sources finqa --sample 3")(sources)
app.command(epilog="Example: curate audit 'data/fin_eva/Ant/*/*.csv' --as fin_eva")(audit)


def main() -> Any:
    """The entry point of `curate` and `python -m curate`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal shows Chinese as escapes, not a traceback
    return app()
