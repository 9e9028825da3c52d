"""`curate sources`: each corpus fits 80 columns uncut, its sample is shown offline, and records of one's own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from curate.names import known, module
from curate.records import Question
from curate.terminal.console import console
from tests.curate.teaching import called

SOURCES = known("source")
FIELDS = set(Question.__dataclass_fields__)


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "80")
    console.cache_clear()
    yield
    console.cache_clear()


def told(folder: Path, *arguments: str) -> str:
    """What `curate sources` writes: no line wider than 80 columns, and none cut."""
    ran = called(folder, "sources", *arguments)
    assert ran.exit_code == 0, ran.stderr
    assert not ran.stderr
    assert max(map(cell_len, ran.stdout.splitlines())) <= 80
    assert "…\n" not in ran.stdout.replace(" ", "")
    return ran.stdout


def parsed(folder: Path, *arguments: str) -> Any:
    return json.loads(called(folder, "sources", *arguments, "--json").stdout)


def unwrapped(text: str) -> str:
    """The text without its breaks, where a word may have been folded."""
    return "".join(text.split())


def test_the_list_names_every_source_with_its_corpus_and_licence(tmp_path: Path) -> None:
    listed = told(tmp_path)
    for name in SOURCES:
        (line,) = (line for line in listed.splitlines() if line.startswith(f"{name} "))
        assert module("source", name).INFO.licence in line
        assert module("source", name).INFO.title.split()[0] in line
    assert [source["name"] for source in parsed(tmp_path)] == SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_told_whole(name: str, tmp_path: Path) -> None:
    info, said = module("source", name).INFO, told(tmp_path, name)
    for fact in (info.title, info.licence, info.home, info.task, info.form, info.citation, *info.defects.values()):
        assert unwrapped(fact) in unwrapped(said)
    for split, count in info.splits.items():
        assert f"{split} {count:,}" in said
    for flag in info.defects:
        assert f"  {flag} " in said
    assert parsed(tmp_path, name)["form"] == info.form


@pytest.mark.parametrize("name", SOURCES)
def test_the_bundled_sample_of_a_source_is_shown(name: str, tmp_path: Path) -> None:
    questions = parsed(tmp_path, name, "--sample", "3")
    assert len(questions) == 3
    shown = told(tmp_path, name, "--sample", "3")
    assert sum(line.startswith("gold -") for line in shown.splitlines()) == 3
    for question in questions:
        assert question.keys() == FIELDS
        assert question["id"] in shown
        assert question["task"].partition("\n")[0][:40] in shown
        assert unwrapped(question["question"]) in unwrapped(shown)
        assert ", ".join(question["flags"]) in shown


def test_a_sample_of_several_files_takes_from_each_in_turn(tmp_path: Path) -> None:
    tasks = [question["meta"]["task"] for question in parsed(tmp_path, "fincuge", "--sample", "12")]
    assert len(set(tasks[:10])) == 9, "one of finfe's two files is its problem_list"
    assert tasks[10:] == ["fincqa", "finese"]


def test_keys_of_the_source_can_be_set(tmp_path: Path) -> None:
    plain = parsed(tmp_path, "convfinqa", "--sample", "4")[3]
    alone = parsed(tmp_path, "convfinqa", "--sample", "4", "--set", "history=none")[3]
    assert plain["context"].startswith(alone["context"])
    assert "Q1: " in plain["context"].removeprefix(alone["context"])
    (other,) = parsed(tmp_path, "table", "--sample", "1", "--set", "columns.gold=steps")
    assert other["gold"].startswith("subtract(")


def test_records_of_ones_own_are_shown_and_unreadable_ones_told(tmp_path: Path) -> None:
    (tmp_path / "tweets.csv").write_text('text,label\n"Fundo\n波动不大",2\n" ",1\nVelm falls 3%,0\n', encoding="utf-8")
    mine = ("tfns", "--from", "tweets.csv", "--sample")
    shown = told(tmp_path, *mine, "5")
    assert "波动不大" in shown
    assert "Velm falls 3%" in shown
    assert "tweets.csv:4\nunreadable: 'text' is missing or empty\n" in shown
    first, broken, third = parsed(tmp_path, *mine, "5")
    assert (first["gold"], third["gold"]) == ("2", "0")
    assert (broken["file"], broken["number"], broken["error"]) == ("tweets.csv", 4, "'text' is missing or empty")
    assert len(parsed(tmp_path, *mine, "2")) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("table", "--from", "mine.jsonl", "--sample", "3"), "mine.jsonl:1: no question: the column 'question'"),
        (("table", "--from", "mine.jsonl", "--sample", "3"), "table expects any columns"),
        (("tfns", "--from", "empty.csv", "--sample", "3"), "holds no records"),
        (("tfns", "--from", "nowhere.csv", "--sample", "3"), "no file 'nowhere.csv'"),
        (("tfms", "--sample", "3"), "did you mean 'tfns'"),
        (("own.notes", "--sample", "3"), "no sample of 'own.notes' comes with the package; name a file of yours"),
        (("tfns", "--sample", "3", "--set", "colour=red"), "unknown key 'colour'"),
        (("tfns", "--from", "empty.csv"), "--from and --set belong to --sample"),
        (("--sample", "3"), "--sample shows records of one source; name it"),
    ],
)
def test_what_cannot_be_shown_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.py").write_text("from recipes.sources.tfns import INFO, Options, questions\n")
    (tmp_path / "mine.jsonl").write_text('{"ask": "Is it so?", "truth": "yes"}\n' * 9)
    (tmp_path / "empty.csv").write_text("text,label\n")
    ran = called(tmp_path, "sources", *arguments)
    assert ran.exit_code == 1
    assert said in ran.stderr
    assert not ran.stdout
