"""The front door's commands of training, one after another, each made short."""

import re
import shlex

import pytest

from tests.conftest import ROOT, Command
from tests.train.conftest import Training

SHORTER = {
    "sft": ("trainer.max_steps=4",),
    "grpo": ("trainer.max_steps=2",),
    "evaluate": ("benchmarks.0.draw=3", "sampling.max_tokens=16"),
    "chat": ("--question", "Profit was 77 and fell by 34. Profit now?", "--max-tokens", "16"),
}


def commands() -> list[list[str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"## Train\n\n```console\n(.*?)```", text, re.DOTALL)
    assert block is not None
    lines = (re.split(r"\s+#", line.removeprefix("$ "))[0].strip() for line in block[1].splitlines())
    return [shlex.split(line) for line in lines]


@pytest.mark.timeout(300)
def test_the_commands_of_the_readme_train_and_evaluate(command: Command, training: Training) -> None:
    install, curated, *trained = commands()
    assert install[:2] == ["pip", "install"]
    assert command(*curated[1:]).returncode == 0
    assert [words[3] for words in trained] == ["check", "sft", "grpo", "evaluate", "chat"]
    for words in trained:
        with training(*words[3:], *SHORTER.get(words[3], ())) as process:
            said, _ = process.communicate(timeout=200)
        assert process.returncode == 0, said
        assert said.strip()
