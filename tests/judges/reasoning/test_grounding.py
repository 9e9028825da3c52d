"""Where the numbers of a trace come from, in both languages: the question, a calculation, common knowledge, nowhere."""

import json
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges.reasoning.arithmetic import audit
from judges.reasoning.grounding import Grounding, ground, located
from judges.reasoning.mentions import numbers, undressed
from tests.judges.texts import WRITINGS, anything, chinese, quick


def grounded(text: str, question: str = "") -> Grounding:
    return ground(text, question, audit(text))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Revenue was 6,039.", "Revenue is 6039"),
        ("Revenue was 6039.", "Revenue is 6,039"),
        ("Revenue was 6,039.", "Revenue is 6{,}039"),
        ("Revenue was 6,039 thousand.", "Revenue is 6,039,000"),
        ("Revenue was $1.347 billion.", "Revenue is 1,347 million"),
        ("The share is 12.03%.", "The share is 0.1203"),
        ("The share is 0.1203.", "The share is 12.03%"),
        ("It rose 125 bps.", "It rose 1.25%"),
        ("It yields 17.0432%.", "It yields 17.04%"),
        ("It yields 17.0489%.", "It yields 17.05%"),
        ("It yields 17.0489%.", "It yields 17.04%"),  # cut off
        ("A loss of (1,152).", "It is -1152"),
        ("A change of -1,152.", "It fell by 1,152"),
        ("boeing737-800 was ordered", "The 737 is a jet"),
        ("a fund of 54.12", "54.12."),
        ("营业收入为６８２９万元", "收入是6829万元"),
        ("营业收入为6829万元", "收入是６８２９万元"),
        ("营业收入为6829万元", "收入是68,290,000元"),
        ("营业收入为6829万元", "收入是0.6829亿元"),
        ("税率为１３．５％", "税率是0.135"),
        ("投资三千五百万元", "投资3500万元"),
        ("投资三千五百万元", "投资35,000,000元"),
        ("投資三萬六千元", "投資36000元"),
        ("增长百分之十二点五", "增长12.5%"),
        ("共1亿2345万元", "共12345万元"),
        ("共1亿2345万元", "共1亿2345万元"),
    ],
)
def test_a_number_of_the_question_is_given(question: str, text: str) -> None:
    found = grounded(text, question)
    assert (found.unfounded, found.derived, found.miscalculated) == ((), 0, 0)
    assert found.given >= 1
    assert found.founded == 1


@pytest.mark.parametrize(
    ("text", "derived"),
    [
        ("5829 - 5735 = 94, so it is 94.", 2),
        ("5829 / 5735 = 1.0164, about 1.016.", 2),
        ("5829 - 5735 = 94. Thus $0.094 billion.", 2),
        ("5829 - 5735 = 94，即94万元。", 2),
        ("Split 5829 into 5800 and 29.", 1),  # its last digits
        ("5829 is 5000 and 800 and 29", 3),
        ("把5829拆成5000和829。", 2),
    ],
)
def test_a_result_of_a_right_calculation_and_a_part_of_a_number_are_derived(text: str, derived: int) -> None:
    assert grounded(text, "5829 and 5735").derived == derived


def test_a_result_of_a_wrong_calculation_is_miscalculated() -> None:
    found = grounded("11901 - 1038 = 1863, so 1863.", "11901 and 1038")
    assert (found.given, found.miscalculated, found.unfounded) == (2, 2, ())
    assert found.founded == 0.5


@pytest.mark.parametrize("text", ["3 times 7", "100%", "in 365 days", "12 months", "250 trading days", "一年按360天计"])
def test_constants_need_no_source(text: str) -> None:
    found = grounded(text)
    assert found.constant == found.counted >= 1
    assert found.unfounded == ()


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 and 1998",
        "2019年与1998年",
        "17. Find revenue.\n18) Find cost.\n(19) Subtract.",
        "17、求收入\n18．求成本\n（19）相减",
        "Step 17: see Table 23, page 41, note #14",
        "第17步，见附注23，选项14",
        "the 17th, 22nd, 43rd and 51st",
        "Q3, FY18, A320, CO2, B-17, x_17",
        "the 10-K and 3M",
        "(b). It is so. 。",
        "No number. None.",
        "",
    ],
)
def test_what_names_or_counts_is_no_number(text: str) -> None:
    assert grounded(text) == Grounding()


def test_a_full_stop_is_no_number_of_the_question() -> None:
    assert grounded("It is (so). It is *so*.", "Is it so? Yes.") == Grounding()


def test_mentions_count_and_unfounded_numbers_are_named_once_in_order() -> None:
    found = grounded("It is 54.12, not 7711. So 54.12, and 54.12; of 6,039 and 77,110.", "6,039")
    assert found == Grounding(at_hand=1, given=1, unfounded=("54.12", "7711", "77110"), unfounded_mentions=5)
    assert found.counted == 6
    assert found.founded == pytest.approx(1 / 6)
    found = grounded("约为5412.3，即5412.3；另有7711。", "")
    assert (found.unfounded, found.unfounded_mentions) == (("5412.3", "7711"), 3)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5829,5735,94.5", ("5829", "5735", "94.5")),
        ("1,152,334", ("1152334",)),
        ("1,1523", ("1523",)),
        ("7311.5.2277", ("7311.5",)),
        (".5311.2277", (".5311",)),
        (".2277", (".2277",)),
        ("7,311.", ("7311",)),
    ],
)
def test_a_run_of_digits_is_one_number_or_several(text: str, numbers: tuple[str, ...]) -> None:
    assert grounded(text).unfounded == numbers


@quick
@given(
    st.decimals(Decimal(0), Decimal(10**9), places=3) | st.integers(0, 10**9).map(Decimal),
    st.sampled_from([one for name, one in WRITINGS.items() if name != "math"]),
    st.sampled_from(["The sum is {}.", "合计为{}，", "{}", "a ({}) b", "12.5, {}; 7"]),
)
def test_a_number_copied_from_the_question_is_never_unfounded(number: Decimal, write: object, around: str) -> None:
    assert callable(write)
    question = around.format(write(number))
    assert grounded(question, question).unfounded == ()


@quick
@given(anything, anything)
def test_a_text_copied_from_the_question_has_nothing_unfounded(text: str, more: str) -> None:
    assert grounded(text, f"{text}\n{more}").unfounded == ()


@quick
@given(st.integers(1, 10**11))
def test_a_chinese_numeral_is_given(number: int) -> None:
    found = grounded(f"收入为{number}元", f"收入为{chinese(number)}元")
    assert found.unfounded == ()


@quick
@given(st.integers(10**3, 10**9), st.data())
def test_a_number_with_one_digit_changed_is_unfounded_unless_it_is_near(number: int, data: st.DataObject) -> None:
    written = str(number)
    place = data.draw(st.integers(0, 3))
    digit = data.draw(st.sampled_from([one for one in "123456789" if one != written[place]]))
    changed = written[:place] + digit + written[place + 1 :]
    # What is rounded to fewer digits is near, and so is what a power of ten makes of it.
    assume(len(changed.rstrip("0")) == len(written.rstrip("0")) and len(changed.rstrip("0")) >= 4)
    assume(len(changed) > 4 or changed[:2] not in ("19", "20"))
    assert grounded(f"It is {changed},", f"It was {written}.").unfounded == (changed,)


@quick
@given(anything, anything)
def test_any_text_is_grounded(text: str, question: str) -> None:
    found = grounded(text, question)
    assert found.founded is None or 0 <= found.founded <= 1
    assert len(found.unfounded) <= found.unfounded_mentions
    assert len(set(found.unfounded)) == len(found.unfounded)
    assert "" not in found.unfounded
    assert found == grounded(text, question)


def agrees(text: str, question: str) -> None:
    """Every number has one place, in order, and the places are counted as `ground` counts them."""
    calculations = audit(text)
    found, places = ground(text, question, calculations), located(text, question, calculations)
    counts = Counter(one.place for one in places)
    assert dict(counts) == {
        place: count
        for place, count in {
            "given": found.given,
            "derived": found.derived,
            "constant": found.constant,
            "miscalculated": found.miscalculated,
            "unfounded": found.unfounded_mentions,
        }.items()
        if count
    }
    assert all(before.end <= after.start for before, after in pairwise(places))
    written = {place: [*numbers(undressed(text[place.start : place.end]))] for place in places}
    assert tuple(dict.fromkeys(one for p, (one,) in written.items() if p.place == "unfounded")) == found.unfounded
    assert tuple(dict.fromkeys(one for p, (one,) in written.items() if p.misread)) == found.misread


@quick
@given(anything, anything)
def test_every_number_is_located_as_it_is_counted(text: str, question: str) -> None:
    agrees(text, question)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("It is 6,039, not 6{,}093.", [("6,039", "given", False), ("6{,}093", "unfounded", True)]),
        ("6{,}039 and 6{,}039", [("6{,}039", "given", False)] * 2),
        ("2019,201,.7711", [("201", "unfounded", False), (".7711", "unfounded", False)]),
        ("1,1523,12", [("1", "constant", False), ("1523", "unfounded", False), ("12", "constant", False)]),
        ("💰６，０３９", [("６", "constant", False), ("０３９", "unfounded", False)]),
        ("Step 4: see Q3 of 2019.", []),
    ],
)
def test_a_number_is_located_where_it_stands(text: str, places: list[tuple[str, str, bool]]) -> None:
    found = located(text, "6,039", audit(text))
    assert [(text[one.start : one.end], one.place, one.misread) for one in found] == places


@pytest.mark.parametrize(
    ("file", "field", "context"),
    [
        ("financereasoning_hard_deepseek_r1_120.json", "reasoning_content", "context"),
        ("financereasoning_hard_qwq_80.json", "output", "context"),
        ("finqa_failed_think_200.json", "model_prediction", "context"),
        ("finqa_test_qwen3_4b_400.jsonl", "raw_output", "question"),
    ],
)
def test_every_number_of_real_traces_is_located_as_it_is_counted(
    data: Path, file: str, field: str, context: str
) -> None:
    text = (data / "traces" / file).read_text(encoding="utf-8")
    found: Any = [json.loads(line) for line in text.splitlines()] if file.endswith("l") else json.loads(text)
    for record in (list(found.values()) if isinstance(found, dict) else found)[:50]:
        agrees(str(record[field] or ""), f"{record['question']}\n{record[context]}")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,",
        "1.",
        ",",
        ".",
        ",111",
        "1 ",
        "9173 ",
        ".5",
        "#",
        "step ",
        "\n1. ",
        "一万",
        "亿1",
        "１",
        "\\",
        "\\frac{1}{2}",
    ],
)
def test_a_hostile_text_is_grounded_in_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    found = ground(text, text, ())
    assert found.unfounded == ()
    assert ground(text, "", ()).counted == found.counted


@pytest.mark.timeout(20)
def test_many_different_numbers_are_grounded_in_linear_time() -> None:
    several = " ".join(map(str, range(10_000, 150_000)))
    assert ground(several, several[:500_000], ()).counted == 140_000
    assert ground(several, "", ()).counted == 140_000
