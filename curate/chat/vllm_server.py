"""A vLLM server of our own: started when a call first needs it, watched, restarted once, stopped with the run.

server = Server(model)
base_url = await server.start()     # python -m vllm.entrypoints.openai.api_server --model ... --port ...
await server.revive()               # nothing while it lives; restarts it once; then raises UserError
await server.stop()
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from curate.chat.model import Model
from curate.errors import UserError

_LOOK = 0.5  # seconds between looks at a server that is starting
_PATIENCE = 3600.0  # seconds: a model of hundreds of gigabytes is loaded, or downloaded, first
_GRACE = 20.0  # seconds to end in before it is killed
_TAIL = 25  # lines of its log to show
_PR_SET_PDEATHSIG = 1


class Server:
    """One server process on a port of its own; its log is kept in a temporary file."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None
        self._restarted = False
        self._lock = asyncio.Lock()

    async def start(self) -> str:
        """Starts the server and waits until it is healthy; its base URL. Raises UserError, with the end of its log."""
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
        if self._process is not None:
            await self._reap()
            self._process = None
            if self._log is not None:
                self._log.unlink(missing_ok=True)

    async def _launch(self) -> None:
        handle, name = tempfile.mkstemp(prefix="fincurate-vllm-", suffix=".log")
        if self._log is not None:
            self._log.unlink(missing_ok=True)
        self._log = Path(name)
        with os.fdopen(handle, "wb") as log:
            self._process = subprocess.Popen(
                command(self._model, self._port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._model.env},
                start_new_session=True,  # Ctrl-C in the terminal is for the run, which finishes what is in flight
                preexec_fn=_die_with_parent(),
            )
        began = time.monotonic()
        try:
            while not await asyncio.to_thread(_is_healthy, self._port):
                if self._process.poll() is not None:
                    raise UserError(self._ended("did not start"))
                if time.monotonic() - began > _PATIENCE:
                    raise UserError(self._ended(f"was not ready after {_PATIENCE / 60:.0f} minutes"))
                await asyncio.sleep(_LOOK)
        except BaseException:
            await self._reap()
            raise

    def _ended(self, what: str) -> str:
        assert self._process is not None
        assert self._log is not None
        code = self._process.poll()
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        log = "\n".join(f"  | {line}" for line in lines[-_TAIL:])
        return (
            f"vLLM's server for '{self._model.model}' {what}"
            + (f" (exit code {code})" if code is not None else "")
            + f"\n  {' '.join(command(self._model, self._port))}\n  the end of its log:\n{log}"
        )

    async def _reap(self) -> None:
        """Asks the whole group of processes to end, and kills what is left of it."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.shield(asyncio.to_thread(process.wait, _GRACE))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def command(model: Model, port: int) -> list[str]:
    """The command line of a model's server."""
    revision = ["--revision", model.revision] if model.revision else []
    return [
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server"),
        *("--model", str(model.folder or model.model), "--served-model-name", model.model, *revision),
        *("--host", "127.0.0.1", "--port", str(port), *model.args),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_healthy(port: int) -> bool:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _die_with_parent() -> Callable[[], object] | None:
    """What a child runs first, on Linux: it is to end when the run is killed, so that no GPU stays taken."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
