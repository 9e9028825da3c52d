"""The documentation is kept true: generated parts are up to date, links lead somewhere, recipes load, code runs."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import curate
from curate.recipe import load_recipe
from judges.verdict import Verdict
from tests.conftest import Command
from tests.docs import PARTS, ROOT, written
from tests.documents import DOCUMENTS, anchors, blocks, fragments, links, recipes, text_of
from tests.doubles.chat_server import ChatServer
from tests.furnished import answered, asking


@pytest.mark.parametrize("file", PARTS)
def test_generated_parts_are_up_to_date(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert written(text, PARTS[file]) == text, "run python -m tests.docs"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    for file, anchor in links(document):
        assert (ROOT / file).exists(), file
        assert not anchor or anchor in anchors(file), f"{file}#{anchor}"


def test_every_document_is_reached_from_the_readme() -> None:
    found, new = set(), {"README.md"}
    while new:
        found |= new
        new = {file for name in new for file, _ in links(name) if file in DOCUMENTS} - found
    assert set(DOCUMENTS) - found == {"recipes/samples/README.md"}


@pytest.mark.parametrize(("document", "name"), [(one, name) for one in DOCUMENTS for name in recipes(one)])
def test_every_recipe_is_valid(tmp_path: Path, document: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(recipes(document)[name], encoding="utf-8")
    assert len(load_recipe(path).sources) == len(yaml.safe_load(path.read_text(encoding="utf-8"))["sources"])


# What a part of a recipe may leave out: names of models, sources to read.
_AROUND: dict[str, Any] = {
    "name": "part",
    "version": "1.0.0",
    "sources": [{"use": "finqa", "from": "train.json"}],
    "models": {
        name: {"model": name, "base_url": "http://gpu/v1"}
        for name in ("gpt-4o", "small-7b", "small-8b", "student", "large")
    },
}


@pytest.mark.parametrize(("document", "part"), [(one, part) for one in DOCUMENTS for part in fragments(one)])
def test_every_part_of_a_recipe_is_valid(tmp_path: Path, document: str, part: str) -> None:
    said = yaml.safe_load(part)
    path = tmp_path / "part.yaml"
    models = {**_AROUND["models"], **said.get("models", {})}
    path.write_text(yaml.safe_dump({**_AROUND, **said, "models": models}), encoding="utf-8")
    load_recipe(path)


def test_the_funnel_in_the_readme_is_the_quickstarts(command: Command) -> None:
    shown = re.search(r"```text\n( +finqa.*?)\n\d+ records in", text_of("README.md"), re.DOTALL)
    assert shown is not None
    printed = [line.rstrip() for line in command("run", "quickstart").stdout.splitlines()]
    assert shown[1].splitlines() == printed[: len(shown[1].splitlines())]


def test_the_keys_of_a_run_record_are_told(quickstart: curate.Run) -> None:
    _, _, told = text_of("curate/README.md").partition("### `run.json`")
    rows = re.findall(r"^\| (`.*?`) \|", told.partition("## Tables")[0], re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == set(quickstart.record)


def code(document: str, words: str) -> str:
    """The one block of Python in a document that has these words."""
    (found,) = [block for block in blocks(document, "python") if words in block]
    return found


def module(folder: Path, name: str, source: str) -> None:
    (folder / "my_bank").mkdir(exist_ok=True)
    (folder / "my_bank" / f"{name}.py").write_text(source, encoding="utf-8")


def test_the_python_of_the_readme_runs(quickstart: curate.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "quickstart").symlink_to(quickstart.path)
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    exec(code("README.md", "import curate"), told)
    assert len((tmp_path / "sft.jsonl").read_text(encoding="utf-8").splitlines()) == quickstart.dataset("sft").num_rows
    assert told["run"].path == Path("runs/quickstart")


def test_a_source_of_ones_own_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(tmp_path, "notes", code("recipes/README.md", "INFO = "))
    (tmp_path / "notes.jsonl").write_text('{"nr": 7, "frage": "how much?", "antwort": "12.5%"}\n{"nr": 8}\n')
    recipe = tmp_path / "r.yaml"
    recipe.write_text("name: r\nversion: 1.0.0\nsources: [{use: my_bank.notes, from: notes.jsonl}]\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    run = curate.run(recipe, tmp_path / "run")
    assert run.sql("select id, gold, licence from questions").rows() == [("notes:7", "12.5%", "internal")]
    assert run.sql("select error from unreadable").item() == "'frage' is empty"


def test_a_teacher_of_ones_own_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(tmp_path, "derive", code("recipes/README.md", "def write"))
    rows = [
        {"question": "Is it so?", "gold": "yes", "explanation": "Rule 4 says so."},
        {"question": "Why?", "gold": "yes"},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    source = {"use": "table", "from": "q.jsonl", "kind": "boolean"}
    said = {"name": "r", "version": "1.0.0", "sources": [source], "distil": {"by": "my_bank.derive"}}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    run = curate.run(tmp_path / "r.yaml", tmp_path / "run")
    assert run.sql("select reasoning, model from traces").rows() == [("Rule 4 says so.", "our rule book")]
    assert run.sql("select value from checks").rows() == [(True,)]
    assert run.sql("select count(*) from outcomes where reason = 'no_trace'").item() == 1


def test_a_judge_of_ones_own_votes_on_its_criteria(tmp_path: Path) -> None:
    said = yaml.safe_load(recipes("recipes/README.md")["my-judge.yaml"])
    said["sources"] = [{"use": "traces", "from": str(ROOT / "recipes" / "samples" / "traces.jsonl"), "limit": 3}]
    with ChatServer(answered) as server:
        (tmp_path / "r.yaml").write_text(yaml.safe_dump(asking(said, server.base_url)), encoding="utf-8")
        run = curate.run(tmp_path / "r.yaml", tmp_path / "run")
    votes = "select criterion, count(vote) > 0 from scores where judge = '{}' group by all order by all"
    criteria = ["logical_consistency", "step_count", "units"]
    assert run.sql(votes.format("large")).rows() == [(name, True) for name in criteria]
    assert run.sql(votes.format("rules")).rows() == [(name, name == "logical_consistency") for name in criteria]


def test_the_release_of_the_readme_and_its_cards_are_the_quickstarts(
    command: Command, quickstart: curate.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(quickstart.path, tmp_path / "runs" / "quickstart")
    shown = re.search(r"```text\n(config +split.*?)\n-> ", text_of("README.md"), re.DOTALL)
    assert shown is not None
    printed = [line.rstrip() for line in command("release", "quickstart").stdout.splitlines()]
    assert shown[1].splitlines() == printed[: len(shown[1].splitlines())]
    monkeypatch.chdir(tmp_path)
    exec(code("cards/README.md", "dataset_card"), {})


def test_the_python_of_the_judges_gives_what_it_says() -> None:
    text = code("judges/README.md", "PRESETS")
    names: dict[str, Any] = {"Verdict": Verdict}
    imports, _, calls = text.partition("\n\n")
    exec(imports, names)
    told = re.findall(r"^((?:match|grade)\(.*)(?:  |\n)# (.*)$", calls, re.MULTILINE)
    assert len(told) == calls.count("# ")
    for call, said in told:
        assert eval(call, names) == eval(said.partition(": ")[0], names), call
