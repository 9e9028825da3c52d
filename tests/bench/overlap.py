"""The screen for overlap with benchmark sets: how many disguised benchmark items it finds, what it says of clean data,
and how fast it is.

    python -m tests.bench.overlap [--data FOLDER] [--show 40]

Real records of FinQA, CFLUE, FinanceIQ and TFNS. The benchmark is half of them, by document or item; its items go into
"train" in disguises; what is clean is the other half and FinQA's own train files. All of it is compared by text alone:
the document's name, which finds every one of FinQA's, is held back.
"""

import argparse
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curate.errors import BadRecord
from curate.read import Broken, rows
from curate.records import Corpus, Question
from curate.screen.overlap import Benchmarks, Hit
from recipes.sources import cflue, finqa, table

DATA = Path(__file__).parents[3] / "shared" / "data"
_BLANK = re.compile("[(（]\\s*[)）]")
_NUMBER = re.compile(r"(?<![\d.,])(\d+)(\.\d+)?( million| billion|万|亿)?(?![\d,]|\.\d)")
_SCALES = {" million": 6, " billion": 9, "万": 4, "亿": 8}
_REWORDED = (
    (
        re.compile("[下以](?:列|下)(?:有?关于|关于|有关|对于)?(.{2,40}?)的?(?:说法|表述|叙述|描述|陈述)中?，?"),
        r"就\1而言，",
    ),
    (re.compile("[下以](?:列|下|面)(?:各项|选项|哪项|哪一项|哪个)?中?，?"), ""),
    (re.compile("(?:正确|准确|恰当)的[是有]"), "什么是对的"),
    (re.compile("(?:错误|不正确|不准确)的[是有]"), "什么是错的"),
    (re.compile("包括"), "包含"),
    (re.compile("应当"), "应该"),
    (re.compile("根据"), "按照"),
    (re.compile("(?<!作)为(?=[(（])"), "是"),
    (re.compile("的[是有](?=[(（])"), "的都有"),
    (re.compile("主要|通常|一般"), ""),
)


# The data


def _read(module: Any, path: Path, name: str, options: Any) -> Iterator[Question]:
    for row in rows(path, path.name):
        if not isinstance(row, Broken):
            try:
                yield from module.questions(row, Corpus(name, "see the source"), options)
            except BadRecord:
                continue


def _tables(paths: Iterable[Path], **columns: Any) -> list[Question]:
    options = table.Options(columns=table.Columns(**columns))
    return [one for path in sorted(paths) for one in _read(table, path, path.stem, options)]


def corpora(data: Path) -> dict[str, list[Question]]:
    """The real records by name of their set."""
    iq = {"question": "Question", "options": list("ABCD"), "gold": "Answer"}
    flat = {"id": "id", "question": "question", "context": "context", "gold": "answer"}
    reasoning = {"id": "question_id", "question": "question", "context": "context", "gold": "ground_truth"}
    tweet = {"question": "text", "gold": "label"}
    return {
        "FinQA test": list(_read(finqa, data / "finqa/test_rawdocs_150.jsonl", "finqa", finqa.Options())),
        "FinQA train, raw": list(_read(finqa, data / "finqa/train_raw_20.json", "raw", finqa.Options())),
        "FinQA train, flat": _tables([data / "finqa/train_250_with_programs.jsonl"], **flat),
        "FinanceReasoning": _tables([data / "traces/financereasoning_hard_deepseek_r1_120.json"], **reasoning),
        "CFLUE": list(_read(cflue, data / "cflue/knowledge_2500.json", "cflue", cflue.Options())),
        "FinanceIQ": _tables((data / "financeiq").glob("*/*.csv"), **iq),
        "TFNS valid": _tables([data / "tfns/sent_valid.csv"], **tweet),
        "TFNS train": _tables([data / "tfns/sent_train_2000.csv"], **tweet),
    }


def halves(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """Every second group, and the others."""
    first = set(sorted({question.group for question in questions})[::2])
    return [one for one in questions if one.group in first], [one for one in questions if one.group not in first]


# The disguises


def _everywhere(question: Question, change: Callable[[str], str]) -> Question:
    options = {letter: change(text) for letter, text in question.options.items()}
    return replace(question, question=change(question.question), context=change(question.context), options=options)


def sentences_moved(question: Question, chance: random.Random) -> Question:
    """Sentences and rows of the context in another order, clauses of the question turned round, options shuffled."""
    lines = [part for line in question.context.split("\n") for part in re.split(r"(?<= \.) |(?<=。)", line)]
    chance.shuffle(lines)
    clauses = re.split(r"\s?[,，;；。]\s?|\s(?=from \d|in \d{4}|as of |for the )", question.question.strip("?？。 "))
    letters = list(question.options)
    chance.shuffle(letters)
    options = {letter: question.options[other] for letter, other in zip(question.options, letters, strict=True)}
    return replace(question, context="\n".join(lines), question=" ".join(reversed(clauses)), options=options)


def numbers_rewritten(question: Question, chance: random.Random) -> Question:
    """Every number in another writing: separators, zeros behind the point, full width, scales written out."""

    def rewritten(found: re.Match[str]) -> str:
        whole, rest, scale = found[1], found[2] or "", found[3] or ""
        if scale and len(rest) - 1 <= _SCALES[scale]:
            return f"{int(whole + rest[1:]) * 10 ** (_SCALES[scale] - max(0, len(rest) - 1)):,}"
        if len(whole) > 4 or (len(whole) == 4 and whole[:2] not in ("19", "20")):
            whole = f"{int(whole):,}" if whole[0] != "0" else whole
        if rest:
            rest += "0"
        text = whole + rest + scale
        return text.translate(str.maketrans("0123456789", "０１２３４５６７８９")) if chance.random() < 0.3 else text

    return _everywhere(question, lambda text: _NUMBER.sub(rewritten, text))


def punctuation_translated(question: Question, chance: random.Random) -> Question:
    """English punctuation to Chinese, and the other way round."""
    pairs = (
        (".", "。"),
        (",", "，"),
        ("?", "？"),
        ("(", "（"),
        (")", "）"),
        (";", "；"),
        (":", "："),
        ("%", "％"),
        ('"', "“"),
    )

    def changed(text: str) -> str:
        for here, there in pairs:
            old, new = (there, here) if question.language == "zh" else (here, there)
            text = re.sub(rf"(?<!\d){re.escape(old)}|{re.escape(old)}(?!\d)", new, text)
        return text

    return _everywhere(question, changed)


def opened(question: Question, chance: random.Random) -> Question | None:
    """An MCQ's stem as an open question by rules, its right options' texts the gold; None for others."""
    gold = question.gold or ""
    if question.answer_kind not in ("choice", "choices") or not gold or not set(gold) <= question.options.keys():
        return None
    stem = question.question
    for pattern, new in _REWORDED:
        stem = pattern.sub(new, stem)
    stem = _BLANK.sub("什么", stem).rstrip("。. ") + "？"
    answer = "；".join(question.options[letter] for letter in gold)
    return replace(question, question=stem, options={}, gold=answer, answer_kind="text")


DISGUISES: Mapping[str, Callable[[Question, random.Random], Question | None]] = {
    "verbatim": lambda question, chance: question,
    "sentence order": sentences_moved,
    "number format": numbers_rewritten,
    "punctuation": punctuation_translated,
    "open rewriting": opened,
}


def _half(question: Question, first: bool) -> Question:
    lines = question.context.split("\n")
    middle = len(lines) // 2
    return replace(question, context="\n".join(lines[:middle] if first else lines[middle:]))


CONTEXTS: Mapping[str, Callable[[Question], Question]] = {
    "whole": lambda question: question,
    "1st half": lambda question: _half(question, True),
    "2nd half": lambda question: _half(question, False),
    "a quarter": lambda question: _half(_half(question, True), False),
    "dropped": lambda question: replace(question, context=""),
}


def disguised(questions: Iterable[Question], disguise: str, context: str, seed: int) -> list[Question]:
    """The questions in a disguise, those that have it."""
    chance = random.Random(seed)
    changed = (DISGUISES[disguise](CONTEXTS[context](question), chance) for question in questions)
    return [question for question in changed if question is not None]


# What is printed


def benchmarks(questions: Iterable[Question], *, documents: bool = False) -> Benchmarks:
    """Their signatures."""
    made = Benchmarks()
    for question in questions:
        made.add(question, documents=documents)
    return made


def hits(made: Benchmarks, questions: Iterable[Question]) -> list[tuple[Question, Hit]]:
    """Those that overlap by text, with what they overlap with."""
    found = ((question, made.hit(question, documents=False)) for question in questions)
    return [(question, hit) for question, hit in found if hit is not None]


def on_recall(sets: Mapping[str, list[Question]], seed: int) -> Iterator[str]:
    """The table of recall: benchmark items found in "train", by disguise and by what is left of their context."""
    yield "1. Benchmark items planted in disguise: share found (of them, their own item or page named)"
    yield f"{'':<24}{'planted':>8}" + "".join(f"{name:>16}" for name in CONTEXTS)
    for name in ("FinQA test", "CFLUE", "FinanceIQ"):
        items, _ = halves(sets[name])
        made, by_id = benchmarks(items), {item.id: item for item in items}
        for disguise in DISGUISES:
            cells = []
            for context in CONTEXTS if items[0].context else ("whole",):
                planted = disguised(items, disguise, context, seed)
                if not planted:
                    continue
                found = hits(made, planted)
                own = sum(_same(by_id[hit.question_id], question) for question, hit in found)
                cells.append(f"{len(found) / len(planted):.1%} ({own / max(1, len(found)):.0%})")
            if cells:
                yield f"{name + ', ' + disguise:<28}{len(planted):>4}" + "".join(f"{cell:>16}" for cell in cells)
    items, _ = halves(sets["CFLUE"])
    open_, mcqs = disguised(items, "open rewriting", "whole", seed), disguised(items, "verbatim", "whole", seed)
    ids = {one.id for one in open_}
    planted = [one for one in mcqs if one.id in ids]
    found = hits(benchmarks(open_), planted)
    yield f"{'CFLUE, open is benchmark':<28}{len(planted):>4}{len(found) / len(planted):>9.1%}"


def _same(item: Question, question: Question) -> bool:
    return item.id == question.id or item.group == question.group


def on_alarms(sets: Mapping[str, list[Question]], show: int) -> Iterator[str]:
    """The table of what is found in data that was not planted; some of it is true overlap, so it is quoted."""
    kept = {name: halves(sets[name]) for name in ("FinQA test", "CFLUE", "FinanceIQ")}
    items = [one for first, _ in kept.values() for one in first] + sets["TFNS valid"]
    clean = {f"{name}, other half": other for name, (_, other) in kept.items()}
    clean |= {name: sets[name] for name in ("FinQA train, raw", "FinQA train, flat", "FinanceReasoning", "TFNS train")}
    made, by_id = benchmarks(items), {item.id: item for item in items}
    yield f"\n2. Data that was not planted, against {len(items):,} benchmark items of four sets"
    quoted = []
    for name, questions in clean.items():
        found = hits(made, questions)
        yield f"{name:<28}{len(questions):>6}{len(found):>6}{len(found) / len(questions):>8.1%}"
        quoted += [(hit, by_id[hit.question_id], question) for question, hit in found]
    for hit, item, question in random.Random(17).sample(quoted, min(show, len(quoted))):
        yield f"\n  {hit.how}"
        for one in (item, question):
            yield f"    {one.id}: {one.question[:200]} {'; '.join(one.options.values())[:150]} -> {one.gold}"


def on_speed(sets: Mapping[str, list[Question]], size: int) -> Iterator[str]:
    """Items added and questions screened a second on one core, and the memory, against a large benchmark set."""
    pages = sets["FinQA test"] + sets["FinQA train, flat"]
    chance = random.Random(17)
    made, before = Benchmarks(), _memory()
    began = time.process_time()
    for number in range(size):
        made.add(_varied(pages[number % len(pages)], number, chance), documents=True)
    added = time.process_time() - began
    made.hit(pages[0], documents=False)
    grown = _memory() - before
    yield f"\n3. One core, {size:,} benchmark items of {_size(pages):,} characters: {size / added:,.0f} added a second,"
    yield f"   {grown:,.0f} MB more in memory at the most, while the index is built"
    for name in ("FinQA train, flat", "CFLUE", "FinanceIQ", "TFNS valid"):
        began = time.process_time()
        hits(made, sets[name])
        taken = time.process_time() - began
        yield f"{name:<28}{_size(sets[name]):>6} characters {len(sets[name]) / taken:>8,.0f} a second"


def _varied(question: Question, number: int, chance: random.Random) -> Question:
    """Another question over another page: words in another order, most of the question's out of the page."""
    lines = question.context.split()
    chance.shuffle(lines)
    context = re.sub(r"\d{3,}", lambda found: str(chance.randrange(10 ** len(found[0]))), " ".join(lines))
    asked = " ".join(chance.choice((word, *chance.choices(lines, k=2))) for word in question.question.split())
    return replace(question, id=f"{question.id}~{number}", group=str(number), question=asked, context=context)


def _size(questions: Sequence[Question]) -> int:
    return sum(len(one.question) + len(one.context) + sum(map(len, one.options.values())) for one in questions) // len(
        questions
    )


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Prints the three tables; 1 where the real records are not at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the real records")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--show", type=int, default=0, help="findings in clean data to quote")
    parser.add_argument("--size", type=int, default=20_000, help="benchmark items for the measure of speed")
    given = parser.parse_args()
    if not given.data.is_dir():
        print(f"no real records in {given.data} (--data names their folder)", file=sys.stderr)
        return 1
    sets = corpora(given.data.resolve())
    for part in (on_recall(sets, given.seed), on_alarms(sets, given.show), on_speed(sets, given.size)):
        for line in part:
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
