"""What all calls of a run share: whether any may still be sent, what they did, and how one ends without a reply."""

import asyncio
from dataclasses import dataclass, field


class CallFailed(Exception):
    """A call that came to nothing, with the server's words; the next run asks again. key: the call's, in hex."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class NotAsked(Exception):
    """A call that was not sent; `why`: no_calls, budget, interrupted."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Stop:
    """Whether calls may still be sent: `why` is None as long as they may; detail: the reason in words."""

    why: str | None = None
    detail: str = ""
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self, why: str, detail: str = "") -> None:
        """From now on none is sent. The first reason stays."""
        if self.why is None:
            self.why, self.detail = why, detail
            self.event.set()

    async def rest(self, seconds: float) -> None:
        """Sleeps. Raises NotAsked as soon as no more calls may be sent."""
        try:
            async with asyncio.timeout(seconds):
                await self.event.wait()
        except TimeoutError:
            return
        raise NotAsked(str(self.why))


@dataclass(frozen=True, slots=True)
class Busy:
    """A model's server at one moment. name: the recipe's for it; in_flight, limit: calls now, and how many may be;
    refused: how often it refused one (HTTP 429 and the like); seconds: the median of its last replies; held: whether
    it gets no call for a while, because it refused even few."""

    name: str
    identity: str
    in_flight: int = 0
    limit: int = 0
    refused: int = 0
    seconds: float | None = None
    held: bool = False


@dataclass(slots=True)
class Meter:
    """What this run did: replies found in the journal, calls sent, answered, refused, failed; tokens both ways, and US
    dollars; the servers that are being started."""

    kept: int = 0
    sent: int = 0
    answered: int = 0
    refused: int = 0
    failed: int = 0
    tokens: int = 0
    usd: float = 0.0
    starting: tuple[str, ...] = ()
