"""Many items through the models of a chat, and what that asks of the process: a loop, open files, what Ctrl-C does.

Ctrl-C once sends no further call: those in flight are waited for, and every question that has its replies is finished.
Ctrl-C twice stops at once, as SIGTERM does.
"""

import asyncio
import concurrent.futures
import contextlib
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from curate.chat import Chat
from curate.chat.client import Pulse
from curate.errors import UserError
from curate.in_order import in_order

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 8  # times as many may wait for a slow one before them
_HEARTBEAT = 0.25  # seconds
_TERMINATED = 143
_OTHER_FILES = 256


async def worked(
    items: Iterable[Item],
    way: Callable[[Item], Awaitable[Result]],
    chat: Chat | None,
    in_flight: int,
    take: Callable[[Result], None],
    told: Callable[[int, Pulse | None], None],
) -> None:
    """Sends every item through `way`, so many at a time, and hands the results to `take` in order. chat: what it asks
    models with, if it asks any; told: is called with how many are done, a few times a second and at the end. Raises
    UserError if a server only failed."""
    done = 0

    def tell() -> None:
        told(done, chat.pulse() if chat is not None else None)

    async def one(item: Item) -> Result:
        nonlocal done
        result = await way(item)
        done += 1
        return result

    async def beat() -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            tell()

    heart = asyncio.create_task(beat())
    try:
        work = in_order(items, one, in_flight, in_flight * _AHEAD)
        async with contextlib.aclosing(work):
            async for result in work:
                if chat is not None and chat.stopped is not None and chat.stopped.why == "broken":
                    await chat.drained()
                    raise UserError(
                        f"{chat.stopped.detail}\n  the run stopped; what was answered is in the journal, and the next"
                        " run goes on from there"
                    )
                take(result)
        tell()
    finally:
        heart.cancel()


def open_files(connections: int) -> None:
    """Allows as many open files as connections need, where the system lets us."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if most < 0 else min(wanted, most), most))


@contextmanager
def interruptible(chat: Chat, who: str = "curate") -> Iterator[None]:
    """Ctrl-C and SIGTERM, where this is the main thread: elsewhere (a notebook) the main thread cancels this one.

    who: the program that says so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    ended: list[type[BaseException]] = []

    def interrupt() -> None:
        if chat.stopped is None:
            chat.stop("interrupted", "stopped by Ctrl-C")
            said = f"no more calls; {chat.pulse().in_flight} in flight are waited for"
            print(f"\n{who}: {said} (Ctrl-C again stops now)", file=sys.stderr, flush=True)
        else:
            end(KeyboardInterrupt)

    def end(kind: type[BaseException]) -> None:
        ended.append(kind)
        task.cancel()

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: lambda: end(SystemExit)}
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C stops at once
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
    try:
        yield
    except asyncio.CancelledError:
        if not ended:
            raise
        raise ended[0](*([_TERMINATED] if ended[0] is SystemExit else [])) from None
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in handlers:
                loop.remove_signal_handler(number)


def run_async(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a coroutine to its end, also where an event loop already runs, as in a notebook: then in a thread, which an
    interrupt here cancels."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    loop = asyncio.new_event_loop()
    task = loop.create_task(work())
    with ThreadPoolExecutor(1) as pool, closing(loop):
        done = pool.submit(loop.run_until_complete, task)
        try:
            return done.result()
        except BaseException:
            if not done.done():
                loop.call_soon_threadsafe(task.cancel)
                concurrent.futures.wait([done])
            raise
