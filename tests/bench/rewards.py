"""How fast completions are rewarded, on one core: python -m tests.bench.rewards [--data DIR] [--repeat 3]

1. Completions a second, by corpus: whole traces, real ones where they are at hand and our own, then 2,000 of them
   changed in every way that the parity test knows. CPU time, the best of the repeats, for the parts and for the whole:
   `decode` by a tokenizer of bytes (one token a byte, four times as many as a real one), `form`, `check` (reading,
   cutting out the answer, matching), `reward` (all that TRL waits for).
2. A hostile completion of 1 MB: seconds.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from curate.chat.reply import read_reply
from curate.check import by_rules
from tests.train.completions import Case, made, mutated, real
from tests.train.rewarding import Log, ids, row, spec
from train.rewards import question_of, trace_of
from train.text.form import fault

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
_MANY, _LONG = 2000, 1_000_000
HOSTILE = ("<think>", "\\boxed{", "{", "The answer is ", "1,", "思")


def best(work: Callable[[], object], repeat: int) -> float:
    """CPU seconds of the fastest of the repeats."""
    took = []
    for _ in range(repeat):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def row_of(case: Case) -> dict[str, Any]:
    options = [{"letter": letter, "text": text} for letter, text in case.options.items()]
    return row(case.gold, case.kind, question=case.question, options=options)


def checked(case: Case) -> object:
    question = question_of(row_of(case))
    finish = "length" if case.cut else "stop"
    reply = read_reply({"choices": [{"message": {"content": case.text}, "finish_reason": finish}]})
    return by_rules(question, trace_of(question, reply, "m"))


def line(name: str, cases: Sequence[Case], repeat: int) -> str:
    """A line of the table: completions a second."""
    log, rows = Log(spec()), [row_of(case) for case in cases]
    tokens = [ids(case.text, not case.cut) for case in cases]
    works: list[Callable[[], object]] = [
        lambda: [log.rewards.decoded(one) for one in tokens],
        lambda: [fault(case.text) for case in cases],
        lambda: [checked(case) for case in cases],
        lambda: log.earned(tokens, rows),
    ]
    rates = "".join(f"{len(cases) / best(work, repeat):>12,.0f}" for work in works)
    return f"{name:<28}{len(cases):>7,}{median(len(case.text) for case in cases):>9,.0f}{rates}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the real records")
    parser.add_argument("--repeat", type=int, default=3)
    said = parser.parse_args()
    print(f"{'1. completions a second':<28}{'count':>7}{'median':>9}", end="")
    print("".join(f"{part:>12}" for part in ("decode", "form", "check", "reward")))
    corpora = {"our own": made(100)} | ({"real": real(said.data)} if said.data.is_dir() else {})
    for name, cases in corpora.items():
        print(line(name, cases, said.repeat))
        print(line(f"{name}, changed", list(mutated(cases, _MANY))[len(cases) :], said.repeat))
    print("\n2. a completion of 1 MB, seconds")
    for part in HOSTILE:
        case = Case("How much?", "7", "number", f"<think>x</think><answer>{part * (_LONG // len(part))}")
        print(f"{part!r:<28}{best(lambda case=case: [checked(case), fault(case.text)], 1):>8.3f}")  # type: ignore[misc]


if __name__ == "__main__":
    main()
