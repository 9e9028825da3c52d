"""The report of a run as one file that opens anywhere: what was made of the questions, and the traces to read.

    build(Run("runs/quickstart"))  ->  Built(path=.../report.html, bytes=..., shown=80, total=80)

The same run, journal and number of traces give the same bytes.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from curate.errors import UserError
from curate.moment import Told, quiet
from curate.report.figures.gathered import gathered
from curate.report.overview.values import overview
from curate.report.page import page
from curate.report.traces.bundle import SCRIPTS, STYLES, bundle
from curate.runs import Run
from curate.workplace import REPORT

TRACES = 10_000
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
    beside the run directory. Raises UserError for a run that cannot be read, or a file that cannot be written."""
    path = target or run.path / REPORT
    facts = gathered(run, journal)
    held = bundle(run, traces, told)
    title = f"{facts.head.name} {facts.head.version}"
    text = page("report", styles=_STYLES, scripts=_SCRIPTS, title=title, bundle=held, **overview(facts))
    return Built(path, _written(path, text), held.shown, held.total)


def _written(path: Path, text: str) -> int:
    """Writes the file aside and renames it, so that nobody ever opens half a report."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        written = aside.write_bytes(text.encode())
        os.replace(aside, path)
    except OSError as error:
        raise UserError(f"'{path}' cannot be written: {error.strerror}\n  choose another file with --out") from None
    finally:
        aside.unlink(missing_ok=True)
    return written
