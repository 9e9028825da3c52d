"""Who judges what: keep rules, panels, the judge of last resort, and which traces are judged at all."""

import json
from pathlib import Path
from typing import Any

from tests.curate.teaching import called, number_of, solve
from tests.curate.test_judge import Judge, ballot, judged, outcomes, prompt, questions, requests, served, voted, votes
from tests.doubles.chat_answers import Reply, error
from tests.doubles.chat_server import ChatServer

FINE = ballot()
GOOD, BAD, UNDECIDED = "good", "bad", "undecided"

# What a judge votes on question number 0, 1, ..., and what each rule makes of it.
BALLOTS: list[dict[str, object]] = [
    {},
    {"step_count": 0},
    {"step_count": "cannot tell"},
    {"step_count": 0, "term_overlap": "cannot tell"},
    {"term_overlap": 0, "step_count": 0},
    {"logical_consistency": 0},
    {"term_overlap": "cannot tell", "content_diversity": "cannot tell"},
    {"term_overlap": 0, "content_diversity": "cannot tell"},
]
_WEIGHTS = {"logical_consistency": 2, "term_overlap": 0.1, "content_diversity": 0.2, "step_count": 0}
KEEPS: list[tuple[Any, list[tuple[str, str, str]]]] = [
    (
        "all",
        [
            (GOOD, "all_criteria", ""),
            (BAD, "criteria_failed", "step_count"),
            (UNDECIDED, "criteria_undecided", "step_count"),
            (BAD, "criteria_failed", "step_count"),
            (BAD, "criteria_failed", "term_overlap, step_count"),
            (BAD, "criteria_failed", "logical_consistency"),
            (UNDECIDED, "criteria_undecided", "term_overlap, content_diversity"),
            (BAD, "criteria_failed", "term_overlap"),
        ],
    ),
    (
        {"at_least": 6},
        [
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),
            (UNDECIDED, "criteria_undecided", "term_overlap"),
            (BAD, "criteria_failed", "term_overlap, step_count"),
            (GOOD, "enough_criteria", ""),
            (UNDECIDED, "criteria_undecided", "term_overlap, content_diversity"),
            (UNDECIDED, "criteria_undecided", "content_diversity"),
        ],
    ),
    (  # 5.3 points in all: 2 + 0.1 + 0.2 + 0 + three times 1
        {"weighted": _WEIGHTS, "at_least": 5.2},
        [
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),
            (GOOD, "enough_criteria", ""),  # 5.2 of 5.2, in tenths that floats do not add up to
            (BAD, "criteria_failed", "logical_consistency"),
            (UNDECIDED, "criteria_undecided", "term_overlap, content_diversity"),
            (UNDECIDED, "criteria_undecided", "content_diversity"),
        ],
    ),
]


def test_what_is_kept_is_decided_in_code_and_decided_anew_without_a_call(tmp_path: Path) -> None:
    questions(tmp_path, 4, 4)
    judge = served({"j": lambda request, nth: ballot(**BALLOTS[number_of(request)])})
    ids = [f"{'en' if number < 4 else 'zh'}:{number}" for number in range(8)]
    with ChatServer(judge) as server:
        for keep, expected in KEEPS:
            run = judged(tmp_path, server, {"by": ["j"], "keep": keep})
            found = outcomes(run)
            assert [(found[id][0], found[id][1], found[id][3]) for id in ids] == expected
            goes = {GOOD: "sft", BAD: "rl", UNDECIDED: "rejects"}
            assert all(goes_to == goes[label] for label, _, goes_to, _ in found.values())
            assert votes(run, "zh:7", "j") == voted(term_overlap=0, content_diversity=None)
            assert len(server.seen) == 16


# What a, b, c say of question number 0, 1, ...: good, bad, undecided. `rules` call every trace here good.
SAID: dict[str, dict[str, object]] = {"g": {}, "b": {"step_count": 0}, "u": {"step_count": "cannot tell"}}
TRIOS = ["ggg", "ggb", "gbb", "bbb", "ggu", "bbu", "gbu", "guu", "buu", "uuu", "gub", "bgg"]
PANELS: list[tuple[list[str], str, str]] = [
    (["a", "b", "c"], "majority", "ggbbgbuuuuug"),
    (["a", "b", "c"], "unanimity", "guubuuuuuuuu"),
    (["c", "a", "b"], "majority", "ggbbgbuuuuug"),
    (["a", "b"], "majority", "ggubgbuuuuuu"),
    (["c", "a"], "unanimity", "guubuuuuuuuu"),
    (["b"], "unanimity", "ggbbgbbuuuug"),
    (["rules", "a", "b"], "majority", "gggbgbgguugg"),
    (["a", "rules"], "unanimity", "gggugugguugu"),
]
_LABELS = {"g": (GOOD, "judges_good"), "b": (BAD, "judges_bad"), "u": (UNDECIDED, "judges_disagree")}
_WORDS = {"g": GOOD, "b": BAD, "u": UNDECIDED}
_VALUES = {"g": True, "b": False, "u": None}


def test_a_panel_decides_by_its_rule_and_keeps_what_every_judge_said(tmp_path: Path) -> None:
    questions(tmp_path, 6, 6)
    ids = [f"{'en' if number < 6 else 'zh'}:{number}" for number in range(12)]

    def votes_of(name: str) -> Judge:
        return lambda request, nth: ballot(**SAID[TRIOS[number_of(request)]["abc".index(name)]])

    with ChatServer(served({name: votes_of(name) for name in "abc"})) as server:
        for by, rule, expected in PANELS:
            run = judged(tmp_path, server, {"by": by, "panel": rule})
            assert len(server.seen) == 12 + 36
            found = outcomes(run)
            assert "".join(found[id][0][0] for id in ids) == expected, (by, rule)
            judgements, steps = [], []
            for id, trio, letter in zip(ids, TRIOS, expected, strict=True):
                letters = {"rules": "g", **dict(zip("abc", trio, strict=True))}
                if len(by) > 1:
                    tally = ", ".join(f"{name} {_WORDS[letters[name]]}" for name in by)
                    detail = f"step_count; {tally}" if letter == "b" else tally
                    assert (*found[id][:2], found[id][3]) == (*_LABELS[letter], detail)
                judges = ["rules", *(name for name in by if name != "rules")]
                judgements += [(id, name, name in by, _VALUES[letters[name]]) for name in judges]
                steps += [(id, name, _VALUES[letters[name]]) for name in judges]
            assert run.sql("select question_id, judge, sits, value from judgements").rows() == judgements
            votes = run.sql("select question_id, judge, vote = 1 from scores where criterion = 'step_count'")
            assert votes.rows() == steps
            others = run.sql("select count(*), count(*) filter (vote = 1) from scores where criterion <> 'step_count'")
            assert others.rows() == [(len(steps) * 6,) * 2]


def test_a_panel_s_votes_are_shown_with_who_voted(tmp_path: Path) -> None:
    questions(tmp_path, 1, 0)
    with ChatServer(served(dict.fromkeys(("ada", "bob"), lambda request, nth: FINE))) as server:
        judged(tmp_path, server, {"by": ["ada", "bob"]})
    shown = called(tmp_path, "show", "runs/r", "en:0").stdout
    assert "step_count" in shown
    assert all(name in shown.partition("round two")[2] for name in ("rules", "ada", "bob"))


def test_a_panel_is_asked_at_the_same_time(tmp_path: Path) -> None:
    questions(tmp_path, 1, 0)
    with ChatServer(served(dict.fromkeys("abc", lambda request, nth: FINE)), latency=0.5) as server:
        judged(tmp_path, server, {"by": ["a", "rules", "b", "c"]})
        assert server.peak == 3


def test_a_judge_of_a_panel_that_fails_is_one_undecided_voice_and_is_asked_again(tmp_path: Path) -> None:
    questions(tmp_path, 1, 1)
    well = False
    fails: Judge = lambda request, nth: ballot(step_count=0) if well else error(400, "no such model")  # noqa: E731
    fine: Judge = lambda request, nth: FINE  # noqa: E731
    with ChatServer(served({"a": fails, "b": fine, "c": fine})) as server:
        run = judged(tmp_path, server, {"by": ["a", "b", "c"]})
        assert set(outcomes(run).values()) == {(GOOD, "judges_good", "sft", "a undecided, b good, c good")}
        assert run.sql("select distinct reason from judgements where judge = 'a'").rows() == [("judge_failed",)]
        well, sent = True, len(server.seen)
        run = judged(tmp_path, server, {"by": ["a", "b", "c"]})
        assert len(server.seen) == sent + 2
    assert set(outcomes(run).values()) == {(GOOD, "judges_good", "sft", "a bad, b good, c good")}


def test_the_plan_counts_what_is_left_of_a_panel(tmp_path: Path) -> None:
    questions(tmp_path, 1, 1)
    fails: Judge = lambda request, nth: error(400, "no such model")  # noqa: E731
    with ChatServer(served({"a": fails, "b": lambda request, nth: FINE})) as server:
        judged(tmp_path, server, {"by": ["a", "b"]})
        left = json.loads(called(tmp_path, "plan", "r.yaml", "--json").stdout)["left"]
        sent = len(server.seen)
        judged(tmp_path, server, {"by": ["a", "b"]})
        assert left["calls"] == len(server.seen) - sent == 2


def thin(request: dict[str, Any], nth: int) -> dict[str, Any]:
    """A teacher whose odd traces have two steps, so that the measures vote 0 on step_count."""
    found = solve(request)
    if number_of(request) % 2:
        message = found["choices"][0]["message"]
        lines = message["reasoning_content"].splitlines()
        message["reasoning_content"] = "\n".join([lines[1], lines[-1]])
    return found


ESCALATED: list[tuple[dict[str, object], dict[str, object], str, str]] = [
    ({}, {"step_count": 0}, GOOD, ""),
    ({}, {"step_count": 0}, BAD, "step_count; asked because measures contradict a"),
    ({"step_count": "cannot tell"}, {}, GOOD, "asked because a was undecided"),
    ({"step_count": 0}, {}, BAD, "step_count"),
    ({"step_count": 0}, {}, GOOD, "asked because measures contradict a"),
    ({"step_count": "cannot tell"}, {"step_count": 0}, BAD, "step_count; asked because a was undecided"),
    ({"term_overlap": "cannot tell"}, SAID["u"], UNDECIDED, "step_count; asked because a was undecided"),
    (
        {"term_overlap": 0, "step_count": 0},
        {"term_overlap": 0},
        BAD,
        "term_overlap; asked because measures contradict a",
    ),
]


def test_the_last_judge_is_asked_only_in_doubt_and_has_the_last_word(tmp_path: Path) -> None:
    """Each: what a votes, what b votes, the outcome and its detail. Of odd questions the measures miss a step."""
    questions(tmp_path, 4, 4)
    ids = [f"{'en' if number < 4 else 'zh'}:{number}" for number in range(8)]
    judges: dict[str, Judge] = {
        "a": lambda request, nth: ballot(**ESCALATED[number_of(request)][0]),
        "b": lambda request, nth: ballot(**ESCALATED[number_of(request)][1]),
    }
    with ChatServer(served(judges, thin)) as server:
        run = judged(tmp_path, server, {"by": ["a"], "escalate": "b"})
        assert sorted(map(number_of, requests(server, "b"))) == [1, 2, 4, 5, 6, 7]
        assert [(found[0], found[3]) for found in map(outcomes(run).get, ids) if found] == [
            one[2:] for one in ESCALATED
        ]
        judges_of = "select question_id, list(judge) from judgements group by all order by all"
        both, one = ["rules", "a", "b"], ["rules", "a"]
        assert run.sql(judges_of).rows() == [(id, one if id in ("en:0", "en:3") else both) for id in ids]
        assert votes(run, "en:0", "rules") == voted()
        assert votes(run, "en:1", "rules") == voted(step_count=0)
        sent = len(server.seen)
        run = judged(tmp_path, server, {"by": ["a"], "escalate": "b"})
        assert len(server.seen) == sent
        judged(tmp_path, server, {"by": ["b"], "escalate": "a"})
        assert sorted(map(number_of, requests(server, "a") + requests(server, "b"))) == sorted([*range(8)] * 2)


def test_where_only_measures_judge_a_model_is_asked_for_what_they_cannot_tell(tmp_path: Path) -> None:
    questions(tmp_path, 2, 2)

    def teacher(request: dict[str, Any], nth: int) -> Reply:
        found = solve(request)
        if number_of(request) % 2:  # without a conclusion, internal consistency cannot be measured
            message = found["choices"][0]["message"]
            message["reasoning_content"] = "\n".join([*message["reasoning_content"].splitlines()[:2], "3. Done."])
        return found

    with ChatServer(served({"j": lambda request, nth: FINE}, teacher)) as server:
        run = judged(tmp_path, server, {"by": ["rules"], "escalate": "j"})
        assert sorted(map(number_of, requests(server, "j"))) == [1, 3]
    assert {found[0] for found in outcomes(run).values()} == {GOOD}
    assert run.sql("select question_id, judge, value from judgements order by all").rows() == [
        ("en:0", "rules", True), ("en:1", "j", True), ("en:1", "rules", None),
        ("zh:2", "rules", True), ("zh:3", "j", True), ("zh:3", "rules", None),
    ]  # fmt: skip


def test_only_what_round_one_calls_right_is_judged(tmp_path: Path) -> None:
    """Questions: right, wrong, cut off; in each language."""
    questions(tmp_path, 3, 3)

    def teacher(request: dict[str, Any], nth: int) -> Reply:
        kind = number_of(request) % 3
        return solve(request, off=9.0 if kind == 1 else 0.0, finish_reason="length" if kind == 2 else "stop")

    def judge(request: dict[str, Any], nth: int) -> Reply:
        return ballot() if number_of(request) % 3 else ballot(step_count=0)

    with ChatServer(served({"j": judge}, teacher)) as server:
        run = judged(tmp_path, server, {"by": ["j"]})
        assert sorted(map(number_of, requests(server, "j"))) == [0, 3]
        assert {row[0] for row in run.sql("select distinct question_id from scores").rows()} == {"en:0", "zh:3"}
        before = outcomes(run)
        assert [before[id][:3] for id in ("en:0", "en:1", "zh:5")] == [
            ("bad", "criteria_failed", "rl"),
            ("bad", "number_differs", "rl"),
            ("undecided", "truncated", "rejects"),
        ]
        sent = len(server.seen)
        run = judged(tmp_path, server, {"by": ["j"], "when": "always"})
        assert len(server.seen) == sent + 4
        assert sorted(map(number_of, requests(server, "j"))) == [0, 1, 2, 3, 4, 5]
    assert outcomes(run) == before
    values = run.sql("select question_id, value from judgements where judge = 'j' order by all").rows()
    assert values == [("en:0", False), ("en:1", True), ("en:2", True), ("zh:3", False), ("zh:4", True), ("zh:5", True)]
    funnel = run.sql("select answer_right, answer_wrong, answer_undecided, reasoning_good, reasoning_bad from funnel")
    assert funnel.rows() == [(1, 1, 1, 0, 1)] * 2


def test_of_a_long_trace_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    """Questions: a long trace and a short one, in each language."""
    questions(tmp_path, 2, 2)

    def teacher(request: dict[str, Any], nth: int) -> Reply:
        found = solve(request)
        if number_of(request) in (0, 2):
            lines = [f"Line {number} weighs the revenue of the company." for number in range(100)]
            found["choices"][0]["message"]["reasoning_content"] += "\n" + "\n".join(lines)
        return found

    with ChatServer(served({"j": lambda request, nth: FINE}, teacher)) as server:
        run = judged(tmp_path, server, {"by": ["j"], "characters": 1000})
        prompts = {number_of(request): prompt(request) for request in requests(server, "j")}
    traces = {int(id[3:]): text for id, text in run.sql("select question_id, reasoning from traces").rows()}
    assert len(traces[0]) > 4000
    for number, told in ((0, "[... {} characters left out here ...]"), (2, "[……此处省略 {} 字……]")):
        text = traces[number]
        shown = prompts[number].partition("<reasoning>\n")[2].partition("\n</reasoning>")[0]
        assert shown == f"{text[:500]}\n{told.format(len(text) - 1000)}\n{text[-500:]}"
        assert traces[number + 1] in prompts[number + 1]
    shares = run.sql("select question_id, shown from judgements where judge = 'j' order by all").rows()
    lengths = {number: 1000 / len(traces[number]) for number in (0, 2)}
    assert shares == [("en:0", lengths[0]), ("en:1", 1.0), ("zh:2", lengths[2]), ("zh:3", 1.0)]
    assert run.sql("select distinct shown from judgements where judge = 'rules'").rows() == [(1.0,)]


def test_one_prompt_is_paid_for_once_whoever_asks_and_another_is_another(tmp_path: Path) -> None:
    questions(tmp_path, 1, 1)
    again = (tmp_path / "en.jsonl").read_text("utf-8")
    (tmp_path / "en.jsonl").write_text(again + again.replace('"i": "0"', '"i": "same"'), "utf-8")
    with ChatServer(served({"j": lambda request, nth: FINE}), latency=0.05) as server:
        run = judged(tmp_path, server, {"by": ["j"]}, distil={"samples": 3})
        assert len(requests(server, "j")) == 2  # six of the nine traces have one prompt, three another
        counts = "select count(*), count(distinct key) from calls where purpose = 'judge' group by question_id"
        assert run.sql(counts).rows() == [(3, 1)] * 3
    assert run.sql("select count(*) from scores where judge = 'j'").item() == 9 * 7
