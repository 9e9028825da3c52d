"""An evaluation against scripted servers: every count by hand, nothing asked twice, nothing unknown called wrong."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import UserError
from curate.moment import Moment
from tests.doubles.chat_answers import Reply, error, reply
from tests.doubles.chat_server import ChatServer
from tests.train.evaluating import answer, asked, config
from train.config import load_evaluation
from train.evaluate import evaluate
from train.evaluation.results import Results
from train.evaluation.shown import print_results


def run(path: Path, *settings: str) -> Results:
    return evaluate(load_evaluation(path, settings))


def both(folder: Path, server: ChatServer, **keys: Any) -> Path:
    return config(folder, {"base": server.base_url, "tuned": server.base_url}, **keys)


def test_every_count_is_the_one_by_hand(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        results = run(both(tmp_path, server))
    counts = {
        (one.model, one.benchmark): (one.tally.right, one.tally.wrong, one.tally.undecided, one.tally.failed)
        for one in results.scores
    }
    assert counts == {
        ("base", "sums"): (6, 3, 1, 0),
        ("tuned", "sums"): (8, 1, 1, 0),
        ("base", "exam"): (4, 0, 0, 0),
        ("tuned", "exam"): (2, 2, 0, 0),
    }
    base, tuned = results.score("base", "sums"), results.score("tuned", "sums")
    assert (base.tally.accuracy.value, base.tally.of_all.value) == (6 / 9, 6 / 10)
    assert (tuned.tally.accuracy.value, tuned.tally.of_all.value) == (8 / 9, 8 / 10)
    assert (dict(base.reasons), dict(tuned.reasons)) == ({"answer_unreadable": 1}, {"truncated": 1})
    assert (base.replies, base.formed, base.thought, base.cut) == (10, 0, 0, 0)
    assert (tuned.replies, tuned.formed, tuned.thought, tuned.cut) == (10, 9, 10, 1)
    assert results.averages["base"].value == pytest.approx((6 / 9 + 1) / 2)
    assert results.averages["tuned"].value == pytest.approx((8 / 9 + 1 / 2) / 2)
    assert results.averages_of_all["tuned"].value == pytest.approx((8 / 10 + 1 / 2) / 2)
    assert {name: tally.right for name, tally in results.score("tuned", "exam").kinds.items()} == {"choice": 2}
    assert {name: tally.wrong for name, tally in results.score("tuned", "exam").languages.items()} == {"zh": 2}


def test_what_came_of_the_answers_is_told_as_it_goes(tmp_path: Path) -> None:
    moments = list[Moment]()
    with ChatServer(answer) as server:
        evaluate(load_evaluation(both(tmp_path, server), ()), told=moments.append)
    lasts = {one.stage: one for one in moments}  # of each stage the last
    assert {stage: (one.done, one.total) for stage, one in lasts.items()} == {
        "asking base": (14, 14),
        "asking tuned": (14, 14),
    }
    counts = {
        stage: {place: sum(reasons.values()) for place, reasons in one.outcomes.places.items()}
        for stage, one in lasts.items()
        if one.outcomes is not None
    }
    assert counts == {
        "asking base": {"right": 10, "wrong": 3, "undecided": 1, "waiting": 0},
        "asking tuned": {"right": 10, "wrong": 3, "undecided": 1, "waiting": 0},
    }


def test_a_model_is_compared_with_the_base_on_what_is_decided_for_both(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        results = run(both(tmp_path, server))
    decided = [one for one in results.paired if one.scope == "decided"]
    pairs = {one.benchmark: (one.both_right, one.lost, one.won, one.both_wrong) for one in decided}
    assert pairs == {"sums": (5, 1, 3, 0), "exam": (2, 2, 0, 0), "": (7, 3, 3, 0)}
    p = {one.benchmark: one.p for one in decided}
    assert p == {"sums": 2 * (1 + 4) / 2**4, "exam": 2 / 2**2, "": 1.0}
    assert {one.benchmark: one.difference.value for one in decided} == {"sums": 2 / 9, "exam": -0.5, "": 0.0}


def test_what_is_not_asked_has_a_name(tmp_path: Path) -> None:
    said: list[str] = []
    with ChatServer(answer) as server:
        results = evaluate(load_evaluation(both(tmp_path, server)), note=said.append)
        assert server.totals["answered"] == 2 * 14
    sums, exam = results.sets
    assert (sums.records, sums.unreadable, sums.questions, exam.questions) == (12, 1, 10, 4)
    assert dict(sums.left_out) == {"gold_missing": ("sums:none",)}
    assert said == ["sums: 10 questions; left out: 1 gold_missing, 1 unreadable", "exam: 4 questions"]


def test_a_second_evaluation_sends_nothing_and_writes_the_same_bytes(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        path = both(tmp_path, server)
        run(path)
        sent = server.totals["requests"]
        files = {file.name: file.read_bytes() for file in (tmp_path / "evaluated" / "trial").iterdir()}
        again = run(path)
        assert server.totals["requests"] == sent == 28
    assert sorted(files) == ["answers.parquet", "results.json"]
    assert {file.name: file.read_bytes() for file in (tmp_path / "evaluated" / "trial").iterdir()} == files
    assert (again.calls.sent, again.calls.kept) == (0, 28)
    assert server.base_url.removeprefix("http://").encode() not in files["results.json"] + files["answers.parquet"]


def test_another_checker_scores_again_without_a_call(tmp_path: Path) -> None:
    def near(request: dict[str, Any], nth: int) -> Reply:
        name, number = asked(request)
        return f"\\boxed{{{(number + 40) * 1.008:.4f}}}" if name == "sums" else answer(request, nth)

    with ChatServer(near) as server:
        path = both(tmp_path, server)
        mild = run(path).score("base", "sums").tally
        sent = server.totals["requests"]
        strict = run(path, "check.rounding=false").score("base", "sums").tally
        assert server.totals["requests"] == sent
    assert (strict.right, strict.wrong) == (0, 10)
    assert (mild.right, mild.wrong) == (10, 0)


def test_every_model_gets_the_same_words_and_sampling(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        run(both(tmp_path, server, system="Think first.", sampling={"temperature": 0.5}))
        bodies = [seen.json() for seen in server.seen]
    of = {
        name: sorted(json.dumps({**body, "model": ""}, sort_keys=True) for body in bodies if body["model"] == name)
        for name in ("base", "tuned")
    }
    assert of["base"] == of["tuned"]
    assert {body["messages"][0]["content"] for body in bodies} == {"Think first."}
    assert {(body["temperature"], body["max_tokens"]) for body in bodies} == {(0.5, 4096)}


def test_a_draw_is_the_same_for_all_and_does_not_move_when_questions_are_added(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        path = both(tmp_path, server)
        results = run(path, "benchmarks.0.draw=4")
        assert server.totals["answered"] == 2 * (4 + 4)
    table = pl.read_parquet(tmp_path / "evaluated" / "trial" / "answers.parquet").filter(benchmark="sums")
    of = {name: table.filter(model=name)["id"].to_list() for name in ("base", "tuned")}
    assert len(of["base"]) == 4
    assert of["base"] == of["tuned"]
    assert (results.sets[0].usable, results.sets[0].questions) == (10, 4)
    with ChatServer(answer) as server:
        run(both(tmp_path, server), "benchmarks.0.draw=5")
    table = pl.read_parquet(tmp_path / "evaluated" / "trial" / "answers.parquet").filter(benchmark="sums", model="base")
    assert set(of["base"]) < set(table["id"].to_list())


def test_a_call_that_failed_is_no_wrong_answer_and_is_asked_again(tmp_path: Path) -> None:
    down = True

    def failing(request: dict[str, Any], nth: int) -> Reply:
        too_long = down and request["model"] == "tuned" and asked(request) in (("sums", 1), ("exam", 0))
        return error(400, "the prompt is too long") if too_long else answer(request, nth)

    with ChatServer(failing) as server:
        path = both(tmp_path, server)
        results = run(path)
        tally = results.score("tuned", "sums").tally
        assert (tally.right, tally.wrong, tally.undecided, tally.failed) == (7, 1, 1, 1)
        assert (tally.accuracy.value, tally.of_all.value) == (7 / 8, 7 / 9)
        assert results.failed == 2
        assert results.failures[0].startswith("tuned, sums:s1: HTTP 400 from its server: the prompt is too long")
        sent, down = server.totals["requests"], False
        mended = run(path)
        assert server.totals["requests"] == sent + 2
    assert mended.failed == 0
    assert mended.score("tuned", "sums").tally.right == 8


def test_a_server_that_only_fails_stops_the_evaluation_and_leaves_the_last_results(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        path = both(tmp_path, server)
        run(path)
        before = (tmp_path / "evaluated" / "trial" / "results.json").read_bytes()
    with ChatServer(lambda request, nth: error(401, "no such key")) as server, pytest.raises(UserError, match="401"):
        run(both(tmp_path, server))
    assert (tmp_path / "evaluated" / "trial" / "results.json").read_bytes() == before


def test_a_budget_stops_it_and_what_is_missing_is_pending(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        path = both(tmp_path, server)
        short = run(path, "budget.calls=16")
        assert server.totals["answered"] == 16
        pending = sum(one.tally.pending for one in short.scores)
        assert (short.stopped, pending) == ("budget", 12)
        assert "budget.calls is 16" in short.stopped_because
        whole = run(path)
        assert server.totals["answered"] == 28
    assert (whole.stopped, sum(one.tally.pending for one in whole.scores)) == (None, 0)


def test_what_rules_leave_open_goes_to_the_model_that_checks(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Reply:
        if request["model"] == "checker":
            return '{"reason": "it names no number", "verdict": "wrong"}'
        return answer(request, nth)

    with ChatServer(script) as server:
        models = {"base": server.base_url, "tuned": server.base_url, "checker": server.base_url}
        path = config(tmp_path, models, check={"by": ["rules", "checker"]})
        results = run(path)
        seen = [seen.json()["model"] for seen in server.seen]
        assert seen.count("checker") == 1  # what was cut off is not for it
        run(path)
        assert server.totals["requests"] == 29
    assert [one.model for one in results.scores] == ["base", "base", "tuned", "tuned"]
    base = results.score("base", "sums").tally
    assert (base.right, base.wrong, base.undecided) == (6, 4, 0)
    assert results.score("tuned", "sums").tally.undecided == 1


def test_the_table_of_answers_says_how_each_was_decided(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        run(both(tmp_path, server))
    table = pl.read_parquet(tmp_path / "evaluated" / "trial" / "answers.parquet")
    assert table.height == 28
    row = table.row(by_predicate=(pl.col("model") == "tuned") & (pl.col("id") == "sums:s0"), named=True)
    assert (row["gold"], row["extracted"], row["value"], row["reason"], row["kind"]) == (
        *("40", "7", False, "number_differs", "number"),
    )
    assert (row["formed"], row["thought"], row["cut"], row["language"], row["method"]) == (
        True,
        True,
        False,
        "en",
        "rule",
    )
    assert len(row["key"]) == 32
    assert row["group"] == "s0"


@pytest.mark.parametrize("width", ["80", "160"])
def test_the_tables_fit_the_terminal_and_mark_what_is_theirs(
    tmp_path: Path, width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from curate.terminal.console import console

    monkeypatch.setenv("COLUMNS", width)
    console.cache_clear()
    with ChatServer(answer) as server:
        path = both(tmp_path, server)
        results = run(path)
    print_results(results)
    console.cache_clear()
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= int(width)
    for said in ("66.7", "88.9", "against base", "answer_unreadable", "28 answered now"):
        assert said in out
    print_results(results, as_json=True)
    assert json.loads(capsys.readouterr().out)["scores"][0]["tally"]["right"] == 6


@pytest.mark.parametrize("width", ["80", "160"])
def test_a_model_that_rarely_answers_does_not_look_good(
    tmp_path: Path, width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is right where it answers, two times in ten, and else cut off."""
    from curate.terminal.console import console

    def rarely(request: dict[str, Any], nth: int) -> Reply:
        name, number = asked(request)
        is_cut = request["model"] == "tuned" and name == "sums" and number > 1
        cut = reply("", "Forty and", finish_reason="length")
        right = number + 40 if name == "sums" else "B"
        return cut if is_cut else f"\\boxed{{{right}}}"

    monkeypatch.setenv("COLUMNS", width)
    console.cache_clear()
    with ChatServer(rarely) as server:
        results = run(both(tmp_path, server))
    print_results(results)
    console.cache_clear()
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert max(map(len, lines)) <= int(width)
    places = {line.split()[0]: place for place, line in reversed(list(enumerate(lines))) if line}
    headline = [line.split() for line in lines[places["tuned"] : places["tuned"] + 4]]
    assert headline[0] == ["tuned", "100.0", "100.0", "100.0"]
    assert headline[2] == ["of", "all", "20.0", "100.0", "60.0"]
    assert sum(line.startswith("  of all") for line in lines) == 1
    assert "tuned on sums: 20% of the answers are decided" in out
    assert "base on sums" not in out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base": "nobody"}, "no model is called 'nobody'"),
        ({"check": {"by": ["rules", "nobody"]}}, "no model is called 'nobody'"),
        ({"benchmarks": []}, "benchmarks"),
        ({"reference": ["gpt"]}, "reference"),
        ({"budget": {"usd": 3}}, "needs the price of every model"),
        ({"models": {"m": {"model": "m", "base_url": "http://x.test/v1", "sampling": {"top_p": 0.5}}}}, "alike"),
        ({"models": {"m": {"model": "m", "base_url": "http://x.test/v1", "open_think": "prefix"}}}, "alike"),
        (
            {"models": {"m": {"model": "trained/none/model", "serve": "vllm"}}},
            "there is no folder 'trained/none/model'",
        ),
        ({"benchmarks": [{"use": "finqa", "from": "nowhere.json"}]}, "no file 'nowhere.json'"),
        ({"benchmarks": [{"use": "finqua", "from": "x.json"}]}, "did you mean 'finqa'"),
        ({"benchmarks": [{"use": "finqa", "from": "x"}, {"use": "finqa", "from": "x"}]}, "two sources are called"),
    ],
)
def test_a_config_that_cannot_be_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = config(tmp_path, {"m": "http://127.0.0.1:9/v1"}, **changes)
    with pytest.raises(UserError) as refused:
        run(path)
    assert said in str(refused.value)


def test_a_set_without_any_gold_is_refused(tmp_path: Path) -> None:
    path = config(tmp_path, {"m": "http://127.0.0.1:9/v1"})
    (tmp_path / "sums.jsonl").write_text('{"qid": "1", "ask": "What is 1 plus nobody knows?", "truth": null}\n')
    with pytest.raises(UserError, match=r"benchmark 'sums': none of its questions has a gold .*1 gold_missing"):
        run(path)


def test_ctrl_c_keeps_what_was_answered_and_the_same_command_goes_on(tmp_path: Path) -> None:
    with ChatServer(answer, latency=0.2) as server:
        path = both(tmp_path, server)
        command = [sys.executable, "-m", "train", "evaluate", str(path), "--json"]
        few = [*command, *(f"models.{name}.concurrency=2" for name in ("base", "tuned"))]
        process = subprocess.Popen(few, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while server.totals["answered"] < 4:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
        assert (process.returncode, "train: no more calls" in said) == (130, True)
        stopped, answered = json.loads(out), server.totals["answered"]
        assert stopped["stopped"] == "interrupted"
        assert sum(one["tally"]["pending"] for one in stopped["scores"]) == 28 - answered > 0
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert server.totals["answered"] == 28
    assert json.loads(done.stdout)["stopped"] is None
