"""Where a row stands in the releases that were built of its run."""

from collections.abc import Iterator
from pathlib import Path

from curate.configs import SPLITS, files_of
from curate.life.records import Placed
from curate.release.build import RELEASES
from curate.release.lock import LOCK, read_lock, run_digest
from curate.runs import Run

_HOLDS = ("sft", "rl", "rejects")  # every outcome stands in one of these; `scores` are votes


def placed(run: Run, id: str) -> tuple[Placed, ...]:
    """The row's place in each release in the run's directory, by version."""
    found = sorted(path.parent for path in (run.path / RELEASES).glob(f"*/{LOCK}"))
    digest = run_digest(run) if found else ""
    return tuple(_in_release(folder, id, digest) for folder in found)


def _in_release(folder: Path, id: str, digest: str) -> Placed:
    lock = read_lock(folder)
    row = next(_rows(folder, id), {})
    return Placed(
        folder=str(folder),
        version=lock["version"],
        current=lock.get("run_digest") == digest,
        config=row.get("config"),
        split=row.get("split"),
        left_out_of=row.get("left_out_of"),
        reason=row.get("reason"),
        detail=row.get("detail"),
    )


def _rows(folder: Path, id: str) -> Iterator[dict[str, str | None]]:
    import pyarrow.parquet as pq

    for config in _HOLDS:
        for split in SPLITS:
            for path in files_of(folder, config, split):
                for row in pq.read_table(path, filters=[("id", "==", id)]).to_pylist():
                    yield {**row, "config": config, "split": split}
