"""A run read question by question: every row of its tables is met once, with the question that it belongs to."""

from collections import Counter

import curate
from curate.entries import entries


def test_every_row_of_every_table_is_met_once_and_in_order(quickstart: curate.Run) -> None:
    met = list(entries(quickstart.path))
    assert [entry.outcome["question_id"] for entry in met] == quickstart.table("outcomes")["question_id"].to_list()
    counts = Counter[str]()
    for entry in met:
        counts["questions"] += entry.question is not None
        counts["traces"] += len(entry.tries)
        for tried in entry.tries:
            assert tried.check["question_id"] == tried.trace["question_id"] == entry.outcome["question_id"]
            for name in ("scores", "judgements", "measures"):
                counts[name] += len(getattr(tried, name))
    assert counts == {name: quickstart.table(name).height for name in counts}


def test_the_chosen_trace_is_the_one_that_the_outcome_names(quickstart: curate.Run) -> None:
    for entry in entries(quickstart.path):
        assert (entry.chosen is None) == (entry.outcome["sample"] is None)
        if entry.chosen is not None:
            assert entry.chosen.trace["attempt"] == entry.outcome["attempt"]


def test_an_unreadable_record_has_no_question(quickstart: curate.Run) -> None:
    lost = [entry for entry in entries(quickstart.path) if entry.question is None]
    assert [entry.outcome["reason"] for entry in lost] == ["unreadable"]
    assert lost[0].tries == ()
