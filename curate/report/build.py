"""The report of a run as one file that opens anywhere: what was made of the questions, and the traces to read.

    build(Run("runs/quickstart"))  ->  Built(path=.../report.html, bytes=..., shown=80, total=80)

The same run, journal and number of traces give the same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from curate.errors import UserError
from curate.moment import Told, quiet
from curate.report import TRACES
from curate.report.figures.gathered import gathered, readable
from curate.report.overview.values import overview
from curate.report.page import page
from curate.report.traces.bundle import SCRIPTS, STYLES, bundle
from curate.runs import RECORD, Run
from curate.whole import write_whole
from curate.workplace import REPORT

_ADVICE = "choose another file with --out"
_STYLES = ("report.css", *STYLES)
_SCRIPTS = (*SCRIPTS, "report.js")


@dataclass(frozen=True, slots=True)
class Built:
    """A report that was written. shown: traces in it, of `total` outcomes; fewer are a sample."""

    path: Path
    bytes: int
    shown: int
    total: int


def build(
    run: Run, target: Path | None = None, *, traces: int = TRACES, journal: Path | None = None, told: Told = quiet
) -> Built:
    """Writes the report of a run, by default into its directory, whole or not at all.

    traces: at most so many are put in; journal: the one that the run wrote, for the time line, by default the one
    beside the run directory. Raises UserError for a run that cannot be read, or is made again meanwhile, and for a file
    that cannot be written."""
    path = target or run.path / REPORT
    with _undisturbed(run), readable(run):
        facts, held = gathered(run, journal), bundle(run, traces, told)
    title = f"{facts.head.name} {facts.head.version}"
    text = page("report", styles=_STYLES, scripts=_SCRIPTS, title=title, bundle=held, **overview(facts))
    return Built(path, write_whole(path, text, _ADVICE), held.shown, held.total)


@contextmanager
def _undisturbed(run: Run) -> Iterator[None]:
    """Raises UserError where the run was made again while it was read: half of it would be another run's."""
    try:
        yield
    except Exception:
        _refuse_another(run)
        raise
    _refuse_another(run)


def _refuse_another(run: Run) -> None:
    if (run.path / RECORD).is_file() and Run(run.path).record == run.record:
        return
    raise UserError(f"{run.path}: the run was made again meanwhile; make the report again") from None
