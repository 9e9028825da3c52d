from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
from curate.configs import files_of
from curate.errors import UserError
from curate.release.build import build
from curate.release.hub import Hub as Caller
from curate.release.wanted import wanted
from curate.split import side
from tests.curate.release.client import client
from tests.curate.release.folders import contents
from tests.curate.release.releases import release, row, write_data
from tests.curate.release.runs import made
from tests.curate.release.runs import row as record
from tests.doubles.hub import Hub
from train.data import Rows, read_rows
from train.spec import GrpoSpec, NewSpec, SftSpec

REPO = "alice/fin"


def rows_of(data: Path | str, method: str = "sft", limit: int | None = None) -> Rows:
    kind = SftSpec if method == "sft" else GrpoSpec
    return read_rows(kind(name="x", method=method, new=NewSpec(), data=str(data), limit=limit))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def built(quickstart: "curate.Run") -> Path:
    return build(quickstart, wanted(quickstart))


@pytest.fixture
def hub(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with the samples' release as v1.0.0, which is what is fetched from."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with Hub(REPO, contents(built)) as served:
        served.repo(REPO).tags["v1.0.0"] = served.repo(REPO).head
        api = client(served, monkeypatch)
        monkeypatch.setattr("curate.release.fetch.connected", lambda: Caller(api, pauses=()))
        yield served


@pytest.mark.parametrize(("method", "train", "validation"), [("sft", 38, 3), ("grpo", 12, 1)])
def test_a_run_is_split_as_its_release_is(
    quickstart: "curate.Run", built: Path, method: str, train: int, validation: int
) -> None:
    run, there = rows_of(quickstart.path, method), rows_of(built, method)
    for rows in (run, there):
        assert rows.validation is not None
        assert (len(rows.train), len(rows.validation)) == (train, validation)
        assert (rows.licence.lower(), rows.repo, rows.version, rows.revision) == ("apache-2.0", "", "", "")
    assert (run.name, there.name) == ("quickstart", "quickstart 1.0.0")
    assert run.digest == there.digest
    assert run.train.to_list() == there.train.to_list()
    assert set(rows_of(built).train[0]["prompt"][0]) == {"role", "content"}


def test_a_run_is_found_by_its_name(quickstart: "curate.Run", monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "runs").symlink_to(quickstart.path.parent)
    monkeypatch.chdir(tmp_path)
    assert rows_of("quickstart").digest == rows_of(quickstart.path).digest


def test_a_published_version_is_its_commit(hub: Hub, built: Path) -> None:
    rows = rows_of(f"{REPO}@v1.0.0")
    assert (rows.name, rows.repo, rows.version, rows.licence) == (REPO, REPO, "1.0.0", "apache-2.0")
    assert rows.revision == hub.repo(REPO).tags["v1.0.0"]
    assert rows.digest == rows_of(built).digest


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"{REPO}@v1.1.0", r"has no revision 'v1\.1\.0'; did you mean 'v1\.0\.0'"),
        ("alice/none@v1.0.0", "alice/none@v1.0.0: 404"),
        (REPO, f"of a dataset on the Hub name the version: {REPO}@v1"),
        ("quickstrat", "no run 'quickstrat'"),
    ],
)
def test_data_that_there_is_not_is_told(
    hub: Hub, name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=told):
        rows_of(name)


def test_a_run_is_split_by_its_own_recipe(tmp_path: Path) -> None:
    run = made(tmp_path, [record(number) for number in range(12)], overrides={"split": {"validation": 0.5, "seed": 3}})
    rows = rows_of(run.path)
    assert rows.validation is not None
    for part, name in ((rows.train, "train"), (rows.validation, "validation")):
        assert {side(group, 0.5, 3) for group in part["group"]} == {name}
    assert len(rows.train) + len(rows.validation) == 12


def test_a_release_without_validation_has_none(tmp_path: Path) -> None:
    assert rows_of(release(tmp_path / "v1", [row("sft", "demo:1")])).validation is None


def test_a_limit_draws_rows_in_their_order_whatever_others_there_are(quickstart: "curate.Run") -> None:
    whole, ten = rows_of(quickstart.path), rows_of(quickstart.path, limit=10)
    ids = list(whole.train["id"])
    assert len(ten.train) == 10
    assert list(ten.train["id"]) == [name for name in ids if name in set(ten.train["id"])] != ids[:10]
    assert set(rows_of(quickstart.path, limit=5).train["id"]) < set(ten.train["id"])
    assert ten.digest != whole.digest == rows_of(quickstart.path, limit=len(ids)).digest
    assert ten.validation is not None
    assert len(ten.validation) == 3


def test_the_digest_is_of_every_column_and_of_the_split(tmp_path: Path) -> None:
    def digest(name: str, **cells: Any) -> str:
        return rows_of(release(tmp_path / name, [row("sft", "demo:1"), row("sft", "demo:2", **cells)])).digest

    digests = [
        digest("a"),
        digest("b", split="validation"),
        digest("c", gold="43"),
        digest("d", measures={"steps": 4.0}),
    ]
    assert len(set(digests)) == 4
    assert digests[0] == digest("again")
    assert len(digests[0]) == 32


@pytest.mark.parametrize(("method", "config", "other"), [("grpo", "rl", "sft"), ("sft", "sft", "rl")])
def test_a_config_without_rows_says_what_there_is(tmp_path: Path, method: str, config: str, other: str) -> None:
    folder = release(tmp_path / "v1", [row(other, "demo:1"), row(config, "demo:2", split="validation")])
    with pytest.raises(UserError) as told:
        rows_of(folder, method)
    assert f"demo 1.0.0 has no row of {config} to train on, and 1 in validation; rows of {config} have a " in str(
        told.value
    )
    assert f"\n  it has 1 of {other}, for method: " in str(told.value)


def test_rows_of_rl_without_a_gold_are_named(tmp_path: Path) -> None:
    golds = {1: None, 2: "42", 3: "", 4: None, 5: None}
    folder = release(tmp_path / "v1", [row("rl", f"demo:{number}", gold=gold) for number, gold in golds.items()])
    with pytest.raises(UserError, match=r"4 rows of rl have no gold, .*: demo:1, demo:3, demo:4$"):
        rows_of(folder, "grpo")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"prompt": []}, "a prompt that is no list of messages: demo:1"),
        ({"prompt": None}, "a prompt that is no list of messages: demo:1"),
        ({"prompt": [{"role": "user", "content": None}]}, "a prompt that is no list of messages: demo:1"),
        ({"completion": []}, "a completion that is not one message: demo:1"),
        ({"completion": [{"role": "assistant", "content": "7"}] * 2}, "a completion that is not one message: demo:1"),
    ],
)
def test_what_is_no_conversation_is_named(tmp_path: Path, cells: dict[str, Any], told: str) -> None:
    folder = release(tmp_path / "v1", [row("sft", "demo:0")])
    write_data(folder, [row("sft", "demo:0"), row("sft", "demo:1", **cells)])
    with pytest.raises(UserError, match=told):
        rows_of(folder)


def test_a_dataset_of_another_tool_is_refused_by_its_columns(hub: Hub, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["1"], "text": ["Why?"]}), tmp_path / "rows.parquet")
    data = (tmp_path / "rows.parquet").read_bytes()
    repo = hub.repo(REPO)
    repo.tags["v2.0.0"] = repo.push(dict.fromkeys(repo.files()) | {"data/sft/train-00000-of-00001.parquet": data})
    with pytest.raises(UserError, match=r"have no column prompt, completion; .*\n  it has id, text"):
        rows_of(f"{REPO}@v2.0.0")


def test_a_version_without_a_lock_is_known_by_its_tag_and_its_rows(hub: Hub, tmp_path: Path) -> None:
    write_data(tmp_path, [row("sft", "demo:1", licence="MIT"), row("sft", "demo:2", licence="MIT")])
    data = files_of(tmp_path, "sft", "train")[0].read_bytes()
    repo = hub.repo(REPO)
    repo.tags["v2.0.0"] = repo.push(dict.fromkeys(repo.files()) | {"data/sft/train-00000-of-00001.parquet": data})
    rows = rows_of(f"{REPO}@v2.0.0")
    assert (rows.version, rows.licence) == ("v2.0.0", "MIT")


@pytest.mark.parametrize(("licences", "shared"), [(("MIT", "MIT"), "MIT"), (("MIT", "CC0-1.0"), "")])
def test_a_run_has_the_licence_that_its_rows_share(tmp_path: Path, licences: tuple[str, str], shared: str) -> None:
    source = {"use": "traces", "from": "made.jsonl", "module": "reasoning_business"}
    sources = [source | {"name": f"s{place}", "licence": licence} for place, licence in enumerate(licences)]
    run = made(tmp_path, [record(number) for number in range(3)], overrides={"sources": sources})
    assert rows_of(run.path).licence == shared


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    folder = release(tmp_path / "v1", [row("sft", "demo:1")])
    files_of(folder, "sft")[0].write_bytes(b"PAR1 no more")
    with pytest.raises(UserError, match="its rows cannot be read"):
        rows_of(folder)
