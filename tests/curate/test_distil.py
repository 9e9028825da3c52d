"""A model as the teacher: what it is asked, how often, and what its replies become."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from curate.execute import execute
from curate.recipe import load_recipe
from curate.runs import Run
from tests.curate.teaching import corpus, digests, number_of, recipe, solve, spoken
from tests.doubles.chat_answers import Answer, Script, answer_of, error, reply
from tests.doubles.chat_server import ChatServer


def distilled(folder: Path, script: Script, count: int = 1, language: str = "en", **keys: Any) -> tuple[Run, list[Any]]:
    """A run over `count` questions, and the requests that it sent."""
    corpus(folder, count, language=language)
    with ChatServer(script) as server:
        run = execute(load_recipe(recipe(folder, server.base_url, **keys)), folder / "runs" / "r")
        return run, [seen.json() for seen in server.seen]


def only(run: Run, query: str) -> dict[str, Any]:
    rows = run.sql(query).to_dicts()
    assert len(rows) == 1, rows
    found: dict[str, Any] = rows[0]
    return found


@pytest.mark.parametrize(
    ("language", "before", "directive"),
    [
        (
            "en",
            "Question: With revenue 100 growth",
            "Please reason step by step, and put your final answer within \\boxed{}.",
        ),
        ("zh", "问题：某公司营业收入100", "请一步步推理，并将最终答案放在 \\boxed{} 中。"),
    ],
)
def test_a_teacher_is_asked_as_deepseek_r1s_card_says(
    tmp_path: Path, language: str, before: str, directive: str
) -> None:
    run, requests = distilled(tmp_path, solve, language=language)
    (request,) = requests
    (message,) = request.pop("messages")
    assert request == {"model": "m", "temperature": 0.6, "top_p": 0.95, "max_tokens": 32_768}
    assert message["role"] == "user"
    assert message["content"].startswith(before)
    assert message["content"].endswith(f"\n\n{directive}")
    assert run.sql("select label, reason, goes_to from outcomes").rows() == [("good", "all_criteria", "sft")]
    (row,) = run.dataset("sft").to_list()
    assert row["prompt"] == [message]


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        ({"temperature": None}, {"top_p": 0.95, "max_tokens": 32_768}),
        ({"temperature": None, "top_p": None, "max_tokens": None}, {}),
        (
            {"max_tokens": None, "max_completion_tokens": 9, "chat_template_kwargs": {"thinking": True}},
            {
                "temperature": 0.6,
                "top_p": 0.95,
                "max_completion_tokens": 9,
                "chat_template_kwargs": {"thinking": True},
            },
        ),
        ({"temperature": 0, "top_k": 20}, {"temperature": 0.0, "top_p": 0.95, "max_tokens": 32_768, "top_k": 20}),
    ],
)
def test_sampling_overrides_a_default_removes_it_or_goes_through(
    tmp_path: Path, sampling: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    _, requests = distilled(tmp_path, solve, teacher={"sampling": sampling})
    assert [{name: value for name, value in one.items() if name not in ("model", "messages")} for one in requests] == [
        said
    ]


@pytest.mark.parametrize(
    ("way", "last", "beside"),
    [
        ("continue", {}, {"continue_final_message": True, "add_generation_prompt": False}),
        ("prefix", {"prefix": True}, {}),
    ],
)
def test_an_opening_think_is_written_for_the_model(
    tmp_path: Path, way: str, last: Mapping[str, Any], beside: Mapping[str, Any]
) -> None:
    whole = solve({"messages": [{"content": "revenue 100 growth 10"}]})["choices"][0]["message"]
    inline = reply(f"{whole['reasoning_content']}\n</think>\n\n{whole['content']}")
    run, requests = distilled(tmp_path, lambda request, nth: inline, teacher={"open_think": way})
    (request,) = requests
    user, opened = request.pop("messages")
    assert user["role"] == "user"
    assert opened == {"role": "assistant", "content": "<think>\n", **last}
    default = {"model": "m", "temperature": 0.6, "top_p": 0.95, "max_tokens": 32_768}
    assert request == {**default, **beside}
    trace = only(run, "from traces")
    assert (trace["reasoning"], trace["answer"]) == (whole["reasoning_content"], whole["content"])
    assert only(run, "from outcomes")["label"] == "good"


def test_every_sample_is_a_trace_and_the_first_good_one_is_chosen(tmp_path: Path) -> None:
    off = {0: 5.0, 1: 0.0, 2: 7.0, 3: 0.0}  # by the order of asking
    run, requests = distilled(
        tmp_path, lambda request, nth: solve(request, off=off[nth]), distil={"samples": 4}, teacher={"concurrency": 1}
    )
    assert len(requests) == 4
    assert all(request == requests[0] for request in requests)
    traces = run.sql(
        "select t.sample, t.attempt, c.value from traces t join checks c using (question_id, sample, attempt)"
    )
    assert sorted(traces.rows()) == [(0, 0, False), (1, 0, True), (2, 0, False), (3, 0, True)]
    outcome = only(run, "from outcomes")
    assert (outcome["label"], outcome["sample"], outcome["attempt"]) == ("good", 1, 0)
    assert run.sql("select sample, count(*) from calls group by all order by all").rows() == [(n, 1) for n in range(4)]
    (row,) = run.dataset("sft").to_list()
    assert "110" in row["completion"][0]["content"]


def test_a_wrong_trace_is_tried_again_until_one_is_right(tmp_path: Path) -> None:
    run, requests = distilled(
        tmp_path, lambda request, nth: solve(request, off=3.0 if nth < 2 else 0.0), distil={"attempts": 5}
    )
    assert len(requests) == 3
    traces = run.sql(
        "select attempt, value, reason from traces join checks using (question_id, sample, attempt)"
    ).rows()
    assert traces == [(0, False, "number_differs"), (1, False, "number_differs"), (2, True, "equal")]
    outcome = only(run, "from outcomes")
    assert (outcome["label"], outcome["goes_to"], outcome["attempt"]) == ("good", "sft", 2)
    assert run.sql("select answer_right, answer_wrong, sft from funnel").rows() == [(1, 0, 1)]


def test_a_right_answer_with_poor_reasoning_is_tried_again_too(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> dict[str, Any]:
        poor = reply("The revenue of the next year is \\boxed{110}", "It is 110.")
        return solve(request) if nth else poor

    run, requests = distilled(tmp_path, script, distil={"attempts": 3})
    assert len(requests) == 2
    assert run.sql("select value from checks").rows() == [(True,), (True,)]
    assert only(run, "from outcomes")["attempt"] == 1


def test_attempts_end_at_their_number_and_a_wrong_answer_goes_to_rl(tmp_path: Path) -> None:
    run, requests = distilled(tmp_path, lambda request, nth: solve(request, off=3.0), distil={"attempts": 3})
    assert len(requests) == 3
    outcome = only(run, "from outcomes")
    assert (outcome["label"], outcome["reason"], outcome["goes_to"]) == ("bad", "number_differs", "rl")
    assert (outcome["attempt"], outcome["detail"]) == (2, "113 against 110")


@pytest.mark.parametrize(
    ("kind", "tries", "reason"),
    [
        ("refusal", 3, "refusal"),
        ("empty_answer", 3, "empty_answer"),
        ("filtered", 1, "filtered"),
        ("truncated", 1, "truncated"),
    ],
)
def test_a_reply_without_a_trace_is_undecided_by_name(tmp_path: Path, kind: str, tries: int, reason: str) -> None:
    run, requests = distilled(tmp_path, lambda request, nth: spoken(kind), distil={"attempts": 3})
    assert len(requests) == tries
    outcome = only(run, "from outcomes")
    assert (outcome["label"], outcome["reason"], outcome["goes_to"]) == ("undecided", reason, "rejects")
    assert run.sql("select distinct outcome from traces").rows() == [(kind,)]
    assert run.sql("select distinct outcome from calls").rows() == [(kind,)]
    assert run.sql("select value, reason from checks").rows() == [(None, reason)] * tries
    assert run.sql("select answer_undecided, answer_wrong, rejects from funnel").rows() == [(1, 0, 1)]


def test_a_right_answer_without_reasoning_is_undecided(tmp_path: Path) -> None:
    run, requests = distilled(tmp_path, lambda request, nth: reply("\\boxed{110}"), distil={"attempts": 2})
    assert len(requests) == 2
    outcome = only(run, "from outcomes")
    assert (outcome["label"], outcome["reason"], outcome["attempt"]) == ("undecided", "empty_reasoning", 1)


def test_azures_filter_speaks_by_an_error_and_is_kept(tmp_path: Path) -> None:
    corpus(tmp_path, 1)
    with ChatServer(lambda request, nth: error(400, "It was filtered", code="content_filter")) as server:
        loaded = load_recipe(recipe(tmp_path, server.base_url, distil={"attempts": 3}))
        for _ in range(2):
            run = execute(loaded, tmp_path / "runs" / "r")
            assert only(run, "from outcomes")["reason"] == "filtered"
            assert server.totals["requests"] == 1


def test_one_more_attempt_is_asked_for_only_where_the_first_was_wrong(tmp_path: Path) -> None:
    corpus(tmp_path, 4)
    with ChatServer(lambda request, nth: solve(request, off=0.0 if nth or number_of(request) else 9.0)) as server:
        for attempts, requests in ((1, 4), (3, 5), (3, 5), (1, 5)):
            loaded = load_recipe(recipe(tmp_path, server.base_url, distil={"attempts": attempts}))
            run = execute(loaded, tmp_path / "runs" / "r")
            assert server.totals["requests"] == requests
            assert run.sql("select count(*) from calls").item() == (4 if attempts == 1 else 5)
            assert run.sql("from outcomes where label = 'bad'").height == (1 if attempts == 1 else 0)


def test_samples_that_come_back_in_any_order_make_the_same_tables_as_a_rerun(tmp_path: Path) -> None:
    corpus(tmp_path, 6)

    def script(request: dict[str, Any], nth: int) -> Answer:
        whole = answer_of(solve(request, off=5.0 if nth % 3 else 0.0), request)
        return Answer(200, whole.body, latency=0.2 / (nth + 1))  # the later it is asked, the earlier it is answered

    with ChatServer(script) as server:
        loaded = load_recipe(recipe(tmp_path, server.base_url, distil={"samples": 3, "attempts": 2}))
        cold = digests(execute(loaded, tmp_path / "runs" / "r").path)
        asked = server.totals["requests"]
        run = execute(loaded, tmp_path / "runs" / "r")
        assert server.totals["requests"] == asked > 18
    assert digests(run.path) == cold
    order = run.sql("select sample, attempt from calls where question_id = (select min(question_id) from calls)").rows()
    assert order == sorted(order)


def test_a_cut_off_trace_is_asked_for_once_more_with_more_tokens(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Any:
        return spoken("truncated") if request["max_tokens"] < 500 or number_of(request) == 1 else solve(request)

    run, requests = distilled(
        tmp_path, script, 3, distil={"longer": 500, "attempts": 2}, teacher={"sampling": {"max_tokens": 100}}
    )
    counts = sorted((number_of(request), request["max_tokens"]) for request in requests)
    assert counts == [(number, tokens) for number in range(3) for tokens in (100, 500)]
    calls = run.sql("select outcome, count(*) from calls group by all order by all").rows()
    assert calls == [("ok", 2), ("truncated", 4)]
    assert run.sql("select outcome, count(*) from traces group by all order by all").rows() == [
        ("ok", 2),
        ("truncated", 1),
    ]
    assert run.sql("select reason, count(*) from outcomes group by all order by all").rows() == [
        ("all_criteria", 2),
        ("truncated", 1),
    ]


def test_calls_carry_tokens_and_dollars_and_the_views_add_up(tmp_path: Path) -> None:
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 2000,
        "prompt_tokens_details": {"cached_tokens": 400},
        "completion_tokens_details": {"reasoning_tokens": 1500},
    }
    refused = Answer(400, b'{"error": {"message": "too long", "code": null}}')

    def script(request: dict[str, Any], nth: int) -> Any:
        number = number_of(request)
        return refused if number == 3 else solve(request, off=2.0 if number == 2 else 0.0, usage=usage, model="m-0528")

    price = {"input": 1.0, "output": 10.0, "cached": 0.5}
    run, _ = distilled(tmp_path, script, 4, teacher={"price": price}, distil={"attempts": 2})
    each = (600 * 1.0 + 400 * 0.5 + 2000 * 10.0) / 1e6
    good = only(run, "select c.* from calls c join outcomes o using (question_id) where goes_to = 'sft' limit 1")
    wanted = {
        "purpose": "distil",
        "outcome": "ok",
        "finish_reason": "stop",
        "answered_by": "m-0528",
        "fingerprint": "fp_test",
        "prompt_tokens": 1000,
        "completion_tokens": 2000,
        "reasoning_tokens": 1500,
        "cached_tokens": 400,
        "usd": pytest.approx(each),
        "error": None,
    }
    assert {name: good[name] for name in wanted} == wanted
    assert good["model"].endswith("/v1 m")
    assert len(good["key"]) == 32
    assert run.sql("select outcome, count(*), count(distinct key) from calls group by all order by all").rows() == [
        ("error", 1, 1),
        ("ok", 4, 4),
    ]
    cost = only(run, "from cost_per_row")
    assert (cost["calls"], cost["prompt_tokens"], cost["completion_tokens"], cost["kept_rows"]) == (5, 4000, 8000, 2)
    assert (cost["usd"], cost["usd_per_kept_row"]) == (pytest.approx(4 * each), pytest.approx(2 * each))
    funnel = only(run, "from funnel")
    assert {name: count for name, count in funnel.items() if count and name != "source"} == {
        "records": 4,
        "questions": 4,
        "failed": 1,
        "answer_right": 2,
        "answer_wrong": 1,
        "reasoning_good": 2,
        "sft": 2,
        "rl": 1,
        "rejects": 1,
    }
    assert (run.record["calls"]["answered"], run.record["calls"]["usd"]) == (4, pytest.approx(4 * each))
