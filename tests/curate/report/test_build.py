import hashlib
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import curate
from curate.cli import app
from curate.errors import UserError
from curate.moment import Moment
from curate.report.build import build
from tests.curate.report.asked import asked_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    return asked_run(tmp_path_factory.mktemp("asked"))


def test_a_report_lies_in_the_run_and_tells_of_all_its_traces(run: curate.Run) -> None:
    built = build(run)
    assert built.path == run.path / "report.html"
    assert built.bytes == built.path.stat().st_size
    assert built.shown == built.total == run.sql("select count(*) from outcomes").item()
    assert built.path.read_text(encoding="utf-8").endswith("</html>\n") or built.path.read_bytes().endswith(b"</html>")
    assert [path.name for path in run.path.iterdir() if path.name.startswith(".report")] == []


def test_the_same_run_gives_the_same_bytes(run: curate.Run, tmp_path: Path) -> None:
    digests = {
        hashlib.sha256(build(run, tmp_path / name).path.read_bytes()).hexdigest() for name in ("a.html", "b.html")
    }
    assert len(digests) == 1


def test_fewer_traces_are_a_sample_that_says_so(run: curate.Run, tmp_path: Path) -> None:
    built = build(run, tmp_path / "few.html", traces=3)
    assert (built.shown, built.total > 3) == (3, True)
    assert "traces-sampled" in built.path.read_text(encoding="utf-8").partition("<body>")[2]


def test_a_file_that_cannot_be_written_leaves_what_was_there(run: curate.Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        build(run, tmp_path / "nowhere" / "r.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UserError, match="--out"):
        build(run, tmp_path / "folder.html")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.html"]


def test_a_run_that_is_made_again_meanwhile_is_not_mixed(run: curate.Run, tmp_path: Path) -> None:
    copied = curate.Run(shutil.copytree(run.path, tmp_path / "r"))

    def rerun(moment: Moment) -> None:
        record = {**copied.record, "started": "2030-01-01T00:00:00+00:00"}
        (copied.path / "run.json").write_text(json.dumps(record), encoding="utf-8")

    with pytest.raises(UserError, match="made again meanwhile"):
        build(copied, tmp_path / "report.html", told=rerun)
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize("name", ["tables/calculations.parquet", "tables/traces.parquet", "questions.parquet"])
@pytest.mark.parametrize("spoilt", [True, False])
def test_a_table_that_cannot_be_read_is_told(run: curate.Run, tmp_path: Path, name: str, spoilt: bool) -> None:
    copied = curate.Run(shutil.copytree(run.path, tmp_path / "r"))
    (copied.path / name).unlink()
    if spoilt:
        (copied.path / name).write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(UserError, match=r"its tables cannot be read: [^\0]*run the recipe again"):
        build(copied)


def test_the_command_tells_where_it_lies_and_what_is_in_it(run: curate.Run, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    asked = CliRunner().invoke(app, ["report", str(run.path), "--out", str(out), "--traces", "4"])
    assert asked.exit_code == 0, asked.output
    assert str(out) in asked.stdout
    total = run.sql("select count(*) from outcomes").item()
    assert f"a sample of 4 of {total} traces" in asked.stdout
    told = json.loads(CliRunner().invoke(app, ["report", str(run.path), "--out", str(out), "--json"]).stdout)
    assert told == {"path": str(out), "bytes": out.stat().st_size, "traces": total, "of": total}


def test_another_result_takes_the_report_of_the_earlier_one_away(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"q": "1 + 1?", "g": "2"}\n')
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\nversion: 1.0.0\nsources: [{use: table, from: q.jsonl, columns: {question: q, gold: g}}]\n"
    )
    folder = tmp_path / "runs" / "r"
    report = build(curate.run(recipe, folder)).path
    kept = folder / "notes.html"
    kept.write_text("ours")
    curate.run(recipe, folder)
    assert not report.exists()
    assert kept.exists()


def test_a_run_that_fails_leaves_the_earlier_result_and_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "q.jsonl").write_text('{"q": "1 + 1?", "g": "2"}\n')
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\nversion: 1.0.0\nsources: [{use: table, from: q.jsonl, columns: {question: q, gold: g}}]\n"
    )
    folder = tmp_path / "runs" / "r"
    report = build(curate.run(recipe, folder)).path
    before = report.read_bytes()
    (folder / ".old").mkdir()  # what a kill amid the moving left: the earlier result, with its report, set aside
    for name in ("run.json", "report.html"):
        (folder / name).rename(folder / ".old" / name)
    (tmp_path / "q.jsonl").unlink()
    with pytest.raises(UserError):
        curate.run(recipe, folder)
    assert report.read_bytes() == before
