"""A release as it is built: every outcome in one place, the same bytes twice, and what stops it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars
import pyarrow.parquet as pq
import pytest
import yaml

import curate
from curate.configs import COLUMNS
from curate.errors import UserError
from curate.release.build import build
from curate.release.data import Shards
from curate.release.lock import files_in, read_lock, sha256
from curate.release.verify import verify
from curate.release.wanted import wanted
from tests.curate.release.runs import made, row


def released(run: curate.Run, overrides: Mapping[str, Any] | None = None, **more: Any) -> Path:
    return build(run, wanted(run, overrides), **more)


def hashes(folder: Path) -> dict[str, str]:
    return {name: sha256(path) for name, path in files_in(folder).items()}


def config(folder: Path, name: str) -> polars.DataFrame:
    return polars.read_parquet(sorted((folder / "data" / name).glob("*.parquet")))


def facts(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "funnel.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def copied(quickstart: curate.Run, tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """A quickstart run of this module's own, to build releases in."""
    folder = tmp_path_factory.mktemp("release") / "quickstart"
    shutil.copytree(quickstart.path, folder)
    return curate.Run(folder)


@pytest.fixture(scope="module")
def release(copied: curate.Run) -> Path:
    return released(copied)


def test_every_outcome_stands_in_exactly_one_config(copied: curate.Run, release: Path) -> None:
    ids = [id for name in ("sft", "rl", "rejects") for id in config(release, name)["id"]]
    assert sorted(ids) == sorted(copied.table("outcomes")["question_id"])
    assert config(release, "scores").height == copied.table("scores").height
    assert verify(release) == []


def test_files_have_the_columns_that_are_documented(release: Path) -> None:
    for path in release.glob("data/*/*.parquet"):
        schema = pq.read_schema(path)
        assert [(field.name, field.type) for field in schema] == [
            (name, kind) for name, kind, _ in COLUMNS[path.parent.name]
        ]


def test_the_same_run_gives_the_same_bytes(copied: curate.Run, release: Path, tmp_path: Path) -> None:
    first = hashes(release)
    assert hashes(released(copied)) == first
    again = curate.run("quickstart", tmp_path / "elsewhere")
    assert hashes(released(again)) == first


def test_rows_stand_in_the_order_of_the_run(copied: curate.Run, release: Path) -> None:
    order = {id: place for place, id in enumerate(copied.table("outcomes")["question_id"])}
    for path in release.glob("data/*/*.parquet"):
        places = [order[id] for id in polars.read_parquet(path)["id"]]
        assert places == sorted(places)


def test_a_file_that_grows_too_large_is_followed_by_another(tmp_path: Path) -> None:
    with Shards(tmp_path, "rejects", "train", shard=1) as shards:
        for number in range(2500):
            shards.add({"id": f"demo:{number}", "reason": "duplicate"})
    paths = sorted((tmp_path / "data" / "rejects").iterdir())
    assert [path.name for path in paths] == [f"train-{number:05}-of-00003.parquet" for number in range(3)]
    assert [polars.read_parquet(path).height for path in paths] == [1000, 1000, 500]


def test_adding_rows_moves_none_of_the_old_ones(tmp_path: Path) -> None:
    old = [row(number, answer="7" if number % 4 == 0 else None) for number in range(60)]
    before = released(made(tmp_path / "one", old))
    after = released(made(tmp_path / "two", [*old[:30], *(row(number) for number in range(1000, 2000)), *old[30:]]))
    splits: list[dict[str, tuple[str, str]]] = []
    for folder in (before, after):
        places: dict[str, tuple[str, str]] = {}
        for path in folder.glob("data/*/*.parquet"):
            if path.parent.name != "scores":
                place = (path.parent.name, path.name.partition("-")[0])
                places |= dict.fromkeys(polars.read_parquet(path)["id"], place)
        splits.append(places)
    assert len(splits[1]) == len(splits[0]) + 1000
    assert {id: splits[1][id] for id in splits[0]} == splits[0]
    assert set(splits[0].values()) == {(name, split) for name in ("sft", "rl") for split in ("train", "validation")}


def test_what_caps_leave_out_is_a_reject_with_its_text(tmp_path: Path) -> None:
    run = made(tmp_path, [row(number) for number in range(12)])
    folder = released(run, {"split.sft.caps": {"sources": {"demo": 5}}})
    left = config(folder, "rejects").to_dicts()
    assert config(folder, "sft").height == 5
    assert {(one["label"], one["reason"], one["left_out_of"]) for one in left} == {("good", "over_config_cap", "sft")}
    assert all(one["prompt"] and one["reasoning"] and one["detail"] for one in left)
    assert len(left) == 7


def test_cflue_inside_an_mit_release_stops_it_until_somebody_says_why(tmp_path: Path) -> None:
    run = curate.run("quickstart", tmp_path / "run", overrides={"sources.1.licence": "CC-BY-NC-SA-4.0"})
    with pytest.raises(UserError, match=r"(?s)mit does not fit.*cflue: 12 rows under CC-BY-NC-SA-4\.0.*non|commercial"):
        released(run, {"publish.licence": "mit"})
    with pytest.raises(UserError, match="a release needs one"):
        released(run, {"publish.licence": None})
    assert not list(run.path.glob("release/v*"))
    why = "the samples are our own"
    folder = build(run, wanted(run, {"publish.licence": "mit"}, {"cflue": why}))
    for card in ("README.md", "README_zh.md"):
        assert why in (folder / card).read_text(encoding="utf-8")
    assert read_lock(folder)["recipe"]["publish"]["accept_licence"] == {"cflue": why}
    assert verify(folder) == []


def test_a_secret_in_a_row_stops_the_release_and_is_not_told(tmp_path: Path) -> None:
    secret = "sk-" + "a1B2c3D4" * 4
    run = made(
        tmp_path, [row(1), row(2, context=f"The key is {secret}. The revenue was 506 million, then 402 million.")]
    )
    with pytest.raises(UserError, match=r"secret.*(?s:.*)row demo:q2") as found:
        released(run)
    assert secret not in str(found.value)
    assert not list(run.path.glob("release/v*"))


def test_the_value_of_a_key_stops_it_whatever_it_looks_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "plain words")
    run = made(tmp_path, [row(1, context="These are plain words. The revenue was 503 million, then 401 million.")])
    with pytest.raises(UserError, match="secret"):
        released(run)


def test_private_data_stops_it_until_somebody_says_why(tmp_path: Path) -> None:
    run = made(
        tmp_path, [row(1), row(2, context="Ask ada@bank.example. The revenue was 506 million, then 402 million.")]
    )
    with pytest.raises(UserError, match=r"(?s)private data.*email in 1 rows.*row demo:q2, prompt"):
        released(run)
    folder = released(run, private="an address of the desk, meant to be read")
    assert facts(folder)["private"] == [{"kind": "email", "rows": 1, "why": "an address of the desk, meant to be read"}]
    assert verify(folder) == []
    masked = made(tmp_path / "masked", [row(1)], overrides={"screen": {"private": "redact"}})
    assert facts(released(masked))["private"] == []


def test_a_build_that_fails_leaves_the_earlier_one(copied: curate.Run, release: Path) -> None:
    before = hashes(release)
    with pytest.raises(UserError):
        released(copied, {"publish.licence": "nobody's"})
    with pytest.raises(UserError, match="mix"):
        released(copied, {"split.sft.mix": {"modules": {"code": 1.0}}})
    assert hashes(release) == before
    assert not (copied.path / "release" / ".building").exists()


def test_what_datasets_cannot_load_does_not_leave(copied: curate.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*arguments: Any) -> str:
        return real(*arguments).replace("data/sft/train-*", "data/sft/trian-*")

    from cards.dataset import dataset_card as real

    monkeypatch.setattr("curate.release.build.dataset_card", faulty)
    with pytest.raises(UserError, match="cannot load what was built"):
        released(copied, {"version": "2.0.0"})
    assert not (copied.path / "release" / "v2.0.0").exists()


def test_a_run_without_rows_to_train_on_has_nothing_to_release(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1, gold=""), row(2, gold="")])
    with pytest.raises(UserError, match="nothing to release"):
        released(run)
    only = released(made(tmp_path, [row(1, answer="7")]))
    assert [path.name for path in (only / "data").iterdir()] == ["rl"]
    assert verify(only) == []


@pytest.mark.parametrize("title", ["A --- B", "---", "a | b # c", "题目：<b>'\"", "{{ x }} {% y %}"])
def test_a_title_may_say_anything(tmp_path: Path, title: str) -> None:
    folder = released(made(tmp_path, [row(1)]), {"publish.title": title, "publish.about": title})
    assert verify(folder) == []


def test_folders_beside_the_versions_are_no_versions(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    for name in ("v0.9.0.bak", "v0.1.0-old", "v0.8.0"):
        (run.path / "release" / name).mkdir(parents=True)
    assert facts(released(run))["since"] == ""


def test_what_a_kill_left_aside_is_brought_back(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    folder = released(run)
    before = hashes(folder)
    folder.rename(folder.with_name(".old-v1.0.0"))
    with pytest.raises(UserError, match="mix"):
        released(run, {"split.sft.mix": {"modules": {"code": 1.0}}})
    assert hashes(folder) == before


def test_a_path_that_reads_as_a_pattern_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'\['.*move the run"):
        released(made(tmp_path / "a[1]", [row(1)]))


def test_notes_that_people_wrote_are_kept_by_the_next_build(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    card = released(run) / "README.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("<!-- notes -->\n", "<!-- notes -->\nAsk us: 我们。\n"), encoding="utf-8")
    assert "Ask us: 我们。" in (released(run) / "README.md").read_text(encoding="utf-8")
    assert "Ask us: 我们。" in (released(run, {"version": "1.1.0"}) / "README.md").read_text(encoding="utf-8")


def test_the_next_version_tells_what_changed(tmp_path: Path) -> None:
    first = released(made(tmp_path, [row(1), row(2), row(3)]))
    assert facts(first)["since"] == ""
    run = made(tmp_path, [row(1, answer="7"), row(2), row(4)])
    second = released(run, {"version": "1.1.0"})
    found = facts(second)
    assert found["since"] == "1.0.0"
    told = {(one["config"], one["what"], one["reason"]): one["rows"] for one in found["changes"]}
    assert told == {
        ("rl", "moved", "number_differs"): 1,
        ("sft", "added", "newly read"): 1,
        ("sft", "removed", "no longer read"): 1,
    }
    assert "1.0.0" in (second / "README_zh.md").read_text(encoding="utf-8")
    assert verify(second) == []


def test_the_card_names_configs_that_the_hub_can_read(release: Path) -> None:
    head = yaml.safe_load((release / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert [one["config_name"] for one in head["configs"]] == ["sft", "rl", "scores", "rejects"]
    assert head["license"] == "apache-2.0"
    assert head["language"] == ["en", "zh"]
