"""Models on benchmark sets: each is asked the same questions in the same words, with the same sampling, and checked in
the same way.

results = evaluate(load_evaluation("fin-r1-benchmarks"))
results.score("tuned", "finqa").tally.accuracy      ->  Estimate(value=0.76, low=0.73, high=0.79)

Replies are kept in journal.sqlite beside the evaluation's folder: a second evaluation, or one with another checker,
asks for nothing that is there.
"""

import importlib.metadata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from curate.chat import Journal
from curate.errors import UserError
from curate.loop import run_async
from curate.moment import Told, quiet
from curate.prompt import prompt_digests
from curate.runs import JOURNAL
from judges.agreement import Estimate
from train.evaluation.alike import besides
from train.evaluation.benchmarks import Benchmark, read_benchmarks
from train.evaluation.cards import into_cards, trained_otherwise
from train.evaluation.reference import references
from train.evaluation.replies import SAMPLING, Asked, ask_all
from train.evaluation.results import Answer, Paired, Results, Scope, save
from train.evaluation.scored import DRAWS, average, paired, score
from train.evaluation.spec import EvaluateSpec
from train.machine import make
from train.text.tokenizer import could_be_on_hub

_FAILURES = 20
_PACKAGES = ("fincurate", "numpy", "openai", "aiohttp", "vllm", "transformers", "torch")


def evaluate(
    spec: EvaluateSpec,
    *,
    told: Told = quiet,
    note: Callable[[str], None] = lambda words: None,
) -> Results:
    """Asks, checks and counts; writes results.json and answers.parquet, and the cards of models that were trained here.

    told: is called with a Moment as it goes; note: with what is to be known before a call is sent.
    Results whose `stopped` says why are of what was answered until then. Raises UserError for what the user can mend.
    """
    _check_folders(spec)
    benchmarks = read_benchmarks(spec.benchmarks)
    for words in notes(spec, benchmarks):
        note(words)
    questions = [(one.about.name, question) for one in benchmarks for question in one.questions]
    make(spec.folder)
    journal = Journal(spec.folder.parent / JOURNAL)
    try:
        answers, asked = run_async(lambda: ask_all(spec, questions, journal, told))
    finally:
        journal.close()
    results = _results(spec, benchmarks, answers, asked)
    save(results, answers)
    if results.stopped is None:
        into_cards(spec, results)
    return results


def _results(spec: EvaluateSpec, benchmarks: Sequence[Benchmark], answers: Sequence[Answer], asked: Asked) -> Results:
    names = [one.about.name for one in benchmarks]
    of = {(model, name): list[Answer]() for model in spec.scored for name in names}
    for answer in answers:
        of[answer.model, answer.benchmark].append(answer)
    scores = [score(model, name, given, spec.level) for (model, name), given in of.items()]
    failed = [one for one in answers if one.reason in ("error", "judge_failed")]
    return Results(
        name=spec.name,
        folder=spec.folder,
        base=spec.scored[0],
        models={name: asked.identities[name] for name in spec.models if name in asked.identities},
        setting=_setting(spec),
        sets=[one.about for one in benchmarks],
        scores=scores,
        averages=_averages(spec, names, of, "decided"),
        averages_of_all=_averages(spec, names, of, "answered"),
        paired=list(_paired(spec, names, of)),
        reference=references(spec.reference),
        failed=len(failed),
        failures=[f"{one.model}, {one.id}: {one.detail}" for one in failed[:_FAILURES]],
        spent=asked.spent,
        calls=asked.meter,
        stopped=asked.stopped,
        stopped_because=asked.detail,
    )


def _averages(
    spec: EvaluateSpec, names: Sequence[str], of: dict[tuple[str, str], list[Answer]], scope: Scope
) -> dict[str, Estimate]:
    return {
        model: average(model, {name: of[model, name] for name in names}, scope, spec.level) for model in spec.scored
    }


def _paired(spec: EvaluateSpec, names: Sequence[str], of: dict[tuple[str, str], list[Answer]]) -> Iterator[Paired]:
    """Every other model against the base: on each benchmark, and on all of them together."""
    base, *others = spec.scored
    for model in others:
        pairs = {name: list(zip(of[base, name], of[model, name], strict=True)) for name in names}
        if len(names) > 1:
            pairs[""] = [pair for name in names for pair in pairs[name]]
        for scope in get_args(Scope):
            yield from (paired(model, base, name, scope, found, spec.level) for name, found in pairs.items())


def _check_folders(spec: EvaluateSpec) -> None:
    """Raises UserError for a served model that can only be a folder, where there is none."""
    for name, model in spec.models.items():
        if model.serve and model.folder is None and not could_be_on_hub(model.model):
            raise UserError(
                f"models.{name}: there is no folder '{model.model}'\n  train it first, or name a model on the Hub"
            )


def notes(spec: EvaluateSpec, benchmarks: Sequence[Benchmark]) -> Iterator[str]:
    """What is asked, what is not and why, what nobody will decide, and who was trained with other words before it."""
    for name in spec.scored:
        if trained_otherwise(spec, name):
            yield (
                f"models.{name} was trained with another system message than `system`; its card will not get the scores"
            )
    for one in (benchmark.about for benchmark in benchmarks):
        left = [f"{len(ids):,} {reason}" for reason, ids in one.left_out.items()]
        left += [f"{one.unreadable:,} unreadable"] if one.unreadable else []
        drawn = f" of {one.usable:,}" if one.questions < one.usable else ""
        held = f", held out by {one.held_out}" if one.held_out else ""
        yield f"{one.name}: {one.questions:,}{drawn} questions{held}" + (
            f"; left out: {', '.join(left)}" if left else ""
        )
        if one.for_judge and spec.check.judge is None:
            yield (
                f"{one.name}: {one.for_judge:,} of these are of a kind that rules do not decide, and stay undecided;"
                " `check: {by: [rules, NAME]}` lets one of the models decide"
            )


def _setting(spec: EvaluateSpec) -> dict[str, Any]:
    """What was the same for all models, and what the numbers were made with."""
    return {
        "system": spec.system,
        "sampling": spec.sampling.over(SAMPLING),
        "besides": {name: besides(spec.models[name]) for name in spec.scored},
        "check": spec.check.model_dump(mode="json", exclude_defaults=True),
        "level": spec.level,
        "draws": DRAWS,
        "prompts": prompt_digests(),
        "versions": dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
