"""The model of a training: where it comes from, how it is loaded, and what is saved of it.

After an adapter was trained, adapter/ holds it, and model/ the whole model with the adapter merged into its weights. So
GRPO after SFT begins with the SFT model itself, and its KL reference (a second copy, or the adapter switched off) is
that model: FinReason's was the base model, and the divergence drew the policy back from what SFT had taught it.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from curate.errors import UserError
from train import new
from train.spec import TrainSpec

if TYPE_CHECKING:
    from train.data import Rows

MODEL, ADAPTER, NEW, CHECKPOINTS = "model", "adapter", "new", "checkpoints"
# What TRL and PEFT leave beside the weights: a pickle with paths of this machine, and a card of their own.
_NOT_OURS = ("training_args.bin", "README.md")


def source(spec: TrainSpec, rows: "Rows") -> str:
    """The model to begin with: its name on the Hub or its folder; a `new` one is made first, by one process."""
    if spec.new is None:
        return spec.model
    spec.folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(spec.folder / ".new.lock"):
        return str(new.make(spec, rows, spec.folder / NEW))


def loaded_as(spec: TrainSpec) -> dict[str, Any]:
    """What TRL hands to from_pretrained: our fields under trainer.model_init_kwargs."""
    ours = {"dtype": spec.dtype, "revision": None if Path(spec.model).is_dir() else spec.revision}
    return {name: value for name, value in ours.items() if value} | dict(spec.trainer.get("model_init_kwargs") or {})


def quantised(spec: TrainSpec) -> Any:
    """How the weights are held in 4 bits, as QLoRA does (arXiv 2305.14314, 3): NF4, its constants quantised once more,
    computing in bfloat16; None for a model that is not quantised. Raises UserError without bitsandbytes."""
    if spec.quantise is None:
        return None
    if find_spec("bitsandbytes") is None:
        raise UserError("`quantise` needs bitsandbytes\n  pip install -c constraints.txt -e '.[train,quantise]'")
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=spec.quantise,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def adapter(spec: TrainSpec) -> Any:
    """The adapter to train, or None."""
    if spec.lora is None:
        return None
    from peft import LoraConfig

    modules = spec.lora.modules
    return LoraConfig(
        r=spec.lora.rank,
        lora_alpha=spec.lora.alpha,
        lora_dropout=spec.lora.dropout,
        target_modules=modules if isinstance(modules, str) else list(modules),
        task_type="CAUSAL_LM",
    )


def save(spec: TrainSpec, trainer: Any, model: str) -> None:
    """Saves the whole model, with its tokenizer, in model/, and an adapter in adapter/. Call it in every process: their
    shards are gathered; the main one writes. model: what the training began with."""
    _end_there(trainer)
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    folder = spec.folder / (ADAPTER if spec.lora else MODEL)
    trainer.save_model(str(folder))
    if trainer.is_world_process_zero():
        for name in _NOT_OURS:
            (folder / name).unlink(missing_ok=True)
        if spec.lora:
            _merge(spec, model, folder, trainer.processing_class)


def _merge(spec: TrainSpec, model: str, folder: Path, tokenizer: Any) -> None:
    """The adapter merged into weights that are loaded anew, whole: 4 bits would lose what it holds."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(model, **loaded_as(spec))
    base.generation_config.eos_token_id = tokenizer.eos_token_id
    merged = PeftModel.from_pretrained(base, str(folder)).merge_and_unload()
    merged.save_pretrained(spec.folder / MODEL)
    tokenizer.save_pretrained(spec.folder / MODEL)


def _end_there(trainer: Any) -> None:
    """What ended an answer in training ends it wherever the model is served; TRL sees to that only for SFT."""
    trainer.model.generation_config.eos_token_id = trainer.processing_class.eos_token_id
