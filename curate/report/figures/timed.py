"""When the calls of a run were made: its keys looked up in the journal, which may hold millions of others.

timeline(run, connection, None).moments[0]   ->  Stretch(start=0.0, calls={"m at a private address": 312}, ...)
"""

import datetime
import math
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from curate.chat.journal_db import APPLICATION, reported
from curate.identity import published
from curate.report.facts import Stretch, Timeline
from curate.runs import Run, journal_of

Replies = NDArray[np.float64]  # a row each: seconds since 1970, number of the model, US dollars

_MOMENTS = 60
_DAY = 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(days * _DAY for days in (1, 2, 7, 14, 30, 90, 365)),
)
_BATCH = 500  # keys of one query
_KEYS = "select distinct key from calls where key is not null and outcome <> 'error' order by key"
_REPLIES = """
    select key, asked_at, model, coalesce(usd, 0) from replies where key in ({})
    order by key, take"""
_DIGITS = 6


def timeline(run: Run, connection: duckdb.DuckDBPyConnection, journal: Path | None) -> Timeline:
    """When the replies were asked for, of each the latest take. journal: by default the one beside the run directory; a
    file that is no journal, or another run's, has none of them. Raises UserError where `journal` is missing, and for
    one that cannot be read."""
    keys = [bytes.fromhex(key) for (key,) in connection.execute(_KEYS).fetchall()]
    names: dict[str, int] = {}
    found = _found(journal_of(run, journal), keys, names)
    stages = run.record["stages"]
    if not len(found):
        return Timeline(stages, len(keys), 0, "", 1.0, ())
    first, last = float(found[:, 0].min()), float(found[:, 0].max())
    step = next((one for one in _STEPS if last - first < one * _MOMENTS), math.ceil((last - first + 1) / _MOMENTS))
    began = datetime.datetime.fromtimestamp(first, datetime.UTC).isoformat(timespec="seconds")
    return Timeline(stages, len(keys), len(found), began, float(step), _moments(found, names, first, step))


def _found(path: Path | None, keys: Sequence[bytes], names: dict[str, int]) -> Replies:
    """The replies of these keys that a journal has. names: model's identity -> its number; filled here."""
    if path is None or not keys:
        return np.empty((0, 3))
    with reported(path), closing(_opened(path.resolve())) as connection:
        if connection.execute("pragma application_id").fetchone()[0] != APPLICATION:
            return np.empty((0, 3))
        return np.concatenate([_looked_up(connection, some, names) for some in _batches(keys)])


def _opened(path: Path) -> sqlite3.Connection:
    """To be read, also while a run writes it. A reader too must write beside a journal; in a folder where it may not,
    one that nobody has open is read as it stands."""
    sealed = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return sqlite3.connect(f"{path.as_uri()}?{'immutable=1' if sealed else 'mode=ro'}", uri=True, timeout=60)


def _looked_up(connection: sqlite3.Connection, keys: Sequence[bytes], names: dict[str, int]) -> Replies:
    rows = connection.execute(_REPLIES.format(", ".join("?" * len(keys))), keys)
    latest = {key: (asked_at, names.setdefault(model, len(names)), usd) for key, asked_at, model, usd in rows}
    return np.array([*latest.values()], dtype=np.float64).reshape(-1, 3)


def _batches(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    rest = iter(keys)
    while some := [*islice(rest, _BATCH)]:
        yield some


def _moments(found: Replies, names: dict[str, int], first: float, step: int) -> tuple[Stretch, ...]:
    asked_at, model, usd = found.T
    places = ((asked_at - first) // step).astype(np.int64)
    count = int(places.max()) + 1
    calls: dict[str, NDArray[np.int64]] = {}
    for name, number in sorted(names.items()):
        own = np.bincount(places[model == number], minlength=count)
        calls[published(name)] = own + calls.get(published(name), 0)
    paid = np.bincount(places, weights=usd, minlength=count)
    return tuple(
        Stretch(
            start=float(place * step),
            calls={name: int(own[place]) for name, own in calls.items() if own[place]},
            usd=round(float(paid[place]), _DIGITS),
        )
        for place in range(count)
    )
