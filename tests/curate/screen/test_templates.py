"""Templates: what differs in names and numbers only is one, what differs in words is not."""

from dataclasses import replace

import pytest

from curate.screen.templates import template
from tests.curate.screen.test_references import ask


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What was Orla Bank's net income in 2019?", "What was Velm Foods' net income in 2021?"),
        ("Classify the sentiment of ORLA today.", "Classify the sentiment of VELM today."),
        ("海棠银行2020年的净利润是多少？", "青禾集团2021年的净利润是多少？"),
        ("《票据条例》共有几章？", "《保险合同条例》共有几章？"),
        ("A bond pays 5.5% on 1,000: what is the coupon?", "A bond pays 7% on 25,000: what is the coupon?"),
    ],
)
def test_names_and_numbers_are_left_out(one: str, other: str) -> None:
    assert template(ask(one)) == template(ask(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What was the net income in 2019?", "What was the gross income in 2019?"),
        ("净利润是多少？", "毛利润是多少？"),
        ("What is it?", "它是什么？"),
    ],
)
def test_other_words_are_another(one: str, other: str) -> None:
    assert template(ask(one)) != template(ask(other))


def test_another_task_is_another() -> None:
    question = ask("钼已成粥")
    assert template(question) != template(replace(question, task="识别以下句子的情感。"))
