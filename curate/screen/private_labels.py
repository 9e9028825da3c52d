"""What the keys above a value say of it: a phone's or card's key makes a bare number private, a figure's leaves it.

PLAIN.under("customerPhone")   ->  Label("customer Phone: ", whole=True): read before the value, as words of a text are
PLAIN.under("order_no")        ->  Label("", whole=False): a whole value that looks like a phone stays
"""

import re
from functools import lru_cache
from typing import NamedTuple

from curate.screen.private_numbers import says_other

_PRIVATE = re.compile(
    r"(?<![a-z])(?:(?:tele|cell)?phones?|mobiles?|tel|cell|whatsapp|wechat|contact|cards?|accounts?|passport|ssn|iban"
    r"|e ?-?mail|address|identity|id card)(?![a-z])"
    "|手机|电话|联系方式|微信|身份证|证件|卡号|银行卡|护照|[账帐][号户]|邮箱|地址|住址",
    re.IGNORECASE,
)
_YEAR = re.compile("(?:FY ?)?(?:19|20)[0-9]{2}年?")
_MASK = re.compile(r"\[\w{1,20}_[0-9]{1,9}\](?:~[0-9]+)?")
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])|[_.-]+")
# What FinQA's records hold under these names are figures, and the programs over them.
_NAMES = frozenset({"table", "evidence", "program"})


class Label(NamedTuple):
    """words: of a key that says that its values are private, to be read before each of them; "" where none does.
    whole: whether a text that is nothing but a valid number counts."""

    words: str
    whole: bool

    def under(self, key: object) -> "Label":
        """The label of what stands under a key of what this label is for."""
        return _under(self, str(key))


PLAIN, FIGURE = Label("", whole=True), Label("", whole=False)


@lru_cache(1024)
def _under(above: Label, key: str) -> Label:
    if key in _NAMES:
        return FIGURE
    words = f"{_HUMP.sub(' ', _MASK.sub('', key)).rstrip(' 0123456789')}: "
    if _PRIVATE.search(words):
        return Label(words, whole=True)
    return above if above.words or not (_YEAR.fullmatch(key) or says_other(words)) else FIGURE
