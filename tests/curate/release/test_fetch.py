from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.errors import UserError
from curate.release.fetch import Held, fetched, parse, resolved
from curate.release.hub import Hub as Caller
from tests.curate.release.client import client
from tests.doubles.hub import Hub

REPO = "org/tiny"
FILES = {"README.md": "# 一".encode(), "data/[a]*.parquet": b"PAR1 first", "data/b.jsonl": b"{}\n"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A dataset of two versions: the second lost a file and changed another."""
    with Hub(REPO, FILES) as hub:
        repo = hub.repo(REPO)
        repo.tags["v1.0.0"] = repo.head
        repo.tags["v1.1.0"] = repo.push({"data/b.jsonl": None, "README.md": "# 二".encode()})
        yield hub


@pytest.fixture
def caller(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return Caller(client(hub, monkeypatch), pauses=(0.0, 0.0))


def contents(folder: Path) -> dict[str, bytes]:
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(".cache/")}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("org/name@v1.0.0", ("org/name", "v1.0.0")),
        ("org/name", ("org/name", "main")),
        ("o.r-g/n_a.m-e@refs/convert/parquet", ("o.r-g/n_a.m-e", "refs/convert/parquet")),
    ],
)
def test_a_name_is_a_repository_and_a_revision(name: str, parts: tuple[str, str]) -> None:
    assert parse(name) == parts


@pytest.mark.parametrize("name", ["name", "org/name@", "org/name@v1@v2", "org/name/x", "runs/a b", "@v1", "机构/名"])
def test_what_is_no_such_name_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"write org/name or org/name@v1\.0\.0"):
        parse(name)


def test_a_revision_is_one_commit(hub: Hub, caller: Caller) -> None:
    tags = hub.repo(REPO).tags
    assert resolved(REPO, "v1.0.0", caller) == tags["v1.0.0"]
    assert resolved(REPO, hub=caller) == tags["v1.1.0"]
    assert resolved(REPO, tags["v1.0.0"], caller) == tags["v1.0.0"]


def test_a_revision_that_is_not_there_names_those_that_are(caller: Caller) -> None:
    with pytest.raises(UserError) as refused:
        resolved(REPO, "1.1.0", caller)
    assert str(refused.value).splitlines() == [
        f"'{REPO}' has no revision '1.1.0'; did you mean 'v1.1.0'?",
        "  its tags: v1.0.0, v1.1.0",
    ]


def test_a_repository_that_is_not_there_is_told(caller: Caller) -> None:
    with pytest.raises(UserError, match=r"reading org/other@v1: 404 .*\n  there is no such thing, or the token has no"):
        resolved("org/other", "v1", caller)


@pytest.mark.parametrize("into", [None, "here"])
def test_a_version_is_here_with_its_files_alone(hub: Hub, caller: Caller, tmp_path: Path, into: str | None) -> None:
    for version in ("v1.0.0", "v1.1.0"):
        got = fetched(REPO, version, tmp_path / into / version if into else None, caller)
        assert (got.repo, got.revision, got.sha) == (REPO, version, hub.repo(REPO).tags[version])
        assert contents(got.folder) == hub.repo(REPO).files(version)


@pytest.mark.parametrize("kind", [503, "cut"])
@pytest.mark.parametrize("path", ["/revision/", "/tree/"])
def test_a_cached_revision_never_answers_for_another(hub: Hub, caller: Caller, path: str, kind: int | str) -> None:
    fetched(REPO, "v1.0.0", hub=caller)
    hub.fault(kind, "GET", path, times=99)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="the Hub does not answer"):
        fetched(REPO, "v1.1.0", hub=caller)


def test_a_folder_with_files_of_another_version_is_refused(hub: Hub, caller: Caller, tmp_path: Path) -> None:
    fetched(REPO, "v1.0.0", tmp_path / "here", caller)
    with pytest.raises(UserError, match=r"holds data/b\.jsonl, which org/tiny@v1\.1\.0 does not; name an empty folder"):
        fetched(REPO, "v1.1.0", tmp_path / "here", caller)


@pytest.mark.parametrize("name", ["README.md", "data/[a]*.parquet"])
def test_a_cache_that_was_damaged_is_found_and_mended_as_told(hub: Hub, caller: Caller, name: str) -> None:
    folder = fetched(REPO, "v1.0.0", hub=caller).folder
    blob = (folder / name).resolve()
    blob.write_bytes(bytes(len(FILES[name])))
    with pytest.raises(UserError) as refused:
        fetched(REPO, "v1.0.0", hub=caller)
    assert f"{name} is not here as the Hub lists it\n  delete '{blob}'" in str(refused.value)
    blob.unlink()
    assert contents(fetched(REPO, "v1.0.0", hub=caller).folder) == FILES


@pytest.mark.parametrize("kind", [503, 429, "cut", "lost"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/revision/"), ("GET", "/tree/"), ("HEAD", "/"), ("GET", "/_lfs")]
)
def test_a_fault_that_passes_is_waited_for(
    hub: Hub, caller: Caller, tmp_path: Path, method: str, path: str, kind: int | str
) -> None:
    hub.fault(kind, method, path)  # type: ignore[arg-type]
    assert contents(fetched(REPO, "v1.0.0", tmp_path / "here", caller).folder) == FILES


def test_what_the_hub_lists_is_compared_by_content(tmp_path: Path) -> None:
    large = Held(5, "of the pointer", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    small = Held(5, "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0", None)  # printf hello | git hash-object --stdin
    path = tmp_path / "hello"
    path.write_bytes(b"hello")
    for held in (large, small):
        assert held.equals(b"hello")
        assert held.equals(path)
        assert not held.equals(b"hallo")
        assert not held.equals(b"hello ")
        assert not held.equals(tmp_path / "missing")
