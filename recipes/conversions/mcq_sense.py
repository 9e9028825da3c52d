"""What a rewriting may not turn round: a negation, a word into its opposite, an open question into one of yes or no.

denials("该机构不得放贷，也无权担保")                      ->  2
turned("应收账款的增加", "应付账款的增加")                  ->  "应收 -> 应付"
yes_or_no("我国的货币政策由央行制定吗？")                   ->  "吗"

Negations are counted, and not told apart: one that moves from one clause to another passes.
"""

import re
from collections.abc import Iterator

from judges.answers.text import normalise, simplified

# 是不是 asks and 非常 denies nothing; 不考虑其他因素, 不同, 无论 and "not only" may be left out, "No. 5" is a number.
_ASKS_BOTH_WAYS = re.compile(r"(.)[不没]\1")
_DENIAL = re.compile(
    r"不(?!考虑|同|断|仅|只|但)|没|(?<!从)未(?![来必])|从未|(?<![除是并南])非(?![常洲])|并非|无(?!论)|禁止|严禁|勿"
    r"|\b(?:(?<!or )not(?! only)|never|cannot|no(?!\.? ?\d)|none|neither|nor|nothing|without|forbidden|prohibited)\b"
    r"|n't\b|\bnon-?(?=[a-z]{3})",
    re.IGNORECASE,
)

# Words of one side and of the other; several of a side mean the same.
_OPPOSITES = tuple(
    (re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))
    for one, other in (
        ("增加|增长|上升|上涨|提高|升高|上调|上浮|升值", "减少|下降|下跌|降低|下滑|下调|下浮|贬值"),
        ("买入|购买|购入|购进|买方|买进|(?<=[甲乙丙丁者])买(?!卖)", "卖出|出售|销售|售出|卖方|(?<!买)卖(?![出方])"),
        ("应收", "应付"),
        ("预收", "预付"),
        ("资产", "负债"),
        ("收入", "支出|费用"),
        ("流入", "流出"),
        ("(?:期|年|月)初", "(?:期|年|月)末"),
        ("之?前", "之?后"),
        ("借方", "贷方"),
        ("借款人", "贷款人|出借人"),
        ("存款", "贷款"),
        ("债权", "债务"),
        ("多头", "空头"),
        ("看涨", "看跌"),
        ("最[大高多]|至多|最长", "最[小低少]|至少|最短"),
        ("[大高多]于|超过", "[小低少]于"),
        ("以上", "以下"),
        ("长期", "短期"),
        ("固定", "浮动|变动"),
        ("直接", "间接"),
        ("出口", "进口"),
        ("境内|国内", "境外|国外"),
        ("扩张|宽松", "紧缩"),
        ("盈利|盈余", "亏损"),
        ("溢价", "折价"),
        ("供给", "需求"),
        ("承租", "出租"),
        ("正相关", "负相关"),
        ("有利", "不利"),
        (
            r"\b(?:increas(?:e[sd]?|ing)|ris(?:es?|ing|en)|rose|gr[eo]w(?:s|ing|n|th)?)\b",
            r"\b(?:decreas(?:e[sd]?|ing)|fall(?:s|ing|en)?|fell|declin(?:e[sd]?|ing)|drop(?:s|ped|ping)?|reduc(?:e[sd]?|ing|tion))\b",
        ),
        (r"\b(?:buy(?:s|ing|ers?)?|bought|purchas(?:e[sd]?|ing|ers?))\b", r"\b(?:sell(?:s|ing|ers?)?|sold)\b"),
        (r"\bassets?\b", r"\bliabilit(?:y|ies)\b"),
        (r"\breceivables?\b", r"\bpayables?\b"),
        (r"\b(?:before|prior to|pre-?tax)\b", r"\b(?:after|after-tax)\b"),
        (r"\b(?:minimum|lowest|least|smallest)\b", r"\b(?:maximum|highest|most|largest)\b"),
        (r"\b(?:lower|less|below|under|smaller)\b", r"\b(?:higher|more|above|over|greater|larger)\b"),
        (r"\b(?:beginning|opening|start)\b", r"\b(?:end|ending|closing)\b"),
        (r"\bdebit(?:s|ed)?\b", r"\bcredit(?:s|ed)?\b"),
        (r"\blong(?:-term)?\b", r"\bshort(?:-term)?\b"),
        (r"\bcalls?\b", r"\bputs?\b"),
        (r"\b(?:income|revenues?)\b", r"\bexpen(?:ses?|diture)\b"),
        (r"\binflows?\b", r"\boutflows?\b"),
        (r"\bimport(?:s|ed|er)?\b", r"\bexport(?:s|ed|er)?\b"),
        (r"\b(?:profits?|gains?)\b", r"\bloss(?:es)?\b"),
        (r"\b(?:lend(?:s|ing|ers?)?|lessors?)\b", r"\b(?:borrow(?:s|ed|ing|ers?)?|lessees?)\b"),
        (r"\bpremium\b", r"\bdiscount\b"),
        (r"\bfixed\b", r"\b(?:floating|variable)\b"),
        (r"\bgross\b", r"\bnet\b"),
        (r"\bnominal\b", r"\breal\b"),
        (r"\bdirect\b", r"\bindirect\b"),
        (r"\bdomestic\b", r"\bforeign\b"),
        (r"\bsupply\b", r"\bdemand\b"),
        (r"\bcurrent yield\b", r"\byield to maturity\b"),
        (r"\bexpansionary\b", r"\bcontractionary\b"),
    )
)

_SENTENCE = re.compile(r"(?<=[。？?！!；\n])|(?<=\.)\s+")
_ASKS_OPENLY = re.compile(
    r"什么|哪|多少|谁|如何|怎[么样]|为何|何[时种地处者]|几[个种类年天月次]"
    r"|\b(?:what|which|who|whom|whose|when|where|why|how)\b",
    re.IGNORECASE,
)
_AUXILIARY = "(?:is|are|was|were|do|does|did|can|could|will|would|shall|should|may|might|must|has|have|had)(?:n't)?"
_YES_OR_NO = re.compile(
    r"吗(?=\W*$)|[是能可会]否|对不对|(.)不\1|有没有" rf"|(?:^|,)\s*{_AUXILIARY}\b(?=[^?]*\?)|\bwhether\b", re.IGNORECASE
)
_YES_OR_NO_FIRST = re.compile(rf"^\W*{_AUXILIARY}\b[^?]*\?", re.IGNORECASE)


def denials(text: str) -> int:
    """How often a text says no."""
    return len(_DENIAL.findall(_ASKS_BOTH_WAYS.sub(" ", simplified(normalise(text)))))


def turned(stem: str, rewriting: str) -> Iterator[str]:
    """Words of a stem that are missing while their opposites, which the stem has not so often, stand there."""
    stem, rewriting = simplified(normalise(stem)), simplified(normalise(rewriting))
    for pair in _OPPOSITES:
        for gone, come in (pair, pair[::-1]):
            missing, new = gone.findall(stem), come.findall(rewriting)
            if len(gone.findall(rewriting)) < len(missing) and len(new) > len(come.findall(stem)):
                yield f"{missing[0]} -> {new[0]}"


def yes_or_no(text: str) -> str | None:
    """The words that let a question be answered by yes or no; None where it asks what, who or how much. Only its last
    sentence asks."""
    last = [one for one in _SENTENCE.split(simplified(normalise(text))) if one.strip(" ?")][-1:]
    if not last:
        return None
    found = _YES_OR_NO_FIRST.search(last[0]) or (None if _ASKS_OPENLY.search(last[0]) else _YES_OR_NO.search(last[0]))
    return found[0].strip(" ,") if found else None
