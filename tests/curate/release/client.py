"""huggingface_hub in the test's own process, so that one Hub and its client are made in a moment."""

import time
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi

from tests.doubles.hub import Hub


def client(hub: Hub, patch: pytest.MonkeyPatch, token: str | None = None) -> HfApi:
    """A client of this Hub alone, which does not sleep between its own tries."""
    patch.setattr("huggingface_hub.utils._detect_agent._fetch_registry", lambda: None)  # would ask another Hub
    patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    quick = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    for module in ("utils._http", "file_download"):
        patch.setattr(f"huggingface_hub.{module}.time", quick)
    return HfApi(endpoint=hub.url, token=token or hub.token)
