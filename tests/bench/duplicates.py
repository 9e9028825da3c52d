"""The screen for duplicates beside MinHash with bands: in numpy, datasketch and rensa, on the same words in one run.

    python -m tests.bench.duplicates [--records 60000] [--small 1000000] [--plants 400] [--methods ours,...] [--data DIR]

1. Records of 1.5 kB, half of them English, half Chinese, of seeded words by Zipf's law, and pairs planted among them.
   What should be found: pairs of which question, options and context each have a Jaccard similarity of 0.8 or more, counted here by Python
   sets. What should not: pairs below it, pairs that differ in a number or in the gold. Each method in a process of its
   own: the share of each plant that is found, what else is dropped, seconds, peak memory.
2. So many small records, of 100 characters: seconds and peak memory.
3. What is dropped of the real files under --data, by how it was found; --shown N prints N near pairs, to be read.

The libraries are given each record's shingles as one set of strings; making these is told apart from their own time.
They know no rule about numbers and golds: what a line under "should not" says of them is what similarity alone does.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from curate.errors import BadRecord
from curate.read import Broken, rows
from curate.records import Corpus, Language, Question
from curate.screen.duplicates import Duplicates
from curate.screen.nearby import alike as alike_sets
from curate.screen.nearby import chunks
from curate.screen.shingles import LENGTH, Shingles
from curate.screen.spill import Spill
from curate.screen.words import signed
from recipes.sources import cflue, finqa, table

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".." / "shared" / "data"
THRESHOLD = 0.8
PERMUTATIONS = 128

Words = list[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that were planted, by their numbers; alike: the least Jaccard similarity of question, options and context."""

    plant: str
    one: int
    other: int
    alike: float

    @property
    def wanted(self) -> bool:
        return self.alike >= THRESHOLD and not self.plant.startswith("another")


# The records.


class Tongue:
    """Words of one language, drawn by Zipf's law."""

    def __init__(self, language: Language, draw: random.Random) -> None:
        self.name, self._draw = language, draw
        self._words = _english(draw, 30_000) if language == "en" else _chinese(draw, 20_000)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._words))))

    def words(self, count: int) -> Words:
        return self._draw.choices(self._words, cum_weights=self._weights, k=count)

    def join(self, words: Iterable[str]) -> str:
        return (" " if self.name == "en" else "").join(words)

    def sentence(self) -> str:
        words = self.words(self._draw.randint(12, 24))
        if self._draw.random() < 0.4:
            words.insert(self._draw.randrange(len(words)), f"{self._draw.uniform(1, 5000):,.1f}")
        return self.join(words) + (". " if self.name == "en" else "。")

    def text(self, size: int) -> str:
        text = ""
        while len(text.encode()) < size:
            text += self.sentence()
        return text


def _english(draw: random.Random, count: int) -> Words:
    syllables = [a + b + c for a in "bcdfglmnprst" for b in "aeiou" for c in ("", "n", "r", "st")]
    return list(dict.fromkeys("".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(count)))


def _chinese(draw: random.Random, count: int) -> Words:
    signs = [chr(code) for code in draw.sample(range(0x4E00, 0x9FA5), 3_000)]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(signs))))
    lengths = draw.choices((1, 2, 3, 4), (20, 60, 12, 8), k=count)
    return list(dict.fromkeys("".join(draw.choices(signs, cum_weights=weights, k=length)) for length in lengths))


def record(words: Tongue, draw: random.Random, number: int, size: int) -> Question:
    options = {letter: words.join(words.words(draw.randint(2, 6))) for letter in "ABCD"} if number % 2 else {}
    year = f" {draw.randint(1990, 2025)}" if number % 3 == 0 else ""
    asked = words.join(words.words(draw.randint(8, 20))) + year + "?"
    left = size - len(asked.encode()) - sum(len(text.encode()) for text in options.values())
    return Question(
        id=f"bench:{number}",
        source="bench",
        source_id=str(number),
        group=str(number),
        language=words.name,
        task="",
        question=asked,
        answer_kind="choice" if options else "number",
        gold=draw.choice("ABCD") if options else f"{draw.uniform(1, 999):.2f}",
        licence="CC0-1.0",
        context=words.text(left) if left > 0 else "",
        options=options,
    )


def shingled(question: Question) -> tuple[set[str], set[str], set[str]]:
    """The shingles of question, options and context as strings, made apart from the product's own code."""
    asked, *options, context = (_grams(signed(text).split(), LENGTH[question.language]) for text in texts(question))
    return set(asked), set(chain.from_iterable(options)), set(context)


def _grams(words: Words, length: int) -> Iterator[str]:
    """Of so many words, with empty ones before and behind."""
    edge = [""] * (length - 1 if words else 0)
    padded = [*edge, *words, *edge]
    return (" ".join(padded[start : start + length]) for start in range(len(padded) - len(edge)))


def alike(one: Question, other: Question) -> float:
    pairs = zip(shingled(one), shingled(other), strict=True)
    return min(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs)


# The plants.


def edited(question: Question, words: Tongue, draw: random.Random, share: float) -> Question:
    """So many of the context's words replaced."""
    pieces = question.context.split(" ") if words.name == "en" else list(question.context)
    places = [place for place, piece in enumerate(pieces) if piece.isalpha()]
    for place in draw.sample(places, max(1, round(share * len(pieces)))):
        pieces[place] = words.words(1)[0] if words.name == "en" else words.words(1)[0][0]
    return replace(question, context=words.join(pieces))


def to_jaccard(target: float) -> Callable[[Question, Tongue, random.Random], Question]:
    def plant(question: Question, words: Tongue, draw: random.Random) -> Question:
        low, high = 0.0, 0.4
        copy = question
        for _ in range(8):
            middle = (low + high) / 2
            copy = edited(question, words, random.Random(draw.random()), middle)
            found = alike(question, copy)
            if target <= found < target + 0.02:
                return copy
            low, high = (middle, high) if found >= target else (low, middle)
        return copy

    return plant


def swapped(question: Question, words: Tongue, draw: random.Random) -> Question:
    end = ". " if words.name == "en" else "。"
    parts = question.context.split(end)
    one, other = draw.sample(range(len(parts) - 1), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return replace(question, context=end.join(parts))


def shuffled(question: Question, words: Tongue, draw: random.Random) -> Question:
    letters = list(question.options)
    moved = dict(zip(letters, draw.sample(letters, len(letters)), strict=True))
    gold = next((new for new, old in moved.items() if old == question.gold), question.gold)
    return replace(question, options={new: question.options[old] for new, old in moved.items()}, gold=gold)


def punctuated(question: Question, words: Tongue, draw: random.Random) -> Question:
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(ord("A"), ord("z"))} | {".": "．", "?": "？"})
    return replace(
        question, question=question.question.upper(), context=question.context.replace(". ", "; ").translate(wide)
    )


def another_number(question: Question, words: Tongue, draw: random.Random) -> Question:
    return replace(question, question=question.question + f" ({draw.randint(1900, 1989)})")


def another_gold(question: Question, words: Tongue, draw: random.Random) -> Question:
    copy = edited(question, words, draw, 0.01)
    return replace(copy, gold="ABCD"["BCDA".index(copy.gold or "A")] if copy.options else f"1{copy.gold}7")


Plant = Callable[[Question, Tongue, random.Random], Question]
PLANTS: dict[str, Plant] = {
    "Jaccard 0.70": to_jaccard(0.70),
    "Jaccard 0.78": to_jaccard(0.78),
    "Jaccard 0.80": to_jaccard(0.80),
    "Jaccard 0.90": to_jaccard(0.90),
    "2 % of words": lambda question, words, draw: edited(question, words, draw, 0.02),
    "5 % of words": lambda question, words, draw: edited(question, words, draw, 0.05),
    "sentences swapped": swapped,
    "options shuffled": shuffled,
    "case, width, marks": punctuated,
    "another number": another_number,
    "another gold": another_gold,
}


def planted(count: int, each: int, size: int = 1500) -> tuple[list[Question], list[Pair]]:
    """Records in a drawn order, and the pairs among them."""
    draw = random.Random(17)
    tongues = [Tongue("en", draw), Tongue("zh", draw)]
    made = [record(tongues[number % 2], draw, number // 2, size) for number in range(count - each * len(PLANTS))]
    pairs = []
    for step, (plant, make) in enumerate(PLANTS.items()):
        for number in range(step * each, step * each + each):
            copy = make(made[number], tongues[number % 2], draw)
            pairs.append(Pair(plant, number, len(made), alike(made[number], copy)))
            made.append(copy)
    places = draw.sample(range(len(made)), len(made))
    ordered = [question for _, question in sorted(zip(places, made, strict=True), key=lambda pair: pair[0])]
    return ordered, [replace(pair, one=places[pair.one], other=places[pair.other]) for pair in pairs]


# The methods: each takes questions, and gives the numbers that it drops and the seconds of its own, without the words.

Method = Callable[[Iterator[Question]], tuple[set[int], float | None]]


def reading(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    return set(), float(sum(0 for _ in questions))


def words(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    return set(), float(sum(0 for question in questions for text in texts(question) if not signed(text)))


def strings(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    return set(), float(sum(0 for question in questions if not joined(question)))


def ours(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    with tempfile.TemporaryDirectory() as folder:
        screen = Duplicates(THRESHOLD, Path(folder))
        for question in questions:
            screen.take(question, 0)
        return {one.index for one in screen.decide()}, None


def minhash(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    """The same sets as ours, compared by 16 bands of 8, each record with the first of its bucket; then as they are."""
    draw = np.random.default_rng(17)
    odds, plus = draw.integers(1, 1 << 63, (2, PERMUTATIONS), np.uint64) | np.uint64(1)
    with tempfile.TemporaryDirectory() as folder:
        sets = Shingles(Spill(Path(folder) / "sets"))
        for question in questions:
            asked, *options, context = map(signed, texts(question))
            sets.add(0, question.language, asked, options, [context])
        hashes, starts = sets.finish()
        signatures = np.empty((len(starts) - 1, PERMUTATIONS), np.uint32)
        for first, last in chunks(starts):
            some, begins = hashes[starts[first] : starts[last]].astype(np.uint64), starts[first:last] - starts[first]
            for at in range(PERMUTATIONS):
                permuted = (some * odds[at] + plus[at]) >> np.uint64(32)
                signatures[first:last, at] = np.minimum.reduceat(permuted, begins)
        dropped: set[int] = set()
        for band in np.split(signatures, 16, axis=1):
            _, firsts, groups = np.unique(band, axis=0, return_index=True, return_inverse=True)
            for record in np.flatnonzero(firsts[groups] != np.arange(len(groups))).tolist():
                if (
                    record not in dropped
                    and alike_sets(hashes, starts, record, firsts[groups[record]][None])[0] >= THRESHOLD
                ):
                    dropped.add(record)
    return dropped, None


def datasketch(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    from datasketch import MinHash, MinHashLSH

    index, dropped, own = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), set(), 0.0
    for number, question in enumerate(questions):
        shingles = [one.encode() for one in joined(question)]
        before = time.perf_counter()
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch(shingles)
        if index.query(sketch):
            dropped.add(number)
        else:
            index.insert(number, sketch)
        own += time.perf_counter() - before
    return dropped, own


def rensa(questions: Iterator[Question], rho: bool = False) -> tuple[set[int], float | None]:
    """Its calls for many at once, by 2,000 records. What it flags may be either of a pair."""
    from rensa import RMinHash, RMinHashLSH

    index, flagged, own, first = RMinHashLSH(THRESHOLD, PERMUTATIONS, 16), set(), 0.0, 0
    sketch = RMinHash.digest_matrix_from_token_sets_rho if rho else RMinHash.digest_matrix_from_token_sets
    while some := [joined(question) for question in islice(questions, 2_000)]:
        before = time.perf_counter()
        flags = index.insert_matrix_and_query_duplicate_flags(sketch(some, PERMUTATIONS, 17), first)
        flagged.update(first + at for at, flag in enumerate(flags) if flag)
        first += len(some)
        own += time.perf_counter() - before
    return flagged, own


def rensa_rho(questions: Iterator[Question]) -> tuple[set[int], float | None]:
    return rensa(questions, rho=True)


METHODS: dict[str, Method] = {
    "reading": reading,
    "words": words,
    "strings": strings,
    "ours": ours,
    "minhash": minhash,
    "datasketch": datasketch,
    "rensa": rensa,
    "rensa_rho": rensa_rho,
}


def texts(question: Question) -> tuple[str, ...]:
    return question.question, *question.options.values(), question.context


def joined(question: Question) -> list[str]:
    """Core and rest as one set, as the libraries know no other; in order, since rho samples by place."""
    length = LENGTH[question.language]
    core = (
        one for text in (question.question, *question.options.values()) for one in _grams(signed(text).split(), length)
    )
    return list(dict.fromkeys((*(f"core {one}" for one in core), *_grams(signed(question.context).split(), length))))


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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
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


def small(count: int) -> Iterator[Question]:
    draw = random.Random(17)
    tongues = [Tongue("en", draw), Tongue("zh", draw)]
    for number in range(count):
        words = tongues[number % 2]
        asked = words.join(words.words(13 if words.name == "en" else 55))
        yield replace(record(words, draw, 2, 0), id=str(number), question=asked)


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
            pair = (questions[number] for number in (one.kept or 0, one.index))
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
