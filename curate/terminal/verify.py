"""`curate verify` in the terminal: the faults of a release, one below the other."""

import json
from collections.abc import Sequence

import typer

from curate.release.sides import Side
from curate.terminal.console import console, shown


def print_verified(found: Side, faults: Sequence[str], unchecked: Sequence[str], as_json: bool = False) -> None:
    """What verify and unchecked say of a release, or both as JSON."""
    if as_json:
        said = {"release": found.name, "verified": not faults, "faults": list(faults), "unchecked": list(unchecked)}
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for fault in faults:
        console().print(shown(fault))
    for line in unchecked:
        console().print(shown(line, "dim"))
    verdict = f"{len(faults):,} {'fault' if len(faults) == 1 else 'faults'}" if faults else "verified"
    console().print(shown(f"{found.name}: {verdict}", "bold"), soft_wrap=True)
