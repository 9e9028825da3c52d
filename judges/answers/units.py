"""Scales, currencies and units of count as they are written, English and Chinese.

SCALES["mm"] -> 6     CURRENCIES["港元"] -> "HKD"     UNITS["months"] -> Unit("month", 1)
"""

import re
from decimal import Decimal
from typing import NamedTuple

# word -> power of ten
SCALES = {
    **dict.fromkeys(("hundred", "hundreds", "百"), 2),
    **dict.fromkeys(("thousand", "thousands", "k", "千"), 3),
    **dict.fromkeys(("万", "w"), 4),
    **dict.fromkeys(("lakh", "lakhs", "lac", "十万"), 5),
    **dict.fromkeys(("million", "millions", "m", "mm", "mn", "mln", "mio", "百万"), 6),
    **dict.fromkeys(("crore", "crores", "千万"), 7),
    **dict.fromkeys(("亿",), 8),
    **dict.fromkeys(("billion", "billions", "b", "bn", "bln", "mrd", "十亿"), 9),
    **dict.fromkeys(("百亿",), 10),
    **dict.fromkeys(("千亿",), 11),
    **dict.fromkeys(("trillion", "trillions", "tn", "trn", "万亿", "兆"), 12),
}

# "$" and "¥" belong to several countries: the sign alone agrees with each of them.
CURRENCIES = {
    **dict.fromkeys(("$", "dollar", "dollars"), "$"),
    **dict.fromkeys(("us$", "u.s.$", "usd", "us dollar", "us dollars", "u.s. dollars", "美元", "美金"), "USD"),
    **dict.fromkeys(("hk$", "hkd", "港元", "港币"), "HKD"),
    **dict.fromkeys(("a$", "aud", "澳元"), "AUD"),
    **dict.fromkeys(("c$", "cad", "加元"), "CAD"),
    **dict.fromkeys(("s$", "sgd", "新元", "新加坡元"), "SGD"),
    **dict.fromkeys(("nt$", "twd", "新台币"), "TWD"),
    **dict.fromkeys(("nz$", "nzd", "新西兰元"), "NZD"),
    **dict.fromkeys(("¥", "¥"), "¥"),
    **dict.fromkeys(("cny", "rmb", "cnh", "yuan", "renminbi", "人民币", "元", "元人民币"), "CNY"),
    **dict.fromkeys(("jpy", "yen", "日元"), "JPY"),
    **dict.fromkeys(("฿", "thb", "baht", "泰铢"), "THB"),
    **dict.fromkeys(("€", "eur", "euro", "euros", "欧元"), "EUR"),
    **dict.fromkeys(("£", "gbp", "英镑"), "GBP"),
    **dict.fromkeys(("₹", "inr", "rs", "rs.", "rupee", "rupees", "卢比"), "INR"),
    **dict.fromkeys(("₩", "krw", "韩元"), "KRW"),
    **dict.fromkeys(("chf", "瑞士法郎", "瑞郎"), "CHF"),
    **dict.fromkeys(("rm", "myr", "林吉特"), "MYR"),
    **dict.fromkeys(("aed",), "AED"),
    **dict.fromkeys(("sar",), "SAR"),
}
# word -> the currency of which it is the hundredth, or the tenth, and the power of ten
MINOR = {
    **dict.fromkeys(("cent", "cents"), ("$", 2)),
    **dict.fromkeys(("penny", "pence"), ("GBP", 2)),
    "角": ("CNY", 1),
}
_SHARED = {"$": {"USD", "HKD", "AUD", "CAD", "SGD", "TWD", "NZD"}, "¥": {"CNY", "JPY"}}
_LIKELY = {"$": "USD"}


class Unit(NamedTuple):
    """A unit of count: what it counts, and how many of these it stands for (a year is 12 months)."""

    of: str
    factor: int = 1


PERSON = Unit("person")
UNITS = {
    **dict.fromkeys(("day", "days", "天", "日"), Unit("minute", 1440)),
    **dict.fromkeys(("week", "weeks", "周"), Unit("minute", 10_080)),
    **dict.fromkeys(("month", "months", "个月"), Unit("month")),
    **dict.fromkeys(("quarter", "quarters", "个季度", "季度"), Unit("month", 3)),
    **dict.fromkeys(("year", "years", "yrs", "年"), Unit("month", 12)),
    **dict.fromkeys(("share", "shares", "股"), Unit("share")),
    **dict.fromkeys(("times", "x", "倍"), Unit("times")),
    **dict.fromkeys(("minute", "minutes", "分钟"), Unit("minute")),
    **dict.fromkeys(("hour", "hours", "小时"), Unit("minute", 60)),
    **dict.fromkeys(("people", "persons", "person", "employees", "staff", "人", "名"), PERSON),
    **dict.fromkeys(("customers", "customer", "clients"), Unit("customer")),
    **dict.fromkeys(("contracts", "contract"), Unit("contract")),
    **dict.fromkeys(("units", "unit"), Unit("unit")),
    **dict.fromkeys(("properties", "property"), Unit("property")),
    **dict.fromkeys(("branches", "branch"), Unit("branch")),
    **dict.fromkeys(("gallons", "gallon"), Unit("gallon")),
    **dict.fromkeys(("miles", "mile"), Unit("mile")),
    **dict.fromkeys(("户",), Unit("account")),
    **dict.fromkeys(("家",), Unit("company")),
    **dict.fromkeys(("barrel", "barrels", "桶"), Unit("barrel")),
    **dict.fromkeys(("kg", "kilograms", "公斤"), Unit("kilogram")),
    **dict.fromkeys(("ton", "tons", "tonnes", "吨"), Unit("kilogram", 1000)),
    **{word: Unit(word) for word in "台辆笔次件分"},
    **dict.fromkeys(("square feet", "square foot", "sq ft"), Unit("square foot")),
    **dict.fromkeys(("平方米",), Unit("square metre")),
    **dict.fromkeys(("acres",), Unit("acre")),
    **dict.fromkeys(("store", "stores"), Unit("store")),
}
PERIODS = ("minute", "month")


def same_currency(one: str, other: str) -> bool | None:
    """True where both may be the same currency, None where a shared sign most likely means another ("$" for HKD)."""
    for sign, code in ((one, other), (other, one)):
        if sign == "$" and code.endswith("$") and code != "$":
            return None  # R$, or another dollar that is not known
        if sign != code and code in _SHARED.get(sign, ()):
            return True if _LIKELY.get(sign, code) == code else None
    return one == other


_ASKED_SCALE = re.compile(
    r"\b(?:in|how many)\s+(?:(?:us|u\.s\.|usd|rmb|cny|eur|gbp|hkd|\$|€|£|¥|dollars?|dollar amounts?)"
    r"\s*)*(?:in\s+)?(?P<en>thousand|million|billion|trillion|lakh|crore)s?\b"
    r"|\(\s*(?:US|HK)?\$\s?(?P<sign>[mbk])n?\s*\)|[(（]\s*(?P<zhb>万亿|十亿|千万|百万|亿|万|千)(?:美|港|欧|日)?元\s*[)）]"
    r"|\(\s?(?:\$\s?)?(?P<bracketed>thousand|million|billion|trillion)s?\s*\)"
    r"|(?:[（(]\s*[)）]\s*|单位(?:是|为)?[:：]?\s*(?:人民币)?|多少个?|几|以|按)(?P<zh>万亿|十亿|千万|百万|亿|万|千)(?:元|美元|港元|欧元|股|人|户|吨"
    r"|计|为单位)?",
    re.IGNORECASE,
)


_ASKED_PLACES = re.compile(
    r"\b(?:to|with|at|in) (?:the nearest )?(?P<en>one|two|three|four|five|\d) (?:decimal|digit)s?\b"
    r"|nearest (?P<unit>cent|penny|tenth|hundredth|thousandth)\b|保留(?:到)?(?:小数点后)?(?P<zh>[一二两三四五\d])位",
    re.IGNORECASE,
)
_PLACES = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5},
    **{"cent": 2, "penny": 2, "tenth": 1, "hundredth": 2, "thousandth": 3},
}


def asked_places(question: str) -> int:
    """How many decimals a question wants ("to two decimal places", 保留两位小数); 0 where it does not say."""
    found = _ASKED_PLACES.search(question)
    if found is None:
        return 0
    word = (found["en"] or found["unit"] or found["zh"]).lower()
    return int(word) if word.isdigit() else _PLACES[word]


def asked_scale(question: str) -> Decimal | None:
    """The scale in which a question wants its number ("in millions", 单位：亿元), or None."""
    found = _ASKED_SCALE.search(question)
    if found is None:
        return None
    word = next(word for word in found.groups() if word)
    return Decimal(1).scaleb(SCALES[word.lower()])
