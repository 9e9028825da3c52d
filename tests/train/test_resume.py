"""A rerun goes on: after kill -9, after Ctrl-C, after a half-written checkpoint; and only with what it began with."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.train.conftest import Training
from tests.train.tiny import grpo_spec, sft_spec
from train.grpo import run_grpo
from train.sft import run_sft

# Two epochs and a bit, so that the order of the rows in a later epoch has to come back as well.
SFT = ("trainer.max_steps=24", "trainer.save_steps=4", "trainer.logging_steps=1")
GRPO = (
    *("trainer.max_steps=9", "trainer.save_steps=2", "trainer.logging_steps=1", "limit=24"),
    *("trainer.per_device_train_batch_size=16", "trainer.num_generations=2", "trainer.max_completion_length=16"),
)


def curve(folder: Path) -> list[tuple[int, float]]:
    entries: list[dict[str, Any]] = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return [(int(entry["step"]), entry["loss"]) for entry in entries if "loss" in entry]


def wait_for(process: "subprocess.Popen[str]", folder: Path, steps: int) -> str:
    """Reads what the process says until it has logged so many steps."""
    assert process.stdout is not None
    said, logged = "", 0
    for line in process.stdout:
        said += line
        logged += "'loss'" in line
        if logged == steps:
            return said
    raise AssertionError(said)


def cut_and_gone_on(training: Training, folder: Path, said: tuple[str, ...], logged: int) -> str:
    """Kills a training once it has logged so many steps, starts it again, and returns what the second one said."""
    process = training(*said)
    wait_for(process, folder, logged)
    process.kill()
    process.communicate()
    assert not (folder / "record.json").exists()
    again = training(*said)
    out, _ = again.communicate(timeout=100)
    assert again.returncode == 0, out
    return out


def test_sft_goes_on_after_a_kill_as_if_there_had_been_none(tmp_path: Path, tiny_run: Path, training: Training) -> None:
    said = ("sft", "tiny-cpu-sft", f"data={tiny_run}", "out=cut", "new.seed=0", "trainer.seed=0", *SFT)
    out = cut_and_gone_on(training, tmp_path / "cut", said, 14)
    assert "goes on from step 12" in out
    whole = run_sft(sft_spec(tmp_path / "whole", tiny_run, *SFT))
    assert curve(tmp_path / "cut") == curve(whole)
    assert len(curve(whole)) == 24


def test_grpo_goes_on_after_a_kill_as_if_there_had_been_none(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, training: Training
) -> None:
    model = tiny_sft / "model"
    said = ("grpo", "tiny-cpu-grpo", f"data={tiny_run}", f"model={model}", "out=cut", "trainer.seed=0", *GRPO)
    out = cut_and_gone_on(training, tmp_path / "cut", said, 6)
    assert "goes on from step 6" in out or "goes on from step 4" in out
    whole = run_grpo(grpo_spec(tmp_path / "whole", tiny_run, model, *GRPO))
    assert curve(tmp_path / "cut") == curve(whole)
    assert len(curve(whole)) == 9
