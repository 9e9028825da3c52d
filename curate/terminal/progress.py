"""What a run shows while it works: the live view on a terminal, plain lines every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from curate.chat.client import Pulse
from curate.moment import Moment, Outcomes, Told
from curate.terminal.live import STAGES, View
from curate.terminal.rates import Rates

_EVERY = 5.0  # seconds between plain lines
_A_SECOND = 4  # times that the live view is drawn


@contextmanager
def progress() -> Iterator[Told]:
    """Yields what a run is told with: it draws the live view on standard error, or prints a line every few seconds
    where that is no terminal, or one that knows no more than lines."""
    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield _plain_lines()
        return
    with _live(console) as told:
        yield told


@contextmanager
def _live(console: Console) -> Iterator[Told]:
    """Draws what it was told last, from a thread of its own: also while a stage is busy and tells nothing."""
    from rich.live import Live

    last, rates = Moment("starting"), Rates()

    def told(moment: Moment) -> None:
        nonlocal last
        if moment.outcomes is None and last.outcomes is not None:
            moment = replace(moment, outcomes=last.outcomes)  # the tables are built: what they hold stays in view
        last = moment

    def drawn() -> View:
        moment = last
        rates.add(moment)
        return View(moment, rates)

    with Live(
        get_renderable=drawn,
        console=console,
        refresh_per_second=_A_SECOND,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ):
        yield told


def _plain_lines() -> Told:
    rates, stage, said = Rates(), "", time.monotonic()

    def told(moment: Moment) -> None:
        nonlocal stage, said
        now = time.monotonic()
        if moment.stage != stage:
            stage, said = moment.stage, now
            rates.add(moment, now)
        if now - said >= _EVERY:
            said = now
            rates.add(moment, now)
            print(line(moment, rates), file=sys.stderr, flush=True)

    return told


def line(moment: Moment, rates: Rates) -> str:
    """A moment in one line: how far it is, where the questions went, what the calls do."""
    of = f" of {moment.total:,}" if moment.total is not None else ""
    parts = [f"{STAGES.get(moment.stage, moment.stage)}: {moment.done:,}{of}, {rates.done:,.0f}/s"]
    parts += [_places(moment.outcomes)] if moment.outcomes else []
    parts += [_calls(moment.pulse, rates)] if moment.pulse and moment.total is not None else []
    return "; ".join(parts)


def _places(outcomes: Outcomes) -> str:
    return ", ".join(f"{place} {sum(reasons.values()):,}" for place, reasons in outcomes.places.items())


def _calls(pulse: Pulse, rates: Rates) -> str:
    """What the calls do."""
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
