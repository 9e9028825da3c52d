"""A recipe into a run directory: gather, curate every question, tables, scores.duckdb, run.json.

Everything is built in <run>/.building and renamed into place at the end, so that readers of an earlier result are not
disturbed and a stopped run leaves it as it was. A lock keeps a second process out.
"""

import asyncio
import concurrent.futures
import datetime
import errno
import importlib.metadata
import json
import os
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import filelock

from curate.errors import UserError
from curate.gather import Gathered, gather
from curate.in_order import in_order
from curate.pipeline import Curated, Kit, curate_question
from curate.recipe import AtLeast, Recipe, teacher
from curate.records import Outcome
from curate.runs import DATABASE, RECORD, Run
from curate.scores import build
from curate.tables import TABLES, Writer, question_of, read_rows

Told = Callable[[str, int, int | None], None]

_IN_FLIGHT = 64
_WINDOW = 256
_RESULTS = ("questions.parquet", "tables", DATABASE, RECORD)  # in the order in which they are moved into place
_OLD = ".old"
_OF_THE_DISK = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EIO, errno.ELOOP),
)
_TRACE_TABLES = ("traces", "checks", "scores", "measures", "outcomes")


def execute(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    limit: int | None = None,
    strict: bool = False,
    told: Told = lambda stage, done, total: None,
) -> Run:
    """Runs a recipe and returns the finished run. `told(stage, done, total)` is called as it goes.

    Raises UserError for what the user can mend; the run directory then holds what it held before.
    """
    if limit is not None and limit < 1:
        raise UserError(f"limit is {limit}; it must be 1 or more")
    started, clock = datetime.datetime.now(datetime.UTC), time.monotonic()
    folder = Path(out) if out is not None else Path("runs") / recipe.name
    with _locked(folder) as building:
        sources, lost = gather(
            recipe, building, limit=limit, strict=strict, told=lambda read: told("reading", read, None)
        )
        total = sum(source.questions for source in sources)
        kit = Kit(
            teacher=teacher(recipe.distil.by).write if recipe.distil else None,
            keep=recipe.judge.keep.at_least if isinstance(recipe.judge.keep, AtLeast) else recipe.judge.keep,
        )
        _run_async(lambda: _curate_all(building, kit, lost, lambda done: told("curating", done, total)))
        told("tables", 0, None)
        parquet = {
            name: building / ("questions.parquet" if name == "questions" else f"tables/{name}.parquet")
            for name in TABLES
        }
        _build_database(building / DATABASE, parquet)
        record = _record(recipe, sources, started, time.monotonic() - clock, {"limit": limit, "strict": strict})
        (building / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _install(building, folder)
    return Run(folder)


async def _curate_all(building: Path, kit: Kit, lost: list[Outcome], told: Callable[[int], None]) -> None:
    questions = (question_of(row) for row in read_rows(building / "questions.parquet"))
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(Writer(name, building / "tables" / f"{name}.parquet")) for name in _TRACE_TABLES
        }
        for outcome in lost:
            writers["outcomes"].add(_outcome_row(outcome))
        done = 0
        async for curated in in_order(questions, lambda question: curate_question(question, kit), _IN_FLIGHT, _WINDOW):
            _write(curated, writers)
            done += 1
            told(done)


def _write(curated: Curated, writers: dict[str, Writer]) -> None:
    writers["outcomes"].add(_outcome_row(curated.outcome))
    trace, verdict, judgement = curated.trace, curated.verdict, curated.judgement
    if trace is None or verdict is None:
        return
    key = (trace.question_id, trace.sample, trace.attempt)
    writers["traces"].add((*key, trace.origin, trace.model, trace.outcome, trace.reasoning, trace.answer, trace.final))
    writers["checks"].add((*key, verdict.value, verdict.reason, verdict.extracted, verdict.method))
    if judgement is not None:
        judge = judgement.verdict.method
        writers["scores"].add(
            *((*key, judge, score.criterion, score.vote, score.rationale) for score in judgement.scores)
        )
        writers["measures"].add(*((*key, name, value) for name, value in judgement.measures.items()))


def _build_database(target: Path, parquet: dict[str, Path]) -> None:
    try:
        build(target, parquet)
    except duckdb.Error as error:  # a full disk, above all
        raise UserError(f"{DATABASE} cannot be written: {str(error).splitlines()[0]}") from None


def _outcome_row(outcome: Outcome) -> tuple[Any, ...]:
    return tuple(getattr(outcome, name) for name, _, _ in TABLES["outcomes"])


def _run_async(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs a coroutine to its end, also where an event loop already runs, as in a notebook: then in a thread, which an
    interrupt here cancels."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work())
        return
    loop = asyncio.new_event_loop()
    task = loop.create_task(work())
    with ThreadPoolExecutor(1) as pool, closing(loop):
        done = pool.submit(loop.run_until_complete, task)
        try:
            done.result()
        except BaseException:
            if not done.done():
                loop.call_soon_threadsafe(task.cancel)
                concurrent.futures.wait([done])
            raise


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """The empty folder to build in, while no other process may use the run directory."""
    building = folder / ".building"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / ".lock", timeout=0):
            _put_back(folder)
            _refuse_foreign(folder)
            shutil.rmtree(building, ignore_errors=True)
            (building / "tables").mkdir(parents=True)
            try:
                yield building
            finally:
                shutil.rmtree(building, ignore_errors=True)
    except filelock.Timeout:
        raise UserError(
            f"'{folder}' is in use by another `curate run`; wait for it, or choose another directory with --out"
        ) from None
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise  # a teacher's network, say
        at = error.filename or folder
        raise UserError(
            f"'{folder}' cannot be written: {at}: {error.strerror}\n  choose another directory with --out"
        ) from None


def _refuse_foreign(folder: Path) -> None:
    """A run replaces what stands in its directory: that must be an earlier run (whatever else lies beside it), what a
    kill left of one, or nothing."""
    names = {entry.name for entry in folder.iterdir()} - {".lock", ".building"}
    if RECORD not in names and (strange := sorted(names - set(_RESULTS))):
        (folder / ".lock").unlink(missing_ok=True)
        raise UserError(f"'{folder}' holds '{strange[0]}' and no run; choose another directory with --out")


def _install(building: Path, folder: Path) -> None:
    """The new result in place of the old one, which is put back if that does not succeed."""
    old = folder / _OLD
    old.mkdir()
    try:
        for name in reversed(_RESULTS):
            if (folder / name).exists():
                os.replace(folder / name, old / name)
        for name in _RESULTS:
            os.replace(building / name, folder / name)
    except BaseException:
        _put_back(folder)
        raise
    shutil.rmtree(old)


def _put_back(folder: Path) -> None:
    """Brings back the old result where a new one was not moved into place whole, be it by a kill."""
    old = folder / _OLD
    if old.is_dir() and not (folder / RECORD).exists():
        for entry in old.iterdir():
            if (folder / entry.name).is_dir():
                shutil.rmtree(folder / entry.name)
            os.replace(entry, folder / entry.name)
    shutil.rmtree(old, ignore_errors=True)


def _record(
    recipe: Recipe, sources: list[Gathered], started: datetime.datetime, seconds: float, options: dict[str, Any]
) -> dict[str, Any]:
    """run.json: what was run, on what, when, and with which versions. Times stand here and nowhere else."""
    packages = ("polars", "duckdb", "pyarrow", "datasets")
    return {
        "recipe": recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "recipe_digest": recipe.digest(),
        "options": options,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "sources": [
            {
                "source": source.name,
                "records": source.records,
                "unreadable": source.unreadable,
                "questions": source.questions,
                "flagged": source.flagged,
                "files": [
                    {"name": file.shown, "sha256": digest}
                    for file, digest in zip(source.files, source.digests, strict=True)
                ],
            }
            for source in sources
        ],
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }
