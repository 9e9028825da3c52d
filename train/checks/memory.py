"""What a training will hold on each GPU: an estimate from shapes, part by part, at its largest moment.

estimate(spec, settings(spec), config, longest=8192)  ->  Memory(layouts=(Layout("on each GPU", {...}),), ...)
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from train.checks.moments import Case, always, moments
from train.checks.shape import shape
from train.settings import processes
from train.spec import GrpoSpec, TrainSpec

LEFT_OUT = "CUDA's own 0.5 to 1 GiB, gaps between allocations, buffers of kernels and of communication"


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay a training out over GPUs. parts: bytes on each GPU at the largest moment; `total` is their sum."""

    name: str
    moment: str
    parts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Memory:
    """unknown: why nothing could be estimated, else ""; said: what the estimate takes for granted."""

    parameters: int
    trainable: int
    layouts: tuple[Layout, ...]
    said: tuple[str, ...]
    unknown: str = ""


def unknown(why: str) -> Memory:
    """No estimate, and why."""
    return Memory(0, 0, (), (), why)


def estimate(spec: TrainSpec, values: Mapping[str, Any], config: Any, longest: int) -> Memory:
    """The memory of a training whose longest row (sft) or prompt with its completion (grpo) has so many tokens; values:
    its settings, config: the model's."""
    try:
        found = shape(config, spec.lora)
    except (AttributeError, ValueError, StopIteration, KeyError) as error:
        return unknown(f"the shape of a {config.model_type} is not known well enough: {error}")
    rows = values["per_device_train_batch_size"]
    cases = {
        name: Case(spec, values, found, rows, longest, shards, copies)
        for name, shards, copies in _layouts(spec.devices, "in memory" if values["use_cpu"] else "on each GPU")
    }
    layouts = tuple(_layout(name, case) for name, case in cases.items())
    return Memory(found.base, found.trainable, layouts, _said(spec, values, rows, longest))


def _layouts(devices: int, each: str) -> list[tuple[str, int, int]]:
    """(name, GPUs that share the weights, GPUs that hold all): what the launcher says, and both where there is none."""
    whole, sharded = (each, 1, devices), (f"with FSDP over {devices}", devices, 1)
    if devices == 1:
        return [whole]
    if processes() is None:
        return [whole, sharded]
    return [sharded if os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true" else whole]


def _layout(name: str, case: Case) -> Layout:
    held = always(case)
    found = {moment: {**held, **parts} for moment, parts in moments(case).items()}
    largest = max(found, key=lambda moment: sum(found[moment].values()))
    return Layout(name, largest, {part: count for part, count in found[largest].items() if count})


def _said(spec: TrainSpec, values: Mapping[str, Any], rows: int, longest: int) -> tuple[str, ...]:
    """What the estimate stands on, in words."""
    told = [f"batches of {rows} x {longest:,} tokens, the longest that can come"]
    told.append("gradient checkpointing " + ("on" if values["gradient_checkpointing"] else "off"))
    if not spec.lora and spec.dtype != "float32":
        shared = "; FSDP keeps both in float32" if spec.devices > 1 else ""
        told.append(f"weights are trained in {spec.dtype}, with the optimiser's moments{shared}")
    if "paged" in str(values["optim"]):
        told.append("the paged optimiser may move to the machine's memory")
    if isinstance(spec, GrpoSpec) and values["use_vllm"] and values["vllm_mode"] == "colocate":
        share = values["vllm_gpu_memory_utilization"]
        told.append(f"vLLM takes {share:.0%} of each GPU beside this (trainer.vllm_gpu_memory_utilization)")
    return (*told, f"left out: {LEFT_OUT}")
