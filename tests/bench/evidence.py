"""What is known of a trace without a model: how fast, how linear, and how right the arithmetic audit is.

    python -m tests.bench.evidence [--data DIR] [--repeat 3] [--wrong N]

1. Traces a second on one core, of 6,000 characters, by corpus and part: measures, audit, grounding, all with the votes
   of `rules`; CPU time, the best of the repeats.
2. The same at 1 MB in one text, of real traces and of hostile ones: seconds, and the ratio to ten times less.
3. The audit beside tests/judges/reasoning/calculations.jsonl: places of calculations (never their text) in 50 real
   texts, found and judged by a person who had not seen what the audit says. Of these: found, and how the verdicts fall.
4. What the audit finds in all real traces; --wrong N shows N of those that it calls wrong, to be read.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from judges.reasoning import FIN_R1, Subject, evidence, vote
from judges.reasoning.arithmetic import Calculation, audit
from judges.reasoning.grounding import ground
from judges.reasoning.measures import measure

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".." / "shared" / "data"
LABELS = ROOT / "tests" / "judges" / "reasoning" / "calculations.jsonl"
SIZE = 6_000
_MANY = 1_000_000
_COVERED = 0.5  # share of the shorter of two spans that must lie in the other, for one calculation

# corpus -> file, field of the reasoning, of the context, of the question
FILES: Mapping[str, tuple[str, str, str, str]] = {
    "DeepSeek-R1": ("traces/financereasoning_hard_deepseek_r1_120.json", "reasoning_content", "context", "question"),
    "QwQ": ("traces/financereasoning_hard_qwq_80.json", "output", "context", "question"),
    "FinQA, 3B policy": ("traces/finqa_failed_think_200.json", "model_prediction", "context", "question"),
    "FinQA, Qwen3-4B": ("traces/finqa_test_qwen3_4b_400.jsonl", "raw_output", "", "question"),
    "CFLUE, zh": ("cflue/knowledge_2500.json", "analysis", "", "question"),
}
HOSTILE: Mapping[str, Callable[[int], str]] = {
    "digits": lambda size: "1" * size,
    "1+1+1+...": lambda size: "1+" * (size // 2),
    "brackets": lambda size: "(" * size,
    "=": lambda size: "=" * size,
    "wrong calculations, one line": lambda size: "2+2=5 " * (size // 6),
    "one table row": lambda size: "| 2+2 | 5 " * (size // 10),
    "Wait. Wait. Wait.": lambda size: "Wait. " * (size // 6),
    "one Chinese character": lambda size: "算" * size,
    "words without end": lambda size: "lorem ipsum " * (size // 12),
}


def records(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    return list(found.values()) if isinstance(found, dict) else found


def subjects(data: Path, corpus: str) -> list[Subject]:
    """Texts of about 6,000 characters: traces cut there, short ones joined with the ones behind them."""
    file, field, context, question = FILES[corpus]
    found, text = [], ""
    language = "zh" if "zh" in corpus else "en"
    for record in records(data / file):
        text = f"{text}\n\n{record.get(field) or ''}" if text else str(record.get(field) or "")
        if len(text) >= SIZE:
            known = {"context": str(record.get(context, "")), "question": str(record[question])}
            found.append(
                Subject(text[:SIZE], "\\boxed{12}", "12", "number", "12", language=language, right=True, **known)
            )
            text = ""
    return found


def best(work: Callable[[], object], repeat: int) -> float:
    """CPU seconds, the best of so many."""
    took = []
    for _ in range(repeat):
        before = time.process_time()
        work()
        took.append(time.process_time() - before)
    return min(took)


def speeds(data: Path, repeat: int) -> Table:
    table = Table(title="traces of 6,000 characters a second, one core", header_style="bold", box=None)
    for name in ("corpus", "traces", "measures", "audit", "grounding", "all and votes"):
        table.add_column(name, justify="left" if name == "corpus" else "right")
    for corpus in FILES:
        said = subjects(data, corpus)
        calculations = [audit(one.reasoning) for one in said]
        parts: tuple[Callable[[], object], ...] = (
            lambda said=said: [measure(one) for one in said],
            lambda said=said: [audit(one.reasoning) for one in said],
            lambda said=said, found=calculations: [
                ground(one.reasoning, f"{one.question}\n{one.context}", calculation)
                for one, calculation in zip(said, found, strict=True)
            ],
            lambda said=said: [vote(evidence(one), FIN_R1.names) for one in said],
        )
        table.add_row(corpus, str(len(said)), *(f"{len(said) / best(part, repeat):,.0f}" for part in parts))
    return table


def lengths(data: Path) -> Table:
    table = Table(title="one text of 1 MB", header_style="bold", box=None)
    for name in ("text", "seconds", "times that of 0.1 MB"):
        table.add_column(name, justify="left" if name == "text" else "right")
    texts: dict[str, Callable[[int], str]] = dict(HOSTILE)
    for corpus in ("DeepSeek-R1", "CFLUE, zh"):
        whole = "\n\n".join(one.reasoning for one in subjects(data, corpus))
        texts = {corpus: lambda size, whole=whole: (whole * (size // len(whole) + 1))[:size], **texts}
    for name, make in texts.items():
        short, long = (
            best(lambda make=make, size=size: evidence(_alone(make(size))), 1) for size in (_MANY // 10, _MANY)
        )
        table.add_row(name, f"{long:.2f}", f"{long / short:.1f}")
    return table


def _alone(text: str) -> Subject:
    return Subject(text, "\\boxed{12}", "12", "number", "12", question="How much?", right=True)


def labelled(data: Path) -> Iterator[tuple[str, str, Sequence[tuple[int, int, str]]]]:
    """Each labelled text with its file and the places of its calculations."""
    kept: dict[str, list[Any]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        rows = kept.setdefault(one["file"], records(data / one["file"]))
        text = str(rows[one["index"]][one["field"]])
        yield one["file"], text[: one["limit"]], [tuple(place) for place in one["calculations"]]


def compared(text: str, places: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """What a person says of each calculation, and what the audit does: right, wrong, undecided, or missed."""
    found = audit(text)
    for start, end, said in places:
        over = [(min(one.end, end) - max(one.start, start), one) for one in found]
        near = [(share, one) for share, one in over if share >= _COVERED * min(one.end - one.start, end - start)]
        if not near:
            yield said, "missed"
            continue
        closest = max(near, key=lambda pair: pair[0] - abs(pair[1].end - end) / 10)[1]
        yield said, _WORDS[closest.value]


_WORDS = {True: "right", False: "wrong", None: "undecided"}


def labels(data: Path) -> Table:
    counts = Counter(pair for _, text, places in labelled(data) for pair in compared(text, places))
    table = Table(title="calculations that a person found, and the audit's verdict", header_style="bold", box=None)
    columns = ("right", "wrong", "undecided", "missed")
    for name in ("a person says", *columns, "found"):
        table.add_column(name, justify="left" if name == "a person says" else "right")
    for said in ("right", "wrong", "unclear", "all"):
        row = [sum(n for (one, by), n in counts.items() if by == name and said in (one, "all")) for name in columns]
        table.add_row(said, *map(str, row), f"{1 - row[-1] / max(sum(row), 1):.1%}")
    return table


def findings(data: Path, wrong: int) -> tuple[Table, list[str]]:
    table = Table(title="calculations in the real traces", header_style="bold", box=None)
    for name in ("corpus", "traces", "found", "a trace", "right", "wrong", "undecided"):
        table.add_column(name, justify="left" if name == "corpus" else "right")
    shown = []
    for corpus, (file, field, _, _) in FILES.items():
        texts = [str(one.get(field) or "") for one in records(data / file)]
        found = [(text, one) for text in texts for one in audit(text)]
        counts = Counter(one.value for _, one in found)
        each = (f"{counts[value] / max(len(found), 1):.1%}" for value in (True, False, None))
        table.add_row(corpus, f"{len(texts):,}", f"{len(found):,}", f"{len(found) / len(texts):.1f}", *each)
        shown += [f"{corpus}: {_around(text, one)}" for text, one in found if one.value is False]
    random.Random(17).shuffle(shown)
    return table, shown[:wrong]


def _around(text: str, one: Calculation) -> str:
    before, after = text[max(one.start - 40, 0) : one.start], text[one.end : one.end + 25]
    return f"{before}[[{text[one.start : one.end]}]]{after}  ({one.reason}, it gives {one.computed:.10g})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--wrong", type=int, default=0)
    said = parser.parse_args()
    console = Console()
    found, wrong = findings(said.data, said.wrong)
    for table in (speeds(said.data, said.repeat), lengths(said.data), labels(said.data), found):
        console.print(table, "")
    for line in wrong:
        console.print(repr(line), markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
