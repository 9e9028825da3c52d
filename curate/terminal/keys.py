"""Keys that a person presses: single ones in a terminal, else a line each, as from a pipe or on Windows.

with keys() as pressed:
    pressed.key()       # "1", or END when the input has ended
    pressed.line()      # a line of text, typed as usual
"""

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Protocol

END = ""
OTHER = "\x1b"  # an arrow or function key

_CTRL_D = b"\x04"
_LONGEST = 64  # bytes of an arrow or function key
_PAUSE = 0.02  # seconds within which those of one key follow each other


class Keys(Protocol):
    """Where keys come from. single: whether each counts at once, without Enter."""

    single: bool

    def key(self) -> str:
        """The next key, in its plain form (？ and １ of a Chinese keyboard as ? and 1), or END."""

    def line(self) -> str:
        """A line of text without its end; "" where the input has ended."""


@contextmanager
def keys() -> Iterator[Keys]:
    """The keys of standard input; a terminal is left as it was found."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a byte that is no text is a note with a mark in it, no traceback
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield _Lines()
        return
    if not sys.stdin.isatty():
        yield _Lines()
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def alone(wanted: bool) -> None:
        if wanted:
            tty.setcbreak(terminal, termios.TCSADRAIN)
        else:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    alone(True)
    try:
        yield _Terminal(terminal, alone)
    finally:
        alone(False)


class _Lines:
    single = False

    def key(self) -> str:
        line = sys.stdin.readline()
        return _plain(line) if line else END

    def line(self) -> str:
        return sys.stdin.readline().rstrip("\r\n")


class _Terminal:
    single = True

    def __init__(self, terminal: int, alone: "Alone") -> None:
        self._terminal, self._alone = terminal, alone

    def key(self) -> str:
        first = os.read(self._terminal, 1)
        if first in (b"", _CTRL_D):
            return END
        if first == b"\x1b":
            self._rest()
            return OTHER
        more = next((count for count, lead in ((3, 0xF0), (2, 0xE0), (1, 0xC0)) if first[0] >= lead), 0)
        for _ in range(more):
            first += os.read(self._terminal, 1)
        return _plain(first.decode(errors="replace"))

    def line(self) -> str:
        self._alone(False)
        try:
            return sys.stdin.readline().rstrip("\r\n")
        finally:
            self._alone(True)

    def _rest(self) -> None:
        import select

        if select.select([self._terminal], [], [], _PAUSE)[0]:
            os.read(self._terminal, _LONGEST)


class Alone(Protocol):
    """Switches a terminal between single keys and lines."""

    def __call__(self, wanted: bool) -> None: ...


def _plain(text: str) -> str:
    """A key as it is compared; an empty line is Enter."""
    return unicodedata.normalize("NFKC", text).strip(" \t\r\n").lower() or "\n"
