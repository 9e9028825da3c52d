"""python -m judges.answers PAIRS.jsonl: false accepts, false rejects and undecided by kind, on labelled pairs."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from judges.answers.pairs import Pair, judged, pairs_of, rates
from judges.answers.policy import PRESETS

_HEADINGS = ("kind", "pairs", "agree", "false accepts", "false rejects", "undecided*", "guessed")
_NOTE = """
false accepts: called right, of all pairs; false rejects: right ones called wrong, of the right ones;
undecided*: left undecided where a person could tell, of those; guessed: called wrong where a person could not tell"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 1 where the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m judges.answers", description=__doc__)
    parser.add_argument(
        "pairs", type=Path, nargs="+", help="JSON Lines of labelled pairs (form: judges/answers/pairs.py)"
    )
    parser.add_argument("--half", help="only the pairs of this half: dev or held")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="default", help="the policy that matches")
    parser.add_argument("--misses", action="store_true", help="print every pair that is judged otherwise than labelled")
    chosen = parser.parse_args(arguments)
    try:
        pairs = [
            pair
            for path in chosen.pairs
            for pair in pairs_of(path.read_text(encoding="utf-8").splitlines(), path.name)
            if chosen.half in (None, pair.half)
        ]
    except (OSError, ValueError) as error:
        print(f"{error}\n  each line is one JSON object; python -m judges.answers --help", file=sys.stderr)
        return 1
    if not pairs:
        print("no pairs" + (f" of half '{chosen.half}'" if chosen.half else ""), file=sys.stderr)
        return 1
    verdicts = [(pair, judged(pair, PRESETS[chosen.preset])) for pair in pairs]
    if chosen.misses:
        for pair, verdict in verdicts:
            if verdict.value is not pair.label:
                print(_miss(pair, verdict.value, verdict.reason))
    print(_aligned(table([(pair, verdict.value) for pair, verdict in verdicts])) + "\n" + _NOTE)
    return 0


def table(verdicts: Sequence[tuple[Pair, bool | None]]) -> list[tuple[str, ...]]:
    """The rates by kind and in all, as rows under their headings."""
    by_kind = defaultdict(list)
    for pair, value in verdicts:
        by_kind[pair.gold.answer_kind].append((pair.label, value))
    rows: list[tuple[str, ...]] = [_HEADINGS]
    every = [one for labels in by_kind.values() for one in labels]
    for kind, labels in (*sorted(by_kind.items()), ("all", every)):
        found = rates(labels)
        rows.append(
            (
                kind,
                str(found.pairs),
                str(found.agree),
                _share(found.false_accepts, found.pairs),
                _share(found.false_rejects, found.right),
                _share(found.missed, found.right + found.wrong),
                _share(found.guessed, found.pairs - found.right - found.wrong),
            )
        )
    return rows


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.1%})" if of else str(count)


def _miss(pair: Pair, value: bool | None, reason: str) -> str:
    said = {True: "right", False: "wrong", None: "undecided"}
    gold = " or ".join(filter(None, (pair.gold.gold, *pair.gold.gold_alternatives)))
    lines = [f"{pair.id} {pair.gold.answer_kind}: labelled {said[pair.label]}, judged {said[value]} ({reason})"]
    lines.append(f"    {pair.answer!r} against {gold!r} {dict(pair.gold.options) or ''}")
    return "\n".join(
        [*lines, *([f"    asked: {pair.gold.question}"] if pair.gold.question else []), f"    {pair.note}"]
    )


if __name__ == "__main__":
    sys.exit(main())
