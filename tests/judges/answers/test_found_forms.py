"""Forms that an earlier matcher misjudged, each found by reading real replies or by trying to break it."""

import pytest

from judges.answers import Gold, grade, match

OPTIONS = {"A": "ECB", "B": "现金", "C": "债券", "D": "国家税务总局"}


@pytest.mark.parametrize(
    ("predicted", "gold", "reason"),
    [
        ("2.9", "2", "last_digit"),
        ("1.9%", "1%", "last_digit"),
        ("2015: 94", "94", "equal"),
        ("5." + "9" * 45, "5", "answer_unreadable"),
        ("1e400", "1", "answer_unreadable"),
        ("12.345.678", "12.345", "answer_unreadable"),
        ("RMB：94", "94", "equal"),
        ("增长率（12.5%）", "12.5%", "equal"),
        ("the growth rate (12.5%)", "12.5%", "equal"),
        ("0.125 (12.5%)", "12.5%", "equal"),
        ("净变动——94", "94", "equal"),
        ("5‰", "0.5%", "equal"),
        ("百分之1.5", "0.015", "equal"),
        ("12 pct", "0.12", "equal"),
        ("亏损417.5万元", "-417.5", "scale_unclear"),
        ("loss of $417.5 million", "-417.5", "scale_unclear"),
        ("150，200", "150", "several_quantities"),
        ("１，２３４．５％", "1234.5%", "equal"),
        ("12¹", "12", "several_quantities"),
        ("0.07 (or 6.90%)", "6.9%", "equal"),
        ("1.33 : 1", "1.33", "equal"),
        ("8 – 14", "14", "range_unclear"),
        ("1,234, up", "1234", "equal"),
        ("2310.38", "2309.85", "near_miss"),
        ("2018", "2019", "number_differs"),
        ("1" + ",111" * 400_000, "1", "answer_unreadable"),
    ],
    ids=lambda text: text[:24],
)
def test_numbers(predicted: str, gold: str, reason: str) -> None:
    assert match(predicted, Gold("number", gold)).reason == reason


@pytest.mark.parametrize(
    ("predicted", "gold", "reason"),
    [
        ("ECB", "A", "equal_choice"),
        ("FED", "A", "answer_unreadable"),
        ("E", "A", "choice_differs"),
        ("B、", "B", "equal_choice"),
        ("【C】", "C", "equal_choice"),
        ("A,C;", "AC", "equal_choice"),
        ("选项A和选项C", "AC", "equal_choice"),
        ('["A","C"]', "AC", "equal_choice"),
        ("应选C", "C", "equal_choice"),
        ("C正确", "C", "equal_choice"),
        ("A. ECB; C. 债券", "AC", "equal_choice"),
        ("D. 现金", "D", "letter_contradicts_text"),
        ("(" + " " * 200_000 + "x", "A", "answer_unreadable"),
        ("A" + " " * 200_000 + "x", "A", "answer_unreadable"),
    ],
    ids=lambda text: text[:24],
)
def test_choices(predicted: str, gold: str, reason: str) -> None:
    assert match(predicted, Gold("choices", gold, options=OPTIONS)).reason == reason


@pytest.mark.parametrize(
    ("predicted", "gold", "value"),
    [
        ("合规：否", "合规", False),
        ("违规：否", "合规", True),
        ("no; yes", "no", None),
        ("No. 2", "no", None),
        ("否，因为利率下降", "否", True),
        ("yes , 38.2%", "yes", True),
    ],
)
def test_booleans(predicted: str, gold: str, value: bool | None) -> None:
    assert match(predicted, Gold("boolean", gold)).value is value


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("so it is \\boxed{63", "truncated"),
        ("<think>a</think><think>maybe \\boxed{63}", "truncated"),
        ("Answer:\nIn 2015 net revenue grew. The change is $63 million.", "answer_missing"),
        ("答案：\n2015年净收入增长。增长了63。", "answer_missing"),
        ("**Final Answer:**\n63", "equal"),
        ("**Final Answer:**\nTherefore, the answer is 63.", "equal"),
        ("<answer>62</answer> no: <answer>63</answer>", "answers_disagree"),
        ("<answer>x" + " " * 200_000 + "x", "truncated"),
    ],
    ids=lambda text: text[:24],
)
def test_replies(reply: str, reason: str) -> None:
    assert grade(reply, Gold("number", "63")).reason == reason


@pytest.mark.parametrize(
    ("predicted", "gold", "value"),
    [
        ("not 35%", "35%", None),
        ("不是35%", "35%", None),
        ("To get a percentage we multiply the share by 100", "100", None),
        ("The maximum depreciation rate for the method is 20% per year", "33.3%", None),
        ("a decrease of 3.2 percent in sales", "-3.2%", True),
        ("5 days", "5 years", False),
        ("5天", "5年", False),
        ("$5", "€5", False),
        ("人民币5元", "RMB 5", True),
        ("5 years", "5", True),
        ("0.4", "0", None),
        ("0.6%", "1%", None),
        ("1.98", "2", True),
        ("17.4%", "17%", True),
    ],
)
def test_what_a_number_stands_with(predicted: str, gold: str, value: bool | None) -> None:
    assert match(predicted, Gold("number", gold)).value is value


RATINGS = {"A": "AAA", "B": "AA", "C": "A", "D": "BBB"}


@pytest.mark.parametrize(
    ("predicted", "gold", "reason"),
    [
        ("AAA", "A", "equal_choice"),
        ("A. AAA", "A", "equal_choice"),
        ("AA", "B", "equal_choice"),
        ("A", "A", "letter_contradicts_text"),
        ("B", "A", "choice_differs"),
        ("A" + ". " * 100_000 + "x", "A", "answer_unreadable"),
    ],
    ids=lambda text: text[:24],
)
def test_options_that_read_like_letters(predicted: str, gold: str, reason: str) -> None:
    assert match(predicted, Gold("choice", gold, options=RATINGS)).reason == reason


@pytest.mark.parametrize(
    ("predicted", "gold", "value"),
    [
        ("是", "违规", None),
        ("否", "不违规", None),
        ("compliant", "no", None),
        ("合规", "违规", False),
        ("不违规", "合规", True),
        ("是", "否", False),
        ("A", "不合规", True),
    ],
)
def test_yes_answers_the_question_and_compliance_itself(predicted: str, gold: str, value: bool | None) -> None:
    assert match(predicted, Gold("boolean", gold, options={"A": "违规", "B": "合规"})).value is value


def test_a_reply_cut_in_its_last_statement_is_unfinished() -> None:
    assert grade("The answer is 42.9%. Indeed, the answer is 4", Gold("percent", "42.9%")).reason == "truncated"
    assert grade("The answer is 4. Indeed, the answer is 4", Gold("number", "4")).value is True


@pytest.mark.parametrize(("predicted", "gold"), [("八折", "8"), ("two dozen", "24"), ("half of 12", "6")])
def test_numbers_that_are_not_read_are_not_called_wrong(predicted: str, gold: str) -> None:
    assert match(predicted, Gold("number", gold)).value is None
