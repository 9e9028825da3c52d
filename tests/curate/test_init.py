"""`curate init`: what it writes loads and runs, as it stands and with each block switched on; it overwrites nothing."""

import re
from pathlib import Path

import pytest
import yaml

from curate.names import known
from curate.recipe import load_recipe
from tests.conftest import Command
from tests.curate.teaching import called

WAYS = {
    "plain": [],
    "teacher": ["--teacher", "deepseek-reasoner"],
    "own server": ["--teacher", "my-model"],
    "served": ["--teacher", "Qwen/Qwen2.5-7B-Instruct", "--sources", "cflue,fincuge"],
}


def blocks(text: str) -> list[tuple[int, int]]:
    """Where the lines that are switched off stand, each run of them together."""
    off = [bool(re.match(r"#( |$)", line)) for line in text.splitlines()]
    starts = [at for at, here in enumerate(off) if here and not (at and off[at - 1])]
    return [(at, next((end for end in range(at, len(off)) if not off[end]), len(off))) for at in starts]


def switched_on(text: str, chosen: list[tuple[int, int]]) -> str:
    lines = text.splitlines()
    for start, end in chosen:
        lines[start:end] = [line.removeprefix("# ") if line != "#" else "" for line in lines[start:end]]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("way", WAYS)
def test_every_block_can_be_switched_on_alone_and_all_together(tmp_path: Path, way: str, language: str) -> None:
    made = called(tmp_path, "init", "mine", "--language", language, *WAYS[way])
    assert made.exit_code == 0, made.output
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    load_recipe(tmp_path / "mine.yaml")
    found = blocks(text)
    assert len(found) >= 7
    for chosen in [*([one] for one in found), found]:
        (tmp_path / "on.yaml").write_text(switched_on(text, chosen), encoding="utf-8")
        on = load_recipe(tmp_path / "on.yaml")
        assert on.digest() != load_recipe(tmp_path / "mine.yaml").digest()
    assert set(on.models) == {"teacher", "judge"}
    assert on.publish.repo == "my-org/mine"
    assert on.budget.usd


@pytest.mark.parametrize("name", ["12", "1.0", "true", "mine"])
@pytest.mark.parametrize("teacher", ["a: b", '"x', "gpt #1", "12", "模型-7b"])
def test_names_that_yaml_would_read_otherwise_stay_as_they_are(tmp_path: Path, name: str, teacher: str) -> None:
    made = called(tmp_path, "init", name, "--teacher", teacher)
    assert made.exit_code == 0, made.output
    found = load_recipe(tmp_path / f"{name}.yaml")
    assert (found.name, found.models["teacher"].model) == (name, teacher)


def test_every_switched_off_line_says_what_it_is_for(tmp_path: Path) -> None:
    called(tmp_path, "init", "mine")
    lines = (tmp_path / "mine.yaml").read_text(encoding="utf-8").splitlines()
    for start, _ in blocks("\n".join(lines)):
        assert lines[start - 1].startswith("## ") or "  ## " in lines[start], lines[start]


def test_it_runs_at_once_and_says_what_to_type_next(tmp_path: Path, command: Command) -> None:
    made = command("init", "my-recipe")
    assert made.returncode == 0, made.stderr
    lines = [line.removeprefix("Next: ").strip() for line in made.stdout.partition("\n\n")[2].splitlines()]
    assert [line.split()[1] for line in lines] == ["doctor", "run", "show"]
    for line in lines:
        ran = command(*line.split()[1:], env={"HF_HUB_OFFLINE": "1"})
        assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = command("sql", "my-recipe", "select count(*) as n from outcomes where goes_to = 'sft'", "--csv")
    assert int(counted.stdout.split()[1]) > 10


@pytest.mark.parametrize("source", known("source"))
def test_any_source_can_be_started_from(tmp_path: Path, source: str) -> None:
    assert called(tmp_path, "init", "r", "--sources", source).exit_code == 0
    ran = called(tmp_path, "run", "r.yaml")
    assert ran.exit_code == 0, ran.output
    assert "records in" in ran.stdout


def test_files_of_ones_own_are_read_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "题 目.csv").write_text("question,gold\nwhat is 1 + 1?,2\n", encoding="utf-8")
    made = called(tmp_path, "init", "r.yaml", "--sources", "table", "--from", "data/题 目.csv", "--language", "zh")
    assert made.exit_code == 0, made.output
    assert not (tmp_path / "samples").exists()
    said = yaml.safe_load((tmp_path / "r.yaml").read_text(encoding="utf-8"))
    assert said["sources"] == [{"use": "table", "from": "data/题 目.csv"}]
    assert called(tmp_path, "run", "r.yaml").exit_code == 0


def test_chinese_comments_are_chinese(tmp_path: Path) -> None:
    called(tmp_path, "init", "r", "--language", "zh")
    prose = [line for line in (tmp_path / "r.yaml").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert all(re.search("[一-鿿]", line) for line in prose if not line.startswith("##   ")), prose


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["there"], "'there.yaml' is there already, and nothing was written"),
        (["../up"], "cannot name a recipe"),
        (["r", "--sources", "finq"], "did you mean 'finqa'?"),
        (["r", "--sources", ","], "names no source"),
        (["r", "--sources", "finqa,cflue", "--from", "there.yaml"], "names the files of one source; found 2"),
        (["r", "--sources", "finqa", "--from", "nowhere.json"], "no file 'nowhere.json'"),
        (["r", "--sources", "tfns"], "is there already and is another file; nothing was written"),
    ],
)
def test_what_stands_in_the_way_is_told_and_nothing_is_written(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "there.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "tfns.csv").write_text("mine", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    made = called(tmp_path, "init", *arguments)
    assert made.exit_code == 1
    assert said in made.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_second_recipe_shares_the_samples_of_the_first(tmp_path: Path) -> None:
    assert called(tmp_path, "init", "a").exit_code == called(tmp_path, "init", "b").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "b.yaml", "samples"]


def test_files_of_ones_own_need_a_source_that_reads_them(tmp_path: Path) -> None:
    told = called(tmp_path, "init", "mine", "--from", "a.jsonl")
    assert (told.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "--from needs --sources NAME" in told.output


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("no folder")
    told = called(tmp_path, "init", "mine")
    assert told.exit_code == 1
    assert "samples" in told.output
    assert not (tmp_path / "mine.yaml").exists()
