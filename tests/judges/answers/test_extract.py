r"""The final answer out of a reply: found where it is meant, None where it is not, and never out of the reasoning."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges.answers import Gold, final_answer, grade
from judges.answers.places import boxes
from tests.judges.texts import anything, numbers, quick, ruins

FOUND = [
    # the last box after the reasoning
    ("<think>2577/15121, perhaps \\boxed{18\\%}</think>\nSo the share is \\boxed{17\\%}.", "17\\%", "boxed"),
    ("<think>先试 \\boxed{A}。</think>故本题为 \\boxed{C：国家税务总局}", "C：国家税务总局", "boxed"),
    ("Gross it is \\boxed{12}, net of tax \\boxed{9}.", "9", "boxed"),
    ("$$\\boxed{\\frac{2577}{15121}}$$", "\\frac{2577}{15121}", "boxed"),
    ("\\boxed{\\text{增长 }\\frac{1}{8}}", "\\text{增长 }\\frac{1}{8}", "boxed"),
    ("So boxed{ 3 } it is.", "3", "boxed"),
    ("净利润为 \\boxed {3.5亿元}。", "3.5亿元", "boxed"),
    ("\\boxed{12} or, empty, \\boxed{}", "12", "boxed"),
    ("The answer is 3, rather \\boxed{4}", "4", "boxed"),
    ("<think>无</think><answer>\\boxed{AC}</answer>", "AC", "boxed"),
    # the answer block
    ("<think>r</think><answer> 5% </answer>", "5%", "tagged"),
    ("<think>推理</think>\n<answer>不合规</answer>", "不合规", "tagged"),
    ("<answer>The final answer is 5%.</answer>", "5%", "stated"),
    # a sentence that says so
    ("Dividing gives 0.17.\n\nThe answer is 12.5.", "12.5", "stated"),
    ("The answer is 12.5. It grew in 2012.", "12.5", "stated"),
    ("The answer is $1,152 million. That is all.", "$1,152 million", "stated"),
    ("The final answer is: **yes**", "yes", "stated"),
    ("### Final Answer: 42", "42", "stated"),
    ("**Answer:** B", "B", "stated"),
    ("Final answer:\nTherefore, the answer is 12.", "12", "stated"),
    ("Perhaps the answer is 5.\nNo: the answer is 6.", "6", "stated"),
    ("因此，答案是 B。", "B", "stated"),
    ("综上所述，最终答案为：12.5%。", "12.5%", "stated"),
    ("答案是A。\n重新核对后，正确答案是B。", "B", "stated"),
    ("**答案：** 不合规", "不合规", "stated"),
    ("其余均属非流动资产，故选C。", "C", "stated"),
    ("应选：AC；其余错误。", "AC", "stated"),
    # nothing but the answer
    ("17%", "17%", "whole"),
    ("<think>推理过程</think>\n\n正确\n", "正确", "whole"),
    ("推理过程</think>3.5亿元", "3.5亿元", "whole"),
    ("<think>one</think>two</think>17%", "17%", "whole"),
]

NONE = [
    ("", "none"),
    (" \n\t ", "none"),
    ("<think>done</think>", "none"),
    ("Revenue grew in each of the three years that the table shows, and so did the cost of sales.", "none"),
    ("表中三年的营业收入逐年增长。\n营业成本也逐年增长，毛利率基本稳定。", "none"),
    ("Revenue grew.\nIt was a good year.", "none"),
    ("<think>The share is \\boxed{17\\%}. The answer is 17%.", "unfinished"),
    ("<think>因此，答案是", "unfinished"),
]


@pytest.mark.parametrize(("reply", "text", "how"), FOUND)
def test_finds_the_answer_where_it_is_meant(reply: str, text: str, how: str) -> None:
    found = final_answer(reply)
    assert (found.text, found.how) == (text, how)


@pytest.mark.parametrize(("reply", "how"), NONE)
def test_says_when_there_is_none(reply: str, how: str) -> None:
    found = final_answer(reply)
    assert (found.text, found.how) == (None, how)


@quick
@given(anything)
def test_an_answer_is_never_empty_and_stands_in_the_reply(reply: str) -> None:
    found = final_answer(reply)
    assert found.text is None or (found.text.strip() and found.text in reply)


@quick
@given(anything.filter(lambda text: "think>" not in text), ruins.filter(lambda text: "think>" not in text))
def test_the_reasoning_never_answers(reasoning: str, reply: str) -> None:
    assert final_answer(f"<think>{reasoning}</think>{reply}") == final_answer(reply)


_nested = st.recursive(
    st.text("17 %,\\abo", max_size=4), lambda inner: st.builds("{0}{{{1}}}".format, inner, inner), max_leaves=8
)
_between = st.text("so 是 1.\n$}", max_size=6)


@quick
@given(st.lists(st.tuples(_between, _nested), max_size=4), _between)
def test_every_box_is_found_whole(pairs: list[tuple[str, str]], tail: str) -> None:
    text = "".join(f"{before}\\boxed{{{content}}}" for before, content in pairs) + tail
    assert boxes(text).texts == [content.strip() for _, content in pairs]


@quick
@given(ruins)
def test_a_box_is_brace_balanced(text: str) -> None:
    for content in boxes(text).texts:
        depth = 0
        for character in content:
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "reply",
    [
        "\\boxed{" * 20_000 + "1" + "}" * 20_000,
        "\\boxed{" * 200_000,
        "{" * 200_000 + "}" * 200_000,
        "<think>" * 100_000,
        "the answer is " * 50_000,
        "答案：" * 100_000,
        "答案：\n" * 100_000,
        "answer is" + "\n" * 200_000 + "5",
        "answer" + " " * 200_000 + "is",
        "<answer>" + "(" * 200_000,
        "1" * 1_000_000,
    ],
    ids=lambda reply: repr(reply[:15]),
)
def test_a_hostile_reply_is_read_in_linear_time(reply: str) -> None:
    found = final_answer(reply)
    assert found.text is None or found.text in reply


# Where an answer stands, told by the verdict on a reply: reply, kind, gold, value
GRADED = [
    ("The answer is **-12**", "number", "-12", True),
    ("答案：−12", "number", "-12", True),
    ("The answer is $1,200.50.", "number", "1200.5", True),
    ("The answer is 12 because 10 + 2 = 12.", "number", "12", True),
    ("The answer is:\n\n$$12$$", "number", "12", True),
    ('```json\n{"answer": "12"}\n```', "number", "12", True),
    ('{"reasoning": "10 + 2", "answer": 12}', "number", "12", True),
    ('{"答案": "12"}', "number", "12", True),
    ('{"answer": false}', "boolean", "no", True),
    ('{"answer": ["A", "C"]}', "choices", "AC", True),
    ("<answer>12</answer><answer>12.0</answer>", "number", "12", True),
    ("<answer>13</answer><answer>12</answer>", "number", "12", None),
    ("\\boxed{12}\nThe answer is 13.", "number", "12", None),
    ("\\boxed{12}\nThe answer is 12.0.", "number", "12", True),
    ("<think>\\boxed{13}</think>\\boxed{12}", "number", "12", True),
    ("<think>\\boxed{12}</think>\\boxed{13}", "number", "12", False),
    ("<think>\\boxed{12}</think>", "number", "12", None),
    ("The answer is 13. Wait, the answer is 12.", "number", "12", None),
    ("The answer is not 12.", "number", "12", None),
    ("The answer cannot be determined.", "number", "12", None),
    ("无法确定。", "number", "12", None),
    ("答案不是12.5%", "percent", "12.5%", None),
    ("综上，增长率为12.5%。", "percent", "12.5%", True),
    ("The correct option is B because A is wrong.", "choice", "B", True),
    ("因此，选项B正确。", "choice", "B", True),
    ("答案：B\n解析：A错误", "choice", "B", True),
    ("选项B错误，故选C。", "choice", "B", False),
    ("The answer is A or B.", "choice", "B", None),
    ("For A, the answer is yes. For B, the answer is no.", "choice", "B", None),
    ("不选B", "choice", "B", None),
    ("本题不选B", "choice", "B", None),
    ("结论：合规。", "boolean", "合规", True),
    ("The answer is: Yes, because it grew.", "boolean", "yes", True),
    ("The answer is not yes", "boolean", "yes", None),
    ("The answer is Apple Inc.", "span", "Apple Inc.", True),
    ("The answer is Jan. 31, 2019.", "number", "2019-01-31", True),
]
CHOICES = {"A": "Cash", "B": "Bonds", "C": "Common stock"}


def graded(reply: str, kind: str, gold: str) -> bool | None:
    return grade(reply, Gold(kind, gold, options=CHOICES if "choice" in kind else {})).value


@pytest.mark.parametrize(("reply", "kind", "gold", "value"), GRADED)
def test_a_reply_is_judged_by_what_it_gives_as_its_answer(reply: str, kind: str, gold: str, value: bool | None) -> None:
    assert graded(reply, kind, gold) is value


_SAYINGS = [
    "\\boxed{{{}}}",
    "The answer is {}.",
    "答案是{}。",
    "<answer>{}</answer>",
    "Final answer: **{}**",
    '{{"answer": "{}"}}',
]


@quick
@given(
    st.sampled_from(_SAYINGS), st.sampled_from(["", "<think>It may be 99.</think>", "So 4 and 5 make it.\n"]), numbers
)
def test_every_way_to_say_an_answer_is_one(saying: str, before: str, number: Decimal) -> None:
    assume(not 1900 <= abs(number) <= 2100)
    reply = before + saying.format(number)
    assert grade(reply, Gold("number", f"{number}")).value is True
    assert grade(reply, Gold("number", f"{number + 1000 + abs(number)}")).value is False


@quick
@given(st.permutations(_SAYINGS[:4]), numbers)
def test_two_answers_that_disagree_are_undecided(sayings: list[str], number: Decimal) -> None:
    assume(not 1900 <= abs(number) <= 2100)
    first, second = sayings[0].format(number), sayings[0].format(number * 2 + 5000)
    if "boxed" not in first:  # of two boxes the last one counts
        assert grade(f"{first}\n{second}", Gold("number", f"{number * 2 + 5000}")).reason == "answers_disagree"
        assert grade(f"{second}\n{first}", Gold("number", f"{number * 2 + 5000}")).reason == "answers_disagree"


@pytest.mark.parametrize(
    ("reply", "kind", "gold"),
    [
        ("不应选B。", "choice", "B"),
        ("因此不应选B", "choice", "B"),
        ("A. Cash\nC. Common stock", "choices", "C"),
        ('{"answer": 12} and {"answer": 13}', "number", "13"),
        ('{"answer": 12}\nThe answer is 13.', "number", "12"),
        ('{"answer": "12', "number", "12"),
        ("<answer>13</answer>\\boxed{12}", "number", "12"),
        ("<answer>12</answer> The answer is 13.", "number", "12"),
    ],
)
def test_no_part_of_a_reply_is_taken_for_all_of_it(reply: str, kind: str, gold: str) -> None:
    assert graded(reply, kind, gold) is not True


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        ("\\boxed{12} and then \\boxed{13", "unfinished"),
        ("The answer is expected to two decimal places, as the note to the table says of every amount in it.", "none"),
        ("Answer:\nIn 2015\nrevenue grew, and so did the cost of sales in each of the years of the table.", "none"),
    ],
)
def test_what_states_nothing_is_no_answer(reply: str, how: str) -> None:
    assert (final_answer(reply).text, final_answer(reply).how) == (None, how)


def test_an_abbreviation_ends_no_sentence() -> None:
    found = final_answer("The answer is Apple Inc. and Alphabet Inc. of California.")
    assert found.text == "Apple Inc. and Alphabet Inc. of California"


def test_what_cannot_be_read_contradicts_nothing() -> None:
    assert grade("\\boxed{12}. The answer is large.", Gold("number", "12")).value is True
    assert grade("\\boxed{12 or 13}. The answer is 12.", Gold("number", "12")).reason == "several_quantities"


@pytest.mark.parametrize("reply", ['{"reasoning": {"a": 1}, "answer": 12}', '{"steps": {"answer": 1}, "answer": 12}'])
def test_an_object_inside_the_answers_object_is_not_it(reply: str) -> None:
    assert graded(reply, "number", "12") is not False
