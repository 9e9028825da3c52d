"""Words that point to options: in a stem they tell that it needs them, in a rewriting that it still does.

needs_options("下列关于期货的说法，正确的是（）。")      ->  "说法，正确"
needs_options("Which of these statements is not true?")  ->  "statements is not true"
points("以下哪项属于流动资产？")                          ->  "以下哪项"

A stem that asks for a right or wrong statement has as many answers as there are statements; one that asks for what does
not belong has all the rest of the world. Neither is asked of a model. 下列 and "which of the following" alone are: 下列
机构中负责清算的是（） has one answer, and becomes 哪个机构负责清算.
"""

import re

from curate.records import Language

BLANK = re.compile(r"[（(]\s*[)）]|[_＿]{2,}")

_STATEMENTS = "说法|表述|描述|叙述|陈述|论述|判断|观点|理解|认识|结论|解释|阐述"
_RIGHT = "正确|错误|有误|不对|恰当|不当|不妥|准确|合理|符合|成立|属实|真实"
# 不 that denies what is asked for, and not a part of a word or a bound.
_WORDS_IN_NOT = "良|动产|可[^能以]|完全|同|对称|足|一致|确定|稳定|断|用|考虑|计|含税|含增值税|得?[超低高少多大小][过于]"
_NOT = f"不(?!{_WORDS_IN_NOT})|并非|错误"
_STEM = re.compile(
    rf"(?:{_STATEMENTS})[^。？?；;]{{0,12}}(?:{_RIGHT})"
    rf"|(?:{_RIGHT})的?(?:是|有|为|说法|表述|描述|叙述|判断|选项|一项)"
    rf"|(?:{_NOT})[^，,。；;：:]{{0,25}}?(?:的[^，,。；;：:的]{{0,10}})?(?:是|有|为|包括|属于|包含)\W*$"
    r"|不(?:包括|包含|属于|含有|涉及|需要|具备|具有)\W*$"
    r"|(?:除|排除)[^。；;]{0,20}(?:外|之外)[^。；;]{0,10}\W*$"
    r"|\bstatements?\b[^.;]{0,60}\b(?:correct|incorrect|true|false|untrue|accurate|inaccurate|right|wrong)\b"
    r"|\b(?:correct|incorrect|true|false|accurate|inaccurate|best) statements?\b"
    r"|\b(?:correct|incorrect|true|false|accurate|inaccurate)\b[^.;]{0,12}(?:regarding|concerning|about|of|except)\b"
    r"|\b(?:except|excluding)\W*(?:for\W*)?$|\b(?:which|what|who)\b[^.;]{0,60}\b(?:not|except|least|never|cannot|isn't|doesn't)\b"
    r"|\b(?:not|NOT|except|least likely)\b[^.;,]{0,30}\W*$",
    re.IGNORECASE,
)
# 以下 is also "below" (100万元以下), 上述 mostly points to what the stem told before.
_REWRITING = re.compile(
    r"(?:下列|下述|(?<![\d元岁年人%])以下)(?!资料|材料|条件|信息|数据|案例|情形：|业务：|事项：|小?题|问题|简称)[^，。；：？?！!]{0,12}"
    r"|(?:如下|下面)[^，。；：？?！!]{0,12}(?:哪|选项|各项|说法|表述|因素中|的是)"
    r"|(?:上述|以上|上面|前述)[^，。；？?！!]{0,6}(?:选项|各项|哪|说法|表述|答案)|选项|选择题|单选|多选|哪[一几]?项(?!目)"
    r"|(?:都|均)(?:正确|不正确|不对|不是)|(?<![A-Za-z])[A-H]\s?(?:选?项(?!目)|[、和与或]\s?[A-H](?![A-Za-z]))"
    r"|(?:^|[\s，。；？?])[A-H]\s?[.．、:：)）]\s?\S"
    r"|\b(?:which|what|who|any|all|none|one|some|each|either|neither|both) of (?:the )?"
    r"(?:following|these|those|above|below|options|choices)\b"
    r"|\bthe following\b(?! (?:data|information|table|year|day|month|quarter|transactions|facts|balances|case|figures))"
    r"|\b(?:above|below|listed|following|given|answer|correct|these|which) (?:options?|choices?)\b(?! contract)"
    r"|\b(?:options?|choices?) (?:[A-H]\b|above|below|listed)|\bmultiple[- ]choice\b|\b(?:all|none) of the above\b",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"选项|选择|单选|多选|字母|\b(?:options?|choices?|choose|select|letters?|multiple[- ]choice)\b", re.IGNORECASE
)
_PLAIN_TASK = {"zh": "回答下面的金融问题。", "en": "Answer the following question from finance."}
_SPACE = re.compile(r"(?:&(?:amp;)*nbsp;|\u3000|\xa0)+")
_LETTERED = r"(?:^|[\s，。；：？?])\(?[Aa]\s?[.．、:：)）]\s?"


def needs_options(stem: str) -> str | None:
    """The words of a stem for which it has no single answer without its options; None where it may have one."""
    return _found(_STEM, BLANK.sub("", stem))


def points(rewriting: str) -> str | None:
    """The words of a rewriting that speak of options, or its blank; None where it stands alone."""
    return _found(BLANK, rewriting) or _found(_REWRITING, rewriting)


def without_list(stem: str, first: str) -> str:
    """The stem without the list of options that some corpora repeat in it; first: option A's text."""
    found = re.search(_LETTERED + re.escape(first), stem) if first else None
    return stem[: found.start()].strip() if found else stem


def without_options(task: str, language: Language) -> str:
    """A task for an open question: as it is, or a plain one where it speaks of options."""
    return _PLAIN_TASK[language] if _TASK.search(task) else task


def tidy(stem: str) -> str:
    """The stem without the spaces of a web page."""
    return _SPACE.sub(" ", stem).strip()


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0].strip() if found else None
