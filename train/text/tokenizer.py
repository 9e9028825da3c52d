"""The tokenizer of the model that a training begins with.

load_tokenizer(spec)  ->  the one of spec.model, a folder or a name on the Hub
"""

import re
from pathlib import Path
from typing import Any

from curate.errors import UserError
from train.spec import TrainSpec

_ON_HUB = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def load_tokenizer(spec: TrainSpec) -> Any:
    """The tokenizer of a training's model. Raises UserError where it cannot be had: no such folder, nothing of that
    name on the Hub, no network, or files that hold none."""
    from transformers import AutoTokenizer

    local = Path(spec.model).is_dir()
    if not local and not could_be_on_hub(spec.model):
        raise UserError(f"model '{spec.model}': there is no such folder; train the model that belongs there first")
    if local and not Path(spec.model, "config.json").is_file() and Path(spec.model, "adapter_config.json").is_file():
        raise UserError(f"model '{spec.model}': an adapter alone; begin with the model that it was merged into, model/")
    try:
        return AutoTokenizer.from_pretrained(spec.model, revision=None if local else spec.revision)
    except (OSError, ValueError) as error:
        advice = (
            "a folder of a model holds tokenizer.json beside its weights"
            if local
            else "it is neither a folder here nor to be had from the Hub: look at its name, at the network, and for a"
            " gated model at HF_TOKEN"
        )
        said = " ".join(str(error).split())[:300]
        raise UserError(f"model '{spec.model}': its tokenizer cannot be loaded: {said}\n  {advice}") from None


def could_be_on_hub(name: str) -> bool:
    """Whether a name that no folder has can be one on the Hub; trained/nosuch is rather of a folder that is not there,
    where there is a folder trained/."""
    return bool(_ON_HUB.fullmatch(name)) and not ("/" in name and Path(name).parent.is_dir())
