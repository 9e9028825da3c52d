"""What differs between two runs or releases: each row once, with its reason."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import curate
from cards.facts import Change
from curate import rows as run_rows
from curate.configs import COLUMNS
from curate.entries import entries
from curate.errors import UserError
from curate.release.compare import GROUPS, Place, Rate, Stage, Told, changes, compare
from curate.release.sides import STAGES, side
from curate.runs import Run
from curate.terminal.compare import print_comparison
from tests.curate.release.releases import Row, release, row, scores

OLD = [
    row("sft", "demo:1"),
    row("sft", "demo:2"),
    row("sft", "demo:3", split="validation"),
    row("sft", "demo:4"),
    row("rl", "demo:5"),
    row("rejects", "demo:6"),
    row("rejects", "demo:7"),
    row("sft", "gone:1"),
    row("rejects", "gone:2"),
]
NEW = [
    row("sft", "demo:1"),
    row("sft", "demo:2", split="validation"),
    row("sft", "demo:3", split="validation", gold="43", reasoning="Other steps."),
    row("rejects", "demo:4", label="bad", reason="criteria_failed"),
    row("sft", "demo:5", judge_reason="judges_good"),
    row("rejects", "demo:6", label="good", reason="over_config_cap", left_out_of="sft"),
    row("sft", "demo:8"),
    row("rl", "new:1"),
    row("rl", "new:2"),
]


def told(a: Path, b: Path) -> list[Told]:
    return list(compare(side(str(a)), side(str(b))).rows)


def test_each_row_that_differs_is_told_once_with_its_reason(tmp_path: Path) -> None:
    a, b = release(tmp_path / "a", OLD), release(tmp_path / "b", NEW)
    assert told(a, b) == [
        Told("sft", "added", "newly read", "", 1, ("demo:8",)),
        Told("rl", "added", "new source", "", 2, ("new:1", "new:2")),
        Told("sft", "removed", "source left out", "", 1, ("gone:1",)),
        Told("rejects", "removed", "no longer read", "", 1, ("demo:7",)),
        Told("rejects", "removed", "source left out", "", 1, ("gone:2",)),
        Told("sft", "moved", "judges_good", "rl", 1, ("demo:5",)),
        Told("sft", "moved", "split", "train", 1, ("demo:2",)),
        Told("rejects", "moved", "criteria_failed", "sft", 1, ("demo:4",)),
        Told("sft", "changed", "gold, reasoning", "", 1, ("demo:3",)),
        Told("rejects", "changed", "reason", "", 1, ("demo:6",)),
    ]


def test_places_rates_and_funnel_stand_side_by_side(tmp_path: Path) -> None:
    a = release(tmp_path / "a", OLD)
    b = release(tmp_path / "b", NEW, votes=scores(NEW, failed="step_count"))
    found = compare(side(str(a)), side(str(b)))
    assert Place("sft", "train", "demo", 3, 3) in found.places
    assert Place("sft", "validation", "demo", 1, 2) in found.places
    assert Place("sft", "train", "gone", 1, 0) in found.places
    assert Place("rl", "train", "new", 0, 2) in found.places
    assert [one.criterion for one in found.rates][:3] == ["internal_consistency", "term_overlap", "step_count"]
    assert Rate("rules", "term_overlap", 5, 5, 5, 5) in found.rates
    assert Rate("rules", "step_count", 5, 5, 0, 5) in found.rates
    assert Stage("gone", "records", 2, None) in found.funnel
    assert Stage("demo", "reasoning_good", 4, 5) in found.funnel
    assert Stage("new", "rl", None, 2) in found.funnel
    assert len(found.funnel) == 3 * len(STAGES)


def test_a_card_counts_them_wherever_they_come_from(tmp_path: Path) -> None:
    a = release(tmp_path / "a", [row("sft", "x:1"), row("rl", "x:2"), row("rl", "x:3")])
    b = release(tmp_path / "b", [row("rejects", f"x:{number}") for number in (1, 2, 3)])
    assert changes(side(str(a)), side(str(b))) == (Change("rejects", "moved", "near_miss", 3),)


def test_the_same_is_the_same_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    a, b = release(tmp_path / "a", OLD), release(tmp_path / "b", OLD[::-1])
    found = compare(side(str(a)), side(str(b)))
    assert found.rows == ()
    assert all(one.a == one.b for one in found.places + found.funnel)


OTHER: dict[str, Any] = {
    "flags": ["private_data"],
    "options": [{"letter": "A", "text": "yes"}],
    "gold_alternatives": ["42.0"],
    "measures": {"steps": 4.0},
}


CELLS = [
    (config, name, str(kind))
    for config in ("sft", "rl", "rejects")
    for name, kind, _ in COLUMNS[config]
    if name not in ("id", "source", "source_id")
]


@pytest.mark.parametrize(("config", "column", "kind"), CELLS)
def test_each_column_is_compared(tmp_path: Path, config: str, column: str, kind: str) -> None:
    text: Any = [{"role": "user", "content": "other"}] if "role" in kind else "other"
    other = OTHER.get(column, {"int16": 5, "int32": 5, "double": 0.5}.get(kind, text))
    one = row(config, "x:1")
    a, b = release(tmp_path / "a", [one]), release(tmp_path / "b", [one | {column: other}])
    (group,) = (name for name, columns in GROUPS.items() if column in columns)
    assert told(a, b) == [Told(config, "changed", group, "", 1, ("x:1",))]


def test_nothing_and_an_empty_text_are_not_the_same(tmp_path: Path) -> None:
    a = release(tmp_path / "a", [row("rejects", "x:1", gold=None, prompt=None)])
    b = release(tmp_path / "b", [row("rejects", "x:1", gold="", prompt=[])])
    assert told(a, b) == [Told("rejects", "changed", "prompt, gold", "", 1, ("x:1",))]


def test_a_completion_is_told_where_neither_reasoning_nor_answer_says_why(tmp_path: Path) -> None:
    one = row("sft", "x:1")
    other = row("sft", "x:1", reasoning="Other steps.")
    a, b = release(tmp_path / "a", [one]), release(tmp_path / "b", [other])
    assert one["completion"] != other["completion"]
    assert [told.reason for told in told(a, b)] == ["reasoning"]


def test_as_many_ids_are_named_as_wanted(tmp_path: Path) -> None:
    a = release(tmp_path / "a", [row("sft", "x:0")])
    b = release(tmp_path / "b", [row("sft", f"x:{number}") for number in range(9, -1, -1)])
    (one,) = compare(side(str(a)), side(str(b)), examples=2).rows
    assert (one.rows, one.examples) == (9, ("x:1", "x:2"))


@pytest.fixture(scope="module")
def easier(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Quickstart, less of one source and with a judge that forgives one criterion."""
    overrides = {"judge.keep": {"at_least": 6}, "sources.0.limit": 6}
    return curate.run("quickstart", tmp_path_factory.mktemp("runs") / "easier", overrides=overrides)


def test_two_runs(quickstart: Run, easier: Run) -> None:
    found = compare(side(str(quickstart.path)), side(str(easier.path)), examples=1)
    assert [replace(one, examples=()) for one in found.rows] == [
        Told("sft", "removed", "no longer read", "", 11, ()),
        Told("rl", "removed", "no longer read", "", 1, ()),
        Told("rejects", "removed", "no longer read", "", 2, ()),
        Told("sft", "moved", "enough_criteria", "rl", 6, ()),
        Told("sft", "changed", "judge_reason", "", 30, ()),
    ]
    assert {one.split for one in found.places} == {""}
    assert Stage("finqa", "records", 20, 6) in found.funnel
    assert compare(side(str(easier.path)), side(str(easier.path))).rows == ()


def released(run: Run, capped: str = "") -> Iterator[Row]:
    """A run's rows as its release holds them, every third group in validation; one of them left out by a cap."""
    for number, entry in enumerate(entries(run.path)):
        config = entry.outcome["goes_to"]
        if entry.outcome["question_id"] == capped:
            yield {
                **run_rows.rejects(entry, config),
                "config": "rejects",
                "split": "train",
                "reason": "over_config_cap",
            }
        elif config == "rejects":
            yield {**run_rows.rejects(entry, None), "config": config, "split": "train"}
        else:
            split = "validation" if number % 3 == 0 else "train"
            made = run_rows.sft(entry) if config == "sft" else run_rows.rl(entry)
            yield {**made, "config": config, "split": split}


def test_a_run_and_its_release_differ_by_what_the_release_left_out(quickstart: Run, tmp_path: Path) -> None:
    run = side(str(quickstart.path))
    whole = release(tmp_path / "whole", released(quickstart))
    assert compare(run, side(str(whole))).rows == ()
    capped = release(tmp_path / "capped", released(quickstart, capped="traces:demo-en-01"))
    assert [*compare(run, side(str(capped))).rows] == [
        Told("rejects", "moved", "over_config_cap", "sft", 1, ("traces:demo-en-01",))
    ]


def test_what_waits_for_a_call_stands_nowhere_yet(tmp_path: Path) -> None:
    recipe = tmp_path / "asks.yaml"
    source = Path(__file__).parents[3] / "recipes" / "samples" / "finqa.jsonl"
    recipe.write_text(
        "name: asks\nversion: 1.0.0\nmodels: {teacher: {model: t, base_url: 'http://127.0.0.1:9/v1'}}\n"
        f"sources: [{{use: finqa, from: {json.dumps(str(source))}}}]\ndistil: {{by: teacher}}\njudge: {{keep: all}}\n",
        encoding="utf-8",
    )
    from curate.curating import Asks
    from curate.execute import execute
    from curate.recipe import load_recipe

    waiting = execute(load_recipe(recipe, {}), tmp_path / "waiting", asks=Asks(False))
    worked = curate.run(recipe, tmp_path / "worked", overrides={"distil.by": "program"})
    found = compare(side(str(waiting.path)), side(str(worked.path)), examples=1).rows
    assert {(one.config, one.what, one.whence) for one in found if one.what == "moved"} == {
        ("sft", "moved", "waiting"),
        ("rl", "moved", "waiting"),
        ("rejects", "moved", "waiting"),
    }
    assert not [one for one in found if one.what in ("added", "removed")]


def test_what_can_be_compared_is_said_by_its_name(tmp_path: Path, quickstart: Run, monkeypatch: Any) -> None:
    folder = release(tmp_path / "runs" / "x" / "release" / "v1.0.0", [row("sft", "x:1")])
    monkeypatch.chdir(tmp_path)
    assert side("runs/x/release/v1.0.0").folder == side("x/release/v1.0.0").folder == folder.relative_to(tmp_path)
    assert (side(str(quickstart.path)).kind, side(str(folder)).kind) == ("run", "release")
    with pytest.raises(UserError, match=r"neither a finished run .* nor a release"):
        side("runs/x")
    with pytest.raises(UserError, match="no run 'y'"):
        side("y")


def test_a_release_without_a_funnel_is_refused(tmp_path: Path) -> None:
    folder = release(tmp_path / "a", [row("sft", "x:1")])
    (folder / "funnel.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UserError, match=r"funnel.json: the funnel cannot be read"):
        compare(side(str(folder)), side(str(folder)))


@pytest.mark.parametrize("of", ["rl", None])
def test_a_release_whose_rows_cannot_be_read_is_refused(tmp_path: Path, of: str | None) -> None:
    folder = release(tmp_path / "a", [row("sft", "x:1"), row("rl", "x:2")])
    other = (folder / "data" / of / "train-00000-of-00001.parquet").read_bytes() if of else b"PAR1"
    (folder / "data" / "sft" / "train-00000-of-00001.parquet").write_bytes(other)
    with pytest.raises(UserError, match=r"its rows cannot be read: .*\n  `curate verify` tells more"):
        compare(side(str(folder)), side(str(folder)))


def test_a_release_with_other_columns_is_compared_by_those_that_both_have(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    one = row("sft", "x:1")
    a, b = release(tmp_path / "a", [one]), release(tmp_path / "b", [one | {"teacher": "other", "gold": "43"}])
    path = a / "data" / "sft" / "train-00000-of-00001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["teacher", "flags"]), path)
    assert [one.reason for one in told(a, b)] == ["gold"]


def test_the_tables_fit_80_columns_and_json_holds_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = release(tmp_path / "a", OLD)
    b = release(tmp_path / "b", [*NEW, row("sft", "demo:" + "[bold]a-long-id-" * 8), row("sft", "demo:十二")])
    found = compare(side(str(a)), side(str(b)))
    print_comparison(replace(found, a="a", b="b"))
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "rl -> sft" in text
    assert "from train" in text
    assert "demo:十二" in text
    print_comparison(found, as_json=True)
    assert json.loads(capsys.readouterr().out)["rows"][0]["what"] == "added"
    print_comparison(compare(side(str(a)), side(str(a))))
    assert "no row differs" in capsys.readouterr().out
