"""The doctor's findings, a line each, with what to do about them; fits 80 columns."""

import dataclasses
import json
from collections.abc import Iterable

from rich.table import Table

from curate.doctor.check import Check
from curate.terminal.console import console, shown

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def print_checks(checks: Iterable[Check], as_json: bool) -> bool:
    """Prints the findings; whether nothing fails."""
    found = list(checks)
    if as_json:
        print(json.dumps([dataclasses.asdict(check) for check in found], ensure_ascii=False, indent=2))
    else:
        _print(found)
    return not any(check.state == "fail" for check in found)


def _print(found: list[Check]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for check in found:
        said = shown(check.found)
        if check.mend:
            said.append(f"\n-> {check.mend}", style="bold")
        table.add_row(shown(check.state, _STYLES[check.state]), shown(check.name), said)
    console().print(table)
    counts = {state: sum(check.state == state for check in found) for state in _STYLES}
    console().print(shown("\n" + ", ".join(f"{count} {state}" for state, count in counts.items()), "dim"))
