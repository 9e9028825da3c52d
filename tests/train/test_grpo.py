"""GRPO from the config to the model: its reference is the SFT model, and real rewards raise accuracy."""

import json
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

import train.grpo
from curate.errors import UserError
from tests.train.tiny import grpo_spec
from train.grpo import run_grpo

BRIEF = (
    *("trainer.max_steps=3", "trainer.logging_steps=1", "trainer.save_strategy='no'", "trainer.beta=0.1"),
    *("trainer.per_device_train_batch_size=16", "trainer.num_generations=4", "trainer.learning_rate=1.0e-3"),
)


def entries(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return [entry for entry in found if "reward" in entry]


@pytest.mark.parametrize("adapter", [False, True], ids=["all weights", "adapter"])
def test_the_reference_is_the_model_that_sft_made(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, adapter: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FinReason's was the base model: its divergence was 1.8 in the first line of its log."""
    kept: list[Any] = []

    class Kept(train.grpo.GRPOTrainer):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            kept.append(self)

    monkeypatch.setattr(train.grpo, "GRPOTrainer", Kept)
    more = ("lora={rank: 4}", "trainer.learning_rate=1.0e-2") if adapter else ()
    folder = run_grpo(grpo_spec(tmp_path / "grpo", tiny_run, tiny_sft / "model", *BRIEF, *more))
    divergence = [entry["kl"] for entry in entries(folder)]
    assert divergence[0] == pytest.approx(0, abs=1e-6)
    assert divergence[-1] > 1e-5
    [trainer] = kept
    ids, mask = torch.arange(5, 45)[None], torch.ones(1, 40, dtype=torch.long)
    taught = AutoModelForCausalLM.from_pretrained(tiny_sft / "model", dtype="float32").eval()
    trainer.model.eval()
    with torch.no_grad():
        if adapter:
            assert trainer.ref_model is None
            with trainer.model.disable_adapter():
                found = log_probabilities(trainer, trainer.model, ids, mask)
        else:
            found = log_probabilities(trainer, trainer.ref_model, ids, mask)
        expected = taught(input_ids=ids).logits.log_softmax(-1)[:, :-1].gather(2, ids[:, 1:, None])[..., 0]
    torch.testing.assert_close(found, expected[:, -20:], rtol=1e-4, atol=1e-4)


def log_probabilities(trainer: Any, model: Any, ids: Any, mask: Any) -> Any:
    """What TRL takes for the divergence: of the last twenty tokens."""
    return trainer._get_per_token_logps_and_entropies(model, ids, mask, 20)[0]


def test_real_rewards_raise_accuracy(tmp_path: Path, tiny_run: Path, tiny_sft: Path) -> None:
    """Of what is sampled; tests/bench/tiny_training.py tells how far that reaches on questions held out."""
    settings = ("trainer.max_steps=45", "trainer.logging_steps=5", "trainer.save_strategy='no'")
    log = entries(run_grpo(grpo_spec(tmp_path / "grpo", tiny_run, tiny_sft / "model", *settings)))
    right = [entry["accuracy"] for entry in log]
    assert mean(right[-3:]) > mean(right[:3]) + 0.05


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("trainer.num_generations=3",), "no multiple of trainer.num_generations"),
        (("trainer.use_vllm=true",), "trainer.use_vllm: vLLM generates on a GPU"),
        (("trainer.lr_scheduler_type=cosin",), "TRL cannot begin with this config"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, settings: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        run_grpo(grpo_spec(tmp_path / "x", tiny_run, tiny_sft / "model", *settings))
