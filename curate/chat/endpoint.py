"""One model's server: its gate, paces and breaker, and a call sent until it is answered or cannot be."""

import asyncio
import json
import math
import os
import random
import statistics
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from curate.chat.breaker import Breaker
from curate.chat.budget import Budget, Spent
from curate.chat.call import Call
from curate.chat.limits import Gate, Pace
from curate.chat.model import Model
from curate.chat.reply import Reply, Usage, estimate_tokens, is_filtered, read_reply
from curate.chat.running import Busy, CallFailed, Meter, NotAsked, Stop
from curate.chat.server import Server, besides, name_at
from curate.errors import UserError
from judges.thought import one_line

if TYPE_CHECKING:
    from curate.chat.wire import Response, Wire

_TRIES = 6  # of a call that fails while others are answered
_TRIES_ALONE = 12  # of one that fails while nothing is answered: an outage
_TRIES_LATE = 2  # of one that took longer than the model's timeout
_BACKOFF = (0.5, 30.0)  # seconds: at first, at most
_OVERLOADED = (429, 503, 529)
_PASSING = (408, 409, 425)
_UNSEEN, _MARGIN = 3.0, 1.1  # a prompt's tokens over estimated ones: before any was seen; over the most that was seen
_LAST = 101  # replies, that the median of their seconds is taken of
_UNCAPPED = 32_768  # tokens that a reply may take, for the budget's worst case, where the recipe caps none


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that came, read and as it came; when it was asked for (seconds since 1970), and how long it took."""

    reply: Reply
    body: bytes
    asked_at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What came instead. kind: `refused` (overload), `late`, `failed` (may pass), `rejected` (would be again)."""

    kind: Literal["refused", "late", "failed", "rejected"]
    message: str
    status: int = 0
    retry_after: float | None = None


class Endpoint:
    """The server of one model. Nothing is started, imported or looked up before the first call is sent."""

    def __init__(self, name: str, model: Model, stop: Stop, meter: Meter) -> None:
        self.name, self.model, self.identity = name, model, model.known_as()
        self.gate = Gate(model.concurrency)
        self._calls, self._tokens = Pace(model.requests_per_minute), Pace(model.tokens_per_minute)
        self._breaker, self._stop, self._meter = Breaker(), stop, meter
        self._server = Server(model, stop.event) if model.serve else None
        self._wire: Wire | None = None
        self._opening = asyncio.Lock()
        self._answers = self._refused = 0
        self._seconds = deque[float](maxlen=_LAST)
        self._mean = 0.0  # tokens of a call, so far
        self._ratio = 0.0  # the largest of prompts' real tokens over estimated ones, so far

    async def send(self, call: Call, budget: Budget) -> Sent:
        """Sends a call, again where that may help. Raises CallFailed, NotAsked, and UserError where all calls fail."""
        body = call.body(name_at(self.model), besides(self.model, call.sampling))
        worst = self._worst(call)
        faults: list[Fault] = []
        answers = self._answers
        while True:
            wire = self._wire or await self._open()
            await self._admitted(budget, worst)
            result = await self._once(wire, call, body, budget, worst)
            if isinstance(result, Sent):
                return result
            faults.append(result)
            await self._note(result)
            if result.kind == "rejected" or self._is_enough(faults, alone=self._answers == answers):
                self._meter.failed += 1
                raise CallFailed(result.message)
            await self._stop.rest(_pause(faults))

    async def once(self, call: Call) -> Sent | Fault:
        """One try at a call, past pace, budget and journal: to see whether the server answers at all. Raises UserError
        where the key is not there."""
        wire = self._wire or await self._open()
        return await self._exchange(wire, call, call.body(name_at(self.model), besides(self.model, call.sampling)), 0)

    async def listed(self) -> list[str]:
        """The names of the server's models by its own list; [] where it gives none."""
        from curate.chat.wire import WireError

        try:
            said = json.loads((await (self._wire or await self._open()).models()).body)
            return [str(one["id"]) for one in said["data"]]
        except (WireError, ValueError, LookupError, TypeError):
            return []

    def cost(self, usage: Usage) -> Spent:
        """What a reply of these tokens costs."""
        price = self.model.price
        usd = price.of(usage.prompt, usage.completion, usage.cached) if price else 0.0
        return Spent(1, usage.prompt + usage.completion, usd)

    def busy(self) -> Busy:
        """What its server does now."""
        gate, median = self.gate, statistics.median(self._seconds) if self._seconds else None
        return Busy(self.name, self.identity, gate.in_flight, int(gate.limit), self._refused, median, gate.held)

    async def close(self) -> None:
        """Closes the connections, and stops the server if it was started here."""
        if self._wire is not None:
            await self._wire.close()
        if self._server is not None:
            await self._server.stop()

    async def _open(self) -> "Wire":
        async with self._opening:
            if self._wire is None:
                if self._server is not None:
                    self._meter.starting += (self.model.called,)
                    try:
                        url, key = await self._server.start(), None
                    finally:
                        self._meter.starting = self._meter.starting[:-1]
                else:
                    url, key = str(self.model.base_url), self.find_key()
                from curate.chat.wire import dial  # openai and aiohttp take half a second to import

                self._wire = await dial(self.model, url, key)
            return self._wire

    def find_key(self) -> str | None:
        """The secret, out of the environment. Raises UserError where it is not set."""
        name = self.model.api_key_env
        if name is None:
            return None
        if not (key := os.environ.get(name, "").strip()):
            raise UserError(
                f"models.{self.name}: the environment variable {name} (api_key_env) is not set\n  export {name}=..."
            )
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise UserError(
                f"models.{self.name}: the environment variable {name} (api_key_env) holds a character that fits no "
                "header\n  was the key pasted with quotes, a space or a line end?"
            )
        return key

    async def _admitted(self, budget: Budget, worst: Spent) -> None:
        """Waits for a place in flight, for room in the budget, and for the pace. Raises NotAsked."""
        while True:
            if not await self.gate.enter():
                raise NotAsked(str(self._stop.why))
            if budget.reserve(worst):
                break
            self.gate.leave("unused", 0.0)
            if not budget.reserved.calls:  # nothing in flight could leave room
                self._stop.now("budget", budget.why(worst))
                raise NotAsked("budget")
            budget.settled.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (budget.settled, self._stop.event)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        wait_for = max(self._calls.take(1), self._tokens.take(self._expected(worst)))
        if wait_for:
            try:
                await self._stop.rest(wait_for)
            except BaseException:
                self.gate.leave("unused", 0.0)
                budget.settle(worst, None)
                raise

    async def _once(self, wire: "Wire", call: Call, body: bytes, budget: Budget, worst: Spent) -> Sent | Fault:
        began, asked_at = time.monotonic(), time.time()
        result: Sent | Fault | None = None
        self._meter.sent += 1
        try:
            result = await self._exchange(wire, call, body, asked_at)
        finally:
            if isinstance(result, Sent):
                cost = self.cost(result.reply.usage)
                budget.settle(worst, cost)
                self._seconds.append(result.seconds)
                self._answered(cost, result.reply.usage.prompt / estimate_tokens(call.text))
                self.gate.leave("good", began)
            else:
                budget.settle(worst, None)
                overloaded = result is not None and result.kind in ("refused", "late")
                refused = result is not None and result.kind == "refused"
                self._refused += refused
                self._meter.refused += refused
                self.gate.leave("refused" if overloaded else "failed", began, result.retry_after if result else None)
        return result

    def _answered(self, cost: Spent, ratio: float) -> None:
        self._ratio = max(self._ratio, ratio)
        self._breaker.good()
        self._answers += 1
        self._mean += (cost.tokens - self._mean) / min(self._answers, 1000)
        self._meter.answered += 1
        self._meter.tokens += cost.tokens
        self._meter.usd += cost.usd

    async def _exchange(self, wire: "Wire", call: Call, body: bytes, asked_at: float) -> Sent | Fault:
        from curate.chat.wire import WireError

        try:
            response = await wire.post(body)
        except WireError as broken:
            return Fault("late" if broken.timed_out else "failed", str(broken))
        try:
            said = json.loads(response.body)
        except (ValueError, RecursionError):
            said = None
        error = said.get("error") if isinstance(said, Mapping) else None
        if response.status == 200 or is_filtered(error):
            try:
                reply = read_reply(said, call.opened, call.text)
            except ValueError as fault:
                if not error:
                    return Fault("failed", f"{self._where()}: {fault}: {_words(response.body, error)}")
            else:
                return Sent(reply, response.body, asked_at, response.seconds)
        return self._fault(response, error)

    def _fault(self, response: "Response", error: Any) -> Fault:
        code = error.get("code") if isinstance(error, Mapping) else None
        status = response.status if response.status != 200 else code if isinstance(code, int) else 500
        message = f"HTTP {status} from {self._where()}: {_words(response.body, error)}"
        if response.location:
            message += f" (it redirects to {response.location}: is `base_url` right?)"
        if status in _OVERLOADED and code != "insufficient_quota":
            return Fault("refused", message, status, response.retry_after)
        if status in _PASSING or status >= 500:
            return Fault("failed", message, status, response.retry_after)
        return Fault("rejected", message, status)

    async def _note(self, fault: Fault) -> None:
        """Tells the breaker, and raises UserError if it opens; looks after a server of our own."""
        if fault.kind == "rejected":
            self._breaker.rejected(fault.status, fault.message)
        else:
            if self._server is not None:
                await self._server.revive()
            self._breaker.failed(fault.message, refused=fault.kind == "refused")
        if self._breaker.opened is not None:
            raise UserError(f"models.{self.name}: its server only fails: {self._breaker.opened}")

    def _is_enough(self, faults: list[Fault], *, alone: bool) -> bool:
        kinds = [fault.kind for fault in faults]
        return kinds.count("late") >= _TRIES_LATE or kinds.count("failed") >= (_TRIES_ALONE if alone else _TRIES)

    def _worst(self, call: Call) -> Spent:
        """The most that a call may take: its prompt by estimate, and the longest reply that it allows."""
        caps = [call.sampling.get(name) for name in ("max_tokens", "max_completion_tokens")]
        longest = next((cap for cap in caps if isinstance(cap, int)), _UNCAPPED)
        ratio = self._ratio * _MARGIN or _UNSEEN
        return self.cost(Usage(math.ceil(estimate_tokens(call.text) * ratio), longest))

    def _expected(self, worst: Spent) -> float:
        return min(self._mean or worst.tokens, worst.tokens)

    def _where(self) -> str:
        return self.model.base_url or self.identity


def _words(body: bytes, error: Any) -> str:
    """What an error says, for people."""
    message = error.get("message") if isinstance(error, Mapping) else error
    if not isinstance(message, str) or not message.strip():
        message = body[:2000].decode(errors="replace")
    return one_line(message)[:500] or "no words"


def _pause(faults: list[Fault]) -> float:
    """Seconds before a call is sent again: as the server asks, or ever longer; never all at once."""
    if asked := faults[-1].retry_after:
        return asked + random.uniform(0, min(0.25 * asked, 5.0) + 0.05)
    first, longest = _BACKOFF
    backoff: float = min(first * 2 ** min(len(faults) - 1, 10), longest)
    return backoff * random.uniform(0.5, 1.0)
