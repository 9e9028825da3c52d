"""Round one in a run: rules first, then the answer judge for what they leave undecided, and its verdict kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curate.curating import Asks
from curate.errors import UserError
from curate.execute import execute
from curate.recipe import load_recipe
from curate.runs import Run
from judges.answers import DEFAULT, PRESETS
from tests.curate.teaching import called, recipe
from tests.doubles.chat_answers import Reply, error, reply
from tests.doubles.chat_server import ChatServer

THOUGHT = (
    "1. The company's revenue is given in the report.\n2. The revenue of the segment is compared with it.\n"
    "3. The revenue is what the report says.\nTherefore, the answer follows."
)
RIGHT = '{"reason": "the same in other words", "verdict": "right"}'
WRONG = '{"reason": "another company", "verdict": "wrong"}'
UNCLEAR = '{"reason": "needs the question", "verdict": "cannot tell"}'

# question, gold, kind, the teacher's answer: two that rules decide, two that they do not
QUESTIONS = [
    ("What was the revenue of q0?", "42", "number", "\\boxed{42}"),
    ("What was the revenue of q1?", "42", "number", "\\boxed{43}"),
    ("Who sold the shares of q2?", "Ping An Insurance", "span", "\\boxed{the insurer Ping An}"),
    ("q3公司的收入变动是什么？", "营业收入下降", "text", "\\boxed{收入减少}"),
]


def corpus(folder: Path, questions: list[tuple[str, str, str, str]] = QUESTIONS) -> None:
    rows = [{"q": question, "g": gold, "k": kind} for question, gold, kind, _ in questions]
    (folder / "q.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def scripted(judge: Callable[[dict[str, Any], int], Reply]) -> Callable[[dict[str, Any], int], Reply]:
    """A server that is teacher `m` and judge `j`; `judge` is handed the request and how often this prompt came."""

    def answer(request: dict[str, Any], nth: int) -> Reply:
        if request["model"] == "j":
            return judge(request, nth)
        text = request["messages"][0]["content"]
        return next(reply(said, THOUGHT) for question, _, _, said in QUESTIONS if question in text)

    return answer


def checked(
    folder: Path, server: ChatServer, asks: Asks | None = None, judge: dict[str, Any] | None = None, **check: Any
) -> Run:
    """A run of the four questions with a judge."""
    models = {
        "teacher": {"model": "m", "base_url": server.base_url, "price": {"input": 1, "output": 1}},
        "judge": {"model": "j", "base_url": server.base_url, "price": {"input": 1, "output": 1}, **(judge or {})},
    }
    columns = {"question": "q", "gold": "g", "kind": "k"}
    path = recipe(
        folder,
        server.base_url,
        source={"columns": columns, "licence": "MIT"},
        models=models,
        check={"by": ["rules", "judge"], **check},
        judge={"keep": {"at_least": 1}},
    )
    return execute(load_recipe(path), folder / "runs" / "r", asks=asks)


def asked(server: ChatServer) -> list[str]:
    """The prompts that the judge was sent."""
    return [said["messages"][0]["content"] for seen in server.seen if (said := seen.json())["model"] == "j"]


def checks(run: Run) -> list[tuple[Any, ...]]:
    return run.sql(
        "select q.gold, c.value, c.reason, c.rule, c.method, c.detail from checks c join questions q"
        " on q.id = c.question_id order by q.id"
    ).rows()


def test_only_what_rules_leave_undecided_is_asked_and_never_the_question(tmp_path: Path) -> None:
    corpus(tmp_path)
    verdicts = {"Ping An": WRONG, "营业收入": RIGHT}
    with ChatServer(scripted(lambda request, nth: reply(_of(verdicts, request)))) as server:
        run = checked(tmp_path, server)
        prompts = asked(server)
    found = {
        row[0]: row[1:]
        for row in run.sql(
            "select q.question, c.* exclude (question_id, sample, attempt)"
            " from checks c join questions q on q.id = c.question_id"
        ).rows()
    }
    assert {question[-4:-1]: row[:2] for question, row in found.items()} == {
        " q0": (True, "equal"),
        " q1": (False, "number_differs"),
        " q2": (False, "judged_wrong"),
        "是什么": (True, "judged_right"),
    }
    judged = next(row for question, row in found.items() if "q2" in question)
    assert judged[2:] == ("the insurer Ping An", "j", "needs_model", None, None, "another company")
    assert len(prompts) == 2
    english, chinese = sorted(prompts, key=lambda text: "请核对" in text)
    assert "Ping An Insurance" in english
    assert "the insurer Ping An" in english
    assert "营业收入下降" in chinese
    assert "收入减少" in chinese
    assert not any(question in text for question, *_ in QUESTIONS for text in prompts)
    goes = run.sql("select label, reason, goes_to, detail from outcomes order by reason").rows()
    assert ("bad", "judged_wrong", "rejects", "another company") in goes  # a span is not verified by rules
    calls = run.sql("select purpose, count(*) from calls group by all order by all").rows()
    assert calls == [("check", 2), ("distil", 4)]


def _of(verdicts: dict[str, str], request: dict[str, Any]) -> str:
    text = request["messages"][0]["content"]
    return next(verdict for part, verdict in verdicts.items() if part in text)


def test_a_judge_that_cannot_tell_leaves_it_undecided(tmp_path: Path) -> None:
    corpus(tmp_path, QUESTIONS[2:3])
    with ChatServer(scripted(lambda request, nth: reply(UNCLEAR))) as server:
        run = checked(tmp_path, server)
    assert checks(run) == [("Ping An Insurance", None, "judged_unclear", "needs_model", "j", "needs the question")]
    assert run.sql("select label, goes_to from outcomes").rows() == [("undecided", "rejects")]


@pytest.mark.parametrize(
    ("second", "value", "reason"), [(RIGHT, True, "judged_right"), ("I would say right.", None, "judge_unreadable")]
)
def test_an_unreadable_judge_is_asked_once_more_and_both_replies_are_kept(
    tmp_path: Path, second: str, value: bool | None, reason: str
) -> None:
    corpus(tmp_path, QUESTIONS[2:3])

    def judge(request: dict[str, Any], nth: int) -> Reply:
        return reply("It is right." if len(request["messages"]) == 1 else second)

    with ChatServer(scripted(judge)) as server:
        run = checked(tmp_path, server)
        requests = [said for seen in server.seen if (said := seen.json())["model"] == "j"]
    assert [(row[1], row[2]) for row in checks(run)] == [(value, reason)]
    assert [len(request["messages"]) for request in requests] == [1, 3]
    assert requests[1]["messages"][1] == {"role": "assistant", "content": "It is right."}
    assert run.sql("select count(distinct key), count(*) from calls where purpose = 'check'").rows() == [(2, 2)]


def test_a_cut_off_judge_is_not_believed(tmp_path: Path) -> None:
    corpus(tmp_path, QUESTIONS[2:3])
    with ChatServer(scripted(lambda request, nth: reply(RIGHT, finish_reason="length"))) as server:
        run = checked(tmp_path, server)
    assert [row[1:3] for row in checks(run)] == [(None, "judge_unreadable")]


def test_a_judge_that_fails_loses_no_trace_and_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    corpus(tmp_path)
    well = False
    with ChatServer(scripted(lambda request, nth: reply(RIGHT) if well else error(400, "no such thing"))) as server:
        run = checked(tmp_path, server, judge={"concurrency": 1})
        rows = {row[2] for row in checks(run)}
        assert rows == {"equal", "number_differs", "judge_failed"}
        assert run.sql("select failed, answer_undecided from funnel").rows() == [(2, 0)]
        assert run.sql("select count(*) from traces").rows() == [(4,)]
        well, sent = True, len(server.seen)
        run = checked(tmp_path, server, judge={"concurrency": 1})
        assert [row[2] for row in checks(run)].count("judged_right") == 2
        assert len(server.seen) == sent + 2


def test_a_rerun_asks_nobody_and_a_changed_policy_neither(tmp_path: Path) -> None:
    corpus(tmp_path)
    with ChatServer(scripted(lambda request, nth: reply(RIGHT))) as server:
        first = checks(checked(tmp_path, server))
        sent = len(server.seen)
        assert checks(checked(tmp_path, server)) == first
        run = checked(tmp_path, server, tolerance=0.05)
        assert len(server.seen) == sent
    assert ("42", True, "within_tolerance") in {row[:3] for row in checks(run)}


def test_without_calls_the_trace_stays_and_its_check_waits(tmp_path: Path) -> None:
    corpus(tmp_path, QUESTIONS[2:3])
    with ChatServer(scripted(lambda request, nth: reply(RIGHT))) as server:
        path = recipe(tmp_path, server.base_url, source={"columns": {"question": "q", "gold": "g", "kind": "k"}})
        execute(load_recipe(path), tmp_path / "runs" / "r")  # the teacher alone
        run = checked(tmp_path, server, Asks(any=False))
        assert not asked(server)
        planned = called(tmp_path, "plan", "r.yaml")
        assert run.sql("select label, reason, goes_to from outcomes").rows() == [("undecided", "pending", None)]
        assert run.sql("select outcome from traces").rows() == [("ok",)]
        assert run.sql("select pending, answer_undecided from funnel").rows() == [(1, 0)]
        assert planned.exit_code == 0, planned.output
        assert "the first prompt (check, en)" in planned.stdout
        run = checked(tmp_path, server)
        assert run.sql("select label from outcomes").rows() == [("good",)]
        assert len(asked(server)) == 1


def test_one_pair_is_paid_for_once_whoever_asks(tmp_path: Path) -> None:
    same = [(f"Who sold the shares of q2? ({number})", *QUESTIONS[2][1:]) for number in range(5)]
    corpus(tmp_path, same)

    def answer(request: dict[str, Any], nth: int) -> Reply:
        return reply(RIGHT) if request["model"] == "j" else reply("\\boxed{the insurer Ping An}", THOUGHT)

    with ChatServer(answer, latency=0.05) as server:
        run = checked(tmp_path, server)
        assert len(asked(server)) == 1
    assert run.sql("select count(*), count(distinct key) from calls where purpose = 'check'").rows() == [(5, 1)]
    assert run.sql("select distinct reason from checks").rows() == [("judged_right",)]


@pytest.mark.parametrize(
    ("structured", "kind"), [("none", None), ("json_object", "json_object"), ("json_schema", "json_schema")]
)
def test_a_server_is_held_to_the_form_as_far_as_it_can_be(tmp_path: Path, structured: str, kind: str | None) -> None:
    corpus(tmp_path, QUESTIONS[2:3])
    with ChatServer(scripted(lambda request, nth: reply(RIGHT))) as server:
        checked(tmp_path, server, judge={"structured": structured})
        (request,) = (said for seen in server.seen if (said := seen.json())["model"] == "j")
    assert (request.get("response_format") or {}).get("type") == kind
    assert request["temperature"] == 0


def test_an_option_s_letter_goes_to_the_judge_with_its_text(tmp_path: Path) -> None:
    row = {"q": "Which?", "g": "B", "o": {"A": "cash", "B": "bonds"}}
    (tmp_path / "q.jsonl").write_text(json.dumps(row), "utf-8")

    def answer(request: dict[str, Any], nth: int) -> Reply:
        return reply(WRONG) if request["model"] == "j" else reply("\\boxed{some kind of fixed-interest paper}", THOUGHT)

    models = {
        name: {"model": model, "base_url": "http://localhost:1"} for name, model in (("teacher", "m"), ("judge", "j"))
    }
    with ChatServer(answer) as server:
        models = {name: {**model, "base_url": server.base_url} for name, model in models.items()}
        path = recipe(
            tmp_path,
            server.base_url,
            source={"columns": {"question": "q", "gold": "g", "options": "o"}},
            models=models,
            check={"by": ["rules", "judge"]},
        )
        execute(load_recipe(path), tmp_path / "runs" / "r")
        (prompt,) = asked(server)
    assert "<reference>\nB. bonds\n</reference>" in prompt


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"by": ["judge"]}, "rules come first"),
        ({"by": []}, "check.by"),
        ({"by": ["rules", "juge"]}, "no model is called 'juge'; did you mean 'judge'?"),
        ({"preset": "finreson"}, "preset"),
        ({"tolerence": 0.01}, "did you mean 'tolerance'?"),
        ({"tolerance": 1}, "less than 1"),
        ({"percent_sign": "maybe"}, "percent_sign"),
    ],
)
def test_a_wrong_check_is_told_with_what_is_allowed(tmp_path: Path, check: dict[str, Any], said: str) -> None:
    models = {name: {"model": "m", "base_url": "http://localhost:1"} for name in ("teacher", "judge")}
    with pytest.raises(UserError, match=r"r\.yaml:\d+") as caught:
        load_recipe(recipe(tmp_path, "http://localhost:1", models=models, check=check))
    assert said in str(caught.value)


def test_a_preset_is_where_policies_start(tmp_path: Path) -> None:
    path = recipe(tmp_path, "http://localhost:1", check={"preset": "finreason", "tolerance": 0.02})
    policy = load_recipe(path).check.policy
    assert policy.tolerance == 0.02
    assert (policy.rounding, policy.fractions) == (False, False)
    assert load_recipe(recipe(tmp_path, "http://localhost:1")).check.policy == DEFAULT
    for name, preset in PRESETS.items():
        assert load_recipe(recipe(tmp_path, "http://localhost:1", check={"preset": name})).check.policy == preset
