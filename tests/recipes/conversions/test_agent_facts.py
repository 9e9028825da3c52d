"""Facts of a merged reasoning: numbers in any writing, evidence in other words, findings that nobody gave."""

import pytest

from recipes.conversions.agent_facts import invented_number, is_new, retold

GIVEN = """1. Never promise a return. 第十二条 不得阻拦投诉。
Agent: You will get five per cent on your 12,480 pounds within 30 days; your reference is C-5170.
客服：一年百分之四，尾号九五二七，共一百二十元，余额是两万三千六百元。"""


@pytest.mark.parametrize(
    "text",
    [
        *("He names 5 % and £12,480, under C-5170.", "It takes thirty days.", "I am 100 % sure, after three checks."),
        *("Rule 12 and rule 1 apply.", "That is half of the rules 1, 2 and 12.", "The first of two aspects."),
        *(
            "许诺4%的收益，年费120元。",
            "余额为23600元，尾号9527。",
            "违反第12条，共三处。",
            "余额2.36万元。",
            "百分之百确定。",
        ),
    ],
)
def test_given_numbers_may_be_told_in_any_writing(text: str) -> None:
    assert invented_number(text, GIVEN) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("They claim two million dollars.", "2 million dollars"),
        ("He promised 30 % a year.", "30 %"),
        ("He promised 12 %, against rule 12.", "12 %"),
        ("It took 45 minutes.", "45"),
        ("客户索赔两百万元。", "200万元"),
        ("许诺百分之三十的收益。", "百分之30"),
    ],
)
def test_other_numbers_are_invented(text: str, number: str) -> None:
    found = invented_number(text, GIVEN)
    assert found is not None
    assert found.startswith(number)


@pytest.mark.parametrize(
    ("text", "analysis", "told"),
    [
        ("The customer never raises his voice and stays calm.", "He is calm throughout.", True),
        ("She was promised a profit, which rule 1 rules out.", "A promise of profit was made, against rule 1.", True),
        ("So no warning is due.", "No warning is due.", True),
        ("I see no problem at all. So a warning is due here.", "A promise of profit was made, against rule 1.", False),
        ("The agent verified the caller.", "A promise of profit was made, against rule 1.", False),
        ("客户语气平和，没有再追问。", "客户情绪平和。", True),
        ("客服许诺了收益，这是规范不允许的。", "客服说“稳稳到手”，属于第1条禁止的承诺收益。", True),
        ("我看过了，完全没有问题，所以需要预警。", "客服说“稳稳到手”，属于第1条禁止的承诺收益。", False),
    ],
)
def test_evidence_may_be_told_in_other_words(text: str, analysis: str, told: bool) -> None:
    assert retold(text, analysis) is told


def test_most_of_a_new_finding_is_given_nowhere() -> None:
    assert is_new("There is also a data protection breach here.", GIVEN)
    assert is_new("另外还泄露了密码，这也是违规。", GIVEN)
    assert not is_new("Also, five per cent on pounds was promised, a return.", GIVEN)
    assert not is_new("So my verdict is: violation.", GIVEN)
