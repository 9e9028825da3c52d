"""A version is published: what is sent, what is refused, who may."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curate.errors import UserError
from curate.release.publish import publish
from tests.curate.release.client import REPO, Publish, client, whole
from tests.curate.release.folders import contents, lock, release
from tests.doubles.hub import Hub

# huggingface_hub hands files to httpx2 in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def test_a_version_is_one_commit_and_its_tag(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder, said = release(tmp_path), []
    done = send(folder, told=said.append)
    repo = hub.repo(REPO)
    assert (done.what, done.version, done.sha) == ("published", "1.0.0", repo.tags["v1.0.0"])
    assert done.url == f"{hub.url}/datasets/{REPO}/tree/v1.0.0"
    assert whole(hub, folder)
    assert [commit.title for commit in repo.commits] == ["v1.0.0", "initial commit"]
    assert repo.private
    assert [line.removeprefix(f"{REPO}: ") for line in said] == [
        f"as alice at {hub.url}",
        "created, private",
        "v1.0.0: 8 files to add, 0 to change, 0 to delete; 0.0 MB",
        f"commit {done.sha}",
        "8 files fetched back, each as it was sent",
        "tag v1.0.0",
    ]


def test_the_same_version_again_sends_nothing(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    first, asked = send(folder), len(hub.requests)
    again = send(folder)
    assert (again.what, again.sha) == ("unchanged", first.sha)
    assert {request.split()[0] for request in hub.requests[asked:]} <= {"GET", "HEAD"}


def test_other_content_under_a_published_version_is_refused(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path / "one"))
    other = release(tmp_path / "two", splits={"sft": {"train": 4}, "scores": {"train": 1}})
    with pytest.raises(UserError) as refused:
        send(other)
    for line in (
        "v1.0.0 is published with other content",
        "data/scores/train-00000-of-00001.parquet is not in it",
        "data/sft/train-00000-of-00001.parquet differs",
        "data/rl/train-00000-of-00001.parquet is in it, and not here",
        "raise `version` in the recipe",
    ):
        assert line in str(refused.value)
    assert len(hub.repo(REPO).commits) == 2


def test_an_older_version_is_refused(send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path, "1.10.0"))
    with pytest.raises(UserError, match=r"has v1\.10\.0 already, and this is v1\.9\.0"):
        send(release(tmp_path, "1.9.0"))


def test_files_of_an_earlier_version_leave_in_the_same_commit(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path))
    hub.repo(REPO).push({"LICENSE": b"MIT"}, title="License")
    second = release(tmp_path, "1.1.0", splits={"sft": {"train": 2}})
    (second / "funnel.svg").unlink()  # of the first version's lock, and not under data/
    (second / "recipe.lock.yaml").unlink()
    lock(second, "1.1.0")
    done = send(second, onto=hub.repo(REPO).head)
    files = hub.repo(REPO).files("v1.1.0")
    assert {name for name in files if name not in contents(second)} == {".gitattributes", "LICENSE"}
    assert sorted(done.changes.deleted) == [
        "data/rl/train-00000-of-00001.parquet",
        "data/sft/validation-00000-of-00001.parquet",
        "funnel.svg",
    ]
    assert [commit.title for commit in hub.repo(REPO).commits][:2] == ["v1.1.0", "License"]


def test_a_dry_run_reads_and_sends_nothing(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    said: list[str] = []
    first = send(folder, dry_run=True, told=said.append)
    assert (first.what, first.sha) == ("dry run", "")
    assert first.changes.added == {name: len(data) for name, data in contents(folder).items()}
    assert said[1:] == [
        f"{REPO}: would be created, private",
        f"{REPO}: v1.0.0: 8 files to add, 0 to change, 0 to delete; 0.0 MB",
    ]
    send(folder)
    asked = len(hub.requests)
    second = send(release(tmp_path, "1.0.1", splits={"sft": {"train": 3}}), dry_run=True)
    assert (second.what, second.sha) == ("dry run", hub.repo(REPO).head)
    assert "data/sft/train-00000-of-00001.parquet" in second.changes.changed
    assert set(second.changes.deleted) >= {"data/rl/train-00000-of-00001.parquet"}
    assert {request.split()[0] for request in hub.requests[asked:]} <= {"GET", "HEAD"}


def test_a_release_that_was_changed_after_it_was_built_is_refused(send: Publish, tmp_path: Path) -> None:
    def cause(change: Callable[[Path], object], version: str) -> str:
        folder = release(tmp_path, version)
        change(folder)
        with pytest.raises(UserError) as refused:
            send(folder)
        return str(refused.value)

    funnel = "funnel.json"
    assert "funnel.json was changed after" in cause(lambda folder: (folder / funnel).write_text("{}"), "1.0.0")
    assert "funnel.json is missing" in cause(lambda folder: (folder / funnel).unlink(), "1.0.1")
    assert "README_zh.md is missing" in cause(lambda folder: (folder / "README_zh.md").unlink(), "1.0.2")
    assert "data/x.parquet is no part of it" in cause(lambda folder: (folder / "data/x.parquet").touch(), "1.0.3")
    assert "holds no release" in cause(lambda folder: (folder / "recipe.lock.yaml").unlink(), "1.0.4")


def test_a_repository_is_public_if_asked_for(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path), private=False)
    assert not hub.repo(REPO).private


def test_a_wrong_token_and_none_say_how_to_log_in(
    hub: Hub, send: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = client(hub, monkeypatch, token="hf_notTheToken")
    with pytest.raises(UserError, match=r"401 .*\n  log in with `hf auth login`, or set HF_TOKEN") as refused:
        send(release(tmp_path), api=wrong)
    assert "hf_notTheToken" not in str(refused.value)


@pytest.mark.parametrize(("repo", "said"), [("others/tiny", "403 .*\n  the token may not do this"), ("a b/c", "a b/c")])
def test_a_repository_that_cannot_be_ours_is_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: str, said: str
) -> None:
    api = client(hub, monkeypatch)
    with pytest.raises(UserError, match=said):
        publish(release(tmp_path), repo, api=api, pauses=())


SCRIPT = """
import json, sys
from pathlib import Path
from curate.release.publish import publish
from curate.release.fetch import fetched
from datasets import load_dataset

first, second = (publish(Path(folder), "org/tiny").sha for folder in sys.argv[1:])
found = {}
for sha in (second, first):
    for config in ("sft", "rl") if sha == first else ("sft",):
        rows = load_dataset("org/tiny", config, revision=sha)
        found[f"{config} {rows['train'][0]['version']}"] = {split: len(rows[split]) for split in rows}
stream = load_dataset("org/tiny", "sft", split="train", revision="v1.1.0", streaming=True)
found["stream"] = [row["version"] for row in stream]
found["fetched"] = sorted(path.name for path in fetched("org/tiny", "v1.1.0").folder.iterdir())
print(json.dumps(found))
"""


def test_both_versions_load_with_datasets(hub: Hub, tmp_path: Path) -> None:
    folders = [release(tmp_path), release(tmp_path, "1.1.0", splits={"sft": {"train": 2}})]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, folders)],
        env={**kept, **hub.env(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[3])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "sft 1.1.0": {"train": 2},
        "sft 1.0.0": {"train": 3, "validation": 1},
        "rl 1.0.0": {"train": 2},
        "stream": ["1.1.0", "1.1.0"],
        "fetched": [
            *(".gitattributes", "README.md", "README_zh.md", "data"),
            *("funnel.json", "funnel.svg", "recipe.lock.yaml"),
        ],
    }
