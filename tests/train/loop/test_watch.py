"""Warnings of a training that will teach nothing: when they come, what they show, and that they come once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState

from judges.verdict import REASONS, Verdict
from tests.train.rewarding import GOOD, Log, row, spec, tokenizer
from train.loop.watch import Watch
from train.rewards import Counted, Scored


def scored(right: bool | None = True, reward: float | None = 2.0, text: str = GOOD, **more: Any) -> Scored:
    reason = {True: "equal", False: "number_differs", None: "answer_unreadable"}[right]
    said = {"tokens": 30, "cut": False, "fault": None, "thought": True, **more}
    return Scored(text=text, verdict=Verdict(right, reason), reward=reward, **said)


class Training:
    """A training as its callbacks see it."""

    def __init__(self, main: bool = True) -> None:
        self.counted = Counted()
        self.watch = Watch(self.counted, 512)
        self.state = TrainerState(is_world_process_zero=main)

    def step(self, batch: Sequence[Scored] = (), **logs: float | None) -> None:
        """One step, and its entry in the log."""
        self.counted.add(batch)
        self.state.global_step += 1
        self.watch.on_step_end(None, self.state, TrainerControl())
        if logs:
            self.watch.on_log(None, self.state, TrainerControl(), logs=logs)


def words(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert not out
    return err


def test_a_training_that_learns_is_let_alone(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    for number in range(40):
        batch = [scored(), scored(False, 1.0), scored(None, None), scored(number % 2 == 0, 1.0, cut=True)]
        training.step(batch, groups_without_signal=0.4)
    assert words(capsys) == ""


def test_a_baseline_near_zero_asks_for_a_larger_model_or_more_sft(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    training.step([scored(False, 1.0)] * 59 + [scored(None, None)] * 50)
    assert words(capsys) == ""
    training.step([scored()] * 5)
    said = words(capsys)
    assert "5 of the first 64 answers" in said
    assert "larger model" in said
    training.step([scored(False, 1.0)] * 64)
    assert words(capsys) == ""


def test_a_baseline_is_that_of_the_first_answers(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    training.step([scored()] * 6 + [scored(False, 1.0)] * 58)
    training.step([scored(False, 1.0)] * 1000)
    assert words(capsys) == ""


@pytest.mark.parametrize("reward", [0.0, None])
def test_rewards_that_are_always_zero_or_none_show_three_completions(
    capsys: pytest.CaptureFixture[str], reward: float | None
) -> None:
    training = Training()
    long = f"开始{'x' * 2000}结束\x1b[2J"
    texts = ["7", long, "<think>3", *["later"] * 60]
    right = None if reward is None else False
    training.step([scored(right, reward, text, fault="think_missing", cut=text == "<think>3") for text in texts])
    assert words(capsys) == ""
    training.step([scored(right, reward, "later", fault="think_missing")])
    training.step([scored(right, reward, "later", fault="think_missing")])
    said = words(capsys).split("train: warning: no completion of 64 ")[1].split("train: warning: ")[0]
    assert said.count("form: no <think>...</think>") == 3
    assert said.count("another number" if reward == 0 else "cannot be read as an answer") == 3
    assert "  | 7\n" in said
    assert "开始xxx" in said
    assert "xxx结束" in said
    assert " [...] " in said
    assert len(said) < 2000
    assert "\x1b" not in said
    assert "(30 tokens, cut off;" in said
    assert "later" not in said
    assert "train on `sft` first" in said


def test_groups_that_teach_nothing_are_told_once_there_are_enough_steps(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    for _ in range(9):
        training.step(groups_without_signal=0.6)
    assert words(capsys) == ""
    training.step(groups_without_signal=0.6)
    training.step(groups_without_signal=0.6)
    said = words(capsys)
    assert said.count("warning") == 1
    assert "60% of the groups teach nothing" in said


def test_an_entry_of_the_log_counts_for_its_steps_and_a_resumed_training_for_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    training = Training()
    training.state.global_step = 500
    for _ in range(9):
        training.step()
    training.step(groups_without_signal=0.2)
    training.step(groups_without_signal=1.0)
    training.step(groups_without_signal=None)
    assert words(capsys) == ""
    for _ in range(7):
        training.step(groups_without_signal=1.0)
    assert "53% of the groups teach nothing" in words(capsys)


def test_completions_that_are_mostly_cut_off_ask_for_more_room(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    batch = [scored(None, None, cut=True)] * 33 + [scored()] * 31
    training.step(batch[1:])
    assert words(capsys) == ""
    training.step(batch[:1])
    said = words(capsys)
    assert "33 of 64 completions were cut off at 512 tokens" in said
    assert "max_completion_length" in said


def test_completions_that_are_mostly_undecided_name_the_most_frequent_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    training = Training()
    reasons = ["answer_unreadable"] * 20 + ["truncated"] * 8 + ["unit_unclear"] * 4 + ["gold_conflict"]
    unknown = [Scored(GOOD, 30, why == "truncated", None, True, Verdict(None, why), None) for why in reasons]
    training.step([*unknown[:-1], *[scored()] * 32])
    assert words(capsys) == ""
    training.step([unknown[-1], unknown[0]])
    training.step([unknown[-1], unknown[0]])
    said = words(capsys)
    assert said.count("warning") == 1
    assert "34 of 66 completions could not be decided" in said
    places = [said.index(f"{number}: {REASONS[why]}") for number, why in ((21, reasons[0]), (8, "truncated"))]
    assert places == sorted(places)
    assert REASONS["gold_conflict"] not in said


def test_a_policy_that_drifts_to_what_cannot_be_decided_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    for _ in range(64):
        training.step([scored(None, None), *[scored()] * 7])
    for _ in range(64):
        training.step([scored(None, None)] * 2 + [scored()] * 6)
    assert words(capsys) == ""
    for _ in range(64):
        training.step([scored(None, None)] * 3 + [scored()] * 5)
    said = words(capsys)
    assert said.count("warning") == 1
    assert "after 12% of the first: a policy may drift" in said


def test_a_policy_that_becomes_easier_to_check_is_let_alone(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    for number in range(200):
        training.step([scored(None, None)] * (3 if number < 64 else 0) + [scored()] * 5)
    assert words(capsys) == ""


def test_only_the_main_process_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training(main=False)
    for _ in range(20):
        training.step([scored(False, 0.0, cut=True)] * 64, groups_without_signal=1.0)
    assert words(capsys) == ""


def test_a_policy_of_noise_is_told_by_a_real_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """TRL calls the rewards, takes none for an answer, logs what they log, and calls the warnings. It validates before
    the first step, which is not counted; and the model has an end that the tokenizer does not know of."""
    import torch
    from datasets import Dataset
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from trl import GRPOConfig, GRPOTrainer

    words_of = tokenizer()
    words_of.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    config = Qwen2Config(
        vocab_size=len(words_of), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, eos_token_id=words_of.eos_token_id, pad_token_id=words_of.pad_token_id,
        bos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(0)
    policy = Qwen2ForCausalLM(config)
    policy.generation_config.eos_token_id = [words_of.eos_token_id, *words_of.encode("<|im_start|>")]
    rewards = Log(spec("fin-r1")).rewards
    said = GRPOConfig(
        output_dir=str(tmp_path), use_cpu=True, report_to="none", max_steps=2, per_device_train_batch_size=32,
        num_generations=8, max_completion_length=6, logging_steps=1, save_strategy="no", disable_tqdm=True,
        dataloader_pin_memory=False, bf16=False, gradient_checkpointing=False, eval_strategy="steps", eval_steps=1,
        eval_on_start=True, per_device_eval_batch_size=8,
    )  # fmt: skip
    asked = [{**row(id=f"s:{at}"), "prompt": [{"role": "user", "content": "3 + 4"}]} for at in range(32)]
    trainer = GRPOTrainer(
        model=policy,
        reward_funcs=rewards,
        args=said,
        train_dataset=Dataset.from_list(asked),
        eval_dataset=Dataset.from_list(asked[:2]),
        processing_class=words_of,
        callbacks=[Watch(rewards.counted, 6)],
    )
    rewards.serve(trainer)
    trainer.train()
    steps = [entry for entry in trainer.state.log_history if "loss" in entry]
    assert len(steps) == 2
    assert "eval_groups_without_signal" in trainer.state.log_history[0]
    first = steps[0]
    assert first["undecided_rate"] > 0.9
    assert rewards.counted.cut == round(32 * sum(entry["completions/clipped_ratio"] for entry in steps))
    assert first["groups_without_signal"] == first["frac_reward_zero_std"] == 1
    assert first["format_rate"] == first["rewards/format/mean"] == 0
    assert rewards.counted.completions == 64
    assert rewards.__name__ == "reward"
    assert "rewards/reward/mean" in first
    assert "All reward functions" not in caplog.text
    told = capsys.readouterr().err
    assert "no completion of 64 earned a reward above 0" in told
    assert "cut off at 6 tokens" in told
