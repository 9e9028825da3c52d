"""The keys that TRL's configs have, and TRL itself where it is installed."""

import dataclasses
from types import ModuleType

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


def trainer_keys(method: str) -> list[str]:
    """What the `trainer:` block of a method may say: the fields of SFTConfig or GRPOConfig, sorted."""
    config = {"sft": "SFTConfig", "grpo": "GRPOConfig"}[method]
    return sorted(field.name for field in dataclasses.fields(getattr(trl(), config)))
