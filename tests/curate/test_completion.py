"""What the shells are offered behind TAB, asked as their completion scripts ask, in processes of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import curate
from curate.commands.bash_words import joined
from tests.conftest import ROOT

_CURATE = "import sys; sys.argv = ['curate']; from curate.cli import main; main()"
_ID = "finqa:HALVT/2015/page_12.pdf-1"


def asked(folder: Path, **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", _CURATE],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stderr == ""
    return ran.stdout


def bash(folder: Path, *words: str) -> list[str]:
    """Bash hands over its words, broken at colons, one a line; the last one is being typed."""
    said = {"COMP_WORDS": "\n".join(("curate", *words)), "COMP_CWORD": str(len(words))}
    return asked(folder, _CURATE_COMPLETE="complete_bash", **said).split("\n")[:-1]


def zsh(folder: Path, line: str) -> str:
    return asked(folder, _CURATE_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)


def fish(folder: Path, line: str) -> list[str]:
    said = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": line}
    return asked(folder, _CURATE_COMPLETE="complete_fish", **said).splitlines()


@pytest.fixture
def home(tmp_path: Path, quickstart: curate.Run) -> Path:
    """A folder with a finished run, one that is none, and a recipe."""
    (tmp_path / "runs" / "stopped").mkdir(parents=True)
    shutil.copytree(quickstart.path, tmp_path / "runs" / "quickstart")
    (tmp_path / "mine.yaml").write_text((ROOT / "recipes/tiny.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "offered", "not_offered"),
    [
        (["run", ""], ["quickstart", "fin-r1-data", "mine.yaml"], ["starter"]),
        (["run", "fin"], ["fin-r1-data", "finreason", "finreason-rl"], ["quickstart"]),
        (["sql", ""], ["quickstart"], ["stopped"]),
        (["show", "quickstart", "finqa"], [_ID], ["traces:demo-zh-08"]),
        (["show", "quickstart", "traces", ":", "demo-zh"], ["demo-zh-08"], [_ID]),
        (["show", "quickstart", "traces", ":"], ["demo-zh-08"], ["traces:demo-zh-08"]),
        (["show", "nowhere", ""], [], [_ID]),
        (["show", "quickstart", "--outcome", ""], ["good", "bad", "undecided", "dropped"], []),
        (["show", "quickstart", "--reason", "criteria"], ["criteria_failed"], []),
        (["sources", "fin"], ["finqa", "fincuge"], ["cflue"]),
        (["audit", "x.csv", "--as", "cf"], ["cflue"], ["finqa"]),
        (["init", "x", "--sources", "finqa,cf"], ["finqa,cflue"], ["finqa,finqa"]),
        (["run", "r", "--retry", ""], ["truncated", "failed"], ["ok"]),
        (["run", "quickstart", "--set", "sources.4.l"], ["sources.4.limit=", "sources.4.licence="], []),
        (["run", "quickstart", "--set", "sources.5"], [], ["sources.5.limit="]),
        (["run", "--set", "judge.k"], ["judge.keep="], []),
        (["plan", "fin-r1-data", "--set", "models.r1.p"], ["models.r1.price.input="], []),
        (["release", "quickstart", "--set", "s"], ["split.validation="], ["screen.gold="]),
        (["sources", "table", "--set", "columns.g"], ["columns.gold=", "columns.group="], []),
        (["recipe", "--explain", "judge."], ["judge.keep", "judge.keep.at_least"], ["judge"]),
        (["recipe", "quick"], ["quickstart"], []),
        (["compare", "quickstart", ""], ["quickstart"], ["mine.yaml"]),
    ],
)
def test_bash_is_offered_what_fits(home: Path, words: list[str], offered: list[str], not_offered: list[str]) -> None:
    found = bash(home, *words)
    assert set(offered) <= set(found)
    assert not set(not_offered) & set(found)


def test_zsh_and_fish_are_told_what_became_of_a_row(home: Path) -> None:
    assert _ID.replace(":", r"\\:") in zsh(home, "curate show quickstart finqa:HALVT")
    assert f"{_ID}\tgood, all_criteria" in fish(home, "curate show quickstart finqa:HALVT")
    assert "quickstart" in zsh(home, "curate run quick")
    assert fish(home, "curate run quick") == ["quickstart"]


def test_a_recipe_that_cannot_be_read_does_not_disturb_the_line(home: Path) -> None:
    (home / "broken.yaml").write_text("name: [", encoding="utf-8")
    assert "sources.0.limit=" in bash(home, "run", "broken.yaml", "--set", "sources.0.")


@pytest.mark.parametrize(
    ("words", "at", "whole", "typed"),
    [
        (["curate", "show", "r", "a", ":", "b"], 5, ["curate", "show", "r", "a:b"], 3),
        (["curate", "show", "r", "a", ":"], 4, ["curate", "show", "r", "a:"], 3),
        (["curate", "a", "::", "b", ":", "c", "d"], 6, ["curate", "a::b:c", "d"], 2),
        (["curate", ""], 1, ["curate", ""], 1),
        (["curate", "x", "y"], 1, ["curate", "x", "y"], 1),
        (["curate"], 1, ["curate"], 1),
    ],
)
def test_bash_words_around_a_colon_are_joined(words: list[str], at: int, whole: list[str], typed: int) -> None:
    assert joined(words, at) == (whole, typed)
