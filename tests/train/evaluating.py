"""Two small benchmark sets, and endpoints whose answers to each of their questions are known."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.doubles.chat_answers import Reply, reply

NUMBERS, EXAM = range(10), range(4)


def sets(folder: Path) -> list[dict[str, Any]]:
    """Writes the sets; `sums` has a question without a gold and a line that is no record besides."""
    sums = [{"qid": f"s{n}", "ask": f"What is {n} plus 40?", "truth": str(n + 40)} for n in NUMBERS]
    sums.append({"qid": "none", "ask": "What is 1 plus nobody knows?", "truth": None})
    lines = [json.dumps(one) for one in sums]
    (folder / "sums.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    options = {"A": "上涨", "B": "下跌", "C": "持平"}
    exam = [
        {"qid": f"e{n}", "ask": f"第{n}题：利率上调后债券价格如何变化？", "options": options, "truth": "B"}
        for n in EXAM
    ]
    (folder / "exam.jsonl").write_text("\n".join(json.dumps(one) for one in exam), encoding="utf-8")
    columns = {"id": "qid", "question": "ask", "gold": "truth"}
    return [
        {"use": "table", "name": "sums", "from": str(folder / "sums.jsonl"), "columns": columns},
        {
            **{"use": "table", "name": "exam", "from": str(folder / "exam.jsonl")},
            "columns": {**columns, "options": "options"},
        },
    ]


def config(folder: Path, urls: Mapping[str, str], **keys: Any) -> Path:
    """A config over both sets; urls: name -> base_url."""
    told: dict[str, Any] = {
        "name": "trial",
        "models": {name: {"model": name, "base_url": url} for name, url in urls.items()},
        "benchmarks": sets(folder),
        "out": str(folder / "evaluated" / "trial"),
        **keys,
    }
    path = folder / "trial.yaml"
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return path


def asked(request: Mapping[str, Any]) -> tuple[str, int]:
    """Which question a request asks: ("sums", 3)."""
    text = request["messages"][-1]["content"]
    if found := re.search(r"What is (\d+) plus 40", text):
        return "sums", int(found[1])
    found = re.search(r"第(\d+)题", text)
    assert found, text
    return "exam", int(found[1])


def answer(request: Mapping[str, Any], nth: int) -> Reply:
    """`base` is right on sums 0 to 5 and on the exam, wrong on sums 6 to 8, gives no answer to 9, and has no form.
    `tuned` is wrong on sum 0, right on 1 to 8, cut off at 9, right on half the exam, and keeps the form."""
    name, number = asked(request)
    tuned = request["model"] == "tuned"
    right = str(number + 40) if name == "sums" else "B"
    wrong = "7" if name == "sums" else "C"
    if tuned and (name, number) == ("sums", 9):
        return reply("", "Forty and nine, and then", finish_reason="length")
    if tuned:
        is_right = number > 0 if name == "sums" else number < 2
        return reply(f"<answer>It is \\boxed{{{right if is_right else wrong}}}.</answer>", "First, add them up.")
    if (name, number) == ("sums", 9):
        return "That depends on what was meant."
    return f"\\boxed{{{right if name == 'exam' or number < 6 else wrong}}}"
