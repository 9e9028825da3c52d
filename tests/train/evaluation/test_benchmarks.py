"""What is asked: of real sets, what each holds; and the config that comes with the package."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import curate
from curate.records import Question
from judges.answers import match
from tests.doubles.chat_answers import Reply, reply
from tests.doubles.chat_server import ChatServer
from train.config import load, load_evaluation
from train.data import read_rows
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


def trained_on(run: Path, *configs: str) -> set[str]:
    """The prompts of all rows that these trainings would see of a run."""
    specs = [load(name, [f"data={run}"]) for name in configs]
    return {row["prompt"][0]["content"] for spec in specs for row in read_rows(spec).train}


def test_what_a_recipe_holds_out_is_what_its_release_does_not_train_on(tmp_path: Path) -> None:
    (found,) = read_benchmarks(load_evaluation("tiny-cpu-evaluate").benchmarks)
    assert (found.about.records, found.about.held_out) == (400, "tiny 1.0.0")
    assert 80 <= found.about.questions <= 120
    assert {one.language for one in found.questions} == {"en", "zh"}
    trained = trained_on(curate.run("tiny", tmp_path / "tiny").path, "tiny-cpu-sft", "tiny-cpu-grpo")
    assert len(trained) >= 280
    assert trained.isdisjoint(messages(one, None)[-1]["content"] for one in found.questions)


WORDS = "copper grain harbour textile solar timber dairy ship steel cement glass paper cotton sugar coal wool".split()
HELD_OUT = """
name: twins
version: 1.0.0
sources:
  - {use: traces, from: sums.jsonl, task_domain: sums, licence: Apache-2.0, title: sums}
screen: {private: PRIVATE}
distil: {by: program}
judge: {keep: all}
split: {validation: 0.5}
"""


def held_out(folder: Path, records: list[dict[str, Any]], private: str = "redact") -> tuple[Benchmark, set[str]]:
    """What an evaluation asks of a recipe's own corpus, and the prompts that its run gives to a training."""
    lines = (json.dumps(one | {"kind": "number", "language": "en"}) for one in records)
    (folder / "sums.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "twins.yaml").write_text(HELD_OUT.replace("PRIVATE", private), encoding="utf-8")
    path = folder / "e.yaml"
    told = {"use": "traces", "from": "sums.jsonl", "held_out": str(folder / "twins.yaml")}
    models = {"m": {"model": "m", "base_url": "http://127.0.0.1:9/v1"}}
    path.write_text(yaml.safe_dump({"name": "e", "models": models, "benchmarks": [told]}), encoding="utf-8")
    (found,) = read_benchmarks(load_evaluation(path).benchmarks)
    return found, trained_on(curate.run(folder / "twins.yaml", folder / "run").path, "tiny-cpu-grpo")


def sum_of(number: int, gold: int, **said: str) -> dict[str, Any]:
    """A sum with a trace of a wrong answer, whose row is of rl."""
    text = f"The {WORDS[number % 16]} mill of {WORDS[number // 16]} town sold goods for {number} and again for 40."
    told = {"id": f"{number}", "group": f"{number}", "question": f"{text} What did it take?"}
    return {**told, "gold": str(gold), "reasoning": f"{number} + 40 = {gold}.", "answer": "\\boxed{1}", **said}


def test_a_question_that_its_corpus_holds_twice_is_not_held_out_where_its_twin_is_trained_on(tmp_path: Path) -> None:
    """A run keeps the first of the two, whose group may stand on either side; every other twin is written otherwise."""
    twins = [
        sum_of(number, number + 40, id=f"{group}{number}", group=f"{group}{number}")
        for number in range(80)
        for group in "ab"
    ]
    for one in twins[1::4]:
        one["question"] = one["question"].replace("mill of", "mill  of").replace("?", "？")
    found, trained = held_out(tmp_path, twins)
    assert trained.isdisjoint(messages(one, None)[-1]["content"] for one in found.questions)
    assert len(found.about.left_out["seen_in_training"]) >= 20
    assert len(found.questions) >= 20


@pytest.mark.parametrize("private", ["redact", "keep"])
def test_questions_are_held_out_by_the_groups_that_a_run_knows_them_by(tmp_path: Path, private: str) -> None:
    """A group that holds private data has another name in a run, unless the recipe keeps such data."""
    rows = [sum_of(number, number + 40, group=f"mail{number}@example.com") for number in range(80)]
    found, trained = held_out(tmp_path, rows, private)
    asked = {messages(one, None)[-1]["content"] for one in found.questions}
    assert trained.isdisjoint(asked)
    assert "seen_in_training" not in found.about.left_out
    assert len(asked) + len(trained) == 80


def test_the_shipped_evaluation_asks_in_the_words_of_its_trainings() -> None:
    found = load_evaluation("fin-r1-benchmarks")
    for training in ("fin-r1-7b-sft", "fin-r1-7b-grpo"):
        assert found.system == load(training).template.system
    assert found.scored == ("base", "sft", "grpo", "published")
    assert {one.use for one in found.benchmarks} == set(REAL)
