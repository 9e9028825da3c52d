r"""Round one beside math-verify, in one run: how often each agrees with people and with real files, and how fast it is.

    python -m tests.bench.answers [PAIRS.jsonl ...] [--data DIR] [--seconds 3] [--repeat 3]

1. On labelled pairs (form: judges/answers/pairs.py; default tests/judges/answers/pairs.jsonl): false accepts, false
   rejects, and what is left undecided. math-verify knows right and wrong alone, so that it guesses what a person would
   leave open.
2. On the real trace files under --data (default ../shared/data/traces): the share of records on which each says what
   the file itself says. The files' own verdicts are no truth: most want the gold to the last digit.
3. Comparisons a second on one core, of short answers and of whole replies of some 6 kB, as medians of the repeats, and
   the seconds that \boxed{9^{9^{9^9}}} takes, each in a process of its own.

math-verify is asked twice: as it comes, and tuned: floats equal at three decimals (of 2, 3, 4 and 6, and of answers put
into $ or a box or neither, what agrees most), the box before all else, letters and words read as such for all kinds but
numbers. It is the extra `bench`: pip install -c constraints.txt -e '.[bench]'; without it ours stands alone.
"""

import argparse
import importlib
import json
import logging
import random
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from judges.answers import Gold
from judges.answers.pairs import Pair, judged, pairs_of, rates

Judge = Callable[[Pair], bool | None]
ROOT = Path(__file__).parents[2]
PAIRS = ROOT / "tests" / "judges" / "answers" / "pairs.jsonl"
DATA = ROOT / ".." / "shared" / "data" / "traces"
INSTALL = "math-verify is not installed (pip install -c constraints.txt -e '.[bench]'); ours alone"

OURS, PLAIN, TUNED = "ours", "math-verify", "... tuned"
FAMILIES = {
    "number": "numbers",
    "percent": "numbers",
    "choice": "choices",
    "choices": "choices",
    "boolean": "booleans",
    "label": "labels",
    "labels": "labels",
}
HOSTILE = r"\boxed{9^{9^{9^9}}}"
_ROUNDING = 3
_LONG = 6_000
_SLOW = 0.5
_MOST_BYTES = 4 << 30


def ours(pair: Pair) -> bool | None:
    """What our rules say."""
    return judged(pair).value


def math_verify(tuned: bool, seconds: int | None = 5) -> Judge:
    """math-verify: parse the gold, parse the answer, verify; right by any of several golds. False on any failure."""
    library: Any = importlib.import_module("math_verify")
    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    plain = [library.LatexExtractionConfig(), library.ExprExtractionConfig()]
    boxed = [library.LatexExtractionConfig(boxed_match_priority=0), library.ExprExtractionConfig()]

    def judge(pair: Pair) -> bool | None:
        config = plain
        if tuned:
            config = boxed
            if FAMILIES.get(pair.gold.answer_kind) != "numbers":
                words = (*"ABCDEFGH", *pair.gold.options, *pair.gold.options.values(), "yes", "no", "true", "false")
                config = [library.StringExtractionConfig(strings=tuple(dict.fromkeys(words))), *boxed]
        rounding = {"float_rounding": _ROUNDING} if tuned else {}
        try:
            said = library.parse(pair.answer, config, parsing_timeout=seconds)
            golds = (gold for gold in (pair.gold.gold, *pair.gold.gold_alternatives) if gold)
            return any(
                library.verify(
                    library.parse(gold, config, parsing_timeout=seconds), said, timeout_seconds=seconds, **rounding
                )
                for gold in golds
            )
        except Exception:
            return False

    return judge


def judges(seconds: int | None = 5) -> dict[str, Judge]:
    """Ours, and math-verify's two where it is installed."""
    found: dict[str, Judge] = {OURS: ours}
    try:
        return found | {PLAIN: math_verify(False, seconds), TUNED: math_verify(True, seconds)}
    except ImportError:
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """One record of a real file: an answer with its gold, and whether the file calls it right. The pair's id is the
    record's own, or its place where it has none."""

    pair: Pair
    right: bool


def _kind(gold: str) -> str:
    return "boolean" if gold in ("yes", "no") else "percent" if "%" in gold else "number"


def _told(key: object, answer: str, gold: object, question: str, right: object, whole: bool = True) -> Told:
    text = {True: "yes", False: "no"}[gold] if isinstance(gold, bool) else str(gold).strip()
    return Told(Pair(str(key), answer, whole, Gold(_kind(text), text, question=question), None, "", ""), bool(right))


def _financereasoning(records: Any) -> Iterator[Told]:
    for record in records:
        right = record["result"]["acc"]
        yield _told(record["question_id"], record["output"], record["ground_truth"], record["question"], right)


def _finqa(records: Any) -> Iterator[Told]:
    for number, record in enumerate(records):
        yield _told(number, record["raw_output"], record["gold_text"], record["question"], record["correct"])


def _failed(records: Any) -> Iterator[Told]:
    for record in records:
        yield _told(record["id"], record["model_prediction"], record["gold_answer"], record["question"], False)


def _convfinqa(records: Any) -> Iterator[Told]:
    for record in records["results"]:
        said, gold = str(record["predicted_answer"]), record["expected_answer"]
        yield _told(record["question_id"], said, gold, record["question"], record["answer_correct"], whole=False)


# Who decided what a file calls right, as far as its records tell.
FILES: dict[str, tuple[str, Callable[[Any], Iterator[Told]]]] = {
    "financereasoning_hard_deepseek_r1_120.json": ("within 0.2 % of the gold", _financereasoning),
    "financereasoning_hard_qwq_80.json": ("within 0.2 % of the gold", _financereasoning),
    "finqa_test_qwen3_4b_400.jsonl": ("math-verify, on what a pattern cut out", _finqa),
    "finqa_failed_think_200.json": ("all picked as wrong, by the gold's own digits", _failed),
    "convfinqa_answer_judge_200.json": ("a language model", _convfinqa),
}


def told(path: Path) -> list[Told]:
    """The records of one of FILES."""
    text = path.read_text(encoding="utf-8")
    lines = path.suffix == ".jsonl"
    return list(FILES[path.name][1](list(map(json.loads, text.splitlines())) if lines else json.loads(text)))


def on_pairs(pairs: Sequence[Pair], named: dict[str, Judge]) -> Iterator[str]:
    """The table of the labelled pairs, by family of kinds."""
    labels = Counter(pair.label for pair in pairs)
    yield f"\n1. {len(pairs):,} labelled pairs: {labels[True]} right, {labels[False]} wrong, {labels[None]} undecided"
    yield f"{'':<10}{'':<13}{'pairs':>6}{'agree':>14}{'f.accepts':>10}{'f.rejects':>10}{'missed':>8}{'guessed':>8}"
    families = defaultdict(list)
    for pair in pairs:
        families[FAMILIES.get(pair.gold.answer_kind, "text")].append(pair)
    for family, members in (*sorted(families.items()), ("all", list(pairs))):
        for name, judge in named.items():
            found = rates((pair.label, judge(pair)) for pair in members)
            agree = f"{found.agree} {found.agree / found.pairs:>6.1%}"
            yield (
                f"{family if name == OURS else '':<10}{name:<13}{found.pairs:>6}{agree:>14}{found.false_accepts:>10}"
                f"{found.false_rejects:>10}{found.missed:>8}{found.guessed:>8}"
            )
    decidable = [pair for pair in pairs if pair.label is not None]
    shares = [
        (name, sum(judge(pair) is pair.label for pair in decidable) / max(1, len(decidable)))
        for name, judge in named.items()
    ]
    yield "of those labelled right or wrong: " + ", ".join(f"{name} {share:.1%}" for name, share in shares)
    yield "f.accepts: called right that are not; f.rejects: right ones called wrong;"
    yield "missed: undecided where a person can tell; guessed: called wrong where none can"


def on_files(folder: Path, named: dict[str, Judge]) -> Iterator[str]:
    """The table of the real files."""
    present = [name for name in FILES if (folder / name).is_file()]
    if not present:
        yield f"\n2. no real trace files in {folder}: skipped (--data names their folder)"
        return
    yield f"\n2. real files in {folder.name}/, each against its own verdicts"
    yield f"{'':<14}{'records':>8}{'alike':>14}{'right->wrong':>14}{'wrong->right':>14}{'undecided':>11}"
    for name in present:
        yield f"{name}: {FILES[name][0]}"
        records = told(folder / name)
        for label, judge in named.items():
            counts = Counter((record.right, judge(record.pair)) for record in records)
            alike = counts[True, True] + counts[False, False]
            left = counts[True, None] + counts[False, None]
            share = f"{alike} {alike / len(records):>6.1%}"
            shown = f"{counts[True, False]:>14}{counts[False, True]:>14}{left:>11}"
            yield f"  {label:<12}{len(records):>8}{share:>14}{shown}"


def long_replies(folder: Path) -> tuple[list[Pair], str]:
    """Whole replies of about 6 kB, and whence: the real ones where there are some, else made up."""
    found = []
    path = folder / "financereasoning_hard_deepseek_r1_120.json"
    if path.is_file():
        thoughts = [record["reasoning_content"] for record in json.loads(path.read_text(encoding="utf-8"))]
        for record, thought in zip(told(path), thoughts, strict=True):
            room = _LONG - len(record.pair.answer)
            reply = f"<think>{thought[: max(0, room)]}</think>{record.pair.answer}"
            found.append(Pair(record.pair.id, reply, True, record.pair.gold, None, "", ""))
        return found, "real"
    chance = random.Random(17)
    for number in range(100):
        value = round(chance.uniform(10, 9000), 2)
        steps = "\n".join(f"Step {step}: {value} / {step + 1} = {value / (step + 1):.4f}." for step in range(200))
        reply = f"<think>{steps[: _LONG - 200]}</think>So the share is {value}.\n\nThe answer is \\boxed{{{value}}}."
        found.append(Pair(str(number), reply, True, Gold("number", f"{value}"), None, "", ""))
    return found, "made up"


def per_second(judge: Judge, pairs: Sequence[Pair], seconds: float) -> float:
    """Comparisons a second, over the pairs again and again until the time is up."""
    began = time.perf_counter()
    done = 0
    while True:
        for pair in pairs:
            judge(pair)
            done += 1
            if (taken := time.perf_counter() - began) >= seconds:
                return done / taken


def slow(judge: Judge, pairs: Iterable[Pair]) -> set[str]:
    """The pairs on which a judge takes longer than half a second: they would make up the whole measure."""
    found = set()
    for pair in pairs:
        began = time.perf_counter()
        judge(pair)
        if time.perf_counter() - began > _SLOW:
            found.add(pair.id)
    return found


def on_speed(pairs: Sequence[Pair], folder: Path, seconds: float, repeat: int) -> Iterator[str]:
    """The table of speeds; math-verify without its timeouts, which cost it time."""
    short = [pair for pair in pairs if not pair.whole]
    replies, whence = long_replies(folder)
    guarded, free = judges(), judges(None)
    yield f"\n3. comparisons a second, one core, medians of {repeat} x {seconds:g} s"
    yield f"{'':<34}" + "".join(f"{name:>14}" for name in free)
    for what, every in (("short answers", short), (f"6 kB replies ({whence})", replies)):
        if not every:
            continue
        left_out = set().union(*(slow(judge, every) for judge in guarded.values()))
        kept = [pair for pair in every if pair.id not in left_out] or every
        found: dict[str, list[float]] = defaultdict(list)
        for _ in range(repeat):
            for name, judge in free.items():
                found[name].append(per_second(judge, kept, seconds))
        yield f"{what:<34}" + "".join(f"{median(found[name]):>14,.0f}" for name in free)
        if left_out:
            yield f"  without {len(left_out)} of {len(every)} that took one of them over {_SLOW} s"
    yield f"{HOSTILE + ', seconds':<34}" + "".join(f"{hostile(name):>14}" for name in free)


def hostile(name: str, limit: int = 20) -> str:
    """The seconds that a judge takes over HOSTILE in a process of its own, math-verify with its timeouts."""
    command = [sys.executable, "-m", "tests.bench.answers", "--hostile", name]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return f"over {limit}"
    if ended.returncode:
        return f"exit {ended.returncode}"
    return ended.stdout.strip()


def be_hostile(name: str) -> None:
    """What that process does: prints the seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    pair = Pair("hostile", HOSTILE, True, Gold("number", "9"), None, "", "")
    judge = judges()[name]
    judge(Pair("first", "\\boxed{9}", True, pair.gold, None, "", ""))
    began = time.perf_counter()
    judge(pair)
    print(f"{time.perf_counter() - began:.4f}")


def main() -> int:
    """Prints the three tables; 1 where a file of pairs cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="*", default=[PAIRS], help="labelled pairs, JSON Lines")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the real trace files")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each speed is measured")
    parser.add_argument("--repeat", type=int, default=3, help="how often; the median counts")
    parser.add_argument("--hostile", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.hostile:
        be_hostile(given.hostile)
        return 0
    try:
        pairs = [
            pair for path in given.pairs for pair in pairs_of(path.read_text(encoding="utf-8").splitlines(), path.name)
        ]
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    named = judges()
    if PLAIN not in named:
        print(INSTALL)
    parts = (
        on_pairs(pairs, named),
        on_files(given.data.resolve(), named),
        on_speed(pairs, given.data.resolve(), given.seconds, given.repeat),
    )
    for part in parts:
        for line in part:
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
