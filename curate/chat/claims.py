"""Calls under way, told to other processes: locks on bytes of files beside the journal, placed by the calls' keys.

The system drops such locks when a process ends, however it ends, so nothing is left to clean up. Where it has none
(Windows), two processes that run at once may pay for the same call, as two runs in one process may anywhere.
"""

import os
from pathlib import Path

from curate.errors import UserError

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_FILES = 64  # the system walks a list of all locks on a file: a thousand calls in flight are spread over several


class Claims:
    """The locks of this process on the calls of one journal; `folder` holds the empty files that are locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = dict[int, int]()

    def take(self, key: bytes) -> bool:
        """Whether this process may ask now; False where another one is asking."""
        if fcntl is None:
            return True
        try:
            fcntl.lockf(self._file(key), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except BlockingIOError:
            return False
        except OSError as error:
            raise UserError(f"'{self._folder}' cannot be used: {error.strerror}; calls are told there") from None
        return True

    def release(self, key: bytes) -> None:
        """To be called when the reply is in the journal, or will not come."""
        if fcntl is not None:
            fcntl.lockf(self._file(key), fcntl.LOCK_UN, 1, _place(key))

    def close(self) -> None:
        """Lets go of everything."""
        for file in self._files.values():
            os.close(file)
        self._files.clear()

    def _file(self, key: bytes) -> int:
        number = key[-1] % _FILES
        if number not in self._files:
            self._folder.mkdir(exist_ok=True)
            self._files[number] = os.open(self._folder / f"{number:02}", os.O_RDWR | os.O_CREAT, 0o666)
        return self._files[number]


def _place(key: bytes) -> int:
    return int.from_bytes(key[:8]) >> 2
