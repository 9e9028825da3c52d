"""A version is published: what is sent, what is refused, who may."""

import json
import os
import signal
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("# ", "# 99,999 rows. ", 1), "README_zh.md was changed after it was built"),
        (lambda text: text.replace("<!-- notes -->", ""), "README_zh.md was changed after it was built"),
        (lambda text: text + "\udcff", "README_zh.md was changed after it was built"),
        (lambda text: text.replace("<!-- notes -->", "<!-- notes -->Ask <us@org.example>, 13912345678"), None),
    ],
)
def test_a_card_is_as_it_was_built_but_for_its_notes(
    hub: Hub, send: Publish, tmp_path: Path, change: Callable[[str], str], said: str | None
) -> None:
    folder = release(tmp_path)
    card = folder / "README_zh.md"
    card.write_text(change(card.read_text()), errors="surrogateescape")
    if said:
        with pytest.raises(UserError, match=f"{said}\n  build it again"):
            send(folder)
        assert hub.requests == []
    else:
        assert send(folder).what == "published"
        assert "\nAsk <us@org.example>, 13912345678\n" in hub.repo(REPO).files("v1.0.0")[card.name].decode()


def test_a_lock_that_states_no_hash_of_the_cards_is_refused(send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    text = (folder / "recipe.lock.yaml").read_text()
    (folder / "recipe.lock.yaml").write_text(text.replace("cards:", "others:"))
    with pytest.raises(UserError, match=r"recipe\.lock\.yaml states no hash of README\.md\n  build it again"):
        send(folder)


def test_a_repository_is_public_if_asked_for(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path), private=False)
    assert not hub.repo(REPO).private


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_to_be_private_is_not_sent_into_the_public(
    hub: Hub, send: Publish, tmp_path: Path, dry_run: bool
) -> None:
    send(release(tmp_path), private=False)
    before = hub.repo(REPO).head
    with pytest.raises(
        UserError, match=r"'org/tiny' is public, .* private.*\n  write `publish: \{private: false\}` .*--pu"
    ):
        send(release(tmp_path, "1.1.0"), dry_run=dry_run)
    assert (hub.repo(REPO).head, list(hub.repo(REPO).tags)) == (before, ["v1.0.0"])


def test_what_may_be_public_stays_private_where_the_repository_is(hub: Hub, send: Publish, tmp_path: Path) -> None:
    said: list[str] = []
    send(release(tmp_path))
    assert send(release(tmp_path, "1.1.0"), private=False, told=said.append).what == "published"
    assert f"{REPO}: is there, private" in said
    assert hub.repo(REPO).private


@pytest.mark.parametrize(
    ("configs", "first"), [(["scores", "rl", "sft"], "sft"), (["rejects", "rl"], "rl"), (["scores"], "scores")]
)
def test_the_first_config_is_told(send: Publish, tmp_path: Path, configs: list[str], first: str) -> None:
    folder = release(tmp_path, splits={config: {"train": 1} for config in configs})
    assert [send(folder, dry_run=True).config, send(folder).config, send(folder).config] == [first] * 3


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


def python(code: str, hub: Hub, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A program of its own beside this Hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**kept, **hub.env(home / "home"), "PYTHONPATH": str(Path(__file__).parents[3])},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


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


KILLED = """
import os, signal, sys
from pathlib import Path
from curate.release.publish import publish

def told(line):
    if len(sys.argv) > 2 and sys.argv[2] in line:
        os.kill(os.getpid(), signal.SIGKILL)

print(publish(Path(sys.argv[1]), "org/tiny", told=told).what)
"""


@pytest.mark.parametrize(
    ("line", "commits", "what"),
    [
        ("files to add", 1, "published"),
        (": commit ", 2, "completed"),
        ("fetched back", 2, "completed"),
        (": tag v", 2, "unchanged"),
    ],
)
def test_a_publish_that_was_killed_is_completed_by_the_same_command(
    hub: Hub, tmp_path: Path, line: str, commits: int, what: str
) -> None:
    folder = release(tmp_path)
    assert python(KILLED, hub, tmp_path, str(folder), line).returncode == -signal.SIGKILL
    assert len(hub.repo(REPO).commits) == commits
    again = python(KILLED, hub, tmp_path, str(folder))
    assert again.stdout.split() == [what], again.stderr
    assert whole(hub, folder)
    assert [commit.title for commit in hub.repo(REPO).commits] == ["v1.0.0", "initial commit"]


def test_both_versions_load_with_datasets(hub: Hub, tmp_path: Path) -> None:
    folders = [release(tmp_path), release(tmp_path, "1.1.0", splits={"sft": {"train": 2}})]
    ran = python(SCRIPT, hub, tmp_path, *map(str, folders))
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
