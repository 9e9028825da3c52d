"""What the Hub's double answers to those who read: users, repositories, refs, listings and files.

GET /api/datasets/org/name/revision/v1.0.0         ->  {"id": "org/name", "sha": "0b5f...", "siblings": [...]}
GET /datasets/org/name/resolve/main/README.md      ->  its bytes, with X-Repo-Commit and ETag
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from tests.doubles.hub_store import Commit, File, Repository
from tests.doubles.hub_web import (
    ORGANISATIONS,
    USER,
    Handler,
    Refused,
    Reply,
    Request,
    State,
    commit_at,
    readable,
    writable,
)


def _whoami(state: State, request: Request) -> Reply:
    if not request.signed_in:
        raise Refused(401, "Invalid username or password.")
    organisations = [{"type": "org", "name": name, "fullname": name} for name in ORGANISATIONS]
    token = {"type": "access_token", "accessToken": state.token}
    return Reply(200, {"type": "user", "id": "u1", "name": USER, "orgs": organisations, "auth": token})


def _auth_check(state: State, request: Request, name: str, write: str | None = None) -> Reply:
    (writable if write else readable)(state, request, name)
    return Reply(200, b"")


def _info(state: State, request: Request, name: str, revision: str = "main") -> Reply:
    repository = readable(state, request, name)
    commit, blobs = commit_at(repository, revision), request.query.get("blobs") == "true"
    siblings = []
    for path, file in commit.tree.items():
        sizes = {"blobId": file.oid, "size": len(file.data)} if blobs else {}
        large = {"lfs": _large(file) | {"sha256": file.sha256}} if blobs and file.large else {}
        siblings.append({"rfilename": path} | sizes | large)
    known = {"id": name, "author": name.partition("/")[0], "sha": commit.id, "lastModified": commit.date}
    return Reply(200, known | {"private": repository.private, "gated": False, "tags": [], "siblings": siblings})


def _refs(state: State, request: Request, name: str) -> Reply:
    repository = readable(state, request, name)

    def listed(kind: str, refs: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": ref, "ref": f"refs/{kind}/{ref}", "targetCommit": sha} for ref, sha in refs.items()]

    tags, branches = listed("tags", repository.tags), listed("heads", repository.branches)
    return Reply(200, {"tags": tags, "branches": branches, "converts": []})


def _commits(state: State, request: Request, name: str, revision: str) -> Reply:
    repository = readable(state, request, name)
    listed = [
        {"id": commit.id, "title": commit.title, "message": commit.message, "date": commit.date}
        | {"authors": [{"user": commit.author, "avatar": ""}]}
        for commit in repository.history(commit_at(repository, revision))
    ]
    return Reply(200, listed)


def _tree(state: State, request: Request, name: str, revision: str, folder: str = "") -> Reply:
    repository = readable(state, request, name)
    commit, prefix = commit_at(repository, revision), f"{folder}/" if folder else ""
    inside = [path.removeprefix(prefix) for path in commit.tree if path.startswith(prefix)]
    if folder and not inside:
        raise Refused(404, f'{folder} does not exist on "{revision}"', "EntryNotFound")
    folders = {path[: at.start()] for path in inside for at in re.finditer("/", path)}
    recursive, expand = (request.query.get(name) == "true" for name in ("recursive", "expand"))
    paths = [prefix + path for path in sorted({*inside, *folders}) if recursive or "/" not in path]
    return Reply(200, [_entry(repository, commit, path, expand) for path in paths])


def _paths_info(state: State, request: Request, name: str, revision: str) -> Reply:
    repository = readable(state, request, name)
    commit, asked = commit_at(repository, revision), parse_qs(request.body.decode())
    known = [path for path in asked.get("paths", []) if any(f"{file}/".startswith(f"{path}/") for file in commit.tree)]
    return Reply(
        200, [_entry(repository, commit, path, asked.get("expand", [""])[0].lower() == "true") for path in known]
    )


def _entry(repository: Repository, commit: Commit, path: str, expand: bool) -> dict[str, object]:
    file = commit.tree.get(path)
    if file is None:  # a folder; no client looks at its id
        entry: dict[str, object] = {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
    else:
        entry = {"type": "file", "oid": file.oid, "size": len(file.data), "path": path}
        entry |= {"lfs": _large(file) | {"oid": file.sha256}} if file.large else {}
    if expand:
        last = repository.last_change(commit, path)
        entry["lastCommit"] = {"id": last.id, "title": last.title, "date": last.date}
    return entry


def _large(file: File) -> dict[str, object]:
    return {"size": len(file.data), "pointerSize": len(file.blob)}


def _resolve(state: State, request: Request, name: str, revision: str, path: str) -> Reply:
    commit = commit_at(readable(state, request, name), revision)
    headers, file = {"X-Repo-Commit": commit.id}, commit.tree.get(path)
    if file is None:
        raise Refused(404, "Entry not found", "EntryNotFound", headers)
    if not file.large:
        return _content(request, file.data, headers | {"ETag": f'"{file.etag}"'})
    headers |= {"X-Linked-Etag": f'"{file.etag}"', "X-Linked-Size": str(len(file.data))}
    return Reply(302, b"", headers | {"Location": f"{state.elsewhere}/_lfs/{file.sha256}"})


def _object(state: State, request: Request, oid: str) -> Reply:
    """A large file by its hash; such addresses are signed on the Hub, so no token is asked for."""
    if oid not in state.objects:
        raise Refused(404, "Object not found")
    return _content(request, state.objects[oid], {"ETag": f'"{oid}"'})


def _content(request: Request, data: bytes, headers: dict[str, str]) -> Reply:
    """The bytes, or the one range of them that was asked for."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if asked is None or asked[0] == "bytes=-":
        return Reply(200, data, headers)
    first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
    end = min(int(asked[2]) + 1, len(data)) if asked[1] and asked[2] else len(data)
    if first >= end:
        raise Refused(416, "Range Not Satisfiable", headers={"Content-Range": f"bytes */{len(data)}"})
    return Reply(206, data[first:end], headers | {"Content-Range": f"bytes {first}-{end - 1}/{len(data)}"})


_API, _ONE = r"/api/datasets/([\w.-]+/[\w.-]+)", "([^/]+)"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/api/whoami-v2", _whoami),
    ("GET", _API, _info),
    ("GET", f"{_API}/auth-check", _auth_check),
    ("GET", f"{_API}/auth-check/(write)", _auth_check),
    ("GET", f"{_API}/revision/{_ONE}", _info),
    ("GET", f"{_API}/refs", _refs),
    ("GET", f"{_API}/commits/{_ONE}", _commits),
    ("GET", f"{_API}/tree/{_ONE}", _tree),
    ("GET", f"{_API}/tree/{_ONE}/(.+)", _tree),
    ("POST", f"{_API}/paths-info/{_ONE}", _paths_info),
    ("GET", rf"/datasets/([\w.-]+/[\w.-]+)/resolve/{_ONE}/(.+)", _resolve),
    ("HEAD", rf"/datasets/([\w.-]+/[\w.-]+)/resolve/{_ONE}/(.+)", _resolve),
    ("GET", f"/_lfs/{_ONE}", _object),
]
"""Method, path and handler; a part of the path arrives unquoted."""
