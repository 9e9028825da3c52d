"""The Hub's double before the real clients, each in a process of its own as they read HF_ENDPOINT when imported."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.doubles.hub import Hub

START = """
import json
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download, snapshot_download

def failed(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception as error:
        return [type(error).__name__, getattr(getattr(error, "response", None), "status_code", None)]

api = HfApi()
"""


def client(hub: Hub, folder: Path, script: str) -> Any:
    """What a script of a client process leaves in `found`; `api` is its HfApi, `failed` what a call raises."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    env = {**kept, **hub.env(folder / "home")}
    code = f"{START}{script}\nprint(json.dumps(found))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder to upload: a card, two configs in Parquet, a file above a megabyte."""
    folder = tmp_path / "release"
    for config in ("sft", "rl"):
        (folder / "data" / config).mkdir(parents=True)
        rows = pl.DataFrame({"config": [config] * 3, "prompt": ["净利润是多少？", "How much?", "为何？"]})
        rows.write_parquet(folder / "data" / config / "train-00000-of-00001.parquet")
    configs = [f"- config_name: {c}\n  data_files: data/{c}/train-*.parquet\n" for c in ("sft", "rl")]
    (folder / "README.md").write_text(f"---\nlicense: mit\nconfigs:\n{''.join(configs)}---\n# 报告\n")
    (folder / "funnel.json").write_bytes(b" " * 1_100_000)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_published_tagged_and_fetched_back(release: Path, tmp_path: Path) -> None:
    script = """
data = {"repo_id": "org/finance", "repo_type": "dataset"}
found = {"user": api.whoami()["name"]}
api.create_repo(**data, private=True)
found["again"] = failed(api.create_repo, **data)
found["first"] = api.upload_folder(**data, folder_path="release", commit_message="v1.0.0").oid
found["nothing new"] = api.upload_folder(**data, folder_path="release").oid
api.create_tag(**data, tag="v1.0.0", tag_message="release")
found["tag again"] = failed(api.create_tag, **data, tag="v1.0.0")
delete = CommitOperationDelete("funnel.json")
add = CommitOperationAdd("notes.txt", b"later")
found["second"] = api.create_commit(**data, operations=[delete, add], commit_message="later").oid
api.create_branch(**data, branch="dev", revision="v1.0.0")
refs = api.list_repo_refs(**data)
found["refs"] = {ref.name: ref.target_commit for ref in [*refs.tags, *refs.branches]}
info = api.dataset_info("org/finance", revision="v1.0.0", files_metadata=True)
found["info"] = [info.sha, {s.rfilename: [s.size, s.lfs and s.lfs.sha256] for s in info.siblings}]
found["commits"] = [[c.commit_id, c.title, c.authors] for c in api.list_repo_commits(**data)]
found["files"] = api.list_repo_files(**data)
entries = api.list_repo_tree(**data, recursive=True, expand=True)
found["changed"] = {entry.path: entry.last_commit.oid for entry in entries}
found["paths"] = [entry.path for entry in api.get_paths_info(**data, paths=["data", "notes.txt", "none"])]
snapshot_download(**data, revision="v1.0.0", local_dir="back")
missing = {"file": ["none.txt", None], "revision": ["README.md", "v9"]}
found["missing"] = {m: failed(hf_hub_download, **data, filename=f, revision=r) for m, (f, r) in missing.items()}
found["missing"]["repo"] = failed(api.dataset_info, "org/none")
found["missing"]["folder"] = failed(lambda: list(api.list_repo_tree(**data, path_in_repo="none")))
gone = [CommitOperationDelete("none.txt")]
found["missing"]["deleted"] = failed(api.create_commit, **data, operations=gone, commit_message="m")
api.update_repo_settings(**data, private=False)
api.delete_tag(**data, tag="v1.0.0")
found["missing"]["tag"] = failed(api.delete_tag, **data, tag="v1.0.0")
"""
    with Hub() as hub:
        found = client(hub, tmp_path, script)
        repository = hub.repo("org/finance")
        first, second = found["first"], found["second"]
        wanted = contents(release)
        assert found["user"] == "alice"
        assert found["again"] == found["tag again"] == ["HfHubHTTPError", 409]
        assert found["nothing new"] == first
        assert found["refs"] == {"v1.0.0": first, "main": second, "dev": first}
        assert [title for _, title, _ in found["commits"]] == ["later", "v1.0.0", "initial commit"]
        assert [(c.id, c.title, [c.author]) for c in repository.commits] == [tuple(c) for c in found["commits"]]
        sha, siblings = found["info"]
        assert sha == first
        assert {name: size for name, (size, _) in siblings.items() if name != ".gitattributes"} == {
            name: len(data) for name, data in wanted.items()
        }
        large = {name for name, (_, sha256) in siblings.items() if sha256 is not None}
        assert large == wanted.keys() - {"README.md"}
        assert set(found["files"]) == repository.files().keys()
        assert found["files"] == sorted({*wanted, ".gitattributes", "notes.txt"} - {"funnel.json"})
        assert found["changed"]["notes.txt"] == second
        assert found["changed"]["data/sft"] == found["changed"]["README.md"] == first
        assert found["paths"] == ["data", "notes.txt"]
        back = contents(tmp_path / "back")
        assert {name: back[name] for name in wanted} == wanted
        assert found["missing"] == {
            "file": ["RemoteEntryNotFoundError", 404],
            "revision": ["RevisionNotFoundError", 404],
            "repo": ["RepositoryNotFoundError", 404],
            "folder": ["RemoteEntryNotFoundError", 404],
            "deleted": ["RemoteEntryNotFoundError", 404],
            "tag": ["RevisionNotFoundError", 404],
        }
        assert repository.head == second
        assert not repository.private
        assert repository.tags == {}
        assert repository.files("dev").items() >= wanted.items()
        puts = [request for request in hub.requests if request.startswith("PUT /_lfs/")]
        assert len(puts) == len(set(puts)) == len(large)


def test_datasets_loads_a_config_at_a_revision_and_streams_it(release: Path, tmp_path: Path) -> None:
    script = """
from datasets import load_dataset
arguments = {"path": "org/finance", "name": "rl", "split": "train"}
found = {"v1": list(load_dataset(**arguments, revision="v1")["config"])}
found["main"] = list(load_dataset(**arguments)["config"])
found["streamed"] = [row["prompt"] for row in load_dataset(**arguments, revision="v1", streaming=True)]
"""
    with Hub("org/finance", contents(release)) as hub:
        repository = hub.repo("org/finance")
        repository.tags["v1"] = repository.head
        two = pl.read_parquet(release / "data/rl/train-00000-of-00001.parquet").head(2)
        two.write_parquet(release / "two.parquet")
        path = "data/rl/train-00000-of-00001.parquet"
        repository.push({path: (release / "two.parquet").read_bytes(), "funnel.json": None}, "fewer", "bob")
        found = client(hub, tmp_path, script)
        assert found == {"v1": ["rl"] * 3, "main": ["rl"] * 2, "streamed": ["净利润是多少？", "How much?", "为何？"]}
        assert (repository.commits[0].author, repository.commits[0].title) == ("bob", "fewer")
        assert "funnel.json" not in repository.files()
        assert "funnel.json" in repository.files("v1")


def test_a_commit_after_somebody_elses_and_faults_as_the_client_sees_them(tmp_path: Path) -> None:
    script = """
data = {"repo_id": "org/name", "repo_type": "dataset"}
def commit(text, parent=None):
    add = CommitOperationAdd("a.txt", text.encode())
    return api.create_commit(**data, operations=[add], commit_message=text, parent_commit=parent).oid
old, head = json.load(open("shas.json"))
found = {"conflict": failed(commit, "mine", old)}
found["cut"] = failed(commit, "cut", head)
found["lost"] = failed(commit, "lost", head)
found["after lost"] = failed(commit, "again", head)
found["busy"] = failed(api.create_tag, **data, tag="v1.0.0")
api.create_tag(**data, tag="v1.0.0")
"""
    with Hub("org/name", {"a.txt": b"1"}) as hub:
        repository = hub.repo("org/name")
        shas = [repository.head, repository.push({"b.txt": b"2"})]
        (tmp_path / "shas.json").write_text(json.dumps(shas))
        hub.fault("cut", "POST", "/commit/main", after=1)
        hub.fault("lost", "POST", "/commit/main", after=1)
        hub.fault(503, "POST", "/tag/")
        found = client(hub, tmp_path, script)
        assert found["conflict"] == found["after lost"] == ["HfHubHTTPError", 412]
        assert found["cut"] == found["lost"] == ["RemoteProtocolError", None]
        assert found["busy"] == ["HfHubHTTPError", 503]
        assert [commit.title for commit in repository.commits] == ["lost", "Update", "initial commit"]
        assert repository.files() == {"a.txt": b"lost", "b.txt": b"2"}
        assert repository.tags == {"v1.0.0": repository.head}
