"""How many steps a training takes, and what one step learns from, before TRL is asked.

estimate(spec, settings(spec), rows=60_091, tokens=...)  ->  Steps(batch=128, total=1410, ...)

As transformers counts (Trainer.set_initial_training_values) over the batches that accelerate shares out, and as TRL's
RepeatSampler draws for GRPO: prompts that do not fill a whole generation batch are left for another epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, lcm
from typing import Any

from curate.errors import UserError
from train.checks.lengths import Tokens
from train.spec import GrpoSpec, SftSpec


@dataclass(frozen=True, slots=True)
class Steps:
    """batch: rows (sft; packs of them where packing) or completions (grpo) in one step of the optimiser; prompts,
    generations: grpo's prompts in one generation batch and the completions of each, else 0; epochs: as far as the steps
    go; window: steps until all that was generated at once is learned from, at a step's end; estimated: since rows are
    packed by their lengths."""

    total: int
    epochs: float
    batch: int
    per_device: int
    accumulation: int
    devices: int
    prompts: int = 0
    generations: int = 0
    window: int = 1
    estimated: bool = False


def estimate(spec: SftSpec | GrpoSpec, values: Mapping[str, Any], rows: int, tokens: Tokens) -> Steps:
    """The steps of a training over so many rows of so many tokens; values: its settings. Raises UserError for batches
    that GRPO could not fill."""
    return _grpo(spec, values, rows) if isinstance(spec, GrpoSpec) else _sft(spec, values, rows, tokens)


def _sft(spec: SftSpec, values: Mapping[str, Any], rows: int, tokens: Tokens) -> Steps:
    packed = bool(values["packing"])
    if packed:
        rows = max(1, ceil(tokens.total / values["max_length"]))
    each = values["per_device_train_batch_size"]
    batches = rows // each if values["dataloader_drop_last"] else ceil(rows / each)
    if batches == 0:
        raise UserError(
            f"{rows:,} rows do not fill one batch of {each} (trainer.per_device_train_batch_size), and"
            " trainer.dataloader_drop_last leaves out what is not filled"
        )
    return _steps(spec, values, ceil(batches / spec.devices), estimated=packed)


def _grpo(spec: GrpoSpec, values: Mapping[str, Any], rows: int) -> Steps:
    at_once, rounds = _generation(spec, values)
    generations = values["num_generations"]
    prompts = at_once // generations
    if rows < prompts:
        raise UserError(
            f"{rows:,} prompts do not fill one generation batch of {prompts:,} ({at_once:,} completions,"
            f" {generations} a prompt): give more rows, or lower trainer.per_device_train_batch_size or"
            " trainer.gradient_accumulation_steps"
        )
    at_last = values["num_iterations"] * rounds
    found = _steps(spec, values, (rows // prompts) * at_last)
    window = lcm(at_last, found.accumulation) // found.accumulation
    return replace(found, prompts=prompts, generations=generations, window=window)


def _generation(spec: GrpoSpec, values: Mapping[str, Any]) -> tuple[int, int]:
    """Completions that are generated at once, and the batches of the training that they make. Raises UserError where
    TRL would raise ValueError (GRPOConfig.__post_init__), with the numbers that would do."""
    generations, asked = values["num_generations"], values["generation_batch_size"]
    if generations < 2:
        raise UserError(
            f"GRPO compares completions of one prompt: trainer.num_generations is {generations}, 2 at least"
        )
    shared = values["per_device_train_batch_size"] * spec.devices
    rounds = values["steps_per_generation"]
    if asked is not None and rounds is not None:
        raise UserError("trainer.generation_batch_size and trainer.steps_per_generation say the same: give one of them")
    made = f"trainer.per_device_train_batch_size {values['per_device_train_batch_size']} on {spec.devices} device(s)"
    if asked is not None:
        if asked % shared:
            raise UserError(f"trainer.generation_batch_size is {asked}: it must be a multiple of {shared} ({made})")
        rounds = asked // shared
    elif rounds is None:
        rounds = values["gradient_accumulation_steps"]
    at_once: int = shared * rounds
    if at_once % generations:
        raise UserError(
            f"{at_once} completions are generated at once ({made}, {rounds} batches), which is no multiple of"
            f" trainer.num_generations, {generations}: {_near(at_once, generations)} would do, for instance by"
            " trainer.gradient_accumulation_steps"
        )
    return at_once, rounds


def _near(count: int, of: int) -> str:
    """The multiples next to a count."""
    below = count // of * of
    return f"{below} or {below + of}" if below else str(of)


def _steps(spec: SftSpec | GrpoSpec, values: Mapping[str, Any], batches: int, *, estimated: bool = False) -> Steps:
    """Steps over the batches that each device gets in an epoch."""
    each, accumulation = values["per_device_train_batch_size"], values["gradient_accumulation_steps"]
    an_epoch = ceil(batches / accumulation)
    most = values["max_steps"]
    total = most if most > 0 else ceil(values["num_train_epochs"] * an_epoch)
    return Steps(
        total=total,
        epochs=total / an_epoch,
        batch=each * spec.devices * accumulation,
        per_device=each,
        accumulation=accumulation,
        devices=spec.devices,
        estimated=estimated,
    )
