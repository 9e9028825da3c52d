"""Reinforcement learning (GRPO), from top to bottom; the rewards are the verdicts that curate gives.

run_grpo(load("tiny-cpu-grpo"))  ->  trained/tiny-cpu-grpo, with model/ and record.json
"""

from contextlib import closing, nullcontext
from pathlib import Path

from trl import GRPOConfig, GRPOTrainer

from train.checks.shown import print_report
from train.loop.started import finished
from train.loop.watch import Watch
from train.machine import fit
from train.model import adapter, quantised
from train.rewards import Rewards
from train.running import alone, arguments, examined, in_words, trained
from train.settings import is_main
from train.spec import GrpoSpec
from train.verifier import Verifier


def run_grpo(spec: GrpoSpec) -> Path:
    """Trains, from the last checkpoint where there is one, and returns the folder; what is finished stays as it is.
    Raises UserError for what the user can mend, and KeyboardInterrupt after Ctrl-C."""
    fit(spec)
    with alone(spec.folder):
        ready = examined(spec)
        if finished(spec, ready.rows, ready.model, ready.tokenizer):
            return spec.folder
        if is_main():
            print_report(spec, ready.report, full=False)
        args = arguments(GRPOConfig, spec, chat_template_kwargs=dict(spec.template.kwargs))
        with closing(Verifier(spec)) if spec.check.judge else nullcontext() as verifier:
            rewards = Rewards(spec, ready.tokenizer, ready.template, verifier)
            with in_words():
                trainer = GRPOTrainer(
                    model=ready.model,
                    args=args,
                    reward_funcs=[rewards],
                    train_dataset=ready.kept.train,
                    eval_dataset=ready.kept.validation,
                    processing_class=ready.tokenizer,
                    quantization_config=quantised(spec),
                    peft_config=adapter(spec),
                    callbacks=[Watch(rewards.counted, args.max_completion_length)],
                )
            rewards.serve(trainer)
            trained(spec, ready, trainer)
    return spec.folder
