"""The screen for private data: what it finds of the planted set, and its speed, beside one search for digits alone.

    python -m tests.bench.privacy [--data ../shared/data]

Megabytes of UTF-8 a second of processor time, best of five, on texts joined to pieces of about 4 kB.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from curate.screen.privacy import find

ROOT = Path(__file__).parents[2]
PLANTED = ROOT / "tests" / "curate" / "screen" / "private.jsonl"
PROSE = {
    "made up, en": "In 2019 net sales rose 5.2% to $1,250.5 million from $1,188 million in 2018 (see note 12). ",
    "made up, zh": "2019年实现营业收入1,250.5亿元，同比增长5.2%，其中第12号产品占比38%，净利润为188亿元。",
}
_DIGITS = re.compile("[0-9@]")
_PIECE = 4000


def main() -> int:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="a folder of real corpora")
    rates()
    speeds(parser.parse_args().data)
    return 0


def rates() -> None:
    """Per kind: planted, found. The look-alikes: texts, and those in which anything is found."""
    planted, found, alarms, alike = Counter[str](), Counter[str](), 0, 0
    for line in PLANTED.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        told = {(private.kind, private.text) for private in find(record["text"])}
        planted.update(kind for kind, _ in record["private"])
        found.update(kind for kind, value in record["private"] if (kind, value) in told)
        alike += not record["private"]
        alarms += not record["private"] and bool(told)
    for kind, count in planted.items():
        print(f"{kind:<14}{found[kind]:>5} of {count}")
    print(f"{'false alarms':<14}{alarms:>5} of {alike}")


def speeds(data: Path) -> None:
    """Per corpus: size, values found, and the two speeds."""
    print(f"\n{'':<14}{'MB':>7}{'found':>7}{'MB/s':>8}{'digits alone':>14}")
    folders = sorted(folder for folder in data.iterdir() if folder.is_dir()) if data.is_dir() else []
    corpora = {name: [text * (_PIECE // len(text))] * 100 for name, text in PROSE.items()}
    corpora |= {folder.name: pieces(folder) for folder in folders}
    for name, texts in corpora.items():
        size = sum(len(text.encode()) for text in texts) / 1e6
        found = sum(len(find(text)) for text in texts)
        fast, bare = size / best(find, texts), size / best(_DIGITS.findall, texts)
        print(f"{name:<14}{size:>7.2f}{found:>7}{fast:>8.1f}{bare:>14.1f}")


def best(scan: Callable[[str], object], texts: list[str]) -> float:
    """The least seconds of processor time of five scans."""
    taken = []
    for _ in range(5):
        began = time.process_time()
        for text in texts:
            scan(text)
        taken.append(time.process_time() - began)
    return max(min(taken), 1e-9)


def pieces(folder: Path) -> list[str]:
    """The strings of a corpus's JSON files, and the lines of its others, joined to pieces."""
    joined, piece = [], ""
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".jsonl", ".csv")):
        for text in _texts(path):
            piece += text + "\n"
            if len(piece) > _PIECE:
                joined.append(piece)
                piece = ""
    return [*joined, piece]


def _texts(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        yield from _strings(json.loads(text))
    except ValueError:
        for line in text.splitlines():
            yield from _strings(json.loads(line)) if line.startswith("{") else (line,)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


if __name__ == "__main__":
    sys.exit(main())
