"""What every run needs of a machine: Python, packages, terminal, room and rights on the disk, open files."""

import importlib.metadata
import locale
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from curate.doctor.finding import Finding, sized

_ROOM, _LITTLE = 1e9, 10e9  # bytes: without the first a run may not end; 60,000 traces with their journal take 5 GB
_NARROW = 80
_SPARE = 64  # open files beside the connections: tables, journal, packages


def install(extra: str = "") -> str:
    """The command that installs the package, or one of its extras, under pinned versions."""
    return f"pip install -c constraints.txt -e '.{extra}'"


def python() -> Iterator[Finding]:
    """Whether this Python is one that the package is made for."""
    said, asked = sys.version.split()[0], importlib.metadata.metadata("fincurate")["Requires-Python"]
    fits = said in SpecifierSet(asked, prereleases=True)
    yield Finding(
        "python", "ok" if fits else "fail", f"{said}, asked for {asked}", "" if fits else "install another one"
    )


def packages() -> Iterator[Finding]:
    """Whether the packages that the core asks for are there, in versions that fit."""
    asked = needed("")
    wrong = list(unfit(asked))
    for name, found in wrong:
        yield Finding(f"package {name}", "fail", found, install())
    yield Finding("packages", "warn" if wrong else "ok", f"{len(asked) - len(wrong)} of {len(asked)} fit")


def needed(extra: str) -> list[Requirement]:
    """What the package asks for: its core by "", else an extra alone."""
    every = [Requirement(line) for line in importlib.metadata.requires("fincurate") or ()]
    if not extra:
        return [one for one in every if one.marker is None or one.marker.evaluate({"extra": ""})]
    core = {one.name for one in needed("")}
    return [one for one in every if one.marker and one.marker.evaluate({"extra": extra}) and one.name not in core]


def unfit(asked: list[Requirement]) -> Iterator[tuple[str, str]]:
    """Those of the packages that are missing or of another version, and what was found."""
    for one in asked:
        try:
            there = importlib.metadata.version(one.name)
        except importlib.metadata.PackageNotFoundError:
            yield one.name, f"is not installed, asked for {one.specifier}"
        else:
            if not one.specifier.contains(there, prereleases=True):
                yield one.name, f"{there} is installed, asked for {one.specifier}"


def terminal() -> Iterator[Finding]:
    """Whether Chinese can be shown, and whether tables have room."""
    encoding = (sys.stdout.encoding or locale.getpreferredencoding()).lower()
    if encoding.replace("-", "") != "utf8":
        yield Finding(
            "terminal", "warn", f"{encoding}: Chinese is shown as escapes", "export PYTHONUTF8=1 LANG=C.UTF-8"
        )
        return
    width = shutil.get_terminal_size((_NARROW, 24)).columns
    if width < _NARROW:
        yield Finding("terminal", "warn", f"UTF-8, {width} columns wide", f"make it {_NARROW} columns wide, or more")
    else:
        yield Finding("terminal", "ok", f"UTF-8, {width} columns wide")


def disk(folder: Path) -> Iterator[Finding]:
    """Whether a run's folder can be written, and how much room there is."""
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        yield Finding("run folder", "fail", f"{there} cannot be written: {error.strerror}", "choose another with --out")
        return
    free = shutil.disk_usage(there).free
    room, at = f"{sized(free)} free", f"{folder}" if folder.exists() else f"{folder} (not there yet)"
    if free < _LITTLE:
        mend = "60,000 traces take about 5 GB with their journal; make room, or choose another folder with --out"
        yield Finding("run folder", "fail" if free < _ROOM else "warn", f"{at}, {room}", mend)
    else:
        yield Finding("run folder", "ok", f"{at}, {room}")


def journal(path: Path) -> Iterator[Finding]:
    """Whether the journal can be read and written; it is left as it is."""
    if not path.exists():
        there = _nearest(path.parent)
        fits = os.access(there, os.W_OK)
        mend = "" if fits else "choose another with --journal"
        yield Finding("journal", "ok" if fits else "fail", f"{path}, not there yet", mend)
        return
    try:
        with closing(sqlite3.connect(f"file:{path.absolute()}?mode=rw", uri=True, timeout=5)) as kept:
            count = kept.execute("select count(*) from replies").fetchone()[0]
            kept.execute("begin immediate")
            kept.rollback()
    except sqlite3.Error as error:
        yield Finding("journal", "fail", f"{path}: {error}", f"curate journal verify {path}")
        return
    yield Finding("journal", "ok", f"{path}, {count:,} replies, {sized(path.stat().st_size)}")


def open_files(concurrency: int) -> Iterator[Finding]:
    """Whether so many calls can be in flight: each is an open file. A run raises the limit as far as it may."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = concurrency + _SPARE
    found = f"{soft:,} open files" + (
        f", which a run raises to {wanted:,}" if soft < wanted <= most or most < 0 else ""
    )
    if 0 <= most < wanted:
        mend = f"ulimit -Hn {wanted}, or lower `concurrency`"
        yield Finding("open files", "warn", f"{found}; {concurrency:,} calls in flight need {wanted:,}", mend)
    else:
        yield Finding("open files", "ok", found)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir()), Path.cwd())
