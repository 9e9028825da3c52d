"""What a training asks of the machine: a device, packages, a folder that can be written.

fit(spec)      ->  None, or a UserError that says what is missing and what to do
"""

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from curate.errors import UserError
from train.settings import settings
from train.spec import TrainSpec


def fit(spec: TrainSpec) -> None:
    """Sees to it that what the config asks for is there. Raises UserError for the first thing that is not."""
    import torch

    values = settings(spec)
    for words in _missing(values):
        raise UserError(words)
    if values["use_cpu"]:
        # Threads that wait for each other spin: beside anything else on the machine, two threads took ten times and
        # more as long as one for models this small. OMP_NUM_THREADS says otherwise.
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def make(folder: Path) -> None:
    """Makes a folder. Raises UserError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None


def unwritable(folder: Path, error: OSError) -> UserError:
    """What to tell of a folder that cannot be written."""
    return UserError(f"'{folder}' cannot be written: {error.strerror}\n  choose another one: out=FOLDER")


def _missing(values: Mapping[str, Any]) -> Iterator[str]:
    """What is not there, in words: a device, and packages that transformers asks for only once it trains."""
    import torch
    from transformers.utils import is_liger_kernel_available

    if values.get("use_vllm") and (values["use_cpu"] or not torch.cuda.is_available()):
        yield "trainer.use_vllm: vLLM generates on a GPU, and none is visible; leave it out on a processor"
    if values.get("use_vllm") and find_spec("vllm") is None:
        yield "trainer.use_vllm: vLLM is not installed\n  pip install -c constraints.txt -e '.[train,vllm]'"
    if not values["use_cpu"] and not torch.accelerator.is_available():
        yield "this config asks for a GPU; none is visible\n  on a processor: trainer.use_cpu=true trainer.bf16=false"
    if values["use_liger_kernel"] and not is_liger_kernel_available():
        yield "trainer.use_liger_kernel: its package is not installed\n  pip install liger-kernel, or leave it out"
    for name in _trackers(values["report_to"]):
        yield f"trainer.report_to: {name} is not installed\n  install it, or leave the key out"


def _trackers(asked: Any) -> Iterator[str]:
    """The trackers that transformers knows and does not find; flyte it does not look for."""
    from transformers.integrations import get_available_reporting_integrations
    from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

    there = {*get_available_reporting_integrations(), "flyte"}
    names = [asked] if isinstance(asked, str) else asked or []
    yield from (name for name in names if name in INTEGRATION_TO_CALLBACK and name not in there)
