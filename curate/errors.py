"""The two errors that are expected: one that the user can mend, one that belongs to a single record."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """What the user can mend: shown as its own text, without a traceback.

    The text says where, what was found, what is allowed, and what to do next.
    """


class BadRecord(Exception):
    """One record of a source cannot be read: it becomes a row that says so, and the run goes on."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, if one is like it at all."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def nearest(name: str, known: Iterable[str]) -> str:
    """ "; did you mean 'x'?" for the closest known name, or nothing."""
    close = closest(name, known)
    return f"; did you mean '{close}'?" if close is not None else ""
