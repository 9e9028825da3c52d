"""What a run shows while it works: a bar with rate and time left on a terminal, plain lines elsewhere; below it what
the calls do: calls and tokens a second, cost so far, how many are in flight, how many were refused.
"""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.text import Text

from curate.chat.client import Pulse
from curate.terminal.console import shown

Told = Callable[[str, int, int | None, Pulse | None], None]

_EVERY = 5.0  # seconds between plain lines
_REFRESH = 0.1
_OVER = 10.0  # seconds that rates are taken over
_STAGES = {"reading": "reading records", "curating": "curating questions", "tables": "building scores.duckdb"}
_WITHOUT_CALLS = ("reading", "tables")


@contextmanager
def progress() -> Iterator[Told]:
    """Yields told(stage, done, total, pulse): a bar on a terminal, else a line every few seconds.

    stage: one of a run's, or in words what is done."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    class Bar(Progress):
        note = Text()

        def get_renderables(self) -> Iterable[RenderableType]:
            yield self.make_tasks_table(self.tasks)
            if self.note:
                yield self.note

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, rate="")
        rates, stage_now, shown_at = Rates(), "", 0.0

        def told(stage: str, done: int, total: int | None, pulse: Pulse | None) -> None:
            nonlocal rates, stage_now, shown_at
            now = time.monotonic()
            if stage != stage_now:
                bar.reset(task, description=_STAGES.get(stage, stage), total=total, rate="")
                rates, stage_now, shown_at = Rates(), stage, 0.0
            if now - shown_at < _REFRESH and done != total:  # not every one of 100,000 questions redraws the bar
                return
            shown_at = now
            rates.add(now, done, pulse)
            bar.note = shown(line(pulse, rates)) if pulse is not None and stage not in _WITHOUT_CALLS else Text()
            bar.note.no_wrap, bar.note.overflow = True, "ellipsis"
            bar.update(task, completed=done, total=total, rate=f"{rates.done:,.0f}/s")

        yield told


class Rates:
    """Questions, calls and tokens a second, over the last seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int, int, int]] = deque()
        self.done = self.calls = self.tokens = 0.0

    def add(self, now: float, done: int, pulse: Pulse | None) -> None:
        """Takes in one moment."""
        meter = pulse.meter if pulse is not None else None
        self._points.append((now, done, meter.answered if meter else 0, meter.tokens if meter else 0))
        while len(self._points) > 2 and now - self._points[0][0] > _OVER:
            self._points.popleft()
        first = self._points[0]
        seconds = max(now - first[0], 1e-3)
        if len(self._points) > 1:
            self.done = (done - first[1]) / seconds
            self.calls = (self._points[-1][2] - first[2]) / seconds
            self.tokens = (self._points[-1][3] - first[3]) / seconds


def line(pulse: Pulse, rates: Rates) -> str:
    """What the calls do, in one line of fewer than 80 columns."""
    meter = pulse.meter
    if pulse.stopped == "broken":
        return f"stopping, {pulse.in_flight} calls in flight: {pulse.detail}"
    if meter.starting:
        return f"starting the server of {', '.join(meter.starting)}"
    parts = [f"{rates.calls:,.1f} calls/s", f"{rates.tokens:,.0f} tokens/s", f"${pulse.total.usd:,.2f}"]
    parts.append(f"{pulse.in_flight} of {pulse.limit} in flight")
    parts += [f"{meter.refused:,} × 429"] if meter.refused else []
    parts += [f"{meter.failed:,} failed"] if meter.failed else []
    return " · ".join(parts)


def _plain_lines() -> Told:
    rates, stage_now, said = Rates(), "", time.monotonic()

    def told(stage: str, done: int, total: int | None, pulse: Pulse | None) -> None:
        nonlocal rates, stage_now, said
        now = time.monotonic()
        if stage != stage_now:
            rates, stage_now, said = Rates(), stage, now
            rates.add(now, done, pulse)
        if now - said >= _EVERY:
            said = now
            rates.add(now, done, pulse)
            of = f" of {total:,}" if total is not None else ""
            calls = f"; {line(pulse, rates)}" if pulse is not None and stage not in _WITHOUT_CALLS else ""
            print(f"{_STAGES.get(stage, stage)}: {done:,}{of}, {rates.done:,.0f}/s{calls}", file=sys.stderr, flush=True)

    return told
