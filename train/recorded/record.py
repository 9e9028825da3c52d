"""The record of a training: what it was made of, what it took and what came of it, in record.json of its folder.

write_record(spec, rows, report, trainer, seconds=812.4, began=0)
    ->  record.json, curves.json, curves.png; once the training is finished facts.json and the cards of model/

The record holds no secret, and paths only as the config wrote them.
"""

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cards.record import as_record
from train.files import write_json
from train.recorded.base import FORMAT, RECORD, base_of
from train.recorded.curves import draw, history
from train.recorded.told import config_told, settings_told
from train.spec import GrpoSpec, SftSpec, TrainSpec

if TYPE_CHECKING:
    from train.checks.check import Report
    from train.data import Rows

CURVES, PICTURE = "curves.json", "curves.png"
_PACKAGES = ("fincurate", "torch", "transformers", "trl", "accelerate", "datasets")


def write_record(
    spec: SftSpec | GrpoSpec, rows: "Rows", report: "Report", trainer: Any, seconds: float, began: int
) -> dict[str, Any]:
    """Writes what a training leaves beside its model, also of one that was stopped, and returns the record.

    seconds: of this run; began: the step that it went on from, 0 where it began afresh. Call it after the model is
    saved. The main process alone writes; in the others the record is empty.
    """
    from train.recorded.card import write_cards

    if not trainer.is_world_process_zero():
        return {}
    entries = history(trainer.state.log_history)
    record = _record(spec, rows, report, trainer, entries, _timed(spec.folder, seconds, began))
    spec.folder.mkdir(parents=True, exist_ok=True)
    write_json(spec.folder / CURVES, entries)
    draw(entries, spec.method, spec.folder / PICTURE)
    if record["finished"]:
        write_cards(spec.folder / "model", record)
    write_json(spec.folder / RECORD, record)  # last, since it says that all else is there
    return record


def first_and_last(entries: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Every measure of a log with its first and its last known value, by name; times and the summary at the end are
    none."""
    found: dict[str, list[float]] = {}
    for entry in (one for one in entries if "train_loss" not in one):
        for name, value in entry.items():
            if isinstance(value, int | float) and name not in ("step", "epoch") and not name.endswith(_TIMES):
                found.setdefault(name, []).append(value)
    return {name: {"first": values[0], "last": values[-1]} for name, values in found.items()}


_TIMES = ("_runtime", "_per_second", "step_time", "num_tokens", "num_input_tokens_seen")


def _record(
    spec: SftSpec | GrpoSpec,
    rows: "Rows",
    report: "Report",
    trainer: Any,
    entries: list[dict[str, Any]],
    timed: Mapping[str, float | None],
) -> dict[str, Any]:
    state, args, config = trainer.state, trainer.args, config_told(spec)
    return {
        "format": FORMAT,
        "name": spec.name,
        "method": spec.method,
        # Ctrl-C in the last step leaves no model.
        "finished": state.global_step >= state.max_steps and (spec.folder / "model" / "config.json").is_file(),
        "config": config,
        "config_digest": hashlib.blake2b(json.dumps(config, sort_keys=True).encode(), digest_size=16).hexdigest(),
        "base": base_of(spec, getattr(trainer.model.config, "_commit_hash", None) or ""),
        "data": _data(spec, rows, report),
        "template": [as_record(one) for one in report.template.said],
        "tokens": {"prompt": dataclasses.asdict(report.prompt), "completion": dataclasses.asdict(report.completion)},
        "settings": settings_told(spec, args),
        "device": _device(args),
        "processes": args.world_size,
        "steps": state.global_step,
        "steps_planned": state.max_steps,
        "epochs": state.epoch,
        "tokens_seen": tokens_seen(entries),
        **timed,
        "seed": args.seed,
        "metrics": first_and_last(entries),
        "versions": _versions(spec),
    }


def tokens_seen(entries: Iterable[Mapping[str, Any]]) -> int | None:
    """The tokens of all runs, prompts included; None where none were logged. SFTTrainer counts from 0 again after a
    resume."""
    counts = [int(entry["num_tokens"]) for entry in entries if entry.get("num_tokens") is not None]
    ends = [one for one, after in pairwise([*counts, 0]) if after < one]
    return sum(ends) if counts else None


def _timed(folder: Path, seconds: float, began: int) -> dict[str, float | None]:
    """Seconds of this run, and of all: what a run that was killed took, nobody knows."""
    whole: float | None = seconds
    if began:
        path = folder / RECORD
        earlier = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        before = earlier.get("seconds_of_all_runs")
        whole = before + seconds if before is not None and earlier["steps"] >= began else None
    return {"began_at_step": began, "seconds": round(seconds, 1), "seconds_of_all_runs": whole and round(whole, 1)}


def _data(spec: TrainSpec, rows: "Rows", report: "Report") -> dict[str, Any]:
    left_out = {one.id for one in report.left_out}
    sides = [side for side in (rows.train, rows.validation) if side is not None]
    used = [side.select([at for at, id_ in enumerate(side["id"]) if id_ not in left_out]) for side in sides]
    return {
        **{name: getattr(rows, name) for name in ("name", "repo", "version", "revision", "digest", "licence")},
        "config": spec.config,
        "train": report.train,
        "validation": report.validation,
        "limit": {"tokens": report.limit.tokens, "whence": report.limit.whence},
        "left_out": [dataclasses.asdict(one) for one in report.left_out],
        "languages": _counted(used, "language"),
        "licences": _counted(used, "licence"),
    }


def _counted(sides: Iterable[Any], column: str) -> dict[str, int]:
    """How many rows have each value, by name; "" stands for none. Rows without the column are counted as none."""
    counts: Counter[str] = Counter()
    for side in sides:
        values = side[column] if column in side.column_names else [None] * len(side)
        counts.update(value or "" for value in values)
    return dict(sorted(counts.items()))


def _device(args: Any) -> str:
    import torch

    return str(torch.cuda.get_device_name(args.device)) if args.device.type == "cuda" else "CPU"


def _versions(spec: TrainSpec) -> dict[str, str]:
    """Of Python and of the packages that trained."""
    asked = {"peft": spec.lora, "bitsandbytes": spec.quantise, "vllm": spec.trainer.get("use_vllm")}
    names = (*_PACKAGES, *(name for name, used in asked.items() if used))
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}
