"""What happens to a command's errors: their own text and an exit code; everything unexpected keeps its traceback."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from curate.errors import UserError

COULD_NOT, WRONG_USAGE, BUDGET, STOPPED = 1, 2, 3, 130
MEANINGS = {
    0: "done",
    COULD_NOT: "could not be done (the message says why)",
    WRONG_USAGE: "wrong usage",
    BUDGET: "stopped at the budget",
    STOPPED: "stopped by Ctrl-C",
}
EXIT_CODES = "Exit codes: " + ", ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items()) + "."


@contextmanager
def reported(stopped: str = "stopped; what was there before is as it was", who: str = "curate") -> Iterator[None]:
    """A UserError as its own text and exit code 1; a closed pipe is no error. stopped: what Ctrl-C leaves; who: the
    program that says so."""
    try:
        yield
    except UserError as error:
        from curate.terminal.console import shown

        typer.echo(f"{who}: {shown(error)}", err=True)
        raise typer.Exit(COULD_NOT) from None
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "Query interrupted" not in str(error):  # DuckDB's word for Ctrl-C
            raise
        typer.echo(f"{who}: {stopped}", err=True)
        raise typer.Exit(STOPPED) from None
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
                raise
            typer.echo(f"{who}: the output cannot be written: {error.strerror}", err=True)
            raise typer.Exit(COULD_NOT) from None
        sys.stderr.close()  # else the interpreter complains about the pipe once more at its end
        raise typer.Exit(0) from None


def ended(stopped: str | None) -> None:
    """The exit code of a command whose calls stopped early: at the budget, or by Ctrl-C; stopped: why, or None."""
    if stopped in ("budget", "interrupted"):
        raise typer.Exit(BUDGET if stopped == "budget" else STOPPED)
