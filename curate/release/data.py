"""The data of a release: every outcome of a run in the config and split that it belongs to, as Parquet files.

    write_data(run, wanted, folder)     # folder/data/sft/train-00000-of-00001.parquet ...

Rows stand in the order of the run. One pass, so that memory stays flat, but for a draw (caps, mix, band): it holds an
entry of some hundred bytes for each row that it draws from. The same run gives the same bytes.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from curate import rows
from curate.configs import COLUMNS, CONFIGS, SPLITS
from curate.entries import Entry, Row, entries
from curate.records import Drop
from curate.release.wanted import Wanted
from curate.release_spec import CapSpec, MixSpec, SplitSpec
from curate.runs import Run
from curate.split import Candidate, left_out, side
from curate.tables import ROW_GROUP, Writer

SHARD = 300_000_000  # bytes of a file, about: what loads and uploads in parts
_LONGER = {"scores": 10_000}  # short rows: small groups of them cost more than the rows
Config = Literal["sft", "rl"]


class Shards:
    """The files of one split of a config; to be used with `with`. One without rows leaves no file."""

    def __init__(self, folder: Path, config: str, split: str, shard: int = SHARD) -> None:
        self._stem, self._config, self._shard = folder / "data" / config / split, config, shard
        self._open: Writer | None = None
        self._parts: list[Path] = []
        self._rows = 0

    def add(self, found: Mapping[str, Any]) -> None:
        """One row, by its columns' names."""
        if self._open is None:
            self._stem.parent.mkdir(parents=True, exist_ok=True)
            self._parts.append(self._stem.with_name(f"{self._stem.name}.part{len(self._parts)}"))
            self._open = Writer(COLUMNS[self._config], self._parts[-1], _LONGER.get(self._config, ROW_GROUP))
        self._open.add(rows.cells(self._config, found))
        self._rows += 1
        if self._rows % ROW_GROUP == 0 and self._parts[-1].stat().st_size >= self._shard:
            self._open.__exit__(None, None, None)
            self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is not None:
            self._open.__exit__(kind, error, trace)
        for number, part in enumerate(self._parts):
            part.rename(self._stem.with_name(f"{self._stem.name}-{number:05}-of-{len(self._parts):05}.parquet"))


def write_data(run: Run, wanted: Wanted, folder: Path) -> None:
    """Writes data/{sft,rl,scores,rejects} of a run's release into a folder. Raises UserError for an impossible mix."""
    spec = wanted.split
    rates = _rates(run) if spec.rl.difficulty else {}
    out = {"sft": _left_out(run, "sft", spec, rates), "rl": _left_out(run, "rl", spec, rates)}
    with ExitStack() as stack:
        places = product(CONFIGS, SPLITS)  # what gets no row, as a validation split of scores, leaves no file
        shards = {place: stack.enter_context(Shards(folder, *place)) for place in places}
        for entry in entries(run.path):
            _place(entry, wanted, out, rates, shards)


def _place(
    entry: Entry,
    wanted: Wanted,
    out: Mapping[str, Mapping[str, Drop]],
    rates: Mapping[str, Row],
    shards: Mapping[tuple[str, str], Shards],
) -> None:
    """Writes an entry where it belongs, and its votes."""
    name, config = entry.outcome["question_id"], entry.outcome["goes_to"]
    dropped = out.get(config, {}).get(name)
    if config not in ("sft", "rl") or dropped is not None:
        row = rows.rejects(entry, config if dropped else None)
        shards["rejects", "train"].add(row | ({"reason": dropped.reason, "detail": dropped.detail} if dropped else {}))
        place = ("rejects", "train")
    else:
        assert entry.question is not None, "an unreadable record goes nowhere else than to the rejects"
        split = side(entry.question.group, wanted.split.validation, wanted.split.seed)
        place = (config, split)
        shards[place].add(rows.sft(entry) if config == "sft" else rows.rl(entry, rates.get(name)))
    for vote in rows.scores(entry, *place):
        shards["scores", "train"].add(vote)


def _rates(run: Run) -> dict[str, Row]:
    """Question -> its row of `pass_rates`."""
    return {row["question_id"]: row for row in run.sql("from pass_rates").to_dicts()}


def _left_out(run: Run, config: Config, spec: SplitSpec, rates: Mapping[str, Row]) -> dict[str, Drop]:
    """What caps, mix and band leave out of a config; where there are none of these nobody needs to be looked at."""
    draw, student = (spec.sft, None) if config == "sft" else (spec.rl, spec.rl.difficulty)
    if student is None and draw.caps == CapSpec() and draw.mix == MixSpec():
        return {}
    return left_out(_candidates(run, config, rates), draw, spec.seed, student)


def _candidates(run: Run, config: Config, rates: Mapping[str, Row]) -> list[Candidate]:
    """The questions that go to a config, for the draw."""
    query = """
        select q.id, q.source, q.module, q."group" from outcomes o join questions q on q.id = o.question_id
        where o.goes_to = $config order by o.rowid"""
    found = []
    for name, source, module, group in run.sql(query.replace("$config", f"'{config}'")).rows():
        rate = rates.get(name, {})
        decided = rate.get("passed", 0) + rate.get("failed", 0)
        found.append(Candidate(name, source, module, group, rate.get("pass_rate"), decided, rate.get("missing", 0)))
    return found
