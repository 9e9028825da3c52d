"""Repetition: shares of what was said before, and stretches that stand in immediate succession."""

import pytest
from hypothesis import given

from judges.reasoning.measures.repetition import loop, repeated, repeated_runs, runs_of
from judges.reasoning.measures.steps import paragraphs, sentences
from judges.reasoning.measures.terms import tokens
from tests.judges.texts import anything, quick


def times(text: str) -> int:
    words = tokens(text)
    return loop(sentences(text), words, runs_of(words))


PARAGRAPH = "First the sales of the year are read off. Then the cost is taken away from these. The rest is profit."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wait, let me check. Wait, let me check. Wait, let me check. So 5.", 3),
        ("等等，让我再算。等等，让我再算。等等，让我再算。等等，让我再算。", 4),
        ("\n\n".join([PARAGRAPH] * 5), 5),
        ("Start. " + "divide the awards by all awards and " * 9 + "stop", 9),
        ("再用销项税额减去进项税额，" * 7, 7),
        ("税" * 300, 300),
        (PARAGRAPH, 1),
        (f"{PARAGRAPH} Costs fell. {PARAGRAPH}", 1),
        ("Wait. Wait. Wait.", 1),
        ("0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 " * 20, 1),
        ("", 1),
    ],
)
def test_a_loop_is_counted(text: str, expected: int) -> None:
    assert times(text) == expected


@quick
@given(anything)
def test_doubling_never_lowers_repetition(text: str) -> None:
    twice = f"{text}\n\n{text}"
    words, more = tokens(text), tokens(twice)
    assert 0 <= repeated_runs(runs_of(words)) <= repeated_runs(runs_of(more)) <= 1
    assert 0 <= repeated(paragraphs(text)) <= repeated(paragraphs(twice)) <= 1 or len(paragraphs(text)) != 1
    assert times(text) >= 1
