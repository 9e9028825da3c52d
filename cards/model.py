"""The card of a model: facts in, Markdown out, in English for the Hub's README.md and in Chinese beside it.

model_card(facts, "en")  ->  "---\\nlicense: apache-2.0\\nbase_model: ...\\n---\\n\\n# Fin-R1-7B\\n..."
"""

from collections.abc import Mapping

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from cards.markdown import Cell, Code, Rows, decimals, interval, percent
from cards.model_facts import Data, Measured, ModelFacts, Result, Score
from cards.notes import with_notes
from cards.render import render
from cards.words import Language


def model_card(facts: ModelFacts, language: Language, notes: str = "") -> str:
    """The card of one model. notes: what publishers wrote by hand; it stands between the marks of cards.notes.

    The same facts and notes give the same text. Every number of it is in the facts, or a ratio of theirs; the English
    card begins with the Hub's YAML.
    """
    text = render(f"model.{language}.md.j2", facts=facts, tables=_tables(facts))
    if language == "en":
        text = str(ModelCard(f"---\n{metadata(facts).to_yaml()}\n---\n{text}"))
    return with_notes(text, notes)


def metadata(facts: ModelFacts) -> ModelCardData:
    """What the Hub shows and filters a model by (huggingface/hub-docs, modelcard.md). Results on benchmarks that are
    not on the Hub have no place there."""
    results = [_hub_result(one) for one in facts.results if one.dataset and one.model.accuracy is not None]
    return ModelCardData(
        license=facts.licence or None,
        language=list(facts.languages) or None,
        base_model=facts.base.repo or None,
        base_model_relation="finetune" if facts.base.repo else None,
        datasets=[facts.data.repo] if facts.data.repo else None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["finance", "reasoning", "chain-of-thought", facts.method, "trl", "fincurate"],
        model_name=facts.name,
        eval_results=results or None,
    )


def _hub_result(result: Result) -> EvalResult:
    assert result.model.accuracy is not None
    return EvalResult(
        task_type="text-generation",
        dataset_type=result.dataset,
        dataset_name=result.benchmark,
        dataset_split=result.split or None,
        dataset_revision=result.revision or None,
        metric_type="accuracy",
        metric_name="accuracy of the decided answers",
        metric_value=round(result.model.accuracy, 4),
    )


def _tables(facts: ModelFacts) -> Mapping[str, Rows]:
    """The tables by name, in the same rows for every language; one without rows is left out of the card."""
    means, shares = (facts.policy.means, facts.policy.shares) if facts.policy else ((), ())
    return {
        "results": [row for result in facts.results for row in _result(facts, result)],
        "data": [_data(facts.data)],
        "settings": [(Code(one.name), Code(one.value)) for one in facts.settings],
        "metrics": [_measured(one) for one in facts.metrics],
        "policy": [*map(_measured, means), *((Code(s.name), percent(s.first), percent(s.last)) for s in shares)],
        "versions": [(Code(name), Code(version)) for name, version in sorted(facts.versions.items())],
    }


def _result(facts: ModelFacts, result: Result) -> Rows:
    """One benchmark's rows: this model, and beside it the base."""
    scores = ((facts.name, result.model), (facts.base.model, result.base))
    return [(result.benchmark, name, *_score(score)) for name, score in scores if score]


def _score(score: Score) -> tuple[Cell, ...]:
    accuracy = interval(score.accuracy, score.low, score.high, percent)
    of_all = interval(score.of_all, score.of_all_low, score.of_all_high, percent)
    shares = (percent(count, score.questions) for count in (score.undecided, score.formatted))
    return score.questions, accuracy, of_all, score.right, score.wrong, score.undecided, *shares


def _data(data: Data) -> tuple[Cell, ...]:
    whence = f"{data.name}@v{data.version}" if data.version else data.name
    digests = (Code(one) if one else None for one in (data.revision, data.digest))
    return Code(whence), Code(data.config), *digests, data.licence, data.train, data.validation, data.left_out


def _measured(one: Measured) -> tuple[Cell, ...]:
    return Code(one.name), decimals(one.first, 4), decimals(one.last, 4)
