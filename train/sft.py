"""Supervised fine-tuning, from top to bottom; the loss is taken on completions alone.

run_sft(load("tiny-cpu-sft"))  ->  trained/tiny-cpu-sft, with model/ and record.json
"""

from pathlib import Path

from trl import SFTConfig, SFTTrainer

from train.checks.shown import print_report
from train.loop.started import finished
from train.machine import fit
from train.model import adapter, quantised
from train.running import alone, arguments, examined, in_words, trained
from train.settings import is_main
from train.spec import SftSpec


def run_sft(spec: SftSpec) -> Path:
    """Trains, from the last checkpoint where there is one, and returns the folder; what is finished stays as it is.
    Raises UserError for what the user can mend, and KeyboardInterrupt after Ctrl-C."""
    fit(spec)
    with alone(spec.folder):
        ready = examined(spec)
        if finished(spec, ready.rows, ready.model, ready.tokenizer):
            return spec.folder
        if is_main():
            print_report(spec, ready.report, full=False)
        # What ends an answer in the template goes into the model's config as well.
        args = arguments(SFTConfig, spec, eos_token=ready.tokenizer.eos_token)
        with in_words():
            trainer = SFTTrainer(
                model=ready.model,
                args=args,
                train_dataset=ready.kept.train,
                eval_dataset=ready.kept.validation,
                processing_class=ready.tokenizer,
                quantization_config=quantised(spec),
                peft_config=adapter(spec),
            )
        trained(spec, ready, trainer)
    return spec.folder
