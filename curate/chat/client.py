"""Calls answered from the journal, or asked of a model and kept there first.

    chat = Chat({"teacher": model}, journal, recipe="fin-r1-data")
    answered = await chat.ask("teacher", messages, {"temperature": 0.6}, sample=0)

A call that is under way in this process or in another is waited for, not sent twice.
"""

import asyncio
import gc
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curate.chat.budget import Budget, Limit, Spent
from curate.chat.call import Call, key_of
from curate.chat.claims import Claims
from curate.chat.endpoint import Endpoint
from curate.chat.journal import Entry, Failure, Journal
from curate.chat.model import Model
from curate.chat.reply import OUTCOMES, Reply, read_reply
from curate.chat.running import Busy, CallFailed, Meter, NotAsked, Stop
from curate.errors import UserError

_HEARTBEAT = 0.25  # seconds
# A call in flight is some hundred objects, and with a thousand of them Python's collector at its defaults walks all of
# them again and again: a quarter of the processor time.
_COLLECT = (50_000, 20, 100)
_LOOK_AGAIN = (0.05, 1.0)  # seconds between looks for a reply that another process waits for: at first, at most


@dataclass(frozen=True, slots=True)
class Answered:
    """A call's reply, its key in hex, and its price in US dollars (0 where the recipe gives none)."""

    key: str
    reply: Reply
    usd: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """The calls of a run at one moment. meter: what they did; models: what each model's server does; total: what the
    recipe spent in all its runs, budget: what it may; stopped, detail: why no more calls are sent, as a code and in
    words."""

    meter: Meter
    models: tuple[Busy, ...]
    total: Spent
    budget: Limit
    stopped: str | None
    detail: str

    @property
    def in_flight(self) -> int:
        """Calls now."""
        return sum(one.in_flight for one in self.models)

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return sum(one.limit for one in self.models)


class Chat:
    """The models of one recipe over one journal; to be used with `async with`.

    asks: whether models may be called at all.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        journal: Journal,
        *,
        recipe: str = "",
        limit: Limit | None = None,
        asks: bool = True,
    ) -> None:
        self._journal, self._recipe = journal, recipe
        self.meter = Meter()
        self._stop = Stop() if asks else Stop("no_calls")
        self.endpoints = {name: Endpoint(name, model, self._stop, self.meter) for name, model in models.items()}
        self.budget = Budget(limit or Limit(), self._before())
        self._under_way: dict[bytes, asyncio.Future[Answered]] = {}
        self._retried: set[bytes] = set()
        self._claims: Claims | None = None
        self._sends = False
        self._collected = gc.get_threshold()
        self._heart: asyncio.Task[None] | None = None

    async def ask(
        self,
        name: str,
        messages: Sequence[Mapping[str, Any]],
        sampling: Mapping[str, Any],
        *,
        response_format: Mapping[str, Any] | None = None,
        sample: int = 0,
        attempt: int = 0,
        anew: frozenset[str] = frozenset(),
    ) -> Answered:
        """The reply of the recipe's model `name`; anew: outcomes of kept replies that are asked for again, once.

        Raises CallFailed for a call that came to nothing, and NotAsked where none may be sent (any more): `stopped`
        then tells why, also where a server only fails."""
        endpoint = self.endpoints[name]
        call = Call(endpoint.identity, messages, sampling, response_format, sample, attempt)
        request = call.canonical()
        key = key_of(request)
        while (running := self._under_way.get(key)) is not None:
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise  # else who was asking was cancelled, and this one asks instead
        claimed = self._claim(key)
        if (kept := self._kept(key, call, endpoint, anew)) is not None:
            self._release(key, claimed)
            self.meter.kept += 1
            return kept
        running = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            answered = await self._ask(endpoint, call, key, request, claimed, anew)
        except BaseException as error:
            if isinstance(error, Exception):
                running.set_exception(error)
                running.exception()  # seen, also where nobody waits
            else:
                running.cancel()
            raise
        finally:
            del self._under_way[key]
        running.set_result(answered)
        return answered

    @property
    def stopped(self) -> Stop | None:
        """Why no more calls are sent (interrupted, budget, no_calls, or broken: a server only fails), if none are."""
        return self._stop if self._stop.why is not None else None

    def pulse(self) -> Pulse:
        """What was done and spent up to now."""
        models, spent = tuple(one.busy() for one in self.endpoints.values()), replace(self.budget.spent)
        return Pulse(replace(self.meter), models, spent, self.budget.limit, self._stop.why, self._stop.detail)

    async def drained(self) -> None:
        """Returns when no call is under way any more."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    def stop(self, why: str, detail: str = "") -> None:
        """No further call is sent; those in flight are waited for."""
        self._stop.now(why, detail)
        for endpoint in self.endpoints.values():
            endpoint.gate.stop()

    async def __aenter__(self) -> "Chat":
        self._collected = gc.get_threshold()
        gc.set_threshold(*_COLLECT)
        self._heart = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._heart is not None:
            self._heart.cancel()
        for endpoint in self.endpoints.values():
            await endpoint.close()
        if self._claims is not None:
            self._claims.close()
        gc.set_threshold(*self._collected)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            for endpoint in self.endpoints.values():
                endpoint.gate.tick()

    def _before(self) -> Spent:
        """What the recipe has paid for in earlier runs; by today's prices where there were none at the time."""
        priced = {one.identity: one.model.price for one in self.endpoints.values() if one.model.price}
        total = Spent()
        for model, paid in self._journal.paid(self._recipe).items():
            price = priced.get(model)
            usd = paid.usd + (price.of(*paid.unpriced) if price else 0.0)
            total.add(Spent(paid.calls, paid.tokens, usd))
        return total

    def _claim(self, key: bytes) -> bool:
        """Takes a call for this process; False where another one has it, or where none may be sent."""
        if self._stop.why is not None:
            return False
        if self._claims is None:
            self._claims = Claims(self._journal.path.with_name(f"{self._journal.path.name}-claims"))
        return self._claims.take(key)

    def _release(self, key: bytes, claimed: bool) -> None:
        if claimed and self._claims is not None:
            self._claims.release(key)

    def _kept(self, key: bytes, call: Call, endpoint: Endpoint, anew: frozenset[str]) -> Answered | None:
        body = self._journal.find(key)
        if body is None:
            return None
        reply = read_reply(json.loads(body), call.opened, call.text)
        if reply.outcome in anew and key not in self._retried and self._stop.why is None:
            return None
        return Answered(key.hex(), reply, endpoint.cost(reply.usage).usd)

    async def _ask(
        self, endpoint: Endpoint, call: Call, key: bytes, request: bytes, claimed: bool, anew: frozenset[str]
    ) -> Answered:
        if self._stop.why is not None:
            if (failure := self._journal.failure(key)) is not None:
                raise CallFailed(failure, key.hex())
            raise NotAsked(self._stop.why)
        if not claimed and (kept := await self._from_another(key, call, endpoint, anew)) is not None:
            return kept
        try:
            self._ready()
            return await self._send(endpoint, call, key, request)
        except UserError as error:  # what is in flight is paid for, and waited for before the run ends
            self.stop("broken", str(error))
            raise NotAsked("broken") from None
        finally:
            self._release(key, True)

    def _ready(self) -> None:
        """Before the first call is sent: every key is at hand, and nobody else spends the same budget."""
        if self._sends:
            return
        for one in self.endpoints.values():
            one.find_key()
        if self.budget.is_limited:
            assert self._claims is not None
            if not self._claims.take(key_of(f"budget of {self._recipe}".encode())):
                raise UserError(
                    f"recipe '{self._recipe}' has a budget, and another process is spending it now\n  wait for that one"
                )
            self.budget.spent = self._before()
        self._sends = True

    async def _from_another(self, key: bytes, call: Call, endpoint: Endpoint, anew: frozenset[str]) -> Answered | None:
        """Waits for the reply that another process asks for; None, and the call is ours, if it gives up."""
        pause, longest = _LOOK_AGAIN
        before = self._journal.find(key)
        while True:
            await self._stop.rest(pause)
            claimed = self._claim(key)
            if anew and self._journal.find(key) != before:
                self._retried.add(key)  # the other one asked anew
            if (kept := self._kept(key, call, endpoint, anew)) is not None:
                self._release(key, claimed)
                return kept
            if claimed:
                return None
            pause = min(pause * 1.5, longest)

    async def _send(self, endpoint: Endpoint, call: Call, key: bytes, request: bytes) -> Answered:
        try:
            sent = await endpoint.send(call, self.budget)
        except CallFailed as failed:
            await self._journal.keep(Failure(key, call.model, self._recipe, str(failed)))
            raise CallFailed(str(failed), key.hex()) from None
        except NotAsked:
            self.stop(str(self._stop.why))  # one call that finds the budget spent closes all gates
            raise
        reply = sent.reply
        usd = endpoint.cost(reply.usage).usd
        entry = Entry(
            key=key,
            model=call.model,
            recipe=self._recipe,
            asked_at=sent.asked_at,
            seconds=sent.seconds,
            finish_reason=reply.finish_reason,
            usage=reply.usage,
            usd=usd if endpoint.model.price else None,
            request=request,
            reply=sent.body,
        )
        await self._journal.keep(entry)
        self._retried.add(key)
        return Answered(key.hex(), reply, usd)


def outcomes_to_retry(said: Sequence[str]) -> frozenset[str]:
    """The outcomes that `--retry` names; `failed` is every one that gave no trace. Raises UserError."""
    failed = set(OUTCOMES) - {"ok"}
    for name in said:
        if name not in failed | {"failed"}:
            raise UserError(f"--retry {name}: no such outcome\n  allowed: failed (all), {', '.join(sorted(failed))}")
    return frozenset(failed if "failed" in said else said)
