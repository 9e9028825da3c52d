"""The calls of one row in the terminal: a line each, or each with its request and reply in full, and their sums."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding

from curate.chat.reply import read_reply
from curate.life.records import Called, FromJournal, Sum
from curate.terminal.console import shown
from curate.terminal.layout import grid, is_wide, pairs, title

_NONE = "–"
_TOLD = 300  # characters of what a model was told, where the request is not shown in full


def calls_parts(calls: Sequence[Called], journal: FromJournal, whole: bool) -> Iterator[RenderableType]:
    """The calls as a table, what there is to say of single ones, and with `whole` each in full."""
    yield title(f"its calls ({len(calls):,})")
    yield pairs(_models(calls))
    yield _table(calls)
    for number, one in enumerate(calls, 1):
        for said in _notes(one, whole):
            yield Padding(shown(f"call {number}: {said}", "dim"), (0, 0, 0, 2), expand=False)
    yield shown(_journal(journal), "dim")
    if whole:
        for number, one in enumerate(calls, 1):
            yield title(f"call {number}, {one.purpose}, in full")
            yield from _whole(one)


def _models(calls: Sequence[Called]) -> Iterator[tuple[str, str]]:
    yield from dict.fromkeys((one.called, one.model) for one in calls if one.called)


def _table(calls: Sequence[Called]) -> RenderableType:
    numbers = ("#", "in", "out", "dollars", "seconds")
    names = ("#", "for", "model", "try", "came back", "in", "out", "dollars", "seconds", "at (UTC)")
    table = grid(*names, numbers=numbers, gap=2 if is_wide() else 1)
    days = {one.asked_at[:10] for one in calls if one.asked_at}
    for number, one in enumerate(calls, 1):
        table.add_row(
            str(number),
            one.purpose,
            shown(one.called or one.model),
            f"{one.sample}.{one.attempt}",
            shown(one.outcome if one.finish_reason in (None, "") else f"{one.outcome} ({one.finish_reason})"),
            f"{one.prompt_tokens:,}",
            f"{one.completion_tokens:,}",
            f"{one.usd:,.6f}",
            _NONE if one.seconds is None else f"{one.seconds:,.1f}",
            _at(one.asked_at, whole=is_wide() or len(days) > 1),
        )
    return table


def _at(moment: str | None, whole: bool) -> str:
    """When it was asked: the day too where there is room, or where there are several."""
    if moment is None:
        return _NONE
    return f"{moment[:10]} {moment[11:19]}" if whole else moment[11:19]


def _notes(one: Called, whole: bool) -> Iterator[str]:
    if one.error:
        yield one.error
    if one.told and not whole:
        told = " ".join(one.told.split())
        more = "" if len(told) <= _TOLD else " …"
        yield f"asked again, as its reply before could not be used: {told[:_TOLD]}{more}"
    if one.shared:
        yield "the same reply as of an earlier call of the run, paid for once"
    if one.takes > 1:
        yield f"the journal has {one.takes} replies to it: it was asked anew by `run --retry`"


def _journal(told: FromJournal) -> str:
    if told.path is None:
        return "no journal at hand tells when they were made and how long they took; --journal FILE names one"
    missing = "" if told.found == told.replies else f", which has {told.found:,} of these {told.replies:,} replies"
    return f"try: sample.attempt; times from {told.path}{missing}"


def _whole(one: Called) -> Iterator[RenderableType]:
    if one.request is None or one.reply is None:
        yield shown(one.error or "the journal at hand does not have it", "dim")
        return
    yield pairs(_settings(one))
    for message in one.request["messages"]:
        yield shown(f"[{message['role']}]", "bold")
        yield shown(message["content"])
    reply = read_reply(one.reply)
    for name, text in (("its reasoning", reply.reasoning), ("its reply", reply.content)):
        if text:
            yield shown(f"[{name}]", "bold")
            yield shown(text)


def _settings(one: Called) -> Iterator[tuple[str, str]]:
    request: Mapping[str, Any] = one.request or {}
    yield "model", one.model
    if one.answered_by:
        yield "answered by", one.answered_by
    yield "sampling", ", ".join(f"{name} {value}" for name, value in request["sampling"].items()) or "the server's own"
    yield "key", str(one.key)


def spent_parts(found: Sequence[Sum]) -> Iterator[RenderableType]:
    """The sums by purpose, and of all."""
    numbers = ("calls", "failed", "tokens in", "cached", "tokens out", "thinking", "dollars", "seconds")
    names = numbers if is_wide() else tuple(name for name in numbers if name not in ("cached", "thinking"))
    table = grid("for", *names, numbers=numbers)
    for one in found if len(found) > 2 else found[-1:]:
        cells = {
            "calls": f"{one.calls:,}",
            "failed": f"{one.failed:,}",
            "tokens in": f"{one.prompt_tokens:,}",
            "cached": f"{one.cached_tokens:,}",
            "tokens out": f"{one.completion_tokens:,}",
            "thinking": f"{one.reasoning_tokens:,}",
            "dollars": f"{one.usd:,.6f}",
            "seconds": _NONE if one.seconds is None else f"{one.seconds:,.1f}",
        }
        table.add_row(one.purpose, *(cells[name] for name in names))
    yield table
    if shared := found[-1].usd_shared:
        yield shown(f"${shared:,.6f} of this other questions, or earlier calls, had paid for already", "dim")
