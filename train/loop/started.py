"""What a training began with, in started.json: nothing else goes on from its checkpoints.

finished(spec, rows, model, tokenizer)  ->  False, and notes what this training is made of
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curate.chat.model import digest_of
from curate.errors import UserError
from train.checks.shape import read_config
from train.data import Rows
from train.files import write_json
from train.model import CHECKPOINTS, MODEL, NEW
from train.recorded.base import RECORD
from train.recorded.told import config_told
from train.settings import is_main, processes
from train.spec import GrpoSpec, SftSpec, TrainSpec

STARTED = "started.json"
_BEFORE = {".lock", ".new.lock", NEW}  # what stands in a folder before its training begins
# Keys that change nothing of what is learned, and may change between two runs of one training.
_FREE = ("out", "devices", "licence", "budget")
_FREE_OF_TRAINER = (
    *("logging_", "log_", "save_", "report_to", "run_name", "disable_tqdm", "dataloader_pin_memory", "hub_", "push_"),
    *("gradient_checkpointing", "per_device_eval_batch_size", "vllm_server_", "vllm_group_port"),
)


def finished(spec: SftSpec | GrpoSpec, rows: Rows, model: str, tokenizer: Any) -> bool:
    """Was this very training finished before? Raises UserError where the folder holds another one, or what is none.

    Notes in started.json what the checkpoints will be made of."""
    path = spec.folder / STARTED
    made = {
        "(rows)": rows.digest,
        "(weights)": digest_of(Path(model)) if Path(model).is_dir() else "",
        "(commit)": _commit(spec, model),
        "(template)": hashlib.blake2b(tokenizer.chat_template.encode(), digest_size=16).hexdigest(),
        "(processes)": processes() or 1,
    }
    now = _config(spec) | made
    if is_main() and not path.is_file():
        _refuse_foreign(spec.folder)
    begun = any((spec.folder / CHECKPOINTS).glob("checkpoint-*")) or (spec.folder / RECORD).exists()
    if path.is_file() and begun:
        _refuse_other(spec, _read(path), now)
    elif is_main():
        write_json(path, now)
    done = _read(spec.folder / RECORD).get("finished", False) and _is_whole(spec.folder / MODEL)
    if done and is_main():
        print(f"this training is finished: {spec.folder / 'model'}\n  for another, choose a folder with out=")
    return done


def _refuse_foreign(folder: Path) -> None:
    """A training writes into a folder of its own."""
    if strange := sorted({entry.name for entry in folder.iterdir()} - _BEFORE):
        raise UserError(
            f"'{folder}' holds '{strange[0]}', and no training that could go on (no {STARTED})\n"
            "  choose another folder with out="
        )


def _read(path: Path) -> dict[str, Any]:
    """What one of a training's files holds; nothing where it is not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read: {error}\n  choose another folder with out=") from None
    return found if isinstance(found, dict) else {}


def _config(spec: SftSpec | GrpoSpec) -> dict[str, Any]:
    """What a config says that shapes the training, flat and without secrets: {"trainer.learning_rate": 1e-05, ...}."""
    found = {key: value for key, value in config_told(spec).items() if key not in _FREE}
    trainer = {key: value for key, value in found.pop("trainer").items() if not key.startswith(_FREE_OF_TRAINER)}
    return dict(_flat(found | {"trainer": trainer}))


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _commit(spec: TrainSpec, model: str) -> str:
    """The commit of a model on the Hub that is loaded now; "" for a folder, and where it cannot be known."""
    try:
        return getattr(read_config(spec, model), "_commit_hash", None) or ""
    except (OSError, ValueError):
        return ""


def _is_whole(model: Path) -> bool:
    """Are all files of its weights there?"""
    index = model / "model.safetensors.index.json"
    if not index.is_file():
        return (model / "model.safetensors").is_file()
    names = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    return all((model / name).is_file() for name in names)


def _refuse_other(spec: TrainSpec, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if changed:
        told = "\n".join(f"  {name}: {_short(before.get(name))} -> {_short(now.get(name))}" for name in changed)
        raise UserError(
            f"'{spec.folder}' holds a training of another config or of other data, and cannot go on with these:\n"
            f"{told}\n  choose another folder with out=, or delete this one"
        )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"
