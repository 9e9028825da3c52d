"""What the tensors of a training step really take: a model with TRL's fused head goes forward, backward and a step,
on fake tensors, which have shapes and no numbers, so that any size fits."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
import trl.kernels.chunked_logprob as kernel
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from transformers import Qwen2ForCausalLM
from trl.trainer.utils import add_fused_lm_head


class Peak(TorchDispatchMode):
    """Follows every tensor that an operation makes until it is freed. peak: bytes at the largest moment."""

    def __init__(self) -> None:
        super().__init__()
        self._live: dict[int, tuple[StorageWeakRef, int]] = {}
        self._now = self.peak = 0

    def see(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        known = StorageWeakRef(storage)
        if known.cdata not in self._live:
            self._live[known.cdata] = (known, storage.nbytes())
            self._now += storage.nbytes()

    def _forget(self) -> None:
        for key in [key for key, (known, _) in self._live.items() if known.expired()]:
            self._now -= self._live.pop(key)[1]

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = function(*args, **(kwargs or {}))
        for one in tree_iter(out):
            if isinstance(one, torch.Tensor):
                self.see(one)
        if self._now > self.peak:
            self._forget()
            self.peak = max(self.peak, self._now)
        return out


def measured(
    config: Any, dtype: str, values: Mapping[str, Any], rows: int, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> int:
    """Bytes of tensors at the largest moment of two steps. On a GPU, Triton writes over each tile of logits where this
    machine's code makes copies of it: those are left out, unless the settings say `use_cpu`."""
    if not values["use_cpu"]:
        for name in ("_forward_tile", "_backward_tile", "_addmm_fp32"):
            monkeypatch.setattr(kernel, name, lambda *args, **kwargs: None)
    with FakeTensorMode(allow_non_fake_inputs=True):
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            model = Qwen2ForCausalLM(config)
        finally:
            torch.set_default_dtype(torch.float32)
        add_fused_lm_head(model, outputs=("log_probs", "entropy", "is_top1"))
        if values["gradient_checkpointing"]:
            model.gradient_checkpointing_enable()
        model.train()
        return _steps(model, values, torch.zeros((rows, tokens), dtype=torch.long))


def _steps(model: Any, values: Mapping[str, Any], ids: torch.Tensor) -> int:
    optimiser = torch.optim.AdamW(model.parameters(), foreach=False)
    peak = Peak()
    for one in (*model.parameters(), *model.buffers()):
        peak.see(one)
    with peak:
        for _ in range(2):
            for _ in range(values["gradient_accumulation_steps"]):
                with torch.autocast("cpu", torch.bfloat16, enabled=values["bf16"]):
                    loss = model(input_ids=ids, labels=ids, fused_lm_head=True).loss
                loss.backward()
                del loss
            optimiser.step()
            optimiser.zero_grad()
    return peak.peak
