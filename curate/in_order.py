"""Many coroutines in flight, their results in the order of their inputs, memory bounded.

A slow one holds nobody up until `window` results wait behind it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def in_order(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], in_flight: int, window: int
) -> AsyncGenerator[Result, None]:
    """Yields `await work(item)` for each item, in order. At most `in_flight` run at once; at most `window` are started
    and not yet yielded. The first error, of whichever item, is raised at once; what is under way is cancelled."""
    gate = asyncio.Semaphore(in_flight)
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting: deque[asyncio.Task[Result]] = deque()

    async def one(item: Item) -> Result:
        async with gate:
            try:
                return await work(item)
            except Exception as error:
                if not failed.done():
                    failed.set_exception(error)
                raise

    async def next_result() -> Result:
        if not waiting[0].done() or failed.done():
            await asyncio.wait((waiting[0], failed), return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            failed.result()  # raises
        return waiting.popleft().result()

    try:
        for item in items:
            waiting.append(asyncio.create_task(one(item)))
            if len(waiting) >= window:
                yield await next_result()
        while waiting:
            yield await next_result()
    finally:
        failed.cancel()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
