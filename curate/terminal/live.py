"""The live view of a run, drawn again and again while it works: how far it is, its calls, cost, outcomes and failures.

Each in a line, cut by display width; in two columns on a wide terminal; never taller than the terminal.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from curate.chat.client import Pulse
from curate.chat.running import Busy
from curate.moment import Moment, Outcomes
from curate.terminal.console import shown
from curate.terminal.rates import Rates, whole_cost
from judges.thought import one_line

STAGES = {"reading": "reading records", "curating": "curating questions", "tables": "building scores.duckdb"}

_WIDE = 120  # columns, from which there are two
_LABEL = (9, 14)  # columns of a row's label: at least, at most
_ID = 24  # columns of a question's id in a line about a failure, at most
_BARS = (24, 10)  # columns of a bar: of the stage, of the budget
_LEAST = 8  # columns that a bar needs
_REASONS = 3  # most frequent ones that are told
_NEAR = 0.9  # of the budget
_FROM = re.compile(r"^(HTTP \d+) from .*?: ")  # which server: it stands above
_STYLES = {"sft": "green", "right": "green", "rl": "cyan", "wrong": "red", "rejects": "yellow", "waiting": "dim"}

_Row = tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class View:
    """A moment and its rates; rich prints it in any width and height."""

    moment: Moment
    rates: Rates

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The cursor stands on a line of its own below: a ^C that the terminal puts there moves none of the others.
        yield from self.lines(options.max_width)[: max(options.size.height - 2, 1)]
        yield Text(" ")

    def lines(self, width: int) -> list[Text]:
        """All of it, no line wider than so many columns."""
        moment, outcomes = self.moment, self.moment.outcomes
        head = _head(moment, self.rates, width)
        calls = list(_calls(moment.pulse, moment, self.rates)) if moment.pulse else []
        places, failures = (list(_places(outcomes)), list(_failures(outcomes))) if outcomes else ([], [])
        if width >= _WIDE and calls:
            beside = _beside(_laid(calls, width // 2 - 2), _laid(places, width // 2), width // 2)
            return [head, *beside, *_laid(failures, width)]
        return [head, *_laid([*calls, *places, *failures], width)]


def _head(moment: Moment, rates: Rates, width: int) -> Text:
    """The stage, how far it is, how fast, and how long it takes; on a narrow terminal without its name."""
    of = f" of {moment.total:,}" if moment.total is not None else ""
    said = [f"{moment.done:,}{of}", f"{_rate(rates.done)}/s"] if moment.done or of else []
    left = rates.left(moment)
    said.append(f"{left} left" if left else rates.elapsed)
    rest, name = Text("  ".join(said)), shown(STAGES.get(moment.stage, moment.stage), "bold")
    room = min(_BARS[0], width - name.cell_len - rest.cell_len - 4)
    if moment.total and room >= _LEAST:
        return Text("  ").join([name, _bar(moment.done / moment.total, room), rest])
    return _cut(Text("  ").join([name, rest]) if room >= -2 else rest, width)


def _calls(pulse: Pulse, moment: Moment, rates: Rates) -> Iterator[_Row]:
    """What the calls do: how many, at which servers, at what price."""
    meter = pulse.meter
    for name in meter.starting:
        yield _row("starting", f"the server of {name}", "yellow")
    if pulse.stopped == "no_calls":
        yield _row("calls", f"none is sent; {meter.kept:,} from the journal")
        return
    if pulse.stopped is not None:
        yield _row("stopping", f"{pulse.in_flight:,} calls in flight are waited for: {pulse.detail}", "yellow")
    said = [f"{_rate(rates.calls)}/s", f"{rates.tokens:,.0f} tokens/s", f"{meter.answered:,} answered"]
    said += [f"{meter.failed:,} failed"] if meter.failed else []
    said += [f"{meter.kept:,} from the journal"] if meter.kept else []
    yield _row("calls", " · ".join(said))
    yield from (_row(one.name, _busy(one)) for one in pulse.models)
    yield from _spent(pulse, whole_cost(moment))


def _busy(one: Busy) -> str:
    said = [f"{one.in_flight:,} of {one.limit:,} in flight"]
    said += [f"median {one.seconds:,.1f} s"] if one.seconds is not None else []
    said += [f"{one.refused:,} × 429"] if one.refused else []
    said += ["paused"] if one.held else []
    return " · ".join([*said, one.identity])


def _spent(pulse: Pulse, whole: float | None) -> Iterator[_Row]:
    """What the recipe spent, as a bar where it has a budget, and what the whole run may come to."""
    total, budget = pulse.total, pulse.budget
    if budget.usd is not None or total.usd:
        of = f" of {_dollars(budget.usd)}" if budget.usd is not None else ""
        likely = f" · in all ~{_dollars(whole)}" if whole else ""
        over = ", over budget" if whole and budget.usd is not None and whole > budget.usd else ""
        words = Text.assemble(f"{_dollars(total.usd)}{of}", likely, (over, "red"))
        yield _against("cost", total.usd, budget.usd, words)
    if budget.tokens is not None:
        yield _against("all tokens", total.tokens, budget.tokens, Text(f"{total.tokens:,} of {budget.tokens:,}"))
    if budget.calls is not None:
        yield _against("all calls", total.calls, budget.calls, Text(f"{total.calls:,} of {budget.calls:,}"))


def _against(label: str, spent: float, most: float | None, words: Text) -> _Row:
    if most is None:
        return Text(label, "dim"), words
    bar = _bar(spent / most, _BARS[1], "red" if spent > _NEAR * most else "cyan")
    return Text(label, "dim"), Text("  ").join([bar, words])


def _places(outcomes: Outcomes) -> Iterator[_Row]:
    """Where the questions went, and why most of them."""
    counts = {place: sum(reasons.values()) for place, reasons in outcomes.places.items()}
    total = sum(counts.values()) or 1
    for place, reasons in outcomes.places.items():
        numbers = f"{counts[place]:>9,}  {counts[place] / total:>4.0%}  "
        style = _STYLES.get(place, "") if counts[place] else "dim"
        yield Text(place, "dim"), Text.assemble((numbers, style), (_why(reasons), "dim"))


def _why(reasons: Mapping[str, int]) -> str:
    most = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))[:_REASONS]
    return ", ".join(f"{reason} {count:,}" for reason, count in most)


def _failures(outcomes: Outcomes) -> Iterator[_Row]:
    """The last calls that failed, each with the server's words."""
    for number, one in enumerate(outcomes.failures):
        whose, words = shown(one_line(one.question_id)), shown(_FROM.sub(r"\1: ", one_line(one.words)))
        whose.truncate(_ID, overflow="ellipsis")
        yield Text("" if number else "failed", "red"), Text.assemble(whose, (f"  {one.purpose}  ", "dim"), words)


def _row(label: str, words: str, style: str = "dim") -> _Row:
    return shown(label, style), shown(one_line(words))


def _laid(rows: list[_Row], width: int) -> list[Text]:
    """Rows as lines of so many columns at most, their labels equally wide."""
    least, most = _LABEL
    wide = min(max([least, *(label.cell_len for label, _ in rows)]), most)
    return [_cut(Text("  ").join([_cut(label, wide, pad=True), text]), width) for label, text in rows]


def _beside(left: list[Text], right: list[Text], start: int) -> list[Text]:
    pairs = zip_longest(left, right, fillvalue=Text())
    return [_cut(one.copy(), start, pad=True).append_text(other) for one, other in pairs]


def _cut(text: Text, width: int, *, pad: bool = False) -> Text:
    """The text, cut to so many columns; pad: and filled up to them."""
    text.truncate(width, overflow="ellipsis", pad=pad)
    return text


def _bar(share: float, width: int, style: str = "cyan") -> Text:
    filled = round(min(max(share, 0.0), 1.0) * width)
    return Text.assemble(("━" * filled, style), ("─" * (width - filled), "dim"))


def _dollars(usd: float) -> str:
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:,.4f}"


def _rate(each_second: float) -> str:
    return f"{each_second:,.1f}" if each_second < 100 else f"{each_second:,.0f}"
