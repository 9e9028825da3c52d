"""What a Hub keeps: repositories as git holds them, commits on branches with tags, a snapshot of all files per commit.

    repository = Repository("org/name", objects={})
    repository.push({"README.md": b"..."}, title="first")  ->  "0b5f..." (40 hex digits)
    repository.files("v1.0.0")                              ->  {"README.md": b"..."}

Ids are hashes of content and dates are counted, so the same changes give the same repository.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch
from itertools import pairwise

LARGE = ("*.parquet", "*.arrow", "*.bin", "*.gz", "*.zip", "*.zst")
ATTRIBUTES = "".join(f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in LARGE).encode()
_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


def is_large(path: str, size: int) -> bool:
    """Whether the Hub asks for this file as a large one (LFS)."""
    return size > 1_000_000 or (size > 0 and any(fnmatch(path, pattern) for pattern in LARGE))


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one file; git holds those of a large one as a pointer."""

    data: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def blob(self) -> bytes:
        return _POINTER.format(self.sha256, len(self.data)).encode() if self.large else self.data

    @property
    def oid(self) -> str:
        """The id that git gives the blob."""
        return hashlib.sha1(b"blob %d\0" % len(self.blob) + self.blob).hexdigest()

    @property
    def etag(self) -> str:
        """What the Hub knows the content by: the ETag of a download, the `oid` of a preupload."""
        return self.sha256 if self.large else self.oid


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: all files as they are after it."""

    id: str
    parent: str | None
    title: str
    author: str
    message: str
    date: str
    tree: Mapping[str, File]


class Repository:
    """One dataset repository, from its first commit on; `objects` is where the Hub keeps large files by their hash."""

    def __init__(self, name: str, objects: dict[str, bytes], private: bool = False) -> None:
        self.name, self.objects, self.private = name, objects, private
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self._commits: dict[str, Commit] = {}

    @property
    def head(self) -> str:
        """The id of the last commit on main."""
        return self.branches["main"]

    @property
    def commits(self) -> list[Commit]:
        """The commits of main, newest first."""
        return self.history(self._commits[self.head])

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """The files at a branch, tag or commit; KeyError for a revision that is not there."""
        commit = self.find(revision)
        if commit is None:
            raise KeyError(revision)
        return {path: file.data for path, file in commit.tree.items()}

    def push(self, files: Mapping[str, bytes | None], title: str = "Update", author: str = "bob") -> str:
        """Somebody else's commit on main: these files added or replaced, those that are None deleted; its id."""
        added = {path: File(data, is_large(path, len(data))) for path, data in files.items() if data is not None}
        return self.commit("main", added, [path for path in files if path not in added], title, author).id

    def find(self, revision: str) -> Commit | None:
        """The commit of a branch, a tag, or a full id."""
        return self._commits.get(self.branches.get(revision) or self.tags.get(revision) or revision)

    def history(self, commit: Commit) -> list[Commit]:
        """A commit and those before it, newest first."""
        commits = [commit]
        while (parent := commits[-1].parent) is not None:
            commits.append(self._commits[parent])
        return commits

    def last_change(self, commit: Commit, path: str) -> Commit:
        """The newest commit, up to the given one, that changed a file or what lies in a folder."""
        history = self.history(commit)
        for newer, older in pairwise(history):
            if _below(newer.tree, path) != _below(older.tree, path):
                return newer
        return history[-1]

    def commit(
        self, branch: str, added: Mapping[str, File], deleted: Iterable[str], title: str, author: str, message: str = ""
    ) -> Commit:
        """A new head of a branch."""
        parent = self.find(self.branches[branch]) if branch in self.branches else None
        tree = dict(parent.tree) if parent else {}
        for path in deleted:
            del tree[path]
        tree = dict(sorted((tree | dict(added)).items()))
        self.objects.update({file.sha256: file.data for file in added.values() if file.large})
        key = [parent and parent.id, title, [(path, file.oid) for path, file in tree.items()]]
        sha = hashlib.sha1(json.dumps(key).encode()).hexdigest()
        date = datetime(2026, 1, 1) + timedelta(minutes=len(self._commits))
        made = Commit(sha, parent.id if parent else None, title, author, message, f"{date:%FT%T}.000Z", tree)
        self._commits[sha] = made
        self.branches[branch] = sha
        return made


def _below(tree: Mapping[str, File], path: str) -> dict[str, File]:
    return {name: file for name, file in tree.items() if name == path or name.startswith(f"{path}/")}
