"""JSON files that another process, or a kill, never finds half-written.

write_json(folder / "record.json", {"format": 1})
"""

import json
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Writes it aside, and renames it into place."""
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
