"""The screen for duplicates beside MinHash with bands: in numpy, datasketch and rensa, on the same words in one run.

    python -m tests.bench.duplicates [--records 60000] [--small 1000000] [--plants 400] [--methods M,...]
                                      [--data DIR] [--shown N]

1. Records of 1.5 kB, half of them English, half Chinese, of seeded words by Zipf's law, and pairs planted among them.
   What should be found: pairs of which question, options and context each have a Jaccard similarity of 0.8 or more,
   counted by Python sets. What should not: pairs below it, pairs that differ in a number or in the gold. Each method in
   a process of its own: the share of each plant that is found, what else is dropped, seconds, peak memory.
2. So many small records, of 100 characters: seconds and peak memory.
3. What is dropped of the real files under --data, by how it was found; --shown N prints N near pairs, to be read.

The libraries are given each record's shingles as one set of strings; making these is told apart from their own time.
They know no rule about numbers and golds: what a line under "should not" says of them is what similarity alone does.
They come with the extra `bench`.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from curate.errors import BadRecord
from curate.read import Broken, rows
from curate.records import Corpus, Question
from curate.screen.duplicates import Duplicates
from recipes.sources import cflue, finqa, table
from tests.bench.duplicates_methods import METHODS
from tests.bench.duplicates_planted import Pair, planted, small

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".." / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Run:
    """A method's run in a process of its own. own: its seconds without those of making the strings."""

    dropped: frozenset[int]
    seconds: float
    own: float | None
    megabytes: float


def stored(questions: Iterable[Question], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for question in questions:
            file.write(json.dumps(asdict(question), ensure_ascii=False) + "\n")
    return path


def run(method: str, path: Path) -> Run:
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.duplicates", "--one", method, str(path)], capture_output=True, cwd=ROOT
    )
    if said.returncode:
        raise RuntimeError(said.stderr.decode())
    found = json.loads(said.stdout)
    return Run(frozenset(found["dropped"]), found["seconds"], found["own"], found["megabytes"])


def one(method: str, path: Path) -> None:
    """In the process of its own: the questions from the file, one at a time."""
    before = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        dropped, own = METHODS[method](Question(**json.loads(line)) for line in file)
    seconds = time.perf_counter() - before
    # Not ru_maxrss, which a process inherits from the one that started it.
    peak = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({"dropped": sorted(dropped), "seconds": seconds, "own": own, "megabytes": peak}))


def beside(pairs: Sequence[Pair], runs: Mapping[str, Run]) -> Table:
    table = Table(title="planted pairs of which one is dropped", header_style="bold", box=None)
    judging = [name for name in runs if name not in ("reading", "words", "strings")]
    for name in ("plant", "pairs", "Jaccard", *judging):
        table.add_column(name, justify="left" if name == "plant" else "right")
    for wanted in (True, False):
        table.add_row("should be found" if wanted else "should not", style="bold")
        some = [pair for pair in pairs if pair.wanted is wanted]
        for plant in (*dict.fromkeys(pair.plant for pair in some), None):
            these = [pair for pair in some if plant in (None, pair.plant)]
            low, high = (f([pair.alike for pair in these]) for f in (min, max))
            row = [f"{sum(hit(pair, runs[name]) for pair in these) / len(these):.1%}" for name in judging]
            table.add_row(plant or "all", str(len(these)), f"{low:.2f}-{high:.2f}", *row)
    members = {number for pair in pairs for number in (pair.one, pair.other)}
    table.add_row("others dropped", "", "", *(str(len(runs[name].dropped - members)) for name in judging))
    return table


def hit(pair: Pair, run: Run) -> bool:
    return pair.one in run.dropped or pair.other in run.dropped


def costs(title: str, runs: Mapping[str, Run]) -> Table:
    table = Table(title=title, header_style="bold", box=None)
    for name in ("method", "seconds in all", "of these its own", "MB at the peak"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, ran in runs.items():
        own = f"{ran.own:.1f}" if ran.own else ""
        table.add_row(name, f"{ran.seconds:.1f}", own, f"{ran.megabytes:.0f}")
    return table


def real(data: Path) -> dict[str, list[Question]]:
    """The real questions, each file through its source."""
    tweets = table.Options(columns=table.Columns(question="text", gold="label"), kind="label", language="en")
    read: dict[str, tuple[Sequence[str], Any, Any]] = {
        "finqa": (("finqa/train_raw_20.json", "finqa/test_rawdocs_150.jsonl"), finqa, finqa.Options()),
        "tfns": (("tfns/sent_train_2000.csv", "tfns/sent_valid.csv"), table, tweets),
        "cflue": (("cflue/knowledge_2500.json",), cflue, cflue.Options()),
    }
    return {name: list(_through(data, *one)) for name, one in read.items()}


def _through(data: Path, files: Sequence[str], source: Any, options: Any) -> Iterator[Question]:
    for file in files:
        for row in rows(data / file, file):
            if isinstance(row, Broken):
                continue
            try:
                yield from source.questions(row, Corpus(file, "unknown"), options)
            except BadRecord:
                continue


def dropped_of_real(data: Path, thresholds: Sequence[float], shown: int) -> tuple[Table, list[str]]:
    table = Table(title="dropped of the real files", header_style="bold", box=None)
    for name in ("corpus", "threshold", "questions", "duplicate", "duplicate_conflict", "near_duplicate"):
        table.add_column(name, justify="left" if name == "corpus" else "right")
    seen = []
    for corpus, questions in real(data).items():
        for threshold in thresholds:
            with tempfile.TemporaryDirectory() as folder:
                screen = Duplicates(threshold, Path(folder))
                for question in questions:
                    screen.take(question, 0)
                found = screen.decide()
            counts = Counter(one.reason for one in found)
            row = [str(counts[reason]) for reason in ("duplicate", "duplicate_conflict", "near_duplicate")]
            table.add_row(corpus, f"{threshold}", str(len(questions)), *row)
        near = [one for one in found if one.reason == "near_duplicate"]
        for one in random.Random(17).sample(near, min(shown, len(near))):
            pair = (questions[number] for number in (one.other, one.index))
            seen.append("\n".join((f"{corpus} {one.similarity:.2f}", *(f"  {_told(question)}" for question in pair))))
    return table, seen


def _told(question: Question) -> str:
    return f"{question.question} | {dict(question.options)} | {question.gold} | {question.context[:200]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--plants", type=int, default=400)
    parser.add_argument("--methods", type=lambda said: said.split(","), default=list(METHODS))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--shown", type=int, default=0)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        one(said.one[0], Path(said.one[1]))
        return
    console = Console(width=160)
    with tempfile.TemporaryDirectory() as folder:
        if said.records:
            questions, pairs = planted(said.records, said.plants)
            path = stored(questions, Path(folder) / "questions.jsonl")
            runs = {name: run(name, path) for name in said.methods}
            console.print(beside(pairs, runs), "", costs(f"{said.records:,} records of 1.5 kB", runs), "")
        if said.small:
            path = stored(small(said.small), Path(folder) / "small.jsonl")
            runs = {name: run(name, path) for name in ("reading", "ours") if name in said.methods}
            console.print(costs(f"{said.small:,} records of 100 characters", runs), "")
    if said.data.is_dir():
        found, seen = dropped_of_real(said.data, (0.9, 0.85, 0.8), said.shown)
        console.print(found, "")
        for line in seen:
            console.print(line, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
