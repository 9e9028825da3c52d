"""Probes of a judge: votes on the same trace that ought not to change, and how often they do.

again       the same prompt a second time
shuffled    the criteria in another order
padded      paragraphs that add nothing put between those of the reasoning
translated  the prompt's frame and criteria in the other language, the data as they are
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from curate.asking import Asking
from curate.calibration import Calibration, Probed
from curate.chat import NotAsked
from curate.chat.client import Pulse
from curate.curating import send_all
from curate.errors import UserError
from curate.jury import Jury, opinion
from curate.labels import in_turn, judge_spec, judged_traces, traces_of
from curate.moment import Told, quiet
from curate.pipeline import Kit
from curate.recipe import Recipe
from curate.records import Question, Trace
from curate.runs import JOURNAL, Run
from judges.verdict import Vote

PROBES = ("again", "shuffled", "padded", "translated")
_PADDING = {
    "en": (
        "Before going on, it helps to recall what has been done so far: the task has been read, and what matters for "
        "it has been named. Nothing in it changes this.",
        "With that in mind, the next part builds on the part above, in the same manner and for the same reasons.",
    ),
    "zh": (
        "在继续之前，先回顾一下到目前为止的内容：题目已经读过，与之相关的要点已经说明，题目中没有改变这一点的内容。",
        "基于以上内容，下面的部分将按照同样的方式、出于同样的理由继续进行。",
    ),
}


Item = tuple[Question, Trace]
_Votes = Mapping[tuple[str, str], Mapping[str, Vote]]  # (judge, probe or "") -> criterion -> vote


def chosen(run: Run, count: int) -> list[Item]:
    """So many judged traces of a run, the ones that people are asked for first, with their questions."""
    keys = [one.key for one in in_turn(judged_traces(run))[:count]]
    traces, found = traces_of(run, keys), []
    for key in keys:
        question = run.question(key[0])
        assert question is not None, key
        found.append((question, traces[key]))
    return found


def with_probes(
    calibration: Calibration,
    run: Run,
    count: int,
    recipe: Recipe,
    journal: Path | None = None,
    told: Told = quiet,
) -> tuple[Calibration, Pulse | None]:
    """A calibration with the probes of `count` of the run's traces, and what they cost and why they stopped early, if
    they did. Raises UserError for a recipe whose judges are no models, or vote by other criteria than the run's."""
    if not recipe.judge.models:
        raise UserError("the recipe's judges are `rules` alone, whose votes never change; name a model in judge.by")
    if (asked := recipe.judge.criteria_set.digest) != (voted := judge_spec(run).criteria_set.digest):
        raise UserError(f"the recipe's criteria ({asked}) are not those that the run voted by ({voted}); run it first")
    probes, pulse = probe_all(chosen(run, count), recipe, journal or run.path.parent / JOURNAL, told)
    return replace(calibration, probes=probes), pulse


def probe_all(
    items: Sequence[Item],
    recipe: Recipe,
    journal: Path,
    told: Told = quiet,
) -> tuple[tuple[Probed, ...], Pulse | None]:
    """Asks the recipe's judges about each trace as a run does, and under every probe; replies are kept as a run's are.
    Returns what changed, by judge, probe and criterion, and what was spent. Raises UserError if a server only failed.
    """
    found: list[_Votes] = []
    pulse = send_all(items, _probed, len(items), recipe, journal, found.append, told=told)
    table = {
        (judge, name, criterion): Probed(judge, name, criterion)
        for judge in recipe.judge.models
        for name in PROBES
        for criterion in recipe.judge.criteria_set.names
    }
    for votes in found:
        for judge, name, criterion in table:
            if (judge, name) in votes:
                before, after = votes[judge, ""][criterion], votes[judge, name][criterion]
                table[judge, name, criterion] = table[judge, name, criterion].with_pair(before, after)
    return tuple(table.values()), pulse


async def _probed(item: Item, kit: Kit) -> _Votes:
    """The votes of every judge on one trace, as a run asks for them (probe ""), and under each probe."""
    question, trace = item
    asking = Asking(question.id, kit.chat)
    votes: dict[tuple[str, str], Mapping[str, Vote]] = {}
    for judge, model in kit.jury.models:
        try:
            for name in ("", *PROBES):
                jury, changed = _changed(name, kit.jury, question, trace)
                said = await opinion(judge, model, question, changed, jury, asking, draw=int(name == "again"))
                votes[judge, name] = {score.criterion: score.vote for score in said.scores}
        except NotAsked:
            return votes  # the run stopped: what was answered counts
    return votes


def _changed(name: str, jury: Jury, question: Question, trace: Trace) -> tuple[Jury, Trace]:
    """The jury and the trace under a probe; of a single criterion there is no other order."""
    match name:
        case "shuffled":
            criteria = list(jury.criteria.criteria)
            random.Random(question.id).shuffle(criteria)
            if tuple(criteria) == jury.criteria.criteria:
                criteria = [*criteria[1:], criteria[0]]
            return replace(jury, criteria=replace(jury.criteria, criteria=tuple(criteria))), trace
        case "padded":
            return jury, replace(trace, reasoning=_padded(trace.reasoning, question.language))
        case "translated":
            return replace(jury, language="en" if question.language == "zh" else "zh"), trace
        case _:
            return jury, trace


def _padded(reasoning: str, language: str) -> str:
    """The reasoning with paragraphs that add nothing after its first one and in its middle."""
    first, second = _PADDING["zh" if language == "zh" else "en"]
    paragraphs = reasoning.split("\n\n")
    middle = max(len(paragraphs) // 2, 1)
    return "\n\n".join([*paragraphs[:1], first, *paragraphs[1:middle], second, *paragraphs[middle:]])
