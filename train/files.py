"""Files that another process, or a kill, never finds half-written.

write_json(folder / "record.json", {"format": 1})
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """Where to write a file that is moved to its place when it is whole."""
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield building
        os.replace(building, path)
    finally:
        building.unlink(missing_ok=True)


def write_json(path: Path, value: Any, indent: int = 1) -> None:
    """JSON, moved to its place when it is whole."""
    with in_place(path) as building:
        building.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")
