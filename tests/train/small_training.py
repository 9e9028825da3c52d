"""A real training of seconds: TRL's own trainer on a new tiny model and a dozen made-up rows, with its record."""

import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets

from train.checks.check import check
from train.data import Rows
from train.new import make
from train.recorded.record import write_record
from train.spec import NewSpec, SftSpec
from train.text.template import prepared

SETTINGS: Mapping[str, Any] = {
    "max_steps": 4,
    "per_device_train_batch_size": 4,
    "learning_rate": 5e-3,
    "max_length": 120,
    "logging_steps": 1,
    "save_steps": 2,
    "eval_strategy": "steps",
    "eval_steps": 2,
    "report_to": "none",
    "bf16": False,
    "use_cpu": True,
    "disable_tqdm": True,
    "dataloader_pin_memory": False,
}


def spec_of(folder: Path, **trainer: Any) -> SftSpec:
    new = NewSpec(layers=1, hidden=16, heads=2, vocabulary=300, context=512)
    return SftSpec(name="tiny", method="sft", new=new, data="runs/demo", out=folder, trainer={**SETTINGS, **trainer})


def row(number: int, language: str = "en", licence: str = "CC0-1.0", thought: str = "") -> dict[str, Any]:
    asked = f"revenue {number} growth 1"
    told = f"<think>{thought or f'{number} + 1'}</think><answer>\\boxed{{{number + 1}}}</answer>"
    return {
        "id": f"demo:{number}",
        "language": language,
        "licence": licence,
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": told}],
    }


def rows_of(records: list[dict[str, Any]], held: int = 2) -> Rows:
    train, validation = (datasets.Dataset.from_list(part) for part in (records[held:], records[:held]))
    return Rows("demo", "", "", "", "d0" * 16, "", train, validation)


def rows() -> Rows:
    """14 rows: 2 for validation, one too long, one Chinese and of another licence."""
    plain = [row(number) for number in range(12)]
    long = row(12, thought="1 + 1, " * 100)
    return rows_of([*plain, long, row(13, "zh", "CC-BY-NC-4.0")])


def train(spec: SftSpec, asked: Rows, *, resumed_at: int = 0, stop_at: int | None = None) -> dict[str, Any]:
    """Trains and returns the record. stop_at: the step at which it is stopped, as by Ctrl-C."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    class Stop(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            control.should_training_stop |= state.global_step == stop_at

    torch.set_num_threads(1)
    base = make(spec, asked, spec.folder / "new")
    tokenizer = AutoTokenizer.from_pretrained(base)
    report, kept = check(spec, asked, tokenizer, prepared(tokenizer, spec.template))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's and transformers' own
        trainer = SFTTrainer(
            AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
            args=SFTConfig(output_dir=str(spec.folder / "checkpoints"), **spec.trainer),
            train_dataset=kept.train,
            eval_dataset=kept.validation,
            processing_class=tokenizer,
            callbacks=[Stop()],
        )
        began = time.monotonic()
        trainer.train(resume_from_checkpoint=bool(resumed_at))
    if stop_at is None:
        trainer.save_model(str(spec.folder / "model"))
    return write_record(spec, asked, report, trainer, time.monotonic() - began, resumed_at)
