"""What SFT and GRPO have in common around TRL: the folder, what is trained on, the device, resuming, the end.

examined(spec).report     ->  what `python -m train check` shows
trained(spec, ready, trainer)  ->  trains, from the last checkpoint where there is one, and writes the record

Resume is a rerun, as everywhere here: the same command goes on from the last whole checkpoint, and one that is finished
says so.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import filelock
import torch
from transformers import PrinterCallback

from curate.errors import UserError
from train.checks.check import Kept, Report, check
from train.data import Rows, read_rows
from train.loop.checkpoints import AtTheEnd, GoesOn, last_checkpoint
from train.loop.interrupt import Interrupt
from train.loop.lines import Lines
from train.machine import make, unwritable
from train.model import CHECKPOINTS, loaded_as, save, source
from train.recorded.record import write_record
from train.settings import is_main, processes, settings
from train.spec import GrpoSpec, SftSpec, TrainSpec
from train.text.template import Template, prepared
from train.text.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from transformers import Trainer

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a training begins with. model: its name on the Hub, or its folder."""

    rows: Rows
    model: str
    tokenizer: Any
    template: Template
    report: Report
    kept: Kept


def examined(spec: SftSpec | GrpoSpec) -> Ready:
    """Rows, model, tokenizer and template of a training, checked. Raises UserError for what no training survives."""
    if not sys.stderr.isatty():
        _without_bars()
    rows = read_rows(spec)
    model = source(spec, rows)
    tokenizer = load_tokenizer(spec.model_copy(update={"model": model}))
    template = prepared(tokenizer, spec.template)
    report, kept = check(spec, rows, tokenizer, template)
    return Ready(rows, model, tokenizer, template, report, kept)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While no other training writes to the folder. Raises UserError where one does, or where it cannot be written."""
    if not is_main():
        yield
        return
    make(folder)
    lock = filelock.FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise UserError(f"'{folder}' is in use by another training; wait for it, or choose another with out=") from None
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def arguments(kind: Callable[..., Made], spec: TrainSpec, **ours: Any) -> Made:
    """TRL's config out of the `trainer:` block as it is; ours: what stands where it does not say otherwise. Raises
    UserError, with TRL's words, for values that it refuses."""
    beneath = {
        "report_to": "none",
        "disable_tqdm": True,  # the lines have the steps and the time left
        "dataloader_pin_memory": not settings(spec)["use_cpu"],
    }
    above = {"output_dir": str(spec.folder / CHECKPOINTS), "model_init_kwargs": loaded_as(spec)}
    with in_words():
        return kind(**{**beneath, **ours, **spec.trainer, **above})


@contextmanager
def in_words() -> Iterator[None]:
    """What TRL and transformers say against settings, a model or its files, as a UserError; and memory that does not
    suffice."""
    try:
        with enough_memory():
            yield
    except (ValueError, OSError, ImportError) as error:
        raise UserError(f"TRL cannot begin with this config: {' '.join(str(error).split())}") from error


@contextmanager
def enough_memory() -> Iterator[None]:
    """What the GPU says where its memory does not suffice, as a UserError."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"the GPU's memory does not suffice: {str(error).partition('. ')[0]}\n"
            "  trainer.gradient_checkpointing=true, and the same command goes on from the last checkpoint; or, into"
            " another folder with out=,\n"
            "  a smaller trainer.per_device_train_batch_size (and more trainer.gradient_accumulation_steps) or"
            " trainer.max_length (grpo: trainer.max_completion_length)"
        ) from error


def trained(spec: SftSpec | GrpoSpec, ready: Ready, trainer: "Trainer") -> None:
    """Trains, from the last whole checkpoint where there is one; then saves the model, and writes the record. Raises
    KeyboardInterrupt after a first Ctrl-C, once the step is done and a checkpoint written."""
    last = last_checkpoint(Path(trainer.args.output_dir))
    began = int(last.name.rpartition("-")[2]) if last else 0
    if began and is_main():
        print(f"goes on from step {began:,} ({last})", flush=True)
    trainer.remove_callback(PrinterCallback)  # prints each log as a dictionary; Lines prints what one looks at
    for callback in (GoesOn(trainer), Lines()):
        trainer.add_callback(callback)
    start = time.monotonic()
    with Interrupt.caught(trainer, alone=processes() in (None, 1)) as interrupt, enough_memory():
        _train(trainer, last)
    if not interrupt.stopped:
        save(spec, trainer, ready.model)
    write_record(spec, ready.rows, ready.report, trainer, time.monotonic() - start, began)
    if interrupt.stopped:
        raise KeyboardInterrupt
    if is_main():
        print(f"{trainer.state.global_step:,} steps -> {spec.folder / 'model'}")


def _train(trainer: "Trainer", last: Path | None) -> None:
    """From a checkpoint, or from the beginning. Where all steps were done before, what transformers does after the last
    one is left: the best model, where that is asked for."""
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    except AtTheEnd:
        if trainer.args.load_best_model_at_end and trainer.state.best_model_checkpoint:
            trainer._load_best_model()


def _without_bars() -> None:
    """No progress bars where they would fill a log."""
    import datasets
    from transformers.utils import logging

    datasets.disable_progress_bars()
    logging.disable_progress_bar()
