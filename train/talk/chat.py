"""A conversation with a model in the terminal: its reasoning and its answer apart, live, and the checker's verdict.

    chat("http://127.0.0.1:8000/v1", question="Revenue rose from 80 to 90. By how much?", gold="12.5%")

Questions are put in the words of the training (curate.prompt), and answers are checked by the rules of round one.
Replies are not kept in a journal: asking again pays again.
"""

import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from curate.chat.reply import Reply
from curate.check import by_rules
from curate.distil import trace_of
from curate.errors import UserError
from curate.prompt import prompt
from curate.records import AnswerKind, Question, language_of
from curate.terminal.console import console, shown
from judges.answers import Gold
from judges.answers import match as match_answer
from judges.thought import one_line, whole
from judges.verdict import REASONS
from train.talk.connect import address, connected, in_words, only_model
from train.talk.stream import Heard, Part

if TYPE_CHECKING:
    import openai

HELP = "/gold 12%    the gold of the next question\n/context FILE    a text to put before it\n/new    /quit"
_STYLES: dict[Part, str] = {"reasoning": "dim", "unknown": "", "answer": ""}
_VERDICTS = {True: ("right", "green"), False: ("wrong", "red"), None: ("undecided", "yellow")}
_SHOWN = 200  # characters of an answer, beside its gold


@dataclass(frozen=True, slots=True)
class Asking:
    """What goes with the next question. gold: what is right; kind: of answer, None to go by the gold; context: a text
    to put before the question; plain: the question goes out as it is, without the words of the training."""

    gold: str | None = None
    kind: AnswerKind | None = None
    context: str = ""
    plain: bool = False

    def about(self, text: str) -> Question:
        """The question that a line of text asks."""
        kind = self.kind or (kind_of(self.gold) if self.gold else "text")
        language = language_of(self.context + text)
        return Question("chat:0", "chat", "0", "0", language, "", text, kind, self.gold, "", context=self.context)

    @property
    def after(self) -> "Asking":
        """The same for the question after: a gold and a context are for one."""
        return replace(self, gold=None, context="")


@dataclass(slots=True)
class Talk:
    """A conversation. name: the model's at the server; said: what was said so far, answers without their reasoning."""

    client: "openai.OpenAI"
    name: str
    system: str | None = None
    sampling: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, str]] = field(default_factory=list)

    def ask(self, line: str, asking: Asking) -> None:
        """One question and its reply, on the screen. Raises UserError where the server fails, and KeyboardInterrupt:
        what came till then stays there, and the conversation goes on as if it had not been asked."""
        question = asking.about(line)
        opening = [{"role": "system", "content": self.system}] if self.system else []
        latest = {"role": "user", "content": line if asking.plain else prompt(question)}
        reply = self._heard([*opening, *self.said, latest])
        print_verdict(question, reply, self.name)
        self.said += [latest, {"role": "assistant", "content": reply.content}]

    def _heard(self, messages: list[dict[str, str]]) -> Reply:
        """The reply, shown while it comes."""
        screen, heard = Screen(), Heard(messages[-1]["content"])
        create: Any = self.client.chat.completions.create
        try:
            with (
                in_words(self.client),
                create(model=self.name, messages=messages, stream=True, **self.sampling) as chunks,
            ):
                for part, piece in heard.pieces(chunks):
                    screen.add(part, piece)
        finally:
            screen.end()
        if heard.finish is None:
            raise UserError(f"{address(self.client)}: the reply ended before its end")
        return heard.reply()


class Screen:
    """A reply on the screen as it comes; nothing that was printed is touched again."""

    def __init__(self) -> None:
        self._part: Part | None = None
        self._at_start = True

    def add(self, part: Part, piece: str) -> None:
        """Prints the next piece under the heading of its part."""
        if part != self._part:
            piece = piece.lstrip()
            if not piece:
                return
            self._head(part)
        # Not rich's own wrapping: it would need the whole line, and the terminal wraps Chinese as well.
        console().print(shown(whole(piece), _STYLES[part]), end="", soft_wrap=True, highlight=False)
        self._at_start = piece.endswith("\n")

    def end(self) -> None:
        """Ends the last line."""
        if not self._at_start:
            console().print()
        self._at_start = True

    def _head(self, part: Part) -> None:
        self.end()
        if part == "answer" and self._part == "unknown":
            console().print(shown("(the above was the reasoning)", "dim"))
        if part != "unknown":
            console().print(shown(f"--- {part} ---", "bold"))
        self._part = part


def chat(
    endpoint: str,
    *,
    model: str | None = None,
    api_key_env: str | None = None,
    system: str | None = None,
    question: str | None = None,
    gold: str | None = None,
    kind: AnswerKind | None = None,
    context: Path | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    plain: bool = False,
) -> None:
    """Talks with the model of an OpenAI-compatible server, until the user leaves; with a question, or one that is piped
    in, asks once. gold, kind, context: of the first question. Raises UserError where nothing can be asked."""
    client = connected(endpoint, api_key_env)
    asking = Asking(gold, kind, read_context(context) if context else "", plain)
    said = {"temperature": temperature, "max_tokens": max_tokens}
    sampling = {name: value for name, value in said.items() if value is not None}
    once = question if question is not None or sys.stdin.isatty() else sys.stdin.read()
    if once is not None and not once.strip():
        raise UserError("the question is empty")
    talk = Talk(client, model or only_model(client), system, sampling)
    if once is None:
        converse(talk, asking)
    else:
        talk.ask(once.strip(), asking)


def converse(talk: Talk, asking: Asking) -> None:
    """A question after the other from the terminal, till /quit, Ctrl-D or Ctrl-C at the prompt. A failed question is
    told, and its gold and context stay for the next."""
    console().print(shown(f"{talk.name} at {address(talk.client)}; replies are not kept\n{HELP}", "dim"))
    while (line := _line(asking)) is not None:
        try:
            asking = _done(line, talk, asking)
        except UserError as error:
            console().print(shown(error, "red"))
        except KeyboardInterrupt:
            console().print(shown("(stopped)", "dim"))


def _done(line: str, talk: Talk, asking: Asking) -> Asking:
    """Does what a line says; what goes with the next question."""
    command, _, rest = line.partition(" ")
    match command, rest.strip():
        case "/gold", gold:
            return replace(asking, gold=gold or None)
        case "/context", name:
            return replace(asking, context=read_context(Path(name)) if name else "")
        case "/new", "":
            talk.said.clear()
            return asking.after
        case _ if line.startswith("/") and "/" not in line[1:]:
            raise UserError(f"there is no {command}\n{HELP}")
        case _:
            talk.ask(line, asking)
            return asking.after


def _line(asking: Asking) -> str | None:
    """The next line of the terminal that is not empty; None at its end."""
    with suppress(ImportError):
        import readline  # noqa: F401  (gives `input` its history and its editing)
    told = "".join(f"[{name}] " for name, said in (("gold", asking.gold), ("context", asking.context)) if said)
    try:
        while not (line := whole(input(f"{told}> ")).strip()):
            pass
    except (EOFError, KeyboardInterrupt):
        console().print()
        return None
    return None if line == "/quit" else line


def print_verdict(question: Question, reply: Reply, name: str) -> None:
    """What the rules say of a reply, against the gold if there is one; else only why it is not whole."""
    if question.gold is None:
        if reply.outcome not in ("ok", "empty_reasoning"):
            console().print(shown(f"({REASONS[reply.outcome]})", "dim"))
        return
    verdict = by_rules(question, trace_of(question, reply, name))
    word, style = _VERDICTS[verdict.value]
    detail = f" ({one_line(verdict.detail)})" if verdict.detail else ""
    console().print(Text.assemble((word, style), ": ", shown(REASONS[verdict.reason] + detail)))
    extracted = one_line(verdict.extracted or "")[:_SHOWN] or "none found"
    console().print(shown(f"  answer: {extracted}   gold: {question.gold}"))


def kind_of(gold: str) -> AnswerKind:
    """The kind of answer that a gold asks for: a number if it reads as one, else text."""
    return "text" if match_answer(gold, Gold("number", gold)).reason == "gold_unusable" else "number"


def read_context(path: Path) -> str:
    """The text of a file, to be put before a question. Raises UserError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise UserError(f"'{path}' cannot be read: {why}") from None
