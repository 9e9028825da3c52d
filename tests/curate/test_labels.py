"""labels.jsonl on a real disk: strict reading, lines that replace earlier ones, half a line after a kill."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curate.errors import UserError
from curate.labels import (
    JudgedTrace,
    PersonVote,
    append_label,
    digest_of,
    in_turn,
    judged_traces,
    labels_path,
    read_for,
    read_labels,
    traces_of,
)
from judges.reasoning import FIN_R1
from tests.curate.judged import judged_run, line

VOTE = PersonVote("finqa:1", 0, 0, "step_count", 1, "ada")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "labels.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    votes = (
        VOTE,
        PersonVote("finqa:1", 0, 0, "step_count", 0, "王芳", "第二步是复述\n另起一行 \u2028"),
        PersonVote("cflue:题 2", 3, 1, "term_overlap", None, "ada"),
    )
    for vote in votes:
        append_label(path, vote)
    assert read_labels(path).votes == votes
    first, second, _ = path.read_text(encoding="utf-8").split("\n")[:3]
    assert json.loads(first) == json.loads(line("finqa:1", "step_count", 1))
    assert "王芳" in second


def test_a_later_line_replaces_the_same_persons_earlier_one(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        line("q:1", "step_count", 1)
        + line("q:1", "step_count", 0, by="bob")
        + line("q:2", "step_count", 1)
        + "\n"
        + line("q:1", "step_count", None, note="on second thoughts"),
    )
    assert [(vote.question_id, vote.by, vote.vote) for vote in read_labels(path).votes] == [
        ("q:1", "bob", 0),
        ("q:2", "ada", 1),
        ("q:1", "ada", None),
    ]


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ("{vote: 1}\n", "not JSON: {vote: 1}"),
        ("[1, 2]\n", "not a JSON object"),
        ("7\n", "not a JSON object"),
        ("[" * 100_000 + "\n", "not JSON: [[["),
        (line("q:1", "step_count", 2), "vote is 2; it must be 1 (met), 0 (not met) or null (cannot tell)"),
        (line("q:1", "step_count", True), "vote is true"),
        (line("q:1", "step_count", 1.0), "vote is 1.0"),
        (line("q:1", "step_count", "1"), 'vote is "1"'),
        (line("q:1", "step_count", [1]), "vote is [1]"),
        (line("q:1", "step_count", 1, sample=-1), "sample is -1; it must be a whole number, from 0"),
        (line("q:1", "step_count", 1, attempt=False), "attempt is false"),
        (line("q:1", "step_count", 1, by=" "), 'by is " "; it must be a text that is not empty'),
        (line("q:1", "step_count", 1, note=None), "note is null; it must be a text"),
        (line("q:1", "step_count", 1, note="\ud83d").replace("\ud83d", "\\ud83d"), "half of a character"),
        (line("q:1", "step_count", 1, voet=1), "unknown key 'voet'; did you mean 'vote'?"),
        ('{"question_id": "q:1", "vote": 1}\n', "no sample, attempt, criterion, by; a line has question_id, sample"),
        (b"\xff\xfe\n", "not JSON"),
    ],
)
def test_a_line_that_is_no_vote_is_told_with_its_place(tmp_path: Path, faulty: str | bytes, said: str) -> None:
    good = line("q:1", "step_count", 1).encode()
    bad = faulty if isinstance(faulty, bytes) else faulty.encode("utf-8", "surrogatepass")
    path = written(tmp_path, good + bad + good)
    with pytest.raises(UserError) as caught:
        read_labels(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert said in str(caught.value)
    assert "mend the line or take it out" in str(caught.value)


def test_files_of_editors_are_read(tmp_path: Path) -> None:
    whole = line("q:1", "step_count", 1) + line("q:2", "step_count", 0)
    for text in (
        b"\xef\xbb\xbf" + whole.encode(),
        whole.replace("\n", "\r\n").encode(),
        whole.rstrip("\n").encode(),
        b"\n" + whole.encode() + b"\n\n",
    ):
        found = read_labels(written(tmp_path, text))
        assert [vote.vote for vote in found.votes] == [1, 0]
        assert not found.warning


def test_half_a_last_line_is_told_left_out_and_mended(tmp_path: Path) -> None:
    first, last = line("q:1", "step_count", 1).encode(), line("问:2", "step_count", 0, note="长").encode()
    for cut in range(1, len(last)):
        path = written(tmp_path, first + last[:cut])
        whole = cut == len(last) - 1  # only the end of the line is missing
        found = read_labels(path)
        assert len(found.votes) == (2 if whole else 1)
        assert bool(found.warning) == (not whole)
        assert whole or found.warning.startswith(f"{path}:2: half a line")
        append_label(path, VOTE)
        again = read_labels(path)
        assert (again.votes, again.warning) == ((*found.votes, VOTE), "")
        assert path.read_bytes().startswith(first + (last if whole else b""))


def test_a_last_line_with_a_mistake_in_it_is_not_taken_for_half_a_line(tmp_path: Path) -> None:
    faulty = line("q:1", "step_count", 1) + line("q:2", "step_count", 1).replace('"vote": 1', '"vote": yes').strip()
    path = written(tmp_path, faulty)
    with pytest.raises(UserError, match=r"labels.jsonl:2: not JSON"):
        read_labels(path)
    append_label(path, VOTE)
    assert path.read_text().startswith(faulty + "\n")


def test_two_processes_label_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    code = (
        "import sys; from pathlib import Path; from curate.labels import *\n"
        "for n in range(100): append_label(Path(sys.argv[1]), PersonVote(f'q:{n}', 0, 0, 'c', 1, sys.argv[2]))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("ada", "bob")]
    assert [process.wait() for process in running] == [0, 0]
    assert Counter(vote.by for vote in read_labels(path).votes) == {"ada": 100, "bob": 100}


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no labels .*\n.*--label` asks for votes"):
        read_labels(tmp_path / "none.jsonl")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read_labels(tmp_path)
    for path in (tmp_path, tmp_path / "nowhere" / "labels.jsonl"):
        with pytest.raises(UserError, match=r"the vote cannot be written: .*\n.*--labels"):
            append_label(path, VOTE)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(UserError, match="No space left"):
        append_label(Path("/dev/full"), VOTE)


def test_labels_of_a_run_stand_beside_it_and_name_its_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = judged_run(tmp_path / "runs" / "r", {"q:1": {"rules": [1]}})
    assert labels_path(run) == tmp_path / "runs" / "r.labels.jsonl"
    labels_path(run).write_text(line("q:1", "step_count", 1))
    assert len(read_for(run, labels_path(run)).votes) == 1


def test_votes_on_other_traces_criteria_or_words_are_left_out_and_told(tmp_path: Path) -> None:
    run = judged_run(tmp_path / "runs" / "r", {"q:1": {"rules": [1]}})
    steps = FIN_R1.criteria[2]
    (trace,) = traces_of(run, [("q:1", 0, 0)]).values()
    now = digest_of(trace, steps)
    before = digest_of(replace(trace, answer="So it is 41 in q:1."), steps)
    reworded = digest_of(trace, replace(steps, zh=steps.en))
    assert len({now, before, reworded}) == 3
    lines = [
        line("q:1", "step_count", 1, by=by, seen=seen)
        for by, seen in (("ada", now), ("bob", before), ("eve", reworded))
    ]
    lines += [line("q:2", "step_count", 1), line("q:1", "units", 0, by="eve"), line("q:1", "step_count", 0, attempt=1)]
    labels_path(run).write_text("".join(lines))
    found = read_for(run, labels_path(run))
    assert [(vote.by, vote.vote) for vote in found.votes] == [("ada", 1)]
    strange, changed = found.warning.splitlines()
    assert "left out 3 votes on traces or criteria that this run has not judged by: first q:2 sample 0" in strange
    assert "left out 2 votes on traces or criteria that have changed since: first q:1" in changed


def test_strata_are_sources_and_the_judges_word(tmp_path: Path) -> None:
    votes: dict[str, Any] = {
        "a:good": {"rules": [1], "model": [1]},
        "a:bad": {"rules": [1], "model": [0]},
        "b:open": {"rules": [1], "model": [None]},
        "b:bad": {"rules": [None], "model": [0]},
        "b:none": {},
    }
    found = judged_traces(judged_run(tmp_path / "r", votes))
    assert {trace.key: trace.stratum for trace in found} == {
        ("a:good", 0, 0): ("a", "good"),
        ("a:bad", 0, 0): ("a", "bad"),
        ("b:open", 0, 0): ("b", "undecided"),
        ("b:bad", 0, 0): ("b", "bad"),
    }


def _traces(sizes: dict[tuple[str, str], int]) -> list[JudgedTrace]:
    return [
        JudgedTrace((f"{source}:{label}{number}", 0, 0), (source, label))
        for (source, label), size in sizes.items()
        for number in range(size)
    ]


def test_the_order_covers_every_stratum_first_and_does_not_hang_on_the_files() -> None:
    sizes = {("finqa", "good"): 500, ("finqa", "bad"): 20, ("cflue", "good"): 300, ("cflue", "undecided"): 2}
    traces = _traces(sizes)
    turn = in_turn(traces)
    assert Counter(turn) == Counter(traces)
    assert Counter(trace.stratum for trace in turn[:8]) == dict.fromkeys(sizes, 2)
    assert Counter(trace.stratum for trace in turn[:50])["finqa", "good"] == 16 or len(turn) < 50
    assert in_turn(reversed(traces)) == turn
    assert in_turn(traces, seed=1) != turn
    numbers = [int(trace.key[0].removeprefix("finqa:good")) for trace in turn if trace.stratum == ("finqa", "good")]
    assert sum(number >= 250 for number in numbers[:40]) in range(10, 31)  # not the first ones of the file


def test_the_place_in_the_order_does_not_tell_the_judges_word() -> None:
    turn = in_turn(_traces({("a", "good"): 3000, ("a", "bad"): 300}))
    first = Counter(turn[place].stratum[1] for place in range(0, 600, 2))
    assert 120 < first["good"] < 180  # half of the rounds


def test_more_traces_leave_the_others_in_their_order() -> None:
    few = _traces({("a", "good"): 30})
    many = in_turn(_traces({("a", "good"): 60}))
    assert [trace for trace in many if trace in few] == in_turn(few)
