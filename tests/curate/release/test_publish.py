import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cards.notes import with_notes
from curate.errors import UserError
from curate.release.publish import Published, publish
from tests.curate.release.client import client
from tests.curate.release.folders import contents, lock, release
from tests.doubles.hub import Hub

# huggingface_hub hands files to httpx2 in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

REPO = "org/tiny"
Publish = Callable[..., Published]

# Every request of a publish but for downloads of further files: method, path, and which one of its kind.
STEPS = [
    ("GET", "/api/whoami-v2$", 0),
    ("GET", f"/api/datasets/{REPO}$", 0),
    ("POST", "/api/repos/create$", 0),
    ("GET", "/refs$", 0),
    ("GET", "/tree/", 0),
    ("POST", "/preupload/", 0),
    ("POST", "/info/lfs/objects/batch$", 0),
    ("PUT", "/_lfs/", 0),
    ("PUT", "/_lfs/", 2),
    ("POST", "/_lfs/verify/", 0),
    ("POST", "/api/validate-yaml$", 0),
    ("POST", "/commit/main$", 0),
    ("GET", "/tree/", 1),
    ("HEAD", "/resolve/", 0),
    ("GET", "/resolve/", 0),
    ("GET", "/_lfs/", 1),
    ("POST", "/tag/", 0),
    ("GET", "/refs$", 1),
]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def send(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    api = client(hub, monkeypatch)
    return lambda folder, **given: publish(folder, REPO, **{"pauses": (0.0, 0.0), "api": api, **given})


def whole(hub: Hub, folder: Path, tag: str = "v1.0.0") -> bool:
    """Whether the tag names a commit with exactly the files of the folder, beside what the Hub itself made."""
    files = hub.repo(REPO).files(tag)
    return {name: data for name, data in files.items() if name != ".gitattributes"} == contents(folder)


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


# Faults


def test_the_steps_are_all_requests_of_a_publish(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path))
    unknown = [
        request
        for request in hub.requests
        if not any(request.startswith(f"{method} ") and re.search(path, request) for method, path, _ in STEPS)
    ]
    assert [request for request in unknown if "agent-harnesses" not in request] == []


@pytest.mark.parametrize("kind", [503, 429, "cut", "lost", 412])
@pytest.mark.parametrize(("method", "path", "after"), STEPS)
def test_a_fault_of_one_step_leaves_the_whole_version_or_none(
    hub: Hub, send: Publish, tmp_path: Path, method: str, path: str, after: int, kind: Any
) -> None:
    folder = release(tmp_path)
    hub.fault(kind, method, path, after=after)
    if kind == 412:
        with pytest.raises(UserError, match="412 Precondition Failed\n  somebody else committed in the meantime"):
            send(folder)
        assert not tagged(hub) or whole(hub, folder)
    else:
        assert send(folder).what == "published"
    assert send(folder).what in ("published", "completed", "unchanged")
    assert whole(hub, folder)
    assert [commit.title for commit in hub.repo(REPO).commits] == ["v1.0.0", "initial commit"]


@pytest.mark.parametrize("kind", [503, "cut", "lost"])
@pytest.mark.parametrize(("method", "path", "after"), STEPS)
def test_a_fault_that_lasts_leaves_the_whole_version_or_none(
    hub: Hub, send: Publish, tmp_path: Path, method: str, path: str, after: int, kind: Any
) -> None:
    folder = release(tmp_path)
    hub.fault(kind, method, path, times=99, after=after)
    if (path, kind) == ("/commit/main$", "lost"):  # the first try took effect, and that is looked at
        assert send(folder).what == "published"
    else:
        with pytest.raises(UserError, match=r"the Hub does not answer: .*\n  run the command again later"):
            send(folder)
    assert not tagged(hub) or whole(hub, folder)
    hub._faults.clear()
    send(folder)
    assert whole(hub, folder)
    assert [commit.title for commit in hub.repo(REPO).commits] == ["v1.0.0", "initial commit"]


def tagged(hub: Hub) -> bool:
    try:
        return "v1.0.0" in hub.repo(REPO).tags
    except KeyError:
        return False


@pytest.mark.parametrize("path", ["/tree/", "/resolve/", "/tag/"])
def test_a_publish_that_was_cut_after_its_commit_is_completed(
    hub: Hub, send: Publish, tmp_path: Path, path: str
) -> None:
    folder = release(tmp_path)
    send(folder)
    second = release(tmp_path, "1.1.0", splits={"sft": {"train": 2}})
    for method in ("GET", "HEAD", "POST"):
        hub.fault("cut", method, path, times=99, after=2 if path == "/tree/" else 6 if path == "/resolve/" else 0)
    with pytest.raises(UserError):
        send(second)
    hub._faults.clear()
    head = hub.repo(REPO).head
    assert (hub.repo(REPO).commits[0].title, list(hub.repo(REPO).tags)) == ("v1.1.0", ["v1.0.0"])
    done = send(second)
    assert (done.what, done.sha) == ("completed", head)
    assert whole(hub, second, "v1.1.0")


def test_a_commit_upon_a_publish_that_was_cut_is_looked_at(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    hub.fault(403, "POST", "/tag/")
    with pytest.raises(UserError, match="403"):
        send(folder)
    theirs = hub.repo(REPO).push({"LICENSE": b"MIT"})
    with pytest.raises(UserError, match=f"LICENSE: added(.|\\n)*--onto {theirs}"):
        send(folder)
    assert hub.repo(REPO).tags == {}


def test_what_comes_back_otherwise_than_it_was_sent_gets_no_tag(hub: Hub, send: Publish, tmp_path: Path) -> None:
    def damage(line: str) -> None:
        if line.startswith(f"{REPO}: commit "):
            (folder / "funnel.svg").write_text("<svg>")

    folder = release(tmp_path)
    with pytest.raises(UserError, match=r"funnel\.svg of commit \w+ is not what was sent, so it got no tag v1\.0\.0"):
        send(folder, told=damage)
    assert hub.repo(REPO).tags == {}


def test_waiting_is_told_and_the_token_is_not(hub: Hub, send: Publish, tmp_path: Path) -> None:
    said: list[str] = []
    hub.fault(429, "POST", "/repos/create")
    send(release(tmp_path), told=said.append)
    assert f"creating {REPO}: 429 Too Many Requests; again in 0 s" in said
    assert hub.token not in "".join(said)


# Others


def test_a_commit_of_somebody_else_is_refused_and_accepted_by_its_id(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path))
    pushed = {"LICENSE": b"MIT", "data/sft/extra.parquet": b"PAR1", "funnel.svg": None}
    theirs = hub.repo(REPO).push(pushed, title="Tidy \x1b[31mup", author="bob")
    second = release(tmp_path, "1.1.0")
    with pytest.raises(UserError) as refused:
        send(second)
    assert str(refused.value).splitlines() == [
        f"'{REPO}' was changed since v1.0.0:",
        f"  {theirs[:7]} 'Tidy  [31mup' by bob",
        "  LICENSE: added",
        "  data/sft/extra.parquet: added",
        "  funnel.svg: deleted",
        "  data/sft/extra.parquet would be deleted",
        f"  look at it; to publish upon it, cards replaced but for their notes: --onto {theirs}",
    ]
    with pytest.raises(UserError, match=f"--onto {'0' * 40} is not its last commit, which is {theirs}"):
        send(second, onto="0" * 40)
    assert hub.repo(REPO).head == theirs
    assert send(second, onto=theirs).what == "published"
    files = hub.repo(REPO).files("v1.1.0")
    assert files.pop("LICENSE") == b"MIT"
    assert {name: data for name, data in files.items() if name != ".gitattributes"} == contents(second)


def test_a_repository_with_files_of_others_is_not_taken_for_a_new_one(send: Publish, hub: Hub, tmp_path: Path) -> None:
    send(release(tmp_path))
    del hub.repo(REPO).tags["v1.0.0"]
    with pytest.raises(UserError, match=r"was changed since it was created:\n.* 'v1.0.0' by alice"):
        send(release(tmp_path, "2.0.0"))


@pytest.mark.parametrize("readme", [b"", b"---\nlicense: mit\n---\n"])
def test_the_card_that_the_hub_made_is_nobodys_work(hub: Hub, send: Publish, tmp_path: Path, readme: bytes) -> None:
    with Hub(REPO, {".gitattributes": b"*.parquet filter=lfs\n", "README.md": readme}) as made:
        api = client(made, pytest.MonkeyPatch())
        done = send(release(tmp_path), api=api)
    assert (done.what, list(done.changes.changed)) == ("published", ["README.md"])


def test_notes_that_were_written_on_the_hub_are_kept(hub: Hub, send: Publish, tmp_path: Path) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    send(first)
    english = with_notes((first / "README.md").read_text(), "Ask *us* first.\n\n请先问我们。")
    chinese = (first / "README_zh.md").read_text().replace("<!-- notes -->\n", "<!-- notes --> 问我们 ")
    edited = {"README.md": english.encode(), "README_zh.md": chinese.encode()}
    hub.repo(REPO).push(edited, title="Notes")
    done = send(second)
    files = hub.repo(REPO).files("v1.1.0")
    assert files["README.md"].decode() == with_notes(
        (second / "README.md").read_text(), "Ask *us* first.\n\n请先问我们。"
    )
    assert files["README_zh.md"].decode() == with_notes((second / "README_zh.md").read_text(), " 问我们 ")
    assert send(second).what == "unchanged"
    assert done.what == "published"


def test_a_card_that_was_edited_elsewhere_is_refused_with_what_was_edited(
    hub: Hub, send: Publish, tmp_path: Path
) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    send(first)
    card = (first / "README.md").read_text()
    edited = with_notes(card.replace("Questions.", "Questions of finance."), "Kept.")
    theirs = hub.repo(REPO).push({"README.md": edited.encode()}, title="Card")
    with pytest.raises(UserError) as refused:
        send(second)
    assert "  README.md: changed\n" in str(refused.value)
    assert "\n  -Questions.\n  +Questions of finance.\n" in str(refused.value)
    send(second, onto=theirs[:10])
    text = hub.repo(REPO).files("v1.1.0")["README.md"].decode()
    assert text == with_notes((second / "README.md").read_text(), "Kept.")


def test_a_commit_between_looking_and_sending_is_not_overwritten(hub: Hub, send: Publish, tmp_path: Path) -> None:
    def push(line: str) -> None:
        if "files to add" in line:
            hub.repo(REPO).push({"LICENSE": b"MIT"})

    send(release(tmp_path))
    with pytest.raises(UserError, match=r"412 .*\n  somebody else committed in the meantime"):
        send(release(tmp_path, "1.1.0"), told=push)
    assert list(hub.repo(REPO).tags) == ["v1.0.0"]
    assert hub.repo(REPO).commits[0].author == "bob"


def test_a_lost_reply_is_not_taken_for_success_when_others_committed(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    send(folder)
    hub.fault("cut", "POST", "/commit/main")

    def push(line: str) -> None:
        if "files to add" in line:
            hub.repo(REPO).push({"data/sft/extra.parquet": b"PAR1"})

    with pytest.raises(UserError, match="somebody else committed in the meantime"):
        send(release(tmp_path, "1.1.0"), told=push)
    assert len(hub.repo(REPO).commits) == 3


def test_a_tag_of_somebody_else_is_not_ours(hub: Hub, send: Publish, tmp_path: Path) -> None:
    def tag(line: str) -> None:
        if "fetched back" in line:
            hub.repo(REPO).tags["v1.0.0"] = hub.repo(REPO).commits[-1].id

    with pytest.raises(UserError, match=r"v1\.0\.0 names commit .*; somebody else published it"):
        send(release(tmp_path), told=tag)


# Access


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


# As users have it: the environment, `datasets`, a cache


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
