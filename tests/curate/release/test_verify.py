"""Each kind of damage to a release is found and named; a release that is as it says has no fault."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curate.errors import UserError
from curate.release import sides
from curate.release.verify import unchecked, verify
from curate.terminal.verify import print_verified
from tests.curate.release.folders import contents
from tests.curate.release.releases import Row, read_lock, release, relock, row, scores, write_lock, write_rows
from tests.doubles.hub import Hub

ROWS = [
    row("sft", "demo:1"),
    row("sft", "demo:2"),
    row("sft", "demo:3", split="validation"),
    row("sft", "demo:4", language="zh", question="净利润是多少？"),
    row("rl", "demo:5", group="doc"),
    row("rl", "demo:6", group="doc"),
    row("rejects", "demo:7"),
    row("rejects", "other:1", label="dropped", reason="duplicate", gold=None, prompt=None),
]
SFT, RL = "data/sft/train-00000-of-00001.parquet", "data/rl/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("release") / "v1.0.0", ROWS)


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(good, tmp_path / "v1.0.0"))


def of(config: str, split: str = "train") -> list[Row]:
    return [one for one in ROWS if (one["config"], one["split"]) == (config, split)]


def found(folder: Path, *patterns: str) -> None:
    """Each pattern is found in a fault of its own line."""
    faults = verify(folder)
    for pattern in patterns:
        assert any(re.search(pattern, fault) for fault in faults), f"{pattern} in {faults}"


def test_a_release_that_is_as_it_says_has_no_fault(good: Path) -> None:
    assert verify(good) == []
    assert unchecked(good) == []


def test_notes_written_by_hand_are_no_fault(folder: Path) -> None:
    card = folder / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("Written by hand.", "财报数据。\n\n## Ask us: 12 rows"))
    assert verify(folder) == []


def test_files_that_are_no_data_may_lie_beside(folder: Path) -> None:
    for name in (".gitattributes", "LICENSE", "banner.png"):
        (folder / name).write_text("x", encoding="utf-8")
    assert verify(folder) == []


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_funnel(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes a fact, and covers it in the lock."""
    facts = json.loads((folder / "funnel.json").read_text(encoding="utf-8"))
    change(facts)
    (folder / "funnel.json").write_text(json.dumps(facts, indent=2, sort_keys=True), encoding="utf-8")
    relock(folder)


def edit_lock(folder: Path, **changes: Any) -> None:
    write_lock(folder, {key: value for key, value in (read_lock(folder) | changes).items() if value is not None})


# --- files


def test_a_flipped_byte(folder: Path) -> None:
    data = bytearray((folder / SFT).read_bytes())
    data[len(data) // 3] ^= 1
    (folder / SFT).write_bytes(data)
    found(folder, rf"^{SFT}: sha256 [0-9a-f]{{64}}, but recipe.lock.yaml states [0-9a-f]{{64}}$")


@pytest.mark.parametrize("cut", [0, 3, 100])
def test_a_file_that_is_cut_off(folder: Path, cut: int) -> None:
    (folder / SFT).write_bytes((folder / SFT).read_bytes()[:cut])
    found(folder, rf"^{SFT}: bytes {cut}, but", rf"^{SFT}: cannot be read as Parquet")


def test_a_dropped_row(folder: Path) -> None:
    write_rows(folder, "sft", "train", of("sft")[1:])
    found(folder, rf"^{SFT}: rows 2, but recipe.lock.yaml states 3$", rf"^{SFT}: sha256")


def test_a_dropped_row_whose_hash_was_mended(folder: Path) -> None:
    write_rows(folder, "sft", "train", of("sft")[1:])
    relock(folder)
    found(
        folder,
        r"^README.md: dataset_info of sft: splits: .*num_examples=3.*, expected .*num_examples=2.* by the files$",
        r"^funnel.json: parts: Part\(config='sft', split='train', rows=3, .*, expected .*rows=2, .* by the data$",
        r"^funnel.json: demo: rows \{'sft': 4, .*\}, expected \{'sft': 3, .*\} by the data$",
        r"^data: 1 ids have votes in scores, but do not stand where these say, expected 0: demo:1$",
    )


def test_a_missing_file(folder: Path) -> None:
    (folder / RL).unlink()
    found(folder, rf"^{RL}: is missing; recipe.lock.yaml names it$", r"the YAML names rl/train, which has no file")


@pytest.mark.parametrize("name", ["data/sft/train-00001-of-00002.parquet", "data/more/train.jsonl", "more.parquet"])
def test_data_beyond_the_lock(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / SFT, folder / name)
    found(folder, rf"^{name}: is there, but recipe.lock.yaml does not name it$")


@pytest.mark.parametrize("name", ["README.md", "README_zh.md", "funnel.json"])
def test_every_release_has_its_texts(folder: Path, name: str) -> None:
    (folder / name).unlink()
    found(folder, rf"^{name}: is missing")


# --- the lock


def test_a_missing_lock(folder: Path) -> None:
    (folder / "recipe.lock.yaml").unlink()
    (fault,) = verify(folder)
    assert "recipe.lock.yaml: cannot be read" in fault


@pytest.mark.parametrize("text", ["", "- 1", "{", "format: 1", "\ufffe"])
def test_a_lock_that_is_none(folder: Path, text: str) -> None:
    (folder / "recipe.lock.yaml").write_text(text, encoding="utf-8")
    (fault,) = verify(folder)
    assert "recipe.lock.yaml: " in fault


def test_a_lock_that_lacks_what_it_must_state(folder: Path) -> None:
    edit_lock(folder, prompts=None, criteria=None)
    assert verify(folder) == ["recipe.lock.yaml: lacks prompts, criteria"]


@pytest.mark.parametrize("files", [[], {"data": "x"}, {SFT: {"sha256": "0"}}])
def test_a_lock_whose_files_are_none(folder: Path, files: Any) -> None:
    edit_lock(folder, files=files)
    found(folder, "^recipe.lock.yaml: files must map")


def test_a_lock_of_a_later_form(folder: Path) -> None:
    edit_lock(folder, format=2)
    found(folder, "^recipe.lock.yaml: is of format 2, expected 1")


def test_a_lock_of_another_version_of_the_dataset(folder: Path) -> None:
    edit_lock(folder, version="1.0.1", licence="cc-by-4.0")
    found(
        folder,
        "^funnel.json: version 1.0.0, but recipe.lock.yaml states 1.0.1$",
        "^funnel.json: licence apache-2.0, but recipe.lock.yaml states cc-by-4.0$",
    )


def test_the_text_of_another_version_is_no_fault(folder: Path) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["versions"]["fincurate"] = "0.0.1"

    edit_funnel(folder, change)
    edit_lock(folder, versions={"fincurate": "0.0.1"}, built_by="0.0.1")
    edit(folder, "README.md", "## ", "## In other words: ")
    assert verify(folder) == []
    assert "by fincurate 0.0.1, this is" in unchecked(folder)[0]


# --- rows


def test_other_columns_are_named(folder: Path) -> None:
    table = pq.read_table(folder / RL)
    table = table.drop_columns(["pass_low", "detail"]).append_column("hardness", table["pass_rate"])
    pq.write_table(table, folder / RL)
    relock(folder)
    found(folder, rf"^{RL}: lacks the columns detail, pass_low$", rf"^{RL}: has the columns hardness, which")


def test_another_type_and_another_order_are_named(folder: Path) -> None:
    table = pq.read_table(folder / RL)
    pq.write_table(table.select(sorted(table.column_names)), folder / RL)
    found(folder, rf"^{RL}: columns in the order answer_kind, detail, .*, expected id, source,")
    pq.write_table(table.set_column(0, "id", table["passed"]), folder / RL)
    found(folder, rf"^{RL}: column id is int32, expected string$")


def test_a_group_on_both_sides(folder: Path) -> None:
    write_rows(folder, "rl", "train", of("rl")[:1])
    write_rows(folder, "rl", "validation", of("rl")[1:])
    relock(folder)
    found(
        folder,
        r"^data: 1 groups stand in train and in validation, expected 0: doc$",
        r"^funnel.json: leaks: 0, expected 1 by the data$",
        r"^README.md: the YAML does not name rl/validation, which has files$",
    )


def test_a_group_on_both_sides_of_two_configs(tmp_path: Path) -> None:
    rows = [row("sft", "x:1", group="doc"), row("rl", "x:2", split="validation", group="doc")]
    found(release(tmp_path / "v1", rows), r"^data: 1 groups stand in train and in validation, expected 0: doc$")


def test_a_group_of_rejects_is_on_no_side(tmp_path: Path) -> None:
    rows = [row("rejects", "x:1", group="doc"), row("rl", "x:2", split="validation", group="doc")]
    assert verify(release(tmp_path / "v1", rows)) == []


def test_an_id_in_two_configs(tmp_path: Path) -> None:
    rows = [row("sft", "x:1"), row("rejects", "x:1")]
    found(release(tmp_path / "v1", rows), r"^data: 1 ids stand there more than once, expected 0: x:1$")


def test_rows_under_another_licence_and_of_no_source(folder: Path) -> None:
    first, *others = of("rl")
    write_rows(folder, "rl", "train", [first | {"licence": "CC-BY-NC-4.0"}, *others, row("rl", "foreign:1")])
    relock(folder)
    found(
        folder,
        r"^data: 1 rows of demo under CC-BY-NC-4.0, but recipe.lock.yaml states Apache-2.0$",
        r"^data: 1 rows of foreign, but recipe.lock.yaml names no such source$",
    )


def test_votes_that_were_changed(folder: Path) -> None:
    write_rows(folder, "scores", "train", scores(ROWS, failed="step_count"))
    relock(folder)
    found(folder, r"^funnel.json: votes: Votes\(.*step_count.*met=4.*\), expected .*met=0.* by the data$")


# --- the facts


@pytest.mark.parametrize(
    ("change", "pattern"),
    [
        (lambda facts: facts["lengths"][0].update(mean=1.5), r"^funnel.json: lengths: Length\(.*mean=1.5"),
        (lambda facts: facts["reasons"][0].update(rows=9), r"^funnel.json: reasons: Reason\(.*rows=9"),
        (lambda facts: facts.update(twins=3), r"^funnel.json: twins: 3, expected 0 by the data"),
        (lambda facts: facts["teachers"].clear(), r"^funnel.json: teachers: nothing, expected Counted\("),
        (
            lambda facts: facts["private"].append({"kind": "email", "rows": 1, "why": ""}),
            r"^funnel.json: private: .*email",
        ),
        (lambda facts: facts["infos"].pop(), r"^funnel.json: dataset_info does not name a config with rows"),
        (
            lambda facts: facts["sources"][0].update(questions=9),
            r"^funnel.json: demo has 9 questions and 0 unreadable records, but 7 rows in sft, rl and rejects",
        ),
        (
            lambda facts: facts["sources"][0].update(licence="MIT"),
            r"^funnel.json: demo: licence, records, questions \('MIT', 7, 7\), but recipe.lock.yaml states \('Apache",
        ),
        (lambda facts: facts.pop("parts"), r"^funnel.json: cannot be read as the facts of a card: .*parts"),
        (lambda facts: facts.update(more=1), r"^funnel.json: cannot be read as the facts of a card: .*more"),
        (lambda facts: facts["sources"][0].update(sft="four"), r"^funnel.json: cannot be read to its end"),
    ],
)
def test_a_fact_that_is_not_what_the_data_tell(
    folder: Path, change: Callable[[dict[str, Any]], object], pattern: str
) -> None:
    edit_funnel(folder, change)
    found(folder, pattern)


# --- the cards


@pytest.mark.parametrize("name", ["README.md", "README_zh.md"])
def test_a_number_that_was_edited_in_a_card(folder: Path, name: str) -> None:
    lines = (folder / name).read_text(encoding="utf-8").split("\n")
    at = next(at for at, line in enumerate(lines) if line.startswith("| `demo` |"))
    lines[at] = lines[at].replace(" 7 |", " 70 |", 1)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    found(folder, rf"^{name}:{at + 1}: \| `demo` \|.* 70 \|.*, expected .* by funnel.json$")


def test_words_added_below_a_card(folder: Path) -> None:
    with (folder / "README.md").open("a", encoding="utf-8") as file:
        file.write("One more promise.\n")
    found(folder, r"^README.md:\d+: One more promise\., expected .*by funnel.json$")


def test_a_split_in_the_yaml_without_a_file(folder: Path) -> None:
    old = "  - split: validation\n    path: data/sft/validation-*.parquet\n"
    edit(folder, "README.md", old, f"{old}  - split: test\n    path: data/sft/test-*.parquet\n")
    found(folder, r"^README.md: the YAML names sft/test, which has no file$", r"^README.md: configs in its YAML: ")


def test_files_that_the_yaml_gives_to_another_split(folder: Path) -> None:
    edit(folder, "README.md", "path: data/sft/validation-*.parquet", "path: data/sft/train-*.parquet")
    found(
        folder, r"^README.md: the YAML gives data/sft/train-\*.parquet for sft/validation, expected data/sft/validation"
    )


def test_another_licence_in_the_yaml(folder: Path) -> None:
    edit(folder, "README.md", "license: apache-2.0", "license: mit")
    found(folder, r"^README.md: license in its YAML: mit, expected apache-2.0 by funnel.json$")


def test_a_row_count_in_the_yaml(folder: Path) -> None:
    edit(folder, "README.md", "num_examples: 3", "num_examples: 30")
    found(folder, r"^README.md: dataset_info of sft: splits: .*num_examples=30.*expected .*num_examples=3\D")


@pytest.mark.parametrize("head", ["", "---\nconfigs: {\n---\n", "---\nlicense: mit\n---\n", "---\n- 1\n---\n"])
def test_a_card_without_readable_yaml(folder: Path, head: str) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    (folder / "README.md").write_text(head + text, encoding="utf-8")
    found(folder, r"^README.md: its YAML cannot be read, or lacks")


# --- the Hub


# huggingface_hub reads HF_ENDPOINT once, when it is imported: so in a process of its own.
ON_THE_HUB = """
import json, sys
from curate.release.compare import compare
from curate.release.sides import release, side
from curate.release.verify import verify

local, *names = sys.argv[1:]
version, main = map(release, names)
differ = len(compare(side(local), version).rows)
print(json.dumps({"name": version.name, "differ": differ, "faults": [verify(one.folder) for one in (version, main)]}))
"""


def test_a_version_on_the_hub(good: Path, tmp_path: Path) -> None:
    with Hub("org/demo", contents(good)) as hub:
        repo = hub.repo("org/demo")
        repo.tags["v1.0.0"] = first = repo.head
        repo.push({SFT: (good / RL).read_bytes()})
        names = ("org/demo@v1.0.0", "org/demo@main")
        done = subprocess.run(
            [sys.executable, "-c", ON_THE_HUB, str(good), *names],
            env={**os.environ, **hub.env(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
    told = json.loads(done.stdout)
    assert (told["name"], told["differ"]) == (f"org/demo@v1.0.0 ({first[:7]})", 0)
    of_version, of_main = told["faults"]
    assert of_version == []
    assert f"{SFT}: rows 2, but recipe.lock.yaml states 3" in of_main


# --- the terminal


def test_what_the_terminal_shows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = sides.release(str(folder))
    print_verified(target, [], [])
    assert capsys.readouterr().out.endswith(": verified\n")
    print_verified(target, ["a: [bold]1", "b: 2"], ["c"])
    assert capsys.readouterr().out.splitlines()[:3] == ["a: [bold]1", "b: 2", "c"]
    print_verified(target, ["a"], [], as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "release": str(folder),
        "verified": False,
        "faults": ["a"],
        "unchecked": [],
    }


def test_a_run_is_no_release(quickstart: Any) -> None:
    with pytest.raises(UserError, match=r"is a run, not a release\n  its releases: none"):
        sides.release(str(quickstart.path))
