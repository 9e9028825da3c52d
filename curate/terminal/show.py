"""A run's outcomes as a list, and one question laid out for reading: question, table, gold, trace, verdicts, votes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curate.errors import UserError, nearest
from curate.life.rows import Rows
from curate.life.words import meaning
from curate.records import Question, context_blocks
from curate.runs import Run
from curate.terminal.console import console, shown
from curate.terminal.layout import grid, headed, is_wide, title

STYLES = {"good": "green", "bad": "red", "undecided": "yellow", "dropped": "dim"}
VOTES = {1: Text("1", style="green"), 0: Text("0", style="red"), None: Text("?", style="yellow")}
TRUTH = {
    True: Text("right", style="green"),
    False: Text("wrong", style="red"),
    None: Text("undecided", style="yellow"),
}
QUALITY = {True: "good", False: "bad", None: "undecided"}
_RAW = 2000
_DETAIL = 48  # columns of the list that details, and what stands between columns, are left
_WRONG_SHOWN = 10
_COLUMNS = ("question_id", "source", "label", "reason", "goes_to", "detail")
_OF_TRACE = "where question_id = ? and sample = ? and attempt = ? order by rowid"


def print_list(run: Run, wanted: dict[str, str | None], limit: int, as_json: bool = False) -> None:
    """The outcomes that match, one a line, or as a JSON array."""
    filters = {column: value for column, value in wanted.items() if value is not None}
    where = " and ".join(f"{column} = ?" for column in filters) or "true"
    with run.connect() as connection:
        rows = Rows(connection)
        for column, value in filters.items():
            known = [str(row[column]) for row in rows.all(f"select distinct {column} from outcomes order by all")]
            if value not in known:
                raise UserError(
                    f"no outcome has the {column} '{value}'{nearest(value, known)}\n  this run has: {', '.join(known)}"
                )
        counted = rows.one(f"select count(*) as n from outcomes where {where}", *filters.values())
        query = f"select {', '.join(_COLUMNS)} from outcomes where {where} order by rowid limit ?"
        found = rows.all(query, *filters.values(), limit)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console().print(_list(found))
    count = counted["n"] if counted else 0
    if count > len(found):
        console().print(f"{len(found):,} of {count:,}; --limit shows more", style="dim")


def _list(found: list[dict[str, Any]]) -> Table:
    """Where there is room the details stand too, and ids are whole as far as that leaves some for them."""
    table = headed("id", "label", "reason", "to", *(["detail"] if is_wide() else []))
    for column in table.columns[1:4]:
        column.no_wrap = True
    cells = [(row["question_id"], row["label"], row["reason"], row["goes_to"] or "waits") for row in found]
    if is_wide() and cells:
        longest, *others = (max(map(cell_len, column)) for column in zip(*cells, strict=True))
        table.columns[0].width = min(longest, max(console().width - sum(others) - _DETAIL, _DETAIL))
    for row, (id, label, reason, to) in zip(found, cells, strict=True):
        told = [shown(id), shown(label, STYLES[label]), shown(reason), shown(to)]
        table.add_row(*told, *([shown(row["detail"])] if is_wide() else []))
    return table


def print_record(run: Run, question_id: str, as_json: bool = False) -> None:
    """One question as a page, or as one JSON object. Raises UserError for an unknown id."""
    with run.connect() as connection:
        rows = Rows(connection)
        try:
            question_id = rows.identified(question_id)
        except UserError as unknown:
            raise UserError(f"{unknown}\n  `curate show {run.path}` lists them") from None
        question = run.question(question_id)
        outcome = rows.one("from outcomes where question_id = ?", question_id)
        assert outcome is not None, question_id
        if as_json:
            typer.echo(json.dumps(_said(run, rows, question, outcome), ensure_ascii=False, indent=2, default=str))
            return
        parts: list[RenderableType] = [_head(question_id, outcome)]
        if question is None:
            parts += _unreadable(rows, question_id)
        else:
            parts += question_parts(question)
            parts += _original(run, question)
            parts += _trace(rows, outcome)
            parts += _tries(rows, question_id)
    console().print(Group(*parts))


def _said(run: Run, rows: Rows, question: Question | None, outcome: dict[str, Any]) -> dict[str, Any]:
    """What the page shows, as rows of the tables: the chosen trace with its verdicts, and all tries."""
    id, key = outcome["question_id"], (outcome["question_id"], outcome["sample"], outcome["attempt"])
    parent = run.question(question.parent) if question and question.parent else None
    return {
        "outcome": outcome,
        "question": asdict(question) if question else None,
        "original": asdict(parent) if parent else None,
        "unreadable": rows.one("from unreadable where question_id = ?", id),
        "trace": rows.one(f"from traces {_OF_TRACE}", *key),
        "check": rows.one(f"from checks {_OF_TRACE}", *key),
        **{name: rows.all(f"from {name} {_OF_TRACE}", *key) for name in ("judgements", "scores", "calculations")},
        "tries": rows.all("from checks where question_id = ? order by rowid", id),
        "calls": rows.one(_CALLS, id),
    }


def _head(question_id: str, outcome: dict[str, Any]) -> RenderableType:
    line = headline(question_id, outcome)
    line.append_text(shown(f"\n{outcome['reason']}: {meaning(outcome['reason'])}", "dim"))
    if outcome["detail"]:
        line.append_text(shown(f"\n{outcome['detail']}", "dim"))
    return line


def headline(question_id: str, outcome: Mapping[str, Any]) -> Text:
    """The id with the label and where it goes, beside it or, behind a long one, below it."""
    fate = Text.assemble(
        (outcome["label"], STYLES[outcome["label"]]), f" -> {outcome['goes_to'] or 'waits for a call'}"
    )
    apart = "  " if cell_len(question_id) + len(fate) + 2 <= console().width else "\n"
    return Text.assemble(shown(question_id, "bold"), apart, fate)


def _unreadable(rows: Rows, question_id: str) -> list[RenderableType]:
    row = rows.one("from unreadable where question_id = ?", question_id)
    return [title("the record as it stands"), shown(row["raw"][:_RAW])] if row else []


def question_parts(question: Question) -> list[RenderableType]:
    """A question for reading: its facts, text, options, context, gold and the source's explanation."""
    facts = [question.language, question.answer_kind, question.licence, question.module, question.split]
    parts: list[RenderableType] = [shown(" · ".join(filter(None, facts)), style="dim")]
    if question.flags:
        parts.append(shown("flags: " + ", ".join(question.flags), style="yellow"))
    parts += [title("question"), shown(question.question)]
    parts += [shown(f"{letter}. {text}") for letter, text in question.options.items()]
    if question.context:
        parts += [title("context"), *_context(question.context)]
    golds = [question.gold, *question.gold_alternatives] if question.gold else list(question.gold_alternatives)
    parts += [title("gold"), shown(" or ".join(filter(None, golds)) or "none")]
    if question.explanation:
        parts.append(shown(question.explanation, style="dim"))
    return parts


def _original(run: Run, question: Question) -> list[RenderableType]:
    """What a converted question was: its parent's text, options and gold."""
    parent = run.question(question.parent) if question.parent else None
    if parent is None:
        return []
    said = "\n".join((parent.question, *(f"{letter}. {text}" for letter, text in parent.options.items())))
    return [title(f"before its conversion ({parent.id}, gold {parent.gold})"), shown(said)]


def _context(context: str) -> list[RenderableType]:
    """The context's text, and its lines of cells between pipes as a table."""
    return [
        Padding(shown(block), (0, 0, 1, 0)) if isinstance(block, str) else _cells(block)
        for block in context_blocks(context)
    ]


def _cells(rows: list[list[str]]) -> Table:
    head = [*rows[0], *[""] * (max(map(len, rows)) - len(rows[0]))]
    table = headed(*head)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows[1:]:
        table.add_row(*map(shown, row))
    return table


_CALLS = """select count(*) as calls, coalesce(sum(prompt_tokens + completion_tokens), 0) as tokens,
    coalesce(sum(usd), 0) as usd from calls where question_id = ?"""


def _tries(rows: Rows, question_id: str) -> list[RenderableType]:
    """All tries, where there are several, and what the calls for them took."""
    tries = rows.all(
        """select t.sample, t.attempt, t.outcome, c.value, c.reason, coalesce(t.error, c.extracted, '') as said
        from traces t join checks c using (question_id, sample, attempt) where question_id = ? order by all""",
        question_id,
    )
    calls = rows.one(_CALLS, question_id)
    parts: list[RenderableType] = []
    if len(tries) > 1:
        table = grid("try", "trace", "answer", "why", "", head=False)
        for one in tries:
            place = f"sample {one['sample']} attempt {one['attempt']}"
            table.add_row(place, one["outcome"], TRUTH[one["value"]], one["reason"], shown(one["said"], "dim"))
        parts += [title(f"all {len(tries)} tries"), table]
    if calls is not None and calls["calls"]:
        said = f"{calls['calls']:,}, {calls['tokens']:,} tokens, ${calls['usd']:,.6f}"
        parts += [title("calls"), shown(f"{said}; `curate explain` tells each")]
    return parts


def _trace(rows: Rows, outcome: dict[str, Any]) -> list[RenderableType]:
    if outcome["sample"] is None:
        return []
    key = (outcome["question_id"], outcome["sample"], outcome["attempt"])
    trace, check = (rows.one(f"from {name} {_OF_TRACE}", *key) for name in ("traces", "checks"))
    assert trace is not None, key
    assert check is not None, key
    parts: list[RenderableType] = [
        title(f"reasoning ({trace['origin']}, {trace['model']}, {trace['outcome']})"), shown(trace["reasoning"]),
        title("answer"), shown(trace["answer"]),
        title(f"round one ({check['method']})"),
        Text.assemble(TRUTH[check["value"]], shown(f"  {check['reason']}: {check['extracted'] or '–'}")),
    ]  # fmt: skip
    if notes := _notes(check):
        parts.append(shown(notes, style="dim"))
    return [*parts, *_judgements(rows, key)]


def _judgements(rows: Rows, key: tuple[Any, ...]) -> Iterator[RenderableType]:
    """What each judge says, criterion by criterion, and the calculations that are wrong."""
    votes = rows.all(f"from scores {_OF_TRACE}", *key)
    for said in rows.all(f"from judgements {_OF_TRACE}", *key):
        beside = "" if said["sits"] else ", beside the panel"
        part = "" if said["shown"] == 1 else f", saw {said['shown']:.0%} of the reasoning"
        words = f"{said['judge']} says {QUALITY[said['value']]} ({said['reason']}{beside}{part})"
        yield title(f"round two: {words}")
        yield votes_table([vote for vote in votes if vote["judge"] == said["judge"]])
    query = f"select text, computed from calculations {_OF_TRACE.replace('order', 'and value = false order')}"
    wrong = rows.all(query, *key)
    if wrong:
        yield title("calculations that are wrong")
        yield from (shown(f"{one['text']}   it gives {one['computed']}") for one in wrong[:_WRONG_SHOWN])


def votes_table(votes: Iterable[Mapping[str, Any]], indent: int = 0) -> Table:
    """One judge's votes with their reasons."""
    table = grid("vote", "criterion", "why", head=False)
    for one in votes:
        vote = Text.assemble(" " * indent, VOTES[one["vote"]])
        table.add_row(vote, shown(one["criterion"]), shown(one["rationale"], "dim"))
    return table


def _notes(check: dict[str, Any]) -> str:
    """What stands behind a verdict: the gold and the gap that was allowed, or why the rules left it to a model."""
    said = [f"the rules: {check['rule']}"] if check["rule"] else []
    said += [f"against {check['gold']}"] if check["gold"] else []
    said += [f"up to {check['tolerance']} off is right"] if check["tolerance"] else []
    said += [check["detail"]] if check["detail"] else []
    return "; ".join(said)
