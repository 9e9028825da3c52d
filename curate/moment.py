"""What a run tells while it goes: how far it is, what its calls do, what came of the questions so far.

told(Moment("curating", 2304, 10_000, pulse, outcomes))
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from curate.chat.client import Pulse

_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that came to nothing: whose and what for, and the server's words, as they came."""

    question_id: str
    purpose: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the questions that are done. places: where they go -> reason -> how many; waiting: how many wait for
    a call; usd: price of all their replies, each once, also of those that earlier runs paid for; failures: the last
    ones."""

    places: Mapping[str, Mapping[str, int]]
    waiting: int = 0
    usd: float = 0.0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A run at one moment. stage: reading, curating, tables, or in words what is done; done, total: of its records or
    questions, total None where nobody knows; pulse: what the calls do, outcomes: what came of the questions, each None
    where the stage has none."""

    stage: str
    done: int = 0
    total: int | None = None
    pulse: Pulse | None = None
    outcomes: Outcomes | None = None


Told = Callable[[Moment], None]


def quiet(moment: Moment) -> None:
    """Tells nobody."""


@dataclass(slots=True)
class Tally:
    """Counts outcomes as questions end; `outcomes` is what was counted until then."""

    _places: dict[str, Counter[str]]
    _usd: float = 0.0
    _failures: deque[Failure] = field(default_factory=lambda: deque(maxlen=_FAILURES))

    @classmethod
    def of(cls, *places: str) -> "Tally":
        """An empty one; places: where questions can go, in the order of telling, the one where they wait the last."""
        return cls({place: Counter() for place in places})

    def add(self, place: str, reason: str, usd: float = 0.0) -> None:
        """One question; usd: the price of its replies that no question before had."""
        self._places[place][reason] += 1
        self._usd += usd

    def fail(self, failure: Failure) -> None:
        """One call that failed."""
        self._failures.append(failure)

    def outcomes(self) -> Outcomes:
        """A copy, which further counting does not touch: another thread may read it."""
        return Outcomes(
            {place: dict(reasons) for place, reasons in self._places.items()},
            self._places[next(reversed(self._places))].total(),
            self._usd,
            tuple(self._failures),
        )
