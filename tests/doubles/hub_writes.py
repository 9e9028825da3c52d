"""What the Hub's double answers to those who write: repositories, large files, commits and refs.

    POST /api/datasets/org/name/commit/main    ->  {"success": true, "commitOid": "0b5f...", ...}
      {"key": "header", "value": {"summary": "v1.0.0", "description": "", "parentCommit": "66c1..."}}
      {"key": "file", "value": {"path": "README.md", "content": "IyBUaXRsZQ==", "encoding": "base64"}}

Pull requests and copies of files within the Hub are left out.
"""

import base64
import json
from typing import Any

from tests.doubles.hub_store import ATTRIBUTES, File, is_large
from tests.doubles.hub_web import (
    USER,
    Handler,
    Refused,
    Reply,
    Request,
    State,
    check_member,
    commit_at,
    no_revision,
    writable,
)


def _create(state: State, request: Request) -> Reply:
    name = _name(request)
    check_member(request, name)
    created = {"url": f"{state.url}/datasets/{name}", "name": name, "id": name}
    if name in state.repositories:
        return Reply(409, {"error": f"You already created this dataset repo: {name}"} | created)
    state.create(name, {".gitattributes": ATTRIBUTES}, request.json().get("visibility") == "private")
    return Reply(200, created)


def _delete(state: State, request: Request) -> Reply:
    del state.repositories[writable(state, request, _name(request)).name]
    return Reply(200, {})


def _name(request: Request) -> str:
    asked = request.json()
    return f"{asked.get('organization') or USER}/{asked['name']}"


def _settings(state: State, request: Request, name: str) -> Reply:
    writable(state, request, name).private = request.json()["visibility"] == "private"
    return Reply(200, {})


def _validate_yaml(state: State, request: Request) -> Reply:
    return Reply(200, {"errors": [], "warnings": []})


def _preupload(state: State, request: Request, name: str, revision: str) -> Reply:
    commit = commit_at(writable(state, request, name), revision)
    files = []
    for asked in request.json()["files"]:
        mode = "lfs" if is_large(asked["path"], asked["size"]) else "regular"
        there = commit.tree.get(asked["path"])
        known = {"oid": there.etag} if there else {}
        files.append({"path": asked["path"], "uploadMode": mode, "shouldIgnore": False} | known)
    return Reply(200, {"files": files, "commitOid": commit.id})


def _batch(state: State, request: Request, name: str) -> Reply:
    writable(state, request, name)
    objects = []
    for asked in request.json()["objects"]:
        put, verify = ({"href": f"{state.url}/_lfs/{step}{asked['oid']}"} for step in ("", "verify/"))
        needed = {} if asked["oid"] in state.objects else {"actions": {"upload": put, "verify": verify}}
        objects.append({"oid": asked["oid"], "size": asked["size"], "authenticated": True} | needed)
    return Reply(200, {"transfer": "basic", "objects": objects})


def _upload(state: State, request: Request, oid: str) -> Reply:
    if File(request.body, large=True).sha256 != oid:
        raise Refused(400, "The content is not what was announced")
    state.objects[oid] = request.body
    return Reply(200, b"")


def _verify(state: State, request: Request, oid: str) -> Reply:
    if oid not in state.objects or len(state.objects[oid]) != request.json()["size"]:
        raise Refused(404, "Object not found")
    return Reply(200, {})


def _commit(state: State, request: Request, name: str, branch: str) -> Reply:
    repository = writable(state, request, name)
    if branch not in repository.branches:
        raise no_revision(branch)
    lines = [json.loads(line) for line in request.body.splitlines()]
    [header] = (line["value"] for line in lines if line["key"] == "header")
    added = {line["value"]["path"]: _added(state, line) for line in lines if line["key"] in ("file", "lfsFile")}
    deleted = [line["value"]["path"] for line in lines if line["key"] == "deletedFile"]
    if len(lines) != 1 + len(added) + len(deleted):
        raise ValueError("a line is of a kind that is not known here, or names a file again")
    if not repository.branches[branch].startswith(header.get("parentCommit", "")):
        raise Refused(412, "A commit has happened since. Please refresh and try again.")
    if not commit_at(repository, branch).tree.keys() >= set(deleted):
        raise Refused(404, "A file with this name doesn't exist", "EntryNotFound")
    made = repository.commit(branch, added, deleted, header["summary"], USER, header.get("description", ""))
    url = f"{state.url}/datasets/{name}/commit/{made.id}"
    return Reply(200, {"success": True, "commitOid": made.id, "commitUrl": url, "hookOutput": ""})


def _added(state: State, line: dict[str, Any]) -> File:
    value = line["value"]
    if line["key"] == "lfsFile":
        return File(state.objects[value["oid"]], large=True)
    return File(base64.b64decode(value["content"], validate=True), large=False)


def _tag(state: State, request: Request, name: str, revision: str) -> Reply:
    repository, tag = writable(state, request, name), request.json()["tag"]
    commit = commit_at(repository, revision)
    if tag in repository.tags:
        raise Refused(409, "Reference already exists")
    repository.tags[tag] = commit.id
    return Reply(200, {})


def _untag(state: State, request: Request, name: str, tag: str) -> Reply:
    if writable(state, request, name).tags.pop(tag, None) is None:
        raise no_revision(tag)
    return Reply(200, {})


def _branch(state: State, request: Request, name: str, branch: str) -> Reply:
    repository = writable(state, request, name)
    if branch in repository.branches:
        raise Refused(409, "Reference already exists")
    repository.branches[branch] = commit_at(repository, request.json().get("startingPoint", "main")).id
    return Reply(200, {})


_API, _ONE = r"/api/datasets/([\w.-]+/[\w.-]+)", "([^/]+)"
ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/api/repos/create", _create),
    ("DELETE", "/api/repos/delete", _delete),
    ("PUT", f"{_API}/settings", _settings),
    ("POST", "/api/validate-yaml", _validate_yaml),
    ("POST", f"{_API}/preupload/{_ONE}", _preupload),
    ("POST", r"/datasets/([\w.-]+/[\w.-]+)\.git/info/lfs/objects/batch", _batch),
    ("PUT", f"/_lfs/{_ONE}", _upload),
    ("POST", f"/_lfs/verify/{_ONE}", _verify),
    ("POST", f"{_API}/commit/{_ONE}", _commit),
    ("POST", f"{_API}/tag/{_ONE}", _tag),
    ("DELETE", f"{_API}/tag/{_ONE}", _untag),
    ("POST", f"{_API}/branch/{_ONE}", _branch),
]
"""Method, path and handler; a part of the path arrives unquoted."""
