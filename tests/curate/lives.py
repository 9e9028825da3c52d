"""A run in which every kind of thing happens to some row, for tests of what tells about rows.

with ChatServer(happen) as server:
    run = lived(tmp_path, server.base_url)
run.sql("select question_id, label, reason from outcomes")
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from curate.chat.client import outcomes_to_retry
from curate.curating import Asks
from curate.execute import execute
from curate.names import SHIPPED
from curate.recipe import load_recipe
from curate.runs import Run
from tests.curate.teaching import asked, corpus, grown, number_of, numbers_of, recipe, solve, spoken
from tests.curate.test_judge import ballot
from tests.doubles.chat_answers import Reply, error, reply

LONG = "an-open-model-whose-publisher-believes-that-its-name-has-to-tell-all-of-its-training-72b-v2"
TEACHER, J, K, STUDENT = LONG, f"{LONG}-j", f"{LONG}-k", "s"
SAMPLES = 4
_IS_OURS = re.compile(r"revenue \d+ growth|营业收入\d+，增长率")

# What happens to which number; the questions are those of tests.curate.teaching.
TWICE, BROKEN, REJECTED, CONVERTED = 0, 1, 2, 3  # multiple choice, rewritten by the teacher
GOOD, BAD_REASONING, WRONG, UNREASONED, FAILED, DUPLICATE, REFUSED = 4, 5, 6, 7, 8, 9, 12
UNSURE, GOOD_ZH = 10, 11
CHOICES, CHINESE = "a选择题", "b金融问答"


def happen(request: dict[str, Any], nth: int) -> Reply:
    """The script of all models."""
    model = request["model"]
    if not _IS_OURS.search(_text(request)):  # one of the compliance logs
        return ballot() if model in (J, K) else reply("I think so: \\boxed{no}", "The dialogue and the guideline.")
    number = number_of(request)
    if model in (J, K):
        votes = {BAD_REASONING: {"logical_consistency": 0}, UNSURE: {"step_count": "cannot tell"}}
        return ballot(**votes.get(number, {}))
    if model == STUDENT:
        return solve(request, off=0.0 if nth < 2 else 3.0)
    if "<answers>" in _text(request):
        return _rewriting(request, number)
    if number == FAILED:
        return error(400, f"the prompt of {numbers_of(FAILED)[0]} is refused by http://10.1.2.3:8000/v1")
    if number == UNREASONED and nth == 0:
        return spoken("empty_reasoning")
    if number == REFUSED and nth < 2:
        return spoken("refusal")
    return solve(request, off=9.0 if number == WRONG else 0.0)


def _text(request: dict[str, Any]) -> str:
    return str(request["messages"][0]["content"])


def _rewriting(request: dict[str, Any], number: int) -> Reply:
    if number == REJECTED:
        return error(400, "too long")
    a, b = asked(request)
    broken = number == BROKEN or (number == TWICE and len(request["messages"]) == 1)
    good = f"With revenue {a} growth {b} percent, what is the revenue of the next year in million dollars?"
    text = "Which of the following is the revenue of the next year?" if broken else good
    said = {"analysis": "unique", "answers": [grown(a, b)], "convertible": "yes", "question": text}
    return reply(json.dumps(said))


def lived(folder: Path, base_url: str, **keys: Any) -> Run:
    """The run of all of it, in folder/runs/r, retried once where the teacher refused."""
    path = written(folder, base_url, **keys)
    execute(load_recipe(path), folder / "runs" / "r")
    return execute(load_recipe(path), folder / "runs" / "r", asks=Asks(retry=outcomes_to_retry(["refusal"])))


def written(folder: Path, base_url: str, **keys: Any) -> Path:
    """The recipe, with its files beside it."""
    _choices(folder)
    _open(folder)
    shutil.copy(SHIPPED / "samples" / "compliance.jsonl", folder)
    columns = {"id": "i", "question": "q", "gold": "g"}
    more = {"columns": {**columns, "options": ["A", "B", "C"]}}
    convert = {"use": "mcq_to_open", "by": "teacher", "attempts": 3}
    table = {"use": "table", "licence": "MIT"}
    sources = [
        {**table, **more, "name": CHOICES, "from": "mcq.jsonl", "convert": convert, "title": "年报选择题集"},
        {**table, "name": "en", "from": "en.jsonl", "columns": columns, "split": "train"},
        {**table, "name": CHINESE, "from": "zh.jsonl", "columns": columns},
        {**table, "use": "compliance", "from": "compliance.jsonl", "name": "logs", "convert": {"use": "agent_log"}},
    ]
    price = {"base_url": base_url, "price": {"input": 1.5, "output": 2.5}}
    named = {"teacher": TEACHER, "j": J, "k": K, "student": STUDENT}
    said = {
        "models": {name: {"model": model, **price} for name, model in named.items()},
        "sources": sources,
        "screen": {"duplicates": "exact", "gold": "keep"},
        "distil": {"by": "teacher", "attempts": 2},
        "judge": {"by": ["rules", "j", "k"]},
        "split": {"rl": {"difficulty": {"model": "student", "samples": SAMPLES}}},
        "publish": {"licence": "apache-2.0"},
    }
    return recipe(folder, base_url, **{**said, **keys})


def _choices(folder: Path) -> None:
    rows = []
    for number in (TWICE, BROKEN, REJECTED, CONVERTED):
        a, b = numbers_of(number)
        right = grown(a, b)
        stem = f"With revenue {a} growth {b} percent, the revenue of the next year is ( ) million dollars."
        options = {"A": f"{float(right) + 7:g}", "B": right, "C": f"{float(right) + 9:g}"}
        rows.append({"i": str(number), "q": stem, **options, "g": "B"})
    (folder / "mcq.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _open(folder: Path) -> None:
    for language, numbers in (
        ("en", (GOOD, BAD_REASONING, WRONG, UNREASONED, FAILED, REFUSED)),
        ("zh", (UNSURE, GOOD_ZH)),
    ):
        lines = []
        for number in numbers:
            said = corpus(folder, 1, number, "one.jsonl", language).read_text(encoding="utf-8")
            lines.append(json.dumps({"i": str(number), **json.loads(said)}, ensure_ascii=False) + "\n")
        if language == "en":
            lines += [lines[0].replace(f'"i": "{GOOD}"', f'"i": "{DUPLICATE}"'), '{"i": "13", "q": \n']
        (folder / f"{language}.jsonl").write_text("".join(lines), encoding="utf-8")
