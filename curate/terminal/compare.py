"""`curate compare` in the terminal: what differs row by row, then places, criteria and the funnel side by side."""

import json
from collections.abc import Iterable
from itertools import groupby

import typer
from rich.table import Table
from rich.text import Text

from cards.record import as_record
from curate.release.compare import Comparison, Rate, Stage, Told
from curate.release.sides import STAGES
from curate.terminal.console import console, shown
from curate.terminal.layout import grid, pairs, title


def print_comparison(found: Comparison, as_json: bool = False) -> None:
    """The tables, or all of it as JSON."""
    if as_json:
        typer.echo(json.dumps(as_record(found), ensure_ascii=False, indent=2))
        return
    console().print(pairs([("a", found.a), ("b", found.b)]))
    if found.rows:
        console().print(_rows(found.rows))
    else:
        console().print("no row differs")
    console().print(title("rows"))
    console().print(_places(found))
    if found.rates:
        console().print(title("criteria met, of the votes that decided"))
        console().print(_rates(found.rates))
    _print_funnel(found.funnel)


def _rows(rows: Iterable[Told]) -> Table:
    table = grid("", "config", "why", "rows", "such as", numbers=("rows",))
    for one in rows:
        place = f"{one.whence} -> {one.config}" if one.whence and one.reason != "split" else one.config
        why = f"from {one.whence}" if one.reason == "split" else one.reason
        table.add_row(one.what, place, shown(why), f"{one.rows:,}", shown(", ".join(one.examples), "dim"))
    return table


def _places(found: Comparison) -> Table:
    """Configs and splits down, all sources together and then each."""
    table = grid("config", "source", "a", "b", "change", numbers=("a", "b", "change"))
    for (config, split), places in groupby(found.places, lambda one: (one.config, one.split)):
        of_it = list(places)
        name = f"{config} {split}".strip()
        _side_by_side(table, [name, "all"], sum(one.a for one in of_it), sum(one.b for one in of_it))
        for one in of_it if len(of_it) > 1 else ():
            _side_by_side(table, ["", one.source], one.a, one.b)
    return table


def _rates(rates: Iterable[Rate]) -> Table:
    table = grid("judge", "criterion", "a", "b", numbers=("a", "b"))
    for judge, of_it in groupby(rates, lambda one: one.judge):
        for index, one in enumerate(of_it):
            told = (_share(one.a_met, one.a_decided), _share(one.b_met, one.b_decided))
            table.add_row(shown("" if index else judge), shown(one.criterion), *told)
    return table


def _print_funnel(stages: Iterable[Stage]) -> None:
    """All sources together, then each whose funnel differs."""
    by_source = {source: list(found) for source, found in groupby(stages, lambda one: one.source)}
    total = {stage: [one for found in by_source.values() for one in found if one.stage == stage] for stage in STAGES}
    summed = [
        Stage("", stage, sum(one.a or 0 for one in found), sum(one.b or 0 for one in found))
        for stage, found in total.items()
    ]
    console().print(title("funnel"))
    console().print(_funnel(summed))
    differing = {source: found for source, found in by_source.items() if any(one.a != one.b for one in found)}
    for source, found in differing.items() if len(by_source) > 1 else ():
        console().print(title(f"funnel of {source}"))
        console().print(_funnel(found))


def _funnel(stages: Iterable[Stage]) -> Table:
    """The stages down, without those that are empty on both sides."""
    table = grid("", "a", "b", "change", numbers=("a", "b", "change"))
    for one in stages:
        if one.a or one.b:
            _side_by_side(table, [one.stage.replace("_", " ")], one.a, one.b)
    return table


def _side_by_side(table: Table, names: Iterable[str], a: int | None, b: int | None) -> None:
    change = (b or 0) - (a or 0)
    table.add_row(*map(shown, names), _count(a), _count(b), Text(f"{change:+,}" if change else "", "bold"))


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _share(met: int, decided: int) -> str:
    return f"{met:,}/{decided:,} {met / decided:6.1%}" if decided else "–"
