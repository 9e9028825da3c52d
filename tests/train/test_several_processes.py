"""Two processes on a processor train as one does with batches of twice the size: the same rows, the same losses, one
record. What accelerate adds on GPUs (FSDP) no processor can show."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from train.config import load
from train.sft import run_sft
from train.spec import SftSpec

_SETTINGS = ("limit=32", "trainer.max_steps=3", "trainer.logging_steps=1", "new={layers: 1, hidden: 16}")


def losses(folder: Path) -> list[float]:
    curves = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return [entry["loss"] for entry in curves if "loss" in entry]


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.timeout(240)
def test_two_processes_are_one_training(tiny_run: Path, tmp_path: Path) -> None:
    one = load("tiny-cpu-sft", [*_SETTINGS, f"data={tiny_run}", f"out={tmp_path / 'one'}"])
    assert isinstance(one, SftSpec)
    run_sft(one)
    launched = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    half = ("devices=2", "trainer.per_device_train_batch_size=8", f"data={tiny_run}", f"out={tmp_path / 'two'}")
    ran = subprocess.run(
        [*launched, "-m", "train", "sft", "tiny-cpu-sft", *_SETTINGS, *half],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("32 to train on") == 1, "only the first process speaks"
    single, several = record(tmp_path / "one"), record(tmp_path / "two")
    assert (single["processes"], several["processes"]) == (1, 2)
    for key in ("steps", "epochs", "tokens_seen"):
        assert single[key] == several[key]
    assert single["data"]["digest"] == several["data"]["digest"]
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-3)
