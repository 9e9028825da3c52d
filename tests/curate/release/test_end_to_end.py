"""From the samples to the Hub and back, as users type it: run, publish, load, query, verify, compare."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.doubles.hub import Hub

LOAD = """
import sys
from datasets import load_dataset
repo, revision = sys.argv[1:3]
sft = load_dataset(repo, "sft", revision=revision)
assert {name: len(split) for name, split in sft.items()} == {"train": 38, "validation": 3}, sft
row = sft["train"][0]
assert row["completion"][0]["content"].startswith("<think>"), row
stream = load_dataset(repo, "rl", revision=revision, split="train", streaming=True)
assert sum(1 for row in stream) == 12
assert next(iter(stream))["gold"]
"""

SCORES = """
import sys, duckdb
from huggingface_hub import snapshot_download
repo, revision = sys.argv[1:3]
folder = snapshot_download(repo, repo_type="dataset", revision=revision)
query = f"select count(*) filter (vote = 1), count(distinct criterion) from '{folder}/data/scores/*.parquet'"
print(duckdb.sql(query).fetchall())
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        yield served


def python(code: str, hub: Hub, home: Path, *arguments: str) -> str:
    """What a program prints that runs beside this Hub, with a cache of its own."""
    env = {**os.environ, **hub.env(home)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_samples_are_published_loaded_queried_and_verified(command: Command, hub: Hub, tmp_path: Path) -> None:
    env = hub.env(tmp_path / "publisher")
    assert command("run", "quickstart").returncode == 0
    built = command("release", "quickstart")
    assert built.returncode == 0, built.stderr
    assert max(map(len, built.stdout.splitlines())) <= 80
    dry = command("publish", "quickstart", "--repo", "alice/fin", "--dry-run", env=env)
    assert dry.returncode == 0, dry.stderr
    assert "data/sft/train-00000-of-00001.parquet" in dry.stdout
    assert not any("commit" in line and line.startswith("POST") for line in hub.requests)

    sent = command("publish", "quickstart", "--repo", "alice/fin", env=env)
    assert sent.returncode == 0, sent.stderr
    assert "published alice/fin v1.0.0" in sent.stdout
    assert hub.repo("alice/fin").tags["v1.0.0"] == hub.repo("alice/fin").head
    python(LOAD, hub, tmp_path / "reader", "alice/fin", "v1.0.0")
    met = command("sql", "quickstart", "select count(*) filter (vote = 1) as met from scores", "--csv").stdout.split()[
        1
    ]
    assert python(SCORES, hub, tmp_path / "reader", "alice/fin", "v1.0.0").strip() == f"[({met}, 7)]"

    again = command("publish", "quickstart", "--repo", "alice/fin", env=env)
    assert "nothing was sent" in again.stdout, again.stderr
    verified = command("verify", "alice/fin@v1.0.0", env=env)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    same = command("compare", "alice/fin@v1.0.0", "runs/quickstart/release/v1.0.0", "--json", env=env)
    assert json.loads(same.stdout)["rows"] == [], same.stderr


def test_a_version_that_was_changed_by_hand_is_told(command: Command, hub: Hub, tmp_path: Path) -> None:
    env = hub.env(tmp_path / "home")
    assert command("run", "quickstart").returncode == 0
    assert command("publish", "quickstart", "--repo", "alice/fin", env=env).returncode == 0
    card = hub.repo("alice/fin").files()["README.md"]
    sha = hub.repo("alice/fin").push({"README.md": card.replace(b"| 38 |", b"| 39 |")})
    told = command("verify", f"alice/fin@{sha}", env=env)
    assert told.returncode == 1
    assert "README.md" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("release", "nowhere"), "no run 'nowhere'"),
        (("release", "quickstart", "--accept-licence", "finqa"), "needs a --why"),
        (("publish", "quickstart"), "--repo"),
        (("verify", "quickstart"), "is a run, not a release"),
        (("compare", "quickstart", "alice/none@v1.0.0"), "alice/none"),
    ],
)
def test_faults_are_told_in_words(
    command: Command, hub: Hub, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert command("run", "quickstart", "--limit", "3").returncode == 0
    told = command(*arguments, env=hub.env(tmp_path / "home"))
    assert told.returncode == 1
    assert said in told.stderr
    assert "Traceback" not in told.stderr
