"""The real thing: `curate run` starts vLLM's own server on a reasoning model, distils, checks, and stops the server."""

import importlib.util
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import curate
from curate.errors import UserError
from judges.reasoning.criteria import NAMES
from tests.doubles.tiny_model import OPERANDS, question, train
from tests.processes import processes

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed: make test-vllm"),
    pytest.mark.timeout(300),
]

RECIPE = """
name: tiny
version: 1.0.0
models:
  teacher:
    serve: vllm
    model: model
    args: {args}
    env: {{VLLM_CPU_KVCACHE_SPACE: "1", OMP_NUM_THREADS: "1"}}
    sampling: {{temperature: 0, max_tokens: 60}}
    concurrency: 16
sources:
  - {{use: table, from: questions.jsonl, columns: {{gold: sum}}, licence: Apache-2.0}}
distil: {{by: teacher}}
"""
ARGS = '[--enforce-eager, --max-model-len, "512"{more}]'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that adds, and its 64 questions."""
    made = tmp_path_factory.mktemp("tiny")
    train(made / "model")
    rows = [{"id": f"{a}-{b}", "question": question(a, b), "sum": str(a + b)} for a in OPERANDS for b in OPERANDS]
    (made / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return made


def recipe(folder: Path, name: str, more: str = "") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(RECIPE.format(args=ARGS.format(more=more)))
    return path


def servers() -> set[int]:
    """The process groups of vLLM's servers."""
    return {group for group, arguments in processes("pgid") if "vllm.entrypoints.openai.api_server" in arguments}


def test_a_run_gets_real_reasoning_from_a_server_of_its_own_and_a_rerun_starts_none(folder: Path) -> None:
    run = curate.run(recipe(folder, "inline"), folder / "runs" / "inline")
    assert run.sql("select count(*) filter (value), count(*) from checks").rows() == [(64, 64)]
    assert run.sql("select reasoning, answer from traces where question_id = 'table:3-4'").rows() == [
        ("3 + 4 = 7", "answer \\boxed{7}")
    ]
    assert run.record["calls"]["answered"] == 64
    tokens = run.sql("select min(prompt_tokens), min(completion_tokens) from calls").row(0)
    assert min(tokens) > 5
    assert not servers()
    before = {path.name: path.read_bytes() for path in (run.path / "tables").iterdir()}
    again = curate.run(recipe(folder, "inline", ', --port, "1"'), folder / "runs" / "inline")  # it would not come up
    assert (again.record["calls"]["sent"], again.record["calls"]["kept"]) == (0, 64)
    assert {path.name: path.read_bytes() for path in (again.path / "tables").iterdir()} == before


def test_vllms_reasoning_parser_gives_the_same_trace_from_the_journal_too(folder: Path) -> None:
    parsed = recipe(folder, "parsed", ", --reasoning-parser, deepseek_r1")
    other = {"journal": folder / "parsed.sqlite", "overrides": {"sources.0.limit": 4}}
    run = curate.run(parsed, folder / "runs" / "parsed", **other)
    assert run.sql("select distinct outcome from traces").rows() == [("ok",)]
    assert run.sql("select reasoning from traces order by 1").rows() == [(f"0 + {b} = {b}",) for b in range(4)]
    assert run.sql("select min(reasoning_tokens) from calls").item() > 0
    # A parser is not identity: without it nothing is asked again.
    again = curate.run(recipe(folder, "unparsed"), folder / "runs" / "parsed", **other)
    assert (again.record["calls"]["sent"], again.record["calls"]["kept"]) == (0, 4)


def test_a_server_that_does_not_start_is_told_with_its_log(folder: Path) -> None:
    broken = recipe(folder, "broken", ", --reasoning-parser, nonsense")
    with pytest.raises(UserError, match=r"did not start \(exit code 1\)[\s\S]*Reasoning parser 'nonsense' not found"):
        curate.run(broken, folder / "runs" / "broken", journal=folder / "broken.sqlite")
    assert not servers()


@pytest.mark.parametrize("moment", ["starting", "up"])
def test_a_killed_run_leaves_no_server_behind(folder: Path, moment: str) -> None:
    journal = folder / f"{moment}.sqlite"
    command = [sys.executable, "-m", "curate", "run", str(recipe(folder, "killed")), "--journal", str(journal)]
    command += ["--out", str(folder / "runs" / moment), "--set", "models.teacher.sampling.max_tokens=400"]
    command += ["--set", "models.teacher.sampling.ignore_eos=true"]  # long enough to be caught at work
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (groups := servers()) or (moment == "up" and not is_answered(journal)):
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1 if moment == "starting" else 0)  # its own processes are being started
        os.kill(process.pid, signal.SIGKILL)
    for _ in range(100):
        left = [arguments for group, arguments in processes("pgid") if group in groups]
        if not left:
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {left}")


def is_answered(journal: Path) -> bool:
    with closing(sqlite3.connect(journal)) as connection:
        return bool(connection.execute("select count(*) from replies").fetchone()[0])


JUDGED = """
name: judged
version: 1.0.0
models:
  judge:
    serve: vllm
    model: model
    args: [--enforce-eager, --max-model-len, "4096"]
    env: {VLLM_CPU_KVCACHE_SPACE: "1", OMP_NUM_THREADS: "1"}
    sampling: {temperature: 1.0, max_tokens: 2000, bad_words: ["<think>", "</think>"]}
    structured: json_schema
    concurrency: 8
sources:
  - {use: traces, from: given.jsonl, kind: text, licence: Apache-2.0}
check: {by: [rules, judge]}
"""


def test_a_judge_held_to_a_schema_is_read_whatever_it_says(folder: Path) -> None:
    """The model knows nothing of judging: that its noise is readable is the server's guided decoding."""
    rows = [{"question": f"q{n}", "gold": f"gold {n}", "reasoning": "r", "answer": f"answer {n}"} for n in range(8)]
    (folder / "given.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "judged.yaml").write_text(JUDGED)
    run = curate.run(folder / "judged.yaml", folder / "runs" / "judged")
    found = run.sql("select reason, count(*) from checks group by all").rows()
    assert {reason for reason, _ in found} <= {"judged_right", "judged_wrong", "judged_unclear", "judge_unreadable"}
    assert sum(count for reason, count in found if reason != "judge_unreadable") > 0
    assert run.sql("select distinct rule, method from checks").rows() == [("needs_model", "model")]
    assert not servers()


REASONED = """
name: reasoned
version: 1.0.0
models:
  judge:
    serve: vllm
    model: model
    args:
      [--enforce-eager, --max-model-len, "12288",
       --structured-outputs-config, '{{"backend": "xgrammar", "disable_any_whitespace": true}}']
    env: {{VLLM_CPU_KVCACHE_SPACE: "1", OMP_NUM_THREADS: "1"}}
    sampling: {{temperature: 1.0, max_tokens: 6000, bad_words: ["<think>", "</think>"], logit_bias: {{"{quote}": 4}}}}
    structured: json_schema
    concurrency: 4
sources:
  - {{use: traces, from: reasoned.jsonl, kind: number, licence: Apache-2.0}}
judge: {{by: [judge]}}
"""


def test_a_reasoning_judge_held_to_a_schema_votes_on_every_criterion(folder: Path) -> None:
    """As above: the votes mean nothing, that they are votes on the seven criteria is the server's guided decoding. The
    noise is pushed towards quotation marks, or no string would come to its end."""
    from transformers import AutoTokenizer

    rows = [{"question": f"q{n}?", "gold": f"{n}", "reasoning": f"It is {n}.", "answer": f"{n}"} for n in range(4)]
    (folder / "reasoned.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    quote = AutoTokenizer.from_pretrained(folder / "model").convert_tokens_to_ids('"')
    (folder / "reasoned.yaml").write_text(REASONED.format(quote=quote))
    run = curate.run(folder / "reasoned.yaml", folder / "runs" / "reasoned")
    assert run.sql("select count(*) from checks where value").item() == 4
    votes = run.sql("select criterion, count(*) from scores where judge = 'judge' group by all order by all").rows()
    assert votes == [(name, 4) for name in sorted(NAMES)]
    assert run.record["calls"]["failed"] == 0
    read = run.sql("select count(*) from judgements where judge = 'judge' and reason <> 'judge_unreadable'").item()
    assert read > 0
    whole = "select count(*) from scores where judge = 'judge' and rationale in ('no readable vote', 'an empty reply')"
    assert run.sql(whole).item() == len(NAMES) * (4 - read)  # a reply is read whole or, cut off, not at all
    identity = run.sql("select distinct identity from scores where judge = 'judge'").item()
    assert identity.startswith("vllm:model@")
    assert not servers()
