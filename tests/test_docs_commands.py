"""Every command of the documentation runs, a document's one after another, in a folder laid out for them."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

import curate
from tests.curate.teaching import called
from tests.documents import DOCUMENTS, ROOT, blocks, commands, recipes
from tests.doubles.chat_server import ChatServer
from tests.doubles.hub import Hub
from tests.furnished import answered, furnish
from train.config import shipped

# Run whole elsewhere, for a reason each.
_ELSEWHERE = {
    "curate run tiny": "tests/train/test_readme.py trains on it",
    "curate show my-run --label --sample 40": "reads keys: tests/curate/test_label_terminal.py",
    "curate show my-judge --label --sample 40": "reads keys: tests/curate/test_label_terminal.py",
}
_OF_OTHERS = ("git", "pip", "source", "vllm", "accelerate", "hf")  # programs that are not ours
_WITH_A_HUB = ("publish", "verify", "doctor")  # huggingface_hub reads its address once a process
_MAY_FAIL = ("doctor",)  # it says what this machine lacks
_COMMANDS = [(document, line) for document in DOCUMENTS for line in commands(document)]


@dataclass
class Room:
    """Where commands run, and the Hub and the server that they ask."""

    here: Path
    hub: Hub
    server: ChatServer


@contextmanager
def room(folder: Path, quickstart: curate.Run) -> Iterator[Room]:
    said = {name: text for document in DOCUMENTS for name, text in recipes(document).items()}
    with ExitStack() as stack:
        server, hub = stack.enter_context(ChatServer(answered)), stack.enter_context(Hub())
        yield Room(furnish(folder, quickstart.path, server, said), hub, server)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run(line: str, where: Room) -> Ran:
    """One command line of ours, as typed; what is piped on, or put into the background, is run by itself."""
    words = shlex.split(line.replace("my-org", "org").removesuffix("&").partition(" | ")[0])
    settings = [word for word in words if re.match(r"[A-Z]+=", word)]
    env = dict(word.split("=", 1) for word in settings)
    words = words[len(settings) + 1 :]
    if words[0] in _WITH_A_HUB or any(word.startswith("org/") for word in words):
        done = subprocess.run(
            [sys.executable, "-m", "curate", *words],
            **{"cwd": where.here, "env": {**os.environ, **env, **where.hub.env(where.here / "home")}},
            **{"capture_output": True, "text": True, "timeout": 100},
        )
        return Ran(done.returncode, done.stdout, done.stderr)
    with patch.dict(os.environ, env):
        found = called(where.here, *words)
    return Ran(found.exit_code, found.stdout, found.stderr)


def run_all(document: str, folder: Path, quickstart: curate.Run) -> dict[str, int]:
    """Runs the commands of a document one after another. Returns how many calls models had received after each."""
    sent = {}
    with room(folder, quickstart) as where:
        before = where.server.totals["requests"]
        for line in commands(document):
            if re.match(r"([A-Z]+=\S+ )*curate ", line) and line not in _ELSEWHERE:
                ran = run(line, where)
                assert ran.code in ((0, 1) if line.split()[1] in _MAY_FAIL else (0,)), f"{line}\n{ran.out}\n{ran.err}"
                assert ran.out.strip() or ran.err.strip(), line
                assert "Traceback" not in ran.err, f"{line}\n{ran.err}"
                sent[line] = where.server.totals["requests"] - before
    return sent


_WITH_COMMANDS = [one for one in DOCUMENTS if any("curate " in line for line in commands(one))]


@pytest.mark.parametrize("document", [one for one in _WITH_COMMANDS if one != "README.md"])
@pytest.mark.timeout(300)
def test_the_commands_of_a_document_run_one_after_another(
    document: str, quickstart: curate.Run, tmp_path: Path
) -> None:
    assert run_all(document, tmp_path, quickstart)


@pytest.mark.timeout(300)
def test_the_commands_of_the_readme_run_and_pay_once(quickstart: curate.Run, tmp_path: Path) -> None:
    """A plan sends nothing, and what follows the teacher's run sends nothing again."""
    sent = run_all("README.md", tmp_path, quickstart)
    teacher = [line for line in sent if "my-teacher" in line]
    plan, pilot, ran = (
        f"curate {words}"
        for words in ("plan my-teacher.yaml", "plan my-teacher.yaml --pilot 20", "run my-teacher.yaml")
    )
    assert sent[plan] == sent[teacher[0]]
    assert sent[plan] < sent[pilot] <= sent[ran] == sent[teacher[-1]]


@pytest.mark.parametrize("line", dict.fromkeys(line for _, line in _COMMANDS if "curate " not in line))
def test_every_other_command_is_one(line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    if words[0] == "make":
        assert re.search(rf"^{re.escape(words[1])}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif words[:2] == ["python", "-m"] and words[2] == "train":
        _training(words[3], words[4:])
    elif words[:2] == ["python", "-m"]:
        assert importlib.util.find_spec(words[2]), words[2]
    else:
        assert words[0] in _OF_OTHERS, line


def _training(command: str, rest: list[str]) -> None:
    """Its config is there; tests/train/test_configs.py loads each of them, with the settings of train/README.md."""
    if command != "chat":
        assert command in ("check", "evaluate") or rest[0].endswith(command)
        assert rest[0] in shipped()


@pytest.mark.parametrize("line", dict.fromkeys(line for _, line in _COMMANDS if "judges.answers" in line))
def test_the_judges_tell_their_rates(line: str) -> None:
    ran = subprocess.run([sys.executable, *shlex.split(line)[1:]], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_the_job_under_slurm_runs_and_brings_its_journal_back(quickstart: curate.Run, tmp_path: Path) -> None:
    (job,) = [block for block in blocks("curate/machines.md", "bash") if "SBATCH" in block]
    with room(tmp_path, quickstart) as where:
        (where.here / "runs" / "journal.sqlite").unlink()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "SLURM_SUBMIT_DIR": str(where.here), "PATH": path}
        ran = subprocess.run(["bash", "-c", job], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100)
        assert ran.returncode == 0, ran.stderr
        assert where.server.totals["answered"] > 0
        counted = called(where.here, "journal", "stats")
        assert "my-gpus" in counted.stdout
        assert called(where.here, "sql", "my-gpus", "from funnel").exit_code == 0
