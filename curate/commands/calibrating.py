"""`curate calibrate`: the judges of a run against the votes of people."""

from typing import Annotated

import typer

from curate.commands import completing
from curate.commands.options import JournalOption, JsonOption, LabelsOption, RunArgument, loaded
from curate.errors import UserError
from curate.terminal.reported import ended, reported


def calibrate(
    run: RunArgument,
    labels: LabelsOption = None,
    probe: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Ask its judges about so many traces again, in ways that ought to change no vote."
        ),
    ] = 0,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="RECIPE",
            help="With --probe: the run's recipe, for its models.",
            autocompletion=completing.recipes,
        ),
    ] = None,
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a run's judges with the votes of people. Tells agreement, kappa, precision, recall and where they differ;
    with --probe, how often a vote changes that ought not to."""
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

            asked = loaded(str(recipe))
            with progress() as told:
                calibration, pulse = with_probes(calibration, found, probe, asked, journal, told)
        print_calibration(calibration, save(found, calibration), as_json)
        if pulse is not None:
            print_pulse(pulse)
    ended(pulse.stopped if pulse else None)
