"""SFT from the config to the model: what it learns, what it leaves, adapters merged, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from curate.errors import UserError
from tests.train.tiny import Row, accuracy, grpo_spec, held_out, sft_spec
from train.data import read_rows
from train.sft import run_sft

BRIEF = ("trainer.max_steps=4", "trainer.logging_steps=1", "trainer.save_strategy='no'")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def loaded(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()


@torch.no_grad()
def logits(model: Any) -> Any:
    return model(input_ids=torch.arange(5, 45)[None]).logits


def operands(row: Row) -> frozenset[str]:
    return frozenset(re.findall(r"\d+", row["question"]))


def test_questions_held_out_have_numbers_of_their_own(tiny_run: Path) -> None:
    held = {operands(row) for row in held_out(tiny_run)}
    trainings = (sft_spec(Path("unused"), tiny_run), grpo_spec(Path("unused"), tiny_run, Path("unused")))
    seen = {operands(row) for spec in trainings for row in read_rows(spec).train}
    assert held
    assert not held & seen


def test_it_learns_what_it_has_not_seen(tiny_run: Path, tiny_sft: Path) -> None:
    losses = [entry["loss"] for entry in read(tiny_sft / "curves.json") if "loss" in entry]
    assert losses[-1] < losses[0] / 10
    rows = held_out(tiny_run)
    assert accuracy(tiny_sft / "new", rows) == 0
    assert accuracy(tiny_sft / "model", rows) > 0.2


def test_what_it_leaves_is_a_model_and_nothing_of_this_machine(tiny_run: Path, tiny_sft: Path) -> None:
    assert {path.name for path in (tiny_sft / "model").iterdir()} == {
        *("README.md", "README_zh.md", "chat_template.jinja", "config.json", "generation_config.json"),
        *("model.safetensors", "tokenizer.json", "tokenizer_config.json"),
    }
    record = read(tiny_sft / "record.json")
    assert record["finished"]
    assert (record["data"]["train"], record["data"]["validation"]) == (142, 58)
    for path in (tiny_sft / "model").glob("*.json"):
        assert str(tiny_sft) not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("quantised", [False, True])
def test_an_adapter_is_merged_into_a_whole_model(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, quantised: bool
) -> None:
    if quantised:
        pytest.importorskip("bitsandbytes")
    base = tiny_sft / "model"
    more = ("lora={rank: 4, dropout: 0}", "trainer.learning_rate=1.0e-2", *(("quantise=nf4",) if quantised else ()))
    spec = sft_spec(tmp_path / "lora", tiny_run, *BRIEF, *more)
    folder = run_sft(spec.model_copy(update={"model": str(base), "new": None}))
    assert {"adapter_config.json", "adapter_model.safetensors"} <= {
        path.name for path in (folder / "adapter").iterdir()
    }
    assert not (folder / "adapter" / "README.md").exists()
    whole, before = loaded(folder / "model"), loaded(base)
    adapted = PeftModel.from_pretrained(loaded(base), str(folder / "adapter")).eval()
    torch.testing.assert_close(logits(whole), logits(adapted), rtol=1e-4, atol=1e-4)
    assert (logits(whole) - logits(before)).abs().max() > 0.01


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("trainer.use_cpu=false",), "this config asks for a GPU; none is visible"),
        (("trainer.lr_scheduler_type=cosin",), "TRL cannot begin with this config: cosin is not a valid"),
        (("trainer.packing=true", "trainer.packing_strategy=bdf"), "TRL cannot begin with this config"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    tmp_path: Path, tiny_run: Path, settings: tuple[str, ...], said: str
) -> None:
    if torch.accelerator.is_available() and "GPU" in said:
        pytest.skip("there is a GPU")
    with pytest.raises(UserError, match=said):
        run_sft(sft_spec(tmp_path / "x", tiny_run, *BRIEF, *settings))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, tiny_run: Path) -> None:
    theirs = tmp_path / "theirs" / "model" / "model.safetensors"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("weights of theirs", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds 'model', and no training that could go on .*\n.* out="):
        run_sft(sft_spec(tmp_path / "theirs", tiny_run))
    assert theirs.read_text(encoding="utf-8") == "weights of theirs"


def test_a_training_that_never_began_keeps_no_folder_from_another(tmp_path: Path, tiny_run: Path) -> None:
    with pytest.raises(UserError, match="TRL cannot begin"):
        run_sft(sft_spec(tmp_path / "x", tiny_run, "trainer.lr_scheduler_type=cosin"))
    short = ("trainer.max_steps=2", "trainer.save_strategy='no'")
    assert (run_sft(sft_spec(tmp_path / "x", tiny_run, *short)) / "model" / "model.safetensors").is_file()
    (tmp_path / "x" / "started.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"started.json: cannot be read"):
        run_sft(sft_spec(tmp_path / "x", tiny_run, *short))
