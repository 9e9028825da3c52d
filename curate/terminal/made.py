"""What a report that was written holds, in a line or two; fits 80 columns but for a long path."""

import json

from curate.report.build import Built
from curate.terminal.console import console, shown


def print_report(built: Built, as_json: bool) -> None:
    """Where it lies, how large it is, and how many of the run's traces stand in it."""
    if as_json:
        told = {"path": str(built.path), "bytes": built.bytes, "traces": built.shown, "of": built.total}
        print(json.dumps(told, ensure_ascii=False))
        return
    whole = built.shown == built.total
    traces = f"all {built.total:,} traces" if whole else f"a sample of {built.shown:,} of {built.total:,} traces"
    console().print(shown(f"{built.bytes / 1e6:,.1f} MB, {traces}"))
    console().print(shown(f"-> {built.path}"), soft_wrap=True)
