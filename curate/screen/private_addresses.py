"""Where a person is reached: e-mail addresses, and postal ones that name a house.

list(emails("write to li.ming@example.com."))                 ->  [("email", 9, 28)]
list(postal("寄到北京市海淀区学府路18号3号楼502室。"))          ->  [("address", 2, 23)]
list(postal("12 Elm Street, Apt 4B, Springfield, IL 62701"))  ->  [("address", 0, 44)]

Firms and their buildings have addresses too: 27 of 28 mentions of a street and house number in the real samples that we
read. So an address counts where it has a flat (502室, Apt 4B), a postcode, or a word before it that asks for one (住在,
地址, lives at), and not where the words beside it call it a firm's seat (注册地址, headquartered at). A firm's address
with a flat that nothing calls so cannot be told from a person's, and is found.
"""

import re
from collections.abc import Iterator

_EMAIL = re.compile(
    # "//" before it: the user of a URL; "git@": how repositories are written; "icon@2x.png": a picture's resolution.
    r"(?<![A-Za-z0-9_.+%-])(?<!//)(?!git@)[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@"
    r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}(?!(?:png|jpe?g|gif|svg|webp|css|js)\b)[A-Za-z]{2,18}(?![A-Za-z0-9@-])"
)

_HAN = r"[\u4e00-\u9fff]"
_ROOM = r"(?:号楼|号院|号|弄|栋|幢|座|单元|层|楼|室|房)"
_HOUSE = re.compile(
    rf"[0-9]{{1,5}}(?:-[0-9]{{1,4}})?(?:号楼|号院|号|弄|栋|幢)(?![召称令文])"
    rf"(?P<room>(?: ?(?:{_HAN}{{1,8}}(?:院|小区|苑|园|大厦|广场|公寓|城|中心|新村|里))? ?(?:"
    rf"[0-9A-Za-z一二三四五六七八九十]{{1,5}}(?:-[0-9A-Za-z]{{1,5}}){{0,2}}{_ROOM}|[0-9]{{1,4}}(?:-[0-9]{{1,4}}){{1,3}}"
    r")){0,5})"
)
_FLAT = re.compile(r"[室户]|单元|[0-9]-[0-9]")
# endpos stands for the end of the text, so that $ is where the house number begins.
_HEAD = re.compile(rf"(?:{_HAN}| ){{2,40}}$")
_STREET = re.compile(
    rf"{_HAN}(?:路|街|大道|(?<![渠频通隧轨铁知报管赛])道|巷|胡同|里|弄|村|小区|花园|家园|庄园|公寓|苑|坊|庄)[东西南北中]?段?$"
)
_PLACE = re.compile(
    r"省|自治[区州]|市(?![场值盈净价面])|(?<![地社小园专校景战灾误])区(?![域间别块分])|县|镇|乡|旗|街道|北京|上海|天津|重庆"
)
_PROVINCE = re.compile(
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|"
    "青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# Words that end where an address begins; looked for before its first place only, as 于 is in 于洪区 too.
_LEAD = re.compile(r".*(?:[址住在为是到至往于给]|居住|现居|户籍|邮寄|[ ])", re.DOTALL)
_ASKED = re.compile(r"(?:地址|住址|住所|住|寄[到往至给]|送[到至]|户籍|现居|搬[到至]|上门)[^。；;，\n]{0,8}$")
_SEAT = re.compile(
    r"(?:注册|登记|办公|营业|经营|通信|网站|会议|召开|公司|单位)(?:场所|地址|地点|地|住所)|总部"
    r"|(?:公司|集团|银行|行|部|厅|所|局|院|会|中心|平台|企业|门店|柜台|网点|采购人|供应商)[^。；;，\n]{0,4}"
    r"(?:地址|地点|住所|位于|设[在于]|坐落)"
)
_SEAT_NEAR = re.compile(rf"(?:{_SEAT.pattern})[^。；;，\n]{{0,6}}$")

_ENGLISH = re.compile(
    r"[0-9](?<![0-9A-Za-z.,$€£#/-][0-9])[0-9]{0,4}[A-Z]?,? (?:[NSEW]\.? )?"
    r"(?:(?:[A-Z][A-Za-z'.]{1,15}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,4}?(?:(?:Street|Avenue|Road|Boulevard|Lane|Drive"
    r"|Parkway|Highway|Court|Place|Way|Square|Terrace|Circle|Close|Crescent|Gardens)\b|(?:St|Ave|Rd|Blvd|Ln|Dr|Pkwy|Hwy|Ct"
    r"|Pl|Sq)\b\.?)(?![A-Za-z'’])"
    r"(?P<flat>,? (?:Apt|Apartment|Unit|Flat|Room|Rm|#)\.? ?#?[0-9A-Z-]{1,6}\b)?"
    r"(?P<postcode>,? (?:[A-Z][A-Za-z.']{1,15},? ){1,3}(?:[A-Z]{2},? )?"
    r"(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})\b)?"
    r"(?:,? [A-Z][A-Za-z]{1,15}(?: [A-Z][A-Za-z]{1,15})?, [A-Z]{2}\b)?"
)
_ENGLISH_ASKED = re.compile(
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing|ence)|home(?: address)?|address|mail(?:ed|ing)?|ship(?:ped|ping)?"
    r"|deliver(?:ed|y)?|moved?|sen[dt]|house)\b[^.;\n]{0,24}$",
    re.IGNORECASE,
)
_ENGLISH_SEAT = re.compile(
    r"\b(?:headquarter\w*|offices?|registered|branch|place of business|meeting|store|facility)\b[^.;\n]{0,50}$",
    re.IGNORECASE,
)


def emails(plain: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each e-mail address, a person's or a role's: ir@... may be either."""
    if "@" in plain:
        for found in _EMAIL.finditer(plain):
            yield "email", *found.span()


def postal(plain: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each postal address with a house number."""
    if "号" in plain or "弄" in plain or "栋" in plain or "幢" in plain:
        for found in _HOUSE.finditer(plain):
            start = _chinese_start(plain, found)
            if start is not None:
                yield "address", start, found.end()
    for found in _ENGLISH.finditer(plain):
        if _is_english(plain, found):
            yield "address", *found.span()


def _chinese_start(plain: str, house: re.Match[str]) -> int | None:
    """Where the address begins whose house number this is, None where it is none."""
    head = _HEAD.search(plain, max(0, house.start() - 40), house.start())
    if head is None or not _STREET.search(head[0].rstrip()):
        return None
    start = head.start() + _lead(head[0])
    before = plain[max(0, start - 40) : start]
    flat = _FLAT.search(house["room"])
    return start if (flat or _ASKED.search(before)) and not _SEAT_NEAR.search(before) else None


def _lead(head: str) -> int:
    """How many characters of a head stand before its address."""
    if province := _PROVINCE.search(head):
        return province.start()
    place = _PLACE.search(head)
    lead = _LEAD.match(head[: place.start()] if place else head[:-2])
    return lead.end() if lead else 0


def _is_english(plain: str, found: re.Match[str]) -> bool:
    before = plain[max(0, found.start() - 70) : found.start()]
    asked = found["flat"] or found["postcode"] or _ENGLISH_ASKED.search(before)
    return bool(asked) and not _ENGLISH_SEAT.search(before)
