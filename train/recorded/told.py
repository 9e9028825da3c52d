"""A config as the record of its training tells it: nothing in it that is or may hold a secret, servers without private
addresses, and what TRL's defaults add to it.

config_told(spec)["trainer"]["hub_token"]   ->  "(a secret)"
settings_told(spec, trainer.args)           ->  {"learning_rate": 1e-05, "lr_scheduler_type": "cosine", ...}
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from curate.identity import public_address, published
from curate.release.secrets import find_secrets
from train.spec import GrpoSpec, SftSpec

HIDDEN, PRIVATE = "(a secret)", "(a private address)"
_PRIVATE = {"base_url", "api_key_env", "api_version", "env", "args", "identity"}  # of a model that checks
_ADDRESSES = {"vllm_server_base_url", "vllm_server_host"}  # keys of TRL's that name a machine
_SECRETS = {"hub_token", "token", "use_auth_token"}  # keys of TRL's and transformers' that hold one
# What a card lists even where the config leaves it at TRL's default: it shapes the model more than anything else.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "": (
        *("learning_rate", "lr_scheduler_type", "per_device_train_batch_size", "gradient_accumulation_steps"),
        "num_train_epochs",
    ),
    "sft": ("max_length",),
    "grpo": (
        *("beta", "num_generations", "temperature", "top_p", "max_completion_length", "loss_type", "epsilon"),
        "num_iterations",
    ),
}


def config_told(spec: SftSpec | GrpoSpec) -> dict[str, Any]:
    """The config as it was checked: servers without private addresses, nothing that is or may hold a secret."""
    found: dict[str, Any] = spec.model_dump(mode="json")
    if isinstance(spec, GrpoSpec):
        for name, model in spec.models.items():
            told = {key: value for key, value in found["models"][name].items() if key not in _PRIVATE}
            address = public_address(model.base_url or "")
            found["models"][name] = told | {"model": published(model.known_as()), "base_url": address}
    return {key: _told(value, key) for key, value in found.items()}


def _told(value: Any, key: str = "") -> Any:
    """A value of the config, with HIDDEN for each secret, and PRIVATE for a machine that only its owner knows."""
    if isinstance(value, dict):
        return {name: _told(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, str) and (key in _SECRETS or find_secrets(value)):
        return HIDDEN
    if isinstance(value, str) and key in _ADDRESSES:
        return value if public_address(value if "//" in value else f"//{value}") else PRIVATE
    return value


def settings_told(spec: SftSpec | GrpoSpec, args: Any) -> dict[str, Any]:
    """The hyper-parameters: the reward, what the config hands to TRL, and the telling ones of TRL's defaults."""
    ours = {"reward": spec.reward, "checked_by": _checkers(spec)} if isinstance(spec, GrpoSpec) else {}
    names = dict.fromkeys([*_TELLING[""], *_TELLING[spec.method], *spec.trainer])
    if args.max_steps > 0:
        names.pop("num_train_epochs")  # then it says nothing
    return ours | {name: _told(_plain(getattr(args, name)), name) for name in names}


def _checkers(spec: GrpoSpec) -> str:
    """Who tells whether an answer is right: the rules, and the model that they leave the undecided to."""
    model = spec.models[spec.check.judge].known_as() if spec.check.judge else ""
    return f"rules, {published(model)}" if model else "rules"


def _plain(value: Any) -> Any:
    """A setting as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
