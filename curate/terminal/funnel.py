"""The funnel at the end of a run: records in, what came through each round, where they went."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from curate.runs import Run
from curate.terminal.console import console, shown
from curate.terminal.layout import grid

Counts = Mapping[str, Any]  # a row of the view `funnel`: source, and a number by stage

# Stage of the funnel -> column of the view `funnel`; an indent means "of those above".
_FUNNEL = (
    ("records in", "records"),
    ("  unreadable", "unreadable"),
    ("questions", "questions"),
    ("  flagged", "flagged"),
    ("  dropped", "dropped"),
    ("  no trace", "untraced"),
    ("  waiting for calls", "pending"),
    ("  failed calls", "failed"),
    ("answer right", "answer_right"),
    ("answer wrong", "answer_wrong"),
    ("answer undecided", "answer_undecided"),
    ("reasoning good", "reasoning_good"),
    ("reasoning bad", "reasoning_bad"),
    ("reasoning undecided", "reasoning_undecided"),
    ("to sft", "sft"),
    ("to rl", "rl"),
    ("to rejects", "rejects"),
)
# What is told below two of the stages: the gold audit's flags, and why questions were dropped.
_GOLD_FLAGS = """
    select source, one.flag, one.questions from (select source, unnest(flags) as one from sources)
    where one.flag like 'gold_%'"""
_DROPPED = """
    select source, reason, count(*) from outcomes where label = 'dropped' and reason <> 'unreadable' group by all"""
_GAP, _NAME = 2, 14  # blanks after a column; columns that a source's name has before it is folded
_SECTION_ENDS = frozenset({"failed", "answer_undecided", "reasoning_undecided"})


def print_funnel(run: Run) -> None:
    """The run's funnel, stages down and sources across, in as many tables as the width needs."""
    rows = run.sql("from funnel").to_dicts()
    below = {"flagged": _add(run, rows, _GOLD_FLAGS), "dropped": _add(run, rows, _DROPPED)}
    stages = [one for stage in _FUNNEL for one in (stage, *((f"    {name}", name) for name in below.get(stage[1], ())))]
    needless = {
        "dropped": not below["dropped"],
        "questions": all(row["questions"] == row["records"] - row["unreadable"] for row in rows),
    }
    stages = [stage for stage in stages if not needless.get(stage[1])]
    stages = [stage for stage in stages if run.record["calls"] is not None or stage[1] not in ("pending", "failed")]
    total = {"source": "all"} | {column: sum(row[column] for row in rows) for _, column in stages}
    columns = rows if len(rows) == 1 else [*rows, total]
    labels = max(cell_len(label) for label, _ in stages)
    for part in _fitting(columns, [column for _, column in stages], console().width - labels - _GAP):
        table = grid("", gap=_GAP)
        table.columns[0].no_wrap = True
        for row, width in part:
            table.add_column(shown(row["source"]), justify="right", overflow="fold", width=width)
        for label, column in stages:
            table.add_row(label, *(_count(row[column]) for row, _ in part), end_section=column in _SECTION_ENDS)
        console().print(table)


def _fitting(columns: Sequence[Counts], stages: Sequence[str], room: int) -> Iterator[list[tuple[Counts, int]]]:
    """The columns with their widths, as many at a time as have room: wide enough for every number, and for a name of
    some length; a longer one is folded."""
    part, left = list[tuple[Counts, int]](), room
    for row in columns:
        numbers = max(len(f"{row[stage]:,}") for stage in stages)
        width = max(numbers, min(cell_len(str(row["source"])), _NAME))
        if part and width + _GAP > left:
            yield part
            part, left = [], room
        part.append((row, width))
        left -= width + _GAP
    yield part


def _add(run: Run, rows: list[dict[str, Any]], query: str) -> list[str]:
    """Puts into each source's row the counts of a query of (source, name, count); returns the names, sorted."""
    found = run.sql(query).rows()
    names = sorted({name for _, name, _ in found})
    for row in rows:
        row.update(dict.fromkeys(names, 0))
        row.update({name: count for source, name, count in found if source == row["source"]})
    return names


def print_spent(run: Run) -> None:
    """How long it took, what its calls cost, and what is left to do."""
    record = run.record
    rows = sum(source["records"] for source in record["sources"])
    console().print(shown(f"{rows:,} records in {record['seconds']:.1f} s -> {run.path}"), soft_wrap=True)
    calls = record["calls"]
    if calls is None:
        return
    total = calls["recipe_total"]
    console().print(
        shown(
            f"calls: {calls['answered']:,} answered now ({calls['tokens']:,} tokens, ${calls['usd']:,.4f}), "
            f"{calls['kept']:,} from the journal, {calls['failed']:,} failed"
        )
    )
    row = run.sql(
        "select count(*) filter (goes_to = 'sft') as kept, count(*) filter (reason = 'pending') as pending,"
        " count(*) filter (reason in ('error', 'judge_failed', 'convert_failed')) as failed from outcomes"
    ).to_dicts()[0]
    each = f", ${total['usd'] / row['kept']:,.4f} per kept row" if row["kept"] and total["usd"] else ""
    console().print(shown(f"the recipe so far: {total['calls']:,} calls, ${total['usd']:,.4f}{each}"))
    if record["stopped"] in ("budget", "interrupted"):
        console().print(shown(f"stopped: {record['stopped_because']}", "bold"))
    if row["pending"] or row["failed"]:
        left = f"{row['pending']:,} questions wait for calls, {row['failed']:,} failed"
        console().print(shown(f"{left}; the same command goes on from here", "bold"))


def _count(number: int) -> Text:
    return Text(f"{number:,}", style="" if number else "dim")
