"""A publish while the Hub fails: the whole version is there or none, and the same call completes it."""

import re
from pathlib import Path
from typing import Any

import pytest

from curate.errors import UserError
from tests.curate.release.client import REPO, Publish, whole
from tests.curate.release.folders import release
from tests.doubles.hub import Hub

# huggingface_hub hands files to httpx2 in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

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
    hub.mend()
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
    hub.mend()
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
