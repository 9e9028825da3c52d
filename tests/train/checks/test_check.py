"""`check`: what is kept is what TRL trains on, what is left out is named, what TRL would refuse is said before."""

import json
import warnings
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import datasets
import pytest
from rich.cells import cell_len

from curate.errors import UserError
from curate.terminal.console import console
from tests.train.checks.test_memory import B7
from tests.train.small_training import row, rows, rows_of, spec_of
from tests.train.templated import CHATML, tokenizer
from train.checks.check import Kept, Report, check
from train.checks.faults import fault_of, unboxed
from train.checks.lengths import LeftOut, Tokens, counted, limit_of
from train.checks.shown import print_report
from train.checks.steps import estimate
from train.data import Rows
from train.settings import settings
from train.spec import GrpoSpec, SftSpec, TemplateSpec
from train.text.template import prepared, prompt_text

NOWHERE = "no/such/folder"
SYSTEM = "Reason first. 先推理。"
RL = {"language": "en", "answer_kind": "number", "question": "?", "options": None, "gold": "4", "gold_alternatives": []}


def sft(**trainer: Any) -> SftSpec:
    return spec_of(Path("unused"), **{"max_length": 160, **trainer})


def grpo(system: str | None = None, prompt: int | None = None, **trainer: Any) -> GrpoSpec:
    template = TemplateSpec(system=system)
    return GrpoSpec(
        name="g", method="grpo", model=NOWHERE, data="d", template=template, max_prompt_length=prompt, trainer=trainer
    )


def asked(*texts: str) -> Rows:
    prompts = [[{"role": "user", "content": text}] for text in texts]
    return rows_of([{"id": f"q:{place}", "prompt": prompt, **RL} for place, prompt in enumerate(prompts)], held=0)


def checked(spec: SftSpec | GrpoSpec, data: Rows) -> tuple[Report, Kept]:
    made = tokenizer(CHATML, special=["<|im_start|>", "<|im_end|>"])
    return check(spec, data, made, prepared(made, spec.template))


def test_rows_over_the_limit_are_left_out_and_named_and_no_other_is_touched() -> None:
    data = rows()
    report, kept = checked(sft(), data)
    assert [one.id for one in report.left_out] == ["demo:12"]
    assert report.left_out[0].tokens > 160
    assert (report.train, report.validation) == (len(kept.train), len(kept.validation or ())) == (11, 2)
    assert kept.train.column_names == ["input_ids", "labels"]
    made = tokenizer(CHATML, special=["<|im_start|>", "<|im_end|>"])
    texts = [made.decode(one["input_ids"]) for one in kept.train]
    for text, said in zip(texts, [one for one in data.train if one["id"] != "demo:12"], strict=True):
        prompt = prompt_text(made, said["prompt"], TemplateSpec())
        assert text == prompt + said["completion"][0]["content"] + "<|im_end|>"
    for one in kept.train:
        learned = [label for label in one["labels"] if label != -100]
        assert one["input_ids"][-len(learned) :] == learned
        assert made.decode(learned).startswith("<think>")


def test_tokens_are_counted_over_what_stays() -> None:
    report, kept = checked(sft(), rows())
    whole = [len(one) for one in kept.train["input_ids"]]
    assert report.prompt.total + report.completion.total == sum(whole)
    assert max(whole) <= 160
    assert report.limit.tokens == 160


@pytest.mark.parametrize(
    ("counts", "told"),
    [([], (0, 0, 0, 0, 0)), ([7], (7, 7, 7, 7, 7)), (range(1, 101), (1, 50, 95, 100, 5050)), ([3, 1], (1, 2, 3, 3, 4))],
)
def test_statistics(counts: list[int], told: tuple[int, ...]) -> None:
    assert counted(counts) == Tokens(*told)


def test_all_rows_too_long_says_the_limit_and_the_shortest() -> None:
    with pytest.raises(UserError, match=r"all 12 rows are longer than 20 tokens .*max_length.*demo:2, has \d+"):
        checked(sft(max_length=20), rows())


def test_validation_without_a_row_that_fits_is_none() -> None:
    long = [row(place, thought="1 + 1, " * 50) for place in range(2)]
    report, kept = checked(sft(), rows_of([*long, row(3)]))
    assert (kept.validation, report.validation) == (None, 0)
    assert [one.id for one in report.left_out] == ["demo:0", "demo:1"]


@pytest.mark.parametrize("packing", [{}, {"packing": True}], ids=["padded", "packed"])
def test_trl_cuts_nothing_of_what_is_kept(packing: dict[str, Any], tmp_path: Path) -> None:
    """Every kept row stands whole, once, in what SFTTrainer makes of it."""
    spec = sft(**packing)
    _, kept = checked(spec, rows())
    trained = sft_trainer(spec, kept.train, tmp_path).train_dataset
    assert ("seq_lengths" in trained.column_names) == bool(packing)
    found = []
    for one in trained:
        begin = 0
        for length in one.get("seq_lengths") or [len(one["input_ids"])]:
            found.append((one["input_ids"][begin : begin + length], one["labels"][begin : begin + length]))
            begin += length
    assert sorted(found) == sorted((one["input_ids"], one["labels"]) for one in kept.train)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<think>a</think><answer>\\boxed{1}</answer>", None),
        ("<think>\n推理\n</think>\n<answer>答案 \\boxed{甲}</answer>\n", None),
        ("<think>a</think><answer>1</answer>", None),
        ("<think>a</think>\\boxed{1}", "no <answer>...</answer>"),
        ("<think>a</think><think>b</think><answer>1</answer>", "more than one <think> or </think>"),
        ("So: <think>a</think><answer>1</answer>", "text before, between or behind the two blocks"),
        ("<think> </think><answer>1</answer>", "nothing between <think> and </think>"),
        ("<think>a</think><answer> </answer>", "nothing between <answer> and </answer>"),
        ("<answer>1</answer><think>a</think>", "the thought does not end before the answer begins"),
    ],
)
def test_faults_of_completions(text: str, what: str | None) -> None:
    assert fault_of({"completion": [{"role": "assistant", "content": text}]}) == what


@pytest.mark.parametrize(("kind", "counted"), [("number", True), ("text", False), (None, False)])
def test_an_answer_that_can_be_checked_and_has_no_box_is_counted(kind: str | None, counted: bool) -> None:
    said = {"completion": [{"role": "assistant", "content": "<think>a</think><answer>1</answer>"}], "answer_kind": kind}
    assert unboxed(said) is counted


def test_faults_are_named_and_their_rows_stay() -> None:
    faulty = row(3) | {"completion": [{"role": "assistant", "content": "5"}]}
    report, kept = checked(sft(), rows_of([row(1), faulty], held=0))
    assert [(one.id, one.what) for one in report.faults] == [("demo:3", "no <think>...</think>")]
    assert len(kept.train) == 2


def test_three_rows_are_shown_as_the_model_sees_them() -> None:
    report, _ = checked(sft(), rows())
    assert [one.which for one in report.shown] == ["shortest", "median", "longest"]
    assert [one.tokens for one in report.shown] == sorted(one.tokens for one in report.shown)
    for one in report.shown:
        assert one.prompt.startswith("<|im_start|>user\nrevenue")
        assert one.prompt.endswith("<|im_start|>assistant\n")
        assert one.completion.startswith("<think>")
        assert one.completion.endswith("</answer><|im_end|>")


def test_grpo_keeps_every_column_and_puts_the_system_message_in_front() -> None:
    data = asked("3 + 1?", "三加一等于几？", "x" * 200)
    spec = grpo(SYSTEM, prompt=150, num_generations=2, per_device_train_batch_size=2)
    report, kept = checked(spec, data)
    assert [one.id for one in report.left_out] == ["q:2"]
    assert kept.train.column_names == data.train.column_names
    assert list(kept.train["gold"]) == ["4", "4"]
    made = tokenizer(CHATML, special=["<|im_start|>", "<|im_end|>"])
    for one, before in zip(kept.train, data.train, strict=False):
        assert one["prompt"][0] == {"role": "system", "content": SYSTEM}
        by_trl = made.apply_chat_template(one["prompt"], add_generation_prompt=True, tokenize=False)
        assert by_trl == prompt_text(made, before["prompt"], spec.template)
    assert (report.completion.total, report.faults) == (0, ())


@pytest.mark.parametrize(
    ("spec", "context", "tokens", "warned"),
    [
        (sft(max_length=512), 1024, 512, False),
        (sft(max_length=2048), 1024, 2048, True),
        (sft(max_length=None), 1024, 1024, False),
        (sft(max_length=None), None, None, True),
        (SftSpec(name="s", method="sft", model="m", data="d"), 4096, 1024, False),
        (grpo(), 4096, 4096 - 512, False),
        (grpo(max_completion_length=3000), 4096, 1096, False),
        (grpo(prompt=800, max_completion_length=3000), 4096, 800, False),
        (grpo(prompt=2000, max_completion_length=3000), 4096, 2000, True),
        (grpo(use_vllm=True, vllm_max_model_length=2048), 4096, 2048 - 512, False),
        (grpo(), None, None, True),
    ],
)
def test_limits(spec: SftSpec | GrpoSpec, context: int | None, tokens: int | None, warned: bool) -> None:
    found = limit_of(spec, settings(spec), context)
    assert (found.tokens, bool(found.warnings)) == (tokens, warned)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (sft(max_length=None, packing=True), "packing"),
        (grpo(max_completion_length=4096), "leave no room for a prompt"),
    ],
)
def test_limits_that_cannot_be(spec: SftSpec | GrpoSpec, told: str) -> None:
    with pytest.raises(UserError, match=told):
        limit_of(spec, settings(spec), 4096)


@pytest.mark.parametrize(
    "trainer",
    [
        {},
        {"per_device_train_batch_size": 3},
        {"gradient_accumulation_steps": 2, "num_train_epochs": 2},
        {"gradient_accumulation_steps": 3, "num_train_epochs": 1.5, "per_device_train_batch_size": 2},
        {"dataloader_drop_last": True},
        {"max_steps": 7},
    ],
)
def test_steps_are_those_of_the_trainer(trainer: dict[str, Any], tmp_path: Path) -> None:
    spec = sft(**{"max_steps": -1, "num_train_epochs": 3, "per_device_train_batch_size": 4, **trainer})
    report, kept = checked(spec, rows())
    made = sft_trainer(spec, kept.train, tmp_path)
    *_, total = made.set_initial_training_values(made.args, made.get_train_dataloader())
    assert report.steps.total == total


@pytest.mark.parametrize(
    "trainer",
    [
        {"per_device_train_batch_size": 4},
        {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 4, "num_generations": 4},
        {"per_device_train_batch_size": 2, "steps_per_generation": 4, "gradient_accumulation_steps": 2},
        {"per_device_train_batch_size": 4, "generation_batch_size": 8, "num_iterations": 2, "num_train_epochs": 2},
    ],
)
def test_steps_of_grpo_are_those_of_the_trainer(trainer: dict[str, Any], tmp_path: Path) -> None:
    from trl import GRPOConfig, GRPOTrainer

    spec = grpo(**{"num_generations": 2, **trainer})
    data = asked(*(f"{place} + 1?" for place in range(9)))
    report, kept = checked(spec, data)
    made = GRPOTrainer(
        tiny_model(),
        reward_funcs=lambda completions, **columns: [0.0] * len(completions),
        args=GRPOConfig(output_dir=str(tmp_path), report_to="none", use_cpu=True, bf16=False, **spec.trainer),
        train_dataset=kept.train,
        processing_class=padded(),
    )
    *_, total = made.set_initial_training_values(made.args, made.get_train_dataloader())
    assert report.steps.total == total
    assert report.steps.prompts * report.steps.generations == made.args.generation_batch_size


def test_batches_that_grpo_refuses_are_those_that_we_refuse() -> None:
    from trl import GRPOConfig

    choices = {
        "per_device_train_batch_size": (1, 3, 4),
        "gradient_accumulation_steps": (1, 2),
        "num_generations": (1, 2, 4),
        "generation_batch_size": (None, 6, 8),
        "steps_per_generation": (None, 3),
    }
    for values in product(*choices.values()):
        spec = grpo(use_cpu=True, bf16=False, **dict(zip(choices, values, strict=True)))
        try:
            GRPOConfig(output_dir="unused", **spec.trainer)
        except ValueError:
            with pytest.raises(UserError, match=r"trainer\.|GRPO compares"):
                estimate(spec, settings(spec), 1000, counted([1]))
        else:
            assert estimate(spec, settings(spec), 1000, counted([1])).total > 0


def test_too_few_prompts_for_one_generation_batch() -> None:
    with pytest.raises(UserError, match="2 prompts do not fill one generation batch of 4"):
        checked(grpo(num_generations=2), asked("a", "b"))


def test_where_there_is_no_configuration_all_else_is_told() -> None:
    report, _ = checked(sft(), rows())
    assert report.memory.unknown.startswith("the configuration of the model cannot be had")
    assert (report.train, report.steps.total) == (11, 4)


def test_a_configuration_and_a_tokenizer_are_enough(tmp_path: Path) -> None:
    folder = only_a_config(tmp_path, B7)
    spec = SftSpec(name="s7b", method="sft", model=str(folder), data="d", trainer={"max_length": 160})
    report, _ = checked(spec, rows())
    assert report.memory.parameters == 7_615_616_512
    assert report.memory.layouts[0].parts["weights"] == 2 * 7_615_616_512


def test_a_token_that_the_model_does_not_know(tmp_path: Path) -> None:
    folder = only_a_config(tmp_path, {**B7, "vocab_size": 200})
    spec = SftSpec(name="s", method="sft", model=str(folder), data="d", trainer={"max_length": 160})
    with pytest.raises(UserError, match="the model knows 200"):
        checked(spec, rows())


@pytest.mark.parametrize(
    ("trainer", "world", "devices", "told"),
    [
        ({}, "8", 1, "`devices` is 1, and 8 process"),
        ({}, None, 2, "accelerate launch --num_processes 2"),
        ({"packing": True, "packing_strategy": "wrapped"}, None, 1, "wrapped cuts rows"),
        ({"completion_only_loss": False}, None, 1, "completion_only_loss: false does nothing"),
    ],
)
def test_warnings(
    trainer: dict[str, Any], world: str | None, devices: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    if world:
        monkeypatch.setenv("WORLD_SIZE", world)
    report, _ = checked(sft(**trainer).model_copy(update={"devices": devices}), rows())
    assert any(told in line for line in report.warnings)


@pytest.mark.parametrize(("every", "warned"), [(2, True), (6, True), (4, False), (8, False), (0.5, False)])
def test_checkpoints_within_what_grpo_generates_at_once(every: float, warned: bool) -> None:
    """Eight batches, each learned from once more: 16 batches are 4 steps of 4."""
    rounds = {"num_iterations": 2, "steps_per_generation": 8, "gradient_accumulation_steps": 4}
    spec = grpo(per_device_train_batch_size=1, num_generations=8, save_steps=every, **rounds)
    report, _ = checked(spec, asked("1 + 1", "2 + 2"))
    assert report.steps.window == 4
    assert any("a multiple of 4 goes on as if" in line for line in report.warnings) == warned


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("full", [True, False])
def test_the_report_fits_the_terminal_and_loses_nothing(
    width: int, full: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    console.cache_clear()
    long = [row(place, thought="1 + 1, " * 100) for place in range(20, 32)]
    data = rows_of([*(row(place) for place in range(9)), row(9, thought="销量增长。" * 8), *long])
    folder = only_a_config(tmp_path, B7)
    trainer = {"max_length": 360}
    spec = SftSpec(name="fin-7b", method="sft", model=str(folder), data="runs/demo", devices=8, trainer=trainer)
    report, _ = checked(spec, data)
    print_report(spec, report, full=full)
    out = capsys.readouterr().out
    console.cache_clear()
    lines = out.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    flat = "".join(out.split())
    assert "…" not in out
    assert "8totrainon,2heldoutandnotlookedat" in flat
    assert "360tokens(trainer.max_length):12rowsarelongerandleftout" in flat
    assert ("demo:29" in out, "demo:30" in out, "and 2 more" in out) == (full, False, full)
    assert ("moments" in out, "销量增长" in out) == (full, full)
    assert f"{report.memory.layouts[0].total / 2**30:,.1f}GiB" in flat or full
    assert len(lines) < (150 if full else 25)


def only_a_config(folder: Path, config: Mapping[str, Any]) -> Path:
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2", **config}), encoding="utf-8")
    return folder


def padded() -> Any:
    made = tokenizer(CHATML, special=["<|im_start|>", "<|im_end|>"])
    made.pad_token = "<|im_end|>"
    return made


def tiny_model() -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=300, num_key_value_heads=1, **sizes))


def sft_trainer(spec: SftSpec, train: datasets.Dataset, folder: Path) -> Any:
    from trl import SFTConfig, SFTTrainer

    keys = {"report_to": "none", "use_cpu": True, "bf16": False, "eval_strategy": "no"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's and transformers' own
        return SFTTrainer(
            tiny_model(),
            args=SFTConfig(output_dir=str(folder), **{**spec.trainer, **keys}),
            train_dataset=train,
            processing_class=padded(),
        )


def test_left_out_rows_are_all_in_the_report() -> None:
    long = [row(place, thought="1 + 1, " * 100) for place in range(20, 45)]
    report, _ = checked(sft(), rows_of([row(1), *long], held=0))
    assert len(report.left_out) == 25
    assert report.left_out[0] == LeftOut("demo:20", report.left_out[0].tokens)
