"""What others committed to a dataset since its last version, and whether a new one may be built upon it.

A new version may follow the last one, an edit of a card's notes, or a commit that was looked at (--onto). All else is
refused, with who changed what. A publish that was cut between its commit and its tag is nobody else's.
"""

import difflib
from collections.abc import Iterable

from cards.notes import with_notes
from curate.errors import UserError
from curate.release.hub import Hub, sent
from curate.release.lock import CARDS
from curate.release.parcel import Parcel, Standing, changes, stale, standing
from curate.release.secrets import find_secrets

_COMMITS, _FILES, _LINES, _WIDTH = 10, 20, 60, 300  # of a refusal


def complete(parcel: Parcel, last: Standing, head: Standing) -> bool:
    """Whether the head is this version already, and nothing beside it was touched since the last one."""
    ours = set(parcel.files) | set(stale(parcel, last))
    return not changes(parcel, head) and touched(last, head) <= ours


def touched(last: Standing, head: Standing) -> set[str]:
    """Files that were added, changed or deleted between two commits."""
    names = {*last.files, *head.files}
    return {name for name in names if last.files.get(name) != head.files.get(name)}


def last_version(hub: Hub, repo: str, sha: str | None, head: Standing) -> Standing:
    """The commit of the last version; without one, what the Hub itself made of a new repository."""
    if sha is not None:
        return head if sha == head.sha else standing(hub, repo, sha)
    made = [name for name in (".gitattributes", "README.md") if name in head.files and not _written(head, name)]
    cards = {name: text for name, text in head.cards.items() if name in made}
    return Standing("", {name: head.files[name] for name in made}, cards, frozenset())


def refuse_others(
    hub: Hub, repo: str, tag: str, last: Standing, head: Standing, parcel: Parcel, onto: str | None
) -> None:
    """Raises UserError where somebody changed more than the notes of the cards since the last version, unless `onto`
    names the head; and where `onto` names another commit."""
    if onto is not None and (len(onto) < 7 or not head.sha.startswith(onto)):
        raise UserError(
            f"'{repo}': --onto {onto} is not its last commit, which is {head.sha}\n  look at that one, and name it"
        )
    names = touched(last, head)
    if onto is not None or all(_notes_only(name, last, head) for name in names):
        return
    lines = [f"'{repo}' was changed since {tag or 'it was created'}:"]
    lines += [f"  {line}" for line in _commits(hub, repo, last, head)]
    lines += [f"  {line}" for line in bounded((f"{name}: {_how(name, last, head)}" for name in sorted(names)), _FILES)]
    lines += [f"  {line}" for name in CARDS if name in names for line in _diff(name, last, head)]
    if gone := [name for name in stale(parcel, head) if name in names]:
        lines += [f"  {line}" for line in bounded((f"{name} would be deleted" for name in gone), _FILES)]
    lines.append(f"  look at it; to publish upon it, cards replaced but for their notes: --onto {head.sha}")
    raise refusal(lines)


def _written(head: Standing, name: str) -> bool:
    """Whether a card of the first commit says anything but YAML, as one that the Hub makes does not."""
    text = head.cards.get(name, "")
    parts = text.split("---", 2) if text.startswith("---") else []
    return bool((parts[2] if len(parts) == 3 else text).strip())


def _notes_only(name: str, last: Standing, head: Standing) -> bool:
    """Whether a card is the last version's but for its notes."""
    if name not in last.cards or name not in head.cards:
        return False
    try:
        return with_notes(last.cards[name], "") == with_notes(head.cards[name], "")
    except ValueError:
        return False


def _commits(hub: Hub, repo: str, last: Standing, head: Standing) -> list[str]:
    commits = sent(
        hub,
        f"listing the commits of {repo}",
        lambda: hub.api.list_repo_commits(repo, repo_type="dataset", revision=head.sha),
        persistent=True,
    )
    ids = [commit.commit_id for commit in commits]
    since = commits[: ids.index(last.sha)] if last.sha in ids else commits
    return bounded((f"{one.commit_id[:7]} '{one.title}' by {', '.join(one.authors)}" for one in since), _COMMITS)


def _how(name: str, last: Standing, head: Standing) -> str:
    return "added" if name not in last.files else "changed" if name in head.files else "deleted"


def _diff(name: str, last: Standing, head: Standing) -> list[str]:
    old, new = (one.cards.get(name, "").splitlines() for one in (last, head))
    return bounded(difflib.unified_diff(old, new, f"{name} then", f"{name} now", lineterm="", n=1), _LINES)


def bounded(lines: Iterable[str], most: int) -> list[str]:
    """The first lines, and how many more there are."""
    lines = list(lines)
    return lines if len(lines) <= most else [*lines[:most], f"... and {len(lines) - most} more"]


def refusal(lines: Iterable[str]) -> UserError:
    """These lines, which others wrote in part: without characters that a terminal obeys, and without secrets."""
    text = "\n".join("".join(char if char.isprintable() else " " for char in line) for line in lines)
    for one in reversed(find_secrets(text)):
        text = f"{text[: one.start]}<{one.kind}>{text[one.end :]}"
    return UserError("\n".join(line[:_WIDTH] for line in text.split("\n")))
