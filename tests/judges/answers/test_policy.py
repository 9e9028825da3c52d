"""The policies do what they are named after: FinReason's tolerance, DianJin's membership, and each field its part."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from judges.answers import DEFAULT, PRESETS, Gold, Policy, match
from tests.judges.texts import PERCENTS, WRITINGS, anything, numbers, quick

FINREASON, DIANJIN = PRESETS["finreason"], PRESETS["dianjin"]
EVERY = {letter: f"option {number}" for number, letter in enumerate("ABCDEFG")}


@quick
@given(numbers, st.decimals("-0.05", "0.05", places=4), st.integers(0, 5))
@example(Decimal("100"), Decimal("0.01"), 2)
@example(Decimal("-100"), Decimal("-0.01"), 2)
@example(Decimal("100"), Decimal("0.0101"), 2)
@example(Decimal("0"), Decimal("0"), 3)
def test_finreason_is_one_percent_of_the_gold(gold: Decimal, shift: Decimal, places: int) -> None:
    said = round(gold * (1 + shift), places)
    wanted = abs(said - gold) <= Decimal("0.01") * abs(gold) if gold else abs(said) <= Decimal("0.001")
    assert match(f"{said}", Gold("number", f"{gold}"), FINREASON).value is wanted


@quick
@given(st.decimals("-0.003", "0.003", places=4), st.sampled_from(["0", "0.0", "0.000", "-0"]))
@example(Decimal("0.001"), "0")
@example(Decimal("0.0011"), "0")
def test_finreason_at_nought(said: Decimal, gold: str) -> None:
    assert match(f"{said}", Gold("number", gold), FINREASON).value is (abs(said) <= Decimal("0.001"))


@quick
@given(numbers, numbers)
def test_finreason_knows_no_undecided_between_two_plain_numbers(said: Decimal, gold: Decimal) -> None:
    wanted = abs(said - gold) <= Decimal("0.01") * abs(gold) if gold else abs(said) <= Decimal("0.001")
    assert match(f"{said}", Gold("percent", f"{gold}"), FINREASON).value is wanted


@quick
@given(st.decimals("0.01", 99, places=2))
def test_finreason_drops_a_percent_sign_and_reconciles_no_fraction(percent: Decimal) -> None:
    assert match(f"{percent}%", Gold("percent", f"{percent}"), FINREASON).value is True
    assert match(f"{percent}", Gold("percent", f"{percent}%"), FINREASON).value is True
    assert match(f"{percent / 100}", Gold("percent", f"{percent}%"), FINREASON).value is not True


@quick
@given(
    st.sets(st.sampled_from("ABCDEFG"), min_size=1), st.text("ABCDEFGHIXabcdefg 、,.和(){}1", min_size=1, max_size=12)
)
@example({"B", "E"}, "EBIT")
@example({"G"}, "G")
@example({"A", "C"}, "不是C，是A")
def test_dianjin_is_the_set_of_letters_in_the_text(gold: set[str], text: str) -> None:
    assume(text.strip())
    verdict = match(text, Gold("choices", "".join(sorted(gold)), options=EVERY), DIANJIN)
    assert verdict.value is (set(re.findall("[A-G]", text)) == gold)


@quick
@given(anything.filter(str.strip), st.sampled_from(["A", "AC", "BDE"]))
def test_dianjin_is_never_undecided(text: str, gold: str) -> None:
    assert match(text, Gold("choice", gold, options=EVERY), DIANJIN).value is (
        set(re.findall("[A-G]", text)) == set(gold)
    )


def test_the_default_preset_is_the_default() -> None:
    assert PRESETS["default"] is DEFAULT
    assert Policy() == DEFAULT


# field and value, kind, gold, question, answer, by default, under the policy
FIELDS = [
    ("rounding", False, "percent", "17%", "", "17.04%", True, False),
    ("rounding", False, "percent", "25.93%", "", "25.9%", True, None),
    ("rounding", False, "number", "12.50", "", "12.5", True, True),
    ("truncation", False, "percent", "30.4%", "", "30.47%", True, False),
    ("truncation", False, "percent", "30.4%", "", "30.44%", True, True),
    ("significant", 2, "percent", "17.043%", "", "17%", None, True),
    ("significant", 1, "number", "0.17043", "", "0.2", None, True),
    ("significant", 4, "percent", "25.93%", "", "25.9%", True, None),
    ("tolerance", 0.01, "number", "1000", "", "1009", False, True),
    ("tolerance", 0.01, "number", "1000", "", "1011", False, False),
    ("tolerance", 0.01, "number", "-1000", "", "-991", False, True),
    ("zero_tolerance", 0.5, "number", "0.00", "", "0.4", False, True),
    ("zero_tolerance", 0.5, "number", "0.00", "", "0.6", False, False),
    ("near", 0.0, "number", "3831", "", "3829", None, False),
    ("near", 0.05, "number", "1000", "", "1040", False, None),
    ("near", 0.05, "number", "1000", "", "1060", False, False),
    ("fractions", False, "percent", "12.5%", "", "0.125", True, False),
    ("fractions", False, "percent", "12.5%", "", "12.5%", True, True),
    ("percent_sign", "wrong", "percent", "12.5%", "", "12.5", True, False),
    ("percent_sign", "undecided", "percent", "12.5%", "", "12.5", True, None),
    ("percent_sign", "wrong", "percent", "12.5%", "", "0.125", True, True),
    ("question_unit", False, "number", "3.5 million", "What is it in millions?", "3.5", True, None),
    ("question_sign", False, "percent", "-3.2%", "By what percent did it fall?", "3.2%", True, None),
    ("question_sign", False, "percent", "3.2%", "By what percent did it fall?", "a fall of 3.2%", True, None),
    ("letters", "membership", "choices", "AC", "", "A股C股", None, True),
]


@pytest.mark.parametrize(("field", "setting", "kind", "gold", "question", "answer", "default", "changed"), FIELDS)
def test_each_field_changes_its_part(
    field: str,
    setting: object,
    kind: str,
    gold: str,
    question: str,
    answer: str,
    default: bool | None,
    changed: bool | None,
) -> None:
    asked = Gold(kind, gold, options=EVERY if kind == "choices" else {}, question=question)
    policy = replace(DEFAULT, **{field: setting})
    assert (match(answer, asked).value, match(answer, asked, policy).value) == (default, changed)


@quick
@given(numbers, st.sampled_from(sorted(WRITINGS)), st.sampled_from(["default", "finreason", "dianjin"]))
def test_under_every_policy_a_number_is_itself(number: Decimal, writing: str, preset: str) -> None:
    text = WRITINGS[writing](number)
    assert match(text, Gold("number", text), PRESETS[preset]).value is True


@quick
@given(numbers, st.sampled_from(sorted(PERCENTS)))
def test_wider_policies_take_nothing_back(percent: Decimal, writing: str) -> None:
    gold = Gold("percent", f"{percent}%")
    text = PERCENTS[writing](percent)
    for wider in (replace(DEFAULT, tolerance=0.01), replace(DEFAULT, near=0.1), replace(DEFAULT, significant=1)):
        assert match(text, gold, wider).value is True
