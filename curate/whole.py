"""Files that nobody, another process or one after a kill, ever finds half-written: built aside, then renamed.

write_whole(Path("report.html"), "<!doctype html>...")   ->  15, the bytes written
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.errors import UserError


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """Where to write a file that is moved to its place when it is whole; what is stopped leaves nothing behind."""
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield building
        os.replace(building, path)
    finally:
        building.unlink(missing_ok=True)


def write_whole(path: Path, text: str, advice: str = "") -> int:
    """Writes a file whole or not at all, and returns its bytes. advice: what to do where it cannot be written, which
    raises UserError."""
    try:
        with in_place(path) as building:
            return building.write_bytes(text.encode())
    except OSError as error:
        told = f"\n  {advice}" if advice else ""
        raise UserError(f"'{path}' cannot be written: {error.strerror}{told}") from None
