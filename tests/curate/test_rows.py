"""Rows of the configs: what a training row says is what the run's tables say, and what may not be published is not."""

from collections.abc import Iterator
from dataclasses import replace

import curate
from curate.configs import COLUMNS
from curate.entries import Entry, entries
from curate.prompt import prompt
from curate.rows import cells, completion, rejects, rl, scores, sft


def of(run: curate.Run, destination: str) -> Iterator[Entry]:
    return (entry for entry in entries(run.path) if entry.outcome["goes_to"] == destination)


def test_an_sft_row_is_its_question_trace_and_verdicts(quickstart: curate.Run) -> None:
    traces = {row["question_id"]: row for row in quickstart.table("traces").to_dicts()}
    measures = quickstart.table("measures")
    for entry in of(quickstart, "sft"):
        row, trace = sft(entry), traces[entry.outcome["question_id"]]
        assert set(row) == {name for name, _, _ in COLUMNS["sft"]}
        assert entry.question is not None
        assert row["prompt"] == [{"role": "user", "content": prompt(entry.question)}]
        said = row["completion"][0]["content"]
        assert said == f"<think>\n{trace['reasoning']}\n</think>\n<answer>\n{trace['answer']}\n</answer>"
        assert (row["teacher"], row["final"], row["attempts"]) == (trace["model"], trace["final"], 1)
        assert row["check_reason"].startswith("equal")
        assert row["judge_reason"] == "all_criteria"
        mine = dict(measures.filter(question_id=row["id"]).select("name", "value").iter_rows())
        assert {name: value for name, value in row["measures"].items() if name in mine} == mine


def test_an_rl_row_has_all_that_a_reward_needs(quickstart: curate.Run) -> None:
    found = [rl(entry) for entry in of(quickstart, "rl")]
    assert found
    for row in found:
        assert row["gold"]
        assert row["question"] in row["prompt"][0]["content"]
        assert "pass_rate" not in row
        assert cells("rl", row)[-1] is None
    choices = [row for row in found if row["answer_kind"] in ("choice", "choices")]
    assert all(row["options"] for row in choices)


def test_the_text_of_a_dropped_question_is_not_published(quickstart: curate.Run) -> None:
    seen = set()
    for entry in of(quickstart, "rejects"):
        row = rejects(entry, None)
        seen.add((row["label"], row.get("prompt") is not None))
        if row["label"] == "dropped":
            assert not {"gold", "prompt", "reasoning", "answer"} & {name for name, value in row.items() if value}
        else:
            assert row["prompt"]
    assert seen == {("dropped", False), ("undecided", True)}


def test_the_words_of_servers_and_of_dropped_texts_stay_home(quickstart: curate.Run) -> None:
    """What a failed call's server said may hold its address; a conversion's detail may quote the question."""
    entry = next(of(quickstart, "rejects"))

    def told(label: str, reason: str) -> object:
        outcome = {**entry.outcome, "label": label, "reason": reason, "detail": "at http://10.0.0.7"}
        return rejects(replace(entry, outcome=outcome), None)["detail"]

    for reason in ("error", "judge_failed", "convert_failed"):
        assert told("undecided", reason) is None
    for reason in ("needs_options", "rewrite_invents", "merge_misquotes", "ambiguous", "gold_conflict"):
        assert told("dropped", reason) is None
    for label, reason in (("dropped", "near_duplicate"), ("dropped", "overlap"), ("undecided", "gold_conflict")):
        assert told(label, reason) == "at http://10.0.0.7"


def test_an_unreadable_record_is_a_row_with_its_place(quickstart: curate.Run) -> None:
    (row,) = [rejects(entry, None) for entry in of(quickstart, "rejects") if entry.question is None]
    assert (row["id"], row["source"], row["source_id"]) == ("finqa:finqa.jsonl:13", "finqa", "finqa.jsonl:13")
    assert row["reason"] == "unreadable"
    assert row["detail"]


def test_votes_know_where_their_question_stands(quickstart: curate.Run) -> None:
    found = [vote for entry in entries(quickstart.path) for vote in scores(entry, "sft", "validation")]
    assert len(found) == quickstart.table("scores").height
    assert {(vote["config"], vote["split"]) for vote in found} == {("sft", "validation")}
    assert all(vote["published"] and vote["sits"] and vote["model"] == "rules" for vote in found)
    assert {vote["good"] for vote in found} == {True, False, None}


def test_completion_has_both_blocks_once() -> None:
    said = completion("先算增长率。", "\\boxed{12\\%}")
    assert said == "<think>\n先算增长率。\n</think>\n<answer>\n\\boxed{12\\%}\n</answer>"
