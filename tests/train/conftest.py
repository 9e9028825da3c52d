"""What the tests of trainings share: a tiny run, a tiny model that SFT has taught something, and the command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import curate
from tests.conftest import ROOT
from tests.train.tiny import sft_spec
from train.sft import run_sft

Training = Callable[..., "subprocess.Popen[str]"]

torch.set_num_threads(1)  # two that wait for each other are many times slower for models this small


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe `tiny`, curated once."""
    return curate.run("tiny", tmp_path_factory.mktemp("runs") / "tiny").path


@pytest.fixture(scope="session")
def tiny_sft(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path) -> Path:
    """The folder of tiny-cpu-sft, trained for as long as it takes to get some held-out questions right."""
    folder = tmp_path_factory.mktemp("trained") / "sft"
    return run_sft(sft_spec(folder, tiny_run, "trainer.max_steps=200", "trainer.save_strategy='no'"))


@pytest.fixture
def training(tmp_path: Path) -> Training:
    """Starts `python -m train ...` as its own process in tmp_path, without a terminal."""

    def start(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "train", *arguments],
            cwd=tmp_path,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start
