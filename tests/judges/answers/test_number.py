"""Answers against golds of numbers: which way a question asks, which golds serve, which of several decides."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges.answers import DEFAULT, Gold, match
from judges.answers.number import match_number
from tests.judges.texts import numbers, quick

FALL, RISE = "By what percent did revenue fall?", "By what percent did revenue grow?"
EITHER = "By what percent did revenue increase or decrease?"

# answer, gold, question, value
ASKED = [
    ("3.2%", "-3.2%", FALL, True),
    ("3.2%", "-3.2%", "净利润下降了百分之几？", True),
    ("3.2%", "-3.2%", RISE, False),
    ("3.2%", "-3.2%", EITHER, False),
    ("3.2%", "-3.2%", "What was the change in the loss?", False),
    ("3.2%", "-3.2%", "净利润增长或下降了百分之几？", False),
    ("3.2%", "-3.2%", "", False),
    ("4.2%", "-3.2%", FALL, False),
    ("decreased by 3.2%", "3.2%", FALL, True),
    ("decreased by 3.2%", "3.2%", RISE, None),
    ("decreased by 3.2%", "3.2%", "", None),
    ("decreased by 4.2%", "3.2%", FALL, False),
    ("an increase of 3.2%", "-3.2%", FALL, False),
    ("an increase of 3.2%", "3.2%", FALL, True),
    ("-3.2%", "3.2%", FALL, None),
    ("-3.2%", "3.2%", RISE, False),
    ("a decrease of -3.2%", "-3.2%", "", True),
    ("-3.2% decrease", "-3.2%", FALL, True),
    ("12.8", "0.128", "What percent of sales is that?", True),
    ("0.128", "12.8", "What percent of sales is that?", True),
    ("12.8", "0.128", "What share of sales is that?", False),
    ("13.8", "0.128", "What percent of sales is that?", False),
    ("12.8%", "0.128", "", True),
    ("0.128%", "0.128", "What percent of sales is that?", True),
]


@pytest.mark.parametrize(("answer", "gold", "question", "value"), ASKED)
def test_the_question_tells_sign_and_percent(answer: str, gold: str, question: str, value: bool | None) -> None:
    assert match(answer, Gold("percent", gold, question=question)).value is value


@pytest.mark.parametrize(
    ("gold", "usable"),
    [
        *((gold, True) for gold in ("12", "(3.2)", "12 and 13", "8-14", "2019-12-31", "twelve", "nil", "三千五百万元")),
        *((gold, False) for gold in ("", "none", "see note 4", "12 or 13", "from 12 then 13", "N/A", "见附注四")),
        ("The revenue of the company grew by 12.5% in the year", False),
        ("该公司营业收入同比增长12.5%，主要系产品销量增加所致", False),
    ],
)
def test_a_gold_is_usable_or_not(gold: str, usable: bool) -> None:
    assert (match_number("1", [gold], "", DEFAULT)[0].reason != "gold_unusable") is usable
    if gold and not usable:
        assert match("12.5%", Gold("percent", gold)).reason == "gold_unusable"


@pytest.mark.parametrize(
    ("answer", "gold"),
    [("12.5 shares", "12.5%"), ("$12.5", "12.5%"), ("12.5%", "12.5元"), ("12.5%", "12.5 months"), ("12.5天", "12.5%")],
)
def test_a_percent_sign_is_not_forgiven_beside_a_unit(answer: str, gold: str) -> None:
    assert match(answer, Gold("percent", gold)).value is False


@pytest.mark.parametrize(
    ("answer", "golds", "value", "decided"),
    [
        ("12", ["13", "12", "14"], True, "12"),
        ("12", ["see note 4", "12"], True, "12"),
        ("12 or 13", ["99", "12"], None, "99"),
        ("1151", ["99", "1152"], None, "1152"),
        ("5", ["98", "99"], False, "98"),
        ("5", ["see note 4", "N/A"], None, None),
    ],
)
def test_the_best_of_several_golds_decides(
    answer: str, golds: list[str], value: bool | None, decided: str | None
) -> None:
    compared, gold = match_number(answer, golds, "", DEFAULT)
    assert (compared.value, gold) == (value, decided)


@quick
@given(numbers, st.lists(numbers, max_size=3), st.randoms(use_true_random=False))
def test_more_golds_take_nothing_back(number: Decimal, others: list[Decimal], random: Random) -> None:
    golds = [f"{number}", *map(str, others)]
    random.shuffle(golds)
    assert match(f"{number}", Gold("number", golds[0], tuple(golds[1:]))).value is True
    assume(all(f"{other}" != f"{number}" for other in others))
    alone = [match(f"{number}", Gold("number", f"{other}")).value for other in others]
    if others:
        together = match(f"{number}", Gold("number", f"{others[0]}", tuple(map(str, others[1:])))).value
        assert together is (True if True in alone else None if None in alone else False)


@pytest.mark.parametrize("answer", ["12 and 99", "12, 99", "3829 and 99"])
def test_one_wrong_value_makes_a_list_wrong(answer: str) -> None:
    assert match(answer, Gold("number", "3831 and 13")).value is False
