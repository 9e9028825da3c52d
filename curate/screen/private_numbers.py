"""Numbers that name a person: resident IDs, bank cards, IBANs, phones, SSNs, passports and accounts, by shape, checksum
and the words beside them.

list(numbers("手机138-0000-1234，余额13800001234元"))   ->  [("mobile", 2, 15)]
list(valid("13800001234"))                              ->  [("mobile", 0, 11)]: a whole cell, that no word explains

A number is not believed, whatever its checksum, where the words beside it say that it is something else: an amount, an
order number, a term of a sum. China's land lines and service numbers (010-..., 400, 800, 95xxx) and America's toll-free
ones are a firm's, and public.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from curate.screen.private_checks import (
    american,
    bank_card,
    called_abroad,
    dated_id,
    iban,
    iban_length,
    resident_id,
    ssn,
)

# Seven digits or more, with brackets, spaces and hyphens between them: only these are looked at closely.
_RUN = re.compile(r"[0-9](?:[ ()-]{0,2}[0-9]){6,}+")
_in_url = re.compile(r"(?:https?://|www\.|(?<![0-9A-Za-z.])10\.[0-9]{4,9}/)[!-~]*$", re.IGNORECASE).search
_AROUND, _URL = 40, 200
_ROUND = "00000"

# Latin words begin after anything but a Latin letter: \b would want a space between Chinese and English.
_WORD = "(?<![A-Za-z])"
# What may stand between a word that says what a number is and the number.
_BETWEEN = r"(?:号码?|number|num|no|is|was|are|as|of|[是为有在#=：:.,，、（(）)\[【「“\"'/ \t\n-]){0,8}$"


def _says(*words: str) -> Callable[[str], object]:
    return re.compile(rf"(?:{'|'.join(words)}){_BETWEEN}", re.IGNORECASE).search


_says_phone = _says(
    "电话|手机|联系方式|联系|致电|拨打|来电|微信|短信|座机|本机",
    rf"{_WORD}(?:tele?|phone|telephone|mobile|mob|cell|call(?:ed|ing)?|text(?:ed)?|sms|whatsapp|wechat|contact|fax)",
)
_says_card = _says(rf"卡|{_WORD}(?:cards?|visa|mastercard|amex|american express|unionpay)")
_says_id = _says(rf"身份证件?|证件|公民身份|{_WORD}(?:resident id(?:entity)?|id|identity|national id)(?: card)?")
_says_passport = _says(rf"护照|通行证|{_WORD}passport")
_says_ssn = _says(rf"{_WORD}(?:SSN|social security|ITIN)|社会保障|社会安全|社安")
_says_account = _says(rf"[账帐][号户]|卡|存折|{_WORD}QQ|公积金|社保|{_WORD}(?:accounts?|acct|a/c|cards?)")
says_other = _says(
    "[订运保账回]单|单号|编号|合同|协议|流水|交易|批次?|文号|[发支汇本]票|凭证|证书|注册|登记|备案|代码|税号|识别号|机构|序列",
    "案号|条码|条形码|物料|型号|版本|公告|时间戳|页码?|编码|金额|收入|利润|资产|负债|总额|合计|余额|成本|费用|价格?|[市净价总原]值",
    "规模|股本|股数|[销产]量|共计|(?<!预)约",
    rf"{_WORD}(?:order|invoice|contract|reference|ref|tracking|serial|case|policy|transaction|txn|ticket|batch|part)",
    rf"{_WORD}(?:po|docket|filing|accession|document|doc|doi|isbn|issn|cusip|isin|lei|ean|upc|sku|barcode|version)",
    rf"{_WORD}(?:page|model|timestamp|code|revenue|sales|income|assets?|liabilities|equity|debt|total|balance|amount|value)",
    rf"{_WORD}(?:costs?|price|shipment|waybill|key|hash|about|approximately)",
)
_sum_before = re.compile(
    r"(?:[¥￥$€£]|RMB|CNY|USD|HKD|EUR|GBP|JPY|人民币|[=×÷*<>≈≥≤^]|[-+/×] |[0-9A-Za-z]-|(?:divided|multiplied) by"
    r"|(?:add|subtract|multiply|divide|exp|greater|sum|average|max|min|round)\([0-9a-z_#%., -]*)\s?$"
).search
_sum_after = re.compile(
    r"\s?(?:元(?!旦)|圆|[千百]?[万亿]|美元|港[元币]|欧元|英镑|日元|人民币|[股份吨笔]|人次|户(?!名)|件|[%％‰×÷*=≈]|bps|"
    r"(?:RMB|CNY|USD|HKD|EUR|GBP|JPY|yuan|dollars?|euros?|yen|pounds|shares|units|[mb]illion|tons|tonnes|barrels|percent)\b)"
    r"|\s[-+/] ?[0-9]"
).match
# 加V138...: V is WeChat, and its number a phone's.
_stuck_before = re.compile(r"[0-9A-Za-z_](?<![\u4e00-\u9fff][Vv])$|[0-9]\.$").search
_stuck_after = re.compile(r"[0-9A-Za-z_%％]|\.[0-9]|[-_][0-9A-Za-z]").match
_years = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])").findall


class _Number(NamedTuple):
    """A candidate as it is written, its letters and digits alone, and what stands before and behind it."""

    text: str
    digits: str
    before: str
    after: str

    @property
    def other(self) -> bool:
        """Whether what stands around it, or how it is grouped, says that it is not a person's."""
        grouped = len(_years(self.text)) > 1
        return grouped or bool(_sum_before(self.before) or says_other(self.before))


def _resident_id(number: _Number) -> bool:
    if _says_id(number.before):
        return dated_id(number.digits)
    return resident_id(number.digits) and not number.other


def _bank_card(number: _Number) -> bool:
    if not bank_card(number.digits):
        return False
    return bool(_says_card(number.before)) or (len(number.digits) > 13 and not number.other)


def _mobile(number: _Number) -> bool:
    if _says_phone(number.before):
        return True
    # A round number is rather an amount; one among no words is a figure, unless it is a whole value: `valid`.
    bare = not re.search(r"[^\W\d_]", number.before + number.after)
    return not (number.other or bare or number.digits.endswith(_ROUND))


def _abroad(number: _Number) -> bool:
    said = bool(_says_phone(number.before))
    written = said or (number.text.startswith("+") and len(number.digits) > 10)
    return written and called_abroad(number.digits.removeprefix("00")) and (said or not number.other)


def _american(number: _Number) -> bool:
    if not american(number.digits):
        return False
    return bool(_says_phone(number.before)) or ("-" in number.text and not number.other)


def _ssn(number: _Number) -> bool:
    if not ssn(number.digits):
        return False
    return bool(_says_ssn(number.before)) or (number.text.count("-") == 2 and not number.other)


def _passport(number: _Number) -> bool:
    return bool(_says_passport(number.before))


def _account(number: _Number) -> bool:
    return bool(_says_account(number.before)) and 7 <= len(number.digits) <= 30


# Stands where a word may: not behind other digits of its run.
_FIRST = "(?<![0-9][ ()-])"
# Kind, the fewest characters of a run that can hold it, its shape, and what else must hold. China's mobile prefixes are
# those given to carriers, 14x of data cards among them. No shape is without bounds, so that time is linear.
_KINDS: tuple[tuple[str, int, re.Pattern[str], Callable[[_Number], bool]], ...] = tuple(
    (kind, least, re.compile(r"(?<![0-9])" + shape), holds)
    for kind, least, shape, holds in (
        ("resident_id", 17, r"[1-8][0-9]{5}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{3}[0-9Xx]", _resident_id),
        ("resident_id", 15, r"[1-8][0-9]{5}[ -]?[0-9]{6}[ -]?[0-9]{3}", _resident_id),
        ("resident_id", 17, r"[1-8][0-9]{3}(?:[ -][0-9]{4}){3}[ -][0-9][0-9Xx]", _resident_id),
        ("bank_card", 13, r"[2-69][0-9]{12,18}", _bank_card),
        ("bank_card", 19, r"[2-69][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?", _bank_card),
        ("bank_card", 19, r"[2-69][0-9]{3}(?:[ -][0-9]{4}){3}", _bank_card),
        (
            "bank_card",
            16,
            r"3[0-9]{3}[ -](?:[0-9]{6}[ -][0-9]{4,5}|[0-9]{4}[ -][0-9]{4}[ -][0-9]{2,3})|[69][0-9]{5}[ -][0-9]{10,13}",
            _bank_card,
        ),
        (
            "mobile",
            11,
            r"(?:\(?(?:\+|00)?86\)?[ -]?)?1(?:3[0-9]|4[5-9]|5[0-35-9]|6[25-7]|7[0-8]|8[0-9]|9[0-35-9])"
            r"(?:(?:[ -]?[0-9]{4}){2}|[0-9][ -][0-9]{3}[ -][0-9]{4})",
            _mobile,
        ),
        ("phone", 8, r"(?:\+|00)(?!86)[1-9][0-9]{0,2}(?:[ -]?\(?[0-9]{1,5}\)?){1,5}", _abroad),
        ("phone", 10, r"\(?[2-9][0-9]{2}\)?[ -]?[0-9]{3}[ -]?[0-9]{4}", _american),
        ("ssn", 9, r"[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}", _ssn),
        ("passport", 7, _FIRST + r"(?<![A-Za-z])(?:[A-Za-z][0-9]{7,8}|[A-Za-z]{2}[0-9]{7}|[0-9]{8,9})", _passport),
        ("account", 7, _FIRST + r"[0-9]{3,30}(?:[ -][0-9]{3,12}){0,8}", _account),
    )
)
_VALID: dict[str, Callable[[str], bool]] = {
    "resident_id": resident_id,
    "bank_card": lambda digits: len(digits) > 13 and bank_card(digits),
    "mobile": lambda digits: not digits.endswith(_ROUND),
}
_IBAN = re.compile(r"[0-9][0-9](?<=[A-Za-z]{2}[0-9]{2})(?=((?:[ -]?[0-9A-Za-z]){11,31}))")


def numbers(plain: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each private number in a text whose digits are ASCII; they may overlap."""
    yield from _ibans(plain)
    for run in _RUN.finditer(plain):
        length = run.end() - run.start()
        for kind, least, shape, holds in _KINDS:
            if length < least:
                continue
            for start, end in _shaped(shape, plain, max(0, run.start() - 3), run.end() + 2):
                if holds(_number(plain, start, end)) and not _in_url(plain, max(0, start - _URL), start):
                    yield kind, start, end


def valid(plain: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each number that is right by itself, whatever the words beside it: a resident ID or bank
    card with its checksum, a mobile that is not round. For texts that are nothing but a value: cells, keys, ids."""
    for run in _RUN.finditer(plain):
        for kind, least, shape, _ in _KINDS:
            if kind in _VALID and run.end() - run.start() >= least:
                for found in shape.finditer(plain, max(0, run.start() - 3), run.end() + 2):
                    digits = "".join(filter(str.isalnum, found[0])).upper()
                    if _VALID[kind](digits) and not plain[found.end() : found.end() + 1].isdigit():
                        yield kind, *found.span()


def _shaped(shape: re.Pattern[str], plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the shape stands alone, from each start once: groups of digits side by side are tried one after another."""
    while found := shape.search(plain, start, end):
        before, after = plain[max(0, found.start() - 2) : found.start()], plain[found.end() : found.end() + _AROUND]
        if not _stuck_before(before) and not _stuck_after(after) and not _sum_after(after):
            yield found.span()
        start = found.start() + 1


def _number(plain: str, start: int, end: int) -> _Number:
    text = plain[start:end]
    digits = "".join(filter(str.isalnum, text)).upper()
    return _Number(text, digits, plain[max(0, start - _AROUND) : start], plain[end : end + _AROUND])


def _ibans(plain: str) -> Iterator[tuple[str, int, int]]:
    for found in _IBAN.finditer(plain):
        start = found.start() - 2
        length = iban_length(plain[start : start + 2])
        if length is None or (plain[max(0, start - 1) : start].isalnum() and plain[start - 1].isascii()):
            continue
        places = [place for place in range(start, found.end(1)) if plain[place].isalnum()][:length]
        end = places[-1] + 1
        if iban("".join(plain[place] for place in places)) and not _stuck_after(plain[end : end + 2]):
            yield "iban", start, end
