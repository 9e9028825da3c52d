"""Small releases for tests: rows with what a test cares about, the rest filled in, as the Parquet files of a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.configs import COLUMNS
from curate.rows import cells
from curate.tables import Writer

Rows = Sequence[Mapping[str, Any]]


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def written(folder: Path, **configs: Mapping[str, Rows]) -> Path:
    """written(tmp_path, sft={"train": [{"prompt": user("Why?")}]}): a row without an id gets one of its place."""
    for config, splits in configs.items():
        for split, rows in splits.items():
            path = folder / "data" / config / f"{split}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            with Writer(COLUMNS[config], path) as file:
                file.add(*(_filled(config, f"corpus:{config}-{split}-{nth}", row) for nth, row in enumerate(rows)))
    return folder


def _filled(config: str, id: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return cells(config, {"id": id, "source": "corpus", "group": row.get("id", id), "language": "en", **row})
