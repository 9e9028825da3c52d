"""Multiple choice into open questions by rules alone: judgement items, numbers, and terms by their definition.

asked("普通诉讼时效的期间为（）年。", 3)             ->  普通诉讼时效的期间为多少年？
asked("（）是指已发行证券转让的市场……", 二级市场)   ->  请填写括号处的内容：（　）是指已发行证券转让的市场……

What else stands before a blank has mostly more than one answer: one tool that a central bank can use is not the tool.
Words that make a stem loose (一般, 主要, may, best) leave it out, too.
"""

import re

from curate.records import Drop, Language, Question
from recipes.conversions.mcq_gold import Gold
from recipes.conversions.mcq_pointers import BLANK

_JUDGE = {"zh": "判断下面的说法是否正确：\n{}", "en": "Is the following statement correct?\n{}"}
_FILL = {"zh": "请填写括号处的内容：\n{}", "en": "Fill in the blank:\n{}"}
_GAP = {"zh": "（　）", "en": "( )"}
_ASKS = re.compile(r"[?？]\s*$|(?:吗|呢)[。.]?\s*$")
_HOW_MUCH = re.compile(
    r"多少|(?<!十)几(?![何乎])|\bhow (?:much|many|long|old|large|high)\b|^what (?:is|are|was|were|would)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_UNITS = (
    "[十百千万亿]*(?:人民币|[美欧日港澳]?元|英镑|点|股|份|手|张|人|家|户|件|台|辆|次|倍|吨|[千公]?克|公斤|盎司|平方米"
    "|立方米|公里|米|年|个月|日|天|小时|个工作日|%|％|‰|个基点|个百分点)?(?:[/／](?:[千公]?克|股|吨|件|盎司|手|张|份|天|年|月))?"
)
_ENDS = re.compile(rf"\s*(?P<unit>{_UNITS})\s*[。.？?！!；;]*\s*")
# What may be, is nearest, or is one of several has no one answer: not even a number.
_LOOSE_NUMBER = (
    r"下列|下述|哪|选项|接近|近似|可能|可以(?:达到|增加|减少|采|是|选)|例如|[）)]等"
    r"|^which\b|\bwhich (?:of|one)\b|\b(?:following|closest|nearest|may|might|could)\b"
)
_LOOSE_TERM = (
    r"(?<![\d元岁年人%])以下(?!简称)|可以(?:为|[取用])|一般(?![纳企])|通常|往往|有时|常见|比较|较|适合|适宜|适用于|之一|比如|譬如"
    r"|主要|重要|重点|核心|关键|有效|普遍|基础|应当考虑|理由|原因|大约"
    r"|\b(?:approximately|usually|generally|typically|often|most|least|best|main|mainly|such as|example|one of)\b"
)
_LOOSE = {
    True: re.compile(_LOOSE_NUMBER, re.IGNORECASE),
    False: re.compile(f"{_LOOSE_NUMBER}|{_LOOSE_TERM}", re.IGNORECASE),
}
# A picture or an earlier question that is not here.
_ELSEWHERE = re.compile(
    r"&lt;|<img|\.(?:png|jpe?g|gif)|[接承上前](?:第?[（(]?\d(?=[）)题])|题|一?小题)|如[下上]?图|[上下]图|[下附上]表"
    r"|\b(?:figure|table|chart|exhibit|graph) (?:above|below)\b",
    re.IGNORECASE,
)
_SHORT = {"zh": 14, "en": 45}  # characters: 资本充足率为（） does not say whose
_DEFINED = {"zh": 26, "en": 60}
_LONGEST_TERM = {"zh": 14, "en": 45}
_TERM_FIRST = re.compile(
    r"^\(GAP\)(?:业务|原则|指标|市场|策略|模式|理论|制度)?(?:，?也称[^，]{2,12}，)?"
    r"(?:是指|指的是|指|即|又称|也称|是(?:一种|由|基于|根据)|是(?=[^，。]{8,}的[^的，。]{2,12}。?$))"
    r"|^(?:the |an? )?\(GAP\) (?:refers? to|means|is the (?:term|name) for|(?:is|are) defined as"
    r"|is the (?:rate|ratio|price|risk|process|amount|date|market) (?:at|of|that|which|on|by))\b",
    re.IGNORECASE,
)
_TERM_LAST = re.compile(
    r"(?:称为|称之为|称作|叫做|叫作|被称作|简称为?|即为|的名称是|的术语是)\(GAP\)[。.]?$"
    r"|\b(?:called|termed|known as|referred to as)(?: the| an?)? \(GAP\)\.?$",
    re.IGNORECASE,
)


def asked(question: Question, stem: str, gold: Gold) -> str | Drop:
    """The open question for a stem whose one right option needs no other, or a Drop where rules cannot ask it."""
    if len(gold.texts) > 1:
        return Drop("needs_options", "several right options: an open list has others")
    if found := _ELSEWHERE.search(stem):
        return Drop("missing_reference", found[0])
    blanks = list(BLANK.finditer(stem))
    if found := _LOOSE[gold.kind in ("number", "percent")].search(stem):
        return Drop("needs_options", found[0])
    number = gold.kind != "text" and all(map(_DIGIT.search, question.options.values()))
    if not blanks and number and _HOW_MUCH.search(stem) and _ASKS.search(stem):
        return stem
    if len(blanks) != 1:
        return Drop("needs_options", f"{len(blanks)} blanks")
    return (_number if number else _term)(stem, blanks[0], gold, question.language)


def judgement(stem: str, language: Language) -> tuple[str, bool]:
    """The question of a judgement item, and whether its stem was one already."""
    bare = BLANK.sub("", stem).strip()
    return (bare, True) if _ASKS.search(bare) else (_JUDGE[language].format(bare), False)


def _number(stem: str, blank: re.Match[str], gold: Gold, language: Language) -> str | Drop:
    if len(stem) < _SHORT[language]:
        return Drop("needs_options", "too short a stem to have one answer")
    before = stem[: blank.start()].rstrip()
    if ";" in gold.text.replace("；", ";") and "分别" not in stem and "respectively" not in stem:
        return Drop("needs_options", "more values than the stem asks for")
    if _ASKS.search(before) and _HOW_MUCH.search(before):
        return before  # 需要多少年？（）
    if language == "zh" and gold.kind != "span" and before and (end := _ENDS.fullmatch(stem, blank.end())):
        return f"{before}多少{end['unit']}？"
    return _filled(stem, blank, language)


def _term(stem: str, blank: re.Match[str], gold: Gold, language: Language) -> str | Drop:
    short = len(stem) >= _DEFINED[language] and len(gold.text) <= _LONGEST_TERM[language]
    gapped = _gapped(stem, blank, "(GAP)", language)
    if short and (_TERM_FIRST.search(gapped) or _TERM_LAST.search(gapped)):
        return _filled(stem, blank, language)
    return Drop("needs_options", "no definition of a term, nor a number")


def _filled(stem: str, blank: re.Match[str], language: Language) -> str:
    return _FILL[language].format(_gapped(stem, blank, _GAP[language], language))


def _gapped(stem: str, blank: re.Match[str], gap: str, language: Language) -> str:
    """The stem with its blank written in one way; in English with spaces around it."""
    before, behind = stem[: blank.start()].rstrip(), stem[blank.end() :].lstrip()
    if language == "en":
        gap = f"{' ' if before else ''}{gap}{' ' if behind[:1].isalnum() else ''}"
    return f"{before}{gap}{behind}"
