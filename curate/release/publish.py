"""One version of a dataset, published on the Hub: one commit, fetched back and compared, then its tag.

    publish(Path("runs/quickstart/release/v1.0.0"), "org/name").what  ->  "published", and "unchanged" the next time

A version is its tag and the commit that the tag names. Whatever fails before the tag leaves no version, and the same
call again completes it. What others committed is refused or merged (curate.release.since), never overwritten unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from curate.configs import CONFIGS
from curate.errors import UserError
from curate.release.fetch import brought, digest
from curate.release.hub import ONE, PAUSES, Hub, connected, quiet, sent
from curate.release.noted import as_published, noted, refuse_secrets, unsent
from curate.release.parcel import Changes, Parcel, Standing, changes, packed, standing
from curate.release.since import bounded, complete, last_version, refuse_others
from curate.release.versions import ordered

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_EMPTY = Standing("", {}, {}, frozenset())


@dataclass(frozen=True, slots=True)
class Published:
    """What became of it. what: published, completed (an earlier try lacked only the tag), unchanged, or dry run; sha:
    the version's commit, for a dry run the one that it would follow; changes: to the commit before; config: the first
    that it has, "" for none, of sft, rl, scores and rejects."""

    repo: str
    version: str
    sha: str
    what: str
    url: str
    changes: Changes
    config: str


def publish(
    folder: Path,
    repo: str,
    *,
    private: bool = True,
    dry_run: bool = False,
    onto: str | None = None,
    told: Callable[[str], None] = quiet,
    pauses: tuple[float, ...] = PAUSES,
    api: "HfApi | None" = None,
) -> Published:
    """Publishes the release in `folder` as a version of `repo`, a dataset on the Hub that is created if it is missing.

    private: whether a repository that is created is; into one that is public nothing private is sent. dry_run: read
    all, send nothing. onto: the commit of somebody else, looked at, that the version may follow. Raises UserError for
    what is refused, and where the Hub fails.
    """
    hub = Hub(api, pauses, told) if api else connected(told, pauses)
    parcel = packed(folder)
    refuse_secrets(parcel)
    name = sent(hub, "asking the Hub who you are", hub.api.whoami)["name"]
    told(f"{repo}: as {name} at {hub.api.endpoint}")
    is_there = _opened(hub, repo, private, dry_run)
    plan = _planned(hub, repo, parcel, onto) if is_there else _upon(parcel, _EMPTY)
    told(f"{repo}: {parcel.tag}: {_told(plan)}")
    if plan.what == "unchanged":
        return _published(hub, repo, plan, plan.head.sha)
    if dry_run:
        return _published(hub, repo, replace(plan, what="dry run"), plan.head.sha)
    sha = plan.head.sha if plan.what == "completed" else _commit(hub, repo, plan)
    _fetch_back(hub, repo, plan.parcel, sha)
    _tag(hub, repo, plan.parcel, sha)
    return _published(hub, repo, plan, sha)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done: the parcel with the notes that hold, the head that it follows, and what changes in it."""

    what: str
    parcel: Parcel
    head: Standing
    changes: Changes


def _opened(hub: Hub, repo: str, private: bool, dry_run: bool) -> bool:
    """Whether the repository is there, which it is afterwards but for a dry run. Raises UserError for a public one
    where private is asked for."""
    from huggingface_hub.errors import RepositoryNotFoundError

    seen = "private" if private else "public"
    try:
        info = sent(hub, f"looking at {repo}", lambda: hub.api.dataset_info(repo), but=(RepositoryNotFoundError,))
        if private and not info.private:
            raise UserError(
                f"'{repo}' is public, and the release is to be private, as is the default"
                "\n  write `publish: {private: false}` into the recipe, or use --public"
            )
        hub.told(f"{repo}: is there, {'private' if info.private else 'public'}")
    except RepositoryNotFoundError:
        if dry_run:
            hub.told(f"{repo}: would be created, {seen}")
            return False
        # A reply may be lost, and then the second try finds what the first one made.
        make = partial(hub.api.create_repo, repo, repo_type="dataset", private=private, exist_ok=True)
        sent(hub, f"creating {repo}", make)
        hub.told(f"{repo}: created, {seen}")
    return True


def _planned(hub: Hub, repo: str, parcel: Parcel, onto: str | None) -> _Plan:
    sha, tags = _refs(hub, repo)
    if parcel.tag in tags:
        return _again(hub, repo, parcel, tags[parcel.tag])
    versions = {order: tag for tag in tags if (order := ordered(tag)) is not None}
    latest = versions[max(versions)] if versions else ""
    if latest and max(versions) > (ordered(parcel.tag) or ()):
        raise UserError(f"'{repo}' has {latest} already, and this is {parcel.tag}; raise `version` in the recipe")
    head = standing(hub, repo, sha)
    last = last_version(hub, repo, tags.get(latest), head)
    parcel = noted(parcel, latest, last, head)
    refuse_secrets(parcel)
    if complete(parcel, last, head):
        return replace(_upon(parcel, head), what="completed")
    refuse_others(hub, repo, latest, last, head, parcel, onto)
    return _upon(parcel, head)


def _upon(parcel: Parcel, head: Standing) -> _Plan:
    return _Plan("published", parcel, head, changes(parcel, head))


def _refs(hub: Hub, repo: str) -> tuple[str, dict[str, str]]:
    """The last commit of main, and the commit of each tag."""
    refs = sent(hub, f"reading the tags of {repo}", lambda: hub.api.list_repo_refs(repo, repo_type="dataset"))
    heads = [branch.target_commit for branch in refs.branches if branch.name == "main"]
    if not heads:
        raise UserError(f"'{repo}' has no branch main\n  make one on the Hub, or name another repository with --repo")
    return heads[0], {tag.name: tag.target_commit for tag in refs.tags}


def _again(hub: Hub, repo: str, parcel: Parcel, sha: str) -> _Plan:
    """The version that is published already. Raises UserError where it has other content."""
    there = standing(hub, repo, sha)
    for name in unsent(parcel, there):
        hub.told(f"{repo}: {name}: {parcel.tag} has other notes than are here, and keeps them; edit them on the Hub")
    parcel = as_published(parcel, there)
    if others := changes(parcel, there):
        names = [f"{name} is not in it" for name in others.added]
        names += [f"{name} differs" for name in others.changed]
        names += [f"{name} is in it, and not here" for name in others.deleted]
        found = "".join(f"\n  {line}" for line in bounded(names, 20))
        raise UserError(
            f"'{repo}': {parcel.tag} is published with other content:{found}\n  raise `version` in the recipe"
        )
    return _Plan("unchanged", parcel, there, others)


def _told(plan: _Plan) -> str:
    if plan.what != "published":
        return {"unchanged": "is published with this content", "completed": "is there, but for its tag"}[plan.what]
    todo = plan.changes
    size = sum(todo.added.values()) + sum(todo.changed.values())
    counts = f"{len(todo.added)} files to add, {len(todo.changed)} to change, {len(todo.deleted)} to delete"
    return f"{counts}; {size / 1e6:,.1f} MB"


def _commit(hub: Hub, repo: str, plan: _Plan) -> str:
    """Sends one commit upon the head that was looked at; its id."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    parcel, todo = plan.parcel, plan.changes
    adds = [CommitOperationAdd(name, _content(parcel.files[name])) for name in (*todo.added, *todo.changed)]
    deletes = [CommitOperationDelete(name, is_folder=False) for name in todo.deleted]
    upload = partial(hub.api.preupload_lfs_files, repo, adds, repo_type="dataset", free_memory=False, num_threads=ONE)
    sent(hub, f"sending files to {repo}", upload, persistent=True)
    commit = sent(
        hub,
        f"committing to {repo}",
        lambda: (
            hub.api.create_commit(
                repo,
                [*adds, *deletes],
                commit_message=parcel.tag,
                commit_description=f"{parcel.name} {parcel.version}, by fincurate",
                repo_type="dataset",
                parent_commit=plan.head.sha,
            ).oid
        ),
        settled=lambda: _settled(hub, repo, plan),
    )
    hub.told(f"{repo}: commit {commit}")
    return commit


def _content(content: Path | bytes) -> str | bytes:
    return str(content) if isinstance(content, Path) else content


def _settled(hub: Hub, repo: str, plan: _Plan) -> str | None:
    """Whether a commit whose reply was lost is there: its id, or None where the head is as before."""
    sha, _ = _refs(hub, repo)
    if sha == plan.head.sha:
        return None
    if not complete(plan.parcel, plan.head, standing(hub, repo, sha)):
        raise UserError(f"'{repo}': somebody else committed in the meantime\n  run the command again to see what")
    return sha


def _fetch_back(hub: Hub, repo: str, parcel: Parcel, sha: str) -> None:
    """Brings the commit here and compares every file with the one that was sent."""
    with TemporaryDirectory() as into:
        folder = brought(hub, repo, sha, parcel.files, Path(into))
        wrong = [
            name
            for name, content in parcel.files.items()
            if not (folder / name).is_file() or digest(folder / name) != digest(content)
        ]
    if wrong:
        raise UserError(
            f"'{repo}': {wrong[0]} of commit {sha} is not what was sent, so it got no tag {parcel.tag}"
            f"\n  look at it on the Hub; to publish upon it: --onto {sha}"
        )
    hub.told(f"{repo}: {len(parcel.files)} files fetched back, each as it was sent")


def _tag(hub: Hub, repo: str, parcel: Parcel, sha: str) -> None:
    """Tags the commit, and looks: a tag that was there already, or whose reply was lost, must name the same commit."""
    tag = partial(hub.api.create_tag, repo, tag=parcel.tag, revision=sha, repo_type="dataset", exist_ok=True)
    sent(hub, f"tagging {repo}", tag)
    if (found := _refs(hub, repo)[1].get(parcel.tag)) != sha:
        raise UserError(f"'{repo}': {parcel.tag} names commit {found}, not {sha}; somebody else published it")
    hub.told(f"{repo}: tag {parcel.tag}")


def _published(hub: Hub, repo: str, plan: _Plan, sha: str) -> Published:
    at = plan.parcel.tag if plan.what != "dry run" else "main"
    url = f"{hub.api.endpoint}/datasets/{repo}/tree/{at}"
    config = next((one for one in CONFIGS if any(name.startswith(f"data/{one}/") for name in plan.parcel.files)), "")
    return Published(repo, plan.parcel.version, sha, plan.what, url, plan.changes, config)
