"""Small runs for tests of releases: a table of made-up rows with traces, through the whole pipeline.

run = made(tmp_path, [row(1), row(2, answer="7")])
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import curate

# A derivation that `rules` calls good, and one with a wrong answer: kept for rl.
_REASONING = (
    "First, the operating revenue of the company in 2020 is {a} million.\n\n"
    "Second, the operating revenue in 2019 is {b} million.\n\n"
    "Third, the growth of the operating revenue is {a} - {b} = {c} million.\n\n"
    "So the answer is {c}."
)


def row(number: int, *, group: str | None = None, answer: str | None = None, **more: Any) -> dict[str, Any]:
    """One record with a trace; it is good unless another answer is given."""
    a, b = 500 + 3 * number, 400 + number
    gold = str(a - b)
    return {
        "id": f"q{number}",
        "group": group or f"page-{number}",
        "context": f"The company's operating revenue was {a} million in 2020 and {b} million in 2019.",
        "question": f"By how many million did the operating revenue of company {number} grow in 2020?",
        "gold": gold,
        "reasoning": _REASONING.format(a=a, b=b, c=gold),
        "explanation": "The growth is the operating revenue of 2020 less the operating revenue of 2019.",
        "answer": f"The operating revenue grew by \\boxed{{{answer or gold}}}.",
        "model": "demo-teacher",
        **more,
    }


def made(
    folder: Path, rows: Sequence[Mapping[str, Any]], *, name: str = "made", overrides: Mapping[str, Any] | None = None
) -> "curate.Run":
    """A finished run in folder/runs/<name> over the rows, read by the source `traces`, with an Apache-2.0 release."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.jsonl"
    source.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), encoding="utf-8")
    recipe = folder / f"{name}.yaml"
    recipe.write_text(
        f"name: {name}\nversion: 1.0.0\n"
        f"sources: [{{use: traces, name: demo, from: {name}.jsonl, licence: Apache-2.0, module: reasoning_business}}]\n"
        "split: {validation: 0.2}\npublish: {licence: apache-2.0}\n",
        encoding="utf-8",
    )
    return curate.run(recipe, folder / "runs" / name, overrides=overrides)
