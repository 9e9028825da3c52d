"""What a run may spend is never passed, and used as far as the calls in flight allow."""

import asyncio
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat import Answered, Budget, Chat, Journal, Model, NotAsked, Price
from curate.chat.budget import Limit, Spent
from curate.chat.client import Pulse
from tests.doubles.chat_answers import error, reply
from tests.doubles.chat_server import ChatServer

TOKENS = {"prompt_tokens": 1, "completion_tokens": 19}

amounts = st.tuples(st.integers(0, 300), st.floats(0, 2, allow_nan=False))
costs = st.tuples(amounts, st.floats(0, 1), st.booleans())


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(
    st.lists(costs, max_size=60),
    st.builds(
        Limit,
        usd=st.none() | st.floats(0.01, 30),
        tokens=st.none() | st.integers(1, 5000),
        calls=st.none() | st.integers(1, 40),
    ),
    st.integers(0, 99),
)
def test_whatever_calls_cost_up_to_their_worst_the_budget_is_never_passed(
    calls: list[tuple[tuple[int, float], float, bool]], limit: Limit, seed: int
) -> None:
    budget, chance = Budget(limit, Spent()), random.Random(seed)
    in_flight = list[tuple[Spent, Spent | None]]()

    def settle() -> None:
        budget.settle(*in_flight.pop(chance.randrange(len(in_flight))))

    for (tokens, usd), share, fails in calls:
        worst = Spent(1, tokens, usd)
        if budget.reserve(worst):
            in_flight.append((worst, None if fails else Spent(1, int(tokens * share), usd * share)))
        elif not in_flight:
            assert budget.why(worst)
        while in_flight and chance.random() < 0.5:
            settle()
        for name in ("usd", "tokens", "calls"):
            most = getattr(limit, name)
            assert most is None or getattr(budget.spent, name) <= most + 1e-9
    while in_flight:
        settle()
    assert (budget.reserved.calls, budget.reserved.tokens) == (0, 0)
    assert budget.reserved.usd == pytest.approx(0, abs=1e-9)


def test_a_call_that_takes_all_that_is_left_is_let_through_and_one_more_is_not() -> None:
    budget = Budget(Limit(usd=1.0), Spent(usd=0.9))
    assert budget.reserve(Spent(usd=0.1))
    assert not budget.reserve(Spent(usd=0.0001))
    budget.settle(Spent(usd=0.1), None)
    assert budget.reserve(Spent(usd=0.1))
    assert all(Budget(Limit(), Spent(calls=10**9)).reserve(Spent(1, 10**9, 1e9)) for _ in range(3))


def test_the_message_says_what_is_set_what_is_spent_and_what_the_next_call_may_take() -> None:
    budget = Budget(Limit(usd=2, tokens=5000, calls=9), Spent(3, 4500, 1.5))
    assert budget.why(Spent(1, 1200, 0.75)) == (
        "budget.usd is $2.0000: $1.5000 spent, and the next call may take $0.7500; "
        "budget.tokens is 5,000: 4,500 spent, and the next call may take 1,200"
    )


def ask(path: Path, url: str, count: int, limit: Limit, first: int = 0, **more: Any) -> tuple[list[Any], Pulse]:
    """What so many calls of about 100 tokens give, asked at once under a limit; and the run's pulse at its end."""
    model = Model(model="m", base_url=url, price=Price(input=1000, output=1000), **more)

    async def run() -> tuple[list[Any], Pulse]:
        async with Chat({"teacher": model}, journal, recipe="r", limit=limit) as chat:
            texts = [[{"role": "user", "content": str(number)}] for number in range(first, first + count)]
            calls = (chat.ask("teacher", text, {"max_tokens": 99}) for text in texts)
            return await asyncio.gather(*calls, return_exceptions=True), chat.pulse()

    with closing(Journal(path)) as journal:
        return asyncio.run(run())


def by_kind(results: list[Any]) -> tuple[int, list[str]]:
    """How many were answered, and why the others were not."""
    return sum(isinstance(one, Answered) for one in results), [one.why for one in results if isinstance(one, NotAsked)]


def cheap(request: dict[str, Any], nth: int) -> dict[str, Any]:
    return reply("4", usage=TOKENS)


def test_a_run_stops_at_its_calls_says_so_and_goes_on_when_the_budget_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with ChatServer(cheap, latency=0.01) as server:
        results, pulse = ask(path, server.base_url, 12, Limit(calls=5))
        assert by_kind(results) == (5, ["budget"] * 7)
        assert (pulse.stopped, pulse.total.calls, len(server.seen)) == ("budget", 5, 5)
        assert pulse.detail == "budget.calls is 5: 5 spent, and the next call may take 1"
        results, _ = ask(path, server.base_url, 12, Limit(calls=5))
        assert by_kind(results) == (5, ["budget"] * 7)
        assert len(server.seen) == 5
        results, pulse = ask(path, server.base_url, 12, Limit(calls=12))
        assert by_kind(results) == (12, [])
        assert (pulse.stopped, pulse.meter.sent, pulse.meter.kept, pulse.total.calls) == (None, 7, 5, 12)


@pytest.mark.parametrize("limit", [Limit(tokens=290), Limit(usd=0.29)])
def test_calls_wait_for_those_in_flight_to_leave_room_and_all_that_fits_is_asked(tmp_path: Path, limit: Limit) -> None:
    with ChatServer(cheap, latency=0.01) as server:  # a call may take 101 tokens at worst, and takes 20
        results, pulse = ask(tmp_path / "journal.sqlite", server.base_url, 20, limit)
        assert server.peak == 2
    assert by_kind(results) == (10, ["budget"] * 10)
    assert (pulse.total.tokens, pulse.total.usd) == (200, pytest.approx(0.2))
    assert "200 spent" in pulse.detail if limit.tokens else "$0.2000 spent" in pulse.detail


def test_what_is_refused_or_fails_costs_nothing_and_gives_its_room_back(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.001, 0.002))

    def fails_twice(request: dict[str, Any], nth: int) -> Any:
        return cheap(request, nth) if nth == 2 else error(500, "not yet")

    with ChatServer(fails_twice) as server:
        results, pulse = ask(tmp_path / "journal.sqlite", server.base_url, 6, Limit(calls=6, tokens=210))
        assert len(server.seen) == 18
    assert by_kind(results) == (6, [])
    assert (pulse.total.calls, pulse.total.tokens) == (6, 120)


@pytest.mark.parametrize("pace", [{"requests_per_minute": 1}, {"tokens_per_minute": 100}])
def test_calls_wait_for_their_turn_in_the_minute_and_are_turned_away_when_the_run_stops(
    tmp_path: Path, pace: dict[str, int]
) -> None:
    async def run() -> tuple[int, list[Any]]:
        async with Chat({"t": Model(model="m", base_url=server.base_url, **pace)}, journal) as chat:
            texts = [[{"role": "user", "content": str(number)}] for number in range(5)]
            calls = [asyncio.create_task(chat.ask("t", text, {"max_tokens": 99})) for text in texts]
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            chat.stop("interrupted")
            results = await asyncio.gather(*calls, return_exceptions=True)
            return chat.pulse().in_flight, results

    with ChatServer(cheap) as server, closing(Journal(tmp_path / "journal.sqlite")) as journal:
        in_flight, results = asyncio.run(run())
        assert len(server.seen) == 1
    assert (in_flight, by_kind(results)) == (0, (1, ["interrupted"] * 4))


def test_what_other_recipes_spent_over_the_same_journal_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with ChatServer(cheap) as server:
        ask(path, server.base_url, 4, Limit())
        with closing(Journal(path)) as journal:
            model = Model(model="m", base_url=server.base_url)
            assert Chat({"t": model}, journal, recipe="r").budget.spent.calls == 4
            assert Chat({"t": model}, journal, recipe="another").budget.spent == Spent()


def test_calls_that_had_no_price_when_they_were_made_count_by_todays(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with ChatServer(cheap) as server:
        ask(path, server.base_url, 4, Limit(), first=0)
        free = Model(model="m", base_url=server.base_url)

        async def unpriced() -> None:
            async with Chat({"t": free}, journal, recipe="r") as chat:
                await chat.ask("t", [{"role": "user", "content": "new"}], {})
                assert chat.budget.spent.usd == pytest.approx(4 * 0.02)

        with closing(Journal(path)) as journal:
            asyncio.run(unpriced())
            dear = free.model_copy(update={"price": Price(input=2000, output=3000)})
            assert Chat({"t": dear}, journal, recipe="r").budget.spent.usd == pytest.approx(4 * 0.02 + 0.059)


def test_a_server_that_counts_more_tokens_than_were_estimated_is_taken_at_its_word_from_then_on(tmp_path: Path) -> None:
    with ChatServer(lambda r, n: reply("4", usage={"prompt_tokens": 150, "completion_tokens": 90})) as server:
        limit = Limit(tokens=1060)  # room for four calls, and not for the worst of a fifth, a prompt of 150 and 99
        results, pulse = ask(tmp_path / "journal.sqlite", server.base_url, 40, limit, concurrency=1)
    assert by_kind(results) == (4, ["budget"] * 36)
    assert pulse.total.tokens == 4 * 240
