"""Checkpoints: the last whole one, and the order of the rows after it.

last_checkpoint(Path("trained/x/checkpoints"))  ->  trained/x/checkpoints/checkpoint-400, or None
"""

import json
from math import ceil
from pathlib import Path
from typing import Any

import torch
from accelerate.data_loader import get_sampler
from transformers import TrainerCallback
from trl.trainer.utils import RepeatSampler

from train.settings import processes


def last_checkpoint(folder: Path) -> Path | None:
    """The last whole checkpoint; those that a kill left half-written are passed over, and written anew when the
    training gets there. trainer_state.json is what a process writes last of one."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    return next(filter(_whole, found), None)


def _whole(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return len(list(checkpoint.glob("rng_state*.pth"))) == (processes() or 1)


class AtTheEnd(Exception):
    """All steps were done before."""


class GoesOn(TrainerCallback):
    """What a training that goes on needs beside transformers' own: the rows in the order that they would have had, and
    no step too many.

    TRL 1.16's RepeatSampler (GRPO) draws the order of each epoch from a generator of its own, which begins anew: the
    third epoch would have the order of the first. Its GRPOTrainer counts batches from 0 again, and would take what it
    generates at once for other prompts than those. transformers 5 does one more step after the last."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer

    def on_train_begin(self, args: Any, state: Any, _control: Any, train_dataloader: Any = None, **_: Any) -> None:
        """Draws, and forgets, the orders of the epochs that are done. Raises AtTheEnd where no step is left; model and
        log are loaded by then."""
        if state.global_step >= state.max_steps:
            raise AtTheEnd
        sampler = get_sampler(train_dataloader)
        if isinstance(sampler, RepeatSampler) and sampler.shuffle:
            for _epoch in range(int(state.epoch or 0)):
                torch.randperm(sampler.num_samples, generator=sampler.generator)
        if isinstance(sampler, RepeatSampler):
            batches, each = len(train_dataloader), args.gradient_accumulation_steps
            epochs, within = divmod(state.global_step, ceil(batches / each))
            self._trainer._step = epochs * batches + within * each


def at_windows_end(trainer: Any) -> bool:
    """Is all that was generated at once learned from? A GRPO that goes on from within generates the rest anew."""
    rounds = getattr(trainer.args, "steps_per_generation", None)
    return not rounds or trainer._step % (rounds * trainer.num_iterations) == 0
