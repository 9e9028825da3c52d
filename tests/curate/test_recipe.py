"""Recipes: what is refused, where it says so, and what overrides may do."""

import sys
from pathlib import Path

import pytest

from curate.errors import UserError
from curate.recipe import load_recipe
from curate.recipe_file import parse_setting

GOOD = """\
name: mine
version: 1.0.0
sources:
  - use: table
    from: a.csv
    columns: {gold: truth}
distil: {by: program}
judge: {keep: {at_least: 6}}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_recipe_that_comes_with_the_package_is_valid(path: Path) -> None:
    assert load_recipe(path.stem).name == path.stem


def test_a_good_recipe_is_read(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, GOOD))
    assert recipe.sources[0].options.columns.gold == "truth"  # type: ignore[attr-defined]
    assert recipe.judge.keep.at_least == 6  # type: ignore[union-attr]
    assert recipe.base == tmp_path


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("distil:", "distill:"), 7, "unknown key 'distill'; did you mean 'distil'?"),
        (("from: a.csv", "form: a.csv"), 4, "'sources.0.from' is missing; 'form' stands there, was 'from' meant?"),
        (("columns: {gold: truth}", "colums: {gold: truth}"), 6, "unknown key 'colums'; did you mean 'columns'?"),
        (("gold: truth", "golds: truth"), 6, "unknown key 'golds'; did you mean 'gold'?"),
        (("use: table", "use: tabel"), 4, "no source is called 'tabel'; did you mean 'table'?"),
        (("use: table", "use: my_bank.nowhere"), 4, "no source is called 'my_bank.nowhere'"),
        (("by: program", "by: programm"), 7, "no teacher is called 'programm'; did you mean 'program'?"),
        (("at_least: 6", "at_least: 8"), 8, "all criteria together have 7 points"),
        (("{at_least: 6}", "most"), 8, "'judge.keep'"),
        (("version: 1.0.0", "version: 1.0"), 2, "'version'"),
        (("name: mine", "name: a/b"), 1, "'name'"),
        (("version: 1.0.0", "name: again"), 2, "'name' stands twice"),
        (("distil: {by: program}", "distil: {by: program"), 8, "not valid YAML"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, said: str) -> None:
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(UserError) as raised:
        load_recipe(path)
    text = str(raised.value)
    assert f"{path}:{line}:" in text
    assert said in text


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("distil:", "distill:").replace("1.0.0", "one"))
    with pytest.raises(UserError) as raised:
        load_recipe(path)
    assert "distill" in str(raised.value)
    assert "version" in str(raised.value)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("distil:", "  - {use: table, from: b.csv}\ndistil:"))
    with pytest.raises(UserError, match=r"r\.yaml:7: two sources are called 'table'"):
        load_recipe(path)


@pytest.mark.parametrize("text", ["", "- a", "just text", "\t"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"r\.yaml"):
        load_recipe(write(tmp_path, text))


def test_overrides_are_applied_and_checked_like_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    recipe = load_recipe(path, dict([parse_setting("sources.0.limit=3"), parse_setting("judge.keep=all")]))
    assert recipe.sources[0].limit == 3
    assert recipe.judge.keep == "all"
    for setting, said in [
        ("sources.0.limti=3", "--set sources.0.limti: unknown key 'limti'; did you mean 'limit'?"),
        ("sources.1.limit=3", "--set sources.1.limit: '1' is no entry"),
        ("name.x=3", "'name' is the value 'mine'"),
        ("sources.0.limit=0", "--set sources.0.limit: 'sources.0.limit'"),
    ]:
        with pytest.raises(UserError) as raised:
            load_recipe(path, dict([parse_setting(setting)]))
        assert said in str(raised.value)
    with pytest.raises(UserError, match="--set path"):
        parse_setting("nonsense")


def test_an_overridden_file_is_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path.parent)
    recipe = load_recipe(path, {"sources.0.from": "b.csv"})
    assert Path(recipe.sources[0].location) == tmp_path.parent / "b.csv"


def test_a_model_of_a_shipped_recipe_that_was_trained_here_is_known_by_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_recipe("finreason-rl").models["student"].folder is None
    folder = tmp_path / "trained/finreason-1.5b-sft/model"
    folder.mkdir(parents=True)
    known = []
    for weights in (b"once", b"again"):
        (folder / "model.safetensors").write_bytes(weights)
        student = load_recipe("finreason-rl").models["student"]
        assert student.folder == folder
        known.append(student.known_as())
    assert known[0] != known[1]


def test_a_model_of_a_recipe_of_ones_own_lies_beside_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = "models: {student: {serve: vllm, model: trained/model}}\n"
    path = write(tmp_path, GOOD + models)
    here = tmp_path / "here"
    (here / "trained/model").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert load_recipe(path).models["student"].folder is None
    (tmp_path / "trained/model").mkdir(parents=True)
    assert load_recipe(path).models["student"].folder == tmp_path / "trained/model"


def test_the_digest_follows_what_the_recipe_says_not_how(tmp_path: Path) -> None:
    one = load_recipe(write(tmp_path, GOOD)).digest()
    other = tmp_path / "other"
    other.mkdir()
    assert load_recipe(write(other, "# a comment\n" + GOOD.replace("{by: program}", "\n  by: program"))).digest() == one
    assert load_recipe(write(other, GOOD.replace("at_least: 6", "at_least: 5"))).digest() != one


def test_a_module_of_the_users_own_is_on_the_same_footing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_source.py").write_text(
        "from recipes.sources.table import INFO, questions as table_questions, Options\n"
        "def questions(row, corpus, options):\n    yield from table_questions(row, corpus, options)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "notes.py").write_text((tmp_path / "my_source.py").read_text())
    recipe = load_recipe(write(tmp_path, GOOD.replace("use: table", "use: pack.notes")))
    assert recipe.sources[0].implementation is sys.modules["pack.notes"]
