"""What can be compared: a run, a release in a folder, a release on the Hub.

    side("quickstart")                          # a run, by its directory or by its name under runs/
    side("runs/quickstart/release/v1.0.0")      # a release in a folder
    side("my-org/Fin-R1-Data@v1.0.0")           # a release on the Hub, by the commit of its tag

A run stands for the release that it would make: the same columns, without splits, caps and pass rates.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from curate.configs import COLUMNS, files_of
from curate.entries import entries
from curate.errors import UserError
from curate.release.lock import FUNNEL, LOCK
from curate.rows import Cells, cells, rejects, rl, sft
from curate.runs import RECORD, Run
from curate.tables import Writer, file_of

WAITING = "waiting"  # where a question of a run stands that waits for a call
PLACES = ("sft", "rl", "rejects", WAITING)
# What only a release knows of its rows.
_NOT_OF_RUNS = frozenset({"left_out_of", "pass_rate", "pass_low", "pass_high", "passed", "failed", "undecided"})
_SETTINGS = {"memory_limit": "512MB", "threads": 2, "preserve_insertion_order": "false"}

STAGES = (
    "records", "unreadable", "questions", "dropped", "untraced", "pending", "failed", "answer_right", "answer_wrong",
    "answer_undecided", "reasoning_good", "reasoning_bad", "reasoning_undecided", "sft", "rl", "rejects",
)  # fmt: skip

Files = Mapping[str, tuple[Path, ...]]  # config -> its Parquet files
Funnel = Mapping[str, Mapping[str, int]]  # source -> stage -> how many


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things compared. name: as it is shown; folder: the run directory, or the folder of the release."""

    name: str
    kind: Literal["run", "release"]
    folder: Path

    @property
    def splits(self) -> bool:
        """Whether its rows are split into train and validation."""
        return self.kind == "release"


def side(text: str) -> Side:
    """What a text names: a release's folder, a run, or org/name@version on the Hub. Raises UserError for what is
    none of these, or cannot be read."""
    for folder in (Path(text), Path("runs") / text):
        if (folder / LOCK).is_file():
            return Side(str(folder), "release", folder)
        if (folder / RECORD).is_file():
            return Side(str(folder), "run", folder)
    if "@" in text:
        from curate.release.fetch import fetched, parse

        found = fetched(*parse(text))
        return Side(f"{text} ({found.sha[:7]})", "release", found.folder)
    if Path(text).is_dir():
        raise UserError(f"'{text}' holds neither a finished run (no {RECORD}) nor a release (no {LOCK})")
    if text.count("/") == 1 and not Path(text).exists():
        raise UserError(f"there is no run '{text}'; of a dataset on the Hub name the version: {text}@v1.0.0")
    return Side(text, "run", Run(text).path)  # raises, and names the runs that there are


def release(text: str) -> Side:
    """The same for what must be a release. Raises UserError for a run."""
    if (found := side(text)).kind == "run":
        built = ", ".join(str(lock.parent) for lock in sorted(found.folder.glob(f"release/*/{LOCK}")))
        raise UserError(
            f"'{text}' is a run, not a release\n  its releases: {built or 'none; `curate release` builds one'}"
        )
    return found


@contextmanager
def small_duckdb() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database that spills to disk, so that it needs little memory whatever it reads."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(Path(folder) / "rows.duckdb") as connection:
        for name, value in {**_SETTINGS, "temp_directory": f"{folder}/spill"}.items():
            connection.execute(f"set {name} = '{value}'")
        yield connection


@contextmanager
def readable(found: Side) -> Iterator[None]:
    """Says of which side a file is that cannot be read, as a UserError."""
    try:
        yield
    except (OSError, pa.ArrowException, duckdb.Error) as error:
        advice = "`curate verify` tells more" if found.kind == "release" else "run the recipe again"
        raise UserError(f"{found.name}: its rows cannot be read: {str(error).splitlines()[0]}\n  {advice}") from None


def files(found: Side, spill: Path) -> Files:
    """The Parquet files of a side's rows by config. Those of a run are written into `spill`, an empty folder."""
    if found.kind == "run":
        _write(found.folder, spill)
    folder = spill if found.kind == "run" else found.folder / "data"
    return {config: tuple(sorted((folder / config).glob("*.parquet"))) for config in PLACES}


def columns(found: Side, config: str, of: Files) -> frozenset[str]:
    """The columns of a config that a side can tell: those that all its files have."""
    names = [frozenset(pq.read_schema(file).names) for file in of[config]]
    shared = frozenset.intersection(*names) if names else frozenset()
    return shared - _NOT_OF_RUNS if found.kind == "run" else shared


def _write(run: Path, spill: Path) -> None:
    with ExitStack() as stack:
        writers = {}
        for config in PLACES:
            (spill / config).mkdir(parents=True)
            form = COLUMNS.get(config, COLUMNS["rejects"])
            writers[config] = stack.enter_context(Writer(form, spill / config / "rows.parquet"))
        for entry in entries(run):
            config = entry.outcome["goes_to"] or WAITING
            row: Cells = {"sft": sft, "rl": rl}[config](entry) if config in ("sft", "rl") else rejects(entry, None)
            writers[config].add(cells(config if config in COLUMNS else "rejects", row))


def votes(found: Side) -> list[Path]:
    """The Parquet files that hold a side's votes: judge, criterion, vote."""
    if found.kind == "run":
        return [found.folder / file_of("scores")]
    return files_of(found.folder, "scores")


def funnel(found: Side) -> Funnel:
    """How many of each source came how far. Raises UserError for a release whose funnel.json cannot be read."""
    if found.kind == "run":
        rows: list[dict[str, Any]] = Run(found.folder).sql("from funnel").to_dicts()
        return {row["source"]: {stage: row[stage] for stage in STAGES} for row in rows}
    path = found.folder / FUNNEL
    try:
        sources = json.loads(path.read_text(encoding="utf-8"))["sources"]
        return {one["name"]: {stage: one[stage] for stage in STAGES} for one in sources}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: the funnel cannot be read: {error!r}\n  `curate verify` tells more") from None
