"""A student's pass rates in whole runs against a scripted server: what is asked, what counts, what it costs."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curate.chat.client import outcomes_to_retry
from curate.curating import Asks
from curate.execute import execute
from curate.recipe import load_recipe
from curate.rounds import TO_RL
from curate.runs import Run
from curate.survey import Survey, survey
from tests.curate.teaching import called, corpus, digests, number_of, recipe, solve, spoken
from tests.doubles.chat_answers import Reply, error
from tests.doubles.chat_server import ChatServer

# How many of its answers the student gets right, by the number of a question that the teacher gets wrong.
RIGHT = {1: 0, 3: 2, 4: 4}
SAMPLES = 4
SEEN = "select passed, failed, undecided, missing, pass_rate, pass_low, pass_high from pass_rates"

Students = Callable[[dict[str, Any], int], Reply]


def graded(request: dict[str, Any], nth: int) -> Reply:
    """The student: right as often as told; a reply comes back for each draw of one request, told apart by nth."""
    return solve(request, off=0.0 if nth < RIGHT[number_of(request)] else 2.0)


def script(student: Students = graded) -> Callable[[dict[str, Any], int], Reply]:
    """A server of both: the teacher `m` is wrong where the student is asked."""

    def answer(request: dict[str, Any], nth: int) -> Reply:
        if request["model"] == "s":
            return student(request, nth)
        return solve(request, off=9.0 if number_of(request) in RIGHT else 0.0)

    return answer


def setting(
    folder: Path, base_url: str, samples: int = SAMPLES, *, count: int = 6, language: str = "en", **keys: Any
) -> Path:
    """A recipe over some questions, of which half of the first six go to rl."""
    corpus(folder, count, language=language)
    usual = {"base_url": base_url, "price": {"input": 1.0, "output": 1.0}}
    models = {"teacher": {"model": "m", **usual}, "student": {"model": "s", **usual, **keys.pop("student", {})}}
    split = {"rl": {"difficulty": {"model": "student", "samples": samples}}}
    return recipe(folder, base_url, **{"models": models, "split": split, **keys})


def ran(path: Path, **asks: Any) -> Run:
    return execute(load_recipe(path), path.parent / "runs" / "r", asks=Asks(**asks))


def stands(path: Path) -> Survey:
    return survey(load_recipe(path), path.parent / "runs" / "r")


def asked(server: ChatServer, model: str = "s") -> int:
    return sum(seen.json()["model"] == model for seen in server.seen)


def wilson(passed: int, failed: int) -> tuple[float, float]:
    """The interval of E. B. Wilson (1927): the rates p with |p - rate| <= z * sqrt(p * (1 - p) / n)."""
    n, z = passed + failed, 1.959964
    a, b, c = 1 + z * z / n, -(2 * passed / n + z * z / n), (passed / n) ** 2
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_what_goes_to_rl_is_asked_and_its_rates_and_intervals_are_known(tmp_path: Path, language: str) -> None:
    with ChatServer(script()) as server:
        path = setting(tmp_path, server.base_url, language=language)
        run = ran(path)
        requests = [seen.json() for seen in server.seen]
        first = digests(run.path)
        assert digests(ran(path).path) == first
        assert len(server.seen) == len(requests) == 6 + 3 * SAMPLES
    assert run.sql("select label, goes_to, count(*) from outcomes group by all order by all").rows() == [
        ("bad", "rl", 3),
        ("good", "sft", 3),
    ]
    to_teacher = {number_of(one): one["messages"] for one in requests if one["model"] == "m"}
    to_student = [one for one in requests if one["model"] == "s"]
    assert sorted(map(number_of, to_student)) == sorted([*RIGHT] * SAMPLES)
    for one in to_student:
        assert one["messages"] == to_teacher[number_of(one)]
        assert (one["temperature"], one["top_p"], one["max_tokens"]) == (0.6, 0.95, 4096)

    rows = run.sql("from pass_rates").rows()
    assert [(row[0],) for row in rows] == run.sql("select question_id from outcomes where goes_to = 'rl'").rows()
    for row, passed in zip(rows, RIGHT.values(), strict=True):
        assert row[1:6] == (passed, SAMPLES - passed, 0, 0, passed / SAMPLES)
        assert row[6:] == pytest.approx(wilson(passed, SAMPLES - passed), abs=5e-5)
    assert (rows[0][6], rows[2][7]) == (0.0, 1.0)

    answers = run.table("student")
    assert answers["sample"].to_list() == [*range(SAMPLES)] * 3
    assert set(answers["reason"]) == {"equal", "number_differs"}
    assert set(answers["outcome"]) == {"ok"}
    assert set(answers["model"]) == {f"{server.base_url} s"}
    assert answers["extracted"].null_count() == 0
    assert run.sql("select purpose, count(*), count(distinct key) from calls group by all order by all").rows() == [
        ("distil", 6, 6),
        ("student", 3 * SAMPLES, 3 * SAMPLES),
    ]
    assert run.sql("select count(*) from cost_per_row where purpose = 'student' and usd > 0").item() == 1
    assert run.sql("select pass_rate from rl_pool order by all").rows() == [(0.0,), (0.5,), (1.0,)]


def test_intervals_are_the_known_ones_of_ten_answers(tmp_path: Path) -> None:
    """As R's binom.wilson gives them for 0, 1 and 9 of 10."""
    right = {1: 0, 3: 1, 4: 9}
    with ChatServer(script(lambda one, nth: solve(one, off=2.0 * (nth >= right[number_of(one)])))) as server:
        run = ran(setting(tmp_path, server.base_url, samples=10))
    rows = run.sql("select passed, pass_rate, pass_low, pass_high from pass_rates").rows()
    assert rows == [(0, 0.0, 0.0, 0.2775), (1, 0.1, 0.0179, 0.4042), (9, 0.9, 0.5958, 0.9821)]


def test_without_a_student_nobody_is_asked(tmp_path: Path) -> None:
    with ChatServer(script()) as server:
        run = ran(setting(tmp_path, server.base_url, split={}))
        assert asked(server) == 0
    assert run.table("student").is_empty()
    assert run.sql("from pass_rates").is_empty()
    assert run.sql("select pass_rate from rl_pool").rows() == [(None,)] * 3


@pytest.mark.parametrize(("kind", "teacher"), [("number", spoken("truncated")), ("text", None)])
def test_what_is_undecided_or_of_a_kind_that_rules_cannot_tell_is_not_asked(
    tmp_path: Path, kind: str, teacher: Reply | None
) -> None:
    with ChatServer(lambda request, nth: teacher or solve(request, off=9.0)) as server:
        table = {"use": "table", "from": "q.jsonl", "columns": {"question": "q", "gold": "g"}, "licence": "MIT"}
        path = setting(tmp_path, server.base_url, sources=[{**table, "kind": kind}])
        planned = stands(path).at_most.calls
        run = ran(path)
        assert asked(server) == 0
    assert planned == (6 if kind == "text" else 6 + 6 * SAMPLES)
    assert run.sql("select distinct goes_to from outcomes").rows() == [("rejects",)]
    assert run.table("student").is_empty()


@pytest.mark.parametrize("kind", ["refusal", "filtered", "truncated", "empty_answer"])
def test_what_is_no_answer_is_undecided_by_name_and_in_no_rate(tmp_path: Path, kind: str) -> None:
    def student(request: dict[str, Any], nth: int) -> Reply:
        return spoken(kind) if nth < 2 else solve(request, off=5.0 * (nth == 2))

    with ChatServer(script(student)) as server:
        run = ran(setting(tmp_path, server.base_url))
    low, high = wilson(1, 1)
    assert run.sql(SEEN).rows() == [(1, 1, 2, 0, 0.5, round(low, 4), round(high, 4))] * 3
    told = run.sql("select distinct reason, outcome from student where value is null").rows()
    assert told == [(kind, kind)]


def test_an_undecided_answer_is_never_a_wrong_one(tmp_path: Path) -> None:
    with ChatServer(script(lambda request, nth: "I would have to guess.")) as server:
        run = ran(setting(tmp_path, server.base_url))
    assert run.sql(SEEN).rows() == [(0, 0, SAMPLES, 0, None, None, None)] * 3
    assert run.sql("select distinct value, reason from student").rows() == [(None, "answer_unreadable")]
    assert run.sql("select distinct label, goes_to from outcomes where label <> 'good'").rows() == [("bad", "rl")]


def test_a_call_that_failed_is_undecided_and_the_next_run_sends_it_again(tmp_path: Path) -> None:
    down = [True]

    def student(request: dict[str, Any], nth: int) -> Reply:
        return error(400, "no such thing") if down[0] and number_of(request) == 3 else graded(request, 0)

    with ChatServer(script(student)) as server:
        path = setting(tmp_path, server.base_url, samples=1)
        failed = ran(path)
        counted = "select passed, failed, undecided, missing from pass_rates"
        assert failed.sql(counted).rows() == [(0, 1, 0, 0), (0, 0, 0, 1), (1, 0, 0, 0)]
        assert failed.sql("select value, outcome from student where reason = 'error'").rows() == [(None, "error")]
        assert failed.sql("select purpose from calls where error like '%no such thing%'").rows() == [("student",)]
        assert failed.sql("select sum(rl) from funnel").item() == 3
        assert stands(path).student.waiting == stands(path).left.calls == 1
        down[0] = False
        assert ran(path).sql(counted).rows() == [(0, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]
        assert asked(server) == 4


def test_a_question_has_no_rate_until_each_of_its_answers_is_there(tmp_path: Path) -> None:
    """Of four answers two came, both right: the other two may be wrong."""

    def student(request: dict[str, Any], nth: int) -> Reply:
        return (
            error(400, "no such thing") if number_of(request) == 1 and nth >= 2 else solve(request, off=2.0 * (nth > 2))
        )

    with ChatServer(script(student)) as server:
        run = ran(setting(tmp_path, server.base_url))
    low, high = (round(end, 4) for end in wilson(3, 1))
    rest = (3, 1, 0, 0, 0.75, low, high)
    assert run.sql(SEEN).rows() == [(2, 0, 0, 2, None, None, None), rest, rest]


def test_what_may_not_be_sent_is_pending_and_a_later_run_completes_it(tmp_path: Path) -> None:
    with ChatServer(script()) as server:
        ran(setting(tmp_path, server.base_url, split={}))
        path = setting(tmp_path, server.base_url)
        waits = ran(path, any=False)
        assert asked(server) == 0
        assert waits.sql(SEEN).rows() == [(0, 0, 0, SAMPLES, None, None, None)] * 3
        assert waits.sql("select distinct value, reason, outcome from student").rows() == [(None, "pending", None)]
        assert waits.sql("select sum(rl), sum(pending) from funnel").rows() == [(3, 0)]

        path = setting(tmp_path, server.base_url, budget={"calls": 6 + 5})
        part = ran(path)
        assert part.record["stopped"] == "budget"
        assert asked(server) == 5
        assert part.sql("select count(*) from student where reason = 'pending'").item() == 3 * SAMPLES - 5
        rates = part.sql("select missing, passed + failed, pass_rate, pass_low, pass_high from pass_rates").rows()
        assert sum(missing for missing, *_ in rates) == 3 * SAMPLES - 5
        assert all((rate is None) == (low is None) == (missing > 0) for missing, _, rate, low, _ in rates)
        assert any(answered and missing for missing, answered, *_ in rates)

        done = ran(setting(tmp_path, server.base_url))
        assert asked(server) == 3 * SAMPLES
        assert done.sql("select sum(missing), sum(passed) from pass_rates").rows() == [(0, sum(RIGHT.values()))]


def test_a_student_that_is_the_teacher_draws_its_own_answers(tmp_path: Path) -> None:
    """The teacher's attempts at what goes to rl are all wrong: to count them would bias the rate."""
    sampling = {"temperature": 1.0, "top_p": 0.9, "max_tokens": 500}
    with ChatServer(lambda request, nth: solve(request, off=9.0 if nth < 3 else 0.0)) as server:
        models = {"teacher": {"model": "m", "base_url": server.base_url, "sampling": sampling}}
        split = {"rl": {"difficulty": {"model": "teacher", "samples": 2}}}
        run = ran(setting(tmp_path, server.base_url, models=models, split=split, distil={"attempts": 3}))
    assert run.sql("select distinct passed, failed from pass_rates").rows() == [(2, 0)]
    assert run.sql("select count(*), count(distinct key) from calls").rows() == [(30, 30)]


def test_more_answers_cost_only_those_and_two_sources_pay_once(tmp_path: Path) -> None:
    with ChatServer(script()) as server:
        path = setting(tmp_path, server.base_url)
        ran(path)
        path = setting(tmp_path, server.base_url, samples=SAMPLES + 2)
        ran(path)
        assert asked(server) == 3 * (SAMPLES + 2)
        source = {"use": "table", "from": "q.jsonl", "columns": {"question": "q", "gold": "g"}, "licence": "MIT"}
        path = setting(tmp_path, server.base_url, SAMPLES + 2, sources=[source, {**source, "name": "again"}])
        run = ran(path)
        assert asked(server) == 3 * (SAMPLES + 2)
    assert run.sql("select count(*) from pass_rates").item() == 6


def test_retry_holds_for_the_student_and_leaves_the_question_as_it_is(tmp_path: Path) -> None:
    def student(request: dict[str, Any], nth: int) -> Reply:
        return spoken("truncated") if nth == 0 else solve(request)

    with ChatServer(script(student)) as server:
        path = setting(tmp_path, server.base_url, samples=1)
        ran(path)
        ran(path)
        assert asked(server) == 3
        run = ran(path, retry=outcomes_to_retry(["failed"]))
        assert (asked(server), asked(server, "m")) == (6, 6)
    assert run.sql("select distinct passed, failed, undecided from pass_rates").rows() == [(1, 0, 0)]


def test_plan_counts_and_projects_the_students_calls(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 1000}

    def used(request: dict[str, Any], nth: int) -> Reply:
        return solve(request, off=2.0, usage=usage)

    with ChatServer(script(used)) as server:
        path = setting(tmp_path, server.base_url)
        before = stands(path)
        likely = round(6 * TO_RL * SAMPLES)
        assert (before.left.calls, before.at_most.calls) == (6 + likely, 6 + 6 * SAMPLES)
        assert before.student.share == TO_RL
        alone = stands(setting(tmp_path, server.base_url, split={}))
        assert before.left.usd > alone.left.usd
        assert before.at_most.tokens - alone.at_most.tokens > 6 * SAMPLES * 4096
        assert list(before.prompts) == ["distil, en"]

        ran(setting(tmp_path, server.base_url, split={}))
        waits = stands(setting(tmp_path, server.base_url))
        assert (waits.student.share, waits.student.waiting) == (0.5, 3 * SAMPLES)
        assert waits.left.calls == waits.at_most.calls == 3 * SAMPLES

        ran(setting(tmp_path, server.base_url))
        found = stands(setting(tmp_path, server.base_url, count=10))
        assert (found.student.calls, found.student.asked, found.student.traces) == (3 * SAMPLES, 3, 6)
        assert found.left.calls == 4 + 4 * SAMPLES // 2  # half of four more go to rl
        assert found.at_most.calls == 4 + 4 * SAMPLES
        students = found.left.usd - stands(setting(tmp_path, server.base_url, count=10, split={})).left.usd
        assert students == pytest.approx(2 * SAMPLES * 1100 / 1e6, rel=0.1)
        sent = len(server.seen)
        setting(tmp_path, server.base_url, count=10)
        shown = {command: called(tmp_path, command, "r.yaml").stdout for command in ("plan", "status")}
        said = json.loads(called(tmp_path, "status", "r.yaml", "--json").stdout)
        assert len(server.seen) == sent
    assert "with student, 4 times on the 50% that go to rl, of 6 questions so far" in shown["plan"]
    assert "student: 12 answers on 3 questions for rl, 0 to come" in shown["status"]
    assert (said["student"]["calls"], said["student"]["coming"]) == (12, 4)


def test_a_student_without_a_teacher_has_its_prompt_shown(tmp_path: Path) -> None:
    rows = [{"q": "With revenue 100 growth 10 percent: what is it next year?", "g": "110", "r": "1 + 1", "a": "111"}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    columns = {"question": "q", "gold": "g", "reasoning": "r", "answer": "a"}
    source = {"use": "traces", "from": "t.jsonl", "columns": columns, "licence": "MIT"}
    with ChatServer(lambda request, nth: solve(request)) as server:
        planned = stands(setting(tmp_path, server.base_url, sources=[source]))
        assert list(planned.prompts) == ["student, en"]
        assert planned.left.calls == SAMPLES
