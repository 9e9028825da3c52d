"""One outcome laid out: what its calls cost beside others', which option is the gold, and no address of a server."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest

import curate
from curate.report.figures.gathered import gathered
from curate.report.traces.bundle import Bundle, bundle
from curate.report.traces.packed import unpacked
from curate.runs import DATABASE
from curate.tables import file_of
from tests.curate.report.asked import asked_run
from tests.curate.test_judge import ballot, judged, questions, served
from tests.doubles.chat_server import ChatServer

EVERYTHING = 1000


def records(held: Bundle) -> list[dict[str, Any]]:
    return [record for chunk in held.chunks for record in unpacked(chunk)]


def spent(held: Bundle, name: str) -> float:
    return sum(record["spent"][name] for record in records(held) if "spent" in record)


def thrice(folder: Path) -> curate.Run:
    """Three samples, and two questions that are one: a judge is asked about nine traces in two ways."""
    questions(folder, 1, 1)
    lines = (folder / "en.jsonl").read_text("utf-8")
    (folder / "en.jsonl").write_text(lines + lines.replace('"i": "0"', '"i": "same"'), "utf-8")
    with ChatServer(served({"j": lambda request, nth: ballot()})) as server:
        return judged(folder, server, {"by": ["j"]}, distil={"samples": 3})


def fail_first(run: curate.Run) -> None:
    """As where the first of several calls that are alike failed, and a later one was answered."""
    with duckdb.connect(run.path / DATABASE) as connection:
        connection.execute(
            "update calls set outcome = 'error', usd = 0, prompt_tokens = 0, completion_tokens = 0"
            " where rowid = (select min(rowid) from calls where purpose = 'judge')"
        )
        connection.execute(f"copy (from calls) to '{run.path / file_of('calls')}'")


@pytest.mark.parametrize("fails", [False, True])
def test_what_the_traces_took_is_what_the_run_took(tmp_path: Path, fails: bool) -> None:
    run = thrice(tmp_path)
    if fails:
        fail_first(run)
    held, costs = bundle(run, EVERYTHING), gathered(run, None).costs
    table = run.table("calls")
    assert spent(held, "usd") == pytest.approx(sum(one.usd or 0.0 for one in costs), abs=1e-5)
    assert spent(held, "usd") + spent(held, "shared_usd") == pytest.approx(table["usd"].sum())
    for name in ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens"):
        assert spent(held, name) == sum(getattr(one, name) for one in costs)
    calls = [call for record in records(held) for call in record["calls"]]
    shared = [call["shared"] for call in calls if call["purpose"] == "judge"]
    assert shared == [False, not fails, True, True, True, True, False, True, True]
    assert (
        sum(call["shared"] for call in calls) == spent(held, "shared") == 10 - fails
    )  # the distilled ones of the same question too


def test_no_address_of_a_server_stands_in_what_it_said(tmp_path: Path) -> None:
    run = asked_run(tmp_path)
    host = urlsplit(next(one for one in run.record["models"].values()).split()[0]).netloc
    said = run.sql(f"select error from calls where error like '%{host}%'")
    assert said.height > 0
    held = bundle(run, EVERYTHING)
    text = json.dumps([unpacked(part) for part in (held.index, *held.chunks)])
    assert host not in text
    assert host.rpartition(":")[2] not in text
    assert "this one not" in text
    assert "a private address" in text


@pytest.mark.parametrize(
    ("kind", "gold", "right"),
    [
        ("choice", "B", "B"),
        ("choices", "AC", "AC"),
        ("choices", "A, C", "AC"),
        ("choice", "cash and bonds", "C"),
        ("boolean", "no", "B"),
        ("text", "Buy, hold and B", ""),
        ("span", "B", ""),
    ],
)
def test_an_option_is_the_gold_where_the_gold_names_one(tmp_path: Path, kind: str, gold: str, right: str) -> None:
    options = {"A": "yes", "B": "no", "C": "cash and bonds"}
    row = {"q": "Which?", "g": gold, "o": options, "k": kind}
    (tmp_path / "q.jsonl").write_text(json.dumps(row), "utf-8")
    columns = {"question": "q", "gold": "g", "options": "o", "kind": "k"}
    (tmp_path / "r.yaml").write_text(
        json.dumps(
            {"name": "r", "version": "1.0.0", "sources": [{"use": "table", "from": "q.jsonl", "columns": columns}]}
        )
    )
    (record,) = records(bundle(curate.run(tmp_path / "r.yaml", tmp_path / "run"), EVERYTHING))
    assert [[letter, text] for letter, text, _ in record["options"]] == [list(one) for one in options.items()]
    assert "".join(letter for letter, _, gold in record["options"] if gold) == right
