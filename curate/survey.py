"""How a recipe stands, without a call: its questions, what the journal answers of them, what is left and may cost.

A survey is a rerun that may not call and writes nothing. A pilot asks for some questions first, spread over the
sources, and what their calls took stands for the rest.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from curate.chat import Model
from curate.chat.budget import Spent
from curate.chat.client import Pulse
from curate.chat.reply import estimate_tokens
from curate.check import SAMPLING as CHECK_SAMPLING
from curate.check import asked_of_judge, by_rules
from curate.curating import Asks, Told, curate_all
from curate.distil import SAMPLING
from curate.errors import UserError
from curate.execute import gathered, run_folder
from curate.gather import gather
from curate.pipeline import Curated
from curate.prompt import prompt
from curate.recipe import Recipe
from curate.runs import JOURNAL

# Tokens of one of DeepSeek-R1's replies, where nothing better is known: the mean of its 804,745 published samples
# (DeepSeek-R1, arXiv 2501.12948v2, Table 5).
R1_MEAN = 5_355
# Before the answer judge was asked: the share of 120 real DeepSeek-R1 answers that rules leave undecided (13), and the
# tokens of its prompt and of its reply, one line.
UNDECIDED, JUDGE_PROMPT, JUDGE_REPLY = 0.11, 650, 60
_FAILED = ("error", "judge_failed")


@dataclass(slots=True)
class Part:
    """One source: records read, questions by how they stand, samples that are still to be asked for, and the tokens of
    their prompts by estimate."""

    records: int = 0
    questions: int = 0
    done: int = 0
    failed: int = 0
    pending: int = 0
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
class Checks:
    """What the answer judge was and will be asked. traces: answers that rules have seen; asked: those that needed the
    judge; waiting: those of them that it has yet to see, and the tokens of their prompts by estimate; calls: its calls
    so far, with their tokens."""

    traces: int = 0
    asked: int = 0
    waiting: int = 0
    waiting_tokens: float = 0.0
    calls: int = 0
    prompt: int = 0
    completion: int = 0

    @property
    def share(self) -> float:
        """The share of answers that need the judge: so far, or before there are any that of real ones."""
        return self.asked / self.traces if self.traces else UNDECIDED


@dataclass(slots=True)
class Survey:
    """What was found. parts: by source; labels: questions that are done, by label; known: from calls to the teacher;
    checks: to the answer judge; prompts: the first filled prompt of each kind; pulse: what the recipe spent; pilot: how
    the pilot ended; left: calls, tokens and dollars still to come, by projection, the judge's among them; at_most: if
    every reply is as long, and every attempt needed, as allowed."""

    parts: dict[str, Part] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)
    checks: Checks = field(default_factory=Checks)
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
    told: Told = lambda stage, done, total, pulse: None,
) -> Survey:
    """How the recipe stands by its journal; pilot: questions to ask for first. Raises UserError as a run does."""
    if pilot and not recipe.models:
        raise UserError("--pilot asks a model, and the recipe has none")
    kept = Path(journal) if journal is not None else run_folder(recipe, out).parent / JOURNAL
    found = Survey()
    with tempfile.TemporaryDirectory(prefix="fincurate-") as scratch:
        folder = Path(scratch)
        (folder / "tables").mkdir()
        sources, _ = gather(recipe, folder, limit=limit, told=lambda read: told("reading", read, None, None))
        total = sum(source.questions for source in sources)
        found.parts = {source.name: Part(source.records, source.questions) for source in sources}
        if pilot:
            wanted = {number * total // pilot for number in range(pilot)}
            chosen = [question for number, question in enumerate(gathered(folder)) if number in wanted]
            found.pilot = curate_all(chosen, len(chosen), recipe, kept, lambda curated: None, told=told)
        found.pulse = curate_all(
            gathered(folder),
            total,
            recipe,
            kept if kept.is_file() else folder / JOURNAL,  # a look leaves nothing behind
            lambda curated: _count(curated, found),
            asks=Asks(any=False),
            told=told,
        )
    _project(recipe, found)
    return found


def _count(curated: Curated, found: Survey) -> None:
    outcome, part = curated.outcome, found.parts[curated.question.source]
    _count_distil(curated, found, part)
    _count_checks(curated, found)
    if outcome.reason == "pending":
        part.pending += 1
    elif outcome.reason in _FAILED:
        part.failed += 1
    else:
        part.done += 1
        found.labels[outcome.label] += 1


def _count_distil(curated: Curated, found: Survey, part: Part) -> None:
    question, known = curated.question, found.known
    judged_later = sum(one.verdict.reason == "pending" for one in curated.tries)
    again = curated.waiting - judged_later + sum(one.trace.outcome == "error" for one in curated.tries)
    answered = [call for call in curated.calls if call.purpose == "distil" and call.outcome != "error"]
    if not again and not answered:
        return
    asked = prompt(question)
    found.prompts.setdefault(f"distil, {question.language}", asked)
    estimate = estimate_tokens(asked)
    part.to_ask += again
    part.prompt_tokens += again * estimate
    known.calls += len(answered)
    known.samples += len({call.sample for call in answered})
    known.estimated += estimate * len(answered)
    known.prompt += sum(call.prompt_tokens for call in answered)
    known.completion += sum(call.completion_tokens for call in answered)


def _count_checks(curated: Curated, found: Survey) -> None:
    question, checks = curated.question, found.checks
    for one in curated.tries:
        waits = one.verdict.reason in ("pending", "judge_failed")
        checks.traces += 1
        checks.asked += waits or one.verdict.rule is not None
        if waits:
            asked = asked_of_judge(question, one.trace, by_rules(question, one.trace))
            found.prompts.setdefault(f"check, {question.language}", asked)
            checks.waiting += 1
            checks.waiting_tokens += estimate_tokens(asked)
    answered = [call for call in curated.calls if call.purpose == "check" and call.outcome != "error"]
    checks.calls += len(answered)
    checks.prompt += sum(call.prompt_tokens for call in answered)
    checks.completion += sum(call.completion_tokens for call in answered)


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
        found.left = _spent(model, samples * each, prompts * each, reply)
        caps = [cap] if spec.longer is None else [cap, spec.longer]
        most = spec.attempts * len(caps)
        found.at_most = _spent(model, samples * most, prompts * most, sum(caps) / len(caps))
        tries = samples * spec.attempts
    _project_checks(recipe, found, samples, tries)


def _project_checks(recipe: Recipe, found: Survey, samples: int, tries: int) -> None:
    """The answer judge's part: what waits for it, and of the answers still to come the share that needed it so far."""
    judge = recipe.models.get(recipe.check.judge or "")
    if judge is None:
        return
    checks = found.checks
    prompt_tokens = checks.prompt / checks.calls if checks.calls else JUDGE_PROMPT
    reply = checks.completion / checks.calls if checks.calls else JUDGE_REPLY
    cap = int(judge.sampling.over(CHECK_SAMPLING).get("max_tokens", JUDGE_REPLY))
    later = samples * checks.share
    found.left.add(_spent(judge, checks.waiting + later, checks.waiting_tokens + later * prompt_tokens, reply))
    most, tokens = 2 * (checks.waiting + tries), checks.waiting_tokens + tries * prompt_tokens
    found.at_most.add(_spent(judge, most, 2 * tokens, cap))


def _spent(model: Model, calls: float, asked: float, reply: float) -> Spent:
    """So many calls with so many tokens in all their prompts, and in each reply."""
    written = calls * reply
    usd = model.price.of(round(asked), round(written)) if model.price else 0.0
    return Spent(round(calls), round(asked + written), usd)
