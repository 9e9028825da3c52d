"""Numbers with what they measure and what they belong to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.conversions.mcq_facts import invented, lost, swapped


@pytest.mark.parametrize(
    ("stem", "rewriting", "found"),
    [
        ("借款100万元", "借款100元", "100万元"),
        ("借款100万元", "借款150亿元", "100万元"),
        ("借款100万元", "借款100万美元", "100万元"),
        ("利率5%", "利率5", "5%"),
        ("费率3‰", "费率3%", "3‰"),
        ("期限2年", "期限2个月", "2年"),
        ("卖出10手", "卖出10张", "10手"),
        ("priced at $950", "priced at €950", "$950"),
        ("over 2 years", "over 2 months", "2 years"),
        ("a coupon of 5%", "a coupon of 5", "5%"),
        ("issued 500 bonds", "issued 500 shares", "500 bonds"),
        ("$3 million of debt", "$3 billion of debt", "$3 million"),
    ],
)
def test_a_number_keeps_what_it_measures(stem: str, rewriting: str, found: str) -> None:
    assert next(lost(stem, rewriting)) == found


@pytest.mark.parametrize(
    ("stem", "rewriting"),
    [
        ("借款100万元，期限3年", "期限三年的借款1,000,000元"),
        ("期限（）年，利率5%", "利率百分之五，期限多少年？"),
        ("费用25个基点", "费用0.25%"),
        ("A 2-year note at $950", "A note of 2 years at 950 dollars"),
        ("In 2019 sales rose", "What rose in 2019?"),
        ("第3条规定", "第三条规定"),
    ],
)
def test_other_writings_of_a_quantity_are_the_same(stem: str, rewriting: str) -> None:
    assert not list(lost(stem, rewriting))
    assert not list(invented(stem, rewriting))


def test_a_unit_of_the_stem_may_be_written_behind_its_numbers_and_no_other() -> None:
    assert not list(invented("存货100，应收80（单位：万元）", "存货100万元，应收80万元"))
    assert list(invented("指数为5", "指数为5%")) == ["5%"]
    assert list(invented("an index of 5", "an index of $5")) == ["$5"]


@pytest.mark.parametrize(
    ("stem", "rewriting"),
    [
        ("年初存货100万元，年末存货150万元", "年初存货150万元，年末存货100万元"),
        ("年初存货100万元，年末存货150万元", "年末存货100万元，年初存货150万元"),
        ("甲、乙的利润分别为100万元、150万元", "甲、乙的利润分别为150万元、100万元"),
        ("2019年利润100万元，2020年利润150万元", "2019年利润150万元，2020年利润100万元"),
        ("价格5万元，运费8万元，税金5万元", "价格8万元，运费5万元，税金5万元"),
        ("It bought 100 shares at $20 and 150 shares at $30", "It bought 100 shares at $30 and 150 shares at $20"),
        ("from 100 at the start to 150 at maturity", "from 150 at the start to 100 at maturity"),
    ],
)
def test_numbers_do_not_change_places(stem: str, rewriting: str) -> None:
    assert list(swapped(stem, rewriting))


@pytest.mark.parametrize(
    ("stem", "rewriting"),
    [
        ("年初存货100万元，年末存货150万元", "年末存货150万元，年初存货100万元"),
        ("甲公司以20元买入100股，税率25%", "税率为25%，甲公司买入100股，每股20元"),
        ("利率5%，期限3年，借款100万元", "一笔100万元的借款，期限3年，利率为5%"),
        ("It bought 100 shares at $20, then 150 bonds at $30", "It bought 150 bonds at $30 and 100 shares at $20"),
    ],
)
def test_facts_may_be_told_in_another_order(stem: str, rewriting: str) -> None:
    assert not list(swapped(stem, rewriting))


@settings(max_examples=60)
@given(st.text(alphabet="1259.,%$ 万元年利率从到，。ab", max_size=40))
def test_a_text_agrees_with_itself(text: str) -> None:
    assert not list(lost(text, text))
    assert not list(invented(text, text))
    assert not list(swapped(text, text))
