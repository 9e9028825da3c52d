"""Many coroutines in flight, their results in the order of their inputs, memory bounded.

A slow one holds nobody up until `window` results wait behind it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def in_order(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], in_flight: int, window: int
) -> AsyncIterator[Result]:
    """Yields `await work(item)` for each item, in order. At most `in_flight` run at once; at most `window` are started
    and not yet yielded. The first error cancels the rest and is raised."""
    gate = asyncio.Semaphore(in_flight)

    async def one(item: Item) -> Result:
        async with gate:
            return await work(item)

    waiting: deque[asyncio.Task[Result]] = deque()
    try:
        for item in items:
            waiting.append(asyncio.create_task(one(item)))
            if len(waiting) >= window:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
