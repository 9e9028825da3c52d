"""Ctrl-C while a model trains: the first ends it after the step, with a checkpoint; the second at once. GRPO ends with
the last step on what was generated at once: from within, it could not go on as it would have.

with Interrupt.caught(trainer, alone=True) as interrupt:
    trainer.train()
interrupt.stopped   ->  True after the first
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import Trainer, TrainerCallback

from train.loop.checkpoints import at_windows_end


class Interrupt(TrainerCallback):
    """Whether Ctrl-C was pressed; a callback of the trainer's, which ends it after the step."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.pressed = self.stopped = False

    @classmethod
    @contextmanager
    def caught(cls, trainer: Trainer, *, alone: bool) -> "Iterator[Interrupt]":
        """Catches Ctrl-C. Where several processes train, one that stopped a step before the others would leave them
        waiting: there it ends all at once, and the last checkpoint remains."""
        found = cls(trainer)
        if not alone or threading.current_thread() is not threading.main_thread():
            yield found
            return
        trainer.add_callback(found)
        before = signal.signal(signal.SIGINT, found._press)
        try:
            yield found
        finally:
            signal.signal(signal.SIGINT, before)
            trainer.remove_callback(found)

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Writes a checkpoint and ends the training, where that was asked for and steps are left."""
        if self.pressed and state.global_step < state.max_steps and at_windows_end(self._trainer):
            self.stopped = control.should_save = control.should_training_stop = True

    def _press(self, *_: Any) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
        print(
            "train: stops after this step (grpo: when it has learned from what it generated), with a checkpoint;"
            " Ctrl-C again stops at once",
            file=sys.stderr,
            flush=True,
        )
