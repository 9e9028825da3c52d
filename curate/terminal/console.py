"""The one console that everything is printed to."""

import sys
from functools import cache

from rich.console import Console


@cache
def console() -> Console:
    """Standard output; as wide as the terminal, and 80 columns where there is none."""
    return Console(width=None if sys.stdout.isatty() else 80)
