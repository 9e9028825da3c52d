"""The gate on a clock that nobody waits for: alone, at random, and in front of servers that refuse."""

import asyncio
import functools
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat import limits
from curate.chat.endpoint import Fault, _pause
from curate.chat.limits import Gate


class Timeless(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now, select = 1000.0, self._selector.select

        def jump(timeout: float | None = None) -> Any:
            assert timeout is not None, "everybody waits for nothing"
            self.now += timeout
            return select(0)

        self._selector.select = jump

    def time(self) -> float:
        return self.now


def timeless(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs a test in time that does not pass, which is the time of curate.chat.limits too."""

    @functools.wraps(test)
    def run(**given: Any) -> None:
        with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=Timeless) as runner:
            random.seed(17)
            patch.setattr(limits, "time", SimpleNamespace(monotonic=runner.get_loop().time))
            runner.run(test(**given))

    return run


def now() -> float:
    return asyncio.get_running_loop().time()


async def fill(gate: Gate) -> int:
    """Lets in whoever may come, and tells how many they were; the one who would wait gives up."""
    calls = list[asyncio.Task[bool]]()
    while not calls or calls[-1].done():
        calls.append(asyncio.create_task(gate.enter()))
        await asyncio.sleep(0)
    calls[-1].cancel()
    return len(calls) - 1


async def one_round(gate: Gate, seconds: float, refuse: int = 0, retry_after: float | None = None) -> int:
    """Everybody who may come comes, and leaves after some seconds, so many of them refused."""
    began, inside = now(), await fill(gate)
    await asyncio.sleep(seconds)
    for number in range(inside):
        gate.leave("refused" if number < refuse else "good", began, retry_after)
    return inside


async def grown(most: int, seconds: float = 0.2) -> Gate:
    """A gate after a slow start."""
    gate = Gate(most)
    while int(gate.limit) < most:
        await one_round(gate, seconds)
    return gate


@pytest.mark.parametrize(("most", "rounds"), [(500, [8, 32, 128, 500, 500]), (3, [3, 3, 3]), (1, [1, 1, 1])])
@timeless
async def test_slow_start_goes_fourfold_each_round_up_to_the_most(most: int, rounds: list[int]) -> None:
    gate = Gate(most)
    assert [await one_round(gate, 0.2) for _ in rounds] == rounds


@pytest.mark.parametrize(("waiting", "inside"), [(500, [8, 16, 32, 64, 100, 100]), (9, [8, 9, 9]), (8, [8, 8, 8])])
@timeless
async def test_where_replies_take_long_time_opens_the_gate_to_those_who_wait(waiting: int, inside: list[int]) -> None:
    gate = Gate(100)
    calls = asyncio.gather(*(gate.enter() for _ in range(waiting)))
    for expected in inside:
        gate.tick()
        await asyncio.sleep(0)
        assert gate.in_flight == expected
        await asyncio.sleep(1.0)
    assert gate.limit <= 2 * waiting
    calls.cancel()


@timeless
async def test_refusals_of_one_round_halve_once_and_those_of_the_next_hold_all_as_the_server_asks() -> None:
    gate = await grown(64)
    assert await one_round(gate, 0.2, 64, retry_after=7.0) == 64
    assert (gate.limit, gate.held, gate.refusals) == (32, False, 64)
    assert await one_round(gate, 0.2, 32, retry_after=7.0) == 32
    assert (gate.limit, gate.held) == (1, True)
    early = asyncio.create_task(gate.enter())
    await asyncio.sleep(6.9)
    gate.tick()
    assert await fill(gate) == gate.in_flight == 0
    await asyncio.sleep(0.101)
    assert await fill(gate) == 0  # who waited comes first
    gate.tick()
    assert await early


@timeless
async def test_without_retry_after_the_gate_holds_ever_longer_up_to_a_minute_until_something_is_answered() -> None:
    gate, holds = await grown(64), []
    await one_round(gate, 0.2, refuse=64)
    for _ in range(9):
        await one_round(gate, 0.1, refuse=99)
        holds.append(-now())
        while gate.held:
            await asyncio.sleep(0.5)
        holds[-1] += now()
        gate.tick()
    assert [round(seconds) for seconds in holds] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    for refuse in (0, 99, 99):
        assert not gate.held
        await one_round(gate, 0.2, refuse)
    await asyncio.sleep(1.0)
    assert not gate.held


@timeless
async def test_the_load_comes_back_to_just_below_what_was_carried_and_then_by_small_steps() -> None:
    gate = await grown(200, seconds=1.0)
    inside = [now()] * await fill(gate)

    async def replies(count: int) -> None:  # 200 a second that take a second each; who waits comes in
        for _ in range(count):
            await asyncio.sleep(0.005)
            gate.leave("good", inside.pop(0))
            inside.extend([now()] * await fill(gate))

    await replies(600)
    gate.leave("refused", inside.pop(0))
    assert gate.limit == 100
    await replies(140)
    assert (before := gate.limit) == pytest.approx(0.95 * 200, rel=0.01)
    waiting = asyncio.gather(*(gate.enter() for _ in range(50)))
    for _ in range(4):
        gate.tick()
        await asyncio.sleep(1.0)
    assert not waiting.done()
    assert before + 3 <= gate.limit <= before * 1.04


@timeless
async def test_replies_that_come_all_at_once_do_not_take_the_limit_above_the_most() -> None:
    gate = await grown(64, seconds=10.0)
    await one_round(gate, 10.0, refuse=1)
    assert max([await one_round(gate, 10.0) for _ in range(4)]) <= 64


@timeless
async def test_those_who_wait_come_in_by_their_order_and_stop_turns_all_away() -> None:
    gate, order = Gate(1), list[tuple[int, bool]]()

    async def come(number: int) -> None:
        order.append((number, await gate.enter()))

    calls = [asyncio.create_task(come(number)) for number in range(6)]
    await asyncio.sleep(0)
    calls[2].cancel()
    for _ in range(2):
        gate.leave("good", now())
        await asyncio.sleep(0)
    assert order == [(0, True), (1, True), (3, True)]
    gate.stop()
    await asyncio.gather(*calls, return_exceptions=True)
    gate.leave("good", now())
    assert (order[3:], gate.in_flight, await gate.enter()) == ([(4, False), (5, False)], 0, False)


steps = st.one_of(
    st.tuples(st.just("come"), st.integers(1, 9)),
    st.tuples(st.sampled_from(["good", "refused", "failed", "unused"]), st.sampled_from([None, 0.0, 3.0])),
    st.tuples(st.sampled_from(["good", "refused"]), st.just("and who is let in gives up")),
    st.tuples(st.just("give up"), st.integers(0, 20)),
    st.tuples(st.just("pass"), st.sampled_from([0.1, 0.5, 1.0, 20.0])),
)


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(most=st.integers(1, 12), walk=st.lists(steps, max_size=80))
@timeless
async def test_whatever_comes_no_place_is_lost_or_given_twice(most: int, walk: list[tuple[str, Any]]) -> None:
    gate, inside, waiting = Gate(most), list[float](), dict[asyncio.Task[bool], None]()
    for what, how in walk:
        before = gate.in_flight
        if what == "come":
            waiting.update(dict.fromkeys(asyncio.create_task(gate.enter()) for _ in range(how)))
        elif what == "give up" and waiting:
            list(waiting)[how % len(waiting)].cancel()
        elif what == "pass":
            await asyncio.sleep(how)
            gate.tick()
        elif what in ("good", "refused", "failed", "unused") and inside:
            gate.leave(what, inside.pop(0), how if isinstance(how, float) else None)
            if isinstance(how, str) and waiting:
                next(iter(waiting)).cancel()
        await asyncio.sleep(0.001)
        for call in [call for call in waiting if call.done()]:
            del waiting[call]
            inside += [] if call.cancelled() else [now()] * call.result()
        assert gate.in_flight == len(inside)
        assert gate.limit >= 1
        assert gate.in_flight <= max(before, int(gate.limit))
        assert not waiting or gate.held or gate.in_flight >= int(gate.limit)
    for call in waiting:
        call.cancel()
    for began in inside:
        gate.leave("good", began)
    await asyncio.sleep(100)
    gate.tick()
    assert gate.in_flight == 0
    assert await fill(gate) == int(gate.limit)


@dataclass
class Refusing:
    """A server that admits so many calls in each second of the clock, and none while it is dark."""

    rate: int
    retry_after: float | None = 1.0
    dark: tuple[float, float] = (0.0, 0.0)
    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    _second = _admitted = 0

    async def ask(self) -> bool:
        self.asked.append(now())
        self._admitted, self._second = self._admitted + 1 if int(now()) == self._second else 1, int(now())
        is_good = self._admitted <= self.rate and not self.dark[0] <= now() < self.dark[1]
        await asyncio.sleep(0.2 if is_good else 0.02)
        if is_good:
            self.answered.append(now())
        return is_good


async def ask_all(server: Refusing, gate: Gate, at_once: int, calls: int = 10**9, until: float = 1e9) -> None:
    """Questions as a run asks them: each is sent until it is answered, with an endpoint's own pauses."""
    left = itertools.takewhile(lambda _: now() < until, range(calls))

    async def questions() -> None:
        for _ in left:
            faults = list[Fault]()
            while now() < until and await gate.enter():
                began, is_good = now(), await server.ask()
                gate.leave("good" if is_good else "refused", began, None if is_good else server.retry_after)
                if is_good:
                    break
                faults.append(Fault("refused", "", 429, server.retry_after))
                await asyncio.sleep(_pause(faults))

    async def beat() -> None:
        while await asyncio.sleep(0.25, True):
            gate.tick()

    heart = asyncio.create_task(beat())
    await asyncio.gather(*(questions() for _ in range(at_once)))
    heart.cancel()


@pytest.mark.parametrize("at_once", [256, 1000])
@timeless
async def test_a_server_with_a_rate_is_used_to_nine_tenths_and_refuses_two_calls_in_a_hundred(at_once: int) -> None:
    server, began = Refusing(rate=500), now()
    await ask_all(server, Gate(256), at_once, calls=20_000)
    assert 20_000 == len(server.answered) >= 0.98 * len(server.asked)
    assert now() - began <= 20_000 / (0.9 * 500)


# With Retry-After: 0 the gate holds nobody, and the server is asked as fast as it refuses.
@pytest.mark.parametrize("retry_after", [None, 1.0, 30.0, 0.0])
@timeless
async def test_an_outage_of_a_minute_costs_few_requests_and_is_soon_made_good(retry_after: float | None) -> None:
    start, end = now() + 10, now() + 70
    server = Refusing(10**9, retry_after=retry_after, dark=(start, end))
    await ask_all(server, Gate(64), 200, until=end + 60)
    assert (before := sum(start - 5 <= at < start for at in server.answered)) == 5 * 64 / 0.2
    assert sum(start + 5 <= at < end for at in server.asked) <= 60
    assert sum(end + 55 <= at < end + 60 for at in server.answered) >= 0.8 * before
