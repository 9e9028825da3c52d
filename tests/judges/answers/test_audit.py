"""Two golds of one question: they agree, or how they differ has a name."""

from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.audit import CONTRADICTING, FLAGS, audit
from tests.judges.texts import WRITINGS, anything, numbers, quick

AUDITS = [
    # they agree
    ("17%", "0.17043", "percent", None),
    ("17.04%", "0.17043", "percent", None),
    ("2,577", "2577", "number", None),
    ("$ 19.6 million", "19.6", "number", None),
    ("$ 19.6 million", "19600000", "number", None),
    ("-2426 ( 2426 )", "-2426.0", "number", None),
    ("(3.2)", "-3.2", "number", None),
    ("5", "5.4", "number", None),
    ("yes", "yes", "boolean", None),
    ("12", None, "number", None),
    ("12", "", "number", None),
    ("12", "  ", "number", None),
    (None, None, "number", None),
    ("", "", "number", None),
    # they differ in a way that has a name
    ("-417.5", "417.5", "number", "gold_sign"),
    ("417.5", "-417.5", "number", "gold_sign"),
    ("30.4%", "0.30477", "percent", "gold_truncated"),
    ("-56.1%", "-0.56188", "percent", "gold_truncated"),
    ("704.25", "705.25", "number", "gold_conflict"),
    ("17%", "0.18043", "percent", "gold_conflict"),
    ("1152", "1151", "number", "gold_conflict"),
    ("25.93", "26", "number", "gold_conflict"),
    ("yes", "0.5", "percent", "gold_conflict"),
    ("0.5", "yes", "number", "gold_conflict"),
    ("1.5", "1500", "number", "gold_scale"),
    ("1500", "1.5", "number", "gold_scale"),
    ("94", "94000000", "number", "gold_scale"),
    ("94", "9400", "number", "gold_scale"),
    ("", "0.5", "percent", "gold_empty"),
    (None, "0.5", "percent", "gold_empty"),
    (" ", "0.5", "percent", "gold_empty"),
    ("see note 4", "12", "number", "gold_unclear"),
    ("12 or 13", "12", "number", "gold_unclear"),
    ("the amount cannot be told", "12", "number", "gold_unclear"),
]


@pytest.mark.parametrize(("written", "computed", "kind", "flag"), AUDITS)
def test_two_golds_agree_or_their_difference_has_a_name(
    written: str | None, computed: str | None, kind: str, flag: str | None
) -> None:
    assert audit(written, computed, kind) == flag


def test_where_a_percent_is_asked_for_a_hundredfold_is_no_conflict() -> None:
    assert audit("12.8", "0.128", "number") == "gold_scale"
    assert audit("12.8", "0.128", "number", percent=True) is None
    assert audit("12.8", "0.138", "number", percent=True) == "gold_conflict"
    assert audit("12.8", "-0.128", "number", percent=True) is not None


@quick
@given(numbers, st.sampled_from(sorted(WRITINGS)))
@example(Decimal("-0"), "plain")
def test_a_gold_agrees_with_itself_in_any_writing(number: Decimal, writing: str) -> None:
    assert audit(WRITINGS[writing](number), f"{number}", "number") is None


@quick
@given(numbers, st.sampled_from(sorted(WRITINGS)))
def test_the_other_sign_is_named(number: Decimal, writing: str) -> None:
    assume(abs(number) > 1)
    assert audit(WRITINGS[writing](-number), f"{number}", "number") == "gold_sign"


@quick
@given(numbers, st.sampled_from([2, 3, 6, 9]), st.booleans())
def test_another_power_of_ten_is_named(number: Decimal, power: int, down: bool) -> None:
    assume(abs(number) > 100)
    other = number.scaleb(-power if down else power)
    written, computed = (f"{other:f}", f"{number:f}")
    assume(match(computed, Gold("number", written)).reason != "precision_too_low")
    assert audit(written, computed, "number") == "gold_scale"


@quick
@given(
    st.one_of(st.none(), anything), st.one_of(st.none(), anything, st.sampled_from(["1e999", "NaN", "inf", "1e-99"]))
)
@example("5", "1e999999999")
@example("5", "-Infinity")
@example("5", "sNaN")
@example("5%", "1" * 5000)
def test_any_two_golds_have_a_flag_or_none(written: str | None, computed: str | None) -> None:
    for kind in ("number", "percent", "boolean"):
        flag = audit(written, computed, kind)
        assert flag is None or flag in FLAGS
    assert set(FLAGS) >= CONTRADICTING
