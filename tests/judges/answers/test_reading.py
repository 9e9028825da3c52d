"""What an answer says in quantities: how many it means, in what form, which way, and whether it stands by them."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges.answers import Gold, match
from judges.answers.quantity import quantities
from judges.answers.reading import is_year, read
from tests.judges.texts import PERCENTS, WRITINGS, anything, numbers, quick

# text, the plain values, form
FORMS = [
    ("42", "42", "one"),
    ("2019 revenue was $ 42 million", "42000000", "one"),
    ("42 in 2019", "42", "one"),
    ("2019", "2019", "one"),
    ("2018 and 2019", "2018 2019", "list"),
    ("0.069 (6.9%)", "0.069", "one"),
    ("$12 million ($12,000,000)", "12000000", "one"),
    ("-2426 ( 2426 )", "-2426", "one"),
    ("10 + 2.5 = 12.5", "12.5", "one"),
    ("x = 12", "12", "one"),
    ("约12亿元", "1200000000", "one"),
    # lists
    ("1.91% and 3.46% , respectively", "0.0191 0.0346", "list"),
    ("12, 13", "12 13", "list"),
    ("12、13和14", "12 13 14", "list"),
    ("分别为12和13", "12 13", "list"),
    ("[12, 13]", "12 13", "list"),
    # ranges
    ("8 to 14", "8 14", "range"),
    ("8-14", "8 14", "range"),
    ("8至14", "8 14", "range"),
    ("8~14", "8 14", "range"),
    ("8 – 14", "8 14", "range"),
    ("8-14%", "0.08 0.14", "range"),
    ("8% to 14%", "0.08 0.14", "range"),
    ("3.5 to 4 million", "3500000 4000000", "range"),
    ("between 8 and 14", "8 14", "range"),
    ("8到14之间", "8 14", "range"),
    # several, and how they are meant is not said
    ("12 or 13", "12 13", "several"),
    ("12或13", "12 13", "several"),
    ("由35%升至42%", "0.35 0.42", "several"),
    ("12, then 13", "12 13", "several"),
    ("12 for the first segment and 13 for the other", "12 13", "several"),
    # none
    ("no number", "", "none"),
    ("Q3", "", "none"),
    ("", "", "none"),
]


@pytest.mark.parametrize(("text", "values", "form"), FORMS)
def test_reads_the_values_and_their_form(text: str, values: str, form: str) -> None:
    reading = read(text)
    assert ([one.plain for one in reading.values], reading.form) == ([Decimal(one) for one in values.split()], form)


DIRECTIONS = [
    *((text, -1) for text in ("decreased by 3.2%", "a loss of 3.2 million", "3.2% lower", "fell 3.2%", "down 3.2%")),
    *((text, -1) for text in ("下降3.2%", "亏损3.2亿元", "减少了3.2%", "净流出3.2亿元", "负3.2", "同比下滑3.2%")),
    *((text, 1) for text in ("an increase of 3.2%", "up 3.2%", "grew by 3.2%", "增长3.2%", "盈余3.2", "上升3.2%")),
    *(
        (text, 0)
        for text in ("3.2%", "revenue of 3.2", "downtown 3.2", "营业收入3.2", "a decrease, not an increase, 3.2")
    ),
]


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS)
def test_reads_which_way_it_went(text: str, direction: int) -> None:
    assert read(text).direction == direction


BOUNDED = [
    *("not 12", "more than 12", "less than 12", "at least 12", "at most 12", "up to 12", "over 12", "under $12"),
    *("above 12", "below 12", "exceeds 12", "> 12", "< 12", "≥12", "≤ 12", "≠12", "\\\\geq 12".replace("\\\\geq", "≥")),
    *("isn't 12", "never 12", "rather than 12", "maybe 12", "possibly 12", "either 12", "no more than 12"),
    *("cannot be 12", "other than 12", "between 12", "a minimum of 12", "a maximum of 12"),
    *("不是12", "超过12", "至少12", "至多12", "12以上", "12以下", "高于12", "低于12", "可能是12", "也许12", "并非12"),
    *("不到12", "不足12", "不低于12", "不超过12", "大于12", "小于12", "最多12", "最少12", "而非12"),
]
PLAIN = ["about 12", "approximately 12", "约12", "大约12", "12左右", "about $12", "roughly 12", "≈12", "~12", "约为12"]


@pytest.mark.parametrize("text", BOUNDED)
def test_a_number_that_is_denied_or_bounded_is_no_answer(text: str) -> None:
    assert read(text).hedged
    assert match(text, Gold("number", "12")).value is None
    assert match("12", Gold("number", text)).value is None
    assert match(text, Gold("number", text)).value is True


@pytest.mark.parametrize("text", PLAIN)
def test_about_does_no_harm(text: str) -> None:
    assert match(text, Gold("number", "12")).value is True
    assert match(text, Gold("number", "13")).value is False


@pytest.mark.parametrize(
    "text",
    [
        *("see note 12", "Note 12", "page 12", "table 12", "Exhibit 12", "section 12", "Item 12", "footnote 12"),
        *("notes 12", "line 12", "paragraph 12", "附注12", "详见附注12", "见12"),
    ],
)
def test_the_number_of_a_place_is_no_answer(text: str) -> None:
    assert read(text).refers
    assert match(text, Gold("number", "12")).reason == "answer_unreadable"
    assert match("12", Gold("number", text)).reason == "gold_unusable"


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("Revenue was 42 million", False),
        ("a decrease of 3.2 percent in sales", False),
        ("The company's revenue grew by 12.5% in the year", True),
        ("营业收入增长12.5%", False),
        ("该公司2019年营业收入同比增长12.5%，主要系销量增加", True),
        ("42", False),
    ],
)
def test_a_sentence_around_a_number_is_told_from_an_answer(text: str, prose: bool) -> None:
    assert read(text).prose is prose


@quick
@given(
    numbers,
    numbers,
    st.sampled_from([" to ", "至", "~", "～", " 到 ", " through ", " — "]),
    st.sampled_from(["", "%", " million", "元"]),
)
def test_a_range_is_right_with_both_ends_alone(low: Decimal, high: Decimal, to: str, unit: str) -> None:
    low, high = sorted((abs(low), abs(high)))
    assume(high > low * 2 > 0 and not is_year(read(f"{low}").values[0]) and not is_year(read(f"{high}").values[0]))
    gold = Gold("number", f"{low}{unit}{to}{high}{unit}")
    assert match(f"{low}{unit} to {high}{unit}", gold).value is True
    assert match(f"{low}{unit} to {high * 2}{unit}", gold).value is False
    assert match(f"{low}{unit}", gold).value is None
    assert match(f"{high * 3}{unit}", gold).value is False
    assert match(f"{low}{unit} to {high}{unit}", Gold("number", f"{low}{unit}")).value is None


@quick
@given(
    st.lists(st.integers(3000, 10**6), min_size=2, max_size=5, unique=True),
    st.sampled_from([", ", "、", " and ", "和", "; "]),
    st.sampled_from([", ", "、", " and ", "和", "; "]),
)
def test_a_list_is_right_as_a_whole_and_in_its_order(values: list[int], one: str, other: str) -> None:
    assume(min(abs(a - b) for a in values for b in values if a != b) > max(values) / 100)
    gold = Gold("number", one.join(map(str, values)))
    assert match(other.join(map(str, values)), gold).value is True
    assert match(other.join(map(str, reversed(values))), gold).reason == "order_unclear"
    assert match(other.join(map(str, [*values[:-1], values[-1] * 2])), gold).value is False
    assert match(str(values[0]), gold).value is False
    assert match(other.join(map(str, [*values, 10**7])), gold).value is not True


@quick
@given(
    numbers, st.integers(1990, 2030), st.sampled_from(["{1} revenue was {0}", "{0} in {1}", "{1}年为{0}", "{0} ({1})"])
)
def test_a_year_beside_a_number_changes_nothing(number: Decimal, year: int, form: str) -> None:
    assume(not 1900 <= abs(number) <= 2100)
    text = form.format(f"{number:,}", year)
    assert match(text, Gold("number", f"{number}")).value is True
    assert match(text, Gold("number", f"{number + 1000 + abs(number)}")).value is False


@quick
@given(
    numbers,
    st.sampled_from(sorted(WRITINGS)),
    st.sampled_from(sorted(WRITINGS)),
    st.sampled_from([" or ", "或", " then "]),
)
def test_two_numbers_are_no_answer_and_one_said_twice_is(number: Decimal, one: str, other: str, joiner: str) -> None:
    assume(not 1900 <= 7 + number + abs(number) <= 2100 and not 1900 <= number <= 2100)  # a year is left out
    twice = WRITINGS[one](number) + " ; " + WRITINGS[other](number)
    assert match(twice, Gold("number", f"{number}")).value in (True, None)
    both = f"{number}{joiner}{number + 7 + abs(number)}"
    assert match(both, Gold("number", f"{number}")).value is None


@quick
@given(anything)
def test_any_text_has_a_reading(text: str) -> None:
    reading = read(text)
    count = {"none": 0, "one": 1, "range": 2}.get(reading.form)
    assert len(reading.values) == count if count is not None else len(reading.values) > 1
    assert reading.direction in (-1, 0, 1)


@quick
@given(
    numbers,
    st.sampled_from(sorted(WRITINGS)),
    st.sampled_from(
        ["**{}**", "\\text{{{}}}", "({})".replace("(", "[").replace(")", "]"), "`{}`", "“{}”", " {} ", "{}\n"]
    ),
)
def test_dress_changes_no_reading(number: Decimal, writing: str, dress: str) -> None:
    bare = read(WRITINGS[writing](number))
    dressed = read(dress.format(WRITINGS[writing](number)))
    assert (dressed.form, [one.value for one in dressed.values]) == (bare.form, [one.value for one in bare.values])


@quick
@given(st.integers(1, 10**5), st.sampled_from(sorted(PERCENTS)))
def test_a_fall_in_words_is_a_minus(percent: int, writing: str) -> None:
    said = PERCENTS[writing](Decimal(percent) / 10)
    gold = Gold("percent", PERCENTS["sign"](Decimal(-percent) / 10))
    assert match(f"a decrease of {said}", gold).value is True
    assert match(f"下降了{said}", gold).value is True
    assert match(f"an increase of {said}", gold).value is False
    assert match(said, gold).value is False


@pytest.mark.parametrize(
    "text",
    [
        "8%-14%",
        "8元-14元",
        "8万-14万",
        "8亿-14亿元",
        "8%–14%",
    ],
)
def test_a_dash_between_two_amounts_is_no_minus(text: str) -> None:
    assert read(text).form == "range"
    assert all(one.value > 0 for one in read(text).values)


@pytest.mark.parametrize(
    "text",
    [
        "nearly 12",
        "almost 12",
        "12+",
        "12 or more",
        "could be 12",
        "probably 12",
        "far from 12",
        "it can't be 12",
        "12 is wrong",
        "12 is incorrect",
        "12 (incorrect)",
        "no 12",
        "without 12",
        "excluding 12",
        "twice 12",
        "逾12",
        "突破12",
        "未达12",
        "近12",
        "12余",
        "不等于12",
        "12不正确",
        "12是错误的",
        "12以内",
        "无法确定12",
        "12?",
        "12吗",
    ],
)
def test_a_number_that_is_denied_in_other_words_is_not_right(text: str) -> None:
    assert match(text, Gold("number", "12")).value is not True


@pytest.mark.parametrize(
    "text",
    [
        "没有下降3.2%",
        "下降至3.2%",
        "fell to 3.2%",
        "下降到3.2%",
        "decreased to 3.2%",
    ],
)
def test_a_fall_to_a_number_is_not_a_fall_by_it(text: str) -> None:
    assert match(text, Gold("percent", "-3.2%")).value is not True


@pytest.mark.parametrize(
    "text",
    [
        "降3.2%",
        "减3.2%",
        "減少3.2%",
        "虧損3.2%",
        "浮亏3.2%",
        "亏3.2%",
        "缩水3.2%",
        "a dip of 3.2%",
        "shed 3.2%",
        "slipped 3.2%",
    ],
)
def test_a_fall_in_other_words_is_not_called_wrong(text: str) -> None:
    assert match(text, Gold("percent", "-3.2%")).value is not False


@pytest.mark.parametrize(
    "text",
    [
        "Step 12",
        "图12",
        "表12",
        "Equation 12",
        "question 12",
        "COVID-12",
        "S&P 12",
    ],
)
def test_the_number_of_a_name_is_not_right(text: str) -> None:
    assert match(text, Gold("number", "12")).value is not True


def test_the_more_precise_of_two_is_kept() -> None:
    assert match("6.9% (0.06904)", Gold("percent", "6.904%")).value is True


def test_one_of_two_numbers_may_look_like_a_year() -> None:
    assert match("1,947 or 3,890", Gold("number", "3890")).value is not True


@pytest.mark.parametrize("text", ["decreased 12 to 8", "下降12到8", "up 8 to 12", "a fall, 12 - 8"])
def test_a_move_between_two_numbers_is_no_range(text: str) -> None:
    assert read(text).form == "several"


@pytest.mark.parametrize(("text", "value"), [("减亏3.2亿元", True), ("—3.2亿元", False), ("nonnegative 3.2亿元", True)])
def test_a_sign_is_not_misread(text: str, value: bool) -> None:
    assert match(text, Gold("number", "3.2亿元" if text[0] == "n" else "-3.2亿元")).value is not value


@quick
@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,12})?%?", fullmatch=True))
def test_a_numeral_and_nothing_else_is_read_as_among_words(text: str) -> None:
    assert read(text).values == (*quantities(text),)
    assert (read(text).form, read(f"{text} .").values) == ("one", read(text).values)
