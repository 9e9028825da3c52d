"""An empty Hub, and a way to publish a folder there."""

from collections.abc import Iterator

import pytest

from curate.release.publish import publish
from tests.curate.release.client import REPO, Publish, client
from tests.doubles.hub import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def send(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Publishes a folder as org/tiny, with two further tries that wait for nothing."""
    api = client(hub, monkeypatch)
    return lambda folder, **given: publish(folder, REPO, **{"pauses": (0.0, 0.0), "api": api, **given})
