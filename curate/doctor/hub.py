"""The Hub, as `curate publish` meets it: the token and where it comes from, who one is there, the right to write."""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from curate.doctor.finding import Finding
from curate.errors import UserError
from curate.release.hub import connected, sent

_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_LOG_IN = "`hf auth login`, or HF_TOKEN with write access"
_WRITES = ("repo.write", "repo.content.write")


def hub(repo: str | None, calls: bool) -> Iterator[Finding]:
    """The token, who its owner is, and whether both may write to the repository that a recipe publishes to."""
    where = token_from()
    if where is None:
        mend = _LOG_IN if repo else ""
        yield Finding(
            "Hub token", "warn" if repo else "ok", "none; only publishing, and closed datasets, need one", mend
        )
        return
    yield Finding("Hub token", "ok", f"from {where}")
    if not calls:
        return
    reached = connected(pauses=())
    try:
        who = sent(reached, "asking the Hub who you are", reached.api.whoami)
    except UserError as error:
        said, _, mend = str(error).partition("\n")
        yield Finding("Hub", "fail" if repo else "warn", said, mend)
        return
    auth = who.get("auth", {}).get("accessToken", {})
    teams = [one["name"] for one in who.get("orgs", ())]
    member = f", member of {', '.join(teams)}" if teams else ""
    yield Finding("Hub", "ok", f"{who['name']}{member}, {_role(auth)} token, at {reached.api.endpoint}")
    if repo is not None:
        yield _may_write(repo, auth, [str(who["name"]), *teams]) or _asked(repo)


def token_from() -> str | None:
    """Where the token comes from, by huggingface_hub's own order; never the token."""
    from huggingface_hub import constants

    if os.environ.get("HF_OIDC_RESOURCE"):
        return "HF_OIDC_RESOURCE, a trusted publisher"
    if variable := next((name for name in _VARIABLES if os.environ.get(name, "").strip()), None):
        return variable
    path = Path(constants.HF_TOKEN_PATH)
    try:
        return str(path) if path.read_text(encoding="utf-8").strip() else None
    except OSError:
        return None


def _role(auth: Mapping[str, Any]) -> str:
    role = str(auth.get("role", "unknown"))
    return {"fineGrained": "fine-grained"}.get(role, role)


def _may_write(repo: str, auth: Mapping[str, Any], names: list[str]) -> Finding | None:
    """What forbids a version to be written, as far as the token itself tells; None where nothing does."""
    home = repo.partition("/")[0]
    if auth.get("role") == "read":
        return Finding(f"Hub {repo}", "fail", "the token may only read", _LOG_IN)
    if home not in names:
        mend = f"publish to one of {', '.join(names)}, or ask {home} to let you in"
        return Finding(f"Hub {repo}", "fail", f"'{home}' is neither you nor an organisation of yours", mend)
    if auth.get("role") != "fineGrained":
        return None
    for scope in auth.get("fineGrained", {}).get("scoped", ()):
        named = scope.get("entity", {}).get("name", "")
        if named in (home, repo, f"datasets/{repo}") and set(_WRITES) & set(scope.get("permissions", ())):
            return None
    mend = f"give it write access to the repositories of {home}, or to {repo} alone"
    return Finding(f"Hub {repo}", "fail", "the fine-grained token may not write there", mend)


def _asked(repo: str) -> Finding:
    """What the Hub itself says of the right to write."""
    from huggingface_hub.errors import RepositoryNotFoundError

    hub = connected(pauses=())
    ask = partial(hub.api.auth_check, repo, repo_type="dataset", write=True)
    try:
        sent(hub, f"asking for the right to write to {repo}", ask, but=(RepositoryNotFoundError,))
    except RepositoryNotFoundError:
        return Finding(f"Hub {repo}", "ok", "is not there yet; `curate publish` creates it")
    except UserError as error:
        said, _, mend = str(error).partition("\n")
        return Finding(f"Hub {repo}", "fail", said, mend)
    return Finding(f"Hub {repo}", "ok", "is there, and may be written")
