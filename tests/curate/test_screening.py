"""The screens of a run: every drop by its reason, the masked text in the tables, caps, benchmarks; whole runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import curate
from curate.errors import UserError

ROW = {"id": "1", "q": "What is the ratio of total debt to equity of Orla Bank at year end?", "g": "1.5"}


def run_on(folder: Path, rows: list[dict[str, Any]], screen: Mapping[str, Any] | None, **source: Any) -> curate.Run:
    """A run over rows of {id, q, g, ...}, without a teacher."""
    whole = [{**dict.fromkeys(("c", "o", "e", "memo")), **row} for row in rows]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in whole)
    (folder / "q.jsonl").write_text(lines, encoding="utf-8")
    columns = {"id": "id", "question": "q", "gold": "g", "context": "c", "options": "o", "explanation": "e"}
    table = {"use": "table", "from": "q.jsonl", "columns": columns, "licence": "MIT", **source}
    said = {"name": "r", "version": "1.0.0", "sources": [table], **({} if screen is None else {"screen": dict(screen)})}
    (folder / "r.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return curate.run(folder / "r.yaml", folder / "run")


def dropped(run: curate.Run) -> dict[str, tuple[str, str]]:
    """Source id -> reason and detail of what was dropped."""
    rows = run.sql("select question_id, reason, detail from outcomes where label = 'dropped'").rows()
    return {name.partition(":")[2]: (reason, detail) for name, reason, detail in rows}


@pytest.mark.parametrize(
    ("changes", "screen", "reason"),
    [
        ({"g": None}, {}, "gold_missing"),
        (
            {"q": "两只基金的收益率见下。&lt;img src=&quot;https://example.org/a/very/long/address.png&quot;&gt;"},
            {},
            "missing_reference",
        ),
        ({"q": "Какова доля долга в капитале банка на конец этого отчетного года?"}, {}, "language"),
        ({"q": "銀行の自己資本に対する負債の比率はいくつですか、教えてください。"}, {}, "language"),
        ({"q": "该银行年末的资产负债率是多少？"}, {"languages": ["en"]}, "language"),
        ({"q": "Why?"}, {"characters": {"min": 10}}, "too_short"),
        ({"c": "long " * 30}, {"characters": {"max": 100}}, "too_long"),
        ({"q": "Based on the table, what is the ratio?"}, {}, "missing_reference"),
        ({"q": "根据下表，该银行年末的资产负债率是多少？"}, {}, "missing_reference"),
        (
            {"q": "Write to jane.doe@example.org: what is the ratio of debt to equity?"},
            {"private": "drop"},
            "private_data",
        ),
    ],
)
def test_each_question_alone(tmp_path: Path, changes: dict[str, Any], screen: dict[str, Any], reason: str) -> None:
    run = run_on(tmp_path, [ROW, {**ROW, "id": "2", **changes}], screen)
    assert {name: why for name, (why, _) in dropped(run).items()} == {"2": reason} | (
        {"1": "too_short"} if screen.get("characters", {}).get("min", 0) > len(ROW["q"]) else {}
    )
    assert run.sql("select dropped, questions, rejects from funnel").row(0)[:2] == (1, 2)


def test_nothing_is_dropped_without_the_part(tmp_path: Path) -> None:
    rows = [
        ROW,
        {**ROW, "id": "2"},
        {**ROW, "id": "3", "g": None},
        {**ROW, "id": "4", "q": "a@b.cn, see the chart below"},
    ]
    run = run_on(tmp_path, rows, None)
    assert dropped(run) == {}
    assert "a@b.cn" in run.sql("select question from questions where source_id = '4'").item()


def test_private_data_is_masked_wherever_it_stands(tmp_path: Path) -> None:
    row = {
        **ROW,
        "q": "Mail jane.doe@example.org: what is the debt ratio?",
        "c": "From: jane.doe@example.org",
        "e": "see x",
    }
    run = run_on(tmp_path, [row], {})
    question = run.question("table:1")
    assert question is not None
    assert "private_data" in question.flags
    assert (question.question, question.context) == ("Mail [EMAIL_1]: what is the debt ratio?", "From: [EMAIL_1]")
    for table in (run.path / "questions.parquet", *(run.path / "tables").glob("*.parquet")):
        assert b"jane.doe" not in table.read_bytes(), table
    rejected = run_on(tmp_path, [ROW, row | {"id": "2"}], {"private": "drop"}).question("table:2")
    assert rejected is not None
    assert "jane" not in rejected.question


def test_of_copies_the_better_sourced_one_stays(tmp_path: Path) -> None:
    rows = [
        ROW,
        {**ROW, "id": "2", "q": ROW["q"].upper() + " ", "e": "Debt divided by equity."},
        {**ROW, "id": "3", "q": "What is the ratio of total debt to equity of the Orla Bank at the year end?"},
        {**ROW, "id": "4", "q": ROW["q"].replace("debt", "cash")},
    ]
    assert dropped(run_on(tmp_path, rows, {"duplicates": "exact"})) == {"1": ("duplicate", "table:2")}
    found = dropped(run_on(tmp_path, rows, {"duplicates": 0.5}))
    assert found["1"] == ("duplicate", "table:2")
    assert found["3"][0] == "near_duplicate"
    assert found["3"][1].startswith("table:2, ")
    assert "4" not in found or found["4"][0] == "near_duplicate"
    assert dropped(run_on(tmp_path, rows, {"duplicates": None})) == {}


def test_copies_with_other_golds_all_go(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "id": "2", "g": "2.5"}, {**ROW, "id": "3", "q": "What is equity?", "g": "7"}]
    assert dropped(run_on(tmp_path, rows, {})) == {
        "1": ("duplicate_conflict", "table:2"),
        "2": ("duplicate_conflict", "table:1"),
    }


def test_an_mcq_read_twice_is_no_duplicate_of_what_is_made_of_it(tmp_path: Path) -> None:
    rows = [{**ROW, "o": {"A": "1.5", "B": "2.5"}, "g": "A"}]
    run_on(tmp_path, rows, {})
    said = yaml.safe_load((tmp_path / "r.yaml").read_text(encoding="utf-8"))
    said["sources"].append({**said["sources"][0], "name": "open", "convert": "mcq_to_open"})
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    run = curate.run(tmp_path / "r.yaml", tmp_path / "run")
    assert "duplicate" not in set(run.sql("select reason from outcomes")["reason"])
    assert run.sql('select count(distinct "group") from questions').item() == 1


def test_a_cap_draws_the_same_ones_whatever_is_added(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "q": f"What is the margin of firm number {n} in its segment?", "g": str(n)} for n in range(40)
    ]
    few = run_on(tmp_path, rows[:30], None, cap=10)
    kept = set(few.sql("select question_id from outcomes where label <> 'dropped'")["question_id"])
    assert len(kept) == 10
    assert dropped(few)[next(iter(dropped(few)))] == ("over_cap", "the recipe keeps 10 of its source")
    renamed = run_on(tmp_path, rows[:30], None, cap=10, name="firms")
    same = set(
        renamed.sql("select source_id from questions join outcomes on id = question_id where label <> 'dropped'")[
            "source_id"
        ]
    )
    assert {f"table:{name}" for name in same} == kept
    more = run_on(tmp_path, rows, None, cap=10)
    new = {f"table:{n}" for n in range(30, 40)}
    assert set(more.sql("select question_id from outcomes where label <> 'dropped'")["question_id"]) <= kept | new


def test_a_template_is_capped(tmp_path: Path) -> None:
    rows = [{"id": str(n), "q": f"What was the net income of Firm{n} in {1990 + n}?", "g": str(n)} for n in range(12)]
    run = run_on(tmp_path, [*rows, {**ROW, "id": "x"}], {"per_template": 5})
    assert len(dropped(run)) == 7
    assert {why for why, _ in dropped(run).values()} == {"over_template"}


def test_what_stands_in_a_benchmark_is_dropped_and_named(tmp_path: Path) -> None:
    text = "Under the pledge agreement, which of the duties falls to the custodian bank when the coverage ratio drops?"
    bench = {
        "id": "t1",
        "q": text,
        "g": "A",
        "o": {"A": "to call for collateral", "B": "to sell the pledge", "C": "none"},
    }
    (tmp_path / "bench.jsonl").write_text(json.dumps(bench) + "\n", encoding="utf-8")
    against = {
        "use": "table",
        "name": "exam",
        "from": "bench.jsonl",
        "columns": {"id": "id", "question": "q", "gold": "g", "options": "o"},
    }
    run = run_on(tmp_path, [ROW, {**bench, "id": "2"}], {"overlap": {"against": [against]}})
    found = dropped(run)
    assert found.keys() == {"2"}
    assert found["2"][0] == "overlap"
    assert found["2"][1].startswith("benchmark exam:t1: ")


def test_a_benchmark_is_recorded_and_compared_with_what_was_read_not_with_masks(tmp_path: Path) -> None:
    text = "请核对客户信息：手机13912345678，邮箱lihua@example.cn。该客户提出赎回份额时，柜台应当先办理哪一项手续？"
    bench = {"id": "t1", "q": text, "g": "身份核验"}
    (tmp_path / "bench.jsonl").write_text(json.dumps(bench) + "\n", encoding="utf-8")
    against = {
        "use": "table",
        "name": "exam",
        "from": "bench.jsonl",
        "columns": {"id": "id", "question": "q", "gold": "g"},
    }
    run = run_on(tmp_path, [ROW, {**bench, "id": "2"}], {"overlap": {"against": [against]}})
    assert {name: why for name, (why, _) in dropped(run).items()} == {"2": "overlap"}
    rejected = run.question("table:2")
    assert rejected is not None
    assert "13912345678" not in rejected.question
    (recorded,) = run.record["benchmarks"]
    assert recorded["source"] == "benchmark exam"
    assert len(recorded["files"][0]["sha256"]) == 64


def test_a_benchmark_that_is_not_there_is_told(tmp_path: Path) -> None:
    against = {"use": "finqa", "from": "missing.json"}
    with pytest.raises(UserError, match=r"screen.overlap.against.0.*no file 'missing.json'"):
        run_on(tmp_path, [ROW], {"overlap": {"against": [against]}})


@pytest.mark.parametrize(
    ("screen", "said"),
    [
        ({"duplicates": 0.2}, "'screen.duplicates'"),
        ({"duplicates": "near"}, "'screen.duplicates'"),
        ({"duplicates": True}, "'screen.duplicates'"),
        ({"overlap": {"against": [{"use": "finqa", "from": "x", "cap": 3}]}}, "unknown key 'cap'"),
        ({"characters": {"min": 100, "max": 10}}, "nothing would be kept"),
        ({"languages": ["fr"]}, "'screen.languages.0'"),
        ({"overlap": {"against": []}}, "'screen.overlap.against'"),
        ({"privat": "drop"}, "did you mean 'private'"),
        ({"overlap": {"against": [{"use": "finqaa", "from": "x"}]}}, "did you mean 'finqa'"),
    ],
)
def test_what_a_recipe_may_say(tmp_path: Path, screen: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as error:
        run_on(tmp_path, [ROW], screen)
    assert said in str(error.value)


@pytest.mark.parametrize("private", ["redact", "drop"])
def test_private_data_stand_in_no_table_wherever_they_came_from(tmp_path: Path, private: str) -> None:
    phone, mail = "13912345678", "lihua@example.cn"
    rows: list[dict[str, Any]] = [
        {**ROW, "id": f"case-{phone}"},
        {**ROW, "id": "2", "q": "", "c": f"电话{phone}"},
        {**ROW, "id": "3", "q": "客户留下的联系方式是什么？", "g": f"手机号{phone}"},
        {**ROW, "id": "4", "q": "客户选择哪个邮箱？", "o": {"A": mail, "B": "没有"}, "g": "A"},
        {**ROW, "id": "5", "q": "What does the memo of the branch say?", "memo": {"tel": int(phone), mail: "x"}},
    ]
    run = run_on(tmp_path, rows, {"private": private}, keep=["memo"])
    assert run.sql("select count(*) from unreadable").item() == 1
    for name in ("questions", "unreadable", "outcomes", "checks", "calls", "traces"):
        told = run.table(name).write_json()
        assert phone not in told, name
        assert mail not in told, name
    if private == "drop":
        assert {name for name, (why, _) in dropped(run).items() if why == "private_data"} == {"3", "4", "5"}
