"""What a training is set to: TRL's own defaults under the `trainer:` block, read without making TRL's config, which
would look for devices and refuse what `check` tells in words.

settings(spec)["per_device_train_batch_size"]  ->  8
"""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from train.spec import TrainSpec
from train.trainer_keys import config_of


def settings(spec: TrainSpec) -> Mapping[str, Any]:
    """Every field of TRL's SFTConfig or GRPOConfig by name, as the training will have it. `bf16` is decided as TRL
    decides it (trainer/base_config.py): on, where neither it nor `fp16` is set."""
    fields = dataclasses.fields(config_of(spec.method))
    defaults = {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}
    found = {**defaults, **spec.trainer}
    if found["bf16"] is None:
        found["bf16"] = not found["fp16"]
    return found


def processes() -> int | None:
    """How many processes the launcher started; None where there is no launcher."""
    told = os.environ.get("WORLD_SIZE", "")
    return int(told) if told.isdigit() else None


def is_main() -> bool:
    """Is this the process that prints and writes? The launcher says which one each is."""
    return os.environ.get("RANK", "0") == "0"
