"""How a recipe stands, without a call: its questions, what the journal answers of them, what is left and may cost.

A survey is a rerun that may not call and writes nothing. A pilot asks for some questions first, spread over the
sources, and what their calls took stands for the rest.
"""

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from curate.chat.budget import Spent
from curate.chat.client import Pulse
from curate.chat.reply import estimate_tokens
from curate.convert import Way
from curate.curating import Asks, curate_all, jury_of, way_of
from curate.distil import SAMPLING
from curate.errors import UserError
from curate.execute import run_folder
from curate.gather import gather
from curate.jury import Jury
from curate.moment import Moment, Told, quiet
from curate.pipeline import Curated
from curate.prompt import prompt
from curate.recipe import Recipe
from curate.rounds import (
    UNDECIDED,
    Draws,
    Round,
    count_before,
    count_check,
    count_judge,
    count_student,
    project_before,
    project_check,
    project_judge,
    project_student,
    rounds_of,
    spent,
)
from curate.runs import JOURNAL

# Tokens of one of DeepSeek-R1's replies, where nothing better is known: the mean of its 804,745 published samples
# (DeepSeek-R1, arXiv 2501.12948v2, Table 5).
R1_MEAN = 5_355
_FAILED = ("error", "judge_failed", "convert_failed")


@dataclass(slots=True)
class Part:
    """One source: records read, questions by how they stand (dropped ones are among those done), why they were dropped,
    samples that are still to be asked for, and the tokens of their prompts by estimate."""

    records: int = 0
    questions: int = 0
    done: int = 0
    failed: int = 0
    pending: int = 0
    dropped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    to_ask: int = 0
    prompt_tokens: float = 0.0


@dataclass(slots=True)
class Known:
    """What calls took so far: their number, the samples they were for, tokens, and the tokens that had been estimated
    for their prompts."""

    calls: int = 0
    samples: int = 0
    prompt: int = 0
    completion: int = 0
    estimated: int = 0


@dataclass(slots=True)
class Survey:
    """What was found. parts: by source; labels: questions that are done, by label; known: from calls to the teacher;
    before: to models that sort out and convert, by purpose and name (seen: hashes of what they were asked); checks: to
    the answer judge; judgements: to each reasoning judge, by name; student: to the student; prompts: the first filled
    prompt of each kind; pulse: what the recipe spent; pilot: how the pilot ended; left: calls, tokens and dollars still
    to come, by projection, those of judges and student among them; at_most: if every reply is as long, and every
    attempt needed, as allowed."""

    parts: dict[str, Part] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)
    before: dict[tuple[str, str], Round] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    checks: Round = field(default_factory=lambda: Round(UNDECIDED))
    judgements: dict[str, Round] = field(default_factory=dict)
    student: Draws = field(default_factory=Draws)
    prompts: dict[str, str] = field(default_factory=dict)
    pulse: Pulse | None = None
    pilot: Pulse | None = None
    left: Spent = field(default_factory=Spent)
    at_most: Spent = field(default_factory=Spent)


def survey(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    limit: int | None = None,
    journal: str | Path | None = None,
    pilot: int = 0,
    told: Told = quiet,
) -> Survey:
    """How the recipe stands by its journal; pilot: questions to ask for first. Raises UserError as a run does."""
    if pilot and not recipe.models:
        raise UserError("--pilot asks a model, and the recipe has none")
    kept = Path(journal) if journal is not None else run_folder(recipe, out).parent / JOURNAL
    found, jury = Survey(judgements=rounds_of(recipe)), jury_of(recipe)
    identities = {name: model.known_as() for name, model in recipe.models.items()}
    checker = identities.get(recipe.check.judge or "")
    difficulty = recipe.split.rl.difficulty
    student = identities[difficulty.model] if difficulty else None
    distilled = recipe.distil is not None and recipe.distil.by in recipe.models
    ways = {source.called: way_of(source, recipe) for source in recipe.sources}
    with tempfile.TemporaryDirectory(prefix="fincurate-") as scratch:
        folder = Path(scratch)
        (folder / "tables").mkdir()
        read = gather(recipe, folder, limit=limit, told=lambda read: told(Moment("reading", read)))
        found.parts = {source.name: Part(source.records, source.questions) for source in read.sources}
        if pilot:
            kept_ones = (one for one in read.questions() if one[1] is None)
            wanted = {number * (read.total - len(read.dropped)) // pilot for number in range(pilot)}
            chosen = [one for number, one in enumerate(kept_ones) if number in wanted]
            found.pilot = curate_all(chosen, len(chosen), recipe, kept, lambda curated: None, told=told)
        found.pulse = curate_all(
            read.questions(),
            read.total,
            recipe,
            kept if kept.is_file() else folder / JOURNAL,  # a look leaves nothing behind
            lambda curated: _count(curated, distilled, ways, checker, jury, student, identities, found),
            asks=Asks(any=False),
            told=told,
        )
    _project(recipe, found)
    return found


def _count(
    curated: Curated,
    distilled: bool,
    ways: Mapping[str, Way],
    checker: str | None,
    jury: Jury,
    student: str | None,
    identities: Mapping[str, str],
    found: Survey,
) -> None:
    outcome, part, way = curated.outcome, found.parts[curated.question.source], ways[curated.question.source]
    if curated.outcome.label != "dropped" or curated.calls:
        count_before(curated, way, identities, found.before, found.seen, found.prompts)
    if distilled:
        _count_distil(curated, bool(curated.tries) or way.conversion is None, found, part)
    count_check(curated, checker, found.checks, found.prompts)
    count_judge(curated, jury, identities, found.judgements, found.prompts)
    if student is not None:
        count_student(curated, student, found.student, found.prompts)
    if outcome.reason == "pending":
        part.pending += 1
    elif outcome.reason in _FAILED:
        part.failed += 1
    else:
        part.done += 1
        if outcome.label == "dropped":
            part.dropped += 1
            part.reasons[outcome.reason] = part.reasons.get(outcome.reason, 0) + 1
        found.labels[outcome.label] += 1


def _count_distil(curated: Curated, converted: bool, found: Survey, part: Part) -> None:
    question, known = curated.question, found.known
    judged_later = sum(one.waits is not None for one in curated.tries)
    again = curated.waiting - judged_later + sum(one.trace.outcome == "error" for one in curated.tries)
    answered = [call for call in curated.calls if call.purpose == "distil" and call.outcome != "error"]
    if not again and not answered:
        return
    asked = prompt(question)
    if converted:
        found.prompts.setdefault(f"distil, {question.language}", asked)
    estimate = estimate_tokens(asked)
    part.to_ask += again
    part.prompt_tokens += again * estimate
    known.calls += len(answered)
    known.samples += len({call.sample for call in answered})
    known.estimated += estimate * len(answered)
    known.prompt += sum(call.prompt_tokens for call in answered)
    known.completion += sum(call.completion_tokens for call in answered)


def _project(recipe: Recipe, found: Survey) -> None:
    """What is left, from what calls took so far, or where there were none from lengths: prompts by their text, replies
    by DeepSeek-R1's mean."""
    spec = recipe.distil
    model = recipe.models.get(spec.by) if spec else None
    samples = sum(part.to_ask for part in found.parts.values())
    tries = samples
    if spec is not None and model is not None:
        known = found.known
        cap = int(model.sampling.over(SAMPLING).get("max_tokens", R1_MEAN))
        ratio = known.prompt / known.estimated if known.estimated else 1.0
        reply = known.completion / known.calls if known.calls else min(R1_MEAN, cap)
        prompts = sum(part.prompt_tokens for part in found.parts.values()) * ratio
        each = known.calls / known.samples if known.samples else 1.0
        found.left = spent(model, samples * each, prompts * each, reply)
        caps = [cap] if spec.longer is None else [cap, spec.longer]
        most = spec.attempts * len(caps)
        found.at_most = spent(model, samples * most, prompts * most, sum(caps) / len(caps))
        tries = samples * spec.attempts
    length = found.known.completion / found.known.calls if found.known.calls else R1_MEAN
    rounds = (
        project_before(recipe, found.before),
        project_check(recipe, found.checks, samples, tries),
        project_judge(recipe, found.judgements, samples, tries, length),
        project_student(recipe, found.student, length),
    )
    for likely, at_most in rounds:
        found.left.add(likely)
        found.at_most.add(at_most)
