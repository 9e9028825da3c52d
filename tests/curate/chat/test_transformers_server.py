"""The real thing on a processor: `serve: transformers` starts Transformers' own server on a reasoning model."""

import asyncio
import importlib.util
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import curate
from curate.chat import Answered, CallFailed, Chat, Journal, Model, Reply
from curate.chat.reply import read_reply
from tests.doubles.tiny_model import OPERANDS, question, train, wrapped
from tests.processes import processes

pytestmark = [
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "fastapi", "uvicorn")),
        reason="Transformers' server is not installed: pip install -c constraints.txt -e '.[train]'",
    ),
    pytest.mark.timeout(300),
]

RECIPE = """
name: tiny
version: 1.0.0
models:
  teacher:
    serve: transformers
    model: tiny@home
    args: {args}
    env: {{OMP_NUM_THREADS: "1"}}
    sampling: {{temperature: 0, max_tokens: 60}}
sources:
  - {{use: table, from: questions.jsonl, columns: {{gold: sum}}, licence: Apache-2.0}}
distil: {{by: teacher}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that adds, under a name that its server would take apart, and its 64 questions."""
    made = tmp_path_factory.mktemp("tiny")
    train(made / "tiny@home")
    rows = [{"id": f"{a}-{b}", "question": question(a, b), "sum": str(a + b)} for a in OPERANDS for b in OPERANDS]
    (made / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return made


def recipe(folder: Path, name: str, args: str = "[--device, cpu]") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(RECIPE.format(args=args))
    return path


def servers() -> set[int]:
    """The processes that run Transformers' server on this test's model."""
    return {
        process
        for process, arguments in processes()
        if "transformers.cli.serve" in arguments and "tiny-home" in arguments
    }


def test_a_run_gets_real_reasoning_from_a_server_of_its_own_and_a_rerun_starts_none(folder: Path) -> None:
    run = curate.run(recipe(folder, "r"), folder / "runs" / "r")
    assert run.sql("select count(*) filter (value), count(*) from checks").rows() == [(64, 64)]
    assert run.sql("select reasoning, answer, model from traces where question_id = 'table:3-4'").rows() == [
        ("3 + 4 = 7", "answer \\boxed{7}", "tiny@home")
    ]
    ((identity, server, reason),) = run.sql("select distinct model, answered_by, finish_reason from calls").rows()
    assert identity.startswith("transformers:tiny@home@")
    assert (server, reason) == ("tiny-home@main", "stop")  # no path of this machine
    assert not servers()
    before = {path.name: path.read_bytes() for path in (run.path / "tables").iterdir()}
    again = curate.run(recipe(folder, "r", '[--port, "1"]'), folder / "runs" / "r")  # it would not come up
    assert (again.record["calls"]["sent"], again.record["calls"]["kept"]) == (0, 64)
    assert {path.name: path.read_bytes() for path in (again.path / "tables").iterdir()} == before


def test_greedy_replies_are_those_of_generate_a_temperature_draws_and_what_is_not_known_is_told(folder: Path) -> None:
    texts = ["profit 5", "毛利率 3", wrapped("revenue 9"), question(6, 7)]

    async def run() -> tuple[list[tuple[str, str]], list[Any], Any]:
        model = Model(serve="transformers", model=str(folder / "tiny@home"), env={"OMP_NUM_THREADS": "1"})
        async with Chat({"m": model}, journal) as chat:

            async def ask(text: str, sample: int = 0, **sampling: object) -> Answered:
                told = {"max_tokens": 40, **sampling}
                return await chat.ask("m", [{"role": "user", "content": text}], told, sample=sample)

            greedy = [(await ask(text, temperature=0)).reply for text in texts]
            drawn = [(await ask("毛利率 3", sample, temperature=2.0)).reply for sample in range(6)]
            endless = (await ask(question(1, 1), temperature=1e-3, max_tokens=None)).reply
            with pytest.raises(CallFailed, match=r"HTTP 422 .*Unexpected fields in the request: \{'top_k'\}"):
                await ask("a", top_k=5)
            return [(one.reasoning, one.content) for one in greedy], drawn, endless

    with closing(Journal(folder / "asked.sqlite")) as journal:
        greedy, drawn, endless = asyncio.run(run())
    assert greedy == [(one.reasoning, one.content) for one in generated(folder / "tiny@home", texts)]
    assert len({(one.reasoning, one.content) for one in drawn}) > 1
    assert (endless.content, endless.finish_reason) == ("answer \\boxed{2}", "stop")


def generated(model: Path, texts: list[str]) -> Iterator[Reply]:
    """What the model itself says, greedily, read as a reply that holds its reasoning inline."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    tokenizer, loaded = AutoTokenizer.from_pretrained(model), AutoModelForCausalLM.from_pretrained(model)
    for text in texts:
        chat = [{"role": "user", "content": text}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        out = loaded.generate(**ids, do_sample=False, max_new_tokens=40)[0, ids["input_ids"].shape[1] :]
        said = tokenizer.decode(out, skip_special_tokens=True)
        yield read_reply({"choices": [{"message": {"content": said}}]})


@pytest.mark.parametrize("moment", ["starting", "up"])
def test_a_killed_run_leaves_no_server_behind(folder: Path, moment: str) -> None:
    journal = folder / f"{moment}.sqlite"
    command = [sys.executable, "-m", "curate", "run", str(recipe(folder, moment)), "--journal", str(journal)]
    command += ["--out", str(folder / "runs" / moment)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not servers() or (moment == "up" and not is_answered(journal)):
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
    for _ in range(100):
        if not servers():
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {servers()}")


def is_answered(journal: Path) -> bool:
    with closing(sqlite3.connect(journal)) as connection:
        return bool(connection.execute("select count(*) from replies").fetchone()[0])
