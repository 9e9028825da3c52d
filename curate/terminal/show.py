"""A run's outcomes as a list, and one question laid out for reading: question, table, gold, trace, verdicts, votes."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from curate.errors import UserError, nearest
from curate.records import Question, split_cells
from curate.runs import Run
from curate.terminal.console import console, shown

_STYLES = {"good": "green", "bad": "red", "undecided": "yellow", "dropped": "dim"}
_VOTES = {1: Text("1", style="green"), 0: Text("0", style="red"), None: Text("?", style="yellow")}
_TRUTH = {
    True: Text("right", style="green"),
    False: Text("wrong", style="red"),
    None: Text("undecided", style="yellow"),
}
_QUALITY = {True: "good", False: "bad", None: "undecided"}
_RAW = 2000
_WRONG_SHOWN = 10
_WIDE = 110  # columns from which the list has room for details


def print_list(run: Run, wanted: dict[str, str | None], limit: int) -> None:
    """The outcomes that match, one a line."""
    filters = {column: value for column, value in wanted.items() if value is not None}
    where = " and ".join(f"{column} = ?" for column in filters) or "true"
    with run.connect() as connection:
        for column, value in filters.items():
            known = [
                row[0] for row in connection.execute(f"select distinct {column} from outcomes order by all").fetchall()
            ]
            if value not in known:
                raise UserError(
                    f"no outcome has the {column} '{value}'{nearest(value, known)}\n  this run has: {', '.join(known)}"
                )
        values = list(filters.values())
        counted = connection.execute(f"select count(*) from outcomes where {where}", values).fetchone()
        query = f"select question_id, label, reason, goes_to, detail from outcomes where {where} order by rowid limit ?"
        rows = connection.execute(query, [*values, limit]).fetchall()
    wide = console().width >= _WIDE
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("id", "label", "reason", "to", *(["detail"] if wide else [])):
        table.add_column(name, overflow="fold", no_wrap=name in ("label", "reason", "to"))
    for question_id, label, reason, goes_to, detail in rows:
        cells = [shown(question_id), shown(label, style=_STYLES[label]), shown(reason), shown(goes_to)]
        table.add_row(*cells, *([shown(detail)] if wide else []))
    console().print(table)
    count = counted[0] if counted else 0
    if count > len(rows):
        console().print(f"{len(rows)} of {count:,}; --limit shows more", style="dim")


def print_record(run: Run, question_id: str) -> None:
    """One question as a page. Raises UserError for an unknown id."""
    with run.connect() as connection:
        made = _one(connection, "select id from questions where parent = ?", question_id)
        question_id = made["id"] if made else question_id
        question = run.question(question_id)
        outcome = _one(connection, "from outcomes where question_id = ?", question_id)
        if outcome is None:
            raise UserError(
                f"no question '{question_id}'{_similar(connection, question_id)}\n  `curate show {run.path}` lists them"
            )
        parts: list[RenderableType] = [_head(question_id, outcome, connection)]
        if question is None:
            parts += _unreadable(connection, question_id)
        else:
            parts += question_parts(question)
            parts += _original(run, question)
            parts += _trace(connection, outcome)
            parts += _tries(connection, question_id)
    console().print(Group(*parts))


def _one(connection: Any, query: str, *values: Any) -> dict[str, Any] | None:
    found = connection.execute(query, list(values))
    names = [column[0] for column in found.description]
    row = found.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _similar(connection: Any, question_id: str) -> str:
    query = "select question_id from outcomes order by jaro_winkler_similarity(question_id, ?) desc limit 1"
    found = connection.execute(query, [question_id]).fetchone()
    return nearest(question_id, [found[0]]) if found else ""


def _head(question_id: str, outcome: dict[str, Any], connection: Any) -> RenderableType:
    meaning = _one(connection, "select meaning from reasons where reason = ?", outcome["reason"])
    line = Text.assemble(
        shown(question_id, "bold"),
        "  ",
        (outcome["label"], _STYLES[outcome["label"]]),
        f" -> {outcome['goes_to'] or 'waits for a call'}\n",
        shown(f"{outcome['reason']}: {meaning['meaning'] if meaning else ''}", "dim"),
    )
    if outcome["detail"]:
        line.append_text(shown(f"\n{outcome['detail']}", "dim"))
    return line


def _unreadable(connection: Any, question_id: str) -> list[RenderableType]:
    row = _one(connection, "from unreadable where question_id = ?", question_id)
    return [title("the record as it stands"), shown(row["raw"][:_RAW])] if row else []


def title(text: str) -> RenderableType:
    """The line above a part of a page."""
    return Rule(shown(text), align="left", style="dim")


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
    parts: list[RenderableType] = []
    for block in context.split("\n\n"):
        rows = split_cells(block.splitlines())
        if len(rows) > 1 and all(len(row) > 1 for row in rows):
            parts.append(_cells([row for row in rows if set("".join(row)) - set("-: ")]))
        else:
            parts.append(Padding(shown(block), (0, 0, 1, 0)))
    return parts


def _cells(rows: list[list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index in range(max(map(len, rows))):
        header = rows[0][index] if index < len(rows[0]) else ""
        table.add_column(shown(header), overflow="fold", justify="right" if index else "left")
    for row in rows[1:]:
        table.add_row(*map(shown, row))
    return table


def _tries(connection: Any, question_id: str) -> list[RenderableType]:
    """All tries, where there are several, and what the calls for them took."""
    tries = connection.execute(
        """select t.sample, t.attempt, t.outcome, c.value, c.reason, coalesce(t.error, c.extracted, '')
        from traces t join checks c using (question_id, sample, attempt) where question_id = ? order by all""",
        [question_id],
    ).fetchall()
    calls = _one(
        connection,
        "select count(*) as n, sum(prompt_tokens + completion_tokens) as tokens, sum(usd) as usd from calls "
        "where question_id = ?",
        question_id,
    )
    parts: list[RenderableType] = []
    if len(tries) > 1:
        table = Table(box=None, show_header=False, pad_edge=False)
        for sample, attempt, outcome, value, reason, said in tries:
            table.add_row(f"sample {sample}", f"attempt {attempt}", outcome, _TRUTH[value], reason, shown(said, "dim"))
        parts += [title(f"all {len(tries)} tries"), table]
    if calls is not None and calls["n"]:
        parts += [title("calls"), shown(f"{calls['n']:,}, {calls['tokens']:,} tokens, ${calls['usd']:,.6f}")]
    return parts


def _trace(connection: Any, outcome: dict[str, Any]) -> list[RenderableType]:
    if outcome["sample"] is None:
        return []
    key = (outcome["question_id"], outcome["sample"], outcome["attempt"])
    where = "where question_id = ? and sample = ? and attempt = ?"
    trace = _one(connection, f"from traces {where}", *key)
    check = _one(connection, f"from checks {where}", *key)
    assert trace is not None, key
    assert check is not None, key
    parts: list[RenderableType] = [
        title(f"reasoning ({trace['origin']}, {trace['model']}, {trace['outcome']})"), shown(trace["reasoning"]),
        title("answer"), shown(trace["answer"]),
        title(f"round one ({check['method']})"),
        Text.assemble(_TRUTH[check["value"]], shown(f"  {check['reason']}: {check['extracted'] or '–'}")),
    ]  # fmt: skip
    if notes := _notes(check):
        parts.append(shown(notes, style="dim"))
    return [*parts, *_judgements(connection, where, key)]


def _judgements(connection: Any, where: str, key: tuple[Any, ...]) -> Iterator[RenderableType]:
    """What each judge says, criterion by criterion, and the calculations that are wrong."""
    votes = connection.execute(f"select judge, criterion, vote, rationale from scores {where}", list(key)).fetchall()
    said = connection.execute(f"select judge, sits, value, reason, shown from judgements {where}", list(key)).fetchall()
    for judge, sits, value, reason, seen in said:
        beside = "" if sits else ", beside the panel"
        part = "" if seen == 1 else f", saw {seen:.0%} of the reasoning"
        yield title(f"round two: {judge} says {_QUALITY[value]} ({reason}{beside}{part})")
        table = Table(box=None, show_header=False, pad_edge=False)
        for by, criterion, vote, rationale in votes:
            if by == judge:
                table.add_row(_VOTES[vote], shown(criterion), shown(rationale, style="dim"))
        yield table
    query = f"select text, computed from calculations {where} and value = false order by start limit {_WRONG_SHOWN}"
    wrong = connection.execute(query, list(key)).fetchall()
    if wrong:
        yield title("calculations that are wrong")
        yield from (shown(f"{text}   it gives {computed}") for text, computed in wrong)


def _notes(check: dict[str, Any]) -> str:
    """What stands behind a verdict: the gold and the gap that was allowed, or why the rules left it to a model."""
    said = [f"the rules: {check['rule']}"] if check["rule"] else []
    said += [f"against {check['gold']}"] if check["gold"] else []
    said += [f"up to {check['tolerance']} off is right"] if check["tolerance"] else []
    said += [check["detail"]] if check["detail"] else []
    return "; ".join(said)
