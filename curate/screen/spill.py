"""Bytes that a screen writes on and reads at the end, in a file instead of in memory."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BUFFER = 1 << 20


class Spill:
    """A working file. What an earlier run left of it is overwritten; `remove` takes it away."""

    def __init__(self, path: Path) -> None:
        self._path, self._buffer = path, bytearray()
        path.write_bytes(b"")

    def add(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self._write()

    def read(self, first: int = 0, last: int | None = None) -> NDArray[np.uint8]:
        """Its bytes from one to before another, fetched from the file where they are looked at."""
        self._write()
        last = self._path.stat().st_size if last is None else last
        if first == last:
            return np.empty(0, np.uint8)
        return np.memmap(self._path, np.uint8, "r", first, last - first)

    def remove(self) -> None:
        self._path.unlink()

    def _write(self) -> None:
        with self._path.open("ab") as file:
            file.write(self._buffer)
        del self._buffer[:]
