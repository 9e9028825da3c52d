"""What an answer as a whole says in quantities: which stand, in what form, and what the words around them do to them.

read("2019 revenue was $ 42 million")   ->  Reading((42e6,), "one")
read("1.91% and 3.46% , respectively")  ->  Reading((1.91%, 3.46%), "list")
read("8 to 14")                         ->  Reading((8, 14), "range")
read("亏损3.2亿元")                       ->  Reading((3.2e8,), "one", direction=-1)
read("not 35%")                         ->  Reading((35%,), "one", hedged=True)
"""

import itertools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from judges.answers.dates import dates
from judges.answers.quantity import Found, Kind, Quantity, distinct, prepared, scan
from judges.answers.text import HAN, WORD

Form = Literal["none", "one", "list", "range", "several"]

_SHORTEST_DATE = 7  # 2019年1月
_MANY = 50  # quantities: no answer is a longer list
_MAX_WORDS, _MAX_HAN = 6, 12  # "a decrease of 3.2 percent in sales" is an answer, a sentence that explains is not
_SAYS = re.compile(r"[^\W\d_]|[<>≥≤≠=+?？]")
_DATED = re.compile(
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])|\d[-/.]\d{1,2}[-/.]\d|\d\s?月"
    r"|(?i:\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|ober)?\b)"
)
_BARE = re.compile(r"(-?(\d{1,12})(?:\.(\d{1,12}))?)(%)?", re.ASCII)
_EQUALS = re.compile(r"[=≈]")
_HEDGE = re.compile(
    r"\b(?:no|not|never|neither|(?:is|was|can|wo|does|did|do|has)n't|can't|cannot|without|excluding|except|wrong|incorrect"
    r"|instead of|rather than|anything but|other than|far from|guess|suppose|could|maybe|perhaps|possibly|probably"
    r"|likely|either|nearly|almost|between|minimum|maximum|up to|at (?:least|most)|exceed(?:s|ed|ing)?|non-?negative"
    r"|(?:upwards|north|south|short|excess) of|(?:more|less|greater|fewer|higher|lower|larger|smaller) than"
    r"|or (?:more|less|fewer|above|below|over|under|so)|(?<=\d )more|(?:over|under|above|below)(?= \$?\d)"
    r"|twice|double|triple|multipl(?:y|ied)|divided?|fy ?\d{4}[-/]\d\d)\b|sqrt|[<>≥≤≠]|\d\+|√\d|[?？吗]\s*$"
    r"|(?:逾|突破|未达|近|不等于|[达满]不到) ?\d|\d[余多]|不正确|错误|以内|之内|无法|没有|并未"
    r"|未(?=[下减降亏增上])|减亏|扭亏"
    r"|乘以|除以|不[是为到足]|不[低高超少多]于?|不超过|并非|而非|超[过出]|至[少多]|最[少多]|以[上下]|[大小高低多少]于|可能|也许|或许|近似于"
)  # of lower-case text
# A number that names a place: "see note 4", 附注四.
_REFERENCE = re.compile(
    r"\b(?:step|equation|question|chapter|part|case|example|note|page|table|exhibit|section|item|figure"
    r"|appendix|footnote|line|row|column"
    r"|paragraph)s? ?\(?#?\d|s&p|附注|详见|[见第图表] ?\d"
)  # of lower-case text
_DOWN = re.compile(
    r"\b(?:decreas|declin|reduc|drop|fell\b|fall|loss|lost\b|lower|down\b|negative|outflow|minus\b|shrank"
    r"|shrink|contract(?:ed|ion)"
    r"|deficit|slid\b|sank\b|plunge|dip\b|dipped|shed\b|slip)|减|亏|降|跌|缩水|流出|负|下滑|回落"
)  # of lower-case text
_UP = re.compile(
    r"\b(?:increas|rise\b|rises\b|rising|rose\b|grew\b|grow|gain|higher|up\b|climb|expan|positive|inflow|surplus)"
    r"|增加|增长|增幅|提高|升|涨|流入|上调|盈余"
)  # of lower-case text
# What fell, or rose, TO the number has it as its level.
_LEVEL = re.compile(
    r"\b(?:decreas|declin|fell|fall|dropp?|reduc|down|lower|ris|rose|increas|grew|grow|up)\w* to\b"
    r"|(?:减少|降低|下降|下跌|下滑|回落|降|跌|上升|增加|增长|提高|升|涨)(?:至|到|为)"
)  # of lower-case text
# A year that is named in part only: its quarters and halves are other answers.
_PART_OF_YEAR = re.compile(
    r"\b[qh][1-4]\b|\b[1-4][qh]\b|\b(?:first|second|third|fourth|last) (?:quarter|half)\b|\b(?:early|late"
    r"|mid)\b|季度|[上下]半年|年[初中末底]"
)  # of lower-case text
_FISCAL = re.compile(r"\bfy ?(?=(?:19|20)\d\d\b)")
_LISTED = re.compile(r"^(?:[\s,;、/&.]|and|respectively|和|与|及|以及|分别|为)*$", re.IGNORECASE)
_TO = re.compile(r"^ ?(?:-|--|—|to|through|至|到|~|～) ?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\b|[由从自]")
_BETWEEN = re.compile(r"\bbetween\b|之间")
_AND = re.compile(r" ?(?:and|和|与) ?$", re.IGNORECASE)
_OR = re.compile(r"\bor\b|或|还是|\bfrom\b|[由从].*[升降增减]?[至到]|\bthen\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """values: the quantities, a year beside a value left out and what is said twice taken once; form: how many they are
    meant as, several where it is not clear that they are a list; direction: -1 or 1 where words say decrease or
    increase, else 0; hedged: words deny the number or bound it; prose: a sentence stands around it; refers: the number
    names a place, as in "see note 4"."""

    values: tuple[Quantity, ...] = ()
    form: Form = "none"
    direction: int = 0
    hedged: bool = False
    prose: bool = False
    refers: bool = False


def read(text: str) -> Reading:
    """The reading of an answer; form "none" where no quantity stands in it."""
    if numeral := _BARE.fullmatch(text):
        return Reading((_bare(*numeral.groups()),), "one")
    text = prepared(text)
    found = _found(text)
    if len(found) == 1 and not _SAYS.search(text[: found[0].start] + text[found[0].end :]):
        return Reading((found[0].quantity,), "one")  # nothing but a number: most answers
    text = text.lower()
    found = _without_years(found, text)
    if len(found) > 1 and _EQUALS.search(text) and (behind := _behind_equals(text, found)):
        found = behind
    if not found:
        return read(_FISCAL.sub("", text)) if _FISCAL.search(text) else Reading()
    words, han = len(WORD.findall(text)), len(HAN.findall(text))
    if all(is_year(one.quantity) for one in found) and _PART_OF_YEAR.search(text):
        return Reading()
    level = bool(_LEVEL.search(text))
    down, up = not level and bool(_DOWN.search(text)), not level and bool(_UP.search(text))
    values, form = _form(text, found, down or up)
    return Reading(
        values,
        form,
        0 if down == up else -1 if down else 1,
        bool(_HEDGE.search(_BETWEEN.sub("", text) if form == "range" else text)),
        words > _MAX_WORDS or han > _MAX_HAN,
        bool(_REFERENCE.search(text)),
    )


def _bare(number: str, whole: str, places: str | None, percent: str | None) -> Quantity:
    """A numeral and nothing else, as `scan` would read it, at a third of the cost: half of all golds and answers."""
    significant = len((whole + (places or "")).lstrip("0")) or 1
    kind: Kind = "percent" if percent else "number"
    return Quantity(Decimal(number), kind, decimals=len(places or ""), significant=significant)


def _found(text: str) -> list[Found]:
    if len(text) < _SHORTEST_DATE or not _DATED.search(text) or not (dated := dates(text)):
        return scan(text)
    pieces, position = [], 0
    for _, start, end in dated:
        pieces += [text[position:start], "|" * (end - start)]
        position = end
    both = [*scan("".join([*pieces, text[position:]])), *(Found(*date, False) for date in dated)]
    return sorted(both, key=lambda found: found.start)


def is_year(quantity: Quantity) -> bool:
    """A bare whole number from 1900 to 2100?"""
    return (
        quantity.kind == "number"
        and not quantity.decimals
        and quantity.scale == 1
        and quantity.significant == 4
        and 1900 <= quantity.value <= 2100
    )


def _without_years(found: list[Found], text: str) -> list[Found]:
    """Years that stand beside other quantities are not among the values: "2019 revenue was 42"."""
    if len(found) < 2 or (len(found) == 2 and _OR.search(text[found[0].end : found[1].start])):
        return found
    rest = [one for one in found if not is_year(one.quantity) and one.quantity.kind != "date"]
    return rest or found


def _behind_equals(text: str, found: list[Found]) -> list[Found]:
    """What stands behind the last equals sign: of "10 + 2.5 = 12.5" the 12.5."""
    last = max(match.end() for match in _EQUALS.finditer(text))
    return [one for one in found if one.start >= last - 1]


def _form(text: str, found: list[Found], moved: bool) -> tuple[tuple[Quantity, ...], Form]:
    values = tuple(distinct([one.quantity for one in found[:_MANY]], _MANY))
    if len(values) == 1:
        return values, "one"
    between = text[found[0].end : found[1].start]
    if (
        len(found) == 2
        and not moved
        and not _FROM.search(text)
        and (_TO.match(between) or (_AND.match(between) and _BETWEEN.search(text)))
    ):
        values = _alike(values)
        return values, "range" if values[0].kind == values[1].kind else "several"
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(found)]
    if len(values) == len(found) and not _OR.search(text) and all(map(_LISTED.match, gaps)):
        return values, "list"
    return values, "several"


def _alike(values: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """Of a range "8-14%" or "3.5 to 4 million" the first takes the second's percent sign, scale and unit."""
    first, second = values
    if first.kind == "number":
        first = replace(first, kind=second.kind, unit=second.unit)
    if first.scale == 1 and second.scale != 1 and (first.kind, first.unit) == (second.kind, second.unit):
        first = replace(first, value=first.value * second.scale, scale=second.scale)
    return first, second
