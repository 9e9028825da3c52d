"""What a model's own generation_config.json says of sampling stays out of an evaluation."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.chat import Model
from curate.chat.server import command
from curate.errors import UserError
from tests.doubles.tiny_model import OPERANDS, question, train
from tests.train.evaluating import config
from train.config import load_evaluation
from train.evaluate import evaluate
from train.evaluation.alike import alike, sampling

NEEDED = ("torch", "transformers", "fastapi", "uvicorn")


def test_a_vllm_of_our_own_is_started_without_the_model_s_sampling_and_known_by_that() -> None:
    model = Model(serve="vllm", model="org/base", args=("--dtype", "half"))
    served = alike(model)
    assert command(served, 1)[-4:] == ["--dtype", "half", "--generation-config", "vllm"]
    assert served.known_as() == f"{model.known_as()} --generation-config=vllm"
    assert sampling(model, {"temperature": 0}) == {"temperature": 0}


def test_an_endpoint_is_asked_as_it_is() -> None:
    model = Model(model="m", base_url="http://127.0.0.1:9/v1")
    assert alike(model) == model
    assert sampling(model, {"temperature": 0, "top_k": 20}) == {"temperature": 0, "top_k": 20}


@pytest.mark.parametrize(
    "args", [["--generation-config", "auto"], ["--generation-config=x"], ["--override-generation-config", "{}"]]
)
def test_a_model_with_a_generation_config_of_its_own_is_refused(tmp_path: Path, args: list[str]) -> None:
    path = config(tmp_path, {}, models={"m": {"serve": "vllm", "model": "org/base", "args": args}})
    with pytest.raises(UserError, match="drawn from alike; leave out its generation config"):
        load_evaluation(path)


@pytest.mark.timeout(300)
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in NEEDED),
    reason="Transformers' server is not installed: pip install -c constraints.txt -e '.[train]'",
)
def test_two_models_that_differ_in_their_generation_config_alone_answer_alike(tmp_path: Path) -> None:
    """The second one's asks for a penalty that no greedy answer of it survives, and for the likeliest token alone."""
    for name in ("plain", "penalised"):
        train(tmp_path / name)
    path = tmp_path / "penalised" / "generation_config.json"
    said: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "repetition_penalty": 5.0, "no_repeat_ngram_size": 1, "top_k": 1}))
    rows = [{"id": f"{a}-{b}", "question": question(a, b), "gold": str(a + b)} for a in OPERANDS for b in (2, 5)]
    (tmp_path / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    env = {"OMP_NUM_THREADS": "1"}
    told = {
        "name": "alike",
        "models": {
            name: {"serve": "transformers", "model": str(tmp_path / name), "env": env, "args": ["--device", "cpu"]}
            for name in ("plain", "penalised")
        },
        "benchmarks": [{"use": "table", "name": "sums", "from": str(tmp_path / "sums.jsonl")}],
        "sampling": {"temperature": 0, "max_tokens": 60},
        "out": str(tmp_path / "evaluated" / "alike"),
    }
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    results = evaluate(load_evaluation(tmp_path / "e.yaml"))
    plain, penalised = (results.score(name, "sums").tally for name in ("plain", "penalised"))
    assert (plain.right, penalised.right) == (16, 16)
    assert results.setting["sampling"] == {"temperature": 0, "max_tokens": 60}
    assert json.loads(results.setting["besides"]["plain"])["repetition_penalty"] == 1.0
