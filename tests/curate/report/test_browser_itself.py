"""The browser of the tests complains of all that a page must not do."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import watched

FAULTS = {
    "<p>nothing</p>": "",
    "<img src='http://a.invalid/x.png'>": "asked for: http://a.invalid/x.png",
    "<img src='other.png'>": "asked for: file:",
    "<script>new WebSocket('ws://a.invalid')</script>": "ws://a.invalid",
    "<script>fetch('file:///etc/hosts').catch(() => 0)</script>": "file:///etc/hosts",
    "<script>alert(1)</script>": "dialog: 1",
    "<script>nobody.knows()</script>": "error: nobody is not defined",
    "<script>console.log('here')</script>": "log: here",
}


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_is_seen(page: Page, tmp_path: Path, body: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><html><body>{body}</body></html>", encoding="utf-8")
    assert page.context.browser is not None
    with watched(page.context.browser) as (opened, faults):
        opened.goto(path.as_uri())
        opened.wait_for_timeout(100)
    assert FAULTS[body] in "\n".join(faults)
    assert bool(faults) == bool(FAULTS[body])
