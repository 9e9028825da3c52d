"""The command as users type it: in a process of its own, its words and its exit codes."""

import csv
import io
import json
from pathlib import Path

import pytest

import curate
from curate.names import known
from tests.conftest import Command
from tests.doubles.hub import Hub


def test_quickstart_by_name_then_the_commands_of_the_readme(command: Command) -> None:
    ran = command("run", "quickstart")
    assert ran.returncode == 0, ran.stderr
    assert "records in" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    counted = command(
        "sql", "quickstart", "select label, count(*) as n from outcomes group by all order by all", "--json"
    )
    assert {row["label"] for row in json.loads(counted.stdout)} == {"good", "bad", "undecided", "dropped"}
    piped = command(
        "sql",
        "runs/quickstart",
        "--csv",
        stdin="select question_id, flags from outcomes o join questions q on q.id = o.question_id",
    )
    assert len(list(csv.DictReader(io.StringIO(piped.stdout)))) == 79


def test_results_as_table_json_and_csv(command: Command, quickstart: curate.Run) -> None:
    query = "select 1 as a, null as b, '总' as c, [1, 2] as d, true as e"
    path = str(quickstart.path)
    assert json.loads(command("sql", path, query, "--json").stdout) == [
        {"a": 1, "b": None, "c": "总", "d": [1, 2], "e": True}
    ]
    assert command("sql", path, query, "--csv").stdout == 'a,b,c,d,e\n1,,总,"[1, 2]",True\n'
    assert "总" in command("sql", path, query).stdout
    assert command("sql", path, "select id from questions where false").stdout.splitlines()[-1] == "no rows"
    assert "+00:00" in command("sql", path, "select timestamptz '2026-01-01 00:00:00+00' as t").stdout
    assert json.loads(command("sql", path, "from outcomes where false", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "quickstrat"], "did you mean 'quickstart'?"),
        (["run", "quickstart", "--set", "sources.0.limti=1"], "did you mean 'limit'?"),
        (["sql", "nowhere", "select 1"], "no run 'nowhere'"),
        (["sql", "{run}", "select 1; select 2"], "one query at a time"),
        (["sql", "{run}", "selekt 1"], "the query failed"),
        (["sql", "{run}", "from outcoms"], "Did you mean"),
        (["sql", "{run}", "select 1", "--json", "--csv"], "exclude each other"),
        (["show", "{run}", "traces:demo-en-99"], "did you mean 'traces:demo-en-"),
        (["show", "{run}", "--outcome", "godo"], "did you mean 'good'?"),
        (["show", "{run}", "table:t01", "--outcome", "good"], "leave them out beside an ID"),
        (["sources", "finq"], "did you mean 'finqa'?"),
    ],
)
def test_what_the_user_can_mend_is_one_text_and_exit_code_1(
    command: Command, quickstart: curate.Run, arguments: list[str], said: str
) -> None:
    ran = command(
        *(argument.format(run=quickstart.path) if argument == "{run}" else argument for argument in arguments)
    )
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not ran.stdout


def test_wrong_usage_is_exit_code_2(command: Command) -> None:
    assert command("run").returncode == 2
    assert command("run", "quickstart", "--limit", "0").returncode == 2


def test_an_unreadable_record_with_strict_is_exit_code_1(command: Command) -> None:
    ran = command("run", "quickstart", "--strict")
    assert ran.returncode == 1
    assert "finqa.jsonl:13" in ran.stderr


def test_the_list_can_be_narrowed(command: Command, quickstart: curate.Run) -> None:
    listed = command("show", str(quickstart.path), "--source", "traces", "--outcome", "bad").stdout
    assert "traces:demo-zh-08" in listed
    assert "finqa:" not in listed
    short = command("show", str(quickstart.path), "--limit", "2").stdout
    assert "2 of 80" in short


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("traces:demo-zh-08", ["瀚棠纸业2021年的毛利率是多少", "35%", "content_diversity", "round two", "right"]),
        ("finqa:HALVT/2015/page_12.pdf-1", ["net sales", "Divide 230 by 1840", "round one", "12.5%"]),
        ("finqa:finqa.jsonl:13", ["unreadable", "not valid JSON"]),
        ("table:t06", ["no_program"]),
    ],
)
def test_one_record_is_laid_out_for_reading(
    command: Command, quickstart: curate.Run, question: str, shown: list[str]
) -> None:
    page = command("show", str(quickstart.path), question)
    assert page.returncode == 0, page.stderr
    for text in shown:
        assert text in page.stdout


def test_sources_tell_their_licence_home_and_defects(command: Command) -> None:
    listed = {source["name"]: source for source in json.loads(command("sources", "--json").stdout)}
    assert list(listed) == known("source")
    for source in listed.values():
        assert source["licence"]
        assert source["home"]
        assert source["defects"]
    told = command("sources", "cflue").stdout
    assert "CFLUE" in told
    assert "CC-BY-NC-SA-4.0" in told
    assert "one_letter" in told


def test_a_hub_dataset_is_read_by_its_commit(command: Command, tmp_path: Path) -> None:
    train = "".join(
        json.dumps({"question": f"what is {n} + {n}?", "gold": str(2 * n)}) + "\n" for n in range(3)
    ).encode()
    files = {
        "README.md": b"---\nlicense: mit\n---\n",
        "data/train-00000.jsonl": train,
        "data/test-00000.jsonl": train[:40],
    }
    with Hub("org/name", files) as hub:
        env = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        recipe = tmp_path / "hub.yaml"
        recipe.write_text("name: hub\nversion: 1.0.0\nsources:\n  - {use: table, from: 'hf://org/name'}\n")
        ran = command("run", str(recipe), env=env)
        assert ran.returncode == 0, ran.stderr
        (row,) = json.loads(
            command("sql", "hub", "select records, files[1].revision as revision from sources", "--json").stdout
        )
        assert row == {"records": 3, "revision": hub.repo("org/name").head}
        for location, said in [
            ("hf://org/name@v9", "no revision 'v9'"),
            ("hf://org/other", "no such dataset"),
            ("hf://org/name/data/dev.jsonl", "no file 'data/dev.jsonl'"),
        ]:
            failed = command("run", str(recipe), "--set", f"sources.0.from={location}", env=env)
            assert failed.returncode == 1
            assert said in failed.stderr
        failed = command("run", str(recipe), "--set", "sources.0.split=dev", env=env)
        assert "no split 'dev'" in failed.stderr
    unreachable = command("run", str(recipe), env=env)
    assert unreachable.returncode == 1
    assert "the Hub cannot be read" in unreachable.stderr
    assert "Traceback" not in unreachable.stderr
