"""What a release holds, and what became of publishing it."""

import os
import sys
from pathlib import Path

from curate.release.facts import read_facts
from curate.release.publish import Published
from curate.terminal.console import console, shown
from curate.terminal.layout import grid


def progress_line(line: str) -> None:
    """A step, on standard error: what is printed there tells, what is printed out is the result."""
    try:
        print(f"  {line}", file=sys.stderr, flush=True)
    except BrokenPipeError:  # nobody reads on: no reason to stop amid a publish
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def print_built(folder: Path) -> None:
    """The rows of a release by config and split and by source, its licence, and where it lies."""
    facts = read_facts(folder)
    numbers = ("rows", "groups", "MB")
    splits = grid("config", "split", *numbers, numbers=numbers)
    for part in facts.parts:
        splits.add_row(part.config, part.split, f"{part.rows:,}", f"{part.groups:,}", f"{part.bytes / 1e6:,.2f}")
    counts = ("sft", "rl", "rejects")
    sources = grid("source", "licence", *counts, numbers=counts)
    for one in facts.sources:
        licence = f"{one.licence} (accepted)" if one.accepted else one.licence
        sources.add_row(shown(one.name), shown(licence), f"{one.sft:,}", f"{one.rl:,}", f"{one.rejects:,}")
    console().print(splits)
    console().print()
    console().print(sources)
    console().print()
    calibrated = "judges calibrated" if facts.calibration else "judges not calibrated"
    since = f"; {sum(one.rows for one in facts.changes):,} rows differ from {facts.since}" if facts.since else ""
    console().print(shown(f"{facts.title} {facts.version}, {facts.licence}; {calibrated}{since}"))
    if facts.band is not None:
        told = f"rl: {facts.band.kept:,} of {facts.band.candidates:,} candidates have a pass rate inside the band"
        console().print(shown(told))
    console().print(shown(f"-> {folder}"), soft_wrap=True)
    console().print(
        shown(f"   to publish it: curate publish {folder}{'' if facts.repo else ' --repo org/name'}"), soft_wrap=True
    )


def print_published(found: Published) -> None:
    """What became of it, and how others load it."""
    said = {
        "published": f"published {found.repo} v{found.version}, commit {found.sha[:7]}",
        "completed": f"completed {found.repo} v{found.version}: commit {found.sha[:7]} has its tag now",
        "unchanged": f"{found.repo} v{found.version} is published with this content: nothing was sent",
        "dry run": f"dry run: {found.repo} v{found.version} was not published",
    }
    console().print(shown(said[found.what], "bold"))
    if found.what == "dry run":
        for what in ("added", "changed", "deleted"):
            for name, size in getattr(found.changes, what).items():
                console().print(shown(f"  {what:8}{size:>12,}  {name}"), soft_wrap=True)
        return
    console().print(shown(found.url), soft_wrap=True)
    if found.config:
        loads = f'load_dataset("{found.repo}", "{found.config}", revision="v{found.version}")'
        console().print(shown(loads), soft_wrap=True)
