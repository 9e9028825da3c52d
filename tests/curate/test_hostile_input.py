"""Records, files and settings that a stranger may bring: each costs a row or a message, never run or terminal."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import curate
from curate.errors import UserError
from curate.locate import locate
from tests.conftest import Command


def run_of(folder: Path, rows: list[dict[str, object]], source: str = "use: table") -> curate.Run:
    (folder / "a.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    recipe = folder / "r.yaml"
    recipe.write_text(f"name: r\nversion: 1.0.0\nsources:\n  - {{{source}, from: a.jsonl}}\n", encoding="utf-8")
    return curate.run(recipe, folder / "run")


def test_data_cannot_steer_the_terminal_or_be_read_as_markup(command: Command, tmp_path: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07 [red]red[/] \u202egnihtyna"
    run = run_of(
        tmp_path, [{"id": evil, "question": evil, "context": evil, "gold": "1", "answer": evil}], "use: traces"
    )
    for arguments in (
        ["show", str(run.path)],
        ["show", str(run.path), f"traces:{evil}"],
        ["sql", str(run.path), "from questions"],
    ):
        ran = command(*arguments)
        assert ran.returncode == 0, ran.stderr
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.stdout)
        assert "[red]" in ran.stdout
    odd = command("run", str(tmp_path / "r.yaml"), "--out", str(tmp_path / "o[/]x"))
    assert odd.returncode == 0, odd.stderr
    assert "o[/]x" in odd.stdout


def test_wide_and_long_results_are_laid_out_at_once(command: Command, tmp_path: Path) -> None:
    run = run_of(
        tmp_path, [{"question": f"q{number}", "context": "revenue " * 20_000, "gold": "1"} for number in range(30)]
    )
    printed = command("sql", str(run.path), "select * from questions").stdout
    assert len(printed) < 200_000
    assert max(map(len, printed.splitlines())) <= 80


def test_json_is_json_whatever_the_values(command: Command, quickstart: curate.Run) -> None:
    path = str(quickstart.path)
    printed = command("sql", path, "select 'nan'::double as a, 1e999::double as b, current_date as c", "--json").stdout
    row = json.loads(printed, parse_constant=lambda text: pytest.fail(text))[0]
    assert row["a"] is None
    assert "same name" in command("sql", path, "select 1 as a, 2 as a", "--json").stderr


def test_chinese_on_an_ascii_terminal_is_escaped(command: Command, quickstart: curate.Run) -> None:
    ran = command("show", str(quickstart.path), "traces:demo-zh-01", env={"PYTHONIOENCODING": "ascii"})
    assert ran.returncode == 0, ran.stderr
    assert "\\u" in ran.stdout


def test_a_run_answers_several_threads_at_once(quickstart: curate.Run) -> None:
    found: list[int] = []

    def ask() -> None:
        found.extend(quickstart.sql("select count(*) from outcomes").item() for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [80] * 30


@pytest.mark.parametrize("blocks", [8, 200])
def test_a_full_disk_is_one_message(tmp_path: Path, blocks: int) -> None:
    # A limit on the size of files stands for a disk without room: small for the first table, larger for the database.
    script = f"ulimit -f {blocks}; exec {sys.executable} -m curate run quickstart"
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1, ran.stdout
    assert "cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert [entry.name for entry in (tmp_path / "runs" / "quickstart").iterdir()] == [".lock"]


def test_a_link_to_the_folder_above_is_not_followed_without_end(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.csv").write_text("question,gold\nq,1\n")
    (tmp_path / "in" / "deep" / "b.csv").write_text("question,gold\nq,1\n")
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "same.csv").symlink_to(tmp_path / "in" / "a.csv")
    assert len(locate("in/**/*.csv", tmp_path)) == 2


def test_golds_that_say_missing_are_missing_and_unfit_ones_flagged(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "nan", "question": "q", "gold": "NaN", "kind": "number"},
        {"id": "null", "question": "q", "gold": "NULL", "kind": "number"},
        {"id": "list", "question": "q", "gold": ["A", "B"], "options": ["x", "y", "z"]},
        {"id": "unfit", "question": "q", "gold": "是", "kind": "number"},
        {"id": "mapping", "question": "q", "gold": {"value": 1}},
    ]
    run = run_of(tmp_path, rows)
    assert run.sql("select source_id, gold, flags from questions").rows() == [
        ("nan", None, ["gold_missing"]),
        ("null", None, ["gold_missing"]),
        ("list", "A, B", []),
        ("unfit", "是", ["gold_unusable"]),
    ]
    assert "name the value in it" in run.sql("select error from unreadable").item()


def test_a_quote_that_is_never_closed_and_a_column_named_twice_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('question,gold\nq1,1\n"q2,2\nq3,3\n')
    (tmp_path / "b.csv").write_text("question,gold,gold\nq1,1,2\n")
    (tmp_path / "c.json").write_text('[{"question": "q"}]\n[{"question": "p"}]\n')
    recipe = tmp_path / "r.yaml"
    for name, said in [
        ("a.csv", r"a\.csv:3: a quote that is opened"),
        ("b.csv", r"b\.csv: two columns are called 'gold'"),
        ("c.json", r"c\.json: something follows the JSON array"),
    ]:
        recipe.write_text(f"name: r\nversion: 1.0.0\nsources:\n  - {{use: table, from: {name}}}\n")
        with pytest.raises(UserError, match=said):
            curate.run(recipe, tmp_path / "run")


def test_many_records_of_one_id_cost_no_more_than_others(tmp_path: Path) -> None:
    run = run_of(tmp_path, [{"id": "same", "question": f"q{number}", "gold": "1"} for number in range(5000)])
    assert run.sql("select count(distinct id), max(length(id)) from questions").row(0) == (5000, len("table:same~5000"))


def test_an_unreadable_line_whose_place_is_another_record_s_id_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a.jsonl:2", "question": "q", "gold": "1"}\n{"id"\n')
    recipe = tmp_path / "r.yaml"
    recipe.write_text("name: r\nversion: 1.0.0\nsources: [{use: table, from: a.jsonl}]\n")
    run = curate.run(recipe, tmp_path / "run")
    assert run.sql("select count(distinct question_id) from outcomes").item() == 2


def test_a_column_that_comes_late_is_no_wrong_column(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"question": f"q{number}", "gold": "1"} for number in range(150)]
    run = run_of(
        tmp_path, [*rows, {"question": "q", "gold": "1", "why": "because"}], "use: table, columns: {explanation: why}"
    )
    assert run.sql("select count(explanation) from questions").item() == 1


def test_half_a_surrogate_out_of_a_literal_costs_one_row(tmp_path: Path) -> None:
    row: dict[str, object] = {
        "名称": "x",
        "task": "判断题",
        "question": "q",
        "choices": "{'A': '\\ud800', 'B': '错'}",
        "answer": "A",
    }
    good = {**row, "choices": "{'A': '对', 'B': '错'}"}
    run = run_of(tmp_path, [row, good], "use: cflue")
    assert "surrogate" in run.sql("select error from unreadable").item()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: r\nversion: 1.0.0\nsources: {use: table}\n", "r.yaml:3: 'sources' must be a list"),
        (
            "name: r\nversion: 1.0\nsources: [{use: table, from: a}]\n",
            "r.yaml:2: 'version' must be text; put numbers in quotes",
        ),
        ("name: r\nversion: 1.0.0\nsources:\n\t- {use: table}\n", "indent with spaces, not tabs"),
        ("name: r\nversion: 1.0.0\nsources: &a [*a]\n", "r.yaml"),
        ("name: r\nversion: 1.0.0\nsources: [{use: os.path, from: a}]\n", "the module 'os.path' is no source"),
        ("name: r\nversion: 1.0.0\nsources: [{use: broken.module, from: a}]\n", "cannot be imported"),
        ("name: r\nversion: 1.0.0\nx: &x {use: table}\nsources: [{<<: *x, from: a}]\n", "merge keys"),
        ("[" * 5000, "r.yaml"),
    ],
)
def test_odd_recipes_are_told_in_yaml_s_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "module.py").write_text("import nothing_of_the_kind\n")
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        curate.run("r.yaml", tmp_path / "run")
    assert said in str(raised.value)
