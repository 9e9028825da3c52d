"""The tiny demonstration, for tests and the benchmark: its configs, and how many held-out questions a model gets right.

accuracy(Path("trained/tiny-cpu-sft/model"), held_out(Path("runs/tiny")))  ->  0.71
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from judges.answers import grade
from train.config import load
from train.data import read_rows
from train.rewards import Rewards, question_of
from train.spec import GrpoSpec, SftSpec
from train.text.template import prepared, prompt_text

Row = Mapping[str, Any]
LONGEST = 64  # tokens of an answer, as in tiny-cpu-grpo


def sft_spec(folder: Path, run: Path, *settings: str, seed: int = 0) -> SftSpec:
    """tiny-cpu-sft on a run, into a folder; settings come last."""
    spec = load("tiny-cpu-sft", [f"data={run}", f"out={folder}", f"new.seed={seed}", f"trainer.seed={seed}", *settings])
    assert isinstance(spec, SftSpec)
    return spec


def grpo_spec(folder: Path, run: Path, model: Path, *settings: str, seed: int = 0) -> GrpoSpec:
    """tiny-cpu-grpo on a run, from a model, into a folder."""
    spec = load("tiny-cpu-grpo", [f"data={run}", f"out={folder}", f"model={model}", f"trainer.seed={seed}", *settings])
    assert isinstance(spec, GrpoSpec)
    return spec


def held_out(run: Path) -> list[Row]:
    """The validation rows of both configs, which neither training sees."""
    somewhere = Path("unused")
    specs = (sft_spec(somewhere, run), grpo_spec(somewhere, run, somewhere))
    return [row for spec in specs for row in read_rows(spec).validation or ()]


def accuracy(model: Path, rows: Sequence[Row]) -> float:
    """The share of rows that the model, always taking the likeliest token, answers right by the check of curate."""
    spec = grpo_spec(Path("unused"), Path("unused"), model)
    tokenizer = AutoTokenizer.from_pretrained(model)
    template = prepared(tokenizer, spec.template)
    rewards = Rewards(spec, tokenizer, template)
    texts = [prompt_text(tokenizer, row["prompt"], spec.template) for row in rows]
    answers = [rewards.decoded(ids)[0] for ids in _answers(model, tokenizer, texts)]
    verdicts = [grade(answer, question_of(row)) for answer, row in zip(answers, rows, strict=True)]
    return sum(verdict.value is True for verdict in verdicts) / len(rows)


@torch.no_grad()
def _answers(model: Path, tokenizer: Any, prompts: Sequence[str]) -> list[list[int]]:
    """The likeliest answers, each as far as the end of its turn."""
    loaded = AutoModelForCausalLM.from_pretrained(model, dtype="float32").eval()
    tokenizer.padding_side = "left"
    batch = tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=False)
    found = loaded.generate(
        **{name: batch[name] for name in ("input_ids", "attention_mask")},
        max_new_tokens=LONGEST,
        do_sample=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return [ids.tolist() for ids in found[:, batch["input_ids"].shape[1] :]]
