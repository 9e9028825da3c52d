"""`python -m train evaluate` in the terminal: models as rows and benchmarks as columns, as in Fin-R1's table; then what
lies behind each number.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import typer
from rich.table import Table
from rich.text import Text

from curate.terminal.console import console, shown
from judges.agreement import Estimate
from train.evaluation.reference import CAVEAT
from train.evaluation.results import Paired, Results, Scope, Score, Tally, as_record

_NONE = "–"
_FIRST, _COLUMN = 14, 11  # columns of the terminal that the first one is left, and each other takes
_FEW = 0.9  # of the answers decided: with fewer, accuracy is that of a choice of questions
_LEGEND = (
    "open: undecided; of all: right ones among all answers, undecided ones too; form: one <think>, one <answer> with a"
    " box, nothing outside (a <think> that only ends counts as one: servers take its beginning away, a reward sees it);"
    " cut: off at the budget; tokens: median, below it the 95th percentile"
)
_INTERVALS = (
    "intervals draw whole groups (pages, conversations) anew, and are Wilson's where all are alike; p is McNemar's, and"
    " takes questions as independent: where several share a page, the interval of the difference says more"
)


_SCOPES = ("on the questions that are decided for both", "on all that both answered: right, or undecided or wrong")


def print_results(results: Results, *, as_json: bool = False) -> None:
    """All tables, or all of it as JSON."""
    if as_json:
        typer.echo(json.dumps(as_record(results), ensure_ascii=False, indent=2))
        return
    _title(f"{results.name}: accuracy in percent, below it its {results.setting['level']:.0%} interval")
    _print(_overview(results))
    _print_undecided(results)
    _title("what the answers were")
    _print([_details(results)])
    _print_reasons(results.scores)
    by_scope = [[one for one in results.paired if one.scope == scope] for scope in get_args(Scope)]
    for rows, words in zip(by_scope, _SCOPES, strict=True):
        if rows and (rows is by_scope[0] or list(map(_counts, rows)) != list(map(_counts, by_scope[0]))):
            _title(f"against {results.base}, {words}")
            _print([_against(rows)])
    console().print(shown(_INTERVALS, "dim"))
    for words, column in (("kind of answer", "kinds"), ("language", "languages")):
        if any(len(getattr(one, column)) > 1 for one in results.scores):
            _title(f"accuracy by {words}, below it how many are decided")
            _print(_parts(results, column))
    _print_closing(results)


def _overview(results: Results) -> Iterator[Table]:
    """Ours, and below them the papers' rows; in several tables where the terminal is too narrow for one. Where some
    answers are undecided a second row has the shares of all, which is how papers count."""
    for columns in _chunks([one.name for one in results.sets] + ["average"] * (len(results.sets) > 1)):
        table = _grid("model", *columns)
        for model in results.models_scored:
            rates = [_rates(results, model, name) for name in columns]
            table.add_row(shown(model, "bold"), *(_estimate(decided) for decided, _ in rates))
            if any(decided.value != of_all.value for decided, of_all in rates):
                table.add_row(shown("  of all"), *(_estimate(of_all) for _, of_all in rates))
        _add_references(table, columns, results)
        yield table


def _rates(results: Results, model: str, name: str) -> tuple[Estimate, Estimate]:
    """The right ones among the decided, and among all."""
    if name == "average":
        return results.averages[model], results.averages_of_all[model]
    tally = results.score(model, name).tally
    return tally.accuracy, tally.of_all


def _print_undecided(results: Results) -> None:
    for one in results.scores:
        if (decided := one.tally.decided) is not None and decided < _FEW:
            said = f"{one.model} on {one.benchmark}: {decided:.0%} of the answers are decided; compare `of all`"
            console().print(shown(said, "yellow"))
    if results.reference:
        console().print(shown("papers count every question: their rows are to be read beside `of all`", "dim"))


def _add_references(table: Table, columns: Sequence[str], results: Results) -> None:
    use = {one.name: one.use for one in results.sets}
    paper = None
    for row in results.reference:
        cells = [row.scores.get(use.get(name, "")) for name in columns]
        if all(cell is None for cell in cells):
            continue
        if row.paper != paper:
            paper = row.paper
            table.add_section()
            table.add_row(shown(f"{paper}, theirs", "dim"))
        table.add_row(
            shown(row.model, "dim"), *(shown(_NONE if cell is None else f"{cell:.1f}", "dim") for cell in cells)
        )


def _details(results: Results) -> Table:
    names = ("right", "wrong", "open", "failed", "of all", "form", "think", "cut", "tokens")
    table = _grid("", *names)
    for about in results.sets:
        table.add_row(shown(about.name, "bold"))
        for model in results.models_scored:
            table.add_row(shown(f"  {model}"), *_detail(results.score(model, about.name)))
    return table


def _detail(score: Score) -> Iterator[str]:
    tally, tokens = score.tally, score.tokens
    yield from (f"{tally.right:,}", f"{tally.wrong:,}", f"{tally.undecided:,}")
    yield f"{tally.failed + tally.pending:,}"
    yield _percent(tally.of_all.value)
    yield from (_percent(part / score.replies if score.replies else None) for part in (score.formed, score.thought))
    yield _percent(score.cut / score.replies if score.replies else None)
    yield f"{tokens.median:,.0f}\n{tokens.p95:,.0f}" if tokens else _NONE


def _print_reasons(scores: Sequence[Score]) -> None:
    console().print(shown(_LEGEND, "dim"))
    for one in scores:
        if one.reasons:
            counts = ", ".join(f"{count:,} {reason}" for reason, count in one.reasons.items())
            console().print(shown(f"  open, {one.model} on {one.benchmark}: {counts}", "dim"))


def _against(rows: Sequence[Paired]) -> Table:
    table = _grid("", "both right", "lost", "won", "both wrong", "difference", "p")
    for one in rows:
        p = "<0.001" if one.p < 0.001 else f"{one.p:.3f}"
        first = shown(f"{one.model} on {one.benchmark or 'all'}", "" if one.benchmark else "bold")
        table.add_row(first, *(f"{count:,}" for count in _counts(one)), _estimate(one.difference, signed=True), p)
    return table


def _counts(one: Paired) -> tuple[int, int, int, int]:
    return one.both_right, one.lost, one.won, one.both_wrong


def _parts(results: Results, column: str) -> Iterator[Table]:
    for models in _chunks(results.models_scored):
        table = _grid("", *models)
        for about in results.sets:
            by_model = [getattr(results.score(model, about.name), column) for model in models]
            names = sorted({name for parts in by_model for name in parts})
            for name in names if len(names) > 1 else ():
                table.add_row(shown(f"{about.name} {name}"), *(_part(parts, name) for parts in by_model))
        yield table


def _part(parts: Mapping[str, Tally], name: str) -> Text:
    tally = parts[name]
    return Text.assemble(_percent(tally.accuracy.value), (f"\n{tally.right + tally.wrong:,}", "dim"))


def _print_closing(results: Results) -> None:
    for paper in dict.fromkeys(row.paper for row in results.reference):
        row = next(row for row in results.reference if row.paper == paper)
        console().print(shown(f"{paper}, {CAVEAT}. From {row.source}. {row.known}.", "dim"))
    for failure in results.failures:
        console().print(shown(f"failed: {failure}", "red"))
    if results.failed:
        console().print(shown(f"{results.failed:,} failed, and are asked again by the next evaluation", "red"))
    calls = results.calls
    console().print(
        shown(f"calls: {calls.answered:,} answered now (${calls.usd:,.4f}), {calls.kept:,} from the journal")
    )
    if results.stopped is not None:
        console().print(shown(f"stopped: {results.stopped_because}; the same command goes on", "red"))
    console().print(shown(f"{_NONE}: cannot be told; all of it: {results.folder}", "dim"))


def _estimate(one: Estimate, *, signed: bool = False) -> Text:
    """A share with its interval below it, in percent."""
    if one.value is None:
        return Text(_NONE)
    form, between = ("{:+.1f}", " to ") if signed else ("{:.1f}", "–")
    known = one.low is not None and one.high is not None
    ends = between.join(form.format(100 * end) for end in (one.low, one.high) if end is not None) if known else _NONE
    return Text.assemble(form.format(100 * one.value), (f"\n{ends}", "dim"))


def _percent(share: float | None) -> str:
    return _NONE if share is None else f"{100 * share:.1f}"


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many columns at a time as fit beside the first, in tables of like width."""
    most = max(1, (console().width - _FIRST) // _COLUMN)
    size = math.ceil(len(names) / math.ceil(len(names) / most))
    yield from (names[start : start + size] for start in range(0, len(names), size))


def _grid(first: str, *names: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold")
    for name in names:
        table.add_column(shown(name), justify="right", overflow="fold")
    return table


def _title(words: str) -> None:
    console().print()
    console().print(shown(words, "bold"))


def _print(tables: Iterator[Table] | Sequence[Table]) -> None:
    for table in tables:
        console().print(table)
