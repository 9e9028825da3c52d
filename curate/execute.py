"""A recipe into a run directory: gather, curate every question, tables, scores.duckdb, run.json."""

import datetime
import importlib.metadata
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from curate.chat.client import Pulse
from curate.curating import Asks, curate_all
from curate.errors import UserError
from curate.gather import GATHERED, Gathered, Gathering, gather
from curate.judge import Judgement
from curate.moment import Moment, Told, quiet
from curate.pipeline import Curated
from curate.prompt import prompt_digests
from curate.recipe import Recipe
from curate.records import COMMON_DEFECTS, CallMade, Outcome
from curate.runs import DATABASE, JOURNAL, RECORD, Run
from curate.scores import build
from curate.sourcing import files_of
from curate.spec import SourceSpec
from curate.tables import TABLES, Writer, file_of, question_row, writer
from curate.workplace import install, locked
from judges.reasoning.arithmetic import Calculation

_VERDICT = tuple(name for name, _, _ in TABLES["checks"][3:])
_WRITTEN = (
    *("questions", "originals", "traces", "calls", "checks", "scores", "judgements", "measures", "calculations"),
    "student",
)
_STAGES = ("reading", "curating", "tables")
_DIGITS = 12  # of a computed value that are written down


def execute(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    limit: int | None = None,
    strict: bool = False,
    journal: str | Path | None = None,
    asks: Asks | None = None,
    told: Told = quiet,
) -> Run:
    """Runs a recipe and returns the finished run. `told` is called with a Moment as it goes.

    journal: where replies are kept; by default journal.sqlite beside the run directory. asks: whether models may be
    asked, and which outcomes anew. A run that stopped at its budget or by Ctrl-C has its tables too: its record's
    `stopped` says why. Raises UserError for what the user can mend; the run directory then holds what it held before.
    """
    if limit is not None and limit < 1:
        raise UserError(f"limit is {limit}; it must be 1 or more")
    started, marks = datetime.datetime.now(datetime.UTC), [time.monotonic()]
    folder = run_folder(recipe, out)
    kept = Path(journal) if journal is not None else folder.parent / JOURNAL
    with locked(folder) as building:
        read = gather(recipe, building, limit=limit, strict=strict, told=lambda read: told(Moment("reading", read)))
        marks.append(time.monotonic())
        with _writing(building, read) as take:
            pulse = curate_all(read.questions(), read.total, recipe, kept, take, asks=asks, told=told)
        (building / GATHERED).unlink()
        marks.append(time.monotonic())
        told(Moment("tables", pulse=pulse))
        _build_database(building / DATABASE, {name: building / file_of(name) for name in TABLES})
        marks.append(time.monotonic())
        options = {"limit": limit, "strict": strict}
        record = _record(recipe, read, started, marks, options, pulse)
        (building / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        install(building, folder)
    return Run(folder)


def run_folder(recipe: Recipe, out: str | Path | None = None) -> Path:
    """The run directory of a recipe: `out`, by default runs/<name>."""
    return Path(out) if out is not None else Path("runs") / recipe.name


@contextmanager
def _writing(building: Path, read: Gathering) -> Iterator[Any]:
    """What to hand every curated question to; its tables are whole when the block ends."""
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(writer(name, building / file_of(name))) for name in (*_WRITTEN, "outcomes")
        }
        for outcome in read.lost:
            writers["outcomes"].add(_row("outcomes", outcome))
        yield lambda curated: _write(curated, writers)


def _write(curated: Curated, writers: dict[str, Writer]) -> None:
    writers["questions"].add(question_row(curated.question))
    if curated.original is not None:
        writers["originals"].add(question_row(curated.original))
    writers["outcomes"].add(_row("outcomes", curated.outcome))
    writers["calls"].add(*(_row("calls", call) for call in curated.calls))
    writers["student"].add(*(_row("student", answer) for answer in curated.answers))
    for one in curated.tries:
        verdict, judgement = one.verdict, one.judgement
        key = (one.trace.question_id, one.trace.sample, one.trace.attempt)
        writers["traces"].add(_row("traces", one.trace))
        writers["checks"].add((*key, *(getattr(verdict, name) for name in _VERDICT)))
        if judgement is not None:
            _write_judgement(key, judgement, writers)


def _write_judgement(key: tuple[Any, ...], judgement: Judgement, writers: dict[str, Writer]) -> None:
    for one in judgement.opinions:
        said, by = one.verdict, (one.identity, judgement.criteria)
        writers["scores"].add(
            *((*key, one.judge, score.criterion, score.vote, score.rationale, *by) for score in one.scores)
        )
        detail = "; ".join(filter(None, (said.extracted, said.detail)))
        writers["judgements"].add((*key, one.judge, one.sits, said.value, said.reason, detail, one.shown))
    if judgement.evidence is not None:
        writers["measures"].add(*((*key, name, value) for name, value in judgement.evidence.measures.items()))
        writers["calculations"].add(*((*key, *_calculation(one)) for one in judgement.evidence.calculations))


def _calculation(one: Calculation) -> tuple[Any, ...]:
    computed = None if one.computed is None else f"{one.computed:.{_DIGITS}g}"
    return one.start, one.end, one.text, one.stated, computed, one.value, one.reason, one.error


def _row(table: str, record: Outcome | CallMade | Any) -> tuple[Any, ...]:
    """A record as a row of the table that has its fields as columns."""
    return tuple(getattr(record, name) for name, _, _ in TABLES[table])


def _build_database(target: Path, parquet: dict[str, Path]) -> None:
    try:
        build(target, parquet)
    except duckdb.Error as error:  # a full disk, above all
        raise UserError(f"{DATABASE} cannot be written: {str(error).splitlines()[0]}") from None


def _record(
    recipe: Recipe,
    read: Gathering,
    started: datetime.datetime,
    marks: Sequence[float],
    options: dict[str, Any],
    pulse: Pulse | None,
) -> dict[str, Any]:
    """run.json: what was run, on what, when, its cost, and with which versions. Times stand here and nowhere else.

    marks: when it began and when each stage ended, by time.monotonic()."""
    packages = ("fincurate", "polars", "duckdb", "pyarrow", "datasets", "openai", "aiohttp")
    return {
        "recipe": recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "recipe_digest": recipe.digest(),
        "options": options,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(marks[-1] - marks[0], 3),
        "stages": {name: round(end - start, 3) for name, (start, end) in zip(_STAGES, pairwise(marks), strict=True)},
        "models": {name: model.known_as() for name, model in recipe.models.items()},
        "calls": _spent(pulse) if pulse else None,
        "stopped": pulse.stopped if pulse else None,
        "stopped_because": pulse.detail if pulse else None,
        "sources": [_source(source) for source in read.sources],
        "benchmarks": [{"source": source.name, "files": files_of(source)} for source in read.benchmarks],
        "prompts": prompt_digests(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


def _source(read: Gathered) -> dict[str, Any]:
    """What a source is, and what was read of it: its module need not be there any more when the run is published."""
    info, corpus, spec = read.source.info, read.source.corpus, read.source.spec
    assert isinstance(spec, SourceSpec), "what is curated is a source of the recipe, no benchmark set"
    meanings = {**COMMON_DEFECTS, **info.defects}
    return {
        "source": read.name,
        "use": spec.use,
        "title": spec.title or info.title,
        "home": spec.home or info.home,
        "citation": spec.citation or info.citation,
        "licence": corpus.licence,
        "language": info.language,
        "module": corpus.module,
        "converted": spec.made_into,
        "records": read.records,
        "unreadable": read.unreadable,
        "questions": read.questions,
        "flagged": read.flagged,
        "flags": {flag: meanings.get(flag, "") for flag in sorted(read.flags)},
        "files": files_of(read.source),
    }


def _spent(pulse: Pulse) -> dict[str, Any]:
    meter = pulse.meter
    return {
        "kept": meter.kept,
        "sent": meter.sent,
        "answered": meter.answered,
        "refused": meter.refused,
        "failed": meter.failed,
        "tokens": meter.tokens,
        "usd": round(meter.usd, 6),
        "recipe_total": asdict(pulse.total),
    }
