"""The model that a training began with, as its record and its card name it: never by a path of the machine.

base_of(spec, "5d1f...")   ->  {"model": "Qwen/Qwen2.5-7B-Instruct", "repo": the same, "licence": "apache-2.0", ...}
"""

import json
from pathlib import Path
from typing import Any

import yaml

from curate.identity import named
from train.spec import TrainSpec

RECORD = "record.json"
FORMAT = 1  # of the record


def base_of(spec: TrainSpec, commit: str) -> dict[str, Any]:
    """What is known of the model to begin with. commit: of a model on the Hub, as it was loaded.

    model: its name, "" for a new one; repo: the nearest model on the Hub that it comes from, or ""; revision, licence:
    "" where unknown; new: whether its weights were random before any training here; licences: of the data of
    the trainings here that made it.
    """
    folder = Path(spec.model)
    if spec.new:
        return _base("", new=True)
    if not folder.is_dir():
        revision = commit or spec.revision or ""
        return _base(spec.model, repo=spec.model, revision=revision, licence=_on_the_hub(spec.model, revision or None))
    if (earlier := trained(folder)) is None:
        return _base(named(spec.model), licence=licence_of(folder / "README.md"))
    before = earlier["base"]
    return _base(
        earlier["name"],
        repo=before["repo"],
        licence=earlier["config"]["licence"],
        new=before["new"],
        licences=[*before["licences"], *earlier["data"]["licences"]],
    )


def trained(model: Path) -> dict[str, Any] | None:
    """The record of the training that made the model in a folder, which lies beside it; None for any other model."""
    record = model.resolve().parent / RECORD
    if model.resolve().name != "model" or not record.is_file():
        return None
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def licence_of(card: Path) -> str:
    """The licence that a model's card states in its YAML, by its name on the Hub; "" where it states none."""
    from huggingface_hub import ModelCard

    try:
        data = ModelCard.load(card, ignore_metadata_errors=True).data
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    licence = data.get("license_name") if data.get("license") == "other" else data.get("license")
    return licence if isinstance(licence, str) else ""


def _base(model: str, **known: Any) -> dict[str, Any]:
    return {"model": model, "repo": "", "revision": "", "licence": "", "new": False, "licences": [], **known}


def _on_the_hub(repo: str, revision: str | None) -> str:
    """The licence in the card of a model on the Hub, or in its copy in the cache; "" where neither is to be had."""
    from huggingface_hub import hf_hub_download

    try:
        return licence_of(Path(hf_hub_download(repo, "README.md", revision=revision)))
    except (OSError, ValueError):
        return ""
