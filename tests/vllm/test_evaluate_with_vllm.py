"""The loop closed with the real thing: a tiny model before and after its training, served by vLLM and evaluated."""

import importlib.util
from pathlib import Path

import pytest

import curate
from train.config import load, load_evaluation
from train.evaluate import evaluate
from train.spec import SftSpec

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed: make test-vllm"),
    pytest.mark.timeout(600),
]

CONFIG = """
name: before-and-after
models:
  new: {{serve: vllm, model: {folder}/new, args: &args [--enforce-eager, --max-model-len, "1024"], env: &env {env}}}
  sft: {{serve: vllm, model: {folder}/model, args: *args, env: *env}}
benchmarks:
  - {{use: traces, name: sums, from: samples/tiny.jsonl, held_out: tiny}}
sampling: {{temperature: 0, max_tokens: 96}}
"""
ENV = '{VLLM_CPU_KVCACHE_SPACE: "1", OMP_NUM_THREADS: "1"}'


def test_training_is_seen_by_an_evaluation_and_the_second_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.sft import run_sft

    monkeypatch.chdir(tmp_path)
    curate.run("tiny")
    spec = load("tiny-cpu-sft", ["trainer.save_strategy='no'"])
    assert isinstance(spec, SftSpec)
    folder = run_sft(spec)
    (tmp_path / "both.yaml").write_text(CONFIG.format(folder=folder, env=ENV), encoding="utf-8")

    found = evaluate(load_evaluation("both.yaml"))
    before, after = (found.score(name, "sums") for name in ("new", "sft"))
    assert before.tally.right == 0
    assert after.formed > 90
    assert after.tally.accuracy.value is not None
    assert after.tally.accuracy.low is not None
    assert after.tally.accuracy.value > 0.5
    assert after.tally.accuracy.low > 0.4
    gain = next(one for one in found.paired if one.scope == "answered")
    assert gain.won > 50
    assert gain.lost == 0
    assert gain.p < 1e-9
    assert found.calls.answered == 2 * after.replies
    assert "| sums |" in (folder / "model" / "README.md").read_text(encoding="utf-8")

    again = evaluate(load_evaluation("both.yaml"))
    assert (again.calls.sent, again.calls.kept) == (0, 2 * after.replies)
    assert again.scores == found.scores
