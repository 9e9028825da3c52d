"""FinQA's flat form, as the Hub's copies have it, back into the raw schema.

    {"id": ..., "pre_text": [...], "post_text": [...], "table": [[...]], "question": ..., "answer": "17%",
     "final_result": "0.17043", "program_re": "divide(2577, 15121)", "gold_inds": ["the current of 2010 is $ 2577 ;"]}

Beside the flattened `qa`, two things differ: the program is nested, and the evidence has lost its keys. No table_ori
comes with it, so cells with lost escapes are flagged, not repaired.
"""

import re
from collections.abc import Mapping
from typing import Any

from recipes.conversions.finqa_program import OPERATIONS

_TOKEN = re.compile(
    r"\s*(?:(?P<table>table_\w+\s?\(.+?,\s?none\s?\))|(?P<open>" + "|".join(OPERATIONS) + r")\s?\(|(?P<between>,)"
    r"|(?P<close>\))|(?P<value>[^(),]+))"
)


def is_flat(record: Mapping[str, Any]) -> bool:
    """Is it the flat form? `final_result` stands in no other."""
    return "qa" not in record and "final_result" in record and "question" in record


def raw(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record in the raw schema."""
    program = record.get("program_re")
    return {
        **record,
        "qa": {
            "question": record["question"],
            "answer": record.get("answer"),
            "exe_ans": record["final_result"],
            "program": in_steps(program) if isinstance(program, str) else None,
            "gold_inds": _keyed(record, record.get("gold_inds")),
        },
    }


def in_steps(nested: str) -> str | None:
    """A nested program as the steps it is made of; None where it cannot be read.

    in_steps("divide(subtract(5, 4), 4)")  ->  "subtract(5, 4), divide(#0, 4)"
    """
    steps: list[str] = []
    calls: list[tuple[str, list[str]]] = [("", [])]
    position = 0
    while position < len(nested.rstrip()):
        token = _TOKEN.match(nested, position)
        if token is None:
            return None
        position = token.end()
        if token["open"]:
            calls.append((token["open"], []))
        elif token["table"]:
            steps.append(token["table"])
            calls[-1][1].append(f"#{len(steps) - 1}")
        elif token["value"]:
            calls[-1][1].append(token["value"].strip())
        elif token["close"]:
            operation, arguments = calls.pop()
            if len(arguments) != 2 or not calls:
                return None
            steps.append(f"{operation}({arguments[0]}, {arguments[1]})")
            calls[-1][1].append(f"#{len(steps) - 1}")
    whole = len(calls) == 1 and calls[0][1] == [f"#{len(steps) - 1}"]
    return ", ".join(steps) if whole else None


def _keyed(record: Mapping[str, Any], named: Any) -> Any:
    """Evidence under its keys again: text_n for the page's sentence n, table_n for the one row that it names."""
    if not isinstance(named, list):
        return named
    texts = [str(text) for key in ("pre_text", "post_text") for text in record.get(key) or ()]
    names = [f"the {row[0]} of " for row in record.get("table") or () if isinstance(row, list) and row]
    keyed: dict[str, str] = {}
    for sentence in map(str, named):
        at = [index for index, name in enumerate(names) if name in sentence]
        if sentence in texts:
            keyed[f"text_{texts.index(sentence)}"] = sentence
        elif len(at) == 1:
            keyed[f"table_{at[0]}"] = sentence
    return keyed
