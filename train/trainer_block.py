"""The `trainer:` block, looked at before TRL gets it: its keys, its plain values, and what cannot work here.

checked(spec, path, places)["learning_rate"]   ->  1e-05, also for "1e-5", which YAML 1.1 takes for text

TRL and transformers look at few of their values; the others would end a training in a traceback, hours later.
"""

from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ConfigDict, Field, ValidationError, create_model

from curate.errors import UserError, nearest
from curate.recipe_faults import user_error
from curate.recipe_file import Places, place_of
from train.spec import TrainSpec
from train.trainer_keys import trainer_keys

_COUNT, _SHARE = Field(ge=1), Field(gt=0)
_BOUNDS: Mapping[str, Any] = {
    **dict.fromkeys(
        ("per_device_train_batch_size", "per_device_eval_batch_size", "gradient_accumulation_steps"), _COUNT
    ),
    **dict.fromkeys(("max_length", "max_completion_length", "num_generations", "num_iterations"), _COUNT),
    **dict.fromkeys(("steps_per_generation", "generation_batch_size"), _COUNT),
    **dict.fromkeys(("num_train_epochs", "logging_steps", "save_steps", "eval_steps", "temperature"), _SHARE),
    **dict.fromkeys(("learning_rate", "beta", "warmup_steps", "weight_decay", "seed", "data_seed"), Field(ge=0)),
}
# Where TRL's type is wider than what it takes: GRPOTrainer finds a loss that it does not know at the first step, and
# reads `scale_rewards: false` as none (TRL 1.16, grpo_trainer.py).
_TYPES: Mapping[tuple[str, str], Any] = {
    ("grpo", "loss_type"): Literal["grpo", "bnpo", "dr_grpo", "dapo", "luspo", "cispo", "sapo", "vespo"],
    ("grpo", "scale_rewards"): Literal["group", "batch", "none", True, False],
}
_REFUSED: Mapping[str, str] = {
    "resume_from_checkpoint": "the same command goes on from the last checkpoint by itself; leave it out",
    "save_only_model": "a training cannot go on from checkpoints without the optimiser's state; leave it out",
    "push_to_hub": "it would publish checkpoints, with paths of this machine; leave it out, and publish the model when"
    " it is trained: hf upload org/name {folder}/model",
}
_REFUSED_IN_GRPO: Mapping[str, str] = {
    "remove_unused_columns": "rewards are given by columns that the model does not see; leave it out"
}


def checked(spec: TrainSpec, path: Path, places: Places) -> Mapping[str, Any]:
    """The block as TRL gets it, numbers as numbers. Raises UserError with each fault's line, what was found and what is
    allowed: for keys that TRL does not have, values of another type or that no training can have, and what would break
    a promise of this package."""
    known = trainer_keys(spec.method)
    refused = {**_REFUSED, **(_REFUSED_IN_GRPO if spec.method == "grpo" else {})}
    for key, value in spec.trainer.items():
        where = place_of(("trainer", key), places, str(path))
        if key not in known:
            raise UserError(f"{where}: TRL's {spec.method.upper()}Config has no '{key}'{nearest(key, known)}")
        if key in refused and value:
            raise UserError(f"{where}: trainer.{key}: {refused[key].format(folder=spec.folder)}")
        if key == "max_steps" and value == 0:
            raise UserError(f"{where}: trainer.max_steps: 0 would train nothing; leave it out to train whole epochs")
    types = {key: _TYPES.get((spec.method, key), known[key]) for key in spec.trainer}
    numbers = {key: _number(value, types[key]) for key, value in spec.trainer.items()}
    _refuse_values(types, numbers, path, places)
    return numbers


def _refuse_values(types: Mapping[str, Any], values: Mapping[str, Any], path: Path, places: Places) -> None:
    """Looks at the values whose types are plain; of others TRL knows more."""
    fields: dict[str, Any] = {
        key: (Annotated[kind, _BOUNDS.get(key, Field())], ...) for key, kind in types.items() if _is_plain(kind)
    }
    block = create_model("Trainer", __config__=ConfigDict(strict=True, allow_inf_nan=False), **fields)
    try:
        block.model_validate({key: values[key] for key in fields})
    except ValidationError as error:
        raise user_error(error, ("trainer",), block, path, places) from None


def _number(value: Any, kind: Any) -> Any:
    """The number that a text says where one is meant: YAML 1.1 wants a point in 1.0e-5."""
    if not isinstance(value, str) or float not in _sides(kind):
        return value
    try:
        return float(value)
    except ValueError:
        return value


def _is_plain(kind: Any) -> bool:
    """Is it a number, a truth value, text or one of some words, or none?"""
    sides = [side for side in _sides(kind) if side is not NoneType]
    return len(sides) == 1 and (sides[0] in (int, float, bool, str) or get_origin(sides[0]) is Literal)


def _sides(kind: Any) -> tuple[Any, ...]:
    """Of "this or that" each side."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
