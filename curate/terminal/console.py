"""The one console that everything is printed to, and data made safe for it."""

import sys
from functools import cache

from rich.console import Console
from rich.text import Text

# What would steer a terminal (ESC, BEL, the C1 controls) is shown as its symbol; tabs and line ends stay.
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


@cache
def console() -> Console:
    """Standard output; as wide as the terminal, and 80 columns where there is none."""
    return Console(width=None if sys.stdout.isatty() else 80)


def shown(data: object, style: str = "") -> Text:
    """Data as text that rich does not read as markup and that cannot steer the terminal."""
    return Text(str(data).translate(_CONTROLS), style=style)
