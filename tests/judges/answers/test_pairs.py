"""Labelled pairs: read with file and line, judged like answers, counted by what went wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.answers import PRESETS
from judges.answers.__main__ import main
from judges.answers.pairs import Rates, judged, pair_of, pairs_of, rates
from tests.judges.texts import quick

PERCENT = {"id": "1", "kind": "percent", "predicted": "17.04%", "gold": "17%", "label": "right", "half": "dev"}
REPLY = {
    "id": "2",
    "kind": "choice",
    "reply": "<think>A</think>故选B。",
    "gold": "B",
    "options": {"A": "甲", "B": "乙"},
}
REPLY |= {"label": "right", "half": "held", "note": "选B"}
WRONG = {"id": "3", "kind": "number", "predicted": "12", "gold": "13", "label": "wrong", "half": "dev"}
MISSED = {"id": "4", "kind": "number", "predicted": "12 or 13", "gold": "12", "label": "right", "half": "dev"}
ACCEPTED = {
    "id": "5",
    "kind": "number",
    "predicted": "12",
    "gold": "12",
    "label": "wrong",
    "half": "held",
    "note": "no",
}
REJECTED = {"id": "6", "kind": "percent", "predicted": "12%", "gold": "13%", "label": "right", "half": "dev"}
GUESSED = {"id": "7", "kind": "percent", "predicted": "12%", "gold": "13%", "label": "undecided", "half": "dev"}
ALL = [PERCENT, REPLY, WRONG, MISSED, ACCEPTED, REJECTED, GUESSED]


def lines(*records: dict[str, Any]) -> list[str]:
    return [json.dumps(record, ensure_ascii=False) for record in records]


def test_a_line_is_a_pair() -> None:
    first, second = pairs_of(["", *lines(PERCENT), "  ", *lines(REPLY)])
    assert (first.answer, first.whole, first.gold.gold, first.label, first.half) == (
        "17.04%",
        False,
        "17%",
        True,
        "dev",
    )
    assert (second.whole, second.gold.options, second.note) == (True, {"A": "甲", "B": "乙"}, "选B")
    more = pair_of(PERCENT | {"alternatives": ["0.17"], "question": "what share?", "label": "undecided"})
    assert (more.gold.gold_alternatives, more.gold.question, more.label) == (("0.17",), "what share?", None)
    assert pair_of(PERCENT | {"alternatives": None, "options": None, "question": None}).gold == first.gold


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "p:2: "),
        ("[1]", "p:2: "),
        ("12", "p:2: "),
        (json.dumps(PERCENT | {"reply": "x"}), "exactly one of"),
        (json.dumps({k: v for k, v in PERCENT.items() if k != "predicted"}), "exactly one of"),
        (json.dumps({k: v for k, v in PERCENT.items() if k not in ("gold", "kind")}), "kind, gold missing"),
        (json.dumps(PERCENT | {"label": "good"}), "'good'"),
    ],
)
def test_a_line_that_is_no_pair_is_named(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"^p:2: .*{says.removeprefix('p:2: ')}"):
        pairs_of([*lines(PERCENT), line], "p")


def test_each_pair_is_judged_by_its_form_and_policy() -> None:
    values = [judged(pair_of(record)).value for record in ALL]
    assert values == [True, True, False, None, True, False, False]
    near = pair_of(WRONG | {"predicted": "13.1", "gold": "13.0"})
    assert (judged(near).value, judged(near, PRESETS["finreason"]).value) == (False, True)


def test_what_went_wrong_is_counted() -> None:
    found = rates((pair_of(record).label, judged(pair_of(record)).value) for record in ALL)
    assert found == Rates(pairs=7, right=4, wrong=2, false_accepts=1, false_rejects=1, missed=1, guessed=1)
    assert found.agree == 3
    assert rates([]) == Rates(0, 0, 0, 0, 0, 0, 0)


_values = st.sampled_from([True, False, None])


@quick
@given(st.lists(st.tuples(_values, _values)))
def test_every_pair_agrees_or_is_one_kind_of_miss(labels: list[tuple[bool | None, bool | None]]) -> None:
    found = rates(labels)
    assert found.agree == sum(label is verdict for label, verdict in labels)
    assert found.right + found.wrong <= found.pairs == len(labels)


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines(*ALL)), encoding="utf-8")

    def call(*arguments: str) -> tuple[int, dict[str, list[str]], str]:
        code = main([str(path), *arguments])
        out = capsys.readouterr().out
        rows = [line.split() for line in out.splitlines()]
        return code, {row[0]: row[1:] for row in rows if row}, out

    return call


def test_the_table_counts_by_kind_and_in_all(table: Any) -> None:
    code, rows, _ = table()
    assert code == 0
    assert rows["choice"][:2] == ["1", "1"]
    assert rows["number"] == ["3", "1", "1", "(33.3%)", "0", "(0.0%)", "1", "(33.3%)", "0"]
    assert rows["percent"] == ["3", "1", "0", "(0.0%)", "1", "(50.0%)", "0", "(0.0%)", "1", "(100.0%)"]
    assert rows["all"][:2] == ["7", "3"]


def test_a_half_a_preset_and_the_misses_can_be_asked_for(table: Any) -> None:
    assert table("--half", "held")[1]["all"][:2] == ["2", "1"]
    _, rows, out = table("--misses", "--half", "held")
    assert rows["5"][:4] == ["number:", "labelled", "wrong,", "judged"]
    assert "'12' against '12'" in out
    assert table("--preset", "dianjin")[0] == 0


@pytest.mark.parametrize("text", ["{", '{"id": 1}', ""])
def test_a_file_that_cannot_be_read_is_named(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 1
    assert ("bad.jsonl:1" if text else "no pairs") in capsys.readouterr().err
    assert main([str(tmp_path / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err


OWN = pairs_of(Path(__file__).with_name("pairs.jsonl").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("half", ["held", "dev"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rules_are_as_right_as_they_say_in_both_languages(half: str, language: str) -> None:
    pairs = [pair for pair in OWN if pair.half == half and f"-{language}" in f"-{pair.id}"]
    found = rates((pair.label, judged(pair).value) for pair in pairs)
    assert found.pairs > 140
    assert found.false_accepts <= 0.01 * found.pairs
    assert found.false_rejects <= 0.02 * found.right
    assert found.missed <= 0.08 * (found.right + found.wrong)


def test_the_rules_keep_their_goals_on_pairs_that_were_not_looked_at() -> None:
    found = rates((pair.label, judged(pair).value) for pair in OWN if pair.half == "held")
    assert found.pairs >= 300
    assert found.false_accepts <= 0.005 * found.pairs
    assert found.false_rejects <= 0.02 * found.right
    assert found.missed <= 0.05 * (found.right + found.wrong)
    assert len({pair.id for pair in OWN}) == len(OWN)
