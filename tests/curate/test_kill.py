"""kill -9 at any moment: the next run goes on from the journal, and its tables are those of an undisturbed one."""

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from curate.runs import Run
from tests.curate.teaching import corpus, digests, dump, kept, killed, recipe, solve, started, times_asked, until
from tests.doubles.chat_server import ChatServer

_QUESTIONS = 2000
_IN_FLIGHT = 64
_KILLS_BY_COUNT = 8
_KILLS_BY_TIME = 2  # while the process starts, opens the journal, looks through what it holds


@dataclass(frozen=True)
class Kill:
    """After one kill: requests that the server had seen up to then, and replies in the journal."""

    requests: int
    kept: int


def finished(folder: Path, *arguments: str) -> str:
    process = started(folder, "run", "r.yaml", *arguments)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def after(process: subprocess.Popen[str], server: ChatServer, journal: Path) -> Kill:
    killed(process)
    until(lambda: server.in_flight == 0)  # its connections are gone
    return Kill(server.totals["requests"], kept(journal))


def test_ten_kills_cost_at_most_the_calls_in_flight_and_leave_no_trace_in_the_tables(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    journal = tmp_path / "runs" / "journal.sqlite"
    chance = random.Random(17)
    moments = sorted(chance.sample(range(1, _QUESTIONS), _KILLS_BY_COUNT))
    kills: list[Kill] = []
    with ChatServer(solve, latency=0.05) as server:
        recipe(tmp_path, server.base_url)
        for moment in moments:
            process = started(tmp_path, "run", "r.yaml")
            reached = max(moment, server.totals["requests"] + 1)
            until(lambda reached=reached: server.totals["requests"] >= reached, process)  # type: ignore[misc]
            kills.append(after(process, server, journal))
        for _ in range(_KILLS_BY_TIME):
            process = started(tmp_path, "run", "r.yaml")
            process.poll()
            try:
                process.wait(chance.uniform(0.1, 1.5))
            except subprocess.TimeoutExpired:
                kills.append(after(process, server, journal))
        finished(tmp_path)
        asked = server.totals["requests"]

        lost_before = 0
        for kill in kills:  # what was sent and is not in the journal was in flight at one of the kills
            lost = kill.requests - kill.kept
            assert lost - lost_before <= _IN_FLIGHT
            lost_before = lost
        assert asked == _QUESTIONS + lost_before
        assert kept(journal) == _QUESTIONS
        assert set(times_asked(server)) == set(range(_QUESTIONS))

        finished(tmp_path, "--out", "calm/r", "--journal", "calm/journal.sqlite")
        assert server.totals["requests"] == asked + _QUESTIONS
    assert digests(tmp_path / "runs" / "r") == digests(tmp_path / "calm" / "r")
    assert dump(tmp_path / "runs" / "r") == dump(tmp_path / "calm" / "r")
    spent = Run(tmp_path / "runs" / "r").sql("select count(*) as n, sum(usd) as usd from calls").to_dicts()[0]
    assert spent["n"] == _QUESTIONS


def test_a_kill_while_tables_are_built_leaves_the_earlier_result_and_sends_nothing_again(tmp_path: Path) -> None:
    corpus(tmp_path, 300)
    folder = tmp_path / "runs" / "r"
    with ChatServer(solve) as server:
        recipe(tmp_path, server.base_url)
        for earlier in (None, "300 questions"):
            before = digests(folder) if earlier else {}
            process = started(tmp_path, "run", "r.yaml")
            until(lambda: list((folder / ".building").glob("scores.duckdb*")), process)
            assert process.poll() is None, "it was too fast to be killed"
            killed(process)
            assert (folder / "run.json").exists() == bool(earlier)
            if earlier:
                assert digests(folder) == before
            asked = server.totals["requests"]
            assert asked == 300
            finished(tmp_path)
            assert server.totals["requests"] == asked
            if earlier:
                assert digests(folder) == before
    assert not list(folder.glob(".building*"))
