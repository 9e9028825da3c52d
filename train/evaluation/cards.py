"""Results into the cards of the models that were trained here, with the score of the model that each began with beside
its own, where that was scored too."""

import re

from cards.model_facts import Result
from cards.model_facts import Score as CardScore
from train.evaluation.results import BenchmarkSet, Results, Score
from train.evaluation.spec import BenchmarkSpec, EvaluateSpec
from train.recorded.base import trained
from train.recorded.card import add_results

_HUB = re.compile(r"hf://(?:datasets/)?([\w.-]+/[\w.-]+)")


def into_cards(spec: EvaluateSpec, results: Results) -> None:
    """Writes every scored model's results into its cards, if it is a folder that a training here made, and if it was
    asked behind the system message of that training: a card has one, and tells its scores as those of its use."""
    for name in spec.scored:
        folder = spec.models[name].folder
        if folder is None or (record := trained(folder)) is None or trained_otherwise(spec, name):
            continue
        began = next((one for one in spec.scored if _name(spec, one) == record["base"]["model"]), None)
        pairs = zip(spec.benchmarks, results.sets, strict=True)
        found = tuple(_result(benchmark, about, results, name, began) for benchmark, about in pairs)
        add_results(folder, found, spec.level)


def trained_otherwise(spec: EvaluateSpec, name: str) -> bool:
    """Whether a training here made the model, with another system message than the evaluation's."""
    folder = spec.models[name].folder
    record = trained(folder) if folder else None
    return record is not None and (record["config"]["template"]["system"] or "") != (spec.system or "")


def _name(spec: EvaluateSpec, name: str) -> str:
    """What a record of a training would call one of our models."""
    model = spec.models[name]
    record = trained(model.folder) if model.folder else None
    return record["name"] if record else model.called


def _result(benchmark: BenchmarkSpec, about: BenchmarkSet, results: Results, model: str, began: str | None) -> Result:
    """One benchmark of one model. began: the model that it began with, if that was scored."""
    on_hub = _HUB.match(benchmark.location)
    return Result(
        benchmark=about.name,
        dataset=on_hub[1] if on_hub else "",
        split=about.split,
        revision=about.files[0]["revision"] or "",
        model=_score(results.score(model, about.name)),
        base=_score(results.score(began, about.name)) if began else None,
    )


def _score(score: Score) -> CardScore:
    tally = score.tally
    return CardScore(
        right=tally.right,
        wrong=tally.wrong,
        undecided=tally.undecided,
        formatted=score.formed,
        accuracy=tally.accuracy.value,
        low=tally.accuracy.low,
        high=tally.accuracy.high,
        of_all=tally.of_all.value,
        of_all_low=tally.of_all.low,
        of_all_high=tally.of_all.high,
    )
