"""Parts of a trace: sentences end where they end, in both languages."""

import pytest
from hypothesis import given

from judges.reasoning.measures.steps import paragraphs, sentences, steps
from tests.judges.texts import anything, quick


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales were 1.5 m vs. 2 m. Cost fell! Why?", ["Sales were 1.5 m vs. 2 m.", "Cost fell!", "Why?"]),
        ("1. Find revenue. 2. Find cost.", ["1. Find revenue.", "2. Find cost."]),
        ("收入为1.5万元。成本为2；所以亏损！", ["收入为1.5万元。", "成本为2；", "所以亏损！"]),
        ("No full stop\n\nin either line", ["No full stop", "in either line"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "### Step 1: a\nb\n### Step 2: c\n### Step 3: d",
        "一、求收入\n说明\n二、求成本\n三、相减",
        "①求收入\n②求成本\n说明\n③相减",
    ],
)
def test_numbered_steps(text: str) -> None:
    assert steps(text, sentences(text)) == 3


@quick
@given(anything)
def test_nothing_is_lost(text: str) -> None:
    def bare(pieces: list[str]) -> str:
        return "".join("".join(pieces).split())

    assert bare(sentences(text)) == bare(paragraphs(text)) == bare([text])
