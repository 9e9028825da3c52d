"""`curate calibrate` in the terminal: each judge against people, raters among themselves, the rows to look at."""

import json
from pathlib import Path

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curate.calibration import Against, Calibration, Probed, Row, as_record
from curate.chat.client import Pulse
from curate.terminal.console import console, shown
from curate.terminal.layout import grid, is_wide, title
from judges.agreement import Estimate
from judges.verdict import Vote

_ROWS = 10
_WORDS: dict[Vote, str] = {1: "good", 0: "bad", None: "undecided"}


def print_calibration(found: Calibration, written: Path, as_json: bool = False) -> None:
    """The tables, or all of it as JSON. written: where it was saved."""
    if as_json:
        typer.echo(json.dumps(as_record(found), ensure_ascii=False, indent=2))
        return
    if found.people:
        _print_people(found)
    if found.probes:
        _print_probes(found.probes)
    console().print(shown(f"–: cannot be told; all of it: {written}", "dim"))


def _print_people(found: Calibration) -> None:
    by = ", ".join(found.people)
    console().print(
        shown(f"{found.traces:,} traces labelled by {by}; {_place()} each figure its {found.level:.0%} interval")
    )
    for judge in found.judges:
        console().print(title(f"{judge.name} against people"))
        if judge.identity != judge.name:
            console().print(shown(f"{judge.identity}, {judge.criteria}", "dim"))
        console().print(_against([one for one in found.against if one.judge == judge.name]))
    if found.among:
        console().print(title("among themselves: Krippendorff's alpha"))
        console().print(_among(found))
    if any(one.n for one in found.against):
        _print_rows(found.rows)
    console().print(shown("n: traces that both decided; open: left undecided by the judge / by people", "dim"))


def _print_probes(probes: tuple[Probed, ...]) -> None:
    """By judge: of the votes on each criterion, the share that a probe changed, and which way."""
    names = list(dict.fromkeys(one.probe for one in probes))
    for judge in dict.fromkeys(one.judge for one in probes):
        console().print(title(f"{judge} under probes: votes changed, of those decided (0 to 1, 1 to 0)"))
        table = _table("criterion", *names)
        for criterion in dict.fromkeys(one.criterion for one in probes):
            of_it = [one for one in probes if (one.judge, one.criterion) == (judge, criterion)]
            table.add_row(shown(criterion), *map(_changed, of_it))
        console().print(table)


def _changed(one: Probed) -> Text:
    if not one.n:
        return Text("–")
    return Text.assemble(
        f"{one.up + one.down}/{one.n}", (f" (+{one.up} -{one.down})" if one.up + one.down else "", "dim")
    )


def print_pulse(pulse: Pulse) -> None:
    """What the probes' calls were, and why they stopped early, if they did; beside the tables, as JSON is read."""
    meter = pulse.meter
    typer.echo(f"calls: {meter.answered:,} answered now (${meter.usd:,.4f}), {meter.kept:,} from the journal", err=True)
    if pulse.stopped is not None:
        typer.echo(f"curate: the probes stopped: {pulse.detail}", err=True)


def _table(first: str, *names: str) -> Table:
    return grid(first, *names, numbers=names, gap=2 if is_wide() else 1)


def _against(rows: list[Against]) -> Table:
    table = _table("criterion", "n", "open", "agree", "kappa", "precision", "recall")
    for row in rows:
        table.add_row(
            shown(row.criterion),
            f"{row.n:,}",
            f"{row.judge_undecided}/{row.people_undecided}",
            *map(_said, (row.agreement, row.kappa, row.precision, row.recall)),
        )
    return table


def _among(found: Calibration) -> Table:
    kinds = list(dict.fromkeys(one.raters for one in found.among))
    table = _table("criterion", *(name for kind in kinds for name in ("n", kind)))
    for criterion in dict.fromkeys(one.criterion for one in found.among):
        of_it = [one for one in found.among if one.criterion == criterion]
        table.add_row(shown(criterion), *(cell for one in of_it for cell in (f"{one.n:,}", _said(one.alpha))))
    return table


def _place() -> str:
    return "beside" if is_wide() else "below"


def _said(estimate: Estimate) -> Text:
    """A figure with its interval, below it where there is no room beside it."""
    between = " " if is_wide() else "\n"
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Text("–" if estimate.value is None else f"{estimate.value:.2f}{between}–")
    interval = f"{estimate.low:.2f}–{estimate.high:.2f}"
    return Text.assemble(f"{estimate.value:.2f}{between}", (interval, "dim"))


def _print_rows(rows: tuple[Row, ...]) -> None:
    if not rows:
        console().print("no judge and people differ on a trace", style="dim")
        return
    console().print(title(f"rows to look at ({len(rows):,}), worst first"))
    for row in rows[:_ROWS]:
        head = shown(row.question_id, "bold")
        if row.sample or row.attempt:
            head.append_text(shown(f" sample {row.sample} attempt {row.attempt}"))
        verdicts = f"  {row.judge}: {_WORDS[row.judge_good]}, people: {_WORDS[row.people_good]}"
        console().print(head.append_text(shown(verdicts)))
        for one in row.differences:
            said = f"{one.criterion}: {one.judge}, people {one.people}: {one.rationale}"
            console().print(Padding(shown("; ".join((said, *one.notes)), "dim"), (0, 0, 0, 2), expand=False))
    if len(rows) > _ROWS:
        console().print(f"{_ROWS} of {len(rows):,}; --json gives all", style="dim")
