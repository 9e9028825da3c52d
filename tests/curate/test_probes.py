"""Probes: a judge that is moved by what ought not to move it is told so, criterion by criterion and which way."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from curate.calibration import UNCOMPARED, calibration_path
from curate.errors import UserError
from curate.probes import PROBES, chosen, with_probes
from curate.recipe import load_recipe
from judges.reasoning.criteria import NAMES
from tests.curate.teaching import called
from tests.curate.test_judge import judged, questions, served
from tests.doubles.chat_server import ChatServer

_PADDED = re.compile("helps to recall what has been done|先回顾一下到目前为止的内容")
_TRANSLATED = {"en": "请逐条评判", "zh": "Judge the reasoning behind"}


def swayed(request: dict[str, Any], nth: int) -> str:
    """A judge of the seven that each probe moves on a criterion of its own."""
    text = request["messages"][0]["content"]
    listed = re.findall(r"^- (\w+):", text, re.MULTILINE)
    language = "zh" if "营业收入" in text else "en"
    votes = dict.fromkeys(NAMES, "1") | {"domain_relevance": "0"}
    votes["content_diversity"] = "0" if nth else "1"
    votes["step_count"] = "1" if listed == list(NAMES) else "cannot tell"
    if _PADDED.search(text):
        votes["domain_relevance"] = "1"
    if _TRANSLATED[language] in text:
        votes["term_overlap"] = "0"
    return json.dumps({name: {"reason": "r", "vote": vote} for name, vote in votes.items()})


def test_each_probe_tells_what_it_changed_and_replies_are_kept(tmp_path: Path) -> None:
    questions(tmp_path, 2, 2)
    with ChatServer(served({"j": swayed})) as server:
        run = judged(tmp_path, server, {"by": ["j"]})
        recipe = load_recipe(tmp_path / "r.yaml")
        before = len(server.seen)
        found, pulse = with_probes(UNCOMPARED, run, 4, recipe)
        assert len(server.seen) == before + 4 * len(PROBES)  # the unprobed votes stand in the journal
        again, _ = with_probes(UNCOMPARED, run, 4, recipe)
        assert len(server.seen) == before + 4 * len(PROBES)
        assert again == found
        said = called(tmp_path, "calibrate", "runs/r", "--probe", "4", "--recipe", "r.yaml")
    assert pulse is not None
    assert (pulse.stopped, pulse.meter.answered) == (None, 4 * len(PROBES))
    moved = {(one.probe, one.criterion): (one.n, one.up, one.down, one.undecided) for one in found.probes}
    assert len(moved) == len(PROBES) * len(NAMES)
    expected = {
        ("again", "content_diversity"): (4, 0, 4, 0),
        ("shuffled", "step_count"): (0, 0, 0, 4),
        ("padded", "domain_relevance"): (4, 4, 0, 0),
        ("translated", "term_overlap"): (4, 0, 4, 0),
    }
    assert {key: value for key, value in moved.items() if value != (4, 0, 0, 0)} == expected
    assert said.exit_code == 0
    assert "4/4 (+4 -0)" in said.stdout
    assert max(map(len, said.stdout.splitlines())) <= 80
    kept = json.loads(calibration_path(run).read_text(encoding="utf-8"))
    assert [one["criterion"] for one in kept["probes"] if one["up"]] == ["domain_relevance"]


def test_the_traces_are_those_that_people_are_asked_for(tmp_path: Path) -> None:
    questions(tmp_path, 3, 3)
    with ChatServer(served({"j": swayed})) as server:
        run = judged(tmp_path, server, {"by": ["j"]})
    items = chosen(run, 4)
    assert len(items) == 4
    assert {question.language for question, _ in items} == {"en", "zh"}
    assert all(trace.question_id == question.id and trace.reasoning for question, trace in items)
    assert chosen(run, 100)[:4] == items


def test_rules_are_not_probed(tmp_path: Path) -> None:
    questions(tmp_path, 1, 0)
    with ChatServer(served({"j": swayed})) as server:
        run = judged(tmp_path, server, {"by": ["j"]})
        judged(tmp_path, server, {"by": ["rules"]})
    with pytest.raises(UserError, match="name a model in judge"):
        with_probes(UNCOMPARED, run, 1, load_recipe(tmp_path / "r.yaml"))
