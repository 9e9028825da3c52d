"""What a run shows while it works: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

Told = Callable[[str, int, int | None], None]

_EVERY = 5.0  # seconds between plain lines
_REFRESH = 0.1
_STAGES = {"reading": "reading records", "curating": "curating questions", "tables": "building scores.duckdb"}


@contextmanager
def progress() -> Iterator[Told]:
    """Yields told(stage, done, total): a bar with rate and time left on a terminal, else a line every few seconds."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, rate="")
        began, stage_now, shown = time.monotonic(), "", 0.0

        def told(stage: str, done: int, total: int | None) -> None:
            nonlocal began, stage_now, shown
            now = time.monotonic()
            if stage != stage_now:
                bar.reset(task, description=_STAGES[stage], total=total, rate="")
                began, stage_now, shown = now, stage, 0.0
            if now - shown >= _REFRESH or done == total:  # not every one of 100,000 questions redraws the bar
                shown = now
                bar.update(task, completed=done, total=total, rate=f"{done / max(now - began, 1e-3):,.0f}/s")

        yield told


def _plain_lines() -> Told:
    began, stage_now, said = time.monotonic(), "", time.monotonic()

    def told(stage: str, done: int, total: int | None) -> None:
        nonlocal began, stage_now, said
        now = time.monotonic()
        if stage != stage_now:
            began, stage_now, said = now, stage, now
        if now - said >= _EVERY:
            said = now
            of = f" of {total:,}" if total is not None else ""
            print(f"{_STAGES[stage]}: {done:,}{of}, {done / (now - began):,.0f}/s", file=sys.stderr, flush=True)

    return told
