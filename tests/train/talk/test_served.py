"""A trained folder to talk with: served by transformers while one does, and asked as it was trained."""

import json
import shutil
import time
from pathlib import Path

from tests.processes import processes
from tests.train.conftest import Training
from train.talk.served import trained_with

QUESTION = "Profit was 77 and fell by 34. Profit now?"


def servers() -> list[str]:
    """The command lines of Transformers' servers: they hold the folder's bare name."""
    return [arguments for _, arguments in processes() if "transformers.cli.serve" in arguments]


def test_a_folder_is_served_while_one_talks_with_it(training: Training, tiny_sft: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_sft / "model", tmp_path / "talked-with")
    asked = ("--question", QUESTION, "--gold", "43", "--max-tokens", "96", "--temperature", "0")
    seen = False
    with training("chat", "talked-with", *asked) as process:
        while process.poll() is None:
            seen = seen or any("talked-with" in one for one in servers())
            time.sleep(0.2)
        said = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, said
    assert "--- reasoning ---\nProfit fell: subtract." in said
    assert "  answer: " in said
    assert seen
    assert not any("talked-with" in one for one in servers())


def test_a_folder_without_a_model_is_refused(training: Training, tiny_sft: Path, tmp_path: Path) -> None:
    (tmp_path / "trained").mkdir()
    with training("chat", "trained", "--question", QUESTION) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == "train: 'trained' holds no model (no config.json); a training's is in its model/\n"


def test_the_system_message_of_a_training_is_known(tiny_sft: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    (folder / "model").mkdir(parents=True)
    shutil.copy(tiny_sft / "record.json", folder)
    assert trained_with(folder / "model") is None
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    record["config"]["template"]["system"] = "Think first."
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    assert trained_with(folder / "model") == "Think first."
    assert trained_with(tmp_path) is None
