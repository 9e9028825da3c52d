"""The papers' rows: their numbers, never among ours."""

import importlib
from pathlib import Path
from typing import get_args

import pytest

from tests.doubles.chat_server import ChatServer
from tests.train.evaluating import answer, config
from train.config import load_evaluation
from train.evaluate import evaluate
from train.evaluation.reference import CAVEAT, references
from train.evaluation.results import as_record
from train.evaluation.shown import print_results
from train.evaluation.spec import EvaluateSpec

PAPERS = get_args(get_args(EvaluateSpec.model_fields["reference"].annotation)[0])
# Means as the papers print them: of Fin-R1 over its five columns, of DianJin-R1 over three more that are not ours.
FIN_R1_MEANS = {"Qwen2.5-7B-Instruct": 65.6, "Fin-R1": 75.2, "DeepSeek-R1": 78.2, "DeepSeek-R1-Distill-Qwen-7B": 58.0}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_has_rows_with_a_source_over_sets_that_we_read(paper: str) -> None:
    rows = references([paper])
    assert rows
    for row in rows:
        assert row.paper == paper
        assert row.source
        assert row.known
        assert row.scores
        assert all(0 <= value <= 100 for value in row.scores.values())
        for name in row.scores:
            assert importlib.import_module(f"recipes.sources.{name}").INFO


def test_fin_r1_s_rows_have_the_means_that_it_prints() -> None:
    rows = {row.model: row.scores.values() for row in references(["fin-r1"])}
    assert {name: round(sum(rows[name]) / 5, 1) for name in FIN_R1_MEANS} == FIN_R1_MEANS


def test_they_stand_beside_ours_marked_as_theirs_and_change_none_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ChatServer(answer) as server:
        path = config(tmp_path, {"base": server.base_url, "tuned": server.base_url})
        alone = evaluate(load_evaluation(path))
        beside = evaluate(load_evaluation(path, ["reference=[fin-r1, finreason]"]))
    print_results(beside)
    out = " ".join(capsys.readouterr().out.split())
    assert CAVEAT in out
    assert "Fin-R1-Zero" not in out  # neither of these sets is one of the paper's
    ours, both = as_record(alone), as_record(beside)
    assert len(both.pop("reference")) == len(references(["fin-r1", "finreason"]))
    assert ours.pop("reference") == ()
    assert ours == both
