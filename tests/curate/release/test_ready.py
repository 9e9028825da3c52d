"""Which release is published: the one that was built of the run as it stands, with all that was said at its build."""

import json
from pathlib import Path

import pytest

from curate.errors import UserError
from curate.release.build import build
from curate.release.lock import read_lock
from curate.release.ready import ready
from curate.release.wanted import wanted
from tests.curate.release.runs import made, row

LINES: list[str] = []


def test_a_run_without_a_release_gets_one(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    folder, repo = ready(str(run.path), "org/name", LINES.append)
    assert (folder, repo) == (run.path / "release" / "v1.0.0", "org/name")
    assert 'load_dataset("org/name"' in (folder / "README.md").read_text(encoding="utf-8")


def test_a_fresh_release_is_taken_as_it_is(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    folder = build(run, wanted(run, {"publish.repo": "org/name", "split.seed": 5}))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert ready(str(run.path), None, LINES.append) == (folder, "org/name")
    assert ready(str(folder), None, LINES.append) == (folder, "org/name")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_for_another_repository_it_is_built_again_with_all_that_was_said(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1, context="Ask ada@bank.example. The revenue was 503 million, then 401 million.")])
    build(run, wanted(run, {"publish.repo": "org/one", "split.seed": 5}, {"demo": "ours"}), private="meant to be read")
    folder, repo = ready(str(run.path), "org/two", LINES.append)
    recipe = read_lock(folder)["recipe"]
    assert repo == recipe["publish"]["repo"] == "org/two"
    assert (recipe["split"]["seed"], recipe["publish"]["accept_licence"]) == (5, {"demo": "ours"})
    facts = json.loads((folder / "funnel.json").read_text(encoding="utf-8"))
    assert [one["why"] for one in facts["private"]] == ["meant to be read"]


def test_a_release_of_an_earlier_run_is_built_again(tmp_path: Path) -> None:
    build(run := made(tmp_path, [row(1)]), wanted(run, {"publish.repo": "org/name"}))
    again = made(tmp_path, [row(1), row(2)])
    folder, _ = ready(str(again.path), "org/name", LINES.append)
    assert read_lock(folder)["files"]["data/sft/train-00000-of-00001.parquet"]["rows"] == 2


def test_a_dry_run_leaves_the_release_as_it_is(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    folder = build(run, wanted(run, {"publish.repo": "org/one"}))
    assert ready(str(run.path), "org/two", LINES.append, dry_run=True) == (folder, "org/two")
    assert read_lock(folder)["recipe"]["publish"]["repo"] == "org/one"


def test_a_folder_whose_cards_name_another_repository_is_refused(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    folder = build(run, wanted(run, {"publish.repo": "org/one"}))
    with pytest.raises(UserError, match="name org/one"):
        ready(str(folder), "org/two", LINES.append)


def test_another_split_or_licence_in_the_recipe_builds_anew(tmp_path: Path) -> None:
    build(run := made(tmp_path, [row(1)]), wanted(run, {"publish.repo": "org/name"}))
    again = made(tmp_path, [row(1)], overrides={"publish.licence": "cc-by-4.0"})
    folder, _ = ready(str(again.path), "org/name", LINES.append)
    assert read_lock(folder)["licence"] == "cc-by-4.0"


def test_another_version_of_the_same_run_is_named_not_guessed(tmp_path: Path) -> None:
    build(run := made(tmp_path, [row(1)]), wanted(run, {"publish.repo": "org/name", "version": "1.1.0"}))
    with pytest.raises(UserError, match=r"v1\.1\.0 was built of this run"):
        ready(str(run.path), None, LINES.append)
    assert ready(str(run.path / "release" / "v1.1.0"), None, LINES.append)[1] == "org/name"


def test_a_name_that_is_no_repository_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    with pytest.raises(UserError, match=r"publish\.repo"):
        ready(str(run.path), "alice", LINES.append)
    assert not (run.path / "release").exists()


def test_somebody_must_name_a_repository(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    with pytest.raises(UserError, match="--repo"):
        ready(str(run.path), None, LINES.append)
