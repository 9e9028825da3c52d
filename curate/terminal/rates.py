"""How fast a run goes: questions, calls and tokens a second, the time left, and what all of it may cost."""

import datetime
import time
from collections import deque

from curate.moment import Moment

_OVER = 30.0  # seconds that rates are taken over
_ENOUGH = 10  # questions with all their calls, to project the others' cost from


class Rates:
    """Rates over the last seconds of a stage; a new stage begins anew."""

    def __init__(self) -> None:
        self._stage, self._began = "", 0.0
        self._points: deque[tuple[float, int, int, int]] = deque()
        self.done = self.calls = self.tokens = 0.0

    def add(self, moment: Moment, now: float | None = None) -> None:
        """Takes in a moment; now: by time.monotonic()."""
        now = time.monotonic() if now is None else now
        if moment.stage != self._stage:
            self._stage, self._began = moment.stage, now
            self._points.clear()
        meter = moment.pulse.meter if moment.pulse else None
        self._points.append((now, moment.done, meter.answered if meter else 0, meter.tokens if meter else 0))
        while len(self._points) > 2 and now - self._points[0][0] > _OVER:
            self._points.popleft()
        first, last = self._points[0], self._points[-1]
        seconds = max(last[0] - first[0], 1e-3)
        self.done, self.calls, self.tokens = ((last[n] - first[n]) / seconds for n in (1, 2, 3))

    @property
    def elapsed(self) -> str:
        """How long the stage takes already: 0:01:30."""
        return _clock(self._points[-1][0] - self._began if self._points else 0.0)

    def left(self, moment: Moment) -> str | None:
        """How long it will take at this rate; None where that cannot be told, as when calls are not sent any more."""
        stopped = moment.pulse is not None and moment.pulse.stopped not in (None, "no_calls")
        if moment.total is None or not self.done or stopped:
            return None
        return _clock((moment.total - moment.done) / self.done)


def whole_cost(moment: Moment) -> float | None:
    """US dollars that the recipe will have spent, if the questions that are left cost as those that are done; None
    where too few are, and where calls are not sent any more."""
    outcomes, pulse = moment.outcomes, moment.pulse
    if outcomes is None or moment.total is None or pulse is None or pulse.stopped is not None:
        return None
    done = moment.done - outcomes.waiting
    return pulse.total.usd + outcomes.usd / done * (moment.total - done) if done >= _ENOUGH else None


def _clock(seconds: float) -> str:
    return str(datetime.timedelta(seconds=round(seconds)))
