"""What a training says as it goes: at each `logging_steps` a line of the numbers that one looks at.

step 20 of 400   loss 3.684   token accuracy 0.393   rate 0.0076   12 s gone, 4 min left

curves.json has all of them.
"""

import textwrap
import time
from collections.abc import Iterator, Mapping
from typing import Any

from transformers import TrainerCallback

from curate.terminal.console import console

# TRL's names, and what a line calls them, in its order.
_NAMES = {
    "loss": "loss",
    "eval_loss": "validation loss",
    "mean_token_accuracy": "token accuracy",
    "eval_mean_token_accuracy": "validation token accuracy",
    "reward": "reward",
    "accuracy": "accuracy",
    "format_rate": "form",
    "undecided_rate": "undecided",
    "groups_without_signal": "groups without signal",
    "kl": "KL",
    "completions/mean_length": "tokens",
    "learning_rate": "rate",
}


class Lines(TrainerCallback):
    """Prints them, in the process that prints."""

    def __init__(self) -> None:
        self._began, self._first = time.monotonic(), 0

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Takes the time from here on; a training that is resumed has steps behind it."""
        self._began, self._first = time.monotonic(), state.global_step

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Mapping[str, Any] | None = None, **_: Any) -> None:
        """One log of the trainer, or none where it is the summary at the end."""
        if not state.is_world_process_zero or not logs or not (said := list(told(logs))):
            return
        gone = time.monotonic() - self._began
        left = gone / max(state.global_step - self._first, 1) * (state.max_steps - state.global_step)
        clock = f"{_lasting(gone)} gone, {_lasting(left)} left"
        parts = [f"step {state.global_step:,} of {state.max_steps:,}", *said, clock]
        print(_fitted(parts, console().width), flush=True)


def told(logs: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of a log that a line has, with their names. GRPO's loss is none of them: it is near zero by its
    construction, whatever is learned."""
    for name, called in _NAMES.items():
        value = logs.get(name)
        if isinstance(value, int | float) and not (name == "loss" and "reward" in logs):
            yield f"{called} {value:.4g}"


def _fitted(parts: list[str], width: int) -> str:
    """The parts in lines of at most so many columns, none of them torn."""
    whole = [part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts]
    lines = textwrap.wrap("   ".join(whole), width, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def _lasting(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
