"""`plan` and `status`: what a recipe will ask and what it has, told without a call, or by a pilot."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.curate.teaching import (
    called,
    corpus,
    kept,
    killed,
    number_of,
    recipe,
    solve,
    spoken,
    started,
    times_asked,
    until,
)
from tests.doubles.chat_answers import error
from tests.doubles.chat_server import ChatServer

_USAGE = {"prompt_tokens": 100, "completion_tokens": 1000}
_EACH = (100 * 0.55 + 1000 * 2.19) / 1e6
_COLUMNS = {"question": "q", "gold": "g"}


def used(request: dict[str, Any], nth: int) -> dict[str, Any]:
    return solve(request, usage=_USAGE)


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    """What a command says as JSON."""
    result = called(folder, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def two_sources(folder: Path, base_url: str, **keys: Any) -> None:
    """12 English and 8 Chinese questions."""
    corpus(folder, 12)
    corpus(folder, 8, 12, "z.jsonl", "zh")
    common = {"use": "table", "columns": _COLUMNS, "licence": "MIT"}
    sources = [{**common, "name": name, "from": file} for name, file in (("en", "q.jsonl"), ("zh", "z.jsonl"))]
    recipe(folder, base_url, sources=sources, **keys)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_plan_sends_nothing_writes_nothing_and_counts(tmp_path: Path) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url, distil={"samples": 3, "attempts": 2})
        before = files(tmp_path)
        for command in ("plan", "status"):
            assert called(tmp_path, command, "r.yaml").exit_code == 0
        found = told(tmp_path, "plan", "r.yaml")
        fewer = told(tmp_path, "plan", "r.yaml", "--limit", "5")
        assert server.totals["connections"] == 0
        assert files(tmp_path) == before
    counts = {
        name: (part["records"], part["questions"], part["done"], part["failed"], part["pending"], part["to_ask"])
        for name, part in found["sources"].items()
    }
    assert counts == {"en": (12, 12, 0, 0, 12, 36), "zh": (8, 8, 0, 0, 8, 24)}
    assert (found["left"]["calls"], found["at_most"]["calls"]) == (60, 120)
    assert found["spent"] == {"calls": 0, "tokens": 0, "usd": 0.0}
    assert found["at_most"]["tokens"] >= 120 * 32_768
    assert fewer["left"]["calls"] == 30


def test_a_plan_shows_the_first_prompt_of_each_language(tmp_path: Path) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url)
        shown = called(tmp_path, "plan", "r.yaml").stdout
        prompts = told(tmp_path, "plan", "r.yaml")["prompts"]
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        sent = [seen.json()["messages"][0]["content"] for seen in server.seen]
    assert list(prompts) == ["distil, en", "distil, zh"]
    assert set(prompts.values()) <= set(sent)
    for text in prompts.values():
        assert text in shown
    assert shown.index("put your final answer within \\boxed{}") < shown.index("并将最终答案放在 \\boxed{} 中")


@pytest.mark.parametrize(("pilot", "samples"), [(5, 1), (4, 2), (20, 1)])
def test_a_pilot_asks_for_that_many_questions_and_projects_from_them(tmp_path: Path, pilot: int, samples: int) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url, distil={"samples": samples})
        found = told(tmp_path, "plan", "r.yaml", "--pilot", f"{pilot}")
        assert len(times_asked(server)) == pilot
        assert server.totals["requests"] == pilot * samples
        again = told(tmp_path, "plan", "r.yaml", "--pilot", f"{pilot}")
        assert again == found
        assert server.totals["requests"] == pilot * samples

        left = (20 - pilot) * samples
        assert {part["done"] > 0 for part in found["sources"].values()} == {True}  # of both sources
        assert sum(part["done"] for part in found["sources"].values()) == pilot
        assert found["spent"]["calls"] == found["known"]["calls"] == pilot * samples
        assert found["spent"]["usd"] == pytest.approx(pilot * samples * _EACH)
        assert found["left"]["calls"] == left
        assert found["left"]["tokens"] == pytest.approx(left * 1100, rel=0.1)
        assert found["left"]["usd"] == pytest.approx(left * _EACH, rel=0.1)

        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        assert server.totals["requests"] == 20 * samples
        after = told(tmp_path, "plan", "r.yaml")
    assert after["left"] == {"calls": 0, "tokens": 0, "usd": 0.0}
    assert after["spent"]["usd"] == pytest.approx(20 * samples * _EACH)


def test_status_after_a_kill_tells_done_pending_and_failed_of_every_question(tmp_path: Path) -> None:
    corpus(tmp_path, 300)

    def script(request: dict[str, Any], nth: int) -> Any:
        number = number_of(request)
        if number == 2:
            return error(400, "too long")
        return spoken("truncated") if number == 4 else solve(request, off=9.0 if number == 6 else 0.0)

    with ChatServer(script, latency=0.05) as server:
        recipe(tmp_path, server.base_url)
        journal = tmp_path / "runs" / "journal.sqlite"
        process = started(tmp_path, "run", "r.yaml")
        until(lambda: journal.is_file() and server.totals["requests"] > 40 and kept(journal) > 20, process)
        killed(process)
        until(lambda: server.in_flight == 0)
        sent, answered = server.totals["requests"], kept(journal)
        found = told(tmp_path, "status", "r.yaml")
        shown = called(tmp_path, "status", "r.yaml")
        assert server.totals["requests"] == sent
        part = found["sources"]["table"]
        assert part["questions"] == part["done"] + part["failed"] + part["pending"] == 300
        assert (part["done"], part["failed"]) == (answered, 1)
        assert found["labels"] == {"good": answered - 2, "undecided": 1, "bad": 1}
        assert found["spent"]["calls"] == answered
        assert f"done: 1 bad, {answered - 2} good, 1 undecided" in shown.stdout
        assert shown.exit_code == 0
        assert not (tmp_path / "runs" / "r" / "run.json").exists()
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        done = told(tmp_path, "status", "r.yaml")["sources"]["table"]
    assert (done["done"], done["failed"], done["pending"]) == (299, 1, 0)


def test_what_is_shown_fits_eighty_columns_but_for_the_prompts(tmp_path: Path) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url, teacher={"price": {"input": 5e5, "output": 2e6}}, budget={"usd": 1e9})
        for arguments in (("plan",), ("plan", "--pilot", "3"), ("status",), ("plan",)):
            result = called(tmp_path, arguments[0], "r.yaml", *arguments[1:])
            assert result.exit_code == 0, result.stderr
            ours = result.stdout.partition("the first prompt")[0].splitlines()
            assert [line for line in ours if len(line) > 80 and not line.startswith("projected from")] == []


def test_a_recipe_without_models_is_told_too(tmp_path: Path) -> None:
    plan = called(tmp_path, "plan", "quickstart")
    assert plan.exit_code == 0, plan.stderr
    assert "no model is asked" in plan.stdout
    assert "logs: 2 dropped, log_contradicts: the agents' verdicts contradict" in plan.stdout
    status = told(tmp_path, "status", "quickstart")
    assert status["sources"]["logs"]["reasons"]["log_contradicts"] == 2
    assert status["spent"] is None
    assert sum(part["records"] for part in status["sources"].values()) == 80
    assert sum(part["pending"] + part["failed"] for part in status["sources"].values()) == 0
    pilot = called(tmp_path, "plan", "quickstart", "--pilot", "3")
    assert (pilot.exit_code, "the recipe has none" in pilot.stderr) == (1, True)
    assert files(tmp_path) == []


def test_a_plan_says_when_the_rest_costs_more_than_the_budget(tmp_path: Path) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url, budget={"usd": 0.02})
        assert "more than the budget of $0.02" in called(tmp_path, "plan", "r.yaml").stdout
        two_sources(tmp_path, server.base_url, budget={"usd": 5})
        assert "more than the budget" not in called(tmp_path, "plan", "r.yaml").stdout
        two_sources(tmp_path, server.base_url, teacher={"price": None})
        assert "has no `price`, so dollars are not known" in called(tmp_path, "plan", "r.yaml").stdout


def test_a_pilot_is_spread_over_the_sources_whatever_its_size(tmp_path: Path) -> None:
    with ChatServer(used) as server:
        two_sources(tmp_path, server.base_url)
        found = told(tmp_path, "plan", "r.yaml", "--pilot", "12")
    assert {name: part["done"] > 0 for name, part in found["sources"].items()} == {"en": True, "zh": True}


def test_at_the_most_counts_the_call_with_more_tokens_too(tmp_path: Path) -> None:
    corpus(tmp_path, 5)
    with ChatServer(lambda request, nth: spoken("truncated")) as server:
        recipe(tmp_path, server.base_url, distil={"longer": 500}, teacher={"sampling": {"max_tokens": 100}})
        most = told(tmp_path, "plan", "r.yaml")["at_most"]
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        assert server.totals["requests"] == 10
    assert most["calls"] >= 10
    assert most["tokens"] >= 5 * (100 + 500)
