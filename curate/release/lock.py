"""recipe.lock.yaml: what a release was made of, exactly: sources, prompts, models, versions, hashes of all files.

Addresses, folders and environments of the machine that made it are left out: a lock is published.
"""

import copy
import hashlib
import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from cards.notes import with_notes
from curate.calibration import calibration_path
from curate.errors import UserError
from curate.identity import named, public_address, published
from curate.labels import judge_spec
from curate.release.wanted import Wanted
from curate.runs import Run
from curate.tables import TABLES, file_of

LOCK = "recipe.lock.yaml"
CARDS = ("README.md", "README_zh.md")  # of these the lock has the hash without the notes that people may write in them
FUNNEL = "funnel.json"
FORMAT = 1
_STATED = ("format", "name", "version", "recipe", "files")
_NOT_PUBLISHED = ("base_url", "api_key_env", "env", "identity", "args", "api_version")


def write_lock(run: Run, wanted: Wanted, folder: Path) -> None:
    """Writes the lock of a release whose other files stand in the folder."""
    text = yaml.safe_dump(_lock(run, wanted, folder), sort_keys=False, allow_unicode=True, width=120)
    (folder / LOCK).write_text(text, encoding="utf-8")


def read_lock(folder: Path) -> dict[str, Any]:
    """The lock of a release. Raises UserError where there is none, or it is none."""
    try:
        found = yaml.safe_load((folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{folder / LOCK}: cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict) or not set(_STATED) <= set(found) or not isinstance(found["recipe"], dict):
        raise UserError(f"{folder / LOCK}: is no lock of a release: it must state {', '.join(_STATED)}")
    return found


def run_digest(run: Run) -> str:
    """128 bits of BLAKE2b over a run's recipe, its tables and what people said of its judges: all that a release of it
    rests on."""
    digest = hashlib.blake2b(str(run.record["recipe_digest"]).encode(), digest_size=16)
    for path in (*(run.path / file_of(table) for table in TABLES), calibration_path(run)):
        digest.update(sha256(path).encode() if path.exists() else b"-")
    return digest.hexdigest()


def files_in(folder: Path) -> dict[str, Path]:
    """Relative path -> file, of all files of a release, sorted."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return dict(sorted((path.relative_to(folder).as_posix(), path) for path in found))


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def card_digest(card: bytes) -> str:
    """The SHA-256 of a card but for the notes that people may write in it. Raises ValueError for what is no text, or
    has no place for notes."""
    return hashlib.sha256(with_notes(card.decode(), "").encode()).hexdigest()


def published_recipe(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe as it may be published: files without their folders, servers without addresses, no environments."""
    found = copy.deepcopy(dict(recipe))
    for source in _read(found):
        if not source["from"].startswith("hf://"):
            source["from"] = Path(source["from"]).name
    for model in found.get("models", {}).values():
        address = public_address(model.get("base_url") or "")
        for name in _NOT_PUBLISHED:
            model.pop(name, None)
        model["model"] = named(model["model"])
        model |= {"base_url": address} if address else {}
    return found


def _lock(run: Run, wanted: Wanted, folder: Path) -> dict[str, Any]:
    record = run.record
    return {
        "format": FORMAT,
        "name": record["recipe"]["name"],
        "version": wanted.version,
        "licence": wanted.publish.licence,
        "recipe": published_recipe(record["recipe"]) | wanted.model_dump(mode="json", exclude_defaults=True),
        "recipe_digest": record["recipe_digest"],
        "run_digest": run_digest(run),
        "options": record["options"],
        "sources": [
            {name: source[name] for name in ("source", "use", "licence", "home", "records", "questions", "files")}
            for source in record["sources"]
        ],
        "benchmarks": record["benchmarks"],
        "prompts": record["prompts"],
        "criteria": judge_spec(run).criteria_set.known_as,
        "models": _models(run),
        "versions": record["versions"],
        "built_by": importlib.metadata.version("fincurate"),
        "cards": {name: card_digest((folder / name).read_bytes()) for name in CARDS},
        "files": {name: _file(path) for name, path in files_in(folder).items() if name not in (LOCK, *CARDS)},
    }


def _file(path: Path) -> dict[str, Any]:
    rows = {"rows": pq.read_metadata(path).num_rows} if path.suffix == ".parquet" else {}
    return {"sha256": sha256(path), "bytes": path.stat().st_size, **rows}


def _models(run: Run) -> dict[str, Any]:
    """What each model of the recipe is, and what its server called itself."""
    rows = run.sql("""
        select model, list_sort(list_distinct(list(answered_by))) as answered_by,
            list_sort(list_distinct(list(fingerprint))) as fingerprints
        from calls group by model order by model""").to_dicts()
    said = {row.pop("model"): row for row in rows}
    return {
        name: {"model": published(identity), **_named(said.get(identity, {}))}
        for name, identity in run.record["models"].items()
    }


def _named(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "answered_by": [named(one) for one in said.get("answered_by", []) if one],
        "fingerprints": [one for one in said.get("fingerprints", []) if one],
    }


def _read(recipe: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sources of a recipe, and the benchmark sets that it names."""
    overlap = (recipe.get("screen") or {}).get("overlap") or {}
    return [*recipe["sources"], *overlap.get("against", [])]
