"""How fast model calls are made: bare loops beside `curate`'s own, each a process, against the double of a chat server.

    python -m tests.bench.calls [--scenario A B C R] [--clients bare-aiohttp curate] [--calls 20000] [--repeat 3]

Prompts are 1.5 kB and all different, replies 6 kB; every client keeps its replies in a file. Prints, as medians of the
repeats: calls per second from the first call to the last reply kept, and over the whole process, start included; CPU
seconds per 1,000 calls and peak memory of the client process, where CPU is less that of the same process given no
calls; and what the server itself counted. Scenario R has a server that admits 500 requests a second.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Scenario:
    """What the server does and how many calls are in flight; retries are the openai client's, ours are always on."""

    in_flight: int
    latency: float
    rate: int | None = None
    retries: int = 0

    def __str__(self) -> str:
        bounds = [self.in_flight / self.latency] if self.latency else []
        bounds += [float(self.rate)] if self.rate else []
        bound = f"at most {min(bounds):,.0f} calls/s" if bounds else "no bound"
        rate = f", {self.rate:,} admitted/s" if self.rate else ""
        return f"{self.in_flight:,} in flight, {self.latency * 1000:.0f} ms{rate}: {bound}"


SCENARIOS = {
    "A": Scenario(64, 0.0),
    "B": Scenario(256, 0.2),
    "C": Scenario(1024, 0.2),
    "R": Scenario(256, 0.2, rate=500, retries=10),
}


async def ours(base_url: str, prompts: Sequence[str], in_flight: int, folder: Path) -> int:
    """The replies that `curate` got and committed to a journal in the folder."""
    import curate.chat.wire  # noqa: F401 (imported with the first call otherwise, and timed with it)
    from curate.chat import CallFailed, Chat, Journal, Model

    journal = Journal(folder / "journal.sqlite")
    model = Model(model="m", base_url=base_url, concurrency=in_flight)
    waiting, kept = iter(prompts), 0
    async with Chat({"teacher": model}, journal) as chat:

        async def work() -> None:
            nonlocal kept
            for prompt in waiting:
                try:
                    await chat.ask("teacher", [{"role": "user", "content": prompt}], {"temperature": 0.6})
                except CallFailed as failed:
                    print(failed, file=sys.stderr)
                else:
                    kept += 1

        await asyncio.gather(*(work() for _ in range(in_flight)))
    journal.close()
    return kept


async def bare_aiohttp(base_url: str, prompts: Sequence[str], in_flight: int, folder: Path, retries: int) -> int:
    """One aiohttp session, json both ways, no retries."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def call(prompt: str) -> str:
            body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
            async with session.post(f"{base_url}/chat/completions", json=body, raise_for_status=True) as response:
                return str((await response.json())["choices"][0]["message"]["content"])

        return await _share(prompts, in_flight, call, folder)


async def bare_openai(base_url: str, prompts: Sequence[str], in_flight: int, folder: Path, retries: int) -> int:
    """AsyncOpenAI as it comes: 1,000 connections at most, 100 of them kept."""
    import openai

    async with openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=retries) as client:
        return await _ask_openai(client, prompts, in_flight, folder)


async def openai_aiohttp(base_url: str, prompts: Sequence[str], in_flight: int, folder: Path, retries: int) -> int:
    """AsyncOpenAI over openai's own aiohttp transport, with as many kept connections as calls in flight."""
    import httpx2
    import openai

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    http = openai.DefaultAioHttpClient(limits=limits)
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=retries, http_client=http) as client:
        return await _ask_openai(client, prompts, in_flight, folder)


async def curate(base_url: str, prompts: Sequence[str], in_flight: int, folder: Path, retries: int) -> int:
    """Ours, which decides on retries itself."""
    return await ours(base_url, prompts, in_flight, folder)


CLIENTS: dict[str, Callable[[str, Sequence[str], int, Path, int], Awaitable[int]]] = {
    "bare-aiohttp": bare_aiohttp,
    "bare-openai": bare_openai,
    "openai-aiohttp": openai_aiohttp,
    "curate": curate,
}


async def _ask_openai(client: Any, prompts: Sequence[str], in_flight: int, folder: Path) -> int:
    async def call(prompt: str) -> str:
        completion = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": prompt}])
        return completion.choices[0].message.content or ""

    return await _share(prompts, in_flight, call, folder)


async def _share(prompts: Sequence[str], in_flight: int, call: Callable[[str], Awaitable[str]], folder: Path) -> int:
    """So many workers over one list; replies go to a file, calls that raise are lost."""
    waiting, kept = iter(enumerate(prompts)), 0
    with (folder / "replies.jsonl").open("w", encoding="utf-8") as file:

        async def work() -> None:
            nonlocal kept
            for number, prompt in waiting:
                try:
                    text = await call(prompt)
                except Exception as error:
                    print(f"call {number}: {error!r}", file=sys.stderr)
                    continue
                file.write(json.dumps({"number": number, "reply": text}, ensure_ascii=False) + "\n")
                kept += 1

        await asyncio.gather(*(work() for _ in range(min(in_flight, len(prompts)))))
    return kept


def be_client(name: str, base_url: str, calls: int, in_flight: int, retries: int, folder: Path) -> None:
    """What a client process does: result.json in the folder says how long the calls took and how many replies came."""
    prompts = [(f"Question {number}: " + "the net revenue of the year " * 60)[:1500] for number in range(calls)]
    (folder / "imports").mkdir()
    asyncio.run(_await(CLIENTS[name](base_url, [], in_flight, folder / "imports", retries)))
    began = time.perf_counter()
    kept = asyncio.run(_await(CLIENTS[name](base_url, prompts, in_flight, folder, retries)))
    result = {"seconds": time.perf_counter() - began, "kept": kept}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


async def _await(work: Awaitable[int]) -> int:
    return await work


def run_client(name: str, base_url: str, calls: int, scenario: Scenario) -> dict[str, float]:
    """One client process: what it wrote down, and its wall and CPU seconds and peak bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        command = [sys.executable, "-m", "tests.bench.calls", "--as", name, base_url, str(calls)]
        command += [str(scenario.in_flight), str(scenario.retries), scratch]
        began = time.perf_counter()
        with (folder / "stderr").open("w") as errors:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        said = (folder / "stderr").read_text(encoding="utf-8").strip().splitlines()
        if process.returncode:
            raise RuntimeError(said[-1] if said else f"ended with {process.returncode}")
        if said:
            print(f"{name} said {len(said):,} lines, the first: {said[0]}", file=sys.stderr)
        measured = {"whole": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}
        return dict(json.loads((folder / "result.json").read_text(encoding="utf-8"))) | measured


def measure(name: str, calls: int, scenario: Scenario) -> dict[str, float]:
    """One client against a server of its own, with the server's counts."""
    command = [sys.executable, "-m", "tests.doubles.chat_server", "--latency", str(scenario.latency)]
    command += ["--rate", str(scenario.rate)] if scenario.rate else []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        try:
            start = run_client(name, base_url, 0, scenario)
            before = _counts(base_url)
            measured = run_client(name, base_url, calls, scenario)
            after = _counts(base_url)
        finally:
            server.communicate()
    asked = {key: after[key] - before[key] for key in ("requests", "refused", "connections", "cpu_seconds")}
    asked["connections"] -= 1  # the counts' own
    return measured | {f"server {key}": value for key, value in asked.items()} | {"cpu": measured["cpu"] - start["cpu"]}


def _counts(base_url: str) -> dict[str, float]:
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/counts") as response:
        return dict(json.load(response))


def row(name: str, calls: int, measured: Sequence[dict[str, float]]) -> str:
    """The medians of one client's repeats, under HEADER."""
    seen = {key: median(one[key] for one in measured) for key in measured[0]}
    return (
        f"{name:<15} {seen['kept'] / seen['seconds']:>9,.0f} {seen['kept'] / seen['whole']:>9,.0f} "
        f"{seen['cpu'] * 1000 / calls:>9.3f} {seen['peak'] / 1e6:>8.0f} {calls - seen['kept']:>6.0f} "
        f"{seen['server requests']:>9,.0f} {seen['server refused'] / max(1, seen['server requests']):>8.1%} "
        f"{seen['server connections']:>8,.0f} {seen['server cpu_seconds'] * 1000 / seen['server requests']:>10.3f}"
    )


HEADER = (
    f"{'client':<15} {'calls/s':>9} {'whole/s':>9} {'CPU s/k':>9} {'peak MB':>8} {'lost':>6} {'requests':>9} "
    f"{'refused':>8} {'sockets':>8} {'srv CPU/k':>10}"
)


def main() -> None:
    """Measures each client in each scenario and prints a table for each."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=["A", "B", "C", "R"])
    parser.add_argument("--clients", nargs="+", choices=CLIENTS, default=list(CLIENTS))
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--as", nargs=6, dest="client", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        name, base_url, calls, in_flight, retries, folder = given.client
        be_client(name, base_url, int(calls), int(in_flight), int(retries), Path(folder))
        return
    for letter in given.scenario:
        scenario = SCENARIOS[letter]
        print(f"\n{letter}: {scenario}; {given.calls:,} calls\n{HEADER}")
        for name in given.clients:
            if name == "bare-aiohttp" and scenario.rate:
                continue  # it has no retries, so every refusal would be a lost call
            try:
                print(row(name, given.calls, [measure(name, given.calls, scenario) for _ in range(given.repeat)]))
            except RuntimeError as error:
                print(f"{name:<15} {error}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
