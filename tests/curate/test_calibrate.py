"""Judges against people: figures by hand, several people, rows to look at, the file, the command."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curate.calibrate import calibrate
from curate.calibration import GOOD, Against, Among, Calibration, calibration_path, save
from curate.errors import UserError
from curate.labels import labels_path, read_for
from curate.runs import Run
from judges.agreement import Estimate
from judges.reasoning.combine import Keep
from judges.reasoning.criteria import FIN_R1
from judges.verdict import Vote
from tests.conftest import Command
from tests.curate.judged import NAMES, judged_run, line, lines

FIRST, SECOND, THIRD = NAMES[:3]

# (judge, person) on the first criterion, 1 on all others: so the combined verdicts stand in the same table.
TABLE: dict[tuple[Vote, Vote], int] = {(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15, (None, 1): 3, (0, None): 2}


def table_run(folder: Path) -> Run:
    pairs = [pair for pair, count in TABLE.items() for _ in range(count)]
    run = judged_run(folder, {f"q:{n:02}": {"rules": [judge]} for n, (judge, _) in enumerate(pairs)})
    text = "".join(lines(f"q:{n:02}", [person]) for n, (_, person) in enumerate(pairs))
    labels_path(run).write_text(text, encoding="utf-8")
    return run


def compared(run: Run, keep: Keep | None = None, criteria: Sequence[str] = NAMES) -> Calibration:
    return calibrate(run, read_for(run, labels_path(run)).votes, keep or Keep(), criteria)


def of(found: Calibration, judge: str, criterion: str) -> Against:
    (one,) = [one for one in found.against if (one.judge, one.criterion) == (judge, criterion)]
    return one


def among(found: Calibration, raters: str, criterion: str) -> Among:
    (one,) = [one for one in found.among if (one.raters, one.criterion) == (raters, criterion)]
    return one


def test_figures_by_hand(tmp_path: Path) -> None:
    found = compared(table_run(tmp_path / "r"))
    assert (found.people, found.traces) == (("ada",), 55)
    for criterion in (FIRST, GOOD):
        one = of(found, "rules", criterion)
        assert (one.traces, one.n, one.judge_undecided, one.people_undecided) == (55, 50, 3, 2)
        assert one.agreement.value == 0.7
        assert one.kappa.value == pytest.approx(0.4)  # chance gives one half
        assert one.precision.value == 20 / 25
        assert one.recall.value == 20 / 30
        for estimate in (one.agreement, one.kappa, one.precision, one.recall):
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.value is not None
            assert estimate.low < estimate.value < estimate.high
    settled = of(found, "rules", SECOND)
    assert (settled.n, settled.agreement, settled.kappa) == (55, Estimate(1.0), Estimate(None))
    assert found.among == ()  # one judge, one person
    assert [one.criterion for one in found.against] == [*NAMES, GOOD]


def test_the_same_labels_give_the_same_record_and_another_seed_other_intervals(tmp_path: Path) -> None:
    run = table_run(tmp_path / "r")
    once = compared(run)
    text = labels_path(run).read_text()
    labels_path(run).write_text("".join(reversed(text.splitlines(keepends=True))))
    assert compared(run) == once
    votes = read_for(run, labels_path(run)).votes
    other = calibrate(run, votes, Keep(), NAMES, seed=1)
    assert of(other, "rules", FIRST).kappa.value == of(once, "rules", FIRST).kappa.value
    assert of(other, "rules", FIRST).kappa != of(once, "rules", FIRST).kappa


def test_several_people_are_taken_together_and_compared_with_each_other(tmp_path: Path) -> None:
    run = judged_run(tmp_path / "r", {f"q:{n}": {"rules": [1]} for n in range(4)})
    said: dict[str, list[Vote]] = {"ada": [1, 1, 0, None], "bob": [1, 0, 0, None], "王芳": [1, 0, 1, 1]}
    text = "".join(
        line(f"q:{n}", FIRST, vote, by, note=f"because {vote}" if by == "bob" else "")
        for by, votes in said.items()
        for n, vote in enumerate(votes)
    )
    labels_path(run).write_text(text + line("q:0", SECOND, 0, "ada") + line("q:0", SECOND, 1, "bob"), encoding="utf-8")
    found = compared(run)
    assert found.people == ("ada", "bob", "王芳")
    one = of(found, "rules", FIRST)  # most say 1, 0, 0, 1
    assert (one.n, one.agreement.value, one.precision.value) == (4, 0.5, 0.5)
    tie = of(found, "rules", SECOND)
    assert (tie.traces, tie.n, tie.people_undecided) == (1, 0, 1)
    assert (of(found, "rules", THIRD).traces, of(found, "rules", THIRD).agreement.value) == (0, None)
    # 9 votes in units of three: 1 1 1, 1 0 0, 0 0 1; unlike pairs 0 + 4/2 + 4/2; 5 of 1 and 4 of 0: 1 - 8 * 4 / 40
    agreed = among(found, "people", FIRST)
    assert (agreed.n, agreed.alpha.value) == (3, pytest.approx(0.2))
    assert {one.raters for one in found.among} == {"people"}
    assert found.rows[0].differences[0].notes == ("bob: because 0",)


def test_judges_among_themselves(tmp_path: Path) -> None:
    # ten traces of Krippendorff's first example: alpha is 0.095
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    votes: dict[str, Any] = {f"q:{n}": {"a": [x], "b": [y]} for n, (x, y) in enumerate(zip(first, second, strict=True))}
    run = judged_run(tmp_path / "r", votes | {"q:unlabelled": {"a": [1], "b": [1]}})
    labels_path(run).write_text("".join(line(question, FIRST, 1) for question in votes))
    found = compared(run)
    assert among(found, "judges", FIRST).alpha.value == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert among(found, "judges", GOOD).alpha.value == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert among(found, "judges", SECOND).alpha == Estimate(None)
    assert [(judge.name, judge.identity, judge.criteria) for judge in found.judges] == [
        ("a", "at a", FIN_R1.known_as),
        ("b", "at b", FIN_R1.known_as),
    ]


@pytest.mark.parametrize(
    ("keep", "good"),
    [(Keep(), [1, 0, None, 0]), (Keep(6), [1, 1, 1, None]), (Keep(7, {FIRST: 2}), [1, 0, None, 0])],
)
def test_a_persons_good_is_what_the_recipes_rule_makes_of_their_votes(
    tmp_path: Path, keep: Keep, good: list[Vote]
) -> None:
    # all met; the first not met; one left open; one not met and one not voted on
    run = judged_run(tmp_path / "r", {f"q:{n}": {"rules": []} for n in range(4)})
    unfinished = "".join(line("q:3", name, vote) for name, vote in zip(NAMES[:6], [0, 1, 1, 1, 1, 1], strict=True))
    labels_path(run).write_text(lines("q:0", []) + lines("q:1", [0]) + lines("q:2", [None]) + unfinished)
    one = of(compared(run, keep), "rules", GOOD)  # the judge calls all of them good
    assert one.n == sum(vote is not None for vote in good)
    assert one.people_undecided == good.count(None)
    assert one.precision.value == good.count(1) / one.n


def test_an_undecided_judge_is_not_counted_as_wrong(tmp_path: Path) -> None:
    run = judged_run(tmp_path / "r", {"q:1": {"rules": [None, 1]}, "q:2": {"rules": [1, 1]}})
    labels_path(run).write_text(lines("q:1", [0]) + lines("q:2", [1]))
    found = compared(run)
    one = of(found, "rules", FIRST)
    assert (one.n, one.judge_undecided, one.agreement.value) == (1, 1, 1)
    assert of(found, "rules", GOOD).judge_undecided == 1
    assert found.rows == ()


def test_rows_to_look_at_come_worst_first_with_the_rationale(tmp_path: Path) -> None:
    votes: dict[str, Any] = {
        "q:rejected": {"rules": [0]},
        "q:accepted": {"rules": [1]},
        "q:accepted-twice": {"rules": [1]},
        "q:one": {"rules": [0, 0]},
        "q:alike": {"rules": [0]},
    }
    run = judged_run(tmp_path / "r", votes)
    said = {"q:rejected": [1], "q:accepted": [0], "q:accepted-twice": [0, 0], "q:one": [0, 1], "q:alike": [0]}
    labels_path(run).write_text("".join(lines(question, person) for question, person in said.items()))  # type: ignore[arg-type]
    rows = compared(run).rows
    assert [row.question_id for row in rows] == ["q:accepted-twice", "q:accepted", "q:rejected", "q:one"]
    assert [(row.judge_good, row.people_good) for row in rows] == [(1, 0), (1, 0), (0, 1), (0, 0)]
    (difference,) = rows[3].differences
    assert (difference.criterion, difference.judge, difference.people) == (SECOND, 0, 1)
    assert difference.rationale == f"rules on {SECOND}"


def test_the_file_stands_beside_the_run_and_holds_no_times(tmp_path: Path) -> None:
    run = table_run(tmp_path / "runs" / "r")
    path = save(run, compared(run))
    assert path == calibration_path(run) == tmp_path / "runs" / "r.calibration.json"
    before = path.read_bytes()
    assert save(run, compared(run)).read_bytes() == before
    record = json.loads(before)
    (one,) = [one for one in record["against"] if one["criterion"] == GOOD]
    assert (one["n"], one["recall"]["value"]) == (50, 0.666667)
    assert record["judges"] == [{"name": "rules", "identity": "at rules", "criteria": FIN_R1.known_as}]
    assert (record["level"], record["draws"], record["seed"]) == (0.95, 1000, 0)
    assert [entry.name for entry in path.parent.iterdir() if entry.name.startswith("r.cal")] == [path.name]


def test_what_cannot_be_compared_is_told(tmp_path: Path) -> None:
    run = judged_run(tmp_path / "r", {"q:1": {"rules": [1]}})
    with pytest.raises(UserError, match=r"hold no votes\n.*--label"):
        calibrate(run, [], Keep(), NAMES)
    labels_path(run).write_text(line("q:1", FIRST, 1))
    (vote,) = read_for(run, labels_path(run)).votes
    with pytest.raises(UserError, match="no judge voted on a labelled trace"):
        calibrate(run, [replace(vote, question_id="q:2")], Keep(), NAMES)


def test_the_command_prints_tables_of_80_columns_and_json(command: Command, tmp_path: Path) -> None:
    run = table_run(tmp_path / "runs" / "r")
    with labels_path(run).open("a") as file:
        file.write("".join(line(f"q:{n:02}", FIRST, n % 2, by="bob") for n in range(30)))
        file.write('{"question_id": "q:')
    printed = command("calibrate", "r")
    assert printed.returncode == 0, printed.stderr
    assert "half a line" in printed.stderr
    assert max(map(len, printed.stdout.splitlines())) <= 80
    for part in ("rules against people", "at rules", "kappa", "precision", "Krippendorff", "worst first", "95%"):
        assert part in printed.stdout
    for name in (*NAMES, GOOD):
        assert name in printed.stdout
    told = json.loads(command("calibrate", "r", "--json").stdout)
    assert told == json.loads(calibration_path(run).read_text(encoding="utf-8"))
    assert told["people"] == ["ada", "bob"]


def test_the_command_goes_by_the_runs_own_criteria_and_rule(command: Command, tmp_path: Path) -> None:
    recipe = {"judge": {"criteria": {"name": "two", "use": [FIRST, SECOND]}, "keep": {"at_least": 1}}}
    run = judged_run(tmp_path / "runs" / "r", {"q:1": {"rules": [1]}, "q:2": {"rules": [1]}}, recipe)
    (tmp_path / "mine.jsonl").write_text(line("q:1", FIRST, 1) + line("q:1", SECOND, 0) + line("q:2", FIRST, 0))
    told = json.loads(command("calibrate", "r", "--labels", "mine.jsonl", "--json").stdout)
    assert [one["criterion"] for one in told["against"]] == [FIRST, SECOND, GOOD]
    assert told["against"][-1]["n"] == 1  # one of two is enough; where the other is open, it is not known
    refused = command("calibrate", "r", "--labels", "mine.jsonl")
    assert refused.returncode == 0
    (tmp_path / "mine.jsonl").write_text(line("q:1", THIRD, 1))
    refused = command("calibrate", "r", "--labels", "mine.jsonl")
    assert refused.returncode == 1
    assert "left out 1 vote on traces or criteria that this run has not judged by" in refused.stderr
    assert "the labels hold no votes" in refused.stderr
    assert run.path.is_dir()


@pytest.mark.parametrize(
    ("recipe", "labels", "said"),
    [
        ({}, None, "no labels 'runs/r.labels.jsonl'"),
        ({}, "", "the labels hold no votes"),
        ({"judge": {"keep": "most"}}, "", "its recipe's `judge` cannot be read; run the recipe again"),
    ],
)
def test_what_the_user_can_mend(
    command: Command, tmp_path: Path, recipe: dict[str, Any], labels: str | None, said: str
) -> None:
    run = judged_run(tmp_path / "runs" / "r", {"q:1": {"rules": [1]}}, recipe)
    if labels is not None:
        labels_path(run).write_text(labels)
    told = command("calibrate", "r")
    assert told.returncode == 1
    assert said.replace("runs/r.labels", f"{tmp_path}/runs/r.labels") in told.stderr
    assert "Traceback" not in told.stderr
