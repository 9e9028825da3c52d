"""What a run tells while it goes: its moments, plain lines through a pipe, the live view in a pseudo-terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from curate.execute import execute
from curate.moment import Moment
from curate.recipe import load_recipe
from curate.terminal.progress import line
from curate.terminal.rates import Rates, whole_cost
from tests.curate.teaching import called, corpus, number_of, recipe, solve
from tests.curate.test_judge import ballot, questions, served, written
from tests.doubles.chat_answers import error, hang
from tests.doubles.chat_server import ChatServer

_ASKED, _FAILED = 30, 6  # of the questions that are answered, those whose call fails
_TOO_LONG = "您的请求过长：本模型最多接受七个标记，\x1b[2J请缩短后重试。 " * 5


def script(request: dict[str, Any], nth: int) -> Any:
    """The first questions are answered, every fifth of them by an error; the others never are."""
    number = number_of(request)
    if number >= _ASKED:
        return hang()
    return error(400, _TOO_LONG) if number % 5 == 4 else solve(request)


def test_a_run_tells_every_stage_and_writes_how_long_each_took(tmp_path: Path) -> None:
    moments = list[Moment]()
    corpus(tmp_path, _ASKED)
    with ChatServer(script) as server:
        made = recipe(tmp_path, server.base_url)
        run = execute(load_recipe(made), tmp_path / "runs" / "r", told=moments.append)
    assert list(dict.fromkeys(one.stage for one in moments)) == ["reading", "curating", "tables"]
    assert [one.done for one in moments if one.stage == "reading"] == [*range(1, _ASKED + 1)]
    last = [one for one in moments if one.stage == "curating"][-1]
    assert (last.done, last.total) == (_ASKED, _ASKED)
    assert last.outcomes is not None
    assert last.pulse is not None
    counts = {place: sum(reasons.values()) for place, reasons in last.outcomes.places.items()}
    assert counts == {"sft": _ASKED - _FAILED, "rl": 0, "rejects": _FAILED, "waiting": 0}
    assert {one.purpose for one in last.outcomes.failures} == {"distil"}
    assert last.outcomes.usd == pytest.approx(last.pulse.total.usd)
    (teacher,) = last.pulse.models
    assert (teacher.name, teacher.in_flight, teacher.refused) == ("teacher", 0, 0)
    assert teacher.seconds is not None
    assert list(run.record["stages"]) == ["reading", "curating", "tables"]
    assert sum(run.record["stages"].values()) == pytest.approx(run.record["seconds"], abs=0.002)


def test_a_reply_that_several_samples_share_is_counted_once(tmp_path: Path) -> None:
    moments = list[Moment]()
    questions(tmp_path, 6, 6)
    with ChatServer(served({"j": lambda request, nth: ballot()})) as server:
        path = written(tmp_path, server, {"by": ["j"]}, distil={"by": "teacher", "samples": 3})
        for _ in range(2):  # by models, then out of the journal
            run = execute(load_recipe(path), tmp_path / "runs" / "r", told=moments.append)
            last = [one for one in moments if one.stage == "curating"][-1]
            assert run.sql("select count(*) - count(distinct key) from calls").item() == 12 * 2
            assert last.outcomes is not None
            assert last.pulse is not None
            assert last.outcomes.usd == pytest.approx(last.pulse.total.usd)
            assert whole_cost(last) == pytest.approx(last.outcomes.usd)


def test_plain_lines_count_outcomes_and_hold_no_escape_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.terminal.progress._EVERY", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    corpus(tmp_path, _ASKED)
    with ChatServer(script) as server:
        recipe(tmp_path, server.base_url)
        ran = called(tmp_path, "run", "r.yaml")
    assert ran.exit_code == 0, ran.stderr
    assert "reading records: 30" in ran.stderr
    assert "curating questions: 30 of 30, " in ran.stderr
    assert "; sft 24, rl 0, rejects 6, waiting 0; " in ran.stderr
    assert "\x1b" not in ran.stderr
    assert line(Moment("tables"), Rates()).startswith("building scores.duckdb: 0")


class Terminal:
    """`curate run r.yaml` in a pseudo-terminal, and what stands on its screen."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        pyte = pytest.importorskip("pyte", reason="pyte, which reads what a terminal would show, is not installed")
        self.screen = pyte.HistoryScreen(width, height, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        known = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "curate", "run", "r.yaml"],
            cwd=folder,
            env={**known, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    def read(self) -> bool:
        """Takes in what was written; False when all is."""
        try:
            written = os.read(self._ours, 65_536)
        except OSError:  # Linux says so when nobody holds the other end
            written = b""
        self._stream.feed(written)
        return bool(written)

    def until(self, happened: Callable[[str], bool]) -> str:
        while not happened(self.text):
            assert self.read(), self.text
        return self.text

    def press(self, key: bytes) -> None:
        os.write(self._ours, key)

    @property
    def text(self) -> str:
        """The screen, Chinese characters without the half that a terminal keeps empty."""
        return "\n".join(one.rstrip() for one in self.screen.display)

    @property
    def all(self) -> str:
        """The screen below the lines that left it at its top."""
        scrolled = ("".join(one[at].data for at in sorted(one)).rstrip() for one in self.screen.history.top)
        return "\n".join([*scrolled, self.text])

    def close(self) -> None:
        os.close(self._ours)


@contextmanager
def terminal(folder: Path, width: int, height: int) -> Iterator[Terminal]:
    opened = Terminal(folder, width, height)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()
        opened.close()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50), (50, 12)])
def test_a_terminal_shows_counts_takes_ctrl_c_and_keeps_nothing_of_the_view(
    tmp_path: Path, width: int, height: int
) -> None:
    corpus(tmp_path, 60)
    with ChatServer(script) as server:
        recipe(tmp_path, server.base_url, budget={"usd": 500})
        with terminal(tmp_path, width, height) as opened:
            text = opened.until(lambda text: f"sft{_ASKED - _FAILED}" in text.replace(" ", ""))
            assert f"{_ASKED} of 60" in text
            assert f"rejects{_FAILED}" in text.replace(" ", "")
            assert f"{_ASKED - _FAILED} answered" in text or width < 60
            assert "HTTP 400: 您的请求过长" in text.replace(" ", "").replace("400:", " 400: ") or width < 60
            opened.press(b"\x03")
            opened.until(lambda text: "stopping" in text)
            assert "curate: no more calls; 30 in flight are waited for" in opened.all.replace("\n", " ")
            opened.press(b"\x03")
            while opened.read():
                pass
            assert opened.process.wait() == 130
            left = opened.all
            assert "what was there before is as it was" in left.replace("\n", "")
            assert not opened.screen.cursor.hidden
    for gone in ("curating questions", "sft", "rejects", "HTTP 400", "━"):
        assert gone not in left
