"""What a run shows: a bar on a terminal, plain lines elsewhere, a funnel at the end that fits 80 columns."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from rich.console import Console
from rich.table import Table
from rich.text import Text

from curate.runs import Run

Told = Callable[[str, int, int | None], None]

_EVERY = 5.0  # seconds between plain lines
_REFRESH = 0.1
_STAGES = {"reading": "reading records", "curating": "curating questions", "tables": "building scores.duckdb"}

# Stage of the funnel -> column of the view `funnel`; an indent means "of those above".
_FUNNEL = (
    ("records in", "records"),
    ("  unreadable", "unreadable"),
    ("  flagged", "flagged"),
    ("  no trace", "untraced"),
    ("answer right", "answer_right"),
    ("answer wrong", "answer_wrong"),
    ("answer undecided", "answer_undecided"),
    ("reasoning good", "reasoning_good"),
    ("reasoning bad", "reasoning_bad"),
    ("reasoning undecided", "reasoning_undecided"),
    ("to sft", "sft"),
    ("to rl", "rl"),
    ("to rejects", "rejects"),
)
_SECTION_ENDS = frozenset({"untraced", "answer_undecided", "reasoning_undecided"})


@cache
def console() -> Console:
    """Standard output; as wide as the terminal, and 80 columns where there is none."""
    return Console(width=None if sys.stdout.isatty() else 80)


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


def print_funnel(run: Run) -> None:
    """The run's funnel, stages down and sources across, in as many tables as the width needs."""
    rows = run.sql("from funnel").to_dicts()
    total = {"source": "all"} | {column: sum(row[column] for row in rows) for _, column in _FUNNEL}
    columns = rows if len(rows) == 1 else [*rows, total]
    widest = max(len(str(row["source"])) for row in columns)
    fit = max((console().width - 22) // (max(widest, 7) + 3), 1)
    for start in range(0, len(columns), fit):
        table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("")
        part = columns[start : start + fit]
        for row in part:
            table.add_column(str(row["source"]), justify="right", overflow="fold")
        for label, column in _FUNNEL:
            table.add_row(label, *(_count(row[column]) for row in part), end_section=column in _SECTION_ENDS)
        console().print(table)


def _count(number: int) -> Text:
    return Text(f"{number:,}", style="" if number else "dim")
