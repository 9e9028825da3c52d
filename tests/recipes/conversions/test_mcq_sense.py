"""What turns a question round: negations, opposites, and questions of yes or no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.records import Drop, Question
from recipes.conversions import mcq_to_open
from recipes.conversions.mcq_sense import denials, turned, yes_or_no
from tests.recipes.conversions.mcq_items import item, reply


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("该机构不得放贷，也无权担保", 2),
        ("从未披露", 1),
        ("並非由董事會批准", 1),
        ("没有支付的货款", 1),
        ("未来的非常损失无论多少", 0),
        ("贷款是不是能不能展期，有没有担保，是否有效", 0),
        ("不考虑其他因素，不同期限的利率", 0),
        ("除非停牌", 0),
        ("严禁挪用", 1),
        ("It must not, cannot and doesn't lend without collateral", 4),
        ("Not only Bill No. 5, whether or not listed", 0),
        ("Neither a non-current asset nor cash", 3),
    ],
)
def test_denials_are_counted(text: str, times: int) -> None:
    assert denials(text) == times


@pytest.mark.parametrize(
    ("stem", "rewriting", "found"),
    [
        ("应收账款的周转天数", "应付账款的周转天数", "应收 -> 应付"),
        ("應收賬款", "应付账款", "应收 -> 应付"),
        ("利率上升时债券价格", "利率下降时债券价格", "上升 -> 下降"),
        ("买入看涨期权", "买入看跌期权", "看涨 -> 看跌"),
        ("资产负债率中的资产", "资产负债率中的负债", "资产 -> 负债"),
        ("期初存货", "期末存货", "期初 -> 期末"),
        ("the firm buys a call", "the firm sells a call", "buys -> sells"),
        ("accounts receivable", "accounts payable", "receivable -> payable"),
        ("The current yield of it", "The yield to maturity of it", "current yield -> yield to maturity"),
        ("the minimum margin before tax", "the maximum margin before tax", "minimum -> maximum"),
        ("Sales increased", "Sales fell", "increased -> fell"),
    ],
)
def test_a_word_is_not_turned_into_its_opposite(stem: str, rewriting: str, found: str) -> None:
    assert next(turned(stem, rewriting)) == found


@pytest.mark.parametrize(
    ("stem", "rewriting"),
    [
        ("利率由4%降低到3%，企业的存款", "利率由4%下降到3%，企业的存款"),
        ("以下机构中批准100万元以上贷款的是", "哪个机构批准100万元以上的贷款？"),
        ("年初与年末的资产", "资产在年末与年初是多少？"),
        ("投资者购买债券", "投资者买入什么债券？"),
        ("The term of the long bond", "How long is the term of the long bond?"),
        ("Prices rise", "What happens as prices increase?"),
    ],
)
def test_other_words_of_the_same_side_are_no_opposites(stem: str, rewriting: str) -> None:
    assert not list(turned(stem, rewriting))


@pytest.mark.parametrize(
    "text",
    [
        "我国的货币政策由央行制定吗？",
        "清算由星湖登记所负责，对吗？",
        "该机构是否负责清算？",
        "該機構能否負責清算",
        "Is the Tern Exchange the body that approves them?",
        "Under the Tern Act, does the board approve them?",
        "State whether the board approves them.",
        "Marlow issued bonds. Can it redeem what it issued?",
    ],
)
def test_a_question_of_yes_or_no_is_seen(text: str) -> None:
    assert yes_or_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "我国的货币政策由谁制定？",
        "哪个机构审查合同是否有效？",
        "你知道清算由哪个机构负责吗？",
        "请写出负责清算的机构。",
        "What body decides whether it is issued?",
        "Is it so? If rates rise, what is the loss?",
        "Name the body that can approve them.",
        "When rates rise, is what falls called risk or loss, and how large is it?",
        "",
    ],
)
def test_an_open_question_is_none(text: str) -> None:
    assert yes_or_no(text) is None


CHOICE = {"language": "zh", "answer_kind": "choice", "task": "", "gold": "A"}


@pytest.mark.parametrize(
    ("rewriting", "reason"),
    [
        ("哪个机构负责星湖证券登记结算？", None),
        ("哪个机构不负责星湖证券登记结算？", "rewrite_changes_sense"),
        ("负责星湖证券登记结算的机构存在吗？", "rewrite_asks_yes_or_no"),
    ],
)
def test_a_model_may_not_turn_the_question(rewriting: str, reason: str | None) -> None:
    options = {"A": "登记所", "B": "银保会"}
    parent = item(CHOICE, question="负责星湖证券登记结算的机构是（）。", options=options)
    made = mcq_to_open.read(reply(rewriting, ["登记所"]), parent, mcq_to_open.Options())
    assert (made.reason if isinstance(made, Drop) else None) == reason


def test_a_yes_or_no_may_be_asked_for_where_it_is_the_gold() -> None:
    options = {"A": "可以", "B": "须经批准"}
    parent = item(CHOICE, question="星湖证券的持有人在登记日转让证券，这（）。", options=options)
    said = reply("星湖证券的持有人在登记日能否转让证券？", ["可以"])
    assert isinstance(mcq_to_open.read(said, parent, mcq_to_open.Options()), Question)


def test_what_this_reader_cannot_see() -> None:
    """A negation that moves to another clause leaves their number as it was."""
    assert denials("甲负责登记，乙不负责登记") == denials("甲不负责登记，乙负责登记")


@settings(max_examples=60)
@given(st.text(alphabet="不是有没未非无吗 whethernot'?？。12增减加少", max_size=40))
def test_a_text_agrees_with_itself(text: str) -> None:
    assert denials(text) == denials(text)
    assert not list(turned(text, text))
