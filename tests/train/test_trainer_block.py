"""The `trainer:` block before TRL gets it: numbers that YAML takes for text, values that no training can have, keys
that would break a promise; each by its line."""

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from trl import GRPOConfig

from curate.errors import UserError
from train.config import load
from train.trainer_block import _BOUNDS, _REFUSED, _REFUSED_IN_GRPO, _TYPES, _is_plain
from train.trainer_keys import trainer_keys


def written(folder: Path, method: str, trainer: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"name: mine\nmethod: {method}\nnew: {{}}\ndata: runs/x\ntrainer:\n  {trainer}\n", "utf-8")
    return path


@pytest.mark.parametrize("number", ["1e-5", "1.0e-5", "'0.00001'"])
def test_a_number_is_one_however_it_is_written(tmp_path: Path, number: str) -> None:
    spec = load(written(tmp_path, "sft", f"learning_rate: {number}"))
    assert spec.trainer["learning_rate"] == 1e-5
    assert isinstance(spec.trainer["learning_rate"], float)


def test_what_is_right_is_handed_on_as_it_is(tmp_path: Path) -> None:
    given = {
        *("bf16: null", "max_steps: -1", "max_length: null", "warmup_steps: 0.05", "optim: adamw_torch", "seed: 0"),
        *("lr_scheduler_kwargs: {a: 1}", "report_to: [none]", "num_train_epochs: 3", "push_to_hub: false"),
    }
    for line in given:
        [(key, value)] = yaml.safe_load(line).items()
        found = load(written(tmp_path, "sft", line)).trainer[key]
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("method", "key", "value", "says"),
    [
        ("sft", "learning_rate", "quick", "number"),
        ("sft", "learning_rate", ".nan", "finite number"),
        ("sft", "learning_rate", "-1.0", "greater than or equal to 0"),
        ("sft", "per_device_train_batch_size", "eight", "whole number"),
        ("sft", "per_device_train_batch_size", "0", "greater than or equal to 1"),
        ("sft", "gradient_accumulation_steps", "0", "greater than or equal to 1"),
        ("sft", "gradient_accumulation_steps", "1.5", "whole number"),
        ("sft", "max_length", "8k", "whole number"),
        ("sft", "max_length", "true", "whole number"),
        ("sft", "max_steps", "many", "whole number"),
        ("sft", "num_train_epochs", "0", "greater than 0"),
        ("sft", "num_train_epochs", "three", "number"),
        ("sft", "seed", "x", "whole number"),
        ("sft", "seed", "-1", "greater than or equal to 0"),
        ("sft", "logging_steps", "0", "greater than 0"),
        ("sft", "save_steps", "often", "number"),
        ("sft", "bf16", "maybe", "true or false"),
        ("grpo", "num_generations", "many", "whole number"),
        ("grpo", "beta", "low", "number"),
        ("grpo", "max_completion_length", "0", "greater than or equal to 1"),
        ("grpo", "loss_type", "nonsense", "'grpo', 'bnpo'"),
        ("grpo", "scale_rewards", "sum", "'group', 'batch'"),
    ],
)
def test_a_value_that_no_training_can_have(tmp_path: Path, method: str, key: str, value: str, says: str) -> None:
    with pytest.raises(UserError) as error:
        load(written(tmp_path, method, f"{key}: {value}"))
    assert str(error.value).startswith(f"{tmp_path / 'mine.yaml'}:6: 'trainer.{key}' ")
    assert says in str(error.value)
    assert f"; found {yaml.safe_load(value)!r}" in str(error.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        load(written(tmp_path, "sft", "{max_length: long, seed: x}"))
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("method", "said", "says"),
    [
        ("sft", "save_only_model: true", "cannot go on from checkpoints"),
        ("sft", "push_to_hub: true", "hf upload org/name trained/mine/model"),
        ("grpo", "remove_unused_columns: true", "rewards are given by columns"),
        ("sft", "max_steps: 0", "would train nothing"),
    ],
)
def test_what_would_break_a_promise_is_refused(tmp_path: Path, method: str, said: str, says: str) -> None:
    with pytest.raises(UserError, match=rf"mine\.yaml:6: trainer\.{said.partition(':')[0]}: .*{says}"):
        load(written(tmp_path, method, said))


def test_the_keys_that_it_knows_are_trls() -> None:
    """A key that TRL renames would be looked at no more."""
    known = {method: trainer_keys(method) for method in ("sft", "grpo")}
    assert set(_BOUNDS) <= {key for keys in known.values() for key, kind in keys.items() if _is_plain(kind)}
    assert set(_REFUSED) <= set(known["sft"]) & set(known["grpo"])
    assert set(_REFUSED_IN_GRPO) <= set(known["grpo"])
    assert all(key in known[method] for method, key in _TYPES)


def test_the_losses_are_trls() -> None:
    """As the help of its field names them."""
    [field] = [field for field in dataclasses.fields(GRPOConfig) if field.name == "loss_type"]
    told = re.findall(r"'(\w+)'", str(field.metadata["help"]))
    assert set(get_args(_TYPES["grpo", "loss_type"])) == set(told) - {"sequence"}
