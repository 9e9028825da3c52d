"""The scan and the count of a release: speed and peak memory, beside one bare reading of the same files.

    python -m tests.bench.scan [--rows 10000] [--data ../shared/data]

Rows of sft of about 6 kB of UTF-8, half English and half Chinese, cut out of real corpora where there are some; two
judges and the rules vote on each. Seconds of processor time; MB are those of prompt, reasoning and answer.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.configs import COLUMNS
from curate.release.counted import counted
from curate.release.scan import scan
from curate.release.secrets import find_secrets
from curate.rows import cells, completion
from curate.screen.privacy import find
from curate.tables import Writer
from judges.reasoning.criteria import FIN_R1
from tests.bench.privacy import PROSE, ROOT, pieces

_CORPORA = {"en": "traces", "zh": "cflue"}
_BYTES = {"prompt": 2700, "reasoning": 2800, "answer": 500}


def main() -> int:
    """Writes a release of so many rows into a temporary folder, and prints what reading it takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="a folder of real corpora")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), asked.rows, asked.data)
        measure(Path(folder))
    return 0


def write(folder: Path, rows: int, data: Path) -> None:
    """The release's files: sft, and scores of three judges."""
    texts = {language: "\n".join(_prose(data, language)) for language in _CORPORA}
    draw = random.Random(1)
    for config in ("sft", "scores"):
        (folder / "data" / config).mkdir(parents=True)
    sft, scores = (folder / "data" / config / "train-00000-of-00001.parquet" for config in ("sft", "scores"))
    with Writer(COLUMNS["sft"], sft) as asked, Writer(COLUMNS["scores"], scores) as votes:
        for number in range(rows):
            row = _row(number, texts, draw)
            asked.add(cells("sft", row))
            votes.add(*(cells("scores", vote) for vote in _votes(row, draw)))


def _prose(data: Path, language: str) -> list[str]:
    folder = data / _CORPORA[language]
    return pieces(folder) if folder.is_dir() else [PROSE[f"made up, {language}"] * 1000]


def _row(number: int, texts: dict[str, str], draw: random.Random) -> dict[str, Any]:
    language = "zh" if number % 2 else "en"
    text, width = texts[language], 3 if language == "zh" else 1
    said = {name: _cut(text, size // width, draw) for name, size in _BYTES.items()}
    asked, told = (
        [{"role": "user", "content": one}] for one in (said["prompt"], completion(said["reasoning"], said["answer"]))
    )
    return said | {
        "id": f"corpus:{number:016x}",
        "source": "corpus",
        "group": f"{number // 4:016x}",
        "language": language,
        "answer_kind": "number",
        "question": said["prompt"][-80:],
        "prompt": asked,
        "completion": told,
    }


def _votes(row: dict[str, Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    for judge in ("a", "b", "rules"):
        for name in FIN_R1.names:
            vote = {"criterion": name, "vote": draw.choice((0, 1, 1)), "rationale": _cut(row["reasoning"], 60, draw)}
            yield {"id": row["id"], "sample": 0, "attempt": 0, "judge": judge, "sits": judge != "rules", **vote}


def _cut(text: str, length: int, draw: random.Random) -> str:
    start = draw.randrange(max(len(text) - length, 1))
    return text[start : start + length]


def measure(folder: Path) -> None:
    """One line each: seconds, megabytes of texts of sft a second, and the most memory that the process had so far."""
    size = sum(len(text.encode()) for text in _said(folder)) / 1e6
    print(f"{size:,.0f} MB\n{'':<40}{'s':>8}{'MB/s':>8}{'peak, MB':>10}")
    _line("a bare reading of the files", lambda: [None for _ in _bare(folder / "data")], size)
    _line("scan", lambda: scan(folder), size)
    findings = scan(folder)
    _line("counted, after it", lambda: counted(folder, findings), size)
    some = list(islice(_said(folder), 30_000))
    size = sum(len(text.encode()) for text in some) / 1e6
    _line("secrets, texts in memory", lambda: [find_secrets(text) for text in some], size)
    _line("private data, texts in memory", lambda: [find(text) for text in some], size)


def _said(folder: Path) -> Iterator[str]:
    for row in _bare(folder / "data" / "sft"):
        yield from (row["prompt"][0]["content"], row["reasoning"], row["answer"])


def _bare(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.parquet")):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(256):
                yield from batch.to_pylist()


def _line(name: str, work: Callable[[], object], size: float) -> None:
    began = time.process_time()
    work()
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<40}{took:>8.1f}{size / took:>8.1f}{peak:>10,.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
