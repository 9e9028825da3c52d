"""What a stem and its rewriting say, in a form that can be compared: numbers, names, and content in pieces.

numbers("三年后的100万元，利率5.0%")          ->  ["3", "100", "5"]
names("张某向甲公司出售《民法典》释义", "zh")   ->  {"张某", "甲公司", "民法典"}
runs("在通常情况下，需求弹性是什么？")          ->  [("通", "常"), ("需", "求", "弹", "性")]
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from curate.records import Language
from judges.answers.quantity import prepared
from judges.answers.text import normalise, simplified

NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?: \d{3})+(?!\d)|\d+(?:\.\d+)?")
# A number of the examination, not of what it asks: "（2018年改）", "1、" before one of several questions.
NUMBERING = re.compile(
    r"^\s*[（(](?:19|20)\d\d[^（）()]{0,8}[)）]|(?:^|(?<=[。；;：:）)\s]))(?:\d{1,2}\s?[、．.](?!\d)|[（(]\d{1,2}[)）])"
    r"|(?:第\s?)?[（(]\d[)）][-—~～至]+[（(]\d[)）]题"
)
_QUOTED = re.compile(r"《([^》]{1,60})》|“([^”]{1,30})”|「([^」]{1,30})」|\"([^\"\n]{1,40})\"")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&+.'-]*[A-Za-z0-9]|[A-Za-z]")
_CAPITAL = re.compile(r"(?<![.?!:] )(?<!^)(?<![\"'“(])\b[A-Z][\w&.'-]*\b|\b[A-Z]{2,}\w*\b")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹苏潘葛范彭鲁韦马任袁柳史唐薛雷贺罗郝毕傅齐余顾"
    "孟黄萧尹姚邵汪毛戴宋庞熊纪项祝董梁杜阮贾江郭林钟徐邱夏蔡田胡凌霍万卢丁邓洪石崔龚程裴陆刘叶黎白庄柴阎尚易廖文曾"
)
_PERSON = re.compile(rf"[{_SURNAMES}](?:某[某甲乙丙丁]?|先生|女士|小姐|经理|律师|厂长)|[小老][{_SURNAMES}]")
_PARTY = re.compile(r"[甲乙丙丁戊](?:公司|企业|银行|商场|集团|基金|车间|方案|项目|产品|国)?")
_COMPANY = re.compile(r"([\u3400-\u9fff]{2})((?:有限)?公司|集团|银行|事务所)")

# Words that a question is made of and that say nothing of its subject, so that a rewriting may add them.
_ZH_NEUTRAL = re.compile(
    "请问|请|简述|说明|回答|写出|指出|判断|分析|计算|求出?|下列|以下|下述|上述|什么样?|哪[些个种类家项位]?|哪一[个种类家项位]|多少|几个?|如何|怎样|怎么样?"
    "|是否|为何|为什么|何[时地种处者]|谁|分别|应该|应当|应|可以|能够|需要|必须|将会|会|能|通常|一般|情况下?|情形|条件下"
    "|根据|按照|依据|规定|属于|称为|称作|叫做|叫作|被|名称|具体|内容|类型|种类|类别|类|种|方面|方式|方法|措施|因素|机构|主体|概念|术语|专业|名词"
    "|包括|包含|有|是|的|了|在|和|与|及|或|为|由|对|以|等|该|其|此|这|那|时|将|把|从|于|到|向|给|用|并|而|也|都|就|还|若|则|如果|如|当|中|上|下|内|后|之|所|个|一|来|去|要|不|吗|呢|某"
    "|说法|表述|正确|错误|选项|各项|结果|金额|数额|数值|比例|期限|时间|日期|最|主要"
)
_EN_NEUTRAL = frozenset(
    """
    a an the of to in on at by for from with as and or nor if then than that this these those it its is are was were be
    been being do does did has have had will would shall should can could may might must not what which who whom whose
    when where why how much many long large often called term name named known kind type form way one there their they
    he she his her under between into about over per each any all some both other more most such only also please state
    explain describe give identify calculate compute determine find answer question following correct incorrect true
    false statement statements option options defined refer refers referred mean means meant value amount number
    """.split()
)
_PIECE = re.compile(r"[\u3400-\u9fff]|[a-z]+(?:'[a-z]+)?|[^\u3400-\u9fffa-z]+")
_BREAK = "\n"


def numbers(text: str) -> list[str]:
    """Every number of a text as it is written, in digits and without separators; numbers of places are left out."""
    return [plain_number(number) for number in NUMBER.findall(prepared(NUMBERING.sub(" ", text)))]


def plain_number(number: str) -> str:
    """A written number without separators and closing zeros: 5.0 and 5 are one."""
    number = number.replace(",", "").replace(" ", "")
    return number.rstrip("0").rstrip(".") if "." in number else number


def names(text: str, language: Language) -> set[str]:
    """What a text calls by name: quoted terms, persons, parties, companies, and words in Latin letters (in English
    those with a capital inside a sentence), in lower case."""
    found = {"".join(quoted).strip().casefold() for quoted in _QUOTED.findall(text)}
    text = normalise(text)
    if language == "en":
        return found | {word.rstrip(".").removesuffix("'s").casefold() for word in _CAPITAL.findall(text)} - _EN_NEUTRAL
    found |= {word.casefold() for word in _LATIN.findall(text)}
    found |= {word for pattern in (_PERSON, _PARTY) for word in pattern.findall(text)}
    return found | {own + form for own, form in _COMPANY.findall(text) if not _ZH_NEUTRAL.search(own)}


def runs(text: str) -> list[tuple[str, ...]]:
    """The content of a text in runs: Chinese characters and English words between punctuation, numbers and words that
    any question is made of."""
    text = simplified(normalise(text)).casefold()
    found: list[tuple[str, ...]] = []
    run: list[str] = []
    for piece in _PIECE.findall(_ZH_NEUTRAL.sub(_BREAK, text)):
        if piece[0].isalpha() and piece not in _EN_NEUTRAL:
            run.append(_stem(piece))
        elif piece.strip() or _BREAK in piece:
            found.append(tuple(run))
            run = []
    return [run for run in (*found, tuple(run)) if run]


def _stem(word: str) -> str:
    """An English word without its most common endings: rates and rate, issued and issue are one."""
    for ending in ("'s", "ing", "ed", "es", "s", "e"):
        if word.isascii() and len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word


def pieces(run: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What of a run is compared: an English word alone, Chinese characters in pairs."""
    if len(run) == 1:
        yield run
    for one, other in pairwise(run):
        if one.isascii():
            yield (one,)
        elif not other.isascii():
            yield (one, other)
        if other.isascii():
            yield (other,)
