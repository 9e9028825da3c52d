"""The two errors that are expected: one that the user can mend, one that belongs to a single record."""


class UserError(Exception):
    """What the user can mend: shown as its own text, without a traceback.

    The text says where, what was found, what is allowed, and what to do next.
    """


class BadRecord(Exception):
    """One record of a source cannot be read: it becomes a row that says so, and the run goes on."""
