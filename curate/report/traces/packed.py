"""Data as text that a page can hold: JSON, gzipped, in base64; what the page does not need at once stands in chunks.

packed([{"id": "finqa:1"}])  ->  "H4sIAAAAAAACA4uuVspMUbJSSsvMK0y0MlSqjQUA4SHZahIAAAA="

The same value gives the same text: gzip's header holds no time. Base64 has no character that HTML reads.
"""

import base64
import gzip
import json
from typing import Any

MOST_RECORDS = 150  # of a chunk: what one click unpacks
MOST_CHARACTERS = 4_000_000  # a chunk of long traces is closed early
_LEVEL = 6  # of gzip: 9 takes twice as long for a hundredth less


def packed(value: Any) -> str:
    """Any JSON-able value."""
    return _squeezed(_json(value))


def unpacked(text: str) -> Any:
    """What was packed."""
    return json.loads(gzip.decompress(base64.b64decode(text)))


class Chunks:
    """Records packed some together, in order; only what is packed stays in memory."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._waiting: list[str] = []
        self._characters = 0

    def add(self, record: Any) -> int:
        """Adds a record. Returns the chunk that it stands in."""
        text = _json(record)
        if len(self._waiting) >= MOST_RECORDS or self._characters + len(text) > MOST_CHARACTERS:
            self._close()
        self._waiting.append(text)
        self._characters += len(text)
        return len(self._texts)

    def whole(self) -> tuple[str, ...]:
        """All chunks, each a list of its records."""
        self._close()
        return tuple(self._texts)

    def _close(self) -> None:
        if self._waiting:
            self._texts.append(_squeezed(f"[{','.join(self._waiting)}]"))
        self._waiting, self._characters = [], 0


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _squeezed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), _LEVEL, mtime=0)).decode()
