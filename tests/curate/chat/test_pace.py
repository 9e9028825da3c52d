"""So many calls or tokens in a minute, spread evenly, a few in one go."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from curate.chat import limits
from curate.chat.limits import Pace


@pytest.fixture
def clock(monkeypatch: Any) -> SimpleNamespace:
    """A clock that stands until the test moves `now`."""
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(limits, "time", clock)
    return clock


@pytest.mark.parametrize("per_minute", [1, 7, 60, 300])
def test_no_minute_holds_more_than_it_says_and_no_moment_more_than_a_twentieth(clock: Any, per_minute: int) -> None:
    pace, burst, turns, chance = Pace(per_minute), per_minute // 20 + 1, list[float](), random.Random(17)
    for _ in range(per_minute * 3):
        turns.append(clock.now + pace.take(1))
        clock.now += chance.choice([0, 0, 0, 0.1, chance.uniform(0, 120 / per_minute)])
    for index, first in enumerate(turns):
        assert sum(turn < first + 60 for turn in turns[index:]) <= per_minute + burst
        assert sum(turn <= first for turn in turns[index:]) <= burst


def test_those_who_come_together_get_turns_that_fill_the_minutes(clock: Any) -> None:
    pace = Pace(60_000)
    turns = [pace.take(100) for _ in range(6001)]
    assert turns == sorted(turns)
    assert turns[-1] == pytest.approx(10 * 60 - 3)


def test_a_long_silence_saves_up_no_more_than_a_twentieth(clock: Any) -> None:
    pace = Pace(60)
    clock.now += 3600
    assert [round(pace.take(1), 6) for _ in range(6)] == [0, 0, 0, 0, 1, 2]


def test_without_a_number_all_go_at_once() -> None:
    pace = Pace(None)
    assert [pace.take(1e9) for _ in range(3)] == [0, 0, 0]
