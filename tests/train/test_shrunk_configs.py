"""Every config trains: two steps of its own way, shrunk to a model that does not exist yet and made-up sums."""

import json
from pathlib import Path

import pytest

import curate
from train.config import load, shipped
from train.grpo import run_grpo
from train.sft import run_sft
from train.spec import GrpoSpec

TRAININGS = [name for name in shipped() if name.endswith(("-sft", "-grpo"))]
# What a processor and two steps ask for; all else stays as the config has it.
SHRUNK = (
    *('model=""', "new={layers: 1, hidden: 16, heads: 2, vocabulary: 300, context: 32768}", "dtype=float32"),
    *("devices=1", "limit=12", "trainer.use_cpu=true", "trainer.bf16=false", "trainer.max_steps=2"),
    *("trainer.per_device_train_batch_size=2", "trainer.gradient_accumulation_steps=2", "trainer.logging_steps=1"),
)
SFT = ("trainer.eval_strategy='no'", "trainer.load_best_model_at_end=false")
GRPO = (
    "trainer.use_vllm=false",
    "trainer.num_generations=2",
    "trainer.max_completion_length=8",
    "trainer.steps_per_generation=2",
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up sums, curated once."""
    return curate.run("tiny", tmp_path_factory.mktemp("runs") / "tiny").path


@pytest.mark.parametrize("name", TRAININGS)
def test_two_steps(name: str, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    grpo = name.endswith("-grpo")
    own = load(name)
    spec = load(name, [*SHRUNK, *(GRPO if grpo else SFT), f"data={tiny}"])
    folder = run_grpo(spec) if isinstance(spec, GrpoSpec) else run_sft(spec)
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert (record["steps"], record["finished"]) == (2, True)
    assert record["settings"]["learning_rate"] == own.trainer["learning_rate"]
    assert (folder / "model" / "tokenizer.json").is_file()
    assert (folder / "adapter").is_dir() == (own.lora is not None)
