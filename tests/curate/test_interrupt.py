"""A run that stops half way, and how it goes on: Ctrl-C, SIGTERM, budget, --no-calls, --retry, failed calls."""

import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from curate.curating import Asks
from curate.execute import execute
from curate.recipe import load_recipe
from curate.runs import Run
from tests.curate.teaching import (
    called,
    corpus,
    digests,
    dump,
    kept,
    number_of,
    recipe,
    solve,
    spoken,
    started,
    times_asked,
    until,
)
from tests.doubles.chat_answers import Answer, answer_of, error, hang
from tests.doubles.chat_server import ChatServer

_QUESTIONS = 200
_AT_ONCE = 30  # answered without delay, so that the gate is wide open
_IN_FLIGHT = 16


def then(late: Answer | float) -> Any:
    """A script: the first requests are answered at once, all others late or never."""
    requests = 0

    def script(request: dict[str, Any], nth: int) -> Any:
        nonlocal requests
        requests += 1
        if requests <= _AT_ONCE:
            return solve(request)
        return late if isinstance(late, Answer) else _after(late, solve(request), request)

    return script


def _after(seconds: float, reply: dict[str, Any], request: dict[str, Any]) -> Answer:
    whole = answer_of(reply, request)
    return Answer(whole.status, whole.body, whole.headers, latency=seconds)


def lines_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"the process ended without saying '{words}'")


def at_work(folder: Path, server: ChatServer) -> subprocess.Popen[str]:
    """A run whose first calls are answered and that has as many in flight as it may."""
    process = started(folder, "run", "r.yaml")
    until(lambda: server.in_flight == _IN_FLIGHT, process)
    until(lambda: server.totals["requests"] == _AT_ONCE + _IN_FLIGHT, process)
    until(lambda: kept(folder / "runs" / "journal.sqlite") >= _AT_ONCE, process)
    return process


def test_ctrl_c_waits_for_what_is_in_flight_and_writes_tables(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    with ChatServer(then(2.5)) as server:
        recipe(tmp_path, server.base_url, teacher={"concurrency": _IN_FLIGHT})
        process = at_work(tmp_path, server)
        process.send_signal(signal.SIGINT)
        said = lines_until(process, "no more calls")
        assert f"{_IN_FLIGHT} in flight are waited for" in said
        out, err = process.communicate()
        assert process.returncode == 130, err
        asked = _AT_ONCE + _IN_FLIGHT
        assert server.totals["requests"] == server.totals["answered"] == asked
        assert "stopped: stopped by Ctrl-C" in out
        assert f"{_QUESTIONS - asked} questions wait for calls" in out

        run = Run(tmp_path / "runs" / "r")
        assert run.record["stopped"] == "interrupted"
        rows = run.sql("select label, reason, goes_to, detail from outcomes").rows()
        assert Counter(rows) == {
            ("good", "all_criteria", "sft", ""): asked,
            ("undecided", "pending", None, "interrupted"): _QUESTIONS - asked,
        }
        assert run.sql("select count(*) from traces").item() == run.sql("select count(*) from calls").item() == asked

        server.script = solve
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        assert times_asked(server) == dict.fromkeys(range(_QUESTIONS), 1)
        assert Run(tmp_path / "runs" / "r").sql("select distinct label from outcomes").rows() == [("good",)]


def test_ctrl_c_twice_does_not_wait_and_leaves_the_earlier_result(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    with ChatServer(then(hang())) as server:
        recipe(tmp_path, server.base_url, teacher={"concurrency": _IN_FLIGHT})
        assert called(tmp_path, "run", "r.yaml", "--limit", "10").exit_code == 0
        before = digests(tmp_path / "runs" / "r"), dump(tmp_path / "runs" / "r")

        process = at_work(tmp_path, server)
        process.send_signal(signal.SIGINT)
        lines_until(process, "no more calls")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()  # the server would never answer
        assert process.returncode == 130, err
        assert "what was there before is as it was" in err
        assert "Traceback" not in err
        assert (digests(tmp_path / "runs" / "r"), dump(tmp_path / "runs" / "r")) == before

        server.script = solve
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        asked = times_asked(server)
    assert set(asked) == set(range(_QUESTIONS))
    assert sum(asked.values()) == _QUESTIONS + _IN_FLIGHT


@pytest.mark.parametrize("held", [True, False])
def test_sigterm_stops_at_once_and_what_was_answered_stays_in_the_journal(tmp_path: Path, held: bool) -> None:
    corpus(tmp_path, _QUESTIONS)
    with ChatServer(then(hang())) as server:
        recipe(tmp_path, server.base_url, teacher={"concurrency": _IN_FLIGHT})
        process = at_work(tmp_path, server)
        if held:  # by a first Ctrl-C
            process.send_signal(signal.SIGINT)
            lines_until(process, "no more calls")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
        assert process.returncode == 143, err
        assert "Traceback" not in err
        assert [path.name for path in (tmp_path / "runs" / "r").iterdir()] == [".lock"]
        lost = {number_of(seen.json()) for seen in server.seen[_AT_ONCE:]}

        server.script = solve
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        asked = times_asked(server)
    assert {number for number, count in asked.items() if count > 1} == lost
    assert sum(asked.values()) == _QUESTIONS + _IN_FLIGHT


@pytest.mark.parametrize(("name", "cap", "worst"), [("calls", 50, 1), ("tokens", 9000, 400), ("usd", 0.01, 0.0006)])
def test_a_budget_is_never_passed_by_what_the_server_counts(
    tmp_path: Path, name: str, cap: float, worst: float
) -> None:
    corpus(tmp_path, 120)
    spent = {"calls": 0.0, "tokens": 0.0, "usd": 0.0}

    def counted(request: dict[str, Any], nth: int) -> dict[str, Any]:
        usage = {"prompt_tokens": 50, "completion_tokens": 100 + 20 * (number_of(request) % 6)}
        spent["calls"] += 1
        spent["tokens"] += sum(usage.values())
        spent["usd"] += (usage["prompt_tokens"] * 0.55 + usage["completion_tokens"] * 2.19) / 1e6
        return solve(request, usage=usage)

    with ChatServer(counted, latency=0.02) as server:
        recipe(tmp_path, server.base_url, teacher={"sampling": {"max_tokens": 200}}, budget={name: cap})
        stopped = called(tmp_path, "run", "r.yaml")
        assert stopped.exit_code == 3, stopped.stderr
        assert f"stopped: budget.{name} is " in stopped.stdout
        assert cap - worst < spent[name] <= cap + 1e-12
        asked = server.totals["requests"]
        rows = Run(tmp_path / "runs" / "r").sql("select goes_to, detail from outcomes").rows()
        assert Counter(rows) == {("sft", ""): asked, (None, "budget"): 120 - asked}

        again = called(tmp_path, "run", "r.yaml")
        assert (again.exit_code, server.totals["requests"]) == (3, asked)
        assert f"stopped: budget.{name} is " in again.stdout

        raised = called(
            tmp_path,
            "run",
            "r.yaml",
            "--set",
            f"budget.{name}={cap * 1000:f}" if name == "usd" else f"budget.{name}={cap * 1000}",
        )
        assert raised.exit_code == 0, raised.stderr
        assert times_asked(server) == dict.fromkeys(range(120), 1)


def test_a_budget_that_is_spent_to_the_last_call_does_not_stop_the_run(tmp_path: Path) -> None:
    corpus(tmp_path, 20)
    with ChatServer(solve) as server:
        recipe(tmp_path, server.base_url, budget={"calls": 20})
        assert [called(tmp_path, "run", "r.yaml").exit_code for _ in range(2)] == [0, 0]
        assert server.totals["requests"] == 20


def test_no_calls_sends_nothing_and_tells_what_waits(tmp_path: Path) -> None:
    corpus(tmp_path, 20)
    with ChatServer(solve) as server:
        recipe(tmp_path, server.base_url)
        assert called(tmp_path, "run", "r.yaml", "--limit", "12").exit_code == 0
        looked = called(tmp_path, "run", "r.yaml", "--no-calls")
        assert looked.exit_code == 0, looked.stderr
        assert "8 questions wait for calls" in looked.stdout
        assert server.totals["requests"] == 12
    rows = Run(tmp_path / "runs" / "r").sql("select label, reason, goes_to, detail from outcomes").rows()
    assert rows == [("good", "all_criteria", "sft", "")] * 12 + [("undecided", "pending", None, "no_calls")] * 8


def test_a_question_waits_where_one_of_its_samples_or_attempts_does(tmp_path: Path) -> None:
    corpus(tmp_path, 2)
    with ChatServer(lambda request, nth: solve(request, off=0.0 if number_of(request) else 9.0)) as server:
        execute(load_recipe(recipe(tmp_path, server.base_url)), tmp_path / "runs" / "r")
        for distil, waiting, traces in (({"attempts": 2}, 1, 2), ({"samples": 2}, 2, 2)):
            loaded = load_recipe(recipe(tmp_path, server.base_url, distil=distil))
            run = execute(loaded, tmp_path / "runs" / "r", asks=Asks(any=False))
            rows = run.sql("select label, goes_to, sample from outcomes where reason = 'pending'").rows()
            assert rows == [("undecided", None, None)] * waiting
            assert run.table("traces").height == traces  # what is there is shown
        assert server.totals["requests"] == 2


def test_retry_asks_anew_for_the_outcomes_that_it_names_and_for_no_others(tmp_path: Path) -> None:
    corpus(tmp_path, 20)
    poor = {3: "truncated", 5: "empty_answer", 7: "refusal", 9: "filtered", 11: "empty_reasoning"}

    def script(request: dict[str, Any], nth: int) -> Any:
        number = number_of(request)
        return spoken(poor[number]) if number in poor and nth == 0 else solve(request)

    with ChatServer(script) as server:
        recipe(tmp_path, server.base_url)
        asked = dict.fromkeys(range(20), 1)
        for arguments, anew in (
            ((), ()),
            ((), ()),
            (("--retry", "truncated"), (3,)),
            (("--retry", "truncated"), ()),
            (("--retry", "refusal", "--retry", "filtered"), (7, 9)),
            (("--retry", "failed"), (5, 11)),
            (("--retry", "failed"), ()),
        ):
            ran = called(tmp_path, "run", "r.yaml", *arguments)
            assert ran.exit_code == 0, ran.stderr
            asked |= dict.fromkeys(anew, 2)
            assert times_asked(server) == asked
        assert Run(tmp_path / "runs" / "r").sql("select distinct label from outcomes").rows() == [("good",)]
        for wrongly, said in (
            (("--retry", "trunkated"), "--retry trunkated: no such outcome"),
            (("--retry", "ok"), "--retry ok: no such outcome"),
            (("--retry", "failed", "--no-calls"), "give one"),
        ):
            wrong = called(tmp_path, "run", "r.yaml", *wrongly)
            assert (wrong.exit_code, said in wrong.stderr) == (1, True), wrong.stderr
            assert "Traceback" not in wrong.stderr
        assert times_asked(server) == asked


def test_questions_of_one_text_are_one_call_also_where_it_is_asked_anew(tmp_path: Path) -> None:
    rows = corpus(tmp_path, 1).read_text(encoding="utf-8")
    (tmp_path / "q.jsonl").write_text(rows * 100, encoding="utf-8")
    with ChatServer(lambda request, nth: spoken("truncated")) as server:
        recipe(tmp_path, server.base_url)
        for number, arguments in enumerate(((), ("--retry", "truncated"), ("--retry", "truncated")), start=1):
            assert called(tmp_path, "run", "r.yaml", *arguments).exit_code == 0
            assert server.totals["requests"] == number
    assert Run(tmp_path / "runs" / "r").sql("select reason from outcomes").rows() == [("truncated",)] * 100


def test_a_call_that_failed_is_a_row_with_the_servers_words_and_is_sent_again(tmp_path: Path) -> None:
    corpus(tmp_path, 20)
    words = "This model's maximum context length is 7 tokens."
    with ChatServer(lambda request, nth: error(400, words) if number_of(request) == 13 else solve(request)) as server:
        recipe(tmp_path, server.base_url)
        for arguments, count in (((), 1), (("--no-calls",), 1), ((), 2)):
            ran = called(tmp_path, "run", "r.yaml", *arguments)
            assert ran.exit_code == 0, ran.stderr
            assert "1 failed; the same command goes on from here" in ran.stdout
            assert times_asked(server) == dict.fromkeys(range(20), 1) | {13: count}
            run = Run(tmp_path / "runs" / "r")
            rows = run.sql("select label, reason, goes_to, detail from outcomes where label <> 'good'").rows()
            assert [row[:3] for row in rows] == [("undecided", "error", "rejects")]
            said = run.sql("select error from calls where outcome = 'error'").rows()
            traced = run.sql("select error from traces where outcome = 'error'").rows()
            assert words in rows[0][3]
            assert [(rows[0][3],)] == said == traced
        server.script = solve
        assert called(tmp_path, "run", "r.yaml").exit_code == 0
        assert times_asked(server) == dict.fromkeys(range(20), 1) | {13: 3}
    assert Run(tmp_path / "runs" / "r").sql("select distinct label from outcomes").rows() == [("good",)]
