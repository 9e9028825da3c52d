"""A small release as `curate release` builds it: cards, funnel, Parquet files, and a lock with their hashes."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from cards.notes import with_notes

CARDS = ("README.md", "README_zh.md")
SPLITS = {"sft": {"train": 3, "validation": 1}, "rl": {"train": 2}}


def release(
    runs: Path, version: str = "1.0.0", splits: Mapping[str, Mapping[str, int]] = SPLITS, about: str = "Questions."
) -> Path:
    """Writes the release of this version, with so many rows in each split of each config."""
    folder = runs / "release" / f"v{version}"
    for config, sizes in splits.items():
        (folder / "data" / config).mkdir(parents=True)
        for split, rows in sizes.items():
            table = pa.table({"id": [f"{config}:{row}" for row in range(rows)], "version": [version] * rows})
            pq.write_table(table, folder / "data" / config / f"{split}-00000-of-00001.parquet")
    head = yaml.safe_dump({"license": "mit", "configs": [_config(name, sizes) for name, sizes in splits.items()]})
    notes = "## Notes\n\n<!-- notes -->\n\n<!-- end of notes -->\n"
    (folder / "README.md").write_text(f"---\n{head}---\n# Tiny {version}\n\n{about}\n\n{notes}")
    (folder / "README_zh.md").write_text(f"# 小数据集 {version}\n\n{notes}")
    (folder / "funnel.json").write_text(f'{{"version": "{version}"}}\n')
    (folder / "funnel.svg").write_text("<svg/>\n")
    lock(folder, version)
    return folder


def lock(folder: Path, version: str) -> None:
    """Writes the lock of what lies in the folder."""
    paths = [path for path in sorted(folder.rglob("*.*")) if path.is_file() and path.name not in CARDS]
    files = {path.relative_to(folder).as_posix(): {"sha256": _sha256(path.read_bytes())} for path in paths}
    cards = {name: _sha256(with_notes((folder / name).read_text(), "").encode()) for name in CARDS}
    said = {"format": 1, "name": "tiny", "version": version, "recipe": {}, "cards": cards, "files": files}
    (folder / "recipe.lock.yaml").write_text(yaml.safe_dump(said))


def note(folder: Path, notes: str, name: str = "README.md") -> None:
    """Writes notes into a card of the release, as people do."""
    (folder / name).write_text(with_notes((folder / name).read_text(), notes))


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _config(name: str, sizes: Mapping[str, int]) -> dict[str, object]:
    return {"config_name": name, "data_files": [{"split": split, "path": f"data/{name}/{split}-*"} for split in sizes]}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
