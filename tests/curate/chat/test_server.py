"""A server of our own: started at the first miss, watched, restarted once, ended with all that it started.

A stand-in takes vLLM's place: a package of that name on PYTHONPATH, which fails, dies and lingers as it is told.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Answered, Chat, Journal, Model, NotAsked, server
from curate.chat.client import Pulse
from curate.chat.server import Server, command
from curate.errors import UserError

ROOT = Path(__file__).parents[3]
STAND_IN = """
import argparse, json, os, signal, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("--model", "--served-model-name", "--host", "--port", "--revision", "--dtype"):
    parser.add_argument(name)
given, told, here = parser.parse_args(), os.environ.get, Path(os.environ["STAND_IN"])
lives = len(list(here.glob("life*")))
print("loading", given.model, flush=True)
if told("FAILS"):
    print(*(f"noise {n}" for n in range(99)), "ValueError: the model does not fit", "last words", sep="\\n", flush=True)
    sys.exit(int(told("FAILS")))
if told("CHILD"):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
    child.stdout.readline()
    (here / "child").write_text(str(child.pid))
if told("STUBBORN"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
left = int(told("DIES_AFTER", "0")) if lives < int(told("DEATHS", "9")) else 0
looks = int(told("SLOW", "0"))
(here / f"life{lives}-{os.getpid()}-{given.port}").touch()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): ...

    def say(self, status, said):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global looks
        looks -= 1
        self.say(503 if looks >= 0 or self.path != "/health" else 200, {})

    def do_POST(self):
        global left
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if left:
            left -= 1
            if not left:
                print("RuntimeError: CUDA error: out of memory", flush=True)
                os._exit(9)
        if asked["model"] != given.served_model_name:
            return self.say(404, {"error": {"message": "no such model"}})
        message = {"role": "assistant", "content": f"{given.model} says " + asked["messages"][0]["content"]}
        self.say(200, {"choices": [{"message": message, "finish_reason": "stop"}], "model": given.model})

ThreadingHTTPServer((given.host, int(given.port)), Handler).serve_forever()
"""

Serve = Callable[..., Model]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: Any) -> Serve:
    """Makes models that the stand-in serves; what it is told goes into its environment, as Model.env does for vLLM."""
    package = tmp_path / "lib" / "vllm" / "entrypoints" / "openai"
    package.mkdir(parents=True)
    (package / "api_server.py").write_text(STAND_IN)
    monkeypatch.setattr(server, "_LOOK", 0.05)
    monkeypatch.setattr(server, "_GRACE", 0.3)
    monkeypatch.setattr("curate.chat.endpoint._BACKOFF", (0.01, 0.2))

    def made(name: str = "org/model", args: tuple[str, ...] = (), **told: object) -> Model:
        env = {"PYTHONPATH": str(tmp_path / "lib"), "STAND_IN": str(tmp_path)}
        return Model(serve="vllm", model=name, args=args, env=env | {key: str(value) for key, value in told.items()})

    return made


def lives(tmp_path: Path) -> list[tuple[int, int]]:
    """Process id and port of every server that came up, in their order."""
    names = (path.name.split("-") for path in sorted(tmp_path.glob("life*")))
    return [(int(process), int(port)) for _, process, port in names]


def ended(*processes: int) -> bool:
    """Whether the processes are gone, or only their names are left, within some seconds."""

    def is_gone(process: int) -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"

    for _ in range(200):
        if all(map(is_gone, processes)):
            return True
        time.sleep(0.05)
    return False


def ask(path: Path, models: dict[str, Model], *texts: str, **options: Any) -> tuple[list[Any], Pulse]:
    """What asking each model all texts at once gives, and the run's pulse at its end."""

    async def run() -> tuple[list[Any], Pulse]:
        async with Chat(models, journal, **options) as chat:
            asked = [(name, text) for name in models for text in texts]
            calls = (chat.ask(name, [{"role": "user", "content": text}], {}) for name, text in asked)
            return await asyncio.gather(*calls, return_exceptions=True), chat.pulse()

    with closing(Journal(path)) as journal:
        return asyncio.run(run())


def test_it_starts_at_the_first_miss_only_and_ends_with_the_run(tmp_path: Path, serve: Serve) -> None:
    path = tmp_path / "journal.sqlite"
    results, pulse = ask(path, {"judge": serve(SLOW=3)}, "a", "b", "c")
    assert [one.reply.content for one in results] == [f"org/model says {text}" for text in "abc"]
    assert pulse.meter.starting == ()
    ((process, port),) = lives(tmp_path)
    assert ended(process)
    warm, pulse = ask(path, {"judge": serve(FAILS=1)}, "a", "b", "c")
    assert warm == results
    assert (pulse.meter.kept, pulse.stopped) == (3, None)
    (missing,), _ = ask(path, {"judge": serve(FAILS=1)}, "d", asks=False)
    assert isinstance(missing, NotAsked)
    assert len(lives(tmp_path)) == 1
    ask(path, {"judge": serve(args=("--dtype", "auto"))}, "a")  # an argument that is identity: another model
    assert [p for _, p in lives(tmp_path)] != [port]
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("select model, count(*) from replies group by 1 order by 1").fetchall()
    assert kept == [("vllm:org/model@main", 3), ("vllm:org/model@main --dtype=auto", 1)]


def test_a_server_that_does_not_start_is_told_with_its_exit_code_its_error_and_the_end_of_its_log(
    tmp_path: Path, serve: Serve
) -> None:
    results, pulse = ask(tmp_path / "journal.sqlite", {"judge": serve(FAILS=3)}, *"abcdefgh")
    assert {one.why for one in results} == {"broken"}
    assert pulse.stopped == "broken"
    told = pulse.detail.splitlines()
    assert told[0] == "vLLM's server for 'org/model' did not start (exit code 3)"
    assert told[1] == "  the last error in its log: ValueError: the model does not fit"
    assert "-m vllm.entrypoints.openai.api_server --model org/model" in told[2]
    assert told[-3:] == ["  | noise 98", "  | ValueError: the model does not fit", "  | last words"]
    assert "noise 50" not in pulse.detail
    assert pulse.meter.starting == ()


def test_a_server_that_dies_is_started_again_once_and_all_calls_are_answered(tmp_path: Path, serve: Serve) -> None:
    texts = [str(number) for number in range(40)]
    results, pulse = ask(tmp_path / "journal.sqlite", {"judge": serve(DIES_AFTER=20, DEATHS=1)}, *texts)
    assert [one.reply.content for one in results] == [f"org/model says {text}" for text in texts]
    assert (pulse.stopped, pulse.meter.answered, pulse.meter.failed) == (None, 40, 0)
    first, second = lives(tmp_path)
    assert first[1] == second[1]
    assert ended(first[0], second[0])


def test_a_server_that_dies_twice_ends_the_run_with_its_log_and_what_was_answered_is_kept(
    tmp_path: Path, serve: Serve
) -> None:
    results, pulse = ask(tmp_path / "journal.sqlite", {"judge": serve(DIES_AFTER=5)}, *map(str, range(40)))
    assert pulse.stopped == "broken"
    assert "ended again after one restart; what was answered is in the journal (exit code 9)" in pulse.detail
    assert "the last error in its log: RuntimeError: CUDA error: out of memory" in pulse.detail
    assert 0 < sum(isinstance(one, Answered) for one in results) == pulse.meter.answered < 40  # the others never were
    assert len(lives(tmp_path)) == 2
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        assert connection.execute("select count(*) from replies").fetchone() == (pulse.meter.answered,)


@pytest.mark.parametrize("told", [{"CHILD": 1}, {"CHILD": 1, "STUBBORN": 1}])
def test_stop_ends_the_server_and_its_children_even_those_that_will_not(
    tmp_path: Path, serve: Serve, told: dict[str, object]
) -> None:
    async def run() -> None:
        server = Server(serve(**told), asyncio.Event())
        await server.start()
        await server.stop()
        await server.stop()

    asyncio.run(run())
    ((process, _),) = lives(tmp_path)
    assert ended(process, int((tmp_path / "child").read_text()))


def test_a_start_is_given_up_when_the_run_stops_and_leaves_nothing_behind(tmp_path: Path, serve: Serve) -> None:
    async def run() -> None:
        async with Chat({"judge": serve(SLOW=10**6, CHILD=1)}, journal) as chat:
            call = asyncio.create_task(chat.ask("judge", [{"role": "user", "content": "q"}], {}))
            while not lives(tmp_path):
                await asyncio.sleep(0.02)
            assert chat.pulse().meter.starting == ("org/model",)
            chat.stop("interrupted")
            with pytest.raises(NotAsked):
                await call
            assert chat.stopped is not None
            assert chat.stopped.why == "interrupted"

    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        asyncio.run(run())
    ((process, _),) = lives(tmp_path)
    assert ended(process, int((tmp_path / "child").read_text()))


RUN = """
import asyncio, json, sys
from pathlib import Path
from curate.chat import Chat, Journal, Model

async def run(path, model):
    async with Chat({"judge": Model(**model)}, Journal(Path(path))) as chat:
        print((await chat.ask("judge", [{"role": "user", "content": "q"}], {})).reply.content, flush=True)
        await asyncio.sleep(600)

asyncio.run(run(sys.argv[1], json.loads(sys.argv[2])))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_kill_9_of_the_run_ends_the_server_and_its_children(tmp_path: Path, serve: Serve) -> None:
    model = serve(CHILD=1, STUBBORN=1).model_dump_json(include={"serve", "model", "env"})
    arguments = [sys.executable, "-c", RUN, str(tmp_path / "journal.sqlite"), model]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "org/model says q\n"
        process.send_signal(signal.SIGKILL)
    ((server, _),) = lives(tmp_path)
    assert ended(server, int((tmp_path / "child").read_text()))


def test_two_models_are_served_on_two_ports_and_known_without_them(tmp_path: Path, serve: Serve) -> None:
    path, models = tmp_path / "journal.sqlite", {"teacher": serve("org/one"), "judge": serve("org/two")}
    results, _ = ask(path, models, "q")
    assert [one.reply.content for one in results] == ["org/one says q", "org/two says q"]
    (_, one), (_, two) = lives(tmp_path)
    assert one != two
    busy = {name: serve(model.model, args=("--port", "1")) for name, model in models.items()}
    assert ask(path, busy, "q")[0] == results
    assert len(lives(tmp_path)) == 2


def test_a_folder_is_known_to_its_server_by_its_name_and_started_by_its_path(tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "models" / "tiny").mkdir(parents=True)
    model = serve("models/tiny").at(tmp_path)
    (answered,), _ = ask(tmp_path / "journal.sqlite", {"judge": model}, "q")
    assert answered.reply.content == f"{tmp_path / 'models' / 'tiny'} says q"
    said = command(model, 7)
    assert said[said.index("--served-model-name") + 1] == "tiny"


@pytest.mark.parametrize(("kind", "extra"), [("vllm", "vllm"), ("transformers", "train")])
def test_a_server_that_is_not_installed_is_told_with_how_to_install_it(tmp_path: Path, kind: Any, extra: str) -> None:
    (tmp_path / f"{kind}.py").write_text("import no_such_package")
    model = Model(serve=kind, model="org/model", env={"PYTHONPATH": str(tmp_path)})
    with pytest.raises(UserError, match=rf"No module named 'no_such_package'\n  pip install .*\[{extra}\]"):
        asyncio.run(Server(model, asyncio.Event()).start())


def test_an_adapter_alone_is_no_model_to_serve(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").touch()
    with pytest.raises(UserError, match="holds an adapter alone; serve the model that it was merged into"):
        asyncio.run(Server(Model(serve="transformers", model=str(tmp_path)), asyncio.Event()).start())


def test_starting_says_why_it_failed_to_whoever_starts_it(serve: Serve) -> None:
    async def run() -> None:
        server = Server(serve(FAILS=4), asyncio.Event())
        with pytest.raises(UserError, match=r"did not start \(exit code 4\)"):
            await server.start()
        await server.stop()

    asyncio.run(run())
