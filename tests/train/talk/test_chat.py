"""A conversation in the terminal: what is on the screen, what the server was asked, and what goes wrong."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from curate.errors import UserError
from curate.records import language_of
from tests.doubles.chat_answers import Script, cut, drip, error, garbage, reply, streamed
from tests.doubles.chat_server import ChatServer
from train.talk.chat import chat, kind_of

ROOT = Path(__file__).parents[3]
ZH = reply("增长率是 \\boxed{12.5%}。", "收入从 80 增加到 90。")

Asked = Callable[..., tuple[str, Any]]


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Asked:
    """Asks a scripted server once: what is on the screen, and the request."""

    def ask(answer: Any, question: str = "By how much?", **said: Any) -> tuple[str, Any]:
        with ChatServer(lambda request, nth: answer) as server:
            chat(server.base_url, question=question, **said)
        return capsys.readouterr().out, server.seen[0].json()

    return ask


def test_reasoning_and_answer_stand_apart_with_the_verdict(asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "table.md").write_text("年份 | 收入\n2019 | 80\n", encoding="utf-8")
    said = {
        "gold": "12.5%",
        "context": tmp_path / "table.md",
        "system": "你是分析师。",
        "temperature": 0,
        "max_tokens": 99,
    }
    screen, request = asked(ZH, "收入增长多少？", **said)
    assert screen.splitlines() == [
        "--- reasoning ---",
        "收入从 80 增加到 90。",
        "--- answer ---",
        "增长率是 \\boxed{12.5%}。",
        "right: the answer equals the gold, rounded to the gold's own precision",
        "  answer: 12.5%   gold: 12.5%",
    ]
    assert (request["model"], request["temperature"], request["max_tokens"]) == ("test-model", 0, 99)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert request["messages"][1]["content"] == (
        "年份 | 收入\n2019 | 80\n\n问题：收入增长多少？\n\n请一步步推理，并将最终答案放在 \\boxed{} 中。"
    )


@pytest.mark.parametrize(
    ("answer", "gold", "kind", "told"),
    [
        (reply("\\boxed{12.4%}", "so"), "12.5%", None, "wrong: another number\n  answer: 12.4%   gold: 12.5%\n"),
        (reply("\\boxed{a lot}", "so"), "a lot", None, "right: the same text"),
        (reply("\\boxed{是}", "so"), "否", "boolean", "wrong: the opposite answer"),
        (reply("\\boxed{much}", "so"), "a lot", None, "undecided: rules do not decide"),
        (
            reply("", "so", finish_reason="length"),
            "7",
            None,
            "undecided: the trace ends before its answer\n  answer: none found",
        ),
        (reply("", "so", finish_reason="length"), None, None, "(the trace ends before its answer)"),
        (
            reply("80 to 90</think>\n\n\\boxed{10}"),
            "10",
            None,
            "80 to 90\n(the above was the reasoning)\n--- answer ---\n",
        ),
        (
            reply("<think>80</think>\\boxed{10}"),
            "10",
            None,
            "--- reasoning ---\n80\n--- answer ---\n\\boxed{10}\nright",
        ),
        (reply("I think 10"), None, None, "I think 10\n"),
    ],
)
def test_what_the_rules_say_is_told_in_words(asked: Asked, answer: Any, gold: Any, kind: Any, told: str) -> None:
    assert told in asked(answer, gold=gold, kind=kind)[0]


def test_a_text_of_a_model_is_no_markup_and_does_not_steer_the_terminal(asked: Asked) -> None:
    screen, _ = asked(reply("[bold]7[/] \x1b[2J\r\x07\u202e \ud83d", "so"))
    assert "[bold]7[/] ␛[2J␍␇\ufffd ?" in screen


def test_a_plain_question_goes_out_as_it_is(asked: Asked) -> None:
    assert asked(ZH, "你好", plain=True)[1]["messages"] == [{"role": "user", "content": "你好"}]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (error(401, "Incorrect API key provided: sk-123456"), r"^HTTP 401 from http\S+/v1: Incorrect .*: \[api key\]$"),
        (error(404, "The model `m` does not exist"), r"^HTTP 404 from http\S+/v1: The model `m` does not exist$"),
        (cut(3000, streamed(reply("a" * 60, "so"))), r"^http\S+/v1: the reply broke off: "),
        (streamed(reply("a", finish_reason=None)), r"^http\S+/v1: the reply ended before its end$"),  # type: ignore[arg-type]
        (garbage(), r"^http\S+/v1: the reply ended before its end$"),
    ],
)
def test_what_goes_wrong_is_told_in_a_line_and_what_came_stays(
    asked: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: Any, told: str
) -> None:
    monkeypatch.setenv("CHAT_KEY", "sk-123456")
    with pytest.raises(UserError, match=told):
        asked(answer, model="m", api_key_env="CHAT_KEY")
    if answer.cut:
        assert capsys.readouterr().out.startswith("--- reasoning ---\nso\n--- answer ---\naaa")


def test_what_cannot_be_asked_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"http://127.0.0.1:9/v1 cannot be reached: .*\n  if it serves but"):
        chat("http://127.0.0.1:9/v1", question="q")
    with pytest.raises(UserError, match="'trained/tiny' is neither a model's folder nor the base_url of a server"):
        chat("trained/tiny", question="q")
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(UserError, match="NO_SUCH_KEY is not set"):
        chat("http://127.0.0.1:9/v1", question="q", api_key_env="NO_SUCH_KEY")
    with pytest.raises(UserError, match="'no such file' cannot be read: No such file"):
        chat("http://127.0.0.1:9/v1", question="q", context=Path("no such file"))
    (tmp_path / "gbk.txt").write_bytes("年份".encode("gbk"))
    with pytest.raises(UserError, match="it is no text in UTF-8"):
        chat("http://127.0.0.1:9/v1", question="q", context=tmp_path / "gbk.txt")


@pytest.mark.parametrize(
    ("gold", "kind"),
    [("12%", "number"), ("-3.5 亿元", "number"), ("(1,234)", "number"), ("rises", "text"), ("B", "text")],
)
def test_a_gold_that_reads_as_a_number_is_one(gold: str, kind: str) -> None:
    assert kind_of(gold) == kind


def test_the_language_is_that_of_the_text() -> None:
    assert [
        language_of(text)
        for text in ("", "What net profit did 贵州茅台 report for the year of 2019?", "2019 年 Q3 净利润")
    ] == [
        "en",
        "en",
        "zh",
    ]


class Terminal:
    """`python -m train chat` in a terminal of 80 columns."""

    def __init__(self, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._screen, self._read = "", 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CONTROLLING, *arguments],
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
        )
        os.close(theirs)

    def until(self, text: str) -> str:
        """What came since the last time, up to the text."""
        ends = time.monotonic() + 60
        while (at := self._screen.find(text, self._read)) < 0:
            assert time.monotonic() < ends, self._screen
            if select.select([self._ours], [], [], 0.2)[0]:
                self._screen += os.read(self._ours, 65536).decode(errors="replace")
        came, self._read = self._screen[self._read : at + len(text)], at + len(text)
        return came

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def left(self) -> int | None:
        """The exit code after Ctrl-C at the prompt; Python's own input() misses one that comes as it begins to wait."""
        for _ in range(5):
            self.type("\x03")
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(6)
        return None


# Ctrl-C reaches only those whose terminal it is.
_CONTROLLING = """import fcntl, runpy, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv[0:1] = ["train", "chat"]
from train.talk.command import chat_command
import typer
sys.argv.pop(1)
typer.run(chat_command)"""


@contextmanager
def conversation(script: Script) -> Iterator[tuple[Terminal, ChatServer]]:
    with ChatServer(script) as server:
        terminal = Terminal(server.base_url)
        try:
            yield terminal, server
        finally:
            terminal.process.kill()
            terminal.process.wait()


def answers(request: dict[str, Any], nth: int) -> Any:
    text = request["messages"][-1]["content"]
    if "slow" in text:
        return drip(streamed(reply("x" * 3000, "so")), seconds=30)
    return error(500, "out of memory") if "fail" in text else reply("\\boxed{7}", "3 + 4")


def test_a_conversation_goes_on_after_a_failure_and_ctrl_c_and_knows_what_was_said() -> None:
    with conversation(answers) as (terminal, server):
        terminal.until("> ")
        terminal.type("/gold 7\n")
        terminal.until("[gold] > ")
        terminal.type("fail\n")
        assert "HTTP 500 from" in terminal.until("[gold] > ")  # its gold stays for the next
        terminal.type("revenue 3\n")
        assert "\x1b[32mright\x1b[0m: the answer equals the gold" in terminal.until("gold: 7")
        terminal.until("\n> ")
        terminal.type("slow\n")
        terminal.until("xxx")
        terminal.type("\x03")
        terminal.until("(stopped)")
        terminal.until("> ")
        terminal.type("and then?\n")
        terminal.until("\n> ")
        terminal.type("/new\n/nothing\n")
        terminal.until("there is no /nothing")
        terminal.until("> ")
        terminal.type("again\n")
        terminal.until("boxed{7}")
        terminal.until("> ")
        assert terminal.left() == 0
    said = [[message["content"] for message in seen.json()["messages"]] for seen in server.seen]
    assert [len(messages) for messages in said] == [1, 1, 3, 3, 1]
    assert said[3][0].startswith("Question: revenue 3\n")
    assert said[3][1] == "\\boxed{7}"  # without its reasoning


def test_a_question_is_read_from_a_pipe() -> None:
    command = [sys.executable, "-c", "import typer; from train.talk.command import chat_command as c; typer.run(c)"]
    with ChatServer(lambda request, nth: ZH) as server:
        asked = {"input": "收入增长多少？\n", "capture_output": True, "text": True, "cwd": ROOT}
        ran = subprocess.run([*command, server.base_url, "--gold", "30%"], **asked)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(
        "--- reasoning ---\n收入从 80 增加到 90。\n--- answer ---\n增长率是 \\boxed{12.5%}。\nwrong: "
    )
