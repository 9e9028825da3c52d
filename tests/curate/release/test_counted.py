"""What is counted of a release's files: known numbers on small releases, in a fixed order."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from cards.facts import Agreement, Counted, DatasetFacts, Length, Module, Part, Reason, Votes
from curate.release.counted import counted
from curate.release.scan import Findings
from judges.verdict import REASONS
from tests.curate.release.written import user, written


def test_a_folder_without_files_has_no_rows(tmp_path: Path) -> None:
    found = counted(tmp_path)
    assert (found.pop("leaks"), found.pop("twins")) == (0, 0)
    assert [found.pop(name) for name in ("published", "flagged", "private_rows")] == [{}, {}, {}]
    assert set(found.values()) == {()}
    assert set(found) < {field.name for field in dataclasses.fields(DatasetFacts)}


def test_parts_have_rows_groups_and_bytes(tmp_path: Path) -> None:
    votes = [{"id": id, "criterion": "step_count"} for id in ("a", "a", "b", "c", "d")]
    folder = written(
        tmp_path,
        sft={"train": [{"id": "a", "group": "x"}, {"id": "b", "group": "x"}], "validation": [{"group": "y"}]},
        rejects={"train": [{"id": "c", "group": "z"}, {"id": "d", "group": None}]},
        scores={"train": votes},
    )
    sizes = {path.parent.name + "/" + path.name[:5]: path.stat().st_size for path in folder.glob("data/*/*")}
    assert counted(folder)["parts"] == (
        Part("sft", "train", 2, 1, sizes["sft/train"]),
        Part("sft", "validation", 1, 1, sizes["sft/valid"]),
        Part("scores", "train", 5, 2, sizes["scores/train"]),
        Part("rejects", "train", 2, 1, sizes["rejects/train"]),
    )


def test_a_split_of_several_files_is_one_part(tmp_path: Path) -> None:
    folder = written(tmp_path, rl={"train": [{"group": "x"}, {"group": "y"}]})
    first = folder / "data" / "rl" / "train-00000-of-00001.parquet"
    first.with_name("train-00001-of-00002.parquet").write_bytes(first.read_bytes())
    assert counted(folder)["parts"] == (Part("rl", "train", 4, 2, 2 * first.stat().st_size),)


def test_modules_stand_in_the_order_of_fin_r1_and_rows_without_one_last(tmp_path: Path) -> None:
    sft = [{"module": name} for name in ("reasoning_business", "professional_knowledge", None, "code", "code")]
    folder = written(tmp_path, sft={"train": sft}, rl={"train": [{"module": "reasoning_business"}]})
    assert counted(folder)["modules"] == (
        Module("code", 2, 0),
        Module("professional_knowledge", 1, 0),
        Module("reasoning_business", 1, 1),
        Module("", 1, 0),
    )


def test_languages_kinds_and_teachers_are_counted_by_config_the_largest_first(tmp_path: Path) -> None:
    sft = [
        {"language": "en", "answer_kind": "number", "teacher": "r1"},
        {"language": "zh", "answer_kind": "choice", "teacher": "program"},
        {"language": "zh", "answer_kind": "boolean", "teacher": "r1"},
    ]
    rl = [{"language": "en", "answer_kind": "number"}]
    rejects = {"train": [{"language": "en", "teacher": "r1"}]}
    found = counted(written(tmp_path, sft={"train": sft[:2], "validation": sft[2:]}, rl={"train": rl}, rejects=rejects))
    assert found["languages"] == (Counted("sft", "zh", 2), Counted("sft", "en", 1), Counted("rl", "en", 1))
    kinds = [(one.config, one.name, one.rows) for one in found["kinds"]]
    assert kinds == [("sft", "boolean", 1), ("sft", "choice", 1), ("sft", "number", 1), ("rl", "number", 1)]
    assert found["teachers"] == (Counted("sft", "r1", 2), Counted("sft", "program", 1))


def test_reasons_tell_what_they_mean(tmp_path: Path) -> None:
    codes = [("duplicate", "dropped"), ("near_miss", "undecided"), ("equal", "good"), ("duplicate", "dropped")]
    rows = [{"reason": code, "label": label} for code, label in codes]
    assert counted(written(tmp_path, rejects={"train": rows}))["reasons"] == (
        Reason("duplicate", REASONS["duplicate"], "dropped", 2),
        Reason("equal", REASONS["equal"], "good", 1),
        Reason("near_miss", REASONS["near_miss"], "undecided", 1),
    )


def scores(judge: str, criterion: str, votes: str, *, sits: bool = True) -> list[dict[str, Any]]:
    """One row a trace: 1, 0 or ? for undecided; the whole trace is judged as the criterion."""
    known = {"1": 1, "0": 0, "?": None}
    return [
        {
            "id": f"q{trace}",
            "sample": 0,
            "attempt": 0,
            "judge": judge,
            "sits": sits,
            "criterion": criterion,
            "vote": known[vote],
            "good": None if vote == "?" else vote == "1",
        }
        for trace, vote in enumerate(votes)
    ]


def test_votes_stand_by_judge_and_in_the_order_of_the_criteria(tmp_path: Path) -> None:
    rows = [
        *scores("rules", "step_count", "10", sits=False),
        *scores("rules", "coherence", "1?", sits=False),
        *scores("judge", "coherence", "00"),
        *scores("judge", "step_count", "11"),
    ]
    assert counted(written(tmp_path, scores={"train": rows}))["votes"] == (
        Votes("judge", True, "step_count", 2, 0, 0),
        Votes("judge", True, "coherence", 0, 2, 0),
        Votes("rules", False, "step_count", 1, 1, 0),
        Votes("rules", False, "coherence", 1, 0, 1),
    )


def test_agreement_has_the_arithmetic_of_a_runs_view(tmp_path: Path) -> None:
    # Where both decide: 1-1, 0-1, 0-0, 1-0, 1-1. They agree on 3 of 5; each votes 1 on 3 of 5, so that chance gives
    # 0.6 x 0.6 + 0.4 x 0.4 = 0.52, and kappa is (0.6 - 0.52) / 0.48.
    rows = [*scores("b", "zeal", "10011?"), *scores("a", "zeal", "110010")]
    found = counted(written(tmp_path, scores={"train": rows}))["agreement"]
    assert found == (
        Agreement("a", "b", "zeal", 6, 1, 3, 0.1667),
        Agreement("a", "b", "good trace", 6, 1, 3, 0.1667),
    )


def test_agreement_is_by_trace_and_has_no_kappa_where_both_always_vote_alike(tmp_path: Path) -> None:
    rows = [*scores("a", "zeal", "11"), *scores("b", "zeal", "1")]
    other = [{**row, "attempt": 1} for row in scores("b", "zeal", "?0")]
    found = counted(written(tmp_path, scores={"train": [*rows, *other]}))["agreement"]
    assert found[0] == Agreement("a", "b", "zeal", 1, 0, 1, None)


def test_lengths_are_of_rows_by_config_part_and_language(tmp_path: Path) -> None:
    # 0.3 tokens a character of ASCII, 0.6 a Chinese one: 1 to 20 tokens of 20 rows, 2 of the Chinese one.
    sft = [{"prompt": user("Why?"), "reasoning": "ten chars." * tokens, "answer": "17"} for tokens in range(1, 21)]
    chinese = {"language": "zh", "prompt": user("为何？"), "reasoning": "先算", "answer": "答案是十七。"}
    folder = written(tmp_path, sft={"train": sft[1::2], "validation": [*sft[::2], chinese]}, rl={"train": sft[:1]})
    assert counted(folder)["lengths"] == (
        Length("sft", "prompt", "en", 20, 1.0, 1, 1, 1),
        Length("sft", "prompt", "zh", 1, 2.0, 2, 2, 2),
        Length("sft", "reasoning", "en", 20, 31.5, 31.5, 57, 60),
        Length("sft", "reasoning", "zh", 1, 1.0, 1, 1, 1),
        Length("sft", "answer", "en", 20, 1.0, 1, 1, 1),
        Length("sft", "answer", "zh", 1, 4.0, 4, 4, 4),
        Length("rl", "prompt", "en", 1, 1.0, 1, 1, 1),
    )


def test_a_group_on_both_sides_leaks_also_between_configs(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        sft={"train": [{"group": "a"}, {"group": "a"}, {"group": "b"}], "validation": [{"group": "c"}]},
        rl={"train": [{"group": "c"}], "validation": [{"group": "d"}, {"group": "b"}]},
        rejects={"train": [{"group": "d"}]},
    )
    assert counted(folder)["leaks"] == 2


def test_twins_are_rows_of_validation_whose_prompt_stands_in_train(tmp_path: Path) -> None:
    def asked(*texts: str) -> list[dict[str, Any]]:
        return [{"prompt": user(text)} for text in texts]

    folder = written(
        tmp_path,
        sft={"train": asked("净利润是多少？", "Why?"), "validation": asked("净利润是多少？", "Why? ", "Who?", "Who?")},
        rl={"train": asked("How?"), "validation": asked("Why?")},
        rejects={"train": asked("Who?")},
    )
    assert counted(folder)["twins"] == 2


def test_rows_are_told_by_source(tmp_path: Path) -> None:
    rows = [{"source": name} for name in ("b", "a", "b")]
    found = counted(written(tmp_path, sft={"train": rows[:1], "validation": rows[1:]}, rejects={"train": rows[:1]}))
    assert json.dumps(found["published"]) == json.dumps(
        {"a": {"sft": 1, "rl": 0, "rejects": 0}, "b": {"sft": 2, "rl": 0, "rejects": 1}}
    )


def test_flags_are_told_by_source_over_all_rows(tmp_path: Path) -> None:
    rows = [{"source": "b", "flags": ["x", "y"]}, {"source": "a", "flags": ["x"]}, {"source": "b", "flags": []}]
    found = counted(written(tmp_path, sft={"train": rows[:1], "validation": rows[1:]}, rejects={"train": rows[:1]}))
    assert found["flagged"] == {"a": {"x": 1}, "b": {"x": 2, "y": 2}}


@pytest.mark.parametrize(("findings", "rows"), [(None, {"email": 1}), (Findings((), {"mobile": 3}, ()), {"mobile": 3})])
def test_private_rows_are_those_of_the_scan(tmp_path: Path, findings: Findings | None, rows: dict[str, int]) -> None:
    folder = written(tmp_path, sft={"train": [{"prompt": user("Write to anna@example.com."), "answer": "Yes."}]})
    assert counted(folder, findings)["private_rows"] == rows


def test_an_apostrophe_in_the_folders_name_harms_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "anna's [1] run", rl={"train": [{}]})
    assert counted(folder)["parts"][0].rows == 1
