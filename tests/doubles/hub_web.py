"""What the answers of the Hub's double are made of: a request, its reply, a refusal, and who may see and change what.

readable(state, request, "org/name")  ->  the Repository, or Refused(404, "Repository not found", "RepoNotFound")
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.hub_store import Commit, Repository

USER, ORGANISATIONS = "alice", ("org",)


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose token, if it has one, is that of the user; names of headers are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def signed_in(self) -> bool:
        return "authorization" in self.headers

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body: bytes, or what becomes JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Ends a request with an error; the clients choose their exception by the status and the code."""

    def __init__(self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> None:
        named = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        self.reply = Reply(status, {"error": message}, {**named, **(headers or {})})


@dataclass(slots=True)
class State:
    """All that the Hub holds."""

    url: str
    elsewhere: str
    """Where large files are served: another host, since the clients follow a redirect within one by themselves."""
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=lambda: {"displayName": "double", "role": "write"})
    """What the Hub says of the user's token."""

    def create(self, name: str, files: Mapping[str, bytes], private: bool = False) -> None:
        self.repositories[name] = Repository(name, self.objects, private)
        self.repositories[name].push(files, "initial commit", USER)


Handler = Callable[..., Reply]
"""Takes the state, the request, and the parts of the path that its route names."""


def readable(state: State, request: Request, name: str) -> Repository:
    """A repository that may be seen; the Hub does not tell hidden ones from those that do not exist."""
    repository = state.repositories.get(name)
    if repository is not None and (not repository.private or _is_member(request, name)):
        return repository
    if request.signed_in:
        raise Refused(404, "Repository not found", "RepoNotFound")
    raise Refused(401, "Invalid username or password.", "RepoNotFound")


def writable(state: State, request: Request, name: str) -> Repository:
    """A repository that may be changed."""
    repository = readable(state, request, name)
    check_member(request, name)
    return repository


def check_member(request: Request, name: str) -> None:
    """Refuses who may not write where this repository lies."""
    if not request.signed_in:
        raise Refused(401, "Invalid username or password.")
    if not _is_member(request, name):
        raise Refused(403, "You don't have the rights to write in this namespace.")


def commit_at(repository: Repository, revision: str) -> Commit:
    """The commit of a branch, a tag or an id."""
    commit = repository.find(revision)
    if commit is None:
        raise no_revision(revision)
    return commit


def no_revision(revision: str) -> Refused:
    return Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def _is_member(request: Request, name: str) -> bool:
    return request.signed_in and name.partition("/")[0] in (USER, *ORGANISATIONS)
