"""Curves: the log step by step, once each, and a picture whose bytes depend on the numbers alone."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from train.recorded.curves import draw, history, series

PIXELS = 1000  # a picture's width
LOG = [
    {"loss": 2.0, "grad_norm": 1.5, "learning_rate": 1e-5, "epoch": 0.5, "step": 1},
    {"loss": 1.0, "grad_norm": math.nan, "learning_rate": 5e-6, "epoch": 1.0, "step": 2},
    {"eval_loss": 1.25, "epoch": 1.0, "step": 2},
    {"train_runtime": 3.0, "train_loss": 1.5, "epoch": 1.0, "step": 2},
]
GRPO: list[dict[str, Any]] = [
    {
        **{"step": step, "reward": step / 10, "reward_std": 0.2, "accuracy": 0.5, "format_rate": 1.0, "kl": 0.01},
        **{"undecided_rate": 0.1, "groups_without_signal": 0.25, "completions/mean_length": 90.5, "entropy": 0.6},
    }
    for step in range(1, 6)
]


def size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_a_step_that_was_logged_twice_counts_once_and_as_the_resumed_run_logged_it() -> None:
    resumed = [*LOG[:2], {"loss": 0.9, "epoch": 1.0, "step": 2}, *LOG[2:], {"loss": 0.5, "epoch": 1.5, "step": 3}]
    found = history(resumed)
    assert series(found, "loss") == [(1, 2.0), (2, 0.9), (3, 0.5)]
    assert series(found, "eval_loss") == [(2, 1.25)]
    assert series(found, "train_loss") == [(2, 1.5)]


def test_the_log_is_as_it_was_but_for_numbers_that_json_has_not() -> None:
    found = history(LOG)
    assert found == [LOG[0], {**LOG[1], "grad_norm": None}, LOG[2], LOG[3]]
    assert history([{"step": 1, "loss": math.inf, "reward": -math.inf}]) == [{"step": 1, "loss": None, "reward": None}]
    json.dumps(found, allow_nan=False)
    assert history([]) == []


@pytest.mark.parametrize(("method", "log", "rows"), [("sft", LOG, 2), ("grpo", GRPO, 4)])
def test_a_picture_has_a_panel_for_each_measure_and_the_same_numbers_give_the_same_bytes(
    tmp_path: Path, method: Any, log: list[dict[str, Any]], rows: int
) -> None:
    draw(history(log), method, tmp_path / "a.png")
    draw(history(json.loads(json.dumps(history(log)))), method, tmp_path / "b.png")
    picture = (tmp_path / "a.png").read_bytes()
    assert picture == (tmp_path / "b.png").read_bytes()
    width, height = size(picture)
    assert width == PIXELS
    assert height == rows * 290
    assert b"tEXt" not in picture


def test_other_numbers_give_another_picture(tmp_path: Path) -> None:
    draw(history(LOG), "sft", tmp_path / "a.png")
    draw(history([{**LOG[0], "loss": 1.9}, *LOG[1:]]), "sft", tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_what_was_not_logged_has_no_panel(tmp_path: Path) -> None:
    some = [{name: one[name] for name in ("step", "reward", "accuracy", "format_rate")} for one in GRPO]
    draw(history(some), "grpo", tmp_path / "a.png")
    assert size((tmp_path / "a.png").read_bytes())[1] == 2 * 290
    draw(history([{"step": 1, "reward": math.nan}]), "grpo", tmp_path / "none.png")
    draw([], "sft", tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
