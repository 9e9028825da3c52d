"""A folder in which every command of the documentation can run: bundled samples where recipes expect corpora, finished
runs, a journal, and the recipes of the documents, asking a scripted server."""

import csv
import json
import re
import shutil
from collections.abc import Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import curate
from curate.names import SHIPPED
from judges.reasoning.criteria import NAMES
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer

_SAMPLES = SHIPPED / "samples"
_NOT_OF_A_DOUBLE = ("serve", "revision", "args", "env", "api_key_env")
_OWN = ("units",)  # criteria of the documents' own
# What stands on the Hub -> the sample of it.
_HUB = {
    "hf://lumalik/": "financeqt.jsonl",
    "hf://Josephgflowers/": "finance_instruct.jsonl",
    "hf://Duxiaoman-DI/": "fincorpus/fin_exam.jsonl",
    "hf://zeroshot/": "tfns.csv",
}


def furnish(folder: Path, quickstart: Path, server: ChatServer, recipes: Mapping[str, str]) -> Path:
    """Lays it all out in folder/here, beside a colleague's journal, and returns it."""
    here = folder / "here"
    _corpora(here)
    shutil.copytree(quickstart, here / "runs" / "quickstart")
    said = {"my-run.yaml": MY_RUN, **recipes}
    shipped = {name: (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8") for name in _PAPERS}
    for name, text in {**said, **shipped}.items():
        (here / name).write_text(yaml.safe_dump(asking(yaml.safe_load(text), server.base_url)), encoding="utf-8")
    with chdir(here):
        curate.run("my-run.yaml")
    for name in ("my-run", "my-judge"):
        _label(here / "runs" / f"{name}.labels.jsonl")
    (folder / "colleague" / "runs").mkdir(parents=True)
    shutil.copy(here / "runs" / "journal.sqlite", folder / "colleague" / "runs")
    return here


# A recipe by its bare name is a file of that name first: so these stand where their commands find them.
_PAPERS = ("fin-r1-data", "dianjin-r1-data", "finreason", "finreason-rl")
MY_RUN = f"""
name: my-run
version: 1.0.0
models: {{judge: {{model: j, price: {{input: 1, output: 1}}}}}}
sources: [{{use: traces, from: "{_SAMPLES / "traces.jsonl"}"}}]
judge: {{by: [judge]}}
"""


def asking(recipe: dict[str, Any], base_url: str) -> dict[str, Any]:
    """The recipe with all its models at one server, and its corpora of the Hub out of the samples."""
    for model in recipe.get("models", {}).values():
        model["base_url"] = base_url
        for key in _NOT_OF_A_DOUBLE:
            model.pop(key, None)
    against = recipe.get("screen", {}).get("overlap", {}).get("against", ())
    for source in (*recipe["sources"], *against):
        for start, sample in _HUB.items():
            if source["from"].startswith(start):
                source["from"] = str(_SAMPLES / sample)
    return recipe


def _corpora(here: Path) -> None:
    data = here / "data"
    for name in ("fincuge", "financeiq"):
        shutil.copytree(_SAMPLES / name, data / name)
    shutil.copytree(_SAMPLES / "fin_eva", data / "fin_eva")
    finqa = [json.loads(line) for line in (_SAMPLES / "finqa.jsonl").read_text().splitlines() if line.endswith("}")]
    cflue = json.loads((_SAMPLES / "cflue.json").read_text(encoding="utf-8"))
    for name, rows in {
        **{"finqa/train": finqa[:-2], "finqa/dev": finqa[-2:-1], "finqa/test": finqa[-1:]},
        **{"cflue/knowledge": cflue[:-1], "cflue/test": cflue[-1:]},
        **{"cflue/first/a": cflue[:4], "cflue/second/b": cflue[4:8]},
        "convfinqa/train_turn": json.loads((_SAMPLES / "convfinqa.json").read_text(encoding="utf-8")),
    }.items():
        (data / f"{name}.json").parent.mkdir(parents=True, exist_ok=True)
        (data / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (data / "ccc").mkdir()
    shutil.copy(_SAMPLES / "compliance.jsonl", data / "ccc")
    shutil.copy(_SAMPLES / "tfns.csv", here / "my-exam.csv")
    _exam(data / "exam.csv")
    (data / "deepseek-r1").mkdir()
    with (data / "deepseek-r1" / "a.jsonl").open("w", encoding="utf-8") as file:
        for row in _traces():
            given = {"ground_truth": row["gold"], "reasoning_content": row["reasoning"], "output": row["answer"]}
            file.write(json.dumps({**row, **given}, ensure_ascii=False) + "\n")


def _exam(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("qid", "ask", "truth", "A", "B", "C", "D"))
        rows.writerow(("1", "Which ranks first in a winding-up?", "B", "shares", "secured debt", "bonds", "notes"))
        rows.writerow(("2", "下列哪一项属于流动资产？", "A", "存货", "厂房", "商誉", "专利权"))


def _traces() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_SAMPLES / "traces.jsonl").read_text(encoding="utf-8").splitlines()]


def _label(path: Path) -> None:
    """Votes of a person on some of the traces."""
    votes = [
        {"question_id": f"traces:{row['id']}", "sample": 0, "attempt": 0, "criterion": one, "vote": 1, "by": "ada"}
        for row in _traces()[:8]
        for one in (NAMES[0], "step_count")
    ]
    path.write_text("".join(json.dumps(vote) + "\n" for vote in votes), encoding="utf-8")


def answered(request: dict[str, Any], nth: int) -> dict[str, Any]:
    """A script for whatever is asked: votes to a judge, a verdict to a checker, else a box with A in it; to FinQA's
    samples a wrong number, and every second time, as a student, the right one."""
    said = request["messages"][0]["content"]
    if criteria := [name for name in (*NAMES, *_OWN) if f'"{name}"' in said]:
        return reply(json.dumps({name: {"reason": "it does", "vote": "1"} for name in criteria}))
    if '"verdict"' in said:
        return reply(json.dumps({"reason": "the same", "verdict": "right"}))
    if "JSON" in said:
        return reply(json.dumps({"reason": "one answer", "ambiguous": "no", "question": ""}))
    gold = next((gold for question, gold in _finqa().items() if question in said), None)
    answer = "A" if gold is None else gold if nth % 2 else "7"
    return reply(f"\\boxed{{{answer}}}", "1. We read it.\n2. We look at it once more.\n3. So it is that.")


@cache
def _finqa() -> dict[str, str]:
    text = (_SAMPLES / "finqa.jsonl").read_text(encoding="utf-8")
    return dict(re.findall(r'"question": "([^"]+)", "answer": "([^"]+)"', text))
