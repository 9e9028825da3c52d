"""A whole run: every fate on the samples, the same bytes twice, and what survives a kill, a fault, a second process."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars
import pytest

import curate
from curate.errors import UserError
from curate.runs import STATED
from curate.tables import TABLES
from judges import REASONS
from judges.reasoning.criteria import NAMES
from tests.bench.run_scale import records
from tests.conftest import Command


def digests(folder: Path) -> dict[str, str]:
    files = [folder / "questions.parquet", *sorted((folder / "tables").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def dump(folder: Path, into: Path) -> dict[str, str]:
    """The database as DuckDB exports it, hashed file by file."""
    with duckdb.connect(folder / "scores.duckdb", read_only=True) as connection:
        connection.execute(f"export database '{into}' (format csv)")
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in into.iterdir() if file.suffix == ".csv"
    }


def jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def recipe(folder: Path, source: str, rest: str = "distil: {by: program}") -> Path:
    path = folder / "r.yaml"
    path.write_text(f"name: r\nversion: 1.0.0\nsources:\n  - {{{source}}}\n{rest}\n", encoding="utf-8")
    return path


def test_the_samples_show_every_fate(quickstart: curate.Run) -> None:
    total = {
        name: sum(row[name] for row in quickstart.sql("from funnel").to_dicts())
        for name in quickstart.sql("from funnel").columns[1:]
        if name not in ("pending", "failed")  # of calls, and the quickstart makes none
    }
    assert all(total.values()), total
    expected = {
        "finqa:HALVT/2015/page_12.pdf-1": ("good", "all_criteria", "sft"),
        "finqa:finqa.jsonl:13": ("dropped", "unreadable", "rejects"),
        "finqa:LUMEQ/2016/page_48.pdf-1": ("undecided", "gold_conflict", "rejects"),
        "finqa:ISLTH/2008/page_26.pdf-1": ("bad", "number_differs", "rl"),
        "table:t01": ("good", "all_criteria", "sft"),
        "table:t05": ("undecided", "gold_missing", "rejects"),
        "table:t06": ("undecided", "no_program", "rejects"),
        "logs:demo-en-01": ("good", "all_criteria", "sft"),
        "logs:demo-zh-04": ("dropped", "log_contradicts", "rejects"),
        **{f"traces:demo-{language}-07": ("bad", "number_differs", "rl") for language in ("en", "zh")},
        **{f"traces:demo-{language}-10": ("undecided", "truncated", "rejects") for language in ("en", "zh")},
        **{f"traces:demo-{language}-14": ("undecided", "criteria_undecided", "rejects") for language in ("en", "zh")},
    }
    rows = quickstart.sql("select question_id, label, reason, goes_to from outcomes").rows()
    found = {name: tuple(rest) for name, *rest in rows}
    assert {name: found[name] for name in expected} == expected
    failed = {
        "08": "content_diversity",
        "09": "step_count",
        "11": "internal_consistency",
        "12": "instruction_consistency",
    }
    for number, criterion in failed.items():
        for language in ("en", "zh"):
            votes = quickstart.sql(
                f"select criterion from scores where vote = 0 and question_id = 'traces:demo-{language}-{number}'"
            )
            assert criterion in votes["criterion"].to_list()


def test_the_tables_join_and_count(quickstart: curate.Run) -> None:
    one = quickstart.sql(
        """
        select
            (select sum(questions + unreadable) from sources) = (select count(*) from outcomes) as one_outcome_each,
            (select count(*) from outcomes) = (select count(distinct question_id) from outcomes) as outcomes_unique,
            (select count(*) from outcomes anti join questions on id = question_id)
                = (select count(*) from unreadable) as joined,
            (select count(*) from checks) = (select count(*) from traces) as checked,
            (select count(*) from scores s anti join traces t using (question_id, sample, attempt)) = 0 as scored,
            (select sum(questions - dropped - untraced - answer_right - answer_wrong - answer_undecided)
                from funnel) = 0 as rounds,
            (select sum(questions + unreadable - sft - rl - rejects) from funnel) = 0 as ends,
        """
    ).row(0, named=True)
    assert all(one.values()), one
    assert set(
        quickstart.sql("select distinct reason from outcomes union select distinct reason from checks")["reason"]
    ) <= set(REASONS)
    assert set(quickstart.sql("select distinct criterion from scores")["criterion"]) == set(NAMES)


def test_every_column_has_a_comment_and_older_duckdb_reads_the_file(quickstart: curate.Run) -> None:
    columns = quickstart.sql("select table_name, column_name, comment from duckdb_columns() where not internal")
    tables = columns.filter(columns["table_name"].is_in(list(TABLES)))
    assert tables["comment"].null_count() == 0
    with quickstart.connect() as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'scores'").fetchone()
    assert tags is not None
    assert "v1.0.0" in str(tags[0])


def test_the_same_inputs_give_the_same_bytes(quickstart: curate.Run, tmp_path: Path) -> None:
    again = curate.run("quickstart", tmp_path / "again")
    assert digests(again.path) == digests(quickstart.path)
    assert dump(again.path, tmp_path / "one") == dump(quickstart.path, tmp_path / "other")
    rerun = curate.run("quickstart", tmp_path / "again")
    assert digests(rerun.path) == digests(quickstart.path)
    assert not (rerun.path / ".building").exists()


def test_tables_and_datasets_for_notebooks(quickstart: curate.Run) -> None:
    for name in TABLES:
        assert quickstart.table(name).height == quickstart.sql(f"from {name}").height
    sft, rl = quickstart.dataset("sft"), quickstart.dataset("rl")
    counts = dict(quickstart.sql("select goes_to, count(*) from outcomes group by all").rows())
    assert (len(sft), len(rl)) == (counts["sft"], counts["rl"])
    row = next(row for row in sft if row["id"] == "traces:demo-zh-01")
    text = row["completion"][0]["content"]
    assert text.startswith("<think>\n")
    assert text.endswith("\n</answer>")
    assert "问题：" in row["prompt"][0]["content"]
    assert row["licence"] == "Apache-2.0"
    assert all(row["gold"] for row in rl)
    with pytest.raises(UserError, match="no table 'score'; did you mean 'scores'"):
        quickstart.table("score")
    with pytest.raises(UserError, match="no dataset"):
        quickstart.dataset("train")  # type: ignore[arg-type]


def test_it_runs_inside_a_running_event_loop(tmp_path: Path) -> None:
    async def notebook_cell() -> curate.Run:
        return curate.run("quickstart", tmp_path / "run", limit=2)

    assert asyncio.run(notebook_cell()).sql("select count(*) from outcomes").item() == 10


def test_sql_is_read_only_and_kept_from_other_files(quickstart: curate.Run, tmp_path: Path) -> None:
    for query in (
        "delete from outcomes",
        f"copy outcomes to '{tmp_path / 'x.csv'}'",
        f"from read_text('{quickstart.path / 'run.json'}')",
        "set enable_external_access = true",
        "selekt 1",
    ):
        with pytest.raises(UserError):
            quickstart.sql(query)
    assert not (tmp_path / "x.csv").exists()


def test_limit_and_the_rule_for_keeping(tmp_path: Path) -> None:
    strict = curate.run("quickstart", tmp_path / "all", limit=3)
    assert strict.sql("select max(records) from sources").item() == 3
    loose = curate.run("quickstart", tmp_path / "six", overrides={"judge.keep": {"at_least": 6}})
    everything = curate.run("quickstart", tmp_path / "seven")
    assert len(loose.dataset("sft")) > len(everything.dataset("sft"))
    assert loose.sql("from scores").equals(everything.sql("from scores"))


def test_records_of_one_id_are_both_kept(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "q", "gold": "1"},
        {"id": "a", "question": "q", "gold": "2"},
        {"id": "a~2", "question": "q", "gold": "3"},
    ]
    jsonl(tmp_path / "a.jsonl", rows)
    run = curate.run(recipe(tmp_path, "use: table, from: a.jsonl"), tmp_path / "run")
    found = run.sql("select id, gold, flags from questions").rows()
    assert [(name, gold) for name, gold, _ in found] == [("table:a", "1"), ("table:a~2", "2"), ("table:a~2~2", "3")]
    assert [flags for _, _, flags in found] == [[], ["duplicate_id"], ["duplicate_id"]]


def test_an_unreadable_record_is_a_row_and_strict_stops_there(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [{"id": "a", "question": "q", "gold": "1"}, {"id": "b", "gold": "1"}])
    with path.open("a") as file:
        file.write('{"id": "c", \n')
    made = recipe(tmp_path, "use: table, from: a.jsonl")
    run = curate.run(made, tmp_path / "run")
    assert run.sql("select place, error from unreadable").rows() == [
        ("a.jsonl:2", "no question: the column 'question' is missing or empty"),
        ("a.jsonl:3", "not valid JSON: Expecting property name enclosed in double quotes (column 13)"),
    ]
    assert run.sql("select count(*) from outcomes where reason = 'unreadable' and goes_to = 'rejects'").item() == 2
    with pytest.raises(UserError, match=r"a\.jsonl:2: no question"):
        curate.run(made, tmp_path / "run", strict=True)
    assert run.sql("select count(*) from outcomes").item() == 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("use: table, from: none.jsonl", "no file 'none.jsonl'"),
        ("use: table, from: b.jsonl", "did you mean 'a.jsonl'?"),
        ("use: table, from: empty.jsonl", "'empty.jsonl' holds no records"),
        ("use: table, from: .", "is a folder; name its files"),
        ("use: table, from: a.jsonl, columns: {gold: goldd}", "a.jsonl: no column 'goldd'; did you mean 'gold'?"),
        ("use: table, from: a.jsonl, keep: [acc]", "no column 'acc'"),
        ("use: finqa, from: a.jsonl", "none of its 1 records could be read"),
        ("use: table, from: 'hf://nonsense'", "does not name a Hub dataset"),
    ],
)
def test_what_the_user_can_mend_is_told_before_anything_is_written(tmp_path: Path, source: str, said: str) -> None:
    jsonl(tmp_path / "a.jsonl", [{"id": "a", "question": "q", "gold": "1"}])
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(UserError) as raised:
        curate.run(recipe(tmp_path, source), tmp_path / "run")
    assert said in str(raised.value)
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_record_without_its_gold_is_undecided_by_name(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", [{"question": "q", "gold": "", "reasoning": "so it is 3", "answer": "\\boxed{3}"}])
    run = curate.run(recipe(tmp_path, "use: traces, from: a.jsonl", ""), tmp_path / "run")
    assert run.sql("select label, reason, goes_to from outcomes").rows() == [("undecided", "gold_missing", "rejects")]
    assert run.sql("select gold, flags from questions").rows() == [(None, ["gold_missing"])]


def test_a_directory_that_is_no_run_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear to me")
    with pytest.raises(UserError, match=r"holds 'thesis\.txt' and no run"):
        curate.run("quickstart", tmp_path / "mine")
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("moved", range(8))
def test_an_interrupt_at_any_rename_leaves_the_old_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    run = curate.run("quickstart", tmp_path / "run", limit=2)
    (run.path / "note.txt").write_text("what lies beside a run is left alone")
    replace, moves = os.replace, iter(range(100))

    def interrupted(source: Path, target: Path) -> None:
        if next(moves) == moved:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        curate.run("quickstart", tmp_path / "run")
    monkeypatch.undo()
    assert curate.Run(run.path).sql("select max(records) from sources").item() == 2


def test_a_run_that_was_killed_while_moving_its_results_is_made_again(tmp_path: Path) -> None:
    run = curate.run("quickstart", tmp_path / "run")
    whole = digests(run.path)
    (run.path / ".old").mkdir()
    for name in ("run.json", "scores.duckdb"):
        (run.path / name).rename(run.path / ".old" / name)
    with pytest.raises(UserError, match="holds no finished run"):
        curate.Run(run.path)
    with pytest.raises(UserError, match="no file"):
        curate.run("quickstart", tmp_path / "run", overrides={"sources.0.from": "nowhere"})
    assert digests(curate.Run(run.path).path) == whole
    assert digests(curate.run("quickstart", tmp_path / "run").path) == whole


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"(?s)cannot be written.*--out"):
        curate.run("quickstart", tmp_path / "file" / "run")


@pytest.mark.parametrize("key", [None, *STATED])
def test_a_record_that_lacks_something_is_told(quickstart: curate.Run, tmp_path: Path, key: str | None) -> None:
    """As another version of the package may have written it: in words, whatever is asked of the run."""
    record = {name: said for name, said in quickstart.record.items() if name != key}
    (tmp_path / "run.json").write_text(json.dumps(record if key else []), encoding="utf-8")
    with pytest.raises(UserError, match=f"lacks '{key}'" if key else "is no record of a run"):
        curate.Run(tmp_path)


def test_the_record_states_what_it_has_to(quickstart: curate.Run) -> None:
    assert set(STATED) <= set(quickstart.record)


def test_a_report_of_the_result_before_is_told_to_be_gone(command: Command, tmp_path: Path) -> None:
    said = "told of the result before and is gone: `curate report runs/quickstart`"
    assert said not in command("run", "quickstart", "--limit", "1").stdout
    (tmp_path / "runs" / "quickstart" / "report.html").write_text("of then")
    assert said in command("run", "quickstart", "--limit", "1").stdout
    assert said not in command("run", "quickstart", "--limit", "1").stdout


def test_a_journal_in_a_folder_that_is_not_there_is_a_slip_of_the_pen(command: Command, tmp_path: Path) -> None:
    ran = command("run", "quickstart", "--journal", "runz/journal.sqlite")
    assert (ran.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "there is no folder 'runz'" in ran.stderr


def test_a_run_that_holds_none_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(UserError, match="holds no finished run"):
        curate.Run(tmp_path / "half")
    with pytest.raises(UserError, match="no run"):
        curate.Run(tmp_path / "nowhere")


class Slow:
    """A `curate run` of made-up FinQA records in a process of its own."""

    def __init__(self, folder: Path, count: int = 3000) -> None:
        jsonl(folder / "finqa.jsonl", list(records(count)))
        self.recipe, self.out = recipe(folder, "use: finqa, from: finqa.jsonl"), folder / "run"

    def start(self) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-m", "curate", "run", str(self.recipe), "--out", str(self.out)]
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until_building(self, process: subprocess.Popen[str], name: str) -> None:
        """Until the process has begun to write a file of its building folder."""
        deadline = time.monotonic() + 60
        while not (self.out / ".building" / name).exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.002)


def test_a_killed_run_leaves_what_was_there_and_the_next_one_completes(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    before = curate.run(slow.recipe, slow.out, limit=5)
    kept = digests(before.path)
    for stage in ("questions.parquet", "tables/traces.parquet", "scores.duckdb"):
        process = slow.start()
        slow.wait_until_building(process, stage)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert digests(slow.out) == kept
        assert curate.Run(slow.out).sql("select count(*) from outcomes").item() == 5
    undisturbed = curate.run(slow.recipe, tmp_path / "undisturbed")
    assert digests(curate.run(slow.recipe, slow.out).path) == digests(undisturbed.path)


def test_ctrl_c_stops_with_its_own_code_and_leaves_what_was_there(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    process = slow.start()
    slow.wait_until_building(process, "tables/traces.parquet")
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in said
    assert "Traceback" not in said
    assert not (slow.out / "run.json").exists()
    assert not (slow.out / ".building").exists()


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    process = slow.start()
    slow.wait_until_building(process, "questions.parquet")
    with pytest.raises(UserError, match="in use by another `curate run`"):
        curate.run(slow.recipe, slow.out, limit=1)
    process.communicate(timeout=100)
    assert process.returncode == 0
    assert curate.Run(slow.out).sql("select count(*) from outcomes").item() == 3000


def test_readers_see_the_old_result_until_the_new_one_is_whole(tmp_path: Path) -> None:
    made = recipe(tmp_path, "use: table, from: a.jsonl")
    jsonl(tmp_path / "a.jsonl", [{"question": "q", "gold": "1"}])
    run = curate.run(made, tmp_path / "run")
    with run.connect() as connection:
        jsonl(tmp_path / "a.jsonl", [{"question": "q", "gold": "1"}, {"question": "p", "gold": "2"}])
        curate.run(made, tmp_path / "run")
        assert connection.execute("select count(*) from outcomes").fetchone() == (1,)
    assert run.sql("select count(*) from outcomes").item() == 2


def test_long_texts_do_not_need_their_size_in_memory(tmp_path: Path) -> None:
    row = {"gold": "1", "answer": "\\boxed{1}", "reasoning": "revenue is one. " * 30_000}
    jsonl(tmp_path / "a.jsonl", [{**row, "question": f"what is revenue {number}?"} for number in range(60)])
    run = curate.run(recipe(tmp_path, "use: traces, from: a.jsonl", ""), tmp_path / "run")
    lengths = polars.read_parquet(run.path / "tables" / "traces.parquet", columns=["reasoning"])[
        "reasoning"
    ].str.len_chars()
    assert lengths.to_list() == [len(row["reasoning"].strip())] * 60


def test_the_real_finqa_records(data: Path, tmp_path: Path) -> None:
    run = curate.run(
        "quickstart",
        tmp_path / "run",
        overrides={"sources": [{"use": "finqa", "from": str(data / "finqa/train_raw_20.json")}]},
    )
    found = {
        name: (label, reason)
        for name, label, reason in run.sql(
            "select source_id, label, reason from outcomes join questions on id = question_id"
        ).rows()
    }
    assert len(found) == 20
    conflicts = {"ADI/2009/page_49.pdf-1", "SNA/2018/page_33.pdf-2", "IPG/2017/page_38.pdf-3", "LMT/2013/page_87.pdf-1"}
    assert {name for name, (label, _) in found.items() if label != "good"} == conflicts


def test_the_real_deepseek_traces_against_their_own_verdicts(data: Path, tmp_path: Path) -> None:
    source = data / "traces/financereasoning_hard_deepseek_r1_120.json"
    made = recipe(
        tmp_path,
        f"use: traces, from: '{source}', keep: [result], "
        "columns: {id: question_id, gold: ground_truth, reasoning: reasoning_content, answer: output}",
        "",
    )
    run = curate.run(made, tmp_path / "run")
    rows = run.sql(
        "select c.value, (q.meta->>'$.keep.result.acc')::int as acc, count(*) as n "
        "from checks c join questions q on q.id = c.question_id group by all"
    ).rows()
    counts = {(value, acc): n for value, acc, n in rows}
    assert sum(counts.values()) == 120
    # The file's own checker allows 0.2 %; what lies within that and is not equal is undecided here, never wrong.
    assert counts.get((False, 1), 0) == 0
    assert counts[True, 1] >= 90
    assert counts.get((True, 0), 0) <= 2
