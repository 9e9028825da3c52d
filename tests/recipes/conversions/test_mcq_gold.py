"""The right option's text as an open gold: its kind, and whether it makes sense without the others."""

import pytest

from recipes.conversions.mcq_gold import kind, needs_others


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", "number"),
        ("3年", "number"),
        ("9 100万元", "number"),
        ("盈利3万元", "number"),
        ("-4.31%", "percent"),
        ("万分之五", "percent"),
        ("$ 5 million", "number"),
        ("12 percent", "percent"),
        ("2006年9月8日", "span"),
        ("工资总额的14%", "span"),
        ("自用工之日起30日内", "span"),
        ("3-13人", "span"),
        ("75%，8.93%", "span"),
        ("LIBOR+0.75%", "span"),
        ("不超过5人", "span"),
        ("星湖银行", "span"),
        ("Tern Exchange", "span"),
        ("在合同约定的期限届满之前，任何一方不得以任何理由单方面解除本合同", "text"),
    ],
)
def test_the_kind_follows_the_text(text: str, expected: str) -> None:
    assert kind((text,)) == expected
    assert kind((text, "乙")) == "text"


@pytest.mark.parametrize(
    "text",
    [
        "以上都对",
        "以上均不正确",
        "以上各项",
        "都是",
        "均可",
        "其他选项都不正确",
        "上述三项",
        "选项A和B",
        "无法判断",
        "不确定",
        "Ⅰ、Ⅱ、Ⅳ",
        "①②③",
        "是②③④。",
        "A、C",
        "A和B",
        "只有A和C",
        "All of the above",
        "none of these",
        "Both A and C",
        "A and B only",
        "I and II only",
        "I, II and III",
        "neither of the above",
        "more than one of the above",
        "It cannot be determined",
    ],
)
def test_some_texts_need_the_others(text: str) -> None:
    assert needs_others(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "其他应收款",
            "人民币单笔5万元以上",
            "两者均不负责赔偿责任",
            "全部资产",
            "都市银行",
            "A公司",
            "甲和乙",
            "H型结构",
        ),
        "Class A and B shares",
        "IV drip",
        "the board and the auditor",
        "All assets",
        "Both parties' consent",
        "A",
    ],
)
def test_others_stand_alone(text: str) -> None:
    assert not needs_others(text)
