"""Texts that would do harm where something takes them for more than text, and a run whose records are full of them.

run = hostile(tmp_path / "runs" / "r")
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import curate

MEGABYTE = 1_000_000
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style></template></textarea><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>here</a>",
    "<!-- <script>",
    "]]> --> {{ 7 * 7 }} {% raw %} ${7*7}",
    "\" onmouseover=alert(1) x=\"' onfocus=alert(1) autofocus='",
    "&lt;b&gt; &amp;amp; &#60;",
)
# Beside these, what is no harm to the page but to who reads it: direction, controls, halves of characters.
READ = {
    "arabic": "الإيرادات ٤٢ مليون",
    "override": "paid \u202e24\u202c in \u2066full\u2069",
    "controls": "one\u0000two\u0007three\u001b[31mred\u0085four",
    "joined": "é" + "\u0301" * 60 + " 👩‍👩‍👧‍👦 \ufeff\u200b",
}


def records() -> Iterator[dict[str, Any]]:
    """Records with traces: each text as id, question, context, reasoning and answer."""
    for number, text in enumerate((*HOSTILE, *READ.values())):
        yield record(f"{number} {text}", text)
    yield record("long", "A long line. " * (MEGABYTE // 13)) | {"question": "What is long?"}
    yield record("word", "0" * 20_000)
    yield record("table", " | ".join(HOSTILE) + "\n" + " | ".join(HOSTILE[::-1]))


def record(id: str, text: str) -> dict[str, Any]:
    """A record whose every text is this one, with a calculation and an answer that can be checked."""
    said = f"{text}\n\nFirst, 40 + 2 = 42.\n\nThen {text}, and 40 + 3 = 44."
    return {
        "id": id,
        "question": f"{text} What is 40 + 2?",
        "context": f"{text}\n\n| item | 2020 |\n| --- | --- |\n| {text} | 40 |\n| net {text} | 2 |",
        "gold": "42",
        "model": text[:40],
        "reasoning": said,
        "answer": f"{text} The answer is \\boxed{{42}}.",
    }


def hostile(folder: Path) -> curate.Run:
    """A run of these records. The halves of characters are JSON's escapes: no text file can hold them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(one) for one in records()]
    lines.append(json.dumps(record("half", "a half \ud83d of a character \udc00")))
    source = folder.parent / "hostile.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    recipe = {
        "name": "hostile",
        "version": "1.0.0",
        "sources": [{"use": "traces", "from": str(source), "title": HOSTILE[1], "licence": HOSTILE[3]}],
    }
    path = folder.parent / "hostile.yaml"
    path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return curate.run(path, folder)
