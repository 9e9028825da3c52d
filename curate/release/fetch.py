"""A version of a dataset brought here from the Hub, by its commit.

    parse("org/name@v1.0.0")            ->  ("org/name", "v1.0.0")
    fetched("org/name", "v1.0.0").sha   ->  "5ec77827..."

A name such as a tag is resolved first, and only files of that commit are read, each checked with the hash that the Hub
lists. So nothing else can answer: `load_dataset` alone takes any cached revision when the server fails.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from curate.errors import UserError, nearest
from curate.release.hub import ONE, Hub, connected, sent
from curate.release.lock import files_in, sha256

_NAME = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^\s@]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A version that is here: what was asked for, the commit that it is, and the folder with its files."""

    repo: str
    revision: str
    sha: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Held:
    """One file as the Hub lists it: its size, git's id of it, and its SHA-256 where it is a large file (LFS)."""

    size: int
    oid: str
    sha256: str | None

    def equals(self, content: Path | bytes) -> bool:
        """Whether a file here, or these bytes, have this content."""
        if isinstance(content, Path) and not content.is_file():
            return False
        if (content.stat().st_size if isinstance(content, Path) else len(content)) != self.size:
            return False
        if self.sha256 is not None:
            return digest(content) == self.sha256
        data = content.read_bytes() if isinstance(content, Path) else content
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == self.oid


def digest(content: Path | bytes) -> str:
    """The SHA-256 of a file, or of bytes, in hex."""
    return sha256(content) if isinstance(content, Path) else hashlib.sha256(content).hexdigest()


def parse(name: str) -> tuple[str, str]:
    """Repository and revision of `org/name@revision`; without a revision it is `main`, as for `load_dataset`.

    Raises UserError for what is no such name.
    """
    if (parts := _NAME.fullmatch(name)) is None:
        raise UserError(f"'{name}' does not name a dataset on the Hub; write org/name or org/name@v1.0.0")
    return parts["repo"], parts["revision"] or "main"


def resolved(repo: str, revision: str = "main", hub: Hub | None = None) -> str:
    """The commit that a tag, a branch or an abbreviated commit names now.

    Raises UserError for a repository or a revision that does not exist; the latter names the tags that do.
    """
    from huggingface_hub.errors import RevisionNotFoundError

    hub = hub or connected()
    what = f"reading {repo}@{revision}"
    try:
        info = sent(hub, what, lambda: hub.api.dataset_info(repo, revision=revision), but=(RevisionNotFoundError,))
    except RevisionNotFoundError:
        refs = sent(hub, f"reading the tags of {repo}", lambda: hub.api.list_repo_refs(repo, repo_type="dataset"))
        tags = [tag.name for tag in refs.tags]
        raise UserError(
            f"'{repo}' has no revision '{revision}'{nearest(revision, tags)}\n  its tags: {', '.join(tags) or 'none'}"
        ) from None
    return str(info.sha)


def listed(hub: Hub, repo: str, sha: str) -> dict[str, Held]:
    """All files of a commit, by their paths."""
    from huggingface_hub.hf_api import RepoFile

    entries = sent(
        hub,
        f"listing the files of {repo}@{sha[:7]}",
        lambda: list(hub.api.list_repo_tree(repo, recursive=True, revision=sha, repo_type="dataset")),
        persistent=True,
    )
    return {
        entry.path: Held(entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
        for entry in entries
        if isinstance(entry, RepoFile)
    }


def fetched(repo: str, revision: str = "main", into: Path | None = None, hub: Hub | None = None) -> Fetched:
    """A revision with all its files, in `into` or in huggingface_hub's cache, each with the hash that the Hub lists.

    Raises UserError for what does not exist or cannot be read, for a file that is not as listed, and for files in
    `into` that the revision does not have.
    """
    hub = hub or connected()
    sha = resolved(repo, revision, hub)
    files = listed(hub, repo, sha)
    folder = brought(hub, repo, sha, files, into)
    there = {name for name in files_in(folder) if not name.startswith(".cache/")}  # huggingface_hub's own notes
    if strange := sorted(there - set(files)):
        raise UserError(f"'{folder}' holds {strange[0]}, which {repo}@{revision} does not; name an empty folder")
    for name, held in files.items():
        if not held.equals(folder / name):
            wrong = (folder / name).resolve()  # in the cache, the file that the name is a link to
            raise UserError(
                f"{repo}@{revision}: {name} is not here as the Hub lists it\n  delete '{wrong}', and run it again"
            )
    return Fetched(repo, revision, sha, folder)


def brought(hub: Hub, repo: str, sha: str, names: Iterable[str], into: Path | None = None) -> Path:
    """The folder with these files of a commit, in `into` or in huggingface_hub's cache."""
    only = [re.sub(r"([*?[])", r"[\1]", name) for name in names]  # as patterns that match themselves alone
    return Path(
        sent(
            hub,
            f"fetching {repo}@{sha[:7]}",
            lambda: hub.api.snapshot_download(
                repo, repo_type="dataset", revision=sha, local_dir=into, allow_patterns=only, max_workers=ONE
            ),
        )
    )
