"""Words that carry a text's subject, in both languages: content words in English, character pairs in Chinese."""

import re

_TOKEN = re.compile(r"[a-z]+(?:[-'][a-z]+)*|\d+(?:\.\d+)?|[\u3400-\u9fff]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[a-z]{3,}(?:-[a-z]+)*")
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

_FINANCE_EN = frozenset(
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
    """Words, numbers and single Han characters, lower case, in order."""
    return _TOKEN.findall(text.casefold())


def vocabulary(text: str) -> set[str]:
    """All that a text says, to look terms up in: its tokens, and its pairs of Han characters."""
    return {*tokens(text), *_pairs(text)}


def terms(text: str) -> set[str]:
    """What a text is about: English content words and pairs of Han characters, function words left out."""
    words = {word for word in _WORD.findall(text.casefold()) if word not in _STOP}
    return words | {pair for pair in _pairs(text) if not _ZH_STOP & set(pair)}


def _pairs(text: str) -> set[str]:
    return {run[start : start + 2] for run in _HAN_RUN.findall(text) for start in range(len(run) - 1)}


def finance_terms(text: str, words: set[str]) -> set[str]:
    """The distinct terms of finance in a text, out of a fixed list of common ones in both languages."""
    return (words & _FINANCE_EN) | set(_FINANCE_ZH.findall(text))
