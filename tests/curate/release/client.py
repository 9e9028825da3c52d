"""huggingface_hub in the test's own process, so that one Hub and its client are made in a moment."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi

from curate.release.publish import Published
from tests.curate.release.folders import contents
from tests.doubles.hub import Hub

REPO = "org/tiny"
Publish = Callable[..., Published]


def client(hub: Hub, patch: pytest.MonkeyPatch, token: str | None = None) -> HfApi:
    """A client of this Hub alone, which does not sleep between its own tries."""
    patch.setattr("huggingface_hub.utils._detect_agent._fetch_registry", lambda: None)  # would ask another Hub
    patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    quick = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    for module in ("utils._http", "file_download"):
        patch.setattr(f"huggingface_hub.{module}.time", quick)
    return HfApi(endpoint=hub.url, token=token or hub.token)


def whole(hub: Hub, folder: Path, tag: str = "v1.0.0") -> bool:
    """Whether the tag names a commit with exactly the files of the folder, beside what the Hub itself made."""
    files = hub.repo(REPO).files(tag)
    return {name: data for name, data in files.items() if name != ".gitattributes"} == contents(folder)
