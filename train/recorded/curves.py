"""The curves of a training: what its trainer logged, as JSON, and drawn as a picture of small multiples.

entries = history(trainer.state.log_history)  ->  [{"step": 1, "loss": 2.31, "learning_rate": 1e-05, ...}, ...]
draw(entries, "sft", folder / "curves.png")
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Entry = Mapping[str, Any]

# Okabe and Ito's colours (2008), which people with any kind of colour vision tell apart.
_TRAIN, _EVAL = "#0072B2", "#D55E00"
_EVALUATED = "eval_"
_DOTS = 40  # a curve of fewer points shows each of them
_WIDTH, _HEIGHT, _DPI = 10, 2.9, 100  # inches: 1,000 pixels, and 290 for each row of panels


@dataclass(frozen=True, slots=True)
class Panel:
    """One small picture: the key of TRL's log, its title with the unit; band: the key of its standard deviation;
    share: the axis runs from 0 to 1."""

    key: str
    title: str
    band: str = ""
    share: bool = False


PANELS: Mapping[Literal["sft", "grpo"], tuple[Panel, ...]] = {
    "sft": (
        Panel("loss", "loss (nats per token)"),
        Panel("mean_token_accuracy", "token accuracy (share)", share=True),
        Panel("learning_rate", "learning rate"),
        Panel("grad_norm", "gradient norm"),
    ),
    "grpo": (
        Panel("reward", "reward (mean; band: standard deviation)", "reward_std"),
        Panel("accuracy", "accuracy (share of decided answers)", share=True),
        Panel("format_rate", "right format (share of completions)", share=True),
        Panel("undecided_rate", "undecided (share of completions)", share=True),
        Panel("groups_without_signal", "nothing to learn from (share of groups)", share=True),
        Panel("kl", "KL from the reference (nats per token)"),
        Panel("completions/mean_length", "completion length (mean tokens)"),
        Panel("entropy", "entropy (nats per token)"),
    ),
}


def history(log: Iterable[Entry]) -> list[dict[str, Any]]:
    """The log by step, each step once: a resumed training may log one again, and the later entry holds. What is no
    finite number is None, since JSON has no other word for it."""
    kept = {(entry["step"], _kind(entry)): entry for entry in log}
    return [{key: _finite(value) for key, value in entry.items()} for _, entry in sorted(kept.items(), key=_first)]


def series(entries: Iterable[Entry], key: str) -> list[tuple[int, float | None]]:
    """One curve: the steps that logged the key, with what they logged."""
    return [(entry["step"], entry[key]) for entry in entries if key in entry]


def draw(entries: Sequence[Entry], method: Literal["sft", "grpo"], path: Path) -> None:
    """Writes the picture, a panel for each measure that was logged. The same entries give the same bytes with one
    version of matplotlib. Without a measure nothing is drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    panels = [panel for panel in PANELS[method] if any(value is not None for _, value in series(entries, panel.key))]
    if not panels:
        return
    rows = math.ceil(len(panels) / 2)
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    figure = Figure(figsize=(_WIDTH, _HEIGHT * rows), dpi=_DPI, layout=layout)
    axes = figure.subplots(rows, 2, squeeze=False).flatten()
    for axis, panel in zip(axes, panels, strict=False):
        _panel(axis, panel, entries)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    # Without these words the file would name matplotlib's version.
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})


def _panel(axis: Any, panel: Panel, entries: Sequence[Entry]) -> None:
    axis.set_title(panel.title, fontsize=11, loc="left")
    axis.set_xlabel("step", fontsize=9)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.tick_params(labelsize=9)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    if panel.share:
        axis.set_ylim(-0.03, 1.03)
    if panel.band:
        _band(axis, panel, entries)
    evaluated = series(entries, _EVALUATED + panel.key)
    _line(axis, series(entries, panel.key), _TRAIN, "o", "training")
    if evaluated:
        _line(axis, evaluated, _EVAL, "s", "validation")
        axis.legend(fontsize=9, frameon=False)


def _line(axis: Any, points: Sequence[tuple[int, float | None]], colour: str, marker: str, label: str) -> None:
    dots = marker if len(points) <= _DOTS else ""
    axis.plot(*_columns(points), color=colour, linewidth=1.5, marker=dots, markersize=3.5, label=label)


def _band(axis: Any, panel: Panel, entries: Sequence[Entry]) -> None:
    """One standard deviation to both sides of the mean, where both were logged."""
    both = [(e["step"], e.get(panel.key), e.get(panel.band)) for e in entries]
    known = [(step, mean - std, mean + std) for step, mean, std in both if mean is not None and std is not None]
    if known:
        steps, low, high = zip(*known, strict=True)
        axis.fill_between(steps, low, high, color=_TRAIN, alpha=0.18, linewidth=0)


def _columns(points: Sequence[tuple[int, float | None]]) -> tuple[list[int], list[float]]:
    """Steps and values; a value that is not known leaves a gap."""
    return [step for step, _ in points], [math.nan if value is None else value for _, value in points]


def _kind(entry: Entry) -> int:
    """What is logged at one step, in order: training, validation, and the summary at the end."""
    return 2 if "train_loss" in entry else int(any(key.startswith(_EVALUATED) for key in entry))


def _first(item: tuple[tuple[int, int], Entry]) -> tuple[int, int]:
    return item[0]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
