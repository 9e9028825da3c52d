"""The funnel of a dataset as an SVG picture: from records to rows, and where the others went; for both cards.

    funnel_picture(facts)  ->  "<svg ...>", a bar a stage, labels in English and Chinese, no script, no font of its own

It has a ground of its own, so that it reads alike on light and dark pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cards.facts import DatasetFacts
from cards.render import render

_FULL = 400  # of the longest bar, in pixels
_TOP, _STEP, _BELOW = 64, 46, 16


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar. name: of its labels in the template; lost: what did not come on to the next stage, by name; y, width: in
    pixels; a stage with rows is never too thin to be seen."""

    name: str
    count: int
    lost: tuple[tuple[str, int], ...]
    y: int
    width: float


def funnel_picture(facts: DatasetFacts) -> str:
    """The picture of facts; the same facts give the same bytes."""
    counted = list(_counted(facts))
    most = max((count for _, count, _ in counted), default=0) or 1
    stages = [
        Stage(name, count, lost, _TOP + _STEP * at, max(round(_FULL * count / most, 1), 2.0 if count else 0.0))
        for at, (name, count, lost) in enumerate(counted)
    ]
    height = _TOP + _STEP * len(stages) + _BELOW
    return render("funnel.svg.j2", title=facts.title or facts.name, version=facts.version, stages=stages, height=height)


def _counted(facts: DatasetFacts) -> Iterator[tuple[str, int, tuple[tuple[str, int], ...]]]:
    """Stages in order: name, count, and what was lost before the next. A record may hold several questions."""

    def total(*fields: str) -> int:
        return sum(getattr(source, field) for source in facts.sources for field in fields)

    def lost(**counts: int) -> tuple[tuple[str, int], ...]:
        return tuple((name, count) for name, count in counts.items() if count)

    unfinished = total("pending", "failed")
    wrong, undecided = total("answer_wrong"), total("answer_undecided")
    right = total("answer_right")
    yield "records", total("records"), lost(unreadable=total("unreadable"))
    yield "questions", total("questions"), lost(dropped=total("dropped"), untraced=total("untraced"), open=unfinished)
    yield "checked", right + wrong + undecided, lost(wrong=wrong, undecided=undecided)
    yield "right", right, lost(bad=total("reasoning_bad"), undecided=total("reasoning_undecided"))
    yield "good", total("reasoning_good"), ()
    for config in ("sft", "rl", "rejects"):
        yield config, total(config), ()
