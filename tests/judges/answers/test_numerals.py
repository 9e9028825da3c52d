"""Numerals in words as digits: only where they stand as quantities, and always with their own value."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from judges.answers.match import Gold, match
from judges.answers.numerals import arabic, from_words
from judges.answers.quantity import quantities
from tests.judges.texts import anything, chinese, quick

FORMAL = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")

ARABIC = [
    ("百分之十二点五", "百分之12.5"),
    ("三千五百万元", "3500万元"),
    ("一亿二千万", "12000万"),
    ("二〇一九年", "2019年"),
    ("约十二万", "约12万"),
    ("两万亿元", "2万亿元"),
    ("一百二十", "120"),
    ("二百零五户", "205户"),
    ("伍拾万元", "50万元"),
    ("三成五", "3.5成"),
    ("三成半", "3.5成"),
    ("1亿2000万元", "12000万元"),
    ("12万3456", "123456"),
    ("3百万", "3百万"),
    # no quantities
    ("第三季度与一家公司", "第三季度与一家公司"),
    ("统一口径", "统一口径"),
    ("第二十天", "第二十天"),
    ("每十股", "每十股"),
    ("唯一", "唯一"),
    ("一万万", "一万万"),
    ("千万不要", "千万不要"),
    ("三成员", "三成员"),
    ("二十十", "二十十"),
    ("一些", "一些"),
    ("no numeral", "no numeral"),
    ("", ""),
]

WORDS = [
    ("twelve", "12"),
    ("twenty-five million", "25 million"),
    ("two hundred and five", "205"),
    ("nine hundred ninety-nine", "999"),
    ("one third", "1/3"),
    ("three quarters", "3/4"),
    ("a half", "1/2"),
    ("Forty Two percent", "42 percent"),
    # no numerals
    ("someone often won", "someone often won"),
    ("tenant", "tenant"),
    ("freight", "freight"),
]


@pytest.mark.parametrize(("text", "expected"), ARABIC)
def test_chinese_numerals_become_digits_where_they_count(text: str, expected: str) -> None:
    assert arabic(text) == expected


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_english_numerals_become_digits(text: str, expected: str) -> None:
    assert from_words(text) == expected


@quick
@given(st.integers(1, 10**12 - 1), st.sampled_from(["元", "股", "户", "倍"]), st.booleans())
@example(10_500, "元", False)
@example(100_000_001, "元", False)
@example(10_0010_0100, "股", True)
def test_every_numeral_reads_as_its_number(number: int, unit: str, formal: bool) -> None:
    written = chinese(number, *FORMAL) if formal else chinese(number)
    assert [item.value for item in quantities(written + unit)] == [number]


@quick
@given(st.integers(0, 10**12 - 1), st.integers(2, 9))
def test_a_numeral_matches_its_number_and_no_other(number: int, factor: int) -> None:
    gold = Gold("number", f"{number:,}元")
    assert match(f"{chinese(number)}元", gold).value is True
    other = number // factor
    assert match(f"{chinese(other)}元", gold).value is (other == number)


@quick
@given(st.integers(0, 99), st.integers(0, 99))
def test_a_percentage_in_chinese_matches_its_digits(whole: int, part: int) -> None:
    written = "".join("零一二三四五六七八九"[int(digit)] for digit in f"{part:02}")
    answer = f"百分之{chinese(whole)}点{written}"
    assert match(answer, Gold("percent", f"{whole}.{part:02}%")).value is True
    assert match(answer, Gold("percent", f"{whole + 1}.{part:02}%")).value is False


@quick
@given(st.integers(1, 999))
def test_an_english_numeral_matches_its_digits(number: int) -> None:
    assert match(_english(number), Gold("number", f"{number}")).value is True
    if number % 100:
        assert match(f"{_english(number)} million", Gold("number", f"{number},000,000")).value is True
    assert match(_english(number), Gold("number", f"{number + 1}")).value is not True


def _english(number: int) -> str:
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
    )
    small += "seventeen eighteen nineteen".split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    if number >= 100:
        return f"{small[number // 100]} hundred" + (f" and {_english(number % 100)}" if number % 100 else "")
    if number < 20:
        return small[number]
    return tens[number // 10 - 2] + (f"-{small[number % 10]}" if number % 10 else "")


@quick
@given(anything)
def test_text_without_numerals_is_left_alone(text: str) -> None:
    bare = re.sub("[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟半]", "", text)
    assert arabic(bare) == bare


@pytest.mark.parametrize(
    ("text", "value"), [("1亿2000万", 120_000_000), ("3亿500万", 305_000_000), ("5万1200", 51_200)]
)
def test_a_compound_is_one_number(text: str, value: int) -> None:
    assert [item.value for item in quantities(text)] == [Decimal(value)]


@pytest.mark.parametrize(
    ("text", "gold"),
    [
        ("one hundred million", "100,000,000"),
        ("five hundred thousand dollars", "$500,000"),
        ("5 hundred million", "500,000,000"),
    ],
)
def test_hundreds_of_millions_are_no_hundreds(text: str, gold: str) -> None:
    assert match(text, Gold("number", gold)).value is True


@pytest.mark.parametrize(
    ("text", "gold"),
    [
        ("两百五", "250"),
        ("一万五", "15000"),
        ("一年半", "18个月"),
        ("3.5个亿", "350000000"),
        ("一万亿零五元", "1000000000005元"),
        ("1\\frac{1}{2}", "1.5"),
    ],
)
def test_a_number_in_another_writing_is_not_called_wrong(text: str, gold: str) -> None:
    assert match(text, Gold("number", gold)).value is not False


def test_should_it_be_is_no_number() -> None:
    assert arabic("万一") == "万一"
