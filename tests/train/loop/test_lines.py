"""The lines that a training prints: what they hold, and that they fit."""

from types import SimpleNamespace

import pytest

from curate.terminal.console import console
from train.loop.lines import Lines, told

GRPO = {
    "loss": 0.0016, "reward": 1.912, "accuracy": 0.9271, "format_rate": 0.985, "undecided_rate": 0.0156,
    "groups_without_signal": 0.6875, "kl": 0.00123, "completions/mean_length": 44.12, "learning_rate": 5e-4,
    "completions/min_length": 41.4, "epoch": 0.3,
}  # fmt: skip


@pytest.mark.parametrize("width", [80, 160])
def test_a_line_fits_the_terminal_and_tears_no_number_from_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    console.cache_clear()
    lines, state = Lines(), SimpleNamespace(global_step=5, max_steps=1_200, is_world_process_zero=True)
    lines.on_train_begin(None, SimpleNamespace(global_step=0), None)
    lines.on_log(None, state, None, GRPO)
    console.cache_clear()
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    for part in ("step 5 of 1,200", "reward 1.912", "groups without signal 0.6875", "tokens 44.12", "left"):
        assert any(part in line for line in said.splitlines())
    assert "loss" not in said


def test_the_summary_at_the_end_and_other_processes_have_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    state = SimpleNamespace(global_step=9, max_steps=9, is_world_process_zero=True)
    Lines().on_log(None, state, None, {"train_runtime": 3.2, "train_loss": 0.1})
    Lines().on_log(None, SimpleNamespace(**vars(state) | {"is_world_process_zero": False}), None, {"loss": 1.0})
    assert capsys.readouterr().out == ""
    assert list(told({"loss": 3.68412, "learning_rate": 0.0076})) == ["loss 3.684", "rate 0.0076"]
