"""The keys that TRL's configs have, and TRL itself where it is installed."""

import dataclasses
from collections.abc import Mapping
from types import ModuleType
from typing import Any, get_type_hints

from curate.errors import UserError


def trl() -> ModuleType:
    """TRL. Raises UserError where it is not installed."""
    try:
        import trl as found
    except ImportError as error:
        raise UserError(
            f"training needs packages that are not installed: {error}\n  pip install -c constraints.txt -e '.[train]'"
        ) from None
    return found  # type: ignore[no-any-return]


def config_of(method: str) -> Any:
    """TRL's config class of a method: SFTConfig or GRPOConfig."""
    return getattr(trl(), {"sft": "SFTConfig", "grpo": "GRPOConfig"}[method])


def trainer_keys(method: str) -> Mapping[str, Any]:
    """What the `trainer:` block of a method may say: the fields of TRL's config, with their types."""
    config = config_of(method)
    hints = get_type_hints(config)
    return {name: hints[name] for name in sorted(field.name for field in dataclasses.fields(config))}
