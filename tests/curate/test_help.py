"""One grammar over all commands: metavars, help, examples that parse, a list without cut lines, one table of codes."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from curate.cli import app as curate_app
from curate.terminal.reported import EXIT_CODES, MEANINGS
from tests.conftest import ROOT, Command
from train.__main__ import app as train_app

METAVARS = set("RUN RECIPE ID FILE FOLDER PATH N X NAME KEY KEY=VALUE VERSION QUERY OUTCOME REASON SOURCE".split())
METAVARS |= set("TEXT DATE SHA ORG/NAME A B CONFIG ENDPOINT EXPORT KIND LANGUAGE NAME,NAME".split())
SHARED = ("--json", "--journal", "--labels")  # one help wherever they stand


def walked(name: str, group: Any) -> Iterator[tuple[str, Any]]:
    for key, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from walked(f"{name} {key}", command)
        else:
            yield f"{name} {key}", command


TREES = {"curate": typer.main.get_command(curate_app), "python -m train": typer.main.get_command(train_app)}
COMMANDS = dict(pair for name, tree in TREES.items() for pair in walked(name, tree))


def parameters() -> Iterator[tuple[str, Any]]:
    for name, command in COMMANDS.items():
        yield from ((name, parameter) for parameter in command.params if parameter.name != "help")


def examples() -> list[str]:
    """The examples of all epilogs, what comes after a pipe or into a file left out."""
    said = [re.sub(r"^Examples?: ", "", command.epilog or "") for command in COMMANDS.values()]
    return [re.split(r" [>|] ", one)[0] for epilog in said for one in re.split(r"; (?=curate |python )", epilog)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_of_its_own(name: str) -> None:
    epilog = COMMANDS[name].epilog or ""
    assert re.match(rf"Examples?: {re.escape(name)}\b", epilog), epilog


@pytest.mark.parametrize("example", examples())
def test_every_example_parses(example: str) -> None:
    """As far as it can without being run: its command, options, arguments and their types are right."""
    name = max((name for name in COMMANDS if f"{example} ".startswith(f"{name} ")), key=len)
    arguments = shlex.split(example.removeprefix(name))
    assert COMMANDS[name].make_context(name, arguments).params


@pytest.mark.parametrize(
    "example", [one for one in examples() if re.match(r"curate (init|doctor|recipe|sources|plan quick)\b", one)]
)
def test_examples_of_the_first_commands_run(example: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.json").write_bytes((ROOT / "recipes/samples/finqa.jsonl").read_bytes())
    ran = command(*shlex.split(example)[1:], env={"HF_HUB_OFFLINE": "1", "HF_TOKEN": "", "HF_HOME": str(tmp_path)})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout


def test_every_parameter_says_what_it_is() -> None:
    for name, parameter in parameters():
        assert parameter.help, f"{name}: {parameter.opts}"
        assert parameter.help.endswith((".", "?")), f"{name}: {parameter.opts}: {parameter.help}"


def test_metavars_are_words_of_the_grammar() -> None:
    for name, parameter in parameters():
        if not getattr(parameter, "is_flag", False):
            assert parameter.metavar in METAVARS, f"{name}: {parameter.opts}: {parameter.metavar}"


def test_an_option_takes_the_same_everywhere() -> None:
    took: dict[str, Any] = {}
    for name, parameter in parameters():
        for option in parameter.opts:
            if option.startswith("--") and option != "--out":  # a run is a folder, a report a file
                assert took.setdefault(option, parameter.metavar) == parameter.metavar, f"{name}: {option}"


@pytest.mark.parametrize("option", SHARED)
def test_shared_options_are_explained_alike(option: str) -> None:
    said = {parameter.help for _, parameter in parameters() if option in parameter.opts}
    assert len(said) == 1, said


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("group", ["", "journal"])
def test_the_list_of_commands_is_not_cut_at_80_columns(name: str, group: str) -> None:
    if group and name != "curate":
        return
    shown = CliRunner().invoke(curate_app if name == "curate" else train_app, [*group.split(), "--help"]).output
    listed = shown.partition("Commands:")[2]
    assert "..." not in listed, listed
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_80_columns(name: str) -> None:
    arguments = name.removeprefix("curate ").removeprefix("python -m train ").split()
    shown = CliRunner().invoke(curate_app if name.startswith("curate") else train_app, [*arguments, "--help"])
    assert shown.exit_code == 0
    assert max(map(len, shown.output.splitlines())) <= 80


def test_the_exit_codes_are_told_in_one_table() -> None:
    for app in (curate_app, train_app):
        told = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
        assert EXIT_CODES in told
        assert all(f"{code} {meaning}" in told for code, meaning in MEANINGS.items())


def test_no_command_ends_with_another_exit_code() -> None:
    """Every `typer.Exit(...)` names a code of the table: read from the source."""
    named = {"COULD_NOT", "WRONG_USAGE", "BUDGET", "STOPPED"}
    for path in [*(ROOT / "curate").rglob("*.py"), *(ROOT / "train").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Exit", "sys.exit", "exit"):
                for part in (one for argument in node.args for one in ast.walk(argument)):
                    if isinstance(part, ast.Constant) and isinstance(part.value, int):
                        assert part.value == 0, f"{path}:{node.lineno}"
                used = {ast.unparse(argument) for argument in node.args if isinstance(argument, ast.Name)}
                assert used <= named, f"{path}:{node.lineno}: {used}"
