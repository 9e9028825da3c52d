"""Runs whose pages are looked at, and a browser to look with."""

import pytest

import curate
from tests.browser import browser, page, pytest_pyfunc_call
from tests.curate.report.reports import judged

__all__ = ["browser", "page", "pytest_pyfunc_call"]


@pytest.fixture(scope="session")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """Judges that mostly meet the criteria."""
    return judged(tmp_path_factory.mktemp("judged") / "lenient", 0.9)


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """Judges that often do not, and another version of the recipe."""
    return judged(tmp_path_factory.mktemp("judged") / "strict", 0.8, version="1.1.0")
