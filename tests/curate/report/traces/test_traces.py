"""The traces of a report: every outcome with all that is known of it, and the index that finds it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import curate
from cards.words import words
from curate.moment import Moment
from curate.report.traces.bundle import Bundle, bundle
from curate.report.traces.packed import unpacked
from judges.reasoning import MEASURES
from judges.reasoning.grounding import Place
from judges.verdict import REASONS
from tests.curate.report.asked import asked_run
from tests.curate.test_convert import by_script, rewritten, setting
from tests.doubles.chat_server import ChatServer

EVERYTHING = 1000


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """A teacher that errs, two judges that disagree, calls that cost."""
    return asked_run(tmp_path_factory.mktemp("asked"))


def index(held: Bundle) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = unpacked(held.index)
    return rows


def records(held: Bundle) -> Iterator[dict[str, Any]]:
    for chunk in held.chunks:
        yield from unpacked(chunk)


def text_of(pieces: list[Any]) -> str:
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def test_every_outcome_is_in_the_index_and_in_the_chunk_that_it_names(quickstart: curate.Run) -> None:
    held = bundle(quickstart, EVERYTHING)
    outcomes = quickstart.table("outcomes").to_dicts()
    assert (held.shown, held.total, held.sampled) == (len(outcomes), len(outcomes), False)
    assert [row["id"] for row in index(held)] == [one["question_id"] for one in outcomes]
    for row, one in zip(index(held), outcomes, strict=True):
        assert (row["source"], row["label"], row["reason"]) == (one["source"], one["label"], one["reason"])
        assert row["goes_to"] == (one["goes_to"] or "waiting")
    in_chunks = [(record["id"], number) for number, chunk in enumerate(held.chunks) for record in unpacked(chunk)]
    assert in_chunks == [(row["id"], row["chunk"]) for row in index(held)]


def test_a_record_has_the_texts_of_the_tables(asked: curate.Run) -> None:
    held = bundle(asked, EVERYTHING)
    traces = {(row["question_id"], row["sample"], row["attempt"]): row for row in asked.table("traces").to_dicts()}
    votes = Counter[tuple[Any, ...]]()
    for record in records(held):
        for one in record.get("tries", []):
            trace = traces.pop((record["id"], one["sample"], one["attempt"]))
            assert text_of(one["reasoning"]) == trace["reasoning"]
            assert (one["answer"], one["final"]) == (trace["answer"], trace["final"])
            assert (one["error"] is None) == (trace["error"] is None)
            votes.update((record["id"], j["judge"], *vote[:2]) for j in one["judges"] for vote in j["votes"])
    assert traces == {}
    rows = asked.table("scores").to_dicts()
    assert votes == Counter((row["question_id"], row["judge"], row["criterion"], row["vote"]) for row in rows)
    calls = asked.table("calls")
    assert sum(len(record.get("calls", [])) for record in records(held)) == calls.height
    assert sum(call["usd"] for record in records(held) for call in record.get("calls", [])) == pytest.approx(
        calls["usd"].sum()
    )


def test_the_chosen_try_is_the_outcome_s(asked: curate.Run) -> None:
    outcomes = {row["question_id"]: row for row in asked.table("outcomes").to_dicts()}
    for record in records(bundle(asked, EVERYTHING)):
        chosen = [(one["sample"], one["attempt"]) for one in record.get("tries", []) if one["chosen"]]
        outcome = outcomes[record["id"]]
        assert chosen == ([] if outcome["sample"] is None else [(outcome["sample"], outcome["attempt"])])


def test_marks_are_counted_as_the_run_counted_them(asked: curate.Run) -> None:
    for record in records(bundle(asked, EVERYTHING)):
        for one in (one for one in record.get("tries", []) if one["measures"]):
            measured = dict(one["measures"])
            values = Counter(value for value, _, _ in one["calculations"])
            assert (values[True], values[False]) == (measured["calculations_right"], measured["calculations_wrong"])
            counts = Counter(one["counts"])
            assert (counts["right"], counts["wrong"]) == (values[True], values[False])
            assert all(counts[place] == measured[f"numbers_{place}"] for place in ("given", "derived", "constant"))
            assert counts["miscalculated"] == measured["numbers_miscalculated"]
            assert counts["unfounded"] + counts["misread"] == measured["numbers_unfounded"]


def test_the_index_knows_what_failed_and_what_audits_found(asked: curate.Run) -> None:
    rows = index(bundle(asked, EVERYTHING))
    scores = asked.sql("select distinct question_id, judge, criterion from scores where vote = 0").rows()
    told = [(row["id"], judge, one) for row in rows for judge, names in row["failed"].items() for one in names]
    assert sorted(scores) == sorted(one for one in told if one[2] != "good trace")
    bad = asked.sql("select distinct question_id, judge from judgements where not value").rows()
    assert sorted(bad) == sorted(one[:2] for one in told if one[2] == "good trace")
    wrong = asked.sql(
        "select distinct question_id from measures where name = 'calculations_wrong' and value > 0"
    ).rows()
    assert sorted(wrong) == sorted((row["id"],) for row in rows if "wrong" in row["audit"])
    attempts = asked.sql("select question_id, coalesce(attempt + 1, 0) from outcomes").rows()
    assert attempts == [(row["id"], row["attempts"]) for row in rows]


def test_an_unreadable_record_shows_its_text_and_why(quickstart: curate.Run) -> None:
    (lost,) = quickstart.table("unreadable").to_dicts()
    record = next(one for one in records(bundle(quickstart, EVERYTHING)) if one["id"] == lost["question_id"])
    assert (record["raw"], record["error"], record["place"]) == (lost["raw"], lost["error"], lost["place"])
    assert "question" not in record


def test_a_context_s_tables_are_rows_of_cells(quickstart: curate.Run) -> None:
    tables = [
        part
        for one in records(bundle(quickstart, EVERYTHING))
        for part in one.get("context", [])
        if isinstance(part, list)
    ]
    assert ["locomotives", "246", "135"] in [row for table in tables for row in table]
    assert all(set("".join(row)) - set("-: ") for table in tables for row in table)


def test_a_sample_says_so_and_is_whole(quickstart: curate.Run) -> None:
    held = bundle(quickstart, 20)
    assert (held.shown, held.total, held.sampled) == (20, 80, True)
    everything = {one["id"]: one for one in records(bundle(quickstart, EVERYTHING))}
    assert [one["id"] for one in records(held)] == [row["id"] for row in index(held)]
    assert all(everything[one["id"]] == one for one in records(held))


def test_no_trace_at_all_may_be_wanted(quickstart: curate.Run) -> None:
    held = bundle(quickstart, 0)
    assert (held.shown, held.total, held.chunks, index(held)) == (0, 80, (), [])


def test_the_same_run_gives_the_same_bytes_and_tells_how_far_it_is(quickstart: curate.Run) -> None:
    moments: list[Moment] = []
    assert bundle(quickstart, EVERYTHING, moments.append) == bundle(quickstart, EVERYTHING)
    assert (moments[0].done, moments[0].total) == (0, 80)


def test_every_code_of_a_record_has_words_in_both_languages(asked: curate.Run) -> None:
    held = bundle(asked, EVERYTHING)
    han = {code for code, (_, chinese) in held.words.items() if any("\u4e00" <= sign <= "\u9fff" for sign in chinese)}
    wanted = {f"reason:{one}" for one in REASONS} | {f"measure:{one}" for one in MEASURES}
    wanted |= {f"place:{one}" for one in (*get_args(Place), "misread")} | {"right", "calculation:undecided"}
    wanted |= {f"label:{row['label']}" for row in index(held)} | {f"purpose:{one}" for one in ("distil", "judge")}
    assert wanted <= han
    assert all(english for english, _ in held.words.values())
    assert held.words["reason:equal"][1] == words("zh")("reason:equal")


def test_models_are_named_as_they_may_be_published(asked: curate.Run) -> None:
    found = list(records(bundle(asked, EVERYTHING)))
    named = {call["model"] for one in found for call in one.get("calls", [])}
    named |= {j["identity"] for one in found for tried in one.get("tries", []) for j in tried["judges"]}
    assert {"teacher at a private address", "strict at a private address", "rules"} <= named
    assert not any("127.0.0.1" in name for name in named)


def test_a_converted_question_shows_what_it_was(tmp_path: Path) -> None:
    with ChatServer(by_script(rewritten)) as server:
        run = curate.run(setting(tmp_path, server.base_url), tmp_path / "run")
    held = bundle(run, EVERYTHING)
    parents = {row["id"]: row for row in run.table("originals").to_dicts()}
    for row, one in zip(index(held), records(held), strict=True):
        assert row["parent"] == one["before"]["id"]
        assert one["before"]["question"] == parents[row["parent"]]["question"]
        assert [letter for letter, *_ in one["before"]["options"]] == ["A", "B", "C"]
        assert [call["purpose"] for call in one["calls"]] == ["convert", "distil"]
