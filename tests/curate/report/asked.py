"""A run that has something of everything, for tests of a report: two languages, a benchmark, duplicates, a teacher that
errs and fails, two judges that disagree, a student, calls that wait, prices and none.

run = asked_run(tmp_path)
"""

import json
import random
from pathlib import Path
from typing import Any

import yaml

from curate.curating import Asks
from curate.execute import execute
from curate.recipe import load_recipe
from curate.runs import Run
from judges.reasoning import FIN_R1
from tests.curate.teaching import corpus, number_of, solve
from tests.doubles.chat_answers import Reply, error, reply
from tests.doubles.chat_server import ChatServer

WRONG, SECOND, FAILS, SLIPS = {1, 3, 4}, 2, 5, {0, 6}  # numbers of questions: how the teacher fares with them
IN_BENCHMARK, COPIED = 9, 7
SAMPLES = 3
_PRICE = {"input": 100.0, "output": 200.0}
_TABLE = {"use": "table", "columns": {"question": "q", "gold": "g"}, "licence": "MIT"}


def asked_run(folder: Path, name: str = "r", count: int = 10, calls: int = 1000) -> Run:
    """A finished run in folder/runs/<name>. count: questions in English, there are half as many in Chinese; calls: the
    budget."""
    corpus(folder, count)
    corpus(folder, count // 2, first=20, file="zh.jsonl", language="zh")
    corpus(folder, 1, first=IN_BENCHMARK, file="exam.jsonl")
    lines = (folder / "q.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "copies.jsonl").write_text(f"{lines[COPIED]}\n{lines[COPIED]}\n{{broken\n", encoding="utf-8")
    with ChatServer(_answer) as server:
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(_recipe(name, server.base_url, calls)), encoding="utf-8")
        return execute(load_recipe(path), folder / "runs" / name, asks=Asks())


def _recipe(name: str, base_url: str, calls: int) -> dict[str, Any]:
    model: dict[str, Any] = {"base_url": base_url, "price": _PRICE}
    return {
        "name": name,
        "version": "1.0.0",
        "models": {
            **{name: {"model": name, **model} for name in ("teacher", "strict", "student")},
            "mild": {"model": "mild", "base_url": base_url},  # nobody knows what it costs
        },
        "sources": [
            {**_TABLE, "from": "q.jsonl", "name": "english", "module": "reasoning_business"},
            {**_TABLE, "from": "zh.jsonl", "name": "chinese", "licence": "Apache-2.0"},
            {**_TABLE, "from": "copies.jsonl", "name": "copies"},
        ],
        "screen": {
            "duplicates": "exact",
            "overlap": {
                "against": [{"use": "table", "columns": _TABLE["columns"], "from": "exam.jsonl", "name": "exam"}]
            },
        },
        "distil": {"by": "teacher", "attempts": 2},
        "judge": {"by": ["strict", "mild"]},
        "split": {"rl": {"difficulty": {"model": "student", "samples": SAMPLES}}},
        "budget": {"calls": calls},
    }


def _answer(request: dict[str, Any], nth: int) -> Reply:
    model = request["model"]
    if model in ("strict", "mild"):
        return _votes(model, request["messages"][0]["content"])
    number = number_of(request)
    if model == "student":
        return solve(request, off=0.0 if nth < number % (SAMPLES + 1) else 2.0)
    if number == FAILS:
        return error(400, "this one not")
    said = solve(request, off=9.0 if number in WRONG or (number == SECOND and nth == 0) else 0.0)
    if number in SLIPS:
        said["choices"][0]["message"]["reasoning_content"] += "\nBesides, 12 + 30 = 45 and 20 * 7 = 140."
    return said


def _votes(judge: str, prompt: str) -> dict[str, Any]:
    """The same votes for the same prompt; the strict judge is sometimes against, the mild one sometimes cannot tell."""
    drawn = random.Random(judge + prompt)
    other = "0" if judge == "strict" else "cannot tell"
    votes = {name: {"reason": "it says so", "vote": drawn.choice(("1",) * 19 + (other,))} for name in FIN_R1.names}
    return reply(json.dumps(votes))
