"""The record of a training, from real ones of some seconds: whole, stopped, resumed, and of a model trained before."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Model
from tests.train.small_training import row, rows, rows_of, spec_of, train
from train.recorded.base import base_of, licence_of, trained
from train.recorded.record import first_and_last, tokens_seen
from train.recorded.told import HIDDEN, PRIVATE, config_told
from train.spec import GrpoSpec, SftSpec

KEY = "hf_" + "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA1b"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("trained") / "tiny"
    return folder, train(spec_of(folder, hub_token=KEY, run_name=f"key {KEY}"), rows())


def test_a_record_says_what_was_trained_on(record: tuple[Path, dict[str, Any]]) -> None:
    _, found = record
    data = found["data"]
    assert (data["name"], data["config"], data["train"], data["validation"]) == ("demo", "sft", 11, 2)
    assert [one["id"] for one in data["left_out"]] == ["demo:12"]
    assert data["left_out"][0]["tokens"] > data["limit"]["tokens"] == 120
    assert data["languages"] == {"en": 12, "zh": 1}
    assert data["licences"] == {"CC-BY-NC-4.0": 1, "CC0-1.0": 12}
    assert found["tokens"]["completion"]["max"] < 120


def test_a_record_says_what_training_took_and_what_came_of_it(record: tuple[Path, dict[str, Any]]) -> None:
    _, found = record
    assert found["finished"] is True
    assert (found["steps"], found["steps_planned"], found["device"], found["processes"]) == (4, 4, "CPU", 1)
    assert found["epochs"] == pytest.approx(4 / 3)
    assert found["seconds"] == found["seconds_of_all_runs"] > 0
    assert found["tokens_seen"] > 4 * 4 * 10
    assert found["metrics"]["loss"]["first"] > found["metrics"]["loss"]["last"] > 0
    assert {"eval_loss", "mean_token_accuracy", "grad_norm", "learning_rate"} <= found["metrics"].keys()
    assert found["settings"]["learning_rate"] == 5e-3
    assert found["settings"]["lr_scheduler_type"] == "linear"
    assert "num_train_epochs" not in found["settings"]
    assert {"torch", "trl", "transformers"} <= found["versions"].keys()
    assert {"vllm", "peft"}.isdisjoint(found["versions"])


def test_what_is_written_is_the_record_and_its_curves(record: tuple[Path, dict[str, Any]]) -> None:
    folder, found = record
    assert json.loads((folder / "record.json").read_text()) == found
    curves = json.loads((folder / "curves.json").read_text())
    assert [one["step"] for one in curves if "loss" in one] == [1, 2, 3, 4]
    assert [one["step"] for one in curves if "eval_loss" in one] == [2, 4]
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in folder.iterdir()} == {
        *("new", "checkpoints", "model", "record.json", "curves.json", "curves.png", "facts.json")
    }


def test_no_secret_is_written(record: tuple[Path, dict[str, Any]]) -> None:
    folder, found = record
    assert found["config"]["trainer"]["hub_token"] == HIDDEN
    written = [path for path in folder.iterdir() if path.is_file()] + list((folder / "model").glob("*.md"))
    assert not [path for path in written if KEY.encode() in path.read_bytes()]


def test_a_training_that_was_stopped_has_a_record_and_no_card_until_it_is_resumed_and_done(tmp_path: Path) -> None:
    spec, asked = spec_of(tmp_path / "tiny"), rows()
    stopped = train(spec, asked, stop_at=2)
    assert (stopped["finished"], stopped["steps"], stopped["steps_planned"]) == (False, 2, 4)
    assert not (spec.folder / "model").exists()
    done = train(spec, asked, resumed_at=2)
    assert (done["finished"], done["steps"], done["began_at_step"]) == (True, 4, 2)
    assert done["seconds_of_all_runs"] == pytest.approx(stopped["seconds"] + done["seconds"], abs=0.11)
    assert (spec.folder / "model" / "README.md").is_file()
    whole = train(spec_of(tmp_path / "whole"), asked)
    assert done["metrics"] == whole["metrics"]
    assert done["tokens_seen"] == whole["tokens_seen"]


def test_a_training_that_was_stopped_in_its_last_step_is_not_finished_before_its_model_is_saved(tmp_path: Path) -> None:
    spec, asked = spec_of(tmp_path / "tiny"), rows()
    stopped = train(spec, asked, stop_at=4)
    assert (stopped["finished"], stopped["steps"]) == (False, 4)
    assert train(spec, asked, resumed_at=4)["finished"] is True


def test_what_a_killed_run_took_is_not_known(tmp_path: Path) -> None:
    spec, asked = spec_of(tmp_path / "tiny"), rows()
    train(spec, asked, stop_at=2)
    (spec.folder / "record.json").unlink()
    assert train(spec, asked, resumed_at=2)["seconds_of_all_runs"] is None


def test_rows_without_language_and_licence_are_counted_as_unknown(tmp_path: Path) -> None:
    bare = [{name: row(n)[name] for name in ("id", "prompt", "completion")} for n in range(6)]
    found = train(spec_of(tmp_path / "tiny", max_steps=1, eval_strategy="no"), rows_of(bare))
    assert found["data"]["languages"] == found["data"]["licences"] == {"": 6}


def test_a_model_that_was_trained_here_is_known_by_its_name_and_by_what_made_it(
    record: tuple[Path, dict[str, Any]],
) -> None:
    folder, _ = record
    found = base_of(SftSpec(name="next", method="sft", model=str(folder / "model"), data="runs/demo"), "")
    assert (found["model"], found["repo"], found["new"]) == ("tiny", "", True)
    assert found["licences"] == ["CC-BY-NC-4.0", "CC0-1.0"]
    assert trained(folder / "new") is None


def test_any_other_folder_is_known_by_its_last_part_and_its_card(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "Somebody-7B"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: somebody-research\n---\n# S")
    found = base_of(SftSpec(name="n", method="sft", model=str(folder), data="runs/demo"), "")
    assert (found["model"], found["repo"], found["licence"]) == ("Somebody-7B", "", "somebody-research")
    (tmp_path / "home" / "record.json").write_text("[]")
    assert trained(folder) is None


@pytest.mark.parametrize("card", ["# no yaml", "---\nlicense: [a, b]\n---\n", "---\n: {\n---\n", "---\n- a\n---\n", ""])
def test_a_card_without_a_readable_licence_states_none(tmp_path: Path, card: str) -> None:
    (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path / "README.md") == ""
    assert licence_of(tmp_path / "missing.md") == ""


def test_a_verifier_is_recorded_without_its_address_its_key_or_its_environment() -> None:
    model = Model(model="/models/judge-7b", base_url="http://10.0.0.7:8000/v1", api_key_env="SECRET_KEY")
    spec = GrpoSpec(
        name="n",
        method="grpo",
        model="org/m",
        data="runs/x",
        check={"by": ["rules", "judge"]},
        models={"judge": model},
    )
    told = json.dumps(config_told(spec))
    assert "judge-7b at a private address" in told
    assert not [word for word in ("10.0.0.7", "SECRET_KEY", "/models") if word in told]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("vllm_server_host", "10.0.0.2", PRIVATE),
        ("vllm_server_host", "gpu7", PRIVATE),
        ("vllm_server_host", "vllm.my-firm.com", "vllm.my-firm.com"),
        ("vllm_server_base_url", "http://10.0.0.2:8000", PRIVATE),
        ("vllm_server_base_url", "https://vllm.my-firm.com:8000", "https://vllm.my-firm.com:8000"),
    ],
)
def test_a_server_of_completions_is_recorded_by_its_public_name_alone(key: str, value: str, told: str) -> None:
    spec = GrpoSpec(name="n", method="grpo", model="org/m", data="runs/x", trainer={key: value})
    assert config_told(spec)["trainer"][key] == told


def test_tokens_are_counted_over_resumes_that_begin_again_at_nothing() -> None:
    log = [{"num_tokens": 10.0}, {"num_tokens": 20.0}, {"eval_loss": 1}, {"num_tokens": 7.0}, {"num_tokens": 16.0}]
    assert tokens_seen(log) == 36
    assert tokens_seen(log[:2]) == 20
    assert tokens_seen([]) is None


def test_first_and_last_are_of_what_is_known() -> None:
    log = [
        {"step": 1, "epoch": 0.5, "reward": None, "loss": 2.0, "step_time": 0.1},
        {"step": 2, "epoch": 1.0, "reward": 0.25, "loss": 1.0},
        {"step": 3, "epoch": 1.5, "reward": 0.5, "loss": None},
        {"step": 3, "train_loss": 1.5, "train_runtime": 3.0},
    ]
    assert first_and_last(log) == {"reward": {"first": 0.25, "last": 0.5}, "loss": {"first": 2.0, "last": 1.0}}
