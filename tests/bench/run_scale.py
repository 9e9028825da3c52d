"""How fast `curate run` is, and whether its memory is flat: FinQA-form records at two sizes, each a process of its own.

    python -m tests.bench.run_scale [--sizes 10000 50000] [--keep DIR]

Prints records per second (the whole process, start and scores.duckdb included), peak resident memory, and the ratio of
the two peaks. Records are made up here: some 6 kB each, one to five program steps, one table of six rows.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_WORDS = (
    "the company revenue net income cash operating debt notes fair value during fiscal year compared increase decrease "
    "primarily due to higher volume costs segment customers interest expense tax rate shares outstanding agreement term"
).split()
_LABELS = ("net sales", "cost of sales", "gross profit", "operating income", "interest expense", "net income")


def records(count: int, seed: int = 17) -> Iterator[dict[str, Any]]:
    """FinQA-form records, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        rows = [[label, *(f"{chance.uniform(10, 9000):.1f}" for _ in range(3))] for label in _LABELS]
        picked, column = chance.randrange(len(rows)), chance.randrange(1, 3)
        new, old = rows[picked][column], rows[picked][column + 1]
        value = (float(new) - float(old)) / float(old)
        sentences = [" ".join(chance.choices(_WORDS, k=20)) + " ." for _ in range(40)]
        filename = f"T{number % 500}/20{number % 20:02d}/page_{number}.pdf"
        table = [
            ["( in millions )", "2015", "2014", "2013"],
            *([row[0], *(f"$ {cell}" for cell in row[1:])] for row in rows),
        ]
        yield {
            "id": f"{filename}-1",
            "filename": filename,
            "pre_text": sentences[:20],
            "post_text": sentences[20:],
            "table": table,
            "table_ori": [[cell.replace("$ ", "$").title() for cell in row] for row in table],
            "qa": {
                "question": f"what was the percentage change in {rows[picked][0]} from one year to the next?",
                "answer": f"{value * 100:.1f}%",
                "exe_ans": round(value, 5),
                "program": f"subtract({new}, {old}), divide(#0, {old})",
                "gold_inds": {f"table_{picked + 1}": f"the {rows[picked][0]} of 2015 is {new} ;"},
            },
        }


def measure(count: int, folder: Path) -> tuple[float, int]:
    """Seconds and peak resident bytes of one `curate run` over so many records, its input not counted."""
    source = folder / f"finqa-{count}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records(count))
    recipe = folder / f"scale-{count}.yaml"
    sources = f"[{{use: finqa, from: {source.name}}}]"
    recipe.write_text(f"name: scale-{count}\nversion: 1.0.0\nsources: {sources}\ndistil: {{by: program}}\n")
    command = [sys.executable, "-m", "curate", "run", str(recipe), "--out", str(folder / f"run-{count}")]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def main() -> None:
    """Measures each size and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--keep", type=Path, help="a folder to keep inputs and runs in")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{'records':>9} {'seconds':>9} {'records/s':>10} {'peak MB':>9}")
        peaks = []
        for size in arguments.sizes:
            seconds, peak = measure(size, folder)
            peaks.append(peak)
            print(f"{size:>9,} {seconds:>9.1f} {size / seconds:>10,.0f} {peak / 1e6:>9.0f}", flush=True)
        print(f"peak of the last size over the first: {peaks[-1] / peaks[0]:.2f}")


if __name__ == "__main__":
    main()
