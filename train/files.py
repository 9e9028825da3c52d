"""JSON files that another process, or a kill, never finds half-written.

write_json(folder / "record.json", {"format": 1})
"""

import json
from pathlib import Path
from typing import Any

from curate.whole import in_place


def write_json(path: Path, value: Any, indent: int = 1) -> None:
    """JSON, moved to its place when it is whole."""
    with in_place(path) as building:
        building.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")
