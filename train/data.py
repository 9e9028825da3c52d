"""The rows that a training sees: of a run, of a release in a folder, or of a published version on the Hub.

read_rows(spec).train[0]["prompt"]  ->  [{"role": "user", "content": "..."}]

A run is split as its release would be, by the recipe's own share and seed; it has all rows, before a release's caps,
mix and band. Every row is looked at once, before anything is trained on it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from curate.errors import UserError
from curate.records import content_number
from train.spec import TrainSpec

if TYPE_CHECKING:
    import datasets

    from curate.release.sides import Side

Config = Literal["sft", "rl"]
Parts = Mapping[str, "datasets.Dataset"]  # train and validation

# What encoding needs, and for rl what a reward knows a question by.
_NEEDED: Mapping[Config, tuple[str, ...]] = {
    "sft": ("id", "prompt", "completion"),
    "rl": (
        *("id", "source", "source_id", "group", "licence", "language", "task", "flags"),
        *("prompt", "answer_kind", "question", "options", "gold", "gold_alternatives"),
    ),
}
_WHENCE: Mapping[Config, str] = {
    "sft": "rows of sft have a trace with a right answer and good reasoning",
    "rl": "rows of rl have a gold, and a trace that was bad",
}
_METHODS: Mapping[Config, str] = {"sft": "sft", "rl": "grpo"}
_SHOWN = 3
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """What is trained on. repo, version, revision: "" for what is not on the Hub; digest: 128 bits of BLAKE2b over all
    columns of all rows, in hex; licence: of the release, or the one that all rows share, else ""; validation: None
    where there is none."""

    name: str
    repo: str
    version: str
    revision: str
    digest: str
    licence: str
    train: "datasets.Dataset"
    validation: "datasets.Dataset | None"


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the rows are, and what is known of the whole."""

    side: "Side"
    name: str
    repo: str = ""
    version: str = ""
    revision: str = ""
    licence: str = ""


def read_rows(spec: TrainSpec) -> Rows:
    """The rows of a training's data, in their order; spec.limit draws those of train with the smallest hashes of their
    ids. Raises UserError for data that there is not, a config without rows, missing columns, prompts and completions
    that are no messages, and rows of rl without a gold."""
    found = _found(spec.data)
    parts = _parts(found.side, spec.config)
    if not len(parts["train"]):
        raise UserError(_empty(found, spec.config, len(parts["validation"])))
    _refuse_columns(found, spec.config, parts["train"].column_names)
    parts = {**parts, "train": _drawn(parts["train"], spec.limit)}
    digest, licence = _looked_at(found.name, spec.config, parts)
    return Rows(
        name=found.name,
        repo=found.repo,
        version=found.version,
        revision=found.revision,
        digest=digest,
        licence=found.licence or licence,
        train=parts["train"],
        validation=parts["validation"] if len(parts["validation"]) else None,
    )


def _found(name: str) -> _Found:
    from curate.release.fetch import fetched, parse
    from curate.release.sides import Side, side

    if "@" not in name or Path(name).is_dir():
        there = side(name)
        known = _Found(there, there.folder.resolve().name)
        return known if there.kind == "run" else _of_lock(known)
    version = fetched(*parse(name))
    there = Side(name, "release", version.folder)
    return _of_lock(_Found(there, version.repo, version.repo, version.revision, version.sha))


def _of_lock(found: _Found) -> _Found:
    """With what the lock of the release states; a version that another tool published has none."""
    from curate.release.lock import LOCK, read_lock

    if not (found.side.folder / LOCK).is_file():
        return found
    lock = read_lock(found.side.folder)
    told = replace(found, licence=str(lock.get("licence") or ""))
    if found.repo:
        return replace(told, version=str(lock["version"]))
    return replace(told, name=f"{lock['name']} {lock['version']}")


def _parts(there: "Side", config: Config) -> Parts:
    """Both splits of a config; what has no rows is empty."""
    if there.kind == "run":
        return _of_run(there.folder, config)
    return {split: _of_files(there, config, split) for split in ("train", "validation")}


def _of_run(folder: Path, config: Config) -> Parts:
    from curate.release_spec import SplitSpec
    from curate.runs import Run
    from curate.split import side

    run = Run(folder)
    spec = SplitSpec.model_validate(run.record["recipe"].get("split", {}))
    rows = run.dataset(config)
    sides = [side(group, spec.validation, spec.seed) for group in rows["group"]]
    return {
        split: rows.select([place for place, name in enumerate(sides) if name == split])
        for split in ("train", "validation")
    }


def _of_files(there: "Side", config: Config, split: str) -> "datasets.Dataset":
    import datasets
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets.fingerprint import generate_random_fingerprint

    from curate.configs import files_of
    from curate.release.sides import readable

    with readable(there):
        tables = [pq.read_table(path) for path in files_of(there.folder, config, split)]
        table = pa.concat_tables(tables) if tables else pa.table({})
    # Else it pickles the whole table to name what it caches; of a table in memory it caches nothing.
    return datasets.Dataset(table, fingerprint=generate_random_fingerprint())


def _empty(found: _Found, config: Config, validation: int) -> str:
    """Why there is nothing to train on, and what there is."""
    other: Config = "rl" if config == "sft" else "sft"
    there = len(_parts(found.side, other)["train"])
    beside = f", and {validation} in validation" if validation else ""
    told = f"{found.name} has no row of {config} to train on{beside}; {_WHENCE[config]}"
    return f"{told}\n  it has {there} of {other}, for method: {_METHODS[other]}"


def _refuse_columns(found: _Found, config: Config, columns: list[str]) -> None:
    if missing := [name for name in _NEEDED[config] if name not in columns]:
        raise UserError(
            f"{found.name}: its rows of {config} have no column {', '.join(missing)}; it is no release of fincurate's,"
            f" or of an older one\n  it has {', '.join(columns)}"
        )


def _drawn(rows: "datasets.Dataset", limit: int | None) -> "datasets.Dataset":
    """As many rows as the limit says, in their order: those whose ids have the smallest hashes, so that rows that are
    added change little."""
    if limit is None or limit >= len(rows):
        return rows
    hashes = [content_number("limit", name) for name in rows["id"]]
    return rows.select(sorted(sorted(range(len(rows)), key=lambda place: hashes[place])[:limit]))


def _looked_at(name: str, config: Config, parts: Parts) -> tuple[str, str]:
    """The digest of all rows, and the licence that they share or "". Raises UserError for those that cannot be used."""
    digest, licences = hashlib.blake2b(digest_size=16), set()
    faults: dict[str, list[str]] = {}
    for split, row in _each(parts):
        text = json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)
        digest.update(f"{split}\x1f{text}\x1e".encode(errors="surrogatepass"))
        licences.add(str(row.get("licence") or ""))
        if fault := _fault(row, config):
            faults.setdefault(fault, []).append(str(row["id"]))
    for fault, ids in faults.items():
        raise UserError(f"{name}: {len(ids)} rows of {config} have {fault}: {', '.join(ids[:_SHOWN])}")
    return digest.hexdigest(), licences.pop() if len(licences) == 1 else ""


def _each(parts: Parts) -> Iterator[tuple[str, dict[str, Any]]]:
    for split, rows in parts.items():
        for batch in rows.with_format("arrow").iter(_BATCH):
            for row in batch.to_pylist():
                yield split, row


def _fault(row: Mapping[str, Any], config: Config) -> str | None:
    """Why nothing can be trained on a row, or None."""
    if not _messages(row["prompt"]):
        return "a prompt that is no list of messages"
    if config == "rl" and not row["gold"]:
        return "no gold, so that no answer of theirs can be right"
    if config == "sft" and not (_messages(row["completion"]) and len(row["completion"]) == 1):
        return "a completion that is not one message"
    return None


def _messages(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(map(_message, found))


def _message(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(found.get(key), str) for key in ("role", "content"))
