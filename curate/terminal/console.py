"""The one console that everything is printed to, and data made safe for it."""

import os
import sys
from functools import cache

from rich.console import Console
from rich.text import Text

# What would steer a terminal (ESC, BEL, the C1 controls, changes of writing direction) is shown as a symbol; tabs and
# line ends stay.
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"}
_CONTROLS |= {0x7F: 0x2421}
_CONTROLS |= dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)


@cache
def console() -> Console:
    """Standard output; as wide as the terminal or COLUMNS says, and 80 columns where neither does."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 80)


def shown(data: object, style: str = "") -> Text:
    """Data as text that rich does not read as markup and that cannot steer the terminal."""
    return Text(str(data).translate(_CONTROLS), style=style)
