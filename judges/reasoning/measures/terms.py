"""Words that carry a text's subject, in both languages: content words in English, character pairs in Chinese.

terms("What is the long-term debt?")               ->  {"long", "term", "debt"}
share({"long", "debt"}, vocabulary("Debt fell."))  ->  0.5
"""

import re
from collections.abc import Set as AbstractSet
from operator import add

_HAN = re.compile(r"[\u3400-\u9fff]+")
_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
# Every byte that is no ASCII letter or digit to a space, capitals to small letters.
_PLAIN = bytes(ord(sign.lower()) if sign.isalnum() and sign.isascii() else 32 for sign in map(chr, range(256)))
_STOP = frozenset(
    """
    the and for that this with from are was were has have had what which how when where who whom whose than
    then will would could should can may might must not its their our your his her into onto over under
    between about each per all any some both other more most such only also been being does did doing out
    off due there these those they them you she him but nor yet answer question following statement correct
    incorrect true false yes
    """.split()
)
_ZH_STOP = frozenset("的了在是和与及或为有对这那其之以于被把将由从到等也都就而但并不")

FINANCE_EN = frozenset(
    """
    revenue revenues income expense expenses profit profits loss losses margin asset assets liability
    liabilities equity debt cash dividend dividends share shares stock stocks bond bonds yield interest rate
    rates tax taxes cost costs price prices value fund funds loan loans credit debit bank banks capital
    investment investments investor portfolio return returns risk hedge option options future futures swap
    contract contracts premium insurance policy claim audit auditor accounting account accounts balance
    statement ledger depreciation amortization goodwill inventory sales purchase budget forecast growth
    percent percentage ratio average total net gross operating financial fiscal quarter annual payment
    payments principal maturity coupon discount currency exchange inflation deposit mortgage lease pension
    compliance regulation regulator disclosure earnings eps ebit ebitda wacc npv irr market securities
    trading valuation
    """.split()
)
_FINANCE_ZH = re.compile(
    "收入|利润|成本|费用|资产|负债|权益|现金|股利|股份|股票|债券|利率|利息|增值税|所得税|销项|进项|纳税|税率|税额|税|价格|价值|基金|贷款|信用|银行|资本|投资|"
    "收益|风险|期权|期货|合约|合同|保费|保险|理赔|审计|会计|账户|余额|报表|折旧|摊销|商誉|存货|销售|预算|增长|比率|比例|"
    "占比|平均|合计|净额|经营|财务|季度|年度|付款|本金|到期|票面|贴现|货币|汇率|通货膨胀|存款|抵押|租赁|养老金|合规|违规|"
    "监管|披露|每股|市场|证券|交易|估值|客户|营业|毛利|应收|应付|借款|担保|理财|央行|金融|经济|企业"
)


def tokens(text: str) -> list[str]:
    """Words, numbers and single Han characters, lower case, in order; "1,152" is two and "long-term" is two."""
    if not (text.isascii() or _HAN.search(text)):
        # Dashes, quotes, signs of multiplication: no word holds them.
        text = text.encode("ascii", "replace").decode("ascii")
    if text.isascii():
        # Translating and splitting takes a fifth of the time of a regular expression.
        return text.encode("ascii").translate(_PLAIN).decode("ascii").split()
    found: list[str] = []
    for run in _TOKEN.findall(text.lower()):
        if run.isascii():
            found.append(run)
        else:
            found.extend(run)
    return found


def vocabulary(text: str, words: list[str] | None = None) -> set[str]:
    """All that a text says, to look terms up in: its tokens (`words`, where they are at hand), its pairs of Han."""
    return {*(tokens(text) if words is None else words), *_pairs(text)}


def terms(text: str) -> set[str]:
    """What a text is about: English words of three letters or more and pairs of Han characters, function words and
    numbers left out."""
    found = {word for word in set(tokens(text)) - _STOP if len(word) > 2 and word.isalpha()}
    return found | {pair for pair in _pairs(text) if _ZH_STOP.isdisjoint(pair)}


def _pairs(text: str) -> set[str]:
    if text.isascii():
        return set()
    found: set[str] = set()
    for run in _HAN.findall(text):
        found.update(map(add, run, run[1:]))
    return found


def share(wanted: AbstractSet[str], words: AbstractSet[str]) -> float | None:
    """Share, 0 to 1, of the wanted terms that stand among the words; None where none is wanted."""
    return len(wanted & words) / len(wanted) if wanted else None


def finance_terms(text: str, words: AbstractSet[str]) -> set[str]:
    """The distinct terms of finance in a text, out of a fixed list of common ones in both languages."""
    found = set(words & FINANCE_EN)
    return found if text.isascii() else found | set(_FINANCE_ZH.findall(text))
