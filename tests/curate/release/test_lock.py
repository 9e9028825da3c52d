"""The lock of a release: what it was made of, and nothing of the machine that made it."""

import hashlib
from pathlib import Path

import pytest
import yaml

from curate.errors import UserError
from curate.release.build import build
from curate.release.lock import published_recipe, read_lock, run_digest
from curate.release.wanted import wanted
from tests.conftest import ROOT
from tests.curate.release.runs import made, row


def test_it_names_sources_prompts_criteria_and_every_file(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1), row(2, answer="7")])
    folder = build(run, wanted(run))
    lock = read_lock(folder)
    (source,) = lock["sources"]
    assert source["files"][0]["sha256"] == hashlib.sha256((tmp_path / "made.jsonl").read_bytes()).hexdigest()
    assert lock["prompts"]["recipes/prompts/question.zh.md"] == (
        hashlib.sha256((ROOT / "recipes" / "prompts" / "question.zh.md").read_bytes()).hexdigest()
    )
    assert lock["criteria"].startswith("fin-r1@")
    assert lock["versions"]["fincurate"]
    assert set(lock["files"]) == {
        "data/rl/train-00000-of-00001.parquet",
        "data/scores/train-00000-of-00001.parquet",
        "data/sft/train-00000-of-00001.parquet",
        "funnel.json",
        "funnel.svg",
    }
    assert str(tmp_path) not in (folder / "recipe.lock.yaml").read_text(encoding="utf-8")


def test_a_published_recipe_tells_nothing_of_the_machine() -> None:
    model = {
        "model": "/srv/models/judge-72b",
        "base_url": "http://10.1.2.3:8000/v1",
        "api_key_env": "BANK_KEY",
        "env": {"CUDA_VISIBLE_DEVICES": "0"},
        "args": ["--chat-template", "/srv/chat.jinja"],
        "sampling": {"temperature": 0},
    }
    recipe = {
        "name": "r",
        "version": "1.0.0",
        "sources": [{"use": "finqa", "from": "/home/ada/finqa/train.json"}, {"use": "tfns", "from": "hf://a/b/c.csv"}],
        "screen": {"overlap": {"against": [{"use": "finqa", "from": "/home/ada/finqa/test.json"}]}},
        "models": {"judge": model, "teacher": {"model": "m", "base_url": "https://api.deepseek.com"}},
    }
    said = yaml.safe_dump(published_recipe(recipe))
    for hidden in ("ada", "10.1.2.3", "BANK_KEY", "CUDA", "srv"):
        assert hidden not in said
    for told in ("train.json", "test.json", "hf://a/b/c.csv", "judge-72b", "api.deepseek.com", "temperature: 0"):
        assert told in said
    assert recipe["models"]["judge"] == model  # type: ignore[index]


def test_another_run_has_another_digest(tmp_path: Path) -> None:
    one, same = made(tmp_path / "a", [row(1)]), made(tmp_path / "b", [row(1)])
    other = made(tmp_path / "c", [row(1, answer="7")])
    assert run_digest(one) == run_digest(same) != run_digest(other)


@pytest.mark.parametrize("text", [None, "- 1\n", "name: x\n", "a: [\n", "\udcff"])
def test_what_is_no_lock_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "recipe.lock.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match=r"recipe\.lock\.yaml"):
        read_lock(tmp_path)
