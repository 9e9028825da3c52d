"""When a server only fails: how much is enough, by counts and by a clock that the test moves."""

from types import SimpleNamespace
from typing import Any

import pytest

from curate.chat import breaker
from curate.chat.breaker import Breaker


@pytest.fixture
def clock(monkeypatch: Any) -> SimpleNamespace:
    """A clock that stands until the test moves `now`."""
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def answered() -> Breaker:
    """The breaker of a server that has answered a call."""
    made = Breaker()
    made.good()
    return made


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 307, 413, 422, 429])
def test_a_server_that_never_answered_may_reject_a_handful(status: int) -> None:
    tried = Breaker()
    for number in range(7):
        tried.rejected(status, f"no {number}")
    assert tried.opened is None
    tried.rejected(status, "no 7")
    assert tried.opened == "no 7"


@pytest.mark.parametrize(
    ("status", "enough"), [(400, 100), (413, 100), (422, 100), (401, 8), (402, 8), (403, 8), (404, 8)]
)
def test_once_it_answered_bad_requests_may_stand_together_but_not_a_bad_key(status: int, enough: int) -> None:
    tried = answered()
    for _ in range(enough - 1):
        tried.rejected(status, "no")
    assert tried.opened is None
    tried.rejected(status, "no")
    assert tried.opened == "no"


def test_only_what_fails_in_a_row_counts() -> None:
    tried = Breaker()
    for _ in range(50):
        for _ in range(7):
            tried.rejected(401, "no")
        tried.good()
    assert tried.opened is None


@pytest.mark.parametrize(
    ("tried", "refused", "patience"),
    [(Breaker, False, 10), (answered, False, 300), (Breaker, True, 600), (answered, True, 600)],
)
def test_what_may_pass_is_given_time_and_a_handful_of_tries(
    clock: Any, tried: Any, refused: bool, patience: int
) -> None:
    quick, slow, rare = tried(), tried(), tried()
    for number in range(8):
        clock.now += (patience - 0.1) / 7 if number else 0
        quick.failed(f"down {number}", refused=refused)
        slow.failed(f"down {number}", refused=refused)
    assert quick.opened is None
    clock.now += 0.2
    slow.failed("down at last", refused=refused)
    assert slow.opened == "down at last"
    for _ in range(7):
        clock.now += patience
        rare.failed("rare", refused=refused)
        assert rare.opened is None
    rare.failed("rare", refused=refused)
    assert rare.opened == "rare"


@pytest.mark.parametrize("refused", [False, True])
def test_one_answer_begins_the_count_and_the_clock_anew(clock: Any, refused: bool) -> None:
    tried = Breaker()
    for _ in range(20):
        for _ in range(30):
            clock.now += 9.9
            tried.failed("down", refused=refused)
            tried.good()
        tried.rejected(400, "no")
    assert tried.opened is None
    clock.now += 10_000
    for _ in range(8):
        tried.failed("down", refused=refused)
    assert tried.opened is None


def test_a_server_that_fails_after_refusing_is_given_up_by_the_shorter_patience(clock: Any) -> None:
    tried = answered()
    for _ in range(20):
        clock.now += 20
        tried.failed("slow down", refused=True)
    assert tried.opened is None
    tried.failed("down", refused=False)
    assert tried.opened == "down"
