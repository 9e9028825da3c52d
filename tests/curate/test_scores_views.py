"""What a run with judges writes: every vote and judgement row for row, the views over them, plans, and after a kill."""

import json
from pathlib import Path
from typing import Any

from curate.curating import Asks
from curate.runs import Run
from judges.reasoning.criteria import FIN_R1, NAMES
from tests.curate.teaching import called, digests, dump, kept, killed, number_of, solve, started, until
from tests.curate.test_judge import ballot, judged, outcomes, prompt, questions, requests, served, written
from tests.curate.test_panel import thin
from tests.doubles.chat_answers import Reply
from tests.doubles.chat_server import ChatServer

Vote = int | None
FINE = ballot()

# judge -> its votes on step_count and term_overlap of each question; all else is 1. Odd ones have two steps only.
IDS = ("en:0", "en:1", "en:2", "zh:3", "zh:4", "zh:5")
VOTES: dict[str, tuple[tuple[Vote, Vote], ...]] = {
    "a": ((1, 1), (0, 1), (0, 0), (1, 1), (None, 1), (1, 1)),
    "b": ((1, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1)),
    "rules": ((1, 1), (0, 1), (1, 1), (0, 1), (1, 1), (0, 1)),
}
VALUES: dict[str, tuple[bool | None, ...]] = {
    "a": (True, False, False, True, None, True),
    "b": (True, True, False, False, False, True),
    "rules": (True, False, True, False, True, False),
}


def vote(judge: str, number: int, criterion: str) -> Vote:
    steps, terms = VOTES[judge][number]
    return {"step_count": steps, "term_overlap": terms}.get(criterion, 1)


def panel(folder: Path, server: ChatServer) -> Run:
    return judged(folder, server, {"by": ["b", "a"]})


def votes_as_told(request: dict[str, Any], nth: int) -> Reply:
    name, number = request["model"].removesuffix("-1"), number_of(request)
    said = {one: vote(name, number, one) for one in NAMES}
    return ballot(**{one: "cannot tell" if value is None else value for one, value in said.items()})


def teacher(request: dict[str, Any], nth: int) -> dict[str, Any]:
    """A seventh question is answered wrongly."""
    return solve(request, off=9.0) if number_of(request) == 6 else thin(request, nth)


def test_every_vote_and_judgement_stands_in_the_tables_and_the_views_count_them(tmp_path: Path) -> None:
    questions(tmp_path, 3, 4)
    with ChatServer(served(dict.fromkeys("ab", votes_as_told), teacher)) as server:
        run = panel(tmp_path, server)
        identities = {name: f"{server.base_url} {name}-1" for name in "ab"} | {"rules": "rules"}
    numbered = list(enumerate(IDS))
    judges = ("rules", "b", "a")  # in the order in which they stand

    assert FIN_R1.known_as == f"fin-r1@{FIN_R1.digest}"
    assert len(FIN_R1.digest) == 16
    expected = [
        (id, 0, 0, judge, name, vote(judge, number, name), identities[judge], FIN_R1.known_as)
        for number, id in numbered
        for judge in judges
        for name in NAMES
    ]
    assert run.sql("select * exclude rationale from scores").rows() == expected
    said = run.sql("select distinct criterion, rationale from scores where judge <> 'rules' order by all").rows()
    assert said == sorted((name, f"why {name}") for name in NAMES)
    assert run.sql("select count(*) from scores where rationale = ''").item() == 0

    details = {
        "a": ("", "step_count", "term_overlap, step_count", "", "step_count", ""),
        "b": ("", "", "step_count", "step_count", "step_count", ""),
        "rules": ("", "step_count", "", "step_count", "", "step_count"),
    }
    reasons = {True: "all_criteria", False: "criteria_failed", None: "criteria_undecided"}
    assert run.sql("from judgements").rows() == [
        (id, 0, 0, judge, judge != "rules", value, reasons[value], details[judge][number], 1.0)
        for number, id in numbered
        for judge in judges
        for value in [VALUES[judge][number]]
    ]
    _check_rates(run)
    _check_agreement(run)

    measured = {1: "2 steps, 3 wanted", 0: "3 steps, 3 wanted"}
    said_no = "why step_count"
    rows = run.sql("from judge_vs_measures").rows()
    assert [(row[0], *row[3:]) for row in rows if row[4] == "step_count"] == [
        ("en:1", "b", "step_count", 1, said_no, 0, measured[1]),
        ("en:2", "a", "step_count", 0, said_no, 1, measured[0]),
        ("en:2", "b", "step_count", 0, said_no, 1, measured[0]),
        ("zh:3", "a", "step_count", 1, said_no, 0, measured[1]),
        ("zh:4", "b", "step_count", 0, said_no, 1, measured[0]),
        ("zh:5", "a", "step_count", 1, said_no, 0, measured[1]),
        ("zh:5", "b", "step_count", 1, said_no, 0, measured[1]),
    ]
    (other,) = (row for row in rows if row[4] != "step_count")
    assert other[:8] == ("en:2", 0, 0, "a", "term_overlap", 0, "why term_overlap", 1)

    assert run.sql("from undecided").rows() == [
        ("en:1", 0, 0, "question", None, None, "judges_disagree", "b good, a bad"),
        ("zh:3", 0, 0, "question", None, None, "judges_disagree", "b bad, a good"),
        ("zh:4", 0, 0, "reasoning", "a", None, "criteria_undecided", "step_count"),
        ("zh:4", 0, 0, "vote", "a", "step_count", None, said_no),
    ]
    columns = "answer_right, answer_wrong, answer_undecided, reasoning_good, reasoning_bad, reasoning_undecided"
    assert run.sql(f"select source, {columns}, pending, failed, sft, rl, rejects from funnel").rows() == [
        ("en", 3, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1),
        ("zh", 3, 1, 0, 1, 0, 2, 0, 0, 1, 1, 2),
    ]


def _check_rates(run: Run) -> None:
    special = {  # source, judge -> met, failed, undecided, rate on step_count; then on term_overlap
        ("en", "a"): ((1, 2, 0, 0.3333), (2, 1, 0, 0.6667)),
        ("en", "b"): ((2, 1, 0, 0.6667), (3, 0, 0, 1.0)),
        ("en", "rules"): ((2, 1, 0, 0.6667), (3, 0, 0, 1.0)),
        ("zh", "a"): ((2, 0, 1, 1.0), (3, 0, 0, 1.0)),
        ("zh", "b"): ((1, 2, 0, 0.3333), (3, 0, 0, 1.0)),
        ("zh", "rules"): ((1, 2, 0, 0.3333), (3, 0, 0, 1.0)),
    }
    assert run.sql("from criterion_rates").rows() == [
        (*key, name, *{"step_count": steps, "term_overlap": terms}.get(name, (3, 0, 0, 1.0)))
        for key, (steps, terms) in special.items()
        for name in sorted(NAMES)
    ]


def _check_agreement(run: Run) -> None:
    # a and b on step_count, where both decide: 1-1, 0-1, 0-0, 1-0, 1-1. They agree on 3 of 5; each votes 1 on 3 of 5,
    # so that chance gives 0.6 x 0.6 + 0.4 x 0.4 = 0.52, and kappa is (0.6 - 0.52) / 0.48.
    # a and rules: 1-1, 0-0, 0-1, 1-0, 1-0: 2 of 5; a 3 of 5, rules 2 of 5: 0.24 + 0.24; (0.4 - 0.48) / 0.52.
    # b and rules: 1-1, 1-0, 0-1, 0-0, 0-1, 1-0: 2 of 6; each 3 of 6: 0.5; (1/3 - 1/2) / 0.5.
    # a's one 0 on term_overlap meets a 1: 5 of 6 by chance too.
    steps = {
        ("a", "b"): (6, 1, 3, 1, 1, 0.6, 0.1667),
        ("a", "rules"): (6, 1, 2, 2, 1, 0.4, -0.1538),
        ("b", "rules"): (6, 0, 2, 2, 2, 0.3333, -0.3333),
    }
    same, once = (6, 0, 6, 0, 0, 1.0, None), (6, 0, 5, 0, 1, 0.8333, 0.0)
    expected = []
    for pair, counts in steps.items():
        special = {"step_count": counts, "good trace": counts, "term_overlap": once if "a" in pair else same}
        expected += [(*pair, name, *special.get(name, same)) for name in sorted((*NAMES, "good trace"))]
    assert run.sql("from judge_agreement").rows() == expected


def test_every_question_that_is_undecided_stands_in_the_view_undecided(tmp_path: Path) -> None:
    questions(tmp_path, 3, 4)

    def unreasoned(request: dict[str, Any], nth: int) -> Reply:
        found = teacher(request, nth)
        if number_of(request) == 0:
            del found["choices"][0]["message"]["reasoning_content"]
        return found

    with ChatServer(served(dict.fromkeys("ab", votes_as_told), unreasoned)) as server:
        run = panel(tmp_path, server)
    undecided = run.sql("select question_id, reason from outcomes where label = 'undecided' order by all").rows()
    expected = [("en:0", "empty_reasoning"), *((id, "judges_disagree") for id in ("en:1", "zh:3", "zh:4"))]
    assert undecided == expected
    assert run.sql("select distinct question_id from undecided order by all").rows() == [(id,) for id, _ in expected]


def test_the_digest_of_the_criteria_tells_which_words_were_voted_by(tmp_path: Path) -> None:
    questions(tmp_path, 1, 0)
    known = []
    with ChatServer(served({"j": lambda request, nth: FINE})) as server:
        for words in ("It is fluent.", "It is fluent!"):
            use = ["step_count", {"name": "term_overlap", "en": {"definition": words}}]
            run = judged(tmp_path, server, {"by": ["j"], "criteria": {"name": "mine", "use": use}})
            rows = run.sql("select distinct criterion, criteria from scores order by all").rows()
            assert [name for name, _ in rows] == ["step_count", "term_overlap"]
            known.append({said for _, said in rows})
            assert f"- term_overlap: {words}" in prompt(requests(server, "j")[-1])
    first, second = known
    assert len(first | second) == 2
    assert all(said.startswith("mine@") for said in first | second)


def test_a_question_that_waits_for_its_judge_has_its_trace_and_measures_and_the_plan_counts_it(tmp_path: Path) -> None:
    questions(tmp_path, 2, 2)

    def told(command: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(called(tmp_path, command, "r.yaml", "--json").stdout)
        return found

    with ChatServer(served({"j": lambda request, nth: FINE})) as server:
        written(tmp_path, server, {"by": ["j"]})
        before = told("plan")
        assert before["left"]["calls"] == 4 + 3  # of four traces, about three are right
        assert before["judgements"]["j"]["traces"] == 0
        run = judged(tmp_path, server, {"by": ["j"]}, budget={"calls": 5})
        assert run.record["stopped"] == "budget"
        assert len(requests(server, "j")) == 1
        run = judged(tmp_path, server, {"by": ["j"]}, Asks(any=False))
        assert len(server.seen) == 5
        found = sorted(outcomes(run).values(), key=str)
        assert [row[:3] for row in found] == [("good", "all_criteria", "sft"), *[("undecided", "pending", None)] * 3]
        assert run.sql("select count(*) from traces where outcome = 'ok'").item() == 4
        assert run.sql("select count(distinct question_id) from measures").item() == 4
        votes = run.sql("select judge, count(*), count(vote) from scores group by all order by all").rows()
        assert votes == [("j", 7, 7), ("rules", 28, 28)]
        funnel = run.sql("select sum(pending), sum(reasoning_good), sum(reasoning_undecided) from funnel").rows()
        assert funnel == [(3, 1, 0)]

        plan, status = told("plan"), told("status")
        assert {name: part["pending"] for name, part in status["sources"].items()} in (
            {"en": 1, "zh": 2},
            {"en": 2, "zh": 1},
        )
        assert status["labels"] == {"good": 1}
        assert (plan["left"]["calls"], plan["at_most"]["calls"]) == (3, 6)
        waits = plan["judgements"]["j"]
        assert (waits["traces"], waits["asked"], waits["waiting"], waits["calls"]) == (4, 4, 3, 1)
        assert plan["left"]["tokens"] == round(waits["waiting_tokens"] + 3 * waits["completion"])
        shown = called(tmp_path, "plan", "r.yaml").stdout
        assert "with j on the reasoning of those that are right, 100% of 4 answers so far" in shown
        assert len(server.seen) == 5

        run = judged(tmp_path, server, {"by": ["j"]})
        assert {row[:3] for row in outcomes(run).values()} == {("good", "all_criteria", "sft")}
        assert len(server.seen) == 8
        sent = {prompt(request) for request in requests(server, "j")}
        assert set(plan["prompts"]) == {"distil, en", "distil, zh", "judge, en", "judge, zh"}
        for kind in ("judge, en", "judge, zh"):
            assert plan["prompts"][kind] in sent
            assert plan["prompts"][kind] in shown
        assert told("plan")["left"] == {"calls": 0, "tokens": 0, "usd": 0.0}


def test_a_kill_amid_judges_calls_costs_only_those_under_way_and_no_row(tmp_path: Path) -> None:
    count, at_once = 60, 8
    questions(tmp_path, count // 2, count // 2)
    journal = tmp_path / "runs" / "journal.sqlite"
    came = []

    def judge(request: dict[str, Any], nth: int) -> Reply:
        came.append(nth)
        return FINE

    with ChatServer(served({"j": judge}), latency=0.05) as server:
        models = {name: {"concurrency": at_once} for name in ("teacher", "j")}
        written(tmp_path, server, {"by": ["j"]}, models=models)
        process = started(tmp_path, "run", "r.yaml")
        until(lambda: len(came) >= 25, process)
        assert process.poll() is None, "it was too fast to be killed"
        killed(process)
        until(lambda: server.in_flight == 0)
        lost = server.totals["requests"] - kept(journal)
        assert 0 <= lost <= 2 * 2 * at_once  # on their way, or answered and being written down
        for arguments in ((), ("--out", "calm/r", "--journal", "calm/journal.sqlite")):
            process = started(tmp_path, "run", "r.yaml", *arguments)
            errors = process.communicate()[1]
            assert process.returncode == 0, errors
            if not arguments:
                assert server.totals["requests"] == 2 * count + lost
                assert kept(journal) == 2 * count
    assert digests(tmp_path / "runs" / "r") == digests(tmp_path / "calm" / "r")
    assert dump(tmp_path / "runs" / "r") == dump(tmp_path / "calm" / "r")
