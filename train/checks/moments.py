"""What a training holds on one GPU, part by part: always, and at each moment at which memory may be largest.

always(case)["weights"]                          ->  15231233024, for 7.6 billion parameters in bfloat16
moments(case)["backward, last block"]            ->  {"gradients": ..., "activations": ...}

The parts follow TRL 1.16 and transformers 5: moments of Adam in the dtype of the weights that are trained; adapters of
LoRA in float32, on a model in 4 bits in bfloat16; the logits in tiles (trl/kernels/chunked_logprob.py), never whole;
under FSDP with mixed precision, trained weights in float32 (accelerate's fsdp2_prepare_model). What tensors really took
beside it: tests/train/test_memory.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from train.checks.shape import Shape
from train.spec import GrpoSpec, TrainSpec

BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}
# A number in NF4 with its share of the scales: 8 bits a block of 64, and 32 bits a block of 256 of these (QLoRA, 3).
NF4 = 0.5 + 1 / 64 + 4 / (64 * 256)
TILE = (4096, 32_768)  # tokens and vocabulary of a tile of logits, in TRL
Parts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """What one estimate is about. tokens: in one batch of a device; rows: how many rows these are; shards: GPUs that
    share the weights."""

    spec: TrainSpec
    values: Mapping[str, Any]
    shape: Shape
    rows: int
    longest: int
    shards: int
    copies: int

    @property
    def tokens(self) -> int:
        return self.rows * self.longest

    @property
    def mixed(self) -> bool:
        return bool(self.values["bf16"] or self.values["fp16"])

    @property
    def stored(self) -> int:
        """Bytes of a weight as it is loaded."""
        return BYTES[self.spec.dtype]

    @property
    def trained(self) -> int:
        """Bytes of a weight that is trained."""
        if self.spec.quantise:
            return 2
        return 4 if self.spec.lora or (self.shards > 1 and self.mixed) else self.stored

    @property
    def stream(self) -> int:
        """Bytes of a hidden state between blocks."""
        return 2 if self.shards > 1 and self.mixed else self.stored

    @property
    def computed(self) -> int:
        """Bytes of what the matrices give."""
        return 2 if self.mixed else self.stored


def always(case: Case) -> Parts:
    """What is held from the first step to the last."""
    form, trained = case.shape, case.trained * case.shape.trainable
    frozen = 0
    if case.spec.lora:
        quantised = form.quantised if case.spec.quantise else 0
        frozen = int(quantised * NF4) + (form.base - quantised) * case.stored
    reference = isinstance(case.spec, GrpoSpec) and bool(case.values["beta"]) and not case.spec.lora
    gathered = 0
    if case.shards > 1:  # the root stays gathered over a step, of the blocks one and the next
        gathered = case.computed * (form.root + 2 * (form.base - form.root) // form.layers)
    return {
        "weights": (frozen + (0 if case.spec.lora else trained)) // case.shards,
        "adapter": trained // case.shards if case.spec.lora else 0,
        f"optimiser ({case.values['optim']})": _moments_of_adam(case) // case.shards,
        "reference model (beta)": reference * case.stored * form.base // case.shards,
        "gathered layers (FSDP)": gathered,
        "buckets of gradients (DDP)": trained if case.copies > 1 else 0,
    }


def _moments_of_adam(case: Case) -> int:
    """Bytes of the optimiser's state; one that is not known here is taken for Adam."""
    name, count = str(case.values["optim"]), case.shape.trainable
    kept = 1 if "lion" in name or "adagrad" in name or "rmsprop" in name else 2
    if name in ("sgd", "adafactor"):  # adafactor keeps rows and columns alone
        return 0
    if "8bit" in name:
        return kept * count
    return kept * count * (4 if "paged" in name or "bnb" in name else case.trained)


def moments(case: Case) -> dict[str, Parts]:
    """The moments at which memory may be largest, and what each holds beside what is always held."""
    form = case.shape
    gradients = case.trained * form.trainable // case.shards
    kept = gradients if case.values["gradient_accumulation_steps"] > 1 else 0  # from one batch to the next
    inputs, block = _activations(case)
    found = {
        "forward": {"gradients": kept, "activations": inputs, "logits": _tile(case), "16-bit copies": _casts(case)},
        "backward, at the logits": {"gradients": kept, "activations": inputs, "logits": _tile(case) + _head(case)},
        "backward, first block": {"gradients": kept, "activations": inputs + block},
        "backward, last block": {"gradients": gradients, "activations": max(block, _tied(case)) + inputs * bool(kept)},
    }
    if isinstance(case.spec, GrpoSpec) and not case.values["use_vllm"]:
        found["generation"] = _generation(case)
    return found


def _activations(case: Case) -> tuple[int, int]:
    """What the forward pass leaves for the backward one, and what going back through one block takes beside it: a
    decoder block with RMSNorm and a gated MLP, attention that is not written out (SDPA or flash)."""
    form, stream, computed = case.shape, case.stream, case.computed
    asked, told = form.heads * form.head_size, form.kv_heads * form.head_size
    norms = 2 * form.hidden * (2 * stream + (4 if stream < 4 else 0) + (computed if computed != stream else 0))
    attention = computed * (3 * asked + 2 * told + (2 * asked if asked != told else 0))
    saved = norms + attention + computed * 4 * form.intermediate + stream * form.hidden
    if case.spec.lora:  # each adapter keeps its own input, where that is cast or some of it is dropped
        dropped = bool(case.spec.lora.dropout)
        width = computed if case.mixed else case.trained
        saved += form.adapted * (width * (dropped or case.trained != stream) + dropped)
    flowing = computed * 2 * form.intermediate + stream * 2 * form.hidden
    written = case.rows * case.longest**2 * _square(case)
    dense = 2 * form.largest if case.spec.quantise else 0
    if case.values["gradient_checkpointing"]:
        return form.layers * case.tokens * form.hidden * stream, case.tokens * (saved + flowing) + written + dense
    return form.layers * (case.tokens * saved + written), case.tokens * flowing + dense


def _square(case: Case) -> int:
    """Bytes a pair of positions: all scores where attention is written out, else a mask where rows are padded."""
    kwargs = case.values["model_init_kwargs"] or {}
    how = kwargs.get("attn_implementation", "sdpa")
    if how == "eager":
        return case.shape.heads * (4 + 2 * case.computed)
    padded = case.rows > 1 and not case.values.get("packing") and how == "sdpa"
    return 1 + case.computed if padded else 0


def _tile(case: Case) -> int:
    """Logits, as TRL calculates them: a tile at a time, of its full width; without Triton there are some 8 copies of
    what it holds, in float32."""
    tokens = min(case.tokens, TILE[0])
    copies = 8 * 4 * min(case.shape.vocabulary, TILE[1]) if case.values["use_cpu"] else 0
    return tokens * (TILE[1] * case.computed + copies)


def _head(case: Case) -> int:
    """Gradients at the logits, of the hidden states and, where it is trained, of the head: in float32, and at the end
    once more in their own dtype."""
    form = case.shape
    numbers = form.hidden * (case.tokens + (0 if case.spec.lora else form.vocabulary))
    return numbers * (4 + (2 if case.stream < 4 else 0))


def _tied(case: Case) -> int:
    """The gradient of the embedding as a matrix of its own, before it is added to that of the head."""
    form = case.shape
    return case.trained * form.vocabulary * form.hidden if form.tied and not case.spec.lora else 0


def _casts(case: Case) -> int:
    """Matrices in float32 that autocast keeps in 16 bits during the forward pass."""
    whole = case.mixed and case.shards == 1 and case.trained == 4
    return 2 * (case.shape.adapter or case.shape.matrices) if whole else 0


def _generation(case: Case) -> Parts:
    """The keys and values of all completions that are generated at once, and the logits of one token of each."""
    form, values = case.shape, case.values
    rounds = values["steps_per_generation"] or values["gradient_accumulation_steps"]
    if values["generation_batch_size"]:
        rounds = values["generation_batch_size"] // (case.rows * case.spec.devices)
    sequences = case.rows * rounds
    cache = 2 * form.layers * form.kv_heads * form.head_size * case.computed * case.longest
    return {"keys and values": sequences * cache, "logits": 3 * 4 * sequences * form.vocabulary}
