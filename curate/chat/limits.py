"""How many calls of one model are in flight: what its server takes without refusing, and no more than the recipe says.

Slow start: a few calls first; each good reply lets three more in, and where replies take long, every second without a
refusal doubles the number. A refusal (HTTP 429, 503, a timeout) halves it, once a round. From there it climbs back fast
to just below what the server was seen to carry (replies a second times their latency: Little's law), then by small
steps, so that a server's limit is met seldom and by little. Where even the halved load is refused, all wait: as long as
Retry-After asks, or ever longer.
"""

import asyncio
import time
from collections import deque
from typing import Literal

Signal = Literal["good", "refused", "failed", "unused"]

_FIRST = 8  # calls that are sent before anything came back: a wrong key costs no more
_OPENING = 3  # calls let in by each good reply during slow start: fourfold every round trip
_CARRIED = 0.95  # of the load that was seen to work, to come back to after a refusal
_STEP = 0.01  # of the limit, added every second above that load
_TICK = 1.0  # seconds
_LONGEST_HOLD = 60.0
_SMOOTH = 0.1


class Gate:
    """Lets calls in. `enter` waits for a place, `leave` gives it back with what came of the call; `stop` turns away all
    who wait, and everybody after them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.in_flight = 0
        self.refusals = 0
        self.limit = float(min(_FIRST, most))
        self._threshold = float(most)
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._stopped = False
        self._latency = 0.0
        self._good: deque[float] = deque()  # when the good replies of the last second came
        self._cut_at = self._refused_at = self._ticked_at = -1e9
        self._good_since_cut = True
        self._held_until = -1e9
        self._hold = _TICK

    async def enter(self) -> bool:
        """Waits for a place; False if the gate was stopped."""
        if self._stopped:
            return False
        if not self._waiting and self._open(time.monotonic()):
            self.in_flight += 1
            return True
        place: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.result():
                self.in_flight -= 1
                self._admit(time.monotonic())
            raise

    def leave(self, signal: Signal, began: float, retry_after: float | None = None) -> None:
        """Gives the place back. began: when the call was sent, by time.monotonic(); retry_after: seconds, as the
        server asks."""
        now = time.monotonic()
        self.in_flight -= 1
        if signal == "good":
            self._succeeded(began, now)
        elif signal == "refused":
            self._refused(began, now, retry_after)
        self._admit(now)

    def tick(self) -> None:
        """To be called a few times a second: time alone opens the gate too."""
        now = time.monotonic()
        if now - self._ticked_at >= _TICK:
            quiet = now - self._refused_at >= _TICK and now >= self._held_until
            if quiet and self._waiting and self._ticked_at > 0:  # who waits shows that the limit is what limits
                grown = self.limit * 2 if self.limit < self._threshold else self.limit + max(1.0, self.limit * _STEP)
                self.limit = min(grown, max(self._threshold, self.limit + max(1.0, self.limit * _STEP)), self.most)
            self._ticked_at = now
        self._admit(now)

    def stop(self) -> None:
        """Turns everybody away who waits or comes later; calls in flight go on."""
        self._stopped = True
        while self._waiting:
            self._answer(False)

    @property
    def held(self) -> bool:
        """Whether nobody is let in for a while."""
        return time.monotonic() < self._held_until

    def _open(self, now: float) -> bool:
        return self.in_flight < int(self.limit) and now >= self._held_until

    def _admit(self, now: float) -> None:
        while self._waiting and self._open(now):
            self._answer(True)

    def _answer(self, admitted: bool) -> None:
        place = self._waiting.popleft()
        if not place.done():
            self.in_flight += admitted
            place.set_result(admitted)

    def _succeeded(self, began: float, now: float) -> None:
        self._latency += (now - began - self._latency) * (_SMOOTH if self._latency else 1.0)
        self._good.append(now)
        while now - self._good[0] > _TICK:
            self._good.popleft()
        if began >= self._cut_at:
            self._good_since_cut = True
            self._hold = _TICK
        if self.limit < self._threshold:
            self.limit = min(self.limit + _OPENING, self._threshold)

    def _refused(self, began: float, now: float, retry_after: float | None) -> None:
        self.refusals += 1
        self._refused_at = now
        if began < self._cut_at:
            return  # sent before the last cut, which answers for it
        carried = len(self._good) / _TICK * self._latency
        if self._good_since_cut:
            self._threshold = min(max(carried * _CARRIED, self.limit / 4, 1.0), float(self.most))
            self.limit = max(self.limit / 2, 1.0)
        else:  # what was sent after the cut is refused too: the server wants quiet
            self.limit = 1.0
            self._held_until = now + (retry_after if retry_after is not None and retry_after >= _TICK else self._hold)
            self._hold = min(self._hold * 2, _LONGEST_HOLD)
        self._cut_at, self._good_since_cut = now, False


class Pace:
    """At most so many units in a minute (calls or tokens), spread evenly, a twentieth of them in one go."""

    def __init__(self, per_minute: int | None) -> None:
        self._each = 60.0 / per_minute if per_minute else 0.0
        self._burst = 3.0
        self._booked_until = -1e9

    def take(self, units: float) -> float:
        """Books the units, and tells in how many seconds it is their turn."""
        now = time.monotonic()
        self._booked_until = max(self._booked_until, now - self._burst)
        wait = self._booked_until - now
        self._booked_until += units * self._each
        return max(wait, 0.0)
