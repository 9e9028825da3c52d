"""What decides whether a call is asked again: what it says, and nothing else. ROWS is the table of it in the README."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from curate.execute import execute
from curate.recipe import load_recipe
from judges.reasoning.criteria import NAMES
from tests.curate.teaching import corpus, recipe, solve
from tests.doubles.chat_answers import Reply
from tests.doubles.chat_server import ChatServer

_QUESTIONS = 5

_VOTES = json.dumps(dict.fromkeys(NAMES, 1))

Keys = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One change of a finished run. asked, judged: calls that the next run sends to the teacher, and to the judges of
    the reasoning; keys: of the recipe; renamed: words of its text; file: the recipe's; source: the corpus' file, first:
    its first question; out: of the command; another: another server."""

    name: str
    asked: int
    judged: int = 0
    keys: Callable[[], Keys] = field(default=dict)
    renamed: tuple[str, str] = ("", "")
    file: str = "r.yaml"
    source: str = "q.jsonl"
    first: int = 0
    out: str = "runs/r"
    another: bool = False

    @property
    def row(self) -> tuple[str, str]:
        """The change and what the next run does, as the README says it."""
        if self.asked:
            return self.name, "asks again"
        return self.name, "asks only the judge again" if self.judged else "nothing is sent"


def _of(part: str, **keys: Any) -> Callable[[], Keys]:
    return lambda: {part: keys}


def _criteria(*use: Any, name: str = "mine") -> Callable[[], Keys]:
    return _of("judge", criteria={"name": name, "use": list(use)})


_REWORDED = {"name": NAMES[0], "en": {"definition": "No step contradicts another."}}

CHANGES = (
    Change("another question text", _QUESTIONS, _QUESTIONS, first=_QUESTIONS),
    Change("more questions: only the new ones", 2, 2, first=2),
    Change("another model name", _QUESTIONS, 0, _of("teacher", model="m2")),
    Change("another server address (`base_url`)", _QUESTIONS, _QUESTIONS, another=True),
    Change("temperature, top_p", _QUESTIONS, 0, _of("teacher", sampling={"temperature": 0.7})),
    Change("max_tokens", _QUESTIONS, 0, _of("teacher", sampling={"max_tokens": 4096})),
    Change("any other sampling key", _QUESTIONS, 0, _of("teacher", sampling={"seed": 7})),
    Change("a forced opening think tag (`open_think`)", _QUESTIONS, 0, _of("teacher", open_think="prefix")),
    Change("one more sample: only the new one", _QUESTIONS, 0, _of("distil", samples=2)),
    Change("the wording of a criterion", 0, _QUESTIONS, _criteria(_REWORDED, *NAMES[1:])),
    Change("the order of the criteria, or fewer of them", 0, _QUESTIONS, _criteria(*NAMES[:0:-1])),
    Change("what the judge sees (`judge.sees`)", 0, _QUESTIONS, _of("judge", sees=[])),
    Change(
        "the source's module or `task_domain`, which the judge is told", 0, _QUESTIONS, _of("source", module="code")
    ),
    Change(
        "the judge's model name, sampling or form (`structured`)",
        0,
        _QUESTIONS,
        _of("critic", structured="json_object"),
    ),
    Change("one more judge: only the new one", 0, _QUESTIONS, _of("judge", by=["second", "critic"])),
    Change("nothing", 0),
    Change("a sampling default, written out", 0, 0, _of("teacher", sampling={"temperature": 0.6, "max_tokens": 32768})),
    Change("what round two keeps (`judge.keep`)", 0, 0, _of("judge", keep={"weighted": {NAMES[0]: 2}, "at_least": 5})),
    Change("the thresholds of the judge `rules` (`judge.rules`)", 0, 0, _of("judge", rules={"min_steps": 2})),
    Change(
        "the order of judges, `rules` among them, and how a panel decides (`judge.panel`)",
        0,
        0,
        _of("judge", by=["rules", "critic"], panel="unanimity"),
    ),
    Change("`judge.when`, where all answers were right", 0, 0, _of("judge", when="always")),
    Change("`judge.characters`, where no trace is longer", 0, 0, _of("judge", characters=5000)),
    Change("`judge.escalate`, where no judge is in doubt", 0, 0, _of("judge", escalate="second")),
    Change("the name of a set of criteria", 0, 0, _criteria(*NAMES, name="another")),
    Change("no judge but `rules`", 0, 0, _of("judge", by=["rules"])),
    Change("the policies of round one (`check`)", 0, 0, _of("check", preset="finreason", tolerance=0.02)),
    Change("more attempts, where the first was right", 0, 0, _of("distil", attempts=3)),
    Change("`longer`, where no reply was cut off", 0, 0, _of("distil", longer=65536)),
    Change(
        "screens that drop nothing, a `cap` that is not reached",
        0,
        keys=lambda: {"screen": {"duplicates": "exact"}, "source": {"cap": 100}},
    ),
    Change("the recipe's file name", 0, file="another.yaml"),
    Change("the recipe's name and version", 0, 0, lambda: {"name": "another", "version": "2.0.0"}),
    Change("the model's name in the recipe", 0, renamed=("teacher", "tutor")),
    Change("the judge's name in the recipe", 0, renamed=("critic", "reader")),
    Change("concurrency, calls and tokens a minute", 0, 0, _of("teacher", concurrency=3, requests_per_minute=10_000)),
    Change("timeout", 0, 0, _of("teacher", timeout=60)),
    Change("price", 0, 0, _of("teacher", price={"input": 9.0, "output": 9.0})),
    Change("budget", 0, 0, lambda: {"budget": {"calls": 1, "usd": 0.0001}}),
    Change("the run directory", 0, out="elsewhere/r"),
    Change("the corpus' file name", 0, source="renamed.jsonl"),
    Change("the source's name and licence", 0, 0, _of("source", name="mine", licence="CC0-1.0")),
)
ROWS = [change.row for change in CHANGES]


def answer(request: dict[str, Any], nth: int) -> Reply:
    """The teacher, and judges `j` and `j2` who find everything good."""
    return _VOTES if request["model"] in ("j", "j2") else solve(request)


def with_judges(folder: Path, base_url: str, file: str = "r.yaml", **keys: Any) -> Path:
    """A recipe whose reasoning is judged by `critic`; `second` stands by."""
    usual = {"base_url": base_url, "price": {"input": 1.0, "output": 1.0}}
    models = {
        "teacher": {"model": "m", **usual, **keys.pop("teacher", {})},
        "critic": {"model": "j", **usual, **keys.pop("critic", {})},
        "second": {"model": "j2", **usual},
    }
    return recipe(folder, base_url, file, models=models, judge={"by": ["critic"], **keys.pop("judge", {})}, **keys)


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with ChatServer(answer) as server:
        yield server


@pytest.fixture(scope="module")
def before(server: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run."""
    folder = tmp_path_factory.mktemp("before")
    corpus(folder, _QUESTIONS)
    assert sent(server, folder, "runs/r", with_judges(folder, server.base_url)) == (_QUESTIONS, _QUESTIONS)
    return folder


def sent(server: ChatServer, folder: Path, out: str, path: Path) -> tuple[int, int]:
    """Requests that a run makes: to the teacher, to judges."""
    before = len(server.seen)
    run = execute(load_recipe(path), folder / out, journal=folder / "runs" / "journal.sqlite")
    assert run.sql("select label, count(*) from outcomes group by all").rows() == [("good", _QUESTIONS)]
    asked = [seen.json()["model"] for seen in server.seen[before:]]
    judged = sum(model in ("j", "j2") for model in asked)
    return len(asked) - judged, judged


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_asks_again_or_does_not(change: Change, before: Path, server: ChatServer, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(before, folder)
    (folder / "q.jsonl").unlink()
    corpus(folder, _QUESTIONS, change.first, change.source)
    keys = change.keys()
    source = {"from": change.source, **keys.pop("source", {})}
    if change.another:
        with ChatServer(answer) as other:
            path = with_judges(folder, other.base_url, change.file, source=source)
            assert sent(other, folder, change.out, path) == (change.asked, change.judged)
        return
    path = with_judges(folder, server.base_url, change.file, source=source, **keys)
    if any(change.renamed):
        path.write_text(path.read_text("utf-8").replace(*change.renamed), "utf-8")
    assert sent(server, folder, change.out, path) == (change.asked, change.judged)
    assert sent(server, folder, change.out, path) == (0, 0)


def test_an_identity_of_its_own_lets_a_model_move_house(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS)
    teacher = {"identity": "the house's r1"}
    with ChatServer(solve) as server:
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url, teacher=teacher)) == (_QUESTIONS, 0)
    with ChatServer(solve) as server:
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url, teacher=teacher)) == (0, 0)


def test_a_file_that_is_cut_to_fewer_questions_or_fewer_samples_asks_nothing(tmp_path: Path) -> None:
    corpus(tmp_path, _QUESTIONS + 3)
    with ChatServer(solve) as server:
        many = load_recipe(recipe(tmp_path, server.base_url, distil={"samples": 3}))
        execute(many, tmp_path / "runs" / "r")
        assert server.totals["requests"] == 3 * (_QUESTIONS + 3)
        corpus(tmp_path, _QUESTIONS)
        assert sent(server, tmp_path, "runs/r", recipe(tmp_path, server.base_url)) == (0, 0)
