"""The doctor's findings, a line each, with what to do about them; fits 80 columns."""

import dataclasses
import json
from collections.abc import Iterable

from rich.table import Table

from curate.doctor.finding import Finding
from curate.terminal.console import console, shown

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def print_findings(findings: Iterable[Finding], as_json: bool) -> bool:
    """Prints the findings; whether nothing fails."""
    found = list(findings)
    if as_json:
        print(json.dumps([dataclasses.asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    else:
        _print(found)
    return not any(finding.state == "fail" for finding in found)


def _print(found: list[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for finding in found:
        said = shown(finding.found)
        if finding.mend:
            said.append(f"\n-> {finding.mend}", style="bold")
        table.add_row(shown(finding.state, _STYLES[finding.state]), shown(finding.name), said)
    console().print(table)
    counts = {state: sum(finding.state == state for finding in found) for state in _STYLES}
    console().print(shown("\n" + ", ".join(f"{count} {state}" for state, count in counts.items()), "dim"))
