"""What a run may spend: US dollars, tokens, calls. A hard stop: a call is sent only if its worst case still fits.

Spent is what the recipe has paid for in all its runs, as the journal knows; so a run that stopped at its budget stops
there again until the budget is raised.
"""

import asyncio
from dataclasses import dataclass

from pydantic import ConfigDict, Field

from curate.part import Part


class Limit(Part):
    """What the recipe may spend in all its runs together."""

    model_config = ConfigDict(strict=False)

    usd: float | None = Field(default=None, gt=0, description="US dollars, by the models' prices")
    tokens: int | None = Field(default=None, ge=1, description="tokens, prompts and replies together")
    calls: int | None = Field(default=None, ge=1, description="calls")


@dataclass(slots=True)
class Spent:
    """Calls, tokens both ways, and US dollars."""

    calls: int = 0
    tokens: int = 0
    usd: float = 0.0

    def add(self, other: "Spent", times: int = 1) -> None:
        """Adds what another spent; times -1 takes it away."""
        self.calls += times * other.calls
        self.tokens += times * other.tokens
        self.usd += times * other.usd


class Budget:
    """The limit; what was spent before this run, and in all; and what calls in flight may still cost at worst."""

    def __init__(self, limit: Limit, before: Spent) -> None:
        self.limit, self.spent, self.reserved = limit, before, Spent()
        self.settled = asyncio.Event()
        said = {name: getattr(limit, name) for name in ("usd", "tokens", "calls")}
        self._limits = {name: most for name, most in said.items() if most is not None}

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return bool(self._limits)

    def reserve(self, worst: Spent) -> bool:
        """Sets aside a call's worst case, if that fits."""
        if self._limits and any(
            getattr(self.spent, name) + getattr(self.reserved, name) + getattr(worst, name) > most + 1e-12
            for name, most in self._limits.items()
        ):
            return False
        self.reserved.add(worst)
        return True

    def settle(self, worst: Spent, cost: Spent | None) -> None:
        """A call came back: what was set aside for it is free, what it cost is spent; None: it cost nothing."""
        self.reserved.add(worst, -1)
        if cost is not None:
            self.spent.add(cost)
        self.settled.set()

    def why(self, worst: Spent) -> str:
        """Which limit a call of this worst case would pass, in words."""
        return "; ".join(
            f"budget.{name} is {_shown(name, most)}: {_shown(name, getattr(self.spent, name))} spent, "
            f"and the next call may take {_shown(name, getattr(worst, name))}"
            for name, most in self._limits.items()
            if getattr(self.spent, name) + getattr(worst, name) > most + 1e-12
        )


def _shown(name: str, value: float) -> str:
    return f"${value:,.4f}" if name == "usd" else f"{value:,}"
