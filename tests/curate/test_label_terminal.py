"""`curate show RUN --label` as people use it: keys as lines through a pipe, and single keys in a terminal."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from curate.labels import in_turn, judged_traces, labels_path, read_labels
from curate.runs import Run
from tests.conftest import Command
from tests.curate.judged import NAMES, judged_run, line, lines

SECOND = NAMES[1]
Votes = list[tuple[str, str, int | None]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    votes: dict[str, Any] = {
        "finqa:1": {"rules": [0]},
        "finqa:2": {"rules": [1]},
        "cflue:3": {"rules": [0, None]},
        "cflue:4": {"rules": [1]},
    }
    return judged_run(tmp_path / "runs" / "r", votes, chinese=["cflue:3", "cflue:4"])


def order(run: Run) -> list[str]:
    return [trace.key[0] for trace in in_turn(judged_traces(run))]


def kept(run: Run, by: str = "ada") -> Votes:
    return [(one.question_id, one.criterion, one.vote) for one in read_labels(labels_path(run)).votes if one.by == by]


def test_every_trace_is_shown_whole_and_asked_for_by_criterion(command: Command, run: Run) -> None:
    asked = command("show", "r", "--label", "--by", "ada", stdin="1\n" * 7 * 4)
    assert asked.returncode == 0, asked.stderr
    assert kept(run) == [(question, name, 1) for question in order(run) for name in NAMES]
    for own in ("What is the revenue in 1?", "第3题：营业收入是多少？", "请回答金融问题。", "The steps of finqa:2."):
        assert own in asked.stdout
    for part in ("instruction", "question", "context", "gold", "reasoning", "answer", "final answer", "1: ", "0: "):
        assert part in asked.stdout
    assert "逻辑一致性" in asked.stdout
    assert "No step contradicts an earlier one" in asked.stdout
    assert "ada: 4 of 4 traces labelled" in asked.stdout
    assert "28 votes saved in" in asked.stdout
    assert max(map(_columns, asked.stdout.splitlines())) <= 80


def _columns(text: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in text)


def test_neither_judges_nor_teacher_are_shown(command: Command, tmp_path: Path) -> None:
    pages = []
    for judges in ({"SECRET-JUDGE": [1]}, {"SECRET-JUDGE": [0, None, 0], "SECRET-OTHER": [1]}):
        judged_run(tmp_path / "runs" / "r", {"finqa:1": judges})
        pages.append(command("show", "r", "--label", "--by", "ada", stdin="p\n" * 8).stdout)
    assert pages[0] == pages[1]
    assert "The steps of finqa:1." in pages[0]
    assert "SECRET" not in pages[0]


def test_all_keys(command: Command, run: Run) -> None:
    first, second = order(run)[:2]
    keys = ["b", "x", "", "0", "？", "b", "n", "不确定 …", "1", "s", "b", "0", "Q", "1"]
    asked = command("show", "r", "--label", "--by", "ada", stdin="".join(f"{key}\n" for key in keys))
    assert asked.returncode == 0, asked.stderr
    assert "this is the first one here" in asked.stdout
    assert "'x' is no key here" in asked.stdout
    assert "you said ?" in asked.stdout
    assert kept(run) == [(first, NAMES[0], 0), (first, SECOND, 1), (first, NAMES[2], 0)]
    assert [one.note for one in read_labels(labels_path(run)).votes] == ["", "不确定 …", ""]
    assert f"trace 2 of 4  {second}" in asked.stdout  # where s led, before b came back
    assert "3 votes saved" not in asked.stdout  # the second one was written twice
    assert "4 votes saved" in asked.stdout


def test_labelling_goes_on_where_it_stopped(command: Command, run: Run) -> None:
    first, second = order(run)[:2]
    stdin = "1\n" * 7 + "0\n" * 2  # and the input ends
    assert "1 of 4 traces labelled" in command("show", "r", "--label", "--by", "ada", stdin=stdin).stdout
    again = command("show", "r", "--label", "--by", "ada", stdin="?\n")
    assert "trace 1 of 3" in again.stdout
    assert first not in again.stdout
    assert kept(run)[-3:] == [(second, NAMES[0], 0), (second, SECOND, 0), (second, NAMES[2], None)]
    other = command("show", "r", "--label", "--by", "bob", stdin="0\n")
    assert "trace 1 of 4" in other.stdout
    assert kept(run, "bob") == [(first, NAMES[0], 0)]


def test_a_note_is_kept_when_the_vote_is_changed(command: Command, run: Run) -> None:
    command("show", "r", "--label", "--by", "ada", stdin="n\nlooks odd\n1\nb\n0\n")
    (vote,) = read_labels(labels_path(run)).votes
    assert (vote.vote, vote.note) == (0, "looks odd")


def test_a_page_is_shown_again_on_demand(command: Command, run: Run) -> None:
    asked = command("show", "r", "--label", "--by", "ada", stdin="p\n")
    assert asked.stdout.count(f"The steps of {order(run)[0]}.") == 2


def test_a_sample_covers_both_sources_and_both_labels_and_can_be_made_larger(command: Command, run: Run) -> None:
    done = command("show", "r", "--label", "--by", "ada", "--sample", "2", stdin="1\n" * 50)
    assert "2 of 2 traces labelled; the run has 4, --sample asks for more" in done.stdout
    assert [question for question, name, _ in kept(run) if name == SECOND] == order(run)[:2]
    nothing = command("show", "r", "--label", "--by", "ada", "--sample", "2")
    assert nothing.returncode == 0
    assert "nothing new was saved" in nothing.stdout
    more = command("show", "r", "--label", "--by", "ada", "--sample", "3", stdin="1\n" * 50)
    assert "trace 1 of 1" in more.stdout


def test_labels_may_stand_elsewhere_and_the_login_name_is_the_default(
    command: Command, run: Run, tmp_path: Path
) -> None:
    env = {"LOGNAME": "wangfang"}
    command("show", "r", "--label", "--labels", "mine.jsonl", stdin="1\n", env=env)
    assert [one.by for one in read_labels(tmp_path / "mine.jsonl").votes] == ["wangfang"]
    assert not labels_path(run).exists()


def test_a_new_run_in_the_same_place_keeps_the_labels(command: Command, run: Run) -> None:
    command("show", "r", "--label", "--by", "ada", stdin="1\n" * 7)
    first, *others = order(run)
    judged_run(run.path, {question: {"rules": [0]} for question in ("finqa:1", "finqa:2", "cflue:3", "cflue:4")})
    again = command("show", "r", "--label", "--by", "ada", stdin="1\n" * 7)
    assert first not in again.stdout
    assert kept(run)[7][0] in others


def test_half_a_line_is_told(command: Command, run: Run) -> None:
    labels_path(run).write_text(lines("finqa:1", []) + line("finqa:2", SECOND, 1)[:30])
    asked = command("show", "r", "--label", "--by", "ada", stdin="0\n")
    assert ":8: half a line" in " ".join(asked.stdout.split())  # wherever the line breaks, by the length of the path
    assert len(kept(run)) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["finqa:1", "--label"], "leave out the ID"),
        (["--label", "--outcome", "bad"], "--label chooses the traces itself"),
        (["--by", "ada"], "belong to --label"),
        (["--sample", "3"], "belong to --label"),
        (["--label", "--by", " "], "--by is empty"),
        (["--label", "--labels", "nowhere/labels.jsonl"], "the vote cannot be written"),
        (["--label", "--labels", "runs"], "cannot be read"),
    ],
)
def test_what_the_user_can_mend(command: Command, run: Run, arguments: list[str], said: str) -> None:
    told = command("show", "r", *arguments, stdin="1\n")
    assert told.returncode == 1
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_a_run_without_judged_traces_is_told(command: Command, tmp_path: Path) -> None:
    judged_run(tmp_path / "runs" / "r", {"q:1": {}})
    told = command("show", "r", "--label")
    assert told.returncode == 1
    assert "no judge has voted on a trace of this run" in told.stderr


def test_bytes_that_are_no_text_do_no_harm(run: Run, tmp_path: Path) -> None:
    call = [sys.executable, "-m", "curate", "show", "r", "--label", "--by", b"a\xffda"]
    ran = subprocess.run(call, cwd=tmp_path, input=b"n\nodd \xff\xfe\n1\n\xff\n", capture_output=True, timeout=100)
    assert ran.returncode == 0, ran.stderr
    (vote,) = read_labels(labels_path(run)).votes
    assert (vote.by, vote.note[:4]) == ("a?da", "odd ")


class Terminal:
    """A process in a terminal of its own, of 80 columns and 20 lines."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.screen, self.terminal = pty.openpty()
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 80, 0, 0))
        self.before = termios.tcgetattr(self.terminal)
        env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "curate", *arguments],
            cwd=folder,
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            env=env | {"TERM": "xterm"},
            start_new_session=True,
        )
        self.said = ""

    def until(self, words: str) -> str:
        """What it says up to and with the words."""
        while words not in self.said:
            self.said += self._read()
        end = self.said.index(words) + len(words)
        told, self.said = self.said[:end], self.said[end:]
        return told

    def _read(self) -> str:
        said = b""
        while not said or said[-1] >= 0x80:  # not in the middle of a character
            said += os.read(self.screen, 1)
        return said.decode()

    def press(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def modes(self) -> list[Any]:
        import termios

        return termios.tcgetattr(self.terminal)

    def ended(self) -> int:
        return self.process.wait(timeout=60)


@contextmanager
def terminal(folder: Path, *arguments: str) -> Iterator[Terminal]:
    pytest.importorskip("termios")
    found = Terminal(folder, list(arguments))
    try:
        yield found
    finally:
        found.process.kill()
        found.process.wait()
        os.close(found.screen)
        os.close(found.terminal)


def test_single_keys_in_a_terminal(run: Run, tmp_path: Path) -> None:
    first = order(run)[0]
    with terminal(tmp_path, "show", "r", "--label", "--by", "ada") as person:
        page = person.until("-- more; any key goes on, e to the end --")
        assert len(page.split("\n")) <= 20
        person.press(" ")
        person.until(NAMES[0])
        person.until("q quit: ")
        person.press("1")
        person.until("q quit: ")
        person.press("？")
        person.until("q quit: ")
        person.press("\x1b[A")
        person.until("is no key here")
        person.until("q quit: ")
        person.press("n")
        person.until("note, one line: ")
        person.press("两步\n")
        person.until("q quit: ")
        person.press("0")
        person.until("q quit: ")
        person.press("q")
        person.until("3 votes saved")
        person.until("\n")
        assert person.ended() == 0
        assert person.modes() == person.before
    votes = read_labels(labels_path(run)).votes
    assert [(one.question_id, one.criterion, one.vote) for one in votes] == [
        (first, NAMES[0], 1),
        (first, SECOND, None),
        (first, NAMES[2], 0),
    ]
    assert votes[2].note == "两步"


@pytest.mark.parametrize(("stop", "code"), [("\x04", 0), (signal.SIGINT, 130)])
def test_a_terminal_is_left_as_it_was_and_votes_are_kept(
    run: Run, tmp_path: Path, stop: str | signal.Signals, code: int
) -> None:
    with terminal(tmp_path, "show", "r", "--label", "--by", "ada") as person:
        person.until("to the end --")
        person.press("e")
        person.until("q quit: ")
        person.press("0")
        person.until(SECOND)
        person.until("q quit: ")
        if isinstance(stop, str):
            person.press(stop)
        else:
            person.process.send_signal(stop)
        person.until("1 vote saved")
        person.until("\n")
        assert person.ended() == code
        assert person.modes() == person.before
    assert kept(run) == [(order(run)[0], NAMES[0], 0)]


def test_colours_do_not_reach_a_pipe(command: Command, run: Run) -> None:
    shown = command("show", "r", "--label", "--by", "ada", stdin="1\n").stdout
    assert not re.search(r"\x1b", shown)
    assert json.loads(labels_path(run).read_text())["vote"] == 1
