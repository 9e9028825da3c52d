"""The calls for one question, with what the journal knows of each: when, how long, what was said."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from curate.chat.journal_db import connect, reported
from curate.chat.packed import unpack
from curate.hiding import Hiding
from curate.identity import named, published
from curate.life.records import Called, FromJournal, Row, Sum
from curate.life.rows import Rows
from curate.records import Purpose

_CALLS = "select *, not first and outcome <> 'error' as shared from paid where question_id = ? order by place"
_KEPT = """select take, asked_at, seconds, prompt_tokens, completion_tokens, finish_reason, request, reply
    from replies where key = ? order by take desc"""
_ALIKE = ("prompt_tokens", "completion_tokens", "finish_reason")
_SUMMED = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")


def calls_of(rows: Rows, outcome: Row, models: Mapping[str, str], hide: Hiding) -> tuple[Called, ...]:
    """The calls for an outcome's question, as the tables have them. models: name in the recipe -> identity."""
    return tuple(_called(row, models, hide) for row in rows.all(_CALLS, outcome["question_id"]))


def _called(row: Mapping[str, Any], models: Mapping[str, str], hide: Hiding) -> Called:
    same = ("purpose", "sample", "attempt", "key", "outcome", "finish_reason", "usd", "shared", *_SUMMED)
    answered_by = named(row["answered_by"]) if row["answered_by"] else None
    return Called(
        **{name: row[name] for name in same},
        called=" or ".join(name for name, identity in models.items() if identity == row["model"]),
        model=published(row["model"]),
        answered_by=answered_by,
        error=hide(row["error"]),
    )


def looked_up(calls: Sequence[Called], journal: Path | None, whole: bool) -> tuple[tuple[Called, ...], FromJournal]:
    """The calls with what a journal has of them; whole: requests and replies too. Without one, as they are. Raises
    UserError for a file that cannot be read."""
    replies = sum(one.outcome != "error" for one in calls)
    if journal is None:
        return tuple(calls), FromJournal(None, 0, replies)
    with reported(journal), closing(connect(journal, make=False)) as connection:
        connection.row_factory = sqlite3.Row
        found = tuple(_looked_up(one, connection, whole) for one in calls)
    return found, FromJournal(str(journal), sum(one.takes > 0 for one in found), replies)


def _looked_up(one: Called, connection: sqlite3.Connection, whole: bool) -> Called:
    key = bytes.fromhex(one.key or "")
    takes = connection.execute(_KEPT, (key,)).fetchall()
    # Of several takes the one that the run read: a later `run --retry` may have brought another.
    alike = (take for take in takes if all(take[name] == getattr(one, name) for name in _ALIKE))
    kept = next(alike, takes[0] if takes else None)
    if one.outcome == "error":
        failed = connection.execute("select failed_at from failures where key = ?", (key,)).fetchone()
        return replace(one, asked_at=_said(failed["failed_at"])) if failed else one
    if kept is None:
        return one
    request = json.loads(unpack(kept["request"]))
    shown = {"request": {**request, "model": published(request["model"])}, "reply": json.loads(unpack(kept["reply"]))}
    return replace(
        one,
        asked_at=_said(kept["asked_at"]),
        seconds=kept["seconds"],
        takes=len(takes),
        told=_told(request["messages"]),
        **(shown if whole else {}),
    )


def _told(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """What a model that is asked again was told of its reply."""
    again = len(messages) > 1 and messages[-2]["role"] == "assistant" and messages[-1]["role"] == "user"
    return str(messages[-1]["content"]) if again else None


def _said(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def spent(calls: Sequence[Called]) -> tuple[Sum, ...]:
    """The sums by purpose, and at the end of all."""
    of = {name: [one for one in calls if one.purpose == name] for name in get_args(Purpose)}
    return tuple(_sum(name, found) for name, found in (*of.items(), ("all", calls)) if found)


def _sum(purpose: str, calls: Sequence[Called]) -> Sum:
    seconds = [one.seconds for one in calls if one.seconds is not None]
    return Sum(
        purpose=purpose,
        calls=len(calls),
        failed=sum(one.outcome == "error" for one in calls),
        **{name: sum(getattr(one, name) or 0 for one in calls) for name in _SUMMED},
        usd=sum(one.usd for one in calls),
        usd_shared=sum((one.usd for one in calls if one.shared), 0.0),
        seconds=sum(seconds) if seconds else None,
    )
