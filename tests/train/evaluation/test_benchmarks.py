"""What is asked: of real sets, what each holds; and the config that comes with the package."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.recipe import load_recipe
from curate.records import Question
from curate.split import side
from judges.answers import match
from tests.doubles.chat_answers import Reply, reply
from tests.doubles.chat_server import ChatServer
from train.config import load, load_evaluation
from train.evaluate import evaluate
from train.evaluation.benchmarks import Benchmark, read_benchmarks
from train.evaluation.replies import messages
from train.evaluation.spec import EvaluateSpec

# use -> where the real records lie; records, left out, questions with a gold.
REAL: dict[str, tuple[str, int, dict[str, int], int]] = {
    "finqa": ("finqa/test_rawdocs_150.jsonl", 150, {"gold_conflict": 15}, 135),
    "convfinqa": ("convfinqa/train_first100_with_predictions.json", 100, {}, 355),
    "cflue": ("cflue/knowledge_2500.json", 2500, {}, 2500),
    "financeiq": ("financeiq/test/*.csv", 2032, {}, 2032),
    "tfns": ("tfns/sent_valid.csv", 2388, {}, 2388),
    "fin_eva": ("fin_eva/Ant/*/*.csv", 8444, {"gold_missing": 6101}, 2343),
}


def spec(folder: Path, data: Path, use: str, base_url: str, **keys: Any) -> EvaluateSpec:
    told = {
        "name": "real",
        "models": {name: {"model": name, "base_url": base_url} for name in ("knows", "half")},
        "benchmarks": [{"use": use, "from": str(data.resolve() / REAL[use][0]), **keys}],
        "out": str(folder / "evaluated" / "real"),
    }
    path = folder / "real.yaml"
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return load_evaluation(path)


@pytest.mark.parametrize("use", REAL)
def test_real_sets_are_read_and_what_is_left_out_is_counted(tmp_path: Path, data: Path, use: str) -> None:
    (found,) = read_benchmarks(spec(tmp_path, data, use, "http://127.0.0.1:9/v1").benchmarks)
    _, records, left_out, usable = REAL[use]
    about = found.about
    assert (about.records, about.unreadable, about.usable, about.questions) == (records, 0, usable, usable)
    assert {reason: len(ids) for reason, ids in about.left_out.items()} == left_out
    assert len({question.id for question in found.questions}) == usable
    assert all(match(str(question.gold), question).value is not False for question in found.questions)


@pytest.mark.parametrize("use", REAL)
def test_real_questions_are_asked_and_counted(tmp_path: Path, data: Path, use: str) -> None:
    """One model knows every gold; the other answers the first half of the questions alone."""
    (benchmark,) = read_benchmarks(spec(tmp_path, data, use, "http://127.0.0.1:9/v1", draw=60).benchmarks)
    by_prompt: dict[str, tuple[int, Question]] = {}
    for number, question in enumerate(benchmark.questions):
        by_prompt[messages(question, None)[-1]["content"]] = number, question

    def answer(request: dict[str, Any], nth: int) -> Reply:
        number, question = by_prompt[request["messages"][-1]["content"]]
        if request["model"] == "half" and number >= 30:
            return reply(None, "So much to read", finish_reason="length")
        return f"<answer>\\boxed{{{question.gold}}}</answer>"

    with ChatServer(answer) as server:
        results = evaluate(spec(tmp_path, data, use, server.base_url, draw=60))
    knows, half = (results.score(name, use).tally for name in ("knows", "half"))
    golds = [verdict(question) for question in benchmark.questions]
    assert (knows.right, knows.wrong, knows.undecided) == (golds.count(True), 0, golds.count(None))
    assert (half.right, half.wrong) == (golds[:30].count(True), 0)
    assert results.score("half", use).reasons["truncated"] == 30
    assert knows.right >= 57


def verdict(question: Question) -> bool | None:
    return match(str(question.gold), question).value


def test_a_draw_keeps_the_order_and_the_smallest_hashes(tmp_path: Path, data: Path) -> None:
    def drawn(most: int) -> Benchmark:
        return read_benchmarks(spec(tmp_path, data, "finqa", "http://127.0.0.1:9/v1", draw=most).benchmarks)[0]

    few, more, whole = (drawn(most) for most in (10, 40, 10_000))
    ids = {name: [one.id for one in of.questions] for name, of in {"few": few, "more": more, "whole": whole}.items()}
    assert (len(ids["few"]), len(ids["more"]), len(ids["whole"])) == (10, 40, 135)
    for part, of in (("few", "more"), ("more", "whole")):
        assert [one for one in ids[of] if one in ids[part]] == ids[part]
    assert len({few.about.digest, more.about.digest, whole.about.digest}) == 3
    assert drawn(10).about == few.about


def test_what_a_recipe_holds_out_is_what_its_release_does_not_train_on() -> None:
    told = load_evaluation("tiny-cpu-evaluate")
    (found,) = read_benchmarks(told.benchmarks)
    split = load_recipe("tiny").split
    assert found.about.records == 400
    assert 80 <= found.about.questions <= 120
    assert found.about.held_out == "tiny 1.0.0"
    assert {side(one.group, split.validation, split.seed) for one in found.questions} == {"validation"}
    assert {one.language for one in found.questions} == {"en", "zh"}


def test_the_shipped_evaluation_asks_in_the_words_of_its_trainings() -> None:
    found = load_evaluation("fin-r1-benchmarks")
    for training in ("fin-r1-7b-sft", "fin-r1-7b-grpo"):
        assert found.system == load(training).template.system
    assert found.scored == ("base", "sft", "grpo", "published")
    assert {one.use for one in found.benchmarks} == set(REAL)
