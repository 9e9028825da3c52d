"""One quantity against another: rounding, cutting off, percent and sign, and the gap that was allowed."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from judges.answers import DEFAULT, Gold, Policy, match
from judges.answers.equal import compare
from judges.answers.quantity import Quantity, quantities
from tests.judges.texts import PERCENTS, WRITINGS, numbers, quick

_QUANTUM = {places: Decimal(1).scaleb(-places) for places in range(7)}
_precise = st.decimals(-(10**6), 10**6, places=6)


def one(text: str) -> Quantity:
    (quantity,) = quantities(text)
    return quantity


def significant(number: Decimal) -> int:
    return len(f"{abs(number):f}".replace(".", "").lstrip("0"))


@quick
@given(_precise, st.integers(0, 5))
@example(Decimal("12.590000"), 1)
@example(Decimal("-0.561880"), 3)
def test_an_answer_rounded_or_cut_off_at_the_golds_precision_is_right(answer: Decimal, places: int) -> None:
    for rounding in (ROUND_HALF_UP, ROUND_DOWN):
        gold = answer.quantize(_QUANTUM[places], rounding)
        assume(abs(gold - answer) <= abs(gold) / 20)
        assert match(f"{answer}", Gold("number", f"{gold}")).value is True


@quick
@given(_precise, st.integers(0, 5))
@example(Decimal("17.043000"), 0)
@example(Decimal("0.170430"), 1)
def test_an_answer_of_fewer_digits_needs_three_of_them(gold: Decimal, places: int) -> None:
    answer = gold.quantize(_QUANTUM[places], ROUND_HALF_UP)
    assume(answer != gold and abs(gold) > 1)
    verdict = match(f"{answer}", Gold("number", f"{gold}"))
    assert verdict.value is (True if significant(answer) >= 3 else None)


@quick
@given(numbers, st.integers(2, 40), st.sampled_from([1, -1]))
def test_a_number_beyond_the_last_place_is_not_right(gold: Decimal, steps: int, sign: int) -> None:
    assume(not 1900 <= gold <= 2100)
    step = Decimal(1).scaleb(int(gold.as_tuple().exponent))
    verdict = match(f"{gold + sign * steps * step}", Gold("number", f"{gold}"))
    near = steps * step <= abs(gold) * Decimal("0.002")
    assert verdict.value is (None if near else False)


@quick
@given(numbers, st.integers(-9, 9))
def test_the_allowed_gap_is_allowed_and_twice_it_is_not(gold: Decimal, tenths: int) -> None:
    assume(abs(gold) > 100 and not 1900 <= abs(gold) <= 2100)
    verdict = match(f"{gold}", Gold("number", f"{gold}"))
    assert verdict.tolerance is not None
    allowed = Decimal(verdict.tolerance)
    assert match(f"{gold + allowed * tenths / 10}", Gold("number", f"{gold}")).value is True
    assert match(f"{gold + allowed * 3}", Gold("number", f"{gold}")).value is not True


WAYS = [(WRITINGS[name], "number") for name in sorted(WRITINGS)]
WAYS += [(PERCENTS[name], "percent") for name in sorted(PERCENTS)]


@quick
@given(numbers, st.sampled_from(range(len(WAYS))), st.sampled_from(range(len(WAYS))))
def test_the_other_sign_is_never_right(number: Decimal, answer: int, gold: int) -> None:
    assume(number)
    (said, _), (wanted, kind) = WAYS[answer], WAYS[gold]
    assert match(said(-number), Gold(kind, wanted(number))).value is not True


@quick
@given(numbers, st.sampled_from(range(len(WAYS))))
def test_every_writing_matches_itself(number: Decimal, way: int) -> None:
    written, kind = WAYS[way]
    assert match(written(number), Gold(kind, written(number))).value is True


@pytest.mark.parametrize(
    "text",
    [
        *("8-14", "8% to 14%", "8至14天", "1.91% and 3.46% , respectively", "12、13和14", "2019-12-31", "03/04/2019"),
        *("May 2019", "more than 35%", "not 12", "decreased by 3.2%", "亏损3.2亿元", "三千五百万元", "三成", "1/8"),
        *("1.33:1", "5‰", "万分之五", "1.5×10^6", "1e-5", "$ 19.6 million", "2年", "12,34,567", "-2426 ( 2426 )"),
        *("6.7% ( 6.7 % )", "( 98.9 )", "twelve", "nil", "零", "0", "-0", "0.00%", "½", "about $12 million in 2015"),
    ],
)
@pytest.mark.parametrize("kind", ["number", "percent"])
def test_every_gold_that_can_be_used_matches_itself(kind: str, text: str) -> None:
    verdict = match(text, Gold(kind, text))
    assert verdict.value is True or verdict.reason == "gold_unusable"


_golds = st.one_of(
    numbers.map(str),
    st.tuples(numbers, st.sampled_from([*WRITINGS])).map(lambda drawn: WRITINGS[drawn[1]](drawn[0])),
    st.sampled_from(["8-14", "12, 13", "2019-12-31", "3.5 million", "12.5%", "12 shares", "see note 4", ""]),
)


@quick
@given(numbers, _golds)
def test_separators_and_width_change_no_verdict(number: Decimal, gold: str) -> None:
    plain = match(f"{number}", Gold("number", gold))
    for writing in (
        "separators",
        "latex separators",
        "full width",
        "unicode minus",
        "inline math",
        "bold",
        "accounting",
    ):
        dressed = match(WRITINGS[writing](number), Gold("number", gold))
        assert (dressed.value, dressed.reason) == (plain.value, plain.reason), writing


@quick
@given(numbers, numbers)
def test_a_currency_on_one_side_changes_no_verdict(number: Decimal, gold: Decimal) -> None:
    assume(not 1900 <= abs(gold) <= 2100)  # a year stands alone
    plain = match(f"{number}", Gold("number", f"{gold}"))
    for writing in ("dollars", "negative dollars", "accounting dollars", "yuan", "US dollars", "USD"):
        assert match(WRITINGS[writing](number), Gold("number", f"{gold}")).value is plain.value, writing
        assert match(f"{number}", Gold("number", WRITINGS[writing](gold))).value is plain.value, writing


@quick
@given(_precise, _precise)
def test_equal_at_a_precision_holds_both_ways(said: Decimal, gold: Decimal) -> None:
    """Of one precision, the order of answer and gold changes nothing, but near the edge of what is near."""
    assume(abs(abs(said - gold) / max(abs(gold), abs(said), Decimal(1)) - Decimal("0.002")) > Decimal("0.001"))
    forward, backward = (
        compare(one(f"{said}"), one(f"{gold}"), DEFAULT),
        compare(one(f"{gold}"), one(f"{said}"), DEFAULT),
    )
    assert forward.value is backward.value


@pytest.mark.parametrize(
    ("said", "gold", "value", "reason", "allowed"),
    [
        ("17.04%", "17%", True, "equal", "0.005"),
        ("17%", "17.043%", None, "precision_too_low", "0.005"),
        ("17.1%", "17.14%", True, "equal_rounded", "0.0005"),
        ("30.47%", "30.4%", True, "equal_truncated", "0.001"),
        ("-30.47%", "-30.4%", True, "equal_truncated", "0.001"),
        ("30.5%", "30.4%", False, "number_differs", "0.0005"),
        ("0.5 million", "0.45 million", None, "precision_too_low", "50000"),
        ("5.4", "5", None, "last_digit", "0.5"),
        ("5.2", "5", True, "equal", "0.5"),
        ("5.6", "5", None, "last_digit", "0.5"),
        ("4.6", "5", None, "last_digit", "0.5"),
        ("12.5", "12.5%", True, "equal_percent_sign", "0.05"),
        ("3829", "3831", None, "near_miss", "0.5"),
        ("3824", "3831", None, "near_miss", "0.5"),
        ("3823", "3831", False, "number_differs", "0.5"),
        ("2 years", "24 months", True, "equal", "0.5"),
        ("2 years", "25 months", False, "number_differs", "0.5"),
        ("3/8", "0.375", True, "equal", "0.0005"),
        ("3/8", "0.3750001", None, "near_miss", "0.00000005"),
        ("0.0004", "0", None, "last_digit", "0.5"),
        ("0", "0", True, "equal", "0.5"),
    ],
)
def test_compares_at_the_written_precision(said: str, gold: str, value: bool | None, reason: str, allowed: str) -> None:
    compared = compare(one(said), one(gold), DEFAULT)
    assert (compared.value, compared.reason) == (value, reason)
    assert compared.allowed == Decimal(allowed)


def test_a_person_is_counted_and_a_year_is_named() -> None:
    for said, gold in (("1001 employees", "1002 employees"), ("2018", "2019"), ("1001人", "1002")):
        assert match(said, Gold("number", gold)).value is (False if gold != "1002" else None)
    assert match("1001", Gold("number", "1002人")).value is False


@pytest.mark.parametrize("sign", ["right", "undecided", "wrong"])
@pytest.mark.parametrize(("said", "gold"), [("12.5", "12.5%"), ("12.5%", "12.5"), ("12.54", "12.5%"), ("-3", "-3%")])
def test_a_percent_sign_on_one_side_is_the_policys_to_judge(sign: str, said: str, gold: str) -> None:
    policy = Policy(percent_sign=sign)  # type: ignore[arg-type]
    verdict = match(said, Gold("percent", gold), policy)
    assert verdict.value is {"right": True, "undecided": None, "wrong": False}[sign]
    assert verdict.reason == ("equal_percent_sign" if sign == "right" else "percent_sign")


@quick
@given(st.decimals("0.01", 999, places=2), st.sampled_from([100, 1000, Decimal("0.01")]))
def test_a_percent_sign_forgives_no_other_factor(percent: Decimal, factor: Decimal) -> None:
    assume(percent * factor != percent / 100)
    other = (percent * factor).normalize()
    assert match(f"{other:f}%", Gold("percent", f"{percent}%")).value is not True


@pytest.mark.parametrize(
    "gold",
    [
        "24 months",
        "€24",
        "24元",
        "24股",
        "24 employees",
    ],
)
def test_the_dollars_of_mathematics_are_no_currency(gold: str) -> None:
    for answer in ("$24$", "$ 24 $", "$$24$$"):
        assert match(answer, Gold("number", gold)).value is True
