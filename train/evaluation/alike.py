"""Models drawn from alike: what a server takes from its model's own generation_config.json, such as a penalty for
repetition or a top_k, would be the model's and not the evaluation's. Of servers that we start it is set to nothing; an
endpoint is asked as it is, and may have such values of its own.

alike(Model(serve="vllm", model="org/base"))                  ->  the same with args ("--generation-config", "vllm")
sampling(Model(serve="transformers", ...), {"temperature": 0})   ->  {"temperature": 0, "generation_config": "{...}"}
"""

import json
from collections.abc import Mapping
from typing import Any

from curate.chat import Model

# vLLM's own defaults; ends of a text are still the model's.
_VLLM = ("--generation-config", "vllm")
OWN = (_VLLM[0], "--override-generation-config")
# What a call does not say, Transformers' server takes from the model, and then from its own defaults, of which top_k is
# 50 (GenerationMixin._prepare_generation_config); so each is said. Ends of a text are still the model's.
_NEUTRAL = {
    **{"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical_p": 1.0},
    **{"repetition_penalty": 1.0, "no_repeat_ngram_size": 0, "num_beams": 1, "min_new_tokens": 0},
}
_LENGTH = 1024  # new tokens where a call says none: the server's own default, which a generation_config takes away


def alike(model: Model) -> Model:
    """The model, served so that it brings no sampling of its own."""
    return model.model_copy(update={"args": (*model.args, *_VLLM)}) if model.serve == "vllm" else model


def sampling(model: Model, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a call says of sampling, with what its server would else take from the model."""
    if model.serve != "transformers":
        return dict(said)
    draws = said.get("temperature") != 0
    return {"generation_config": json.dumps({"do_sample": draws, "max_new_tokens": _LENGTH, **_NEUTRAL}), **said}


def besides(model: Model) -> str:
    """What a model's server is told besides the sampling of an evaluation, in words."""
    match model.serve:
        case "vllm":
            return " ".join(_VLLM)
        case "transformers":
            return json.dumps(_NEUTRAL)
        case _:
            return "nothing: an endpoint may have defaults of its own"
