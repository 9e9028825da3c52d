"""The live view of a run as it is drawn for terminals of many sizes, the rates, and the tally behind it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from curate.chat.budget import Limit, Spent
from curate.chat.client import Pulse
from curate.chat.running import Busy, Meter
from curate.moment import Failure, Moment, Outcomes, Tally
from curate.terminal.live import View
from curate.terminal.rates import Rates, whole_cost

_TOO_LONG = "您的请求过长：本模型最多接受七个标记，\x1b[2J请缩短后重试。 " * 5

MODELS = (
    Busy("teacher", "https://teacher.invalid/v1 deepseek-reasoner", 96, 128, 12, 48.23),
    Busy("评判推理质量的大模型之一", "vllm:Qwen/Qwen2.5-72B-Instruct@main", 0, 8),
    Busy("student", "http://localhost:8000/v1 qwen2.5-1.5b", 4, 64, 0, 1.2, held=True),
)
OUTCOMES = Outcomes(
    places={
        "sft": {"all_criteria": 1204},
        "rl": {"number_differs": 200, "criteria_failed": 90, "label_differs": 20, "near_miss": 1},
        "rejects": {"criteria_failed": 400, "truncated": 210, "near_miss": 89},
        "waiting": {"pending": 90},
    },
    waiting=90,
    usd=50.0,
    failures=(
        Failure(
            "财务问答:某某公司二〇二三年年度报告第十七页", "distil", f"HTTP 400 from https://x.invalid/v1: {_TOO_LONG}"
        ),
        Failure("finqa:ADI/2009/page_49.pdf-1", "judge", "it broke off\nthe connection \x1b[2J\x07"),
        Failure("cflue:9\u202e", "check", "HTTP 503 from vllm:Qwen@main --dtype half: overloaded"),
    ),
)


def pulse(answered: int = 0, **more: Any) -> Pulse:
    meter = Meter(kept=310, answered=4100 + answered, failed=3, refused=12, tokens=answered * 2000)
    usual = Pulse(meter, MODELS, Spent(9000, 9_000_000, 112.3), Limit(usd=400.0), None, "")
    return replace(usual, **more)


def told(seconds: int = 20, **more: Any) -> View:
    """A view after so many seconds of ten questions and eight calls each."""
    rates, moment = Rates(), Moment("curating")
    for second in range(seconds):
        moment = Moment("curating", 2194 + second * 10, 10_000, pulse(second * 8, **more), OUTCOMES)
        rates.add(moment, 1000.0 + second)
    return View(moment, rates)


def drawn(view: View, width: int, height: int) -> list[str]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(width=width, height=height, force_terminal=True, record=True, file=nowhere)
        console.print(view)
        return console.export_text(styles=False).splitlines()


@pytest.mark.parametrize("width", [160, 121, 120, 119, 80, 60, 50, 24, 9, 1])
@pytest.mark.parametrize("height", [50, 24, 10, 4, 1])
def test_no_line_is_wider_and_nothing_taller_than_the_terminal(width: int, height: int) -> None:
    lines = drawn(told(), width, height)
    assert all(cell_len(one) <= width for one in lines)
    assert len(lines) <= max(height, 3) - 1  # a line is left for the cursor
    assert not {one for one in "".join(lines) if one in "\x1b\x07\u202e\n\r"}


def test_eighty_columns_tell_it_line_by_line() -> None:
    assert [one.rstrip() for one in drawn(told(), 80, 24)] == [
        "curating questions  ━━━━━────────────────  2,384 of 10,000  10.0/s  0:12:42 left",
        "calls           8.0/s · 16,000 tokens/s · 4,252 answered · 3 failed · 310 from …",
        "teacher         96 of 128 in flight · median 48.2 s · 12 × 429 · https://teache…",
        "评判推理质量 …  0 of 8 in flight · vllm:Qwen/Qwen2.5-72B-Instruct@main",
        "student         4 of 64 in flight · median 1.2 s · paused · http://localhost:80…",
        "cost            ━━━───────  $112.30 of $400.00 · in all ~$280.26",
        "sft                 1,204   52%  all_criteria 1,204",
        "rl                    311   13%  number_differs 200, criteria_failed 90, label_…",
        "rejects               699   30%  criteria_failed 400, truncated 210, near_miss …",
        "waiting                90    4%  pending 90",
        "failed          财务问答:某某公司二〇二…  distil  HTTP 400: 您的请求过长：本模 …",
        "                finqa:ADI/2009/page_49.…  judge  it broke off the connection ␛[…",
        "                cflue:9\ufffd  check  HTTP 503: overloaded",
        "",
    ]


def test_a_wide_terminal_has_calls_beside_outcomes_and_failures_over_both() -> None:
    lines = drawn(told(), 160, 50)
    for place, one in zip(OUTCOMES.places, lines[1:5], strict=True):
        left, _, right = one.partition(f"  {place}  ")
        assert cell_len(left) <= 78
        assert cell_len(one) - cell_len(right) - len(place) - 2 == 80
    assert "number_differs 200, criteria_failed 90, label" in lines[2]
    assert lines[6].startswith("failed")
    assert len(lines) == 10


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"meter": Meter(starting=("org/model",))}, "starting        the server of org/model"),
        ({"stopped": "no_calls"}, "calls      none is sent; 310 from the journal"),
        (
            {"stopped": "interrupted", "detail": "by Ctrl-C"},
            "stopping        100 calls in flight are waited for: by Ctrl-C",
        ),
        ({"budget": Limit(usd=150.0)}, "$112.30 of $150.00 · in all ~$280.26, over budget"),
        ({"budget": Limit()}, "cost            $112.30 · in all ~$280.26"),
        ({"budget": Limit(), "total": Spent(9, 900, 0.0)}, "sft"),
        ({"budget": Limit(tokens=18_000_000)}, "all tokens      ━━━━━─────  9,000,000 of 18,000,000"),
        ({"budget": Limit(calls=9000)}, "all calls       ━━━━━━━━━━  9,000 of 9,000"),
    ],
)
def test_what_the_calls_are_about(more: dict[str, Any], said: str) -> None:
    lines = drawn(told(**more), 80, 24)
    assert any(said in one for one in lines), lines
    assert any(one.startswith(("cost", "all")) for one in lines) == (
        "$" in said or "all " in said or "starting" in said or "stopping" in said
    )


def test_a_run_without_models_tells_its_outcomes_alone() -> None:
    rates, moment = Rates(), Moment("curating", 0, 40, None, replace(OUTCOMES, failures=()))
    rates.add(moment, 7.0)
    lines = drawn(View(moment, rates), 160, 24)
    assert [one.split()[0] for one in lines[:-1]] == ["curating", "sft", "rl", "rejects", "waiting"]
    assert lines[1].startswith("sft")


def test_a_stage_that_counts_nothing_tells_how_long_it_takes() -> None:
    rates = Rates()
    for second in (0.0, 75.0):
        rates.add(Moment("tables"), 50.0 + second)
    assert [one.rstrip() for one in drawn(View(Moment("tables"), rates), 80, 24)] == [
        "building scores.duckdb  0:01:15",
        "",
    ]


def test_rates_are_of_the_last_seconds_and_of_one_stage() -> None:
    rates = Rates()
    for second in range(100):
        rates.add(Moment("reading", second * (1 if second < 50 else 3)), float(second))
    assert rates.done == pytest.approx(3)
    last = Moment("curating", 5, 50)
    rates.add(last, 100.0)
    assert (rates.done, rates.left(last), rates.elapsed) == (0.0, None, "0:00:00")
    rates.add(replace(last, done=15), 110.0)
    assert (rates.done, rates.left(replace(last, done=15)), rates.elapsed) == (1.0, "0:00:35", "0:00:10")
    assert rates.left(replace(last, total=None)) is None


@pytest.mark.parametrize(
    ("moment", "usd"),
    [
        (Moment("curating", 110, 1000, pulse(), replace(OUTCOMES, usd=2.0)), 112.3 + 98.0),
        (Moment("curating", 99, 1000, pulse(), OUTCOMES), None),
        (Moment("curating", 110, 1000, pulse(stopped="budget"), OUTCOMES), None),
        (Moment("curating", 110, None, pulse(), OUTCOMES), None),
        (Moment("curating", 110, 1000, None, OUTCOMES), None),
        (Moment("curating", 110, 1000, pulse()), None),
    ],
)
def test_the_whole_cost_is_projected_from_what_does_not_wait(moment: Moment, usd: float | None) -> None:
    assert whole_cost(moment) == pytest.approx(usd)


def test_a_tally_gives_copies_and_keeps_the_last_failures() -> None:
    tally = Tally.of("right", "wrong", "waiting")
    tally.add("right", "equal", 0.5)
    before = tally.outcomes()
    tally.add("waiting", "pending")
    for number in range(5):
        tally.fail(Failure(f"q:{number}", "distil", "no"))
    after = tally.outcomes()
    assert before == Outcomes({"right": {"equal": 1}, "wrong": {}, "waiting": {}}, 0, 0.5)
    assert (after.waiting, [one.question_id for one in after.failures]) == (1, ["q:2", "q:3", "q:4"])
