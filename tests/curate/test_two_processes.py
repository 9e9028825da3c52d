"""Several processes over one journal: a call that one of them has under way is waited for by the others."""

import json
import subprocess
from pathlib import Path

from tests.curate.teaching import called, corpus, digests, dump, killed, recipe, solve, started, times_asked, until
from tests.doubles.chat_server import ChatServer

_QUESTIONS = 400


def start(folder: Path, name: str) -> subprocess.Popen[str]:
    return started(folder, "run", "r.yaml", "--out", f"{name}/r", "--journal", "journal.sqlite")


def end(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate()
    assert process.returncode == 0, err


def calls(folder: Path, name: str) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / name / "r" / "run.json").read_text(encoding="utf-8"))["calls"]
    return found


def test_two_processes_share_the_work_and_send_no_call_twice(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    with ChatServer(solve, latency=0.2) as server:
        recipe(tmp_path, server.base_url)
        processes = [start(tmp_path, name) for name in ("one", "two")]
        for process in processes:
            end(process)
        assert times_asked(server) == dict.fromkeys(range(_QUESTIONS), 1)
    one, two = (calls(tmp_path, name) for name in ("one", "two"))
    assert one["answered"] + two["answered"] == _QUESTIONS
    assert digests(tmp_path / "one" / "r") == digests(tmp_path / "two" / "r")
    assert dump(tmp_path / "one" / "r") == dump(tmp_path / "two" / "r")
    verified = called(tmp_path, "journal", "verify", "journal.sqlite")
    assert (verified.exit_code, verified.stdout) == (0, f"{_QUESTIONS} replies are whole\n"), verified.stderr


def test_a_process_that_is_killed_does_not_block_the_others(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    with ChatServer(solve, latency=0.2) as server:
        recipe(tmp_path, server.base_url)
        first = start(tmp_path, "one")
        until(lambda: server.in_flight >= 8, first)
        others = [start(tmp_path, name) for name in ("two", "three")]
        until(lambda: server.totals["requests"] >= 100, first)
        killed(first)
        for process in others:
            end(process)
        asked = times_asked(server)
    assert set(asked) == set(range(_QUESTIONS))
    assert sum(asked.values()) <= _QUESTIONS + 64
    assert max(asked.values()) <= 2
    assert digests(tmp_path / "two" / "r") == digests(tmp_path / "three" / "r")


def test_two_processes_do_not_pass_the_budget_together(tmp_path: Path) -> None:
    corpus(tmp_path, 240)
    with ChatServer(solve, latency=0.1) as server:
        recipe(tmp_path, server.base_url, budget={"calls": 100})
        ended = []
        for process in [start(tmp_path, name) for name in ("one", "two")]:
            process.communicate()
            ended.append(process.returncode)
        assert 3 in ended
        assert set(ended) <= {1, 3}  # the other one is told that the budget is being spent, or finds it spent
        assert server.totals["requests"] <= 100
