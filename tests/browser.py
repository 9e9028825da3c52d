"""A page of a real browser, Debian's Chromium or a Chrome, for tests of the files that we write as HTML.

    from tests.browser import browser, page, pytest_pyfunc_call  # in a conftest.py
    def test_it_opens(page: Page, report: Path) -> None:
        page.goto(report.as_uri())

Whatever the page complains of, asks of the network or pops up fails the test. Playwright holds the event loop of its
thread for as long as the browser is there, and a run needs one too: so these tests have a thread of their own.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from inspect import signature
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


_THREAD = ThreadPoolExecutor(1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    if not executable():
        pytest.skip("no browser is on this machine: " + ", ".join(NAMES))
    stack = ExitStack()
    yield _THREAD.submit(stack.enter_context, launched()).result()
    _THREAD.submit(stack.close).result()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that speaks English, light, in a desktop's width; nothing is kept from one test to another."""
    stack = ExitStack()
    opened, faults = _THREAD.submit(stack.enter_context, watched(browser)).result()
    yield opened
    _THREAD.submit(opened.wait_for_timeout, 50).result()  # what is complained of last comes after the last action
    _THREAD.submit(stack.close).result()
    assert not faults, "\n".join(faults)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test of a page in the browser's thread."""
    if "page" not in pyfuncitem.funcargs:
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in signature(pyfuncitem.obj).parameters}
    _THREAD.submit(pyfuncitem.obj, **wanted).result()
    return True


def executable() -> str | None:
    """Where the browser is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser. Its sandbox needs rights that containers lack; nothing but our own files is opened."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of a context of its own, and the list of all that goes wrong in it. options: of the context."""
    faults: list[str] = []
    with browser.new_context(**{"locale": "en-GB", "viewport": DESKTOP, "color_scheme": "light", **options}) as context:
        opened = context.new_page()
        opened.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        opened.on("pageerror", lambda error: faults.append(f"error: {error}"))
        opened.on("dialog", lambda dialog: _dismissed(dialog, faults))
        opened.on("websocket", lambda socket: faults.append(f"asked for: {socket.url}"))
        context.route("**/*", lambda route, request: _local(route, request, faults))
        yield opened, faults


def _dismissed(dialog: Dialog, faults: list[str]) -> None:
    faults.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _local(route: Route, request: Request, faults: list[str]) -> None:
    """Lets files be opened, and nothing be loaded."""
    if request.url.startswith("file:") and request.is_navigation_request():
        route.continue_()
    else:
        faults.append(f"asked for: {request.url}")
        route.abort()


def wider_than_its_window(page: Page) -> bool:
    """Must the page be scrolled aside?"""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > innerWidth"))
