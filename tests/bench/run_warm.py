"""How long a rerun takes that finds all its replies in the journal, and what memory it needs, at two sizes.

    python -m tests.bench.run_warm [--sizes 6000 60000] [--keep DIR]

FinQA-form records of 6 kB (those of run_scale) are asked for three times each, since every reply is wrong: three calls
a question, each answer matched by rules, no audit of round two. First cold, against the double of a chat server with no
latency, then warm. Each run is a process of its own; its start and the build of scores.duckdb are counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.run_scale import records

ROOT = Path(__file__).parents[2]
_RECIPE = """name: warm-{count}
version: 1.0.0
models: {{teacher: {{model: m, base_url: "{base_url}", concurrency: 256}}}}
sources: [{{use: finqa, from: {source}}}]
distil: {{by: teacher, attempts: 3}}
"""
_STEP = "The note gives the revenue of the year, and the revenue of the year before it, so their difference is taken. "


def serve() -> None:
    """What the server's process does: one reply for all, wrong for every record, until standard input closes."""
    from tests.doubles.chat_answers import reply
    from tests.doubles.chat_server import ChatServer

    thought = "\n".join(f"{number}. {_STEP}" for number in range(1, 50))[:5800]
    with ChatServer(reply("Therefore the answer is \\boxed{123456789}.", reasoning=thought)) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


def run(recipe: Path, folder: Path) -> tuple[float, int]:
    """Wall seconds and peak resident bytes of one `curate run`."""
    command = [sys.executable, "-m", "curate", "run", str(recipe), "--out", str(folder / recipe.stem)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def measure(count: int, folder: Path, base_url: str) -> None:
    """One size, cold and then warm, as a line of the table."""
    source = folder / f"finqa-{count}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records(count))
    recipe = folder / f"warm-{count}.yaml"
    recipe.write_text(_RECIPE.format(count=count, base_url=base_url, source=source.name), encoding="utf-8")
    for kind in ("cold", "warm"):
        seconds, peak = run(recipe, folder)
        print(f"{count:>9,} {kind} {seconds:>9.1f} {count / seconds:>12,.0f} {peak / 1e6:>9.0f}", flush=True)


def main() -> None:
    """Measures each size and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[6_000, 60_000])
    parser.add_argument("--keep", type=Path, help="a folder to keep inputs, journal and runs in")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    command = [sys.executable, "-m", "tests.bench.run_warm", "--serve"]
    with (
        tempfile.TemporaryDirectory() as scratch,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{'questions':>9} {'':<4} {'seconds':>9} {'questions/s':>12} {'peak MB':>9}")
        base_url = server.stdout.readline().strip()
        for count in given.sizes:
            measure(count, folder, base_url)
        server.communicate()


if __name__ == "__main__":
    main()
