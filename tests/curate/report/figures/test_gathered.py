"""What a report tells of a run, each number counted again from the tables in another way."""

import dataclasses
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import curate
from curate.calibrate import calibrate
from curate.calibration import GOOD, calibration_path, save
from curate.errors import UserError
from curate.labels import PersonVote
from curate.report.facts import MOST, OTHERS, Facts
from curate.report.figures.gathered import gathered
from curate.runs import DATABASE, Run
from judges.reasoning import FIN_R1
from judges.reasoning.combine import Keep
from tests.curate.report.asked import asked_run

PLACES = ("sft", "rl", "rejects", "waiting")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asked_run(tmp_path_factory.mktemp("asked"))


@pytest.fixture(params=["quickstart", "asked"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def facts(run: Run) -> Facts:
    return gathered(run, None)


def rows(run: Run, table: str) -> list[dict[str, Any]]:
    return run.table(table).to_dicts()


def test_the_same_run_gives_the_same_facts_in_the_same_order(run: Run, facts: Facts) -> None:
    assert str(gathered(Run(run.path), None)) == str(facts)
    order = [one["source"] for one in run.record["sources"]]
    assert [one.name for one in facts.sources] == order
    for told in (facts.flows, facts.rates, facts.audits, facts.tries, facts.flags, facts.dropped):
        places = [order.index(one.source) for one in told]
        assert places == sorted(places)


def test_the_head_is_the_runs_record(run: Run, facts: Facts) -> None:
    assert (facts.head.name, facts.head.digest) == (run.record["recipe"]["name"], run.record["recipe_digest"])
    assert facts.head.questions == run.table("questions").height
    assert facts.head.records == facts.head.questions + run.table("unreadable").height
    assert (facts.head.stopped, facts.head.stopped_because) == (None, None)
    assert "127.0.0.1" not in str(facts)


def test_flows_sum_up_to_the_outcomes_and_to_the_stages(run: Run, facts: Facts) -> None:
    outcomes = rows(run, "outcomes")
    assert {(one.source, one.label, one.reason, one.goes_to): one.questions for one in facts.flows} == Counter(
        (one["source"], one["label"], one["reason"], one["goes_to"] or "waiting") for one in outcomes
    )
    assert sum(one.questions for one in facts.flows) == len(outcomes)
    for source in facts.sources:
        for place in ("sft", "rl", "rejects"):
            flowing = (one.questions for one in facts.flows if (one.source, one.goes_to) == (source.name, place))
            assert source.stages[place] == sum(flowing)
        assert source.stages["records"] - source.stages["unreadable"] == source.stages["questions"]


def test_what_waits_for_calls_is_told_as_waiting(tmp_path: Path) -> None:
    facts = gathered(asked_run(tmp_path, calls=5), None)
    assert facts.head.stopped == "budget"
    assert facts.head.stopped_because
    waiting = sum(one.questions for one in facts.flows if one.goes_to == "waiting")
    assert waiting == sum(one.stages["pending"] for one in facts.sources) > 0
    for one in facts.counted:
        assert sum(counts["waiting"] for counts in one.counts.values()) == waiting


def test_rates_are_the_votes_of_scores_and_the_verdicts_of_judgements(run: Run, facts: Facts) -> None:
    source = {one["question_id"]: one["source"] for one in rows(run, "outcomes")}
    votes = Counter((source[o["question_id"]], o["judge"], o["criterion"], o["vote"]) for o in rows(run, "scores"))
    verdicts = rows(run, "judgements")
    votes += Counter((source[o["question_id"]], o["judge"], GOOD, o["value"]) for o in verdicts)
    told = Counter[Any]()
    for one in facts.rates:
        key = (one.source, one.judge, one.criterion)
        told += Counter({(*key, 1): one.met, (*key, 0): one.failed, (*key, None): one.undecided})
    assert told == votes
    assert {(one.judge, one.sits) for one in facts.rates} == {(one["judge"], one["sits"]) for one in verdicts}


def test_criteria_stand_in_their_order_and_the_verdict_last(facts: Facts) -> None:
    first = facts.rates[0]
    same = [one.criterion for one in facts.rates if (one.source, one.judge) == (first.source, first.judge)]
    assert same == [*FIN_R1.names, GOOD]
    pairs = [one for one in facts.agreement if (one.judge, one.other) == ("mild", "strict")]
    assert [one.criterion for one in pairs] in ([], [*FIN_R1.names, GOOD])


def test_two_judges_agree_as_often_as_their_votes_are_the_same(asked: Run) -> None:
    votes = {(one["question_id"], one["judge"], one["criterion"]): one["vote"] for one in rows(asked, "scores")}
    for one in gathered(asked, None).agreement:
        if one.criterion == GOOD:
            continue
        pairs = [
            (vote, votes[question, one.other, criterion])
            for (question, judge, criterion), vote in votes.items()
            if (judge, criterion) == (one.judge, one.criterion)
        ]
        assert (one.traces, one.undecided, one.agreed) == (
            len(pairs),
            sum(None in pair for pair in pairs),
            sum(a == b is not None for a, b in pairs),
        )


def test_questions_are_counted_by_each_of_their_properties(run: Run, facts: Facts) -> None:
    goes_to = {one["question_id"]: one["goes_to"] or "waiting" for one in rows(run, "outcomes")}
    assert [one.name for one in facts.counted] == ["answer_kind", "language", "module", "licence"]
    for one in facts.counted:
        again = Counter((q[one.name] or "", goes_to[q["id"]]) for q in rows(run, "questions"))
        assert {(value, place): n for value, counts in one.counts.items() for place, n in counts.items() if n} == again
        sums = [sum(counts.values()) for counts in one.counts.values()]
        assert sums == sorted(sums, reverse=True)
        assert {tuple(counts) for counts in one.counts.values()} == {PLACES}


def test_of_very_many_values_the_rarest_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"q": "how much is it?", "g": "12"}\n', encoding="utf-8")
    source = "{{use: table, name: s{0}, from: q.jsonl, columns: {{question: q, gold: g}}, licence: L{0:02}}}"
    sources = ", ".join(source.format(number) for number in range(MOST + 3))
    (tmp_path / "r.yaml").write_text(f"name: r\nversion: 1.0.0\nsources: [{sources}]\n", encoding="utf-8")
    licence = gathered(curate.run(tmp_path / "r.yaml", tmp_path / "r"), None).counted[-1]
    assert [*licence.counts] == [*(f"L{number:02}" for number in range(MOST)), OTHERS]
    assert sum(licence.counts[OTHERS].values()) == 3
    assert all(sum(counts.values()) == 1 for value, counts in licence.counts.items() if value != OTHERS)


def test_attempts_are_those_of_the_chosen_sample(run: Run, facts: Facts) -> None:
    last = {(one["question_id"], one["sample"]): one["attempt"] + 1 for one in rows(run, "traces")}
    chosen = [one for one in rows(run, "outcomes") if one["sample"] is not None]
    tries = Counter((one["source"], last[one["question_id"], one["sample"]]) for one in chosen)
    good = Counter((o["source"], last[o["question_id"], o["sample"]]) for o in chosen if o["label"] == "good")
    assert {(one.source, one.attempts): one.questions for one in facts.tries} == tries
    assert {(one.source, one.attempts): one.good for one in facts.tries if one.good} == good


def test_audits_are_those_of_every_calculation_and_number(run: Run, facts: Facts) -> None:
    source = {one["question_id"]: one["source"] for one in rows(run, "outcomes")}
    said = {True: "right", False: "wrong", None: "undecided"}
    again = Counter((source[o["question_id"]], said[o["value"]]) for o in rows(run, "calculations"))
    assert {(one.source, name): n for one in facts.audits for name, n in one.calculations.items() if n} == again
    measured: dict[Any, dict[str, float]] = {}
    for row in rows(run, "measures"):
        key = (source[row["question_id"]], row["question_id"], row["sample"], row["attempt"])
        measured.setdefault(key, {})[row["name"]] = row["value"]
    for one in facts.audits:
        mine = [values for key, values in measured.items() if key[0] == one.source]
        assert one.traces == len(mine)
        assert sum(one.numbers.values()) == sum(values["numbers"] for values in mine)
        assert one.wrong_traces == sum(values["calculations_wrong"] > 0 for values in mine)
        assert one.unfounded_traces == sum(values["numbers_unfounded"] > 0 for values in mine)
        assert one.misread_traces == sum(values["numbers_misread"] > 0 for values in mine)


def test_flags_have_the_meaning_that_their_source_gives(quickstart: Run) -> None:
    flags = gathered(quickstart, None).flags
    again = Counter((one["source"], flag) for one in rows(quickstart, "questions") for flag in one["flags"])
    assert {(one.source, one.flag): one.questions for one in flags} == again
    assert all(one.meaning for one in flags)


def test_what_was_dropped_is_told_with_its_first_examples(run: Run, facts: Facts) -> None:
    left = [one for one in rows(run, "outcomes") if one["label"] == "dropped" and one["reason"] != "unreadable"]
    assert sum(one.questions for one in facts.dropped) == len(left) > 0
    for one in facts.dropped:
        mine = [(o["question_id"], o["detail"]) for o in left if (o["source"], o["reason"]) == (one.source, one.reason)]
        assert (one.questions, one.examples) == (len(mine), tuple(mine[:3]))


def test_a_benchmark_has_the_overlaps_that_it_called(asked: Run) -> None:
    (exam,) = gathered(asked, None).benchmarks
    assert (exam.name, exam.files, exam.dropped) == ("exam", ("exam.jsonl",), 1)


def test_pass_rates_are_those_of_the_students_answers(asked: Run, quickstart: Run) -> None:
    found = gathered(asked, None).pass_rates
    assert found is not None
    passed: dict[str, list[bool]] = {}
    for one in rows(asked, "student"):
        passed.setdefault(one["question_id"], []).append(one["value"])
    again = [0] * 10
    for answers in passed.values():
        again[min(10 * sum(answers) // len(answers), 9)] += 1
    assert (found.edges, found.counts) == (tuple(n / 10 for n in range(11)), {"rl": tuple(again)})
    assert gathered(quickstart, None).pass_rates is None


def test_people_are_counted_and_never_named(asked: Run) -> None:
    path = calibration_path(asked)
    judged = {(one["question_id"], one["sample"], one["attempt"]) for one in rows(asked, "scores")}
    votes = [PersonVote(*key, name, 1, by) for key in judged for name in FIN_R1.names for by in ("ada", "bo")]
    try:
        assert (gathered(asked, None).people, gathered(asked, None).calibration) == (0, ())
        calibration = calibrate(asked, votes, Keep(), FIN_R1.names)
        save(asked, calibration)
        facts = gathered(asked, None)
        assert facts.people == 2
        assert not {"ada", "bo"} & set(str(dataclasses.asdict(facts)).split("'"))
        for told, one in zip(facts.calibration, calibration.against, strict=True):
            assert (told.judge, told.criterion, told.n) == (one.judge, one.criterion, one.n)
            assert told.agreement.value == pytest.approx(one.agreement.value, abs=1e-6)

        said = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**said, "judges": said["judges"][1:]}), encoding="utf-8")
        assert (gathered(asked, None).people, gathered(asked, None).calibration) == (0, ())
        path.write_text("{", encoding="utf-8")
        with pytest.raises(UserError, match="cannot be read as a calibration"):
            gathered(asked, None)
    finally:
        path.unlink()


@pytest.mark.parametrize("file", [DATABASE, "questions.parquet", "tables/traces.parquet"])
def test_a_table_that_cannot_be_read_is_told_in_words(asked: Run, tmp_path: Path, file: str) -> None:
    shutil.copytree(asked.path, tmp_path, dirs_exist_ok=True)
    whole = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="run the recipe again"):
        gathered(Run(tmp_path), None)
