"""The funnel at the end of a run: records in, what came through each round, where they went; fits 80 columns."""

from rich.table import Table
from rich.text import Text

from curate.runs import Run
from curate.terminal.console import console

# Stage of the funnel -> column of the view `funnel`; an indent means "of those above".
_FUNNEL = (
    ("records in", "records"),
    ("  unreadable", "unreadable"),
    ("  flagged", "flagged"),
    ("  no trace", "untraced"),
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
_SECTION_ENDS = frozenset({"untraced", "answer_undecided", "reasoning_undecided"})


def print_funnel(run: Run) -> None:
    """The run's funnel, stages down and sources across, in as many tables as the width needs."""
    rows = run.sql("from funnel").to_dicts()
    total = {"source": "all"} | {column: sum(row[column] for row in rows) for _, column in _FUNNEL}
    columns = rows if len(rows) == 1 else [*rows, total]
    widest = max(len(str(row["source"])) for row in columns)
    fit = max((console().width - 22) // (max(widest, 7) + 3), 1)
    for start in range(0, len(columns), fit):
        table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("")
        part = columns[start : start + fit]
        for row in part:
            table.add_column(str(row["source"]), justify="right", overflow="fold")
        for label, column in _FUNNEL:
            table.add_row(label, *(_count(row[column]) for row in part), end_section=column in _SECTION_ENDS)
        console().print(table)


def _count(number: int) -> Text:
    return Text(f"{number:,}", style="" if number else "dim")
