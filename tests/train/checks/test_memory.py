"""The estimate of memory beside what tensors really take, and what it says of models that are only a configuration."""

from collections.abc import Mapping
from typing import Any

import pytest
from transformers import Qwen2Config

from tests.train.peak import measured
from train.checks.memory import Memory, estimate
from train.checks.shape import shape
from train.settings import settings
from train.spec import GrpoSpec, LoraSpec, SftSpec

SMALL: Mapping[str, Any] = {
    "vocab_size": 8000,
    "hidden_size": 512,
    "intermediate_size": 1408,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "tie_word_embeddings": True,
    "bos_token_id": None,
}
LARGER: Mapping[str, Any] = {**SMALL, "vocab_size": 16_000, "hidden_size": 768, "tie_word_embeddings": False}
B7: Mapping[str, Any] = {
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "max_position_embeddings": 32_768,
    "tie_word_embeddings": False,
}
B1_5: Mapping[str, Any] = {
    **B7,
    "vocab_size": 151_936,
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "tie_word_embeddings": True,
}
TWICE = {"gradient_accumulation_steps": 2}
GIB = 2**30


def sft(dtype: str = "bfloat16", rows: int = 1, trainer: Mapping[str, Any] | None = None, **more: Any) -> SftSpec:
    said = {"per_device_train_batch_size": rows, **(trainer or {})}
    return SftSpec(name="m", method="sft", model="m", data="d", dtype=dtype, trainer=said, **more)  # type: ignore[arg-type]


def grpo(**trainer: Any) -> GrpoSpec:
    said = {"per_device_train_batch_size": 8, **trainer}
    return GrpoSpec(name="m", method="grpo", model="m", data="d", trainer=said)


def estimated(spec: SftSpec | GrpoSpec, config: Mapping[str, Any], longest: int) -> Memory:
    return estimate(spec, settings(spec), Qwen2Config(**config), longest)


@pytest.mark.parametrize(
    ("config", "dtype", "rows", "tokens", "trainer"),
    [
        (SMALL, "float32", 1, 1024, {"bf16": False, "use_cpu": True}),
        (SMALL, "float32", 2, 1024, {"bf16": False, **TWICE}),
        (SMALL, "bfloat16", 1, 2048, {"gradient_checkpointing": False}),
        (LARGER, "float32", 1, 1024, TWICE),
        (LARGER, "bfloat16", 1, 4096, {}),
        ({**B7, "num_hidden_layers": 4}, "bfloat16", 1, 16_384, TWICE),
    ],
)
def test_tensors_take_what_is_estimated(
    config: Mapping[str, Any],
    dtype: str,
    rows: int,
    tokens: int,
    trainer: Mapping[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = sft(dtype, rows, trainer)
    (layout,) = estimated(spec, config, tokens).layouts
    took = measured(Qwen2Config(**config), dtype, settings(spec), rows, tokens, monkeypatch)
    assert 0.9 < layout.total / took < 1.1


def test_parameters_are_those_of_the_published_models() -> None:
    assert shape(Qwen2Config(**B7), None).base == 7_615_616_512
    assert shape(Qwen2Config(**B1_5), None).base == 1_543_714_304


def test_an_adapter_is_counted_by_its_matrices() -> None:
    rank = 16
    hidden, inner, told = 1536, 8960, 256
    block = 2 * (hidden + hidden) + 2 * (hidden + told) + 3 * (hidden + inner)  # q, o; k, v; gate, up, down
    assert shape(Qwen2Config(**B1_5), LoraSpec(rank=rank)).adapter == 28 * rank * block
    assert shape(Qwen2Config(**B1_5), LoraSpec(rank=rank, modules=("q_proj",))).adapter == 28 * rank * 2 * hidden


def test_7b_in_full_fills_a_gpu_of_80_gib_and_half_of_one_where_eight_share_it() -> None:
    spec = sft(devices=8, trainer=TWICE)
    each, sharded = estimated(spec, B7, 16_384).layouts
    assert 75 * GIB < each.total < 85 * GIB
    assert 20 * GIB < sharded.total < 40 * GIB
    assert each.parts["weights"] == 2 * 7_615_616_512
    assert sharded.parts["weights"] == 4 * 7_615_616_512 // 8
    assert each.parts["buckets of gradients (DDP)"] == each.parts["gradients"]


@pytest.mark.parametrize(("fsdp", "name"), [("true", "with FSDP over 8"), ("", "on each GPU")])
def test_a_launcher_decides_the_layout(fsdp: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "8")
    monkeypatch.setenv("ACCELERATE_USE_FSDP", fsdp)
    assert [layout.name for layout in estimated(sft(devices=8), SMALL, 128).layouts] == [name]


def test_finreasons_qlora_of_1_5b_fits_8_gib() -> None:
    spec = sft(quantise="nf4", lora=LoraSpec(), trainer=TWICE)
    memory = estimated(spec, B1_5, 1024)
    (layout,) = memory.layouts
    assert 1.0 * GIB < layout.parts["weights"] < 1.2 * GIB  # 4 bits but for the embedding
    assert layout.total < 4 * GIB
    assert memory.trainable == 18_464_768


@pytest.mark.parametrize(
    ("optim", "bytes_each"),
    [
        ("adamw_torch_fused", 2 * 2),
        ("adamw_8bit", 2),
        ("paged_adamw_8bit", 2),
        ("paged_adamw_32bit", 2 * 4),
        ("lion_8bit", 1),
        ("sgd", 0),
    ],
)
def test_optimisers(optim: str, bytes_each: int) -> None:
    (layout,) = estimated(sft(trainer={"optim": optim, **TWICE}), SMALL, 128).layouts
    assert layout.parts.get(f"optimiser ({optim})", 0) == bytes_each * shape(Qwen2Config(**SMALL), None).base


def test_grpo_holds_a_reference_for_kl_and_the_keys_of_what_it_writes() -> None:
    weights = 2 * shape(Qwen2Config(**SMALL), None).base
    plain, held = (estimated(grpo(beta=beta), SMALL, 4096).layouts[0] for beta in (0.0, 0.001))
    assert held.parts["reference model (beta)"] == weights
    assert "reference model (beta)" not in plain.parts
    many = estimated(grpo(gradient_accumulation_steps=64), SMALL, 4096).layouts[0]
    assert many.moment == "generation"
    assert many.parts["keys and values"] == 8 * 64 * 4096 * 4 * 2 * 2 * 64 * 2  # rows, tokens, layers, heads, k and v
    told = estimated(grpo(use_vllm=True, vllm_gpu_memory_utilization=0.25), SMALL, 4096)
    assert told.layouts[0].moment != "generation"
    assert any("25%" in line for line in told.said)


def test_attention_that_is_written_out_grows_with_the_square() -> None:
    eager = {"model_init_kwargs": {"attn_implementation": "eager"}}
    short, long = (estimated(sft(trainer=eager), SMALL, tokens).layouts[0].total for tokens in (8192, 16_384))
    assert long > 3 * short
