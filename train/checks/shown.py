"""What a check found, on the terminal: whole for `python -m train check`, in a few lines before a training.

Nothing is cut off at the window's edge; of long lists the first ten stand here, and all in the Report.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from curate.terminal.console import console, shown
from train.checks.check import Report, Shown, Spec
from train.checks.lengths import Tokens
from train.checks.memory import Memory
from train.checks.steps import Steps
from train.settings import settings

FIRST = 10
LINES = 30
GIB = 2**30


def print_report(spec: Spec, report: Report, *, full: bool) -> None:
    """The report of a training; full: with its template, three rows and every part of the memory."""
    _print_lines(spec, report, full=full)
    if not full:
        return
    _print_tokens(report)
    _print_memory(report.memory)
    for row in report.shown:
        _print_row(row)


def _print_lines(spec: Spec, report: Report, *, full: bool) -> None:
    """What fits a line or two each, with a name in front."""
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    model = spec.model or "a new model"
    lines.add_row(Text(spec.method, "bold"), shown(f"{spec.name}: {model} on {spec.data}", "bold"))
    for name, told in _lines(spec, report, full):
        lines.add_row(name, shown(told, "bold yellow" if name == "warning" else ""))
    console().print(lines)


def _lines(spec: Spec, report: Report, full: bool) -> Iterator[tuple[str, str]]:
    yield "rows", f"{report.train:,} to train on, {report.validation:,} held out{_unused(spec, report)}"
    yield "limit", _limit(spec, report)
    if full:
        yield from (("", line) for line in _first(f"{one.id}  {one.tokens:,} tokens" for one in report.left_out))
    for said in report.template.said:
        yield "template", said.en
    if report.faults:
        yield "form", f"not one thought and then one answer: {len(report.faults):,} completion(s), which stay"
        if full:
            yield from (("", line) for line in _first(f"{one.id}  {one.what}" for one in report.faults))
    if report.unboxed:
        yield "form", f"in no \\boxed{{}}, and could be checked: {report.unboxed:,} answer(s), which stay"
    yield "steps", _steps(report.steps, report.train)
    if not full:
        yield "memory", _memory(report.memory)
    for warning in report.warnings:
        yield "warning", warning


def _first(lines: Iterable[str]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    found = list(lines)
    yield from found[:FIRST]
    if len(found) > FIRST:
        yield f"and {len(found) - FIRST:,} more"


def _unused(spec: Spec, report: Report) -> str:
    asked = settings(spec)["eval_strategy"] != "no"
    return " and not looked at (trainer.eval_strategy)" if report.validation and not asked else ""


def _limit(spec: Spec, report: Report) -> str:
    what = "rows" if spec.method == "sft" else "prompts"
    limit = report.limit
    if limit.tokens is None:
        return f"none for {what}: {limit.whence} is not known"
    out = f"{len(report.left_out):,} {what} are longer and left out" if report.left_out else "none is longer"
    return f"{limit.tokens:,} tokens ({limit.whence}): {out}"


def _steps(steps: Steps, rows: int) -> str:
    what = "completions" if steps.generations else "packs" if steps.estimated else "rows"
    made = f"a batch of {steps.per_device} x {steps.accumulation} accumulated x {steps.devices} device(s)"
    about = "about " if steps.estimated else ""
    epochs = f"{steps.epochs:,.2f} epochs of {rows:,} rows"
    told = f"{about}{steps.total:,} over {epochs}, {steps.batch:,} {what} a step ({made})"
    drawn = f"; {steps.prompts:,} prompts at once, {steps.generations} completions each"
    return told + (drawn if steps.generations else "")


def _memory(memory: Memory) -> str:
    if memory.unknown:
        return f"unknown, since {memory.unknown}"
    return "about " + ", ".join(f"{layout.total / GIB:,.1f} GiB {layout.name}" for layout in memory.layouts)


def _print_tokens(report: Report) -> None:
    table = _table("tokens", ("least", "median", "95 %", "most", "all"))
    table.add_row("prompt", *_counts(report.prompt))
    if report.completion.total:
        table.add_row("completion", *_counts(report.completion))
    console().print(table)


def _counts(tokens: Tokens) -> list[str]:
    return [f"{count:,}" for count in (tokens.min, tokens.median, tokens.p95, tokens.max, tokens.total)]


def _print_memory(memory: Memory) -> None:
    if memory.unknown:
        console().print(shown(f"\nmemory  {_memory(memory)}"))
        return
    table = _table("memory, estimated, in GiB", [layout.name for layout in memory.layouts])
    for part in dict.fromkeys(name for layout in memory.layouts for name in layout.parts):
        held = [layout.parts.get(part) for layout in memory.layouts]
        table.add_row(part, *("-" if count is None else f"{count / GIB:,.2f}" for count in held))
    table.add_row(Text("total", "bold"), *(Text(f"{layout.total / GIB:,.2f}", "bold") for layout in memory.layouts))
    table.add_row("largest moment", *(layout.moment for layout in memory.layouts))
    console().print(table)
    notes = Table.grid(padding=(0, 1, 0, 0))
    for line in (f"{memory.parameters:,} parameters, {memory.trainable:,} are trained", *memory.said):
        notes.add_row("-", shown(line))
    console().print(notes)


def _table(name: str, columns: Sequence[str]) -> Table:
    console().print()
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(name, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", overflow="fold")
    return table


def _print_row(row: Shown) -> None:
    """A row as the model sees it, the prompt dim, cut in its middle to what a screen shows."""
    console().print()
    console().rule(shown(f"the {row.which} row: {row.id}, {row.tokens:,} tokens"), align="left")
    text = shown(row.prompt, "dim") + shown(row.completion)
    lines = text.wrap(console(), console().width, overflow="fold")
    head, tail = lines[: LINES // 2], lines[max(LINES // 2, len(lines) - LINES // 2) :]
    for line in head:
        console().print(line)
    if len(lines) > LINES:
        left = sum(len(line) for line in lines[LINES // 2 : -(LINES // 2)])
        console().print(shown(f"[... {left:,} characters in {len(lines) - LINES:,} lines ...]", "italic"))
    for line in tail:
        console().print(line)
