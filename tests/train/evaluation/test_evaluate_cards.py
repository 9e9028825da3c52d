"""Results in the cards of models that were trained here: theirs, and beside it the score of what each began with."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Model
from tests.doubles.chat_server import ChatServer
from tests.train.evaluating import answer, config
from tests.train.recorded.test_card import record
from train.config import load_evaluation
from train.evaluate import evaluate, notes
from train.evaluation.cards import into_cards, trained_otherwise
from train.evaluation.results import Results
from train.evaluation.spec import EvaluateSpec
from train.recorded.card import FACTS, write_cards


def trained_here(folder: Path, name: str, began_with: str) -> Path:
    """The folder of a finished training, with cards and without weights."""
    model = folder / name / "model"
    model.mkdir(parents=True)
    made: dict[str, Any] = {**record("base", model=began_with), "name": name}
    (folder / name / "record.json").write_text(json.dumps(made), encoding="utf-8")
    write_cards(model, made)
    return model


@pytest.fixture
def evaluated(tmp_path: Path) -> tuple[EvaluateSpec, Results]:
    """`base` and `tuned` as asked at a server, and then as what they are: a model of the Hub, and a folder."""
    with ChatServer(answer) as server:
        spec = load_evaluation(config(tmp_path, {"base": server.base_url, "tuned": server.base_url}))
        results = evaluate(spec)
    tuned = trained_here(tmp_path / "trained", "tuned-sft", "org/Base-7B")
    models = {
        "base": Model(serve="vllm", model="org/Base-7B"),
        "tuned": Model(serve="vllm", model=str(tuned)),
    }
    return spec.model_copy(update={"models": models}), results


def facts(model: Path) -> Any:
    return json.loads((model.parent / FACTS).read_text(encoding="utf-8"))


def test_a_card_has_the_model_s_score_and_that_of_the_model_it_began_with(
    evaluated: tuple[EvaluateSpec, Results], tmp_path: Path
) -> None:
    into_cards(*evaluated)
    model = tmp_path / "trained" / "tuned-sft" / "model"
    sums, exam = facts(model)["results"]
    assert (sums["benchmark"], sums["model"]["right"], sums["model"]["wrong"]) == ("sums", 8, 1)
    assert (sums["model"]["of_all"], sums["base"]["of_all"]) == (0.8, 0.6)
    assert (sums["base"]["right"], sums["base"]["formatted"], sums["model"]["formatted"]) == (6, 0, 9)
    assert (exam["benchmark"], exam["model"]["right"], exam["base"]["right"]) == ("exam", 2, 4)
    for name in ("README.md", "README_zh.md"):
        assert "88.9%" in (model / name).read_text(encoding="utf-8")


def test_a_model_of_another_origin_is_not_called_its_base(
    evaluated: tuple[EvaluateSpec, Results], tmp_path: Path
) -> None:
    spec, results = evaluated
    other = {**spec.models, "base": Model(serve="vllm", model="org/Other-7B")}
    into_cards(spec.model_copy(update={"models": other}), results)
    assert [one["base"] for one in facts(tmp_path / "trained" / "tuned-sft" / "model")["results"]] == [None, None]


def test_a_model_that_was_asked_behind_another_system_message_keeps_its_card_and_that_is_told(
    evaluated: tuple[EvaluateSpec, Results], tmp_path: Path
) -> None:
    spec, results = evaluated
    other = spec.model_copy(update={"system": "Answer in one word."})
    assert trained_otherwise(other, "tuned")
    assert not trained_otherwise(spec, "tuned")
    assert not trained_otherwise(other, "base")
    into_cards(other, results)
    assert facts(tmp_path / "trained" / "tuned-sft" / "model")["results"] == []
    assert [words for words in notes(other, ()) if "system" in words] == [
        "models.tuned was trained with another system message than `system`; its card will not get the scores"
    ]
    assert list(notes(spec, ())) == []


def test_models_that_were_not_trained_here_are_left_alone(
    evaluated: tuple[EvaluateSpec, Results], tmp_path: Path
) -> None:
    spec, results = evaluated
    downloaded = tmp_path / "downloaded"
    downloaded.mkdir()
    models = {**spec.models, "tuned": Model(serve="vllm", model=str(downloaded))}
    into_cards(spec.model_copy(update={"models": models}), results)
    assert list(downloaded.iterdir()) == []
