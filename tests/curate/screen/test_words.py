"""Words as the screens compare them."""

import pytest

from curate.screen.words import numbers, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Net  Income, of $1,250.50!", "net income of 1250.5"),
        ("商业银行的核心资本（ ）。", "商业银行的核心资本( )"),
        ("ＡＢＣ公司２０２０年", "abc公司2020年"),
        ("1,000,000元", "1000000 元"),
        ("3.10", "3.1"),
    ],
)
def test_writing_is_set_aside(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(("one", "other"), [("12,34", "1234"), ("1.5", "15"), ("利率", "率利"), ("net", "nets")])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_numbers_are_sorted_and_counted() -> None:
    assert numbers("1,250.50 in 2009, 7% and 7") == ("1250.5", "2009", "7", "7")
    assert numbers("no number") == ()
