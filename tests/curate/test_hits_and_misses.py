"""What decides whether a call is asked again: what it says, and nothing else. ROWS is the table of it in the README."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from curate.execute import execute
from curate.recipe import load_recipe
from tests.curate.teaching import corpus, recipe, solve
from tests.doubles.chat_server import ChatServer

_QUESTIONS = 5

Keys = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One change of a finished run. keys: of the recipe; file: the recipe's; source: the corpus' file, first: its first
    question; out, limit: of the command; asked: calls that the next run sends."""

    name: str
    asked: int
    keys: Callable[[], Keys] = field(default=dict)
    file: str = "r.yaml"
    source: str = "q.jsonl"
    first: int = 0
    out: str = "runs/r"
    another: bool = False


def _teacher(**keys: Any) -> Callable[[], Keys]:
    return lambda: {"teacher": keys}


def _distil(**keys: Any) -> Callable[[], Keys]:
    return lambda: {"distil": keys}


CHANGES = (
    Change("another question text", _QUESTIONS, first=_QUESTIONS),
    Change("more questions: only the new ones", 2, first=2),
    Change("another model name", _QUESTIONS, _teacher(model="m2")),
    Change("another server address (`base_url`)", _QUESTIONS, another=True),
    Change("temperature, top_p", _QUESTIONS, _teacher(sampling={"temperature": 0.7})),
    Change("max_tokens", _QUESTIONS, _teacher(sampling={"max_tokens": 4096})),
    Change("any other sampling key", _QUESTIONS, _teacher(sampling={"seed": 7})),
    Change("a forced opening think tag (`open_think`)", _QUESTIONS, _teacher(open_think="prefix")),
    Change("one more sample: only the new one", _QUESTIONS, _distil(samples=2)),
    Change("nothing", 0),
    Change("a sampling default, written out", 0, _teacher(sampling={"temperature": 0.6, "max_tokens": 32768})),
    Change("what round two keeps (`judge.keep`)", 0, lambda: {"judge": {"keep": {"at_least": 5}}}),
    Change("the policies of round one (`check`)", 0, lambda: {"check": {"preset": "finreason", "tolerance": 0.02}}),
    Change("more attempts, where the first was right", 0, _distil(attempts=3)),
    Change("`longer`, where no reply was cut off", 0, _distil(longer=65536)),
    Change("the recipe's file name", 0, file="another.yaml"),
    Change("the recipe's name and version", 0, lambda: {"name": "another", "version": "2.0.0"}),
    Change("the model's name in the recipe", 0, lambda: {"models": None}),
    Change("concurrency, calls and tokens a minute", 0, _teacher(concurrency=3, requests_per_minute=10_000)),
    Change("timeout", 0, _teacher(timeout=60)),
    Change("price", 0, _teacher(price={"input": 9.0, "output": 9.0})),
    Change("budget", 0, lambda: {"budget": {"calls": 1, "usd": 0.0001}}),
    Change("the run directory", 0, out="elsewhere/r"),
    Change("the corpus' file name", 0, source="renamed.jsonl"),
    Change("the source's name, licence and module", 0, lambda: {"source": {"name": "mine", "licence": "CC0-1.0"}}),
)
ROWS = [(change.name, "asks again" if change.asked else "nothing is sent") for change in CHANGES]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with ChatServer(solve) as server:
        yield server


@pytest.fixture(scope="module")
def before(server: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run."""
    folder = tmp_path_factory.mktemp("before")
    corpus(folder, _QUESTIONS)
    assert sent(server, folder, "runs/r", recipe(folder, server.base_url)) == _QUESTIONS
    return folder


def sent(server: ChatServer, folder: Path, out: str, path: Path) -> int:
    """Requests that a run makes."""
    asked = server.totals["requests"]
    run = execute(load_recipe(path), folder / out, journal=folder / "runs" / "journal.sqlite")
    assert run.sql("select label, count(*) from outcomes group by all").rows() == [("good", _QUESTIONS)]
    return server.totals["requests"] - asked


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_asks_again_or_does_not(change: Change, before: Path, server: ChatServer, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(before, folder)
    (folder / "q.jsonl").unlink()
    corpus(folder, _QUESTIONS, change.first, change.source)
    keys = change.keys()
    source = {"from": change.source, **keys.pop("source", {})}
    if "models" in keys:
        text = recipe(folder, server.base_url, source=source).read_text(encoding="utf-8")
        path = folder / change.file
        path.write_text(text.replace("teacher", "tutor"), encoding="utf-8")
    else:
        path = recipe(folder, server.base_url, change.file, source=source, **keys)
    if change.another:
        with ChatServer(solve) as other:
            path = recipe(folder, other.base_url, change.file, source=source)
            assert sent(other, folder, change.out, path) == change.asked
        return
    assert sent(server, folder, change.out, path) == change.asked
    assert sent(server, folder, change.out, path) == 0


def test_an_identity_of_its_own_lets_a_model_move_house(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    teacher = {"identity": "the house's r1"}
    with ChatServer(solve) as server:
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url, teacher=teacher)) == _QUESTIONS
    with ChatServer(solve) as server:
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url, teacher=teacher)) == 0


def test_a_file_that_is_cut_to_fewer_questions_or_fewer_samples_asks_nothing(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS + 3)
    with ChatServer(solve) as server:
        many = load_recipe(recipe(tmp_path, server.base_url, distil={"samples": 3}))
        execute(many, tmp_path / "runs" / "r")
        assert server.totals["requests"] == 3 * (_QUESTIONS + 3)
        corpus(tmp_path, _QUESTIONS)
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url)) == 0
