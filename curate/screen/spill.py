"""Bytes that a screen writes on and reads back later, in a file instead of in memory."""

import os
import tempfile
import weakref
from pathlib import Path

_BUFFER = 1 << 20


class Spill:
    """A working file without a name, so that nothing of it is left behind, whatever ends the process."""

    def __init__(self, folder: Path) -> None:
        self._buffer = bytearray()
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def add(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        """To be called after the last `add` and before the first `read`."""
        self._file.write(self._buffer)
        self._buffer.clear()

    def read(self, first: int, last: int) -> bytes:
        """The bytes from one to before another."""
        return os.pread(self._file.fileno(), last - first, first)
