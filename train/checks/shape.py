"""The shape of a model out of its configuration alone: no weights are read, nothing is held in memory.

shape(config, spec.lora).parameters  ->  7615616512, for Qwen2.5-7B
"""

from dataclasses import dataclass
from typing import Any

from train.spec import LoraSpec, TrainSpec


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of numbers. base: the model's own; adapter: LoRA's, else 0; quantised: those that 4 bits would hold;
    matrices: the weights of all linear layers; largest: the largest of them but for the head; root: what stands outside
    of the blocks; adapted: the inputs of all layers with an adapter, added up over one block; tied: is the head the
    embedding?"""

    base: int
    adapter: int
    quantised: int
    matrices: int
    largest: int
    root: int
    adapted: int
    tied: bool
    vocabulary: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int

    @property
    def trainable(self) -> int:
        return self.adapter or self.base


def read_config(spec: TrainSpec, folder: str) -> Any:
    """The configuration of the model, which is all that is loaded of it; folder: of a `new` one. Raises OSError or
    ValueError where it cannot be had."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(*((spec.model,) if spec.model else (folder,)), revision=spec.revision or "main")


def context_of(config: Any) -> int | None:
    """The positions that a model knows."""
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(found) if found else None


def shape(config: Any, lora: LoraSpec | None) -> Shape:
    """Counted on PyTorch's meta device, which has shapes and no numbers. Raises AttributeError or ValueError for an
    architecture that transformers or PEFT does not know so well."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    base, text = _count(model), config.get_text_config()
    head = model.get_output_embeddings()
    linear = {name: one for name, one in model.named_modules() if isinstance(one, torch.nn.Linear) and one is not head}
    sizes = [one.weight.numel() for one in linear.values()]
    blocks = next(one for one in model.modules() if isinstance(one, torch.nn.ModuleList))
    adapter, adapted = _adapted(model, lora) if lora else (0, 0)
    heads = text.num_attention_heads
    return Shape(
        base=base,
        adapter=adapter,
        quantised=sum(sizes),
        matrices=sum(sizes) + head.weight.numel(),
        largest=max(sizes),
        root=base - _count(blocks),
        adapted=adapted // len(blocks),
        tied=bool(text.tie_word_embeddings),
        vocabulary=text.vocab_size,
        hidden=text.hidden_size,
        intermediate=text.intermediate_size,
        layers=len(blocks),
        heads=heads,
        kv_heads=getattr(text, "num_key_value_heads", None) or heads,
        head_size=getattr(text, "head_dim", None) or text.hidden_size // heads,
    )


def _adapted(model: Any, lora: LoraSpec) -> tuple[int, int]:
    """The numbers of an adapter, by letting PEFT make it on the meta device, and the inputs that it has in all."""
    from peft import LoraConfig, get_peft_model
    from peft.tuners.lora import LoraLayer

    modules = lora.modules if isinstance(lora.modules, str) else list(lora.modules)
    made = get_peft_model(model, LoraConfig(r=lora.rank, target_modules=modules, task_type="CAUSAL_LM"))
    inputs = sum(one.in_features for one in made.modules() if isinstance(one, LoraLayer))
    return sum(one.numel() for one in made.parameters() if one.requires_grad), inputs


def _count(module: Any) -> int:
    return sum(one.numel() for one in module.parameters())
