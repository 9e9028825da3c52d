"""Numerals in words as Arabic ones, where they stand as quantities; the scale that was named stays named.

from_words("twenty-five million")  ->  "25 million"
from_words("one third")            ->  "1/3"
arabic("百分之十二点五")     ->  "百分之12.5"
arabic("三千五百万元")       ->  "3500万元"
arabic("一亿二千万")         ->  "12000万"
arabic("第三季度与一家公司")  ->  unchanged
"""

import re

_DIGITS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2, "幺": 1}
_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_CLASSES = {"万": 4, "亿": 8}
_RUN = r"[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]"
# A numeral is meant as a quantity before a unit, after 百分之 and the like, and where nothing else stands.
_NUMERAL = re.compile(
    rf"(?P<before>[百千万]分之|^\s*|[约近达为是至到]\s?|[-:(]\s?)?(?P<whole>(?![百千万]分之){_RUN}+)(?:点(?P<point>[零〇一二三四五六七八九]+))?"
    r"(?P<unit>(?=成(?![本立长交员为果份功品熟绩人])|个?百分点|个?基点|%|[万亿元倍年月天日股户吨]|[美港欧日]元|英镑|个月))?"
    r"(?P<end>(?=\s*(?:$|[。;；,，)])))?"
)
_COMPOUND = re.compile(r"(?<![\d.,])(\d{1,5})亿(\d{1,4}(?:\.\d+)?)万")
_COMPOUND_WAN = re.compile(r"(?<![\d.,])(\d{1,5})万(\d{4}(?:\.\d+)?)(?![\d.,万亿])")
_HAN_DIGIT = re.compile("[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾半]")
_PARTS = re.compile(rf"(?P<under>{_RUN}+|\d+)分之(?P<over>{_RUN}+|\d+)")
_PERCENTS = ("百", "千", "万", "一百")
_AND_PART = re.compile(rf"({_RUN})成({_RUN})(?!{_RUN})")

_HUNDREDS = re.compile(r"\b(\d{1,3}) hundred (?=(?:thousand|million|billion|trillion)\b)", re.IGNORECASE)
_SMALL = dict(
    zip("zero one two three four five six seven eight nine ten eleven twelve".split(), range(13), strict=True)
)
_SMALL |= dict(zip("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), range(13, 20), strict=True))
_SMALL |= dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_PARTS_OF = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_WORDS = "|".join(sorted(_SMALL, key=len, reverse=True))
_PART = re.compile(rf"\b(an?|{_WORDS})[ -]({'|'.join(_PARTS_OF)})s?\b", re.IGNORECASE)
_SPELT = re.compile(rf"\b(?:{_WORDS})(?:(?: hundred)?(?:[ -]and)?[ -](?:{_WORDS})){{0,4}}\b", re.IGNORECASE)


def from_words(text: str) -> str:
    """The text with English numerals up to 999 in digits, and simple fractions (one third, a half) as such."""
    text = _PART.sub(lambda found: f"{_SMALL.get(found[1].lower(), 1)}/{_PARTS_OF[found[2].lower()]}", text)
    return _SPELT.sub(lambda found: str(_spelt(found[0].lower())), text)


def _spelt(words: str) -> int:
    total = 0
    for word in re.split(r"[ -]", words):
        total = total * 100 if word == "hundred" else total + _SMALL.get(word, 0)
    return total


def hundreds(text: str) -> str:
    """ "5 hundred million" as "500 million"."""
    return _HUNDREDS.sub(lambda found: f"{int(found[1]) * 100} ", text)


def _fraction(found: re.Match[str]) -> str:
    """三分之一 as 1/3; 百分之, 千分之 and 万分之 are percents."""
    both = [part if part.isdigit() else "".join(_number(part) or ("",)) for part in (found["over"], found["under"])]
    return "/".join(both) if found["under"] not in _PERCENTS and all(part.isdigit() for part in both) else found[0]


def arabic(text: str) -> str:
    """The text with its Chinese numerals in digits, and with compounds such as 1亿2000万 in one number."""
    if _HAN_DIGIT.search(text):
        text = text.replace("成半", "成五") if "成半" in text else text
        text = _AND_PART.sub(r"\1点\2成", text)  # 三成五 is 3.5成
        text = _NUMERAL.sub(_written, _PARTS.sub(_fraction, text) if "分之" in text else text)
    if "亿" in text:
        text = _COMPOUND.sub(lambda found: f"{_joined(found[1], found[2], 4)}万", text)
    if "万" in text:
        text = _COMPOUND_WAN.sub(lambda found: _joined(found[1], found[2], 4), text)
    return text


def _joined(high: str, low: str, power: int) -> str:
    whole, point, rest = low.partition(".")
    return f"{int(high) * 10**power + int(whole)}{point}{rest}"


def _written(found: re.Match[str]) -> str:
    before, whole, point = found["before"] or "", found["whole"], found["point"]
    if not _meant(found) or (number := _number(whole)) is None:
        return found[0]
    value, scale = number
    return f"{before}{value}{'.' + _digits(point) if point else ''}{scale}"


def _meant(found: re.Match[str]) -> bool:
    """Is the run a quantity: between a beginning that may stand before one and an end that may stand behind one?"""
    text, start = found.string, found.start("whole")
    if start and text[start - 1] in "第每统专唯单同其":
        return False
    if len(found["whole"]) == 1 and found["whole"] in "百千万亿":
        return False  # the scale of an Arabic numeral
    if text[max(start - 2, 0) : start].rstrip(" ")[-1:].isdigit():
        return False  # 3百万: Arabic with a scale
    before = found["before"] or ""
    if before.endswith("分之") or found["unit"] is not None:
        return True
    return found["end"] is not None and (bool(before.strip()) or len(found["whole"]) > 1 or bool(found["point"]))


def _digits(run: str) -> str:
    return "".join(str(_DIGITS[sign]) for sign in run)


def _number(run: str) -> tuple[str, str] | None:
    """("3500", "万") of 三千五百万; ("2019", "") of 二〇一九; None where the run is no numeral (十一万万)."""
    if all(sign in _DIGITS for sign in run):
        return _digits(run), ""
    scale = ""
    while run and run[-1] in _CLASSES:
        run, scale = run[:-1], run[-1] + scale
    if scale not in ("", "万", "亿", "万亿") or not run:
        return None
    parts = re.split("([亿万])", run)
    total, power = 0, {"": 0, "万": 4, "亿": 8, "万亿": 12}[scale]
    for index in range(0, len(parts), 2):
        small = _below_ten_thousand(parts[index])
        mark = parts[index + 1] if index + 1 < len(parts) else ""
        if small is None or (mark and (_CLASSES[mark] <= power or not parts[index])):
            return None
        if index and not mark and parts[index] in _DIGITS:
            small *= 10 ** (_CLASSES[parts[index - 1]] - 1)  # 一万五 is 15,000
        total += small * 10 ** (_CLASSES[mark] - power if mark else 0)
    return str(total), scale


def _below_ten_thousand(run: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for sign in run:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        else:
            unit = _TENS[sign]
            if unit >= last:
                return None
            total, digit, last = total + (1 if digit is None else digit) * unit, None, unit
    if digit and len(run) > 1 and run[-2] in "百千佰仟":
        digit *= last // 10  # 两百五 is 250
    return total + (digit or 0)
