"""A server of our own, vLLM's or Transformers': started when a call first needs it, watched, restarted once, stopped
with the run.

server = Server(model, given_up)
base_url = await server.start()     # python -m vllm.entrypoints.openai.api_server --model ... --port ...
await server.revive()               # nothing while it lives; restarts it once; then raises UserError
await server.stop()
"""

import asyncio
import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.chat.model import Model
from curate.errors import UserError

_LOOK = 0.5  # seconds between looks at a server that is starting
_PATIENCE = 3600.0  # seconds: a model of hundreds of gigabytes is loaded, or downloaded, first
_GRACE = 20.0  # seconds for a server that is up to end in, before it is killed
_TAIL = 20  # lines of its log to show
_CAUSE = re.compile(r"\b(?:\w*Error|error|Value error)\b\s*[:,]")
_NO_CAUSE = "Engine core initialization failed"
_MISSING = re.compile(r"ModuleNotFoundError|No module named|ImportError: Missing dependencies")
_WHOSE = {"vllm": "vLLM's", "transformers": "Transformers'"}
_INSTALLED_BY = {"vllm": "vllm", "transformers": "train"}  # extras of this package
# `transformers serve`, without the rest of that command line, which imports packages that serving does not need and
# looks for a newer version on the internet.
_TRANSFORMERS = "import typer; from transformers.cli.serve import Serve; typer.run(Serve)"
# Transformers' server takes a call's temperature, but draws only if the model's own generation_config.json says so. The
# length is the server's default, which a generation_config takes away.
_DRAW = '{"do_sample": true, "max_new_tokens": 1024}'

# A process that outlives the run, whatever ends it, to kill the server's: vLLM's workers outlive their parent, and one
# that is starting heeds no signal but this. Its standard input closes when the run's process ends.
_GUARD = """import os, signal, sys
sys.stdin.buffer.read()
try:
    os.killpg(int(sys.argv[1]), signal.SIGKILL)
except ProcessLookupError:
    pass"""


class Server:
    """One server process on a port of its own, with a temporary folder for its log and sockets. Once `given_up` is set,
    a start is not waited for."""

    def __init__(self, model: Model, given_up: asyncio.Event) -> None:
        self._model, self._given_up = model, given_up
        self._port = 0
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._is_up = self._restarted = False
        self._lock = asyncio.Lock()

    async def start(self) -> str:
        """Starts the server and waits until it is healthy; its base URL. Raises UserError, with the end of its log."""
        folder = self._model.folder
        if folder is not None and not (folder / "config.json").exists() and (folder / "adapter_config.json").exists():
            raise UserError(f"'{folder}' holds an adapter alone; serve the model that it was merged into")
        async with self._lock:
            self._port = self._port or _free_port()
            await self._launch()
        return f"http://127.0.0.1:{self._port}/v1"

    async def revive(self) -> None:
        """Starts the server again if its process has ended, once. Raises UserError the second time."""
        async with self._lock:
            if self._process is None or self._process.poll() is None:
                return
            if self._restarted:
                raise UserError(self._ended("ended again after one restart; what was answered is in the journal"))
            self._restarted = True
            await self._reap()
            await self._launch()

    async def stop(self) -> None:
        """Ends the server and the processes that it started."""
        await self._reap()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _launch(self) -> None:
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="fincurate-server-"))
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command(self._model, self._port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._beside_the_model(self._folder),
                env={"VLLM_RPC_BASE_PATH": str(self._folder), **os.environ, **self._model.env},
                start_new_session=True,  # Ctrl-C in the terminal is for the run, which finishes what is in flight
            )
        self._guard = subprocess.Popen(
            [sys.executable, "-c", _GUARD, str(self._process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            await self._until_healthy(self._process)
        except BaseException:
            await self._reap()
            raise
        self._is_up = True

    def _beside_the_model(self, folder: Path) -> Path | None:
        """Transformers' server calls a folder by the path that it was given, and wants that in every call; so it is
        given a bare name, of a link in a folder of its own."""
        if self._model.serve != "transformers" or self._model.folder is None:
            return None
        link = folder / "models" / name_at(self._model)
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(self._model.folder.resolve(), target_is_directory=True)
        return link.parent

    async def _until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        began = time.monotonic()
        while not await asyncio.to_thread(_is_healthy, self._port):
            if process.poll() is not None:
                raise UserError(self._ended("did not start"))
            if time.monotonic() - began > _PATIENCE:
                raise UserError(self._ended(f"was not ready after {_PATIENCE / 60:.0f} minutes"))
            if self._given_up.is_set():
                raise UserError(f"{self._called()} was being started when the run stopped")
            await asyncio.sleep(_LOOK)

    def _ended(self, what: str) -> str:
        """What happened, the command, and the end of the log, the likely cause first."""
        assert self._process is not None
        assert self._folder is not None
        code = self._process.poll()
        lines = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        causes = [line for line in lines if _CAUSE.search(line) and _NO_CAUSE not in line]
        cause = f"\n  the last error in its log: {causes[-1].strip()}" if causes else ""
        extra = _INSTALLED_BY[str(self._model.serve)]
        remedy = f"\n  pip install -c constraints.txt -e '.[{extra}]'" if any(map(_MISSING.search, lines)) else ""
        log = "\n".join(f"  | {line}" for line in lines[-_TAIL:])
        return (
            f"{self._called()} {what}"
            + (f" (exit code {code})" if code is not None else "")
            + f"{cause}{remedy}\n  {' '.join(command(self._model, self._port))}\n  the end of its log:\n{log}"
        )

    def _called(self) -> str:
        return f"{_WHOSE[str(self._model.serve)]} server for '{self._model.called}'"

    async def _reap(self) -> None:
        """Asks the server to end if it is up, and kills what is left of its processes."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._is_up and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.shield(asyncio.to_thread(process.wait, _GRACE))
        self._is_up = False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None


def command(model: Model, port: int) -> list[str]:
    """The command line of a model's server."""
    if model.serve == "transformers":
        place = ("--host", "127.0.0.1", "--port", str(port))
        return [sys.executable, "-c", _TRANSFORMERS, name_at(model), *place, *model.args]
    revision = ["--revision", model.revision] if model.revision else []
    return [
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server"),
        *("--model", str(model.folder or model.model), "--served-model-name", model.called, *revision),
        *("--host", "127.0.0.1", "--port", str(port), *model.args),
    ]


def name_at(model: Model) -> str:
    """The name that a call to the model's server says. Transformers' wants the one that it was started with, revision
    included, and takes what follows an @ or a colon for a revision or a file."""
    if model.serve != "transformers":
        return model.called
    if model.folder is not None:
        return re.sub("[@:]", "-", model.called)
    return f"{model.model}@{model.revision}" if model.revision else model.model


def besides(model: Model, sampling: Mapping[str, Any]) -> dict[str, Any]:
    """What the model's server must be told besides what a call says, to do what it says."""
    return {"generation_config": _DRAW} if model.serve == "transformers" and sampling.get("temperature") else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
