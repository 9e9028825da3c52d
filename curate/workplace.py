"""The run directory while it is written: locked, built aside, moved into place whole.

Readers of an earlier result are not disturbed, and a run that was stopped leaves it as it was.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from curate.errors import UserError
from curate.runs import DATABASE, RECORD

RESULTS = ("questions.parquet", "tables", DATABASE, RECORD)  # in the order in which they are moved into place
REPORT = "report.html"  # what `curate report` writes of a result, and nothing that a run makes
_OLD = ".old"
_OF_THE_DISK = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EIO, errno.ELOOP),
)


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """The empty folder to build in, while no other process may use the run directory."""
    building = folder / ".building"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / ".lock", timeout=0):
            _put_back(folder)
            _refuse_foreign(folder)
            shutil.rmtree(building, ignore_errors=True)
            (building / "tables").mkdir(parents=True)
            try:
                yield building
            finally:
                shutil.rmtree(building, ignore_errors=True)
    except filelock.Timeout:
        raise UserError(
            f"'{folder}' is in use by another `curate run`; wait for it, or choose another directory with --out"
        ) from None
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise  # a teacher's network, say
        at = error.filename or folder
        raise UserError(
            f"'{folder}' cannot be written: {at}: {error.strerror}\n  choose another directory with --out"
        ) from None


def _refuse_foreign(folder: Path) -> None:
    """A run replaces what stands in its directory: that must be an earlier run (whatever else lies beside it), what a
    kill left of one, or nothing."""
    names = {entry.name for entry in folder.iterdir()} - {".lock", ".building"}
    if RECORD not in names and (strange := sorted(names - set(RESULTS))):
        (folder / ".lock").unlink(missing_ok=True)
        raise UserError(f"'{folder}' holds '{strange[0]}' and no run; choose another directory with --out")


def install(building: Path, folder: Path) -> None:
    """The new result in place of the old one, which is put back if that does not succeed.

    A report of the old result goes with it: it tells about another run."""
    old = folder / _OLD
    old.mkdir()
    try:
        for name in (*reversed(RESULTS), REPORT):
            if (folder / name).exists():
                os.replace(folder / name, old / name)
        for name in RESULTS:
            os.replace(building / name, folder / name)
    except BaseException:
        _put_back(folder)
        raise
    shutil.rmtree(old)


def _put_back(folder: Path) -> None:
    """Brings back the old result where a new one was not moved into place whole, be it by a kill."""
    old = folder / _OLD
    if old.is_dir() and not (folder / RECORD).exists():
        for entry in old.iterdir():
            if (folder / entry.name).is_dir():
                shutil.rmtree(folder / entry.name)
            os.replace(entry, folder / entry.name)
    shutil.rmtree(old, ignore_errors=True)
