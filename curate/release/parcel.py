"""What is published: the files of a built release, and how they differ from what stands on the Hub at one commit.

    packed(Path("runs/NAME/release/v1.0.0")).tag              ->  "v1.0.0"
    changes(parcel, standing(hub, "org/name", sha)).deleted   ->  {"data/rl/validation-00000-of-00001.parquet": 4711}

What a card says outside its notes is as it was built; which notes are sent is said by curate.release.noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from curate.errors import UserError
from curate.release.fetch import Held, brought, digest, listed
from curate.release.hub import Hub
from curate.release.lock import CARDS, LOCK, card_digest, files_in, read_lock

Content = Path | bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """One version as it is sent: its files by their paths in the repository."""

    name: str
    version: str
    files: Mapping[str, Content]

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    def text(self, name: str) -> str:
        """A card's, or the lock's."""
        content = self.files[name]
        return (content if isinstance(content, bytes) else content.read_bytes()).decode()


@dataclass(frozen=True, slots=True)
class Standing:
    """A commit on the Hub: its files, the text of its cards, and which files its own lock lists."""

    sha: str
    files: Mapping[str, Held]
    cards: Mapping[str, str]
    locked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a commit would do to the one that stands: paths, each with the bytes that are sent or deleted."""

    added: Mapping[str, int]
    changed: Mapping[str, int]
    deleted: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted)


def packed(folder: Path) -> Parcel:
    """A built release, each file with the hash that its lock states, but for the notes of its cards.

    So it holds what was scanned when it was built. Cards are read once: what is looked at is what is sent. Raises
    UserError for what is no release, and for one whose files were changed after it was built.
    """
    if not (folder / LOCK).is_file():
        raise UserError(f"'{folder}' holds no release: no {LOCK}\n  build one with `curate release RUN`")
    lock = read_lock(folder)
    stated = lock["files"]
    files = {name: path for name, path in files_in(folder).items() if not name.startswith(".")}
    if missing := sorted({*stated, *CARDS} - set(files)):
        raise _rebuild(folder, f"{missing[0]} is missing")
    if strange := sorted(set(files) - {*stated, *CARDS, LOCK}):
        raise _rebuild(folder, f"{strange[0]} is no part of it")
    if unstated := [name for name in CARDS if name not in (lock.get("cards") or {})]:
        raise _rebuild(folder, f"{LOCK} states no hash of {unstated[0]}")
    cards = {name: files[name].read_bytes() for name in CARDS}
    changed = [name for name, entry in stated.items() if digest(files[name]) != entry["sha256"]]
    changed += [name for name, card in cards.items() if not _is_as_built(card, lock["cards"][name])]
    if changed:
        raise _rebuild(folder, f"{changed[0]} was changed after it was built")
    return Parcel(str(lock["name"]), str(lock["version"]), {**files, **cards})


def _is_as_built(card: bytes, stated: str) -> bool:
    """Whether a card's text outside its notes has the hash that the lock states; not where it has no place for them."""
    try:
        return card_digest(card) == stated
    except ValueError:
        return False


def _rebuild(folder: Path, found: str) -> UserError:
    return UserError(f"'{folder}': {found}\n  build it again with `curate release RUN`")


def standing(hub: Hub, repo: str, sha: str) -> Standing:
    """What a commit holds; only its cards and its lock are read, the rest is listed."""
    files = listed(hub, repo, sha)
    small = [name for name in (*CARDS, LOCK) if name in files]
    if not small:
        return Standing(sha, files, {}, frozenset())
    with TemporaryDirectory() as into:
        folder = brought(hub, repo, sha, small, Path(into))
        texts = {name: (folder / name).read_bytes().decode("utf-8", "replace") for name in small if name != LOCK}
        return Standing(sha, files, texts, _locked(folder))


def _locked(folder: Path) -> frozenset[str]:
    """The files that a lock lists; none for a stranger's file of that name."""
    try:
        return frozenset(read_lock(folder)["files"])
    except (UserError, TypeError):
        return frozenset()


def changes(parcel: Parcel, there: Standing) -> Changes:
    """What would make a commit that holds the parcel of one that stands.

    Deleted is what lies under data/ or what its lock lists, and what is no file of the parcel; a LICENSE or
    .gitattributes of others stays.
    """
    sizes = {name: _size(content) for name, content in parcel.files.items()}
    held = {name: there.files[name].equals(content) for name, content in parcel.files.items() if name in there.files}
    return Changes(
        {name: size for name, size in sizes.items() if name not in held},
        {name: sizes[name] for name, same in held.items() if not same},
        {name: there.files[name].size for name in stale(parcel, there)},
    )


def stale(parcel: Parcel, there: Standing) -> list[str]:
    """Files of other versions that stand there, and that the parcel does not have."""
    ours = {name for name in there.files if name.startswith("data/") or name in there.locked}
    return sorted(ours - set(parcel.files))


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size
