"""What tests share: a finished quickstart run, and a way to call the command as users do."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import curate

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".." / "shared" / "data"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> "curate.Run":
    """The bundled samples, curated once."""
    return curate.run("quickstart", tmp_path_factory.mktemp("runs") / "quickstart")


@pytest.fixture
def data() -> Path:
    """The real records beside the repository, where they are at hand."""
    if not DATA.is_dir():
        pytest.skip("the real corpus samples (../shared/data) are not on this machine")
    return DATA


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs `curate ...` as its own process in tmp_path, without a terminal."""

    def call(
        *arguments: str, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "curate", *arguments],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return call
