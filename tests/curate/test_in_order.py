"""Coroutines in flight: order kept, bounds kept, errors raised."""

import asyncio
import random

import pytest

from curate.in_order import in_order


def test_results_come_in_order_within_the_bounds() -> None:
    running = most = 0
    started: list[int] = []

    async def work(item: int) -> int:
        nonlocal running, most
        started.append(item)
        running += 1
        most = max(most, running)
        for _ in range(random.Random(item).randrange(4)):
            await asyncio.sleep(0)
        running -= 1
        return item * item

    async def collect() -> list[int]:
        found = []
        async for result in in_order(range(200), work, in_flight=5, window=12):
            found.append(result)
            assert len(started) <= len(found) + 12
        return found

    assert asyncio.run(collect()) == [item * item for item in range(200)]
    assert most <= 5


def test_a_slow_one_holds_nobody_up_within_the_window() -> None:
    async def main() -> None:
        first, finished = asyncio.Event(), []

        async def work(item: int) -> int:
            if item == 0:
                await first.wait()
            finished.append(item)
            if len(finished) == 8:
                first.set()
            return item

        assert [result async for result in in_order(range(9), work, in_flight=4, window=9)] == list(range(9))
        assert finished[-1] == 0

    asyncio.run(main())


def test_an_error_is_raised_and_the_rest_cancelled() -> None:
    cancelled = []

    async def work(item: int) -> int:
        if item == 3:
            raise ZeroDivisionError
        try:
            await asyncio.sleep(60)  # the items before the failing one are slow as well
        except asyncio.CancelledError:
            cancelled.append(item)
            raise
        return item

    async def collect() -> None:
        async for _ in in_order(range(10), work, in_flight=10, window=10):
            pass

    with pytest.raises(ZeroDivisionError):
        asyncio.run(collect())
    assert cancelled == [0, 1, 2, 4, 5, 6, 7, 8, 9]
