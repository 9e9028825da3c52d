"""`curate doctor` against real small servers: what it finds, what it says to do, and that no secret is ever printed."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from curate.chat.model import Model
from curate.doctor import machine, served
from curate.doctor.finding import Finding, Look, looked
from tests.conftest import Command
from tests.curate.teaching import corpus, recipe
from tests.doubles.chat_answers import Reply, error, hang, reply
from tests.doubles.chat_server import ChatServer
from tests.doubles.hub import Hub

_KEY = "sk-f1n-0123456789abcdefghij"
_KEYED = {"api_key_env": "TEACHER_KEY"}
_NOWHERE = {"HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "", "HF_HUB_OFFLINE": "1"}


def found(command: Command, tmp_path: Path, *arguments: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The doctor's findings by name; its exit code says whether one fails, and nothing that it says holds a key."""
    ran = command("doctor", *arguments, "--json", env={**_NOWHERE, "HF_HOME": str(tmp_path / "hf"), **(env or {})})
    assert "Traceback" not in ran.stderr
    assert _KEY not in ran.stdout + ran.stderr
    assert Hub.token not in ran.stdout + ran.stderr
    findings = {finding["name"]: finding for finding in json.loads(ran.stdout)}
    assert ran.returncode == any(finding["state"] == "fail" for finding in findings.values())
    for finding in findings.values():
        assert finding["mend"] or finding["state"] == "ok", finding
    return findings


def test_a_sound_machine_is_sound(command: Command, tmp_path: Path) -> None:
    findings = found(command, tmp_path)
    assert {"python", "packages", "terminal", "run folder", "journal", "Hub token"} <= set(findings)
    assert {name for name, finding in findings.items() if finding["state"] == "fail"} == set()
    assert list(tmp_path.iterdir()) == []  # nothing is written


def test_a_recipe_without_models_is_looked_at_and_laid_out(command: Command, tmp_path: Path) -> None:
    findings = found(command, tmp_path, "quickstart")
    assert "20" not in findings["source finqa"]["found"]  # records are not counted: files are
    assert findings["source finqa"]["found"].startswith("1 file, ")
    shown = command("doctor", "quickstart", env={**_NOWHERE, "COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "0 fail" in shown


def test_a_model_that_answers_is_told_with_its_name_and_asked_for_one_token(command: Command, tmp_path: Path) -> None:
    corpus(tmp_path, 3)
    with ChatServer(lambda request, nth: reply("4", model="test-model-0123", finish_reason="length")) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED | {"model": "test-model"})
        findings = found(command, tmp_path, "r.yaml", env={"TEACHER_KEY": _KEY})
        (seen,) = server.seen
    assert seen.headers["authorization"] == f"Bearer {_KEY}"
    assert seen.json()["max_tokens"] == 1
    assert (seen.json()["temperature"], seen.json()["top_p"]) == (0.6, 0.95)  # as a run asks
    assert findings["model teacher"]["state"] == "ok"
    assert ", as test-model-0123, in /models" in findings["model teacher"]["found"]
    assert findings["key of teacher"] == {
        "name": "key of teacher", "state": "ok", "found": "TEACHER_KEY is set", "mend": ""
    }  # fmt: skip
    assert not list(tmp_path.rglob("journal.sqlite*"))  # the reply is none of the recipe's


@pytest.mark.parametrize(
    ("said", "state", "told", "mend"),
    [
        (error(401, f"Incorrect API key provided: {_KEY}"), "fail", "[api key]", "TEACHER_KEY must hold a key"),
        (error(402, "Insufficient Balance"), "fail", "Insufficient Balance", "no money"),
        (error(404, "no such model"), "fail", "no such model", "did you mean 'test-model'?"),
        (error(400, "Model Not Exist"), "fail", "Model Not Exist", "did you mean 'test-model'?"),
        (error(400, "max_tokens must be at least 16"), "warn", "at least 16", "says nothing of a run"),
        (error(429, "slow down", retry_after=60), "warn", "slow down", "try again later"),
        (error(500, f"it broke for {_KEY}"), "fail", "it broke", "is the server up"),
        (reply("4"), "warn", "is not in /models", "its list names test-model; did you mean 'test-model'?"),
    ],
)
def test_what_a_server_says_is_told_with_what_to_do(
    command: Command, tmp_path: Path, said: Reply, state: str, told: str, mend: str
) -> None:
    corpus(tmp_path, 3)
    with ChatServer(lambda request, nth: said) as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED | {"model": "test-modle"})
        finding = found(command, tmp_path, "r.yaml", env={"TEACHER_KEY": _KEY})["model teacher"]
        assert server.totals["requests"] == 1
    assert (finding["state"], told in finding["found"], mend in finding["mend"]) == (state, True, True), finding


def test_a_server_that_hangs_or_is_not_there_does_not_hold_up_the_rest(command: Command, tmp_path: Path) -> None:
    corpus(tmp_path, 3)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with ChatServer(lambda request, nth: hang()) as server:
        path = recipe(tmp_path, server.base_url)
        more = f"\n  gone: {{model: m, base_url: 'http://127.0.0.1:{port}/v1'}}\n"
        path.write_text(path.read_text(encoding="utf-8").replace("models:\n", f"models:{more}"), encoding="utf-8")
        findings = found(command, tmp_path, "r.yaml")
    assert "no reply within" in findings["model teacher"]["found"]
    assert f"127.0.0.1:{port}" in findings["model gone"]["found"]
    assert findings["source table"]["state"] == "ok"


def test_without_calls_nothing_is_sent(command: Command, tmp_path: Path) -> None:
    corpus(tmp_path, 3)
    with ChatServer(lambda request, nth: "4") as server, Hub("org/name", {}) as hub:
        recipe(tmp_path, server.base_url, teacher=_KEYED, publish={"repo": "org/name"})
        findings = found(command, tmp_path, "r.yaml", "--no-calls", env={"TEACHER_KEY": _KEY, **hub.env(tmp_path)})
        assert (server.totals["requests"], server.totals["connections"], hub.requests) == (0, 0, [])
    assert findings["key of teacher"]["state"] == findings["Hub token"]["state"] == "ok"
    assert not {"model teacher", "Hub"} & set(findings)


def test_what_is_not_there_is_a_finding_each(command: Command, tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: "4") as server:
        recipe(tmp_path, server.base_url, teacher=_KEYED)  # and no q.jsonl, no key
        findings = found(command, tmp_path, "r.yaml")
        assert server.totals["requests"] == 0
    assert "no file 'q.jsonl'" in findings["source table"]["found"]
    assert findings["model teacher"]["mend"] == "export TEACHER_KEY=..."
    (tmp_path / "bad.yaml").write_text("name: bad\nversion: 1.0.0\nsuorces: []\n", encoding="utf-8")
    bad = found(command, tmp_path, "bad.yaml")
    assert "was 'sources' meant?" in bad["recipe"]["found"]
    assert bad["python"]["state"] == "ok"  # the rest is looked at all the same


@pytest.mark.parametrize(
    ("repo", "token", "state", "said"),
    [
        ("org/name", {"role": "write"}, "ok", "is there, and may be written"),
        ("org/new", {"role": "write"}, "ok", "is not there yet"),
        ("org/name", {"role": "read"}, "fail", "may only read"),
        ("others/name", {"role": "write"}, "fail", "neither you nor an organisation of yours"),
        ("org/name", {"role": "fineGrained", "fineGrained": {"scoped": []}}, "fail", "may not write there"),
        (
            "org/name",
            {
                "role": "fineGrained",
                "fineGrained": {"scoped": [{"entity": {"type": "org", "name": "org"}, "permissions": ["repo.write"]}]},
            },
            "ok",
            "may be written",
        ),
    ],
)
def test_the_right_to_publish(
    command: Command, tmp_path: Path, repo: str, token: dict[str, Any], state: str, said: str
) -> None:
    corpus(tmp_path, 3)
    with ChatServer("4") as server, Hub("org/name", {"README.md": b""}) as hub:
        hub.token_is(**token)
        recipe(tmp_path, server.base_url, publish={"repo": repo})
        findings = found(command, tmp_path, "r.yaml", env={**hub.env(tmp_path / "hf"), "HF_HUB_OFFLINE": ""})
    assert findings["Hub token"]["found"] == "from HF_TOKEN"
    assert findings["Hub"]["found"].startswith("alice, member of org, ")
    assert (findings[f"Hub {repo}"]["state"], said in findings[f"Hub {repo}"]["found"]) == (state, True), findings


@pytest.mark.parametrize("repo", [None, "org/name"])
def test_a_token_that_the_hub_refuses(command: Command, tmp_path: Path, repo: str | None) -> None:
    corpus(tmp_path, 3)
    with ChatServer("4") as server, Hub("org/name", {}) as hub:
        recipe(tmp_path, server.base_url, **({"publish": {"repo": repo}} if repo else {}))
        wrong = "hf_" + "aB3" * 12
        env = {**hub.env(tmp_path / "hf"), "HF_TOKEN": wrong, "HF_HUB_OFFLINE": ""}
        findings = found(command, tmp_path, "r.yaml", env=env)
    assert findings["Hub"]["state"] == ("fail" if repo else "warn")
    assert "401" in findings["Hub"]["found"]
    assert wrong not in json.dumps(findings)


def test_a_token_of_a_login_is_told_by_its_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "token").write_text(Hub.token, encoding="utf-8")
    findings = found(command, tmp_path, "--no-calls")
    assert findings["Hub token"]["found"] == f"from {tmp_path / 'hf' / 'token'}"


def test_a_journal_that_is_none_and_a_folder_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_text("this is no database, but a text of some length", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    findings = found(command, tmp_path, "quickstart", "--journal", "no.sqlite", "--no-calls")
    assert "not a database" in findings["journal"]["found"]
    assert findings["journal"]["mend"] == "curate journal verify no.sqlite"


def test_a_look_that_breaks_hangs_or_speaks_of_a_secret_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.doctor.finding._LONGEST", 0.2)

    def breaks() -> list[Finding]:
        raise ZeroDivisionError(f"with sk-{'aB3' * 12} and hf_{'aB3' * 12}")

    def hangs() -> list[Finding]:
        time.sleep(30)
        return []

    first, second, third = looked(
        [
            Look("breaks", breaks),
            Look("hangs", hangs),
            Look("says", lambda: [Finding("says", "ok", "a\nb", "s3cr3t!")]),
        ],
        ["", "s3cr3t!"],
    )
    assert first.found == "could not be looked at: ZeroDivisionError: with [api_key] and [huggingface]"
    assert (second.state, "no answer within" in second.found) == ("fail", True)
    assert (third.found, third.mend) == ("a b", "[secret]")


@pytest.mark.parametrize(
    ("asked", "said"),
    [("pydantic>=99", "is installed, asked for >=99"), ("no-such-package-of-ours>=1", "not installed")],
)
def test_a_package_that_does_not_fit_is_named(asked: str, said: str) -> None:
    ((_, told),) = machine.unfit([Requirement(asked)])
    assert said in told


def test_the_core_is_told_from_its_extras() -> None:
    core, train = ({one.name for one in machine.needed(extra)} for extra in ("", "train"))
    assert {"pydantic", "typer"} <= core
    assert "trl" in train - core


_A100 = [80 * 2**30] * 2


@pytest.mark.parametrize(
    ("args", "size", "gpus", "state", "said"),
    [
        ((), 15e9, _A100, "ok", "2 GPUs"),
        (("--tensor-parallel-size", "2"), 145e9, _A100, "ok", "145.0 GB"),
        ((), 145e9, _A100, "fail", "1 of them leave 77 GB"),
        (("--tensor-parallel-size=4",), 15e9, _A100, "fail", "asks for 4"),
        ((), None, _A100, "ok", "2 GPUs"),
        ((), 15e9, [], "fail", "no GPU"),
    ],
)
def test_a_model_of_our_own_fits_its_gpus_or_not(
    monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], size: float | None, gpus: list[float], state: str, said: str
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(served, "_gpus", lambda: gpus)
    model = Model.model_validate({"serve": "vllm", "model": "org/big", "args": args})
    finding = served._fits("model judge", model, "vllm 0.31", size, on_gpu=True)
    assert (finding.state, said in finding.found) == (state, True), finding


def test_a_server_whose_package_is_missing_names_the_extra(command: Command, tmp_path: Path) -> None:
    corpus(tmp_path, 3)
    (tmp_path / "r.yaml").write_text(
        "name: r\nversion: 1.0.0\nmodels: {m: {serve: vllm, model: org/name}}\ndistil: {by: m}\n"
        "sources: [{use: table, from: q.jsonl, columns: {question: q, gold: g}}]\n",
        encoding="utf-8",
    )
    finding = found(command, tmp_path, "r.yaml", "--no-calls")["model m"]
    if "not installed" in finding["found"]:
        assert finding["mend"] == "pip install -c constraints.txt -e '.[vllm]'"
    else:  # where vLLM is, as in .venv-vllm
        assert "vllm" in finding["found"]


def test_its_help_starts_without_heavy_imports(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['curate', 'doctor', '--help']\nfrom curate.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'rich', 'duckdb', 'polars', 'openai', 'huggingface_hub', 'numpy', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={**os.environ, "COLUMNS": "80"}
    )
    assert ran.stdout.splitlines()[-1] == "[]", ran.stdout + ran.stderr
