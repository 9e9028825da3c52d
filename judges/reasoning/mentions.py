"""The numbers of a text: which of them count, and what each is made of.

list(mentions("Step 2: 1,234.5 in 2019, see Q3"))   ->  ["1234.5"]
list(placed("Step 2: 1,234.5 in 2019, see Q3"))     ->  [("1234.5", 8, 15)]
numeral("0.0120")                                   ->  Numeral("12", power=-1, written=3)
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from judges.reasoning.arithmetic.written import readable

# A number begins with a digit, or with a point before one. What its first character is, is asked behind it: to search
# for a set of characters is fast.
_FIRST, _REST = "[.0-9]", r"(?:(?<=[0-9])[0-9,]*(?:\.[0-9]+)?|[0-9]+)"
_RUN = re.compile(_FIRST + _REST)
_MENTION = re.compile(rf"({_FIRST})(?<=(.{{13}}))({_REST})(?=(.{{0,2}}))", re.DOTALL)
_PART = re.compile(r"[^,]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]+)?")
_NAMES = (
    *"step item note page table level part question chapter section figure line row column option case method".split(),
    *"phase window rule asc ias ifrs sfas form act article code".split(),
    *("第", "附注", "步骤", "方法", "选项", "科目", "准则", "代码"),
)
_BEGINNING = re.compile(r"\n[\s>*#(|-]{0,8}$")
_BEFORE = 12  # characters before a number that may say that it counts a step or begins an entry of a list
_BESIDE = frozenset(" $(=\n¥|*,.:)~")  # next to a number it makes no name of it
_ENTRY = (".", ")", ":", "、", "：")
_ORDINALS = ("st", "nd", "rd", "th")
_YEAR = 4  # digits


class Numeral(NamedTuple):
    """A written number: its digits without the zeros around them, the power of ten that goes with 0.digits, and how
    many digits carry precision as it is written."""

    digits: str
    power: int
    written: int


def undressed(text: str) -> str:
    """The text as numbers are read in it: half width, and without LaTeX."""
    return readable(text).replace("{,}", ",")


def numbers(text: str) -> Iterator[str]:
    """All numbers of a text, also those that touch letters (boeing737-800) or number a list: where numbers are looked
    up, one too many does no harm."""
    for run in set(_RUN.findall(text)):
        yield from _split(run) if "," in run else (run,)


def mentions(text: str) -> Iterator[str]:
    """The numbers of a text that count, in order, as written but for their separators."""
    return _counted(_MENTION.findall("\n" * _BEFORE + text))


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """What `mentions` gives, each with the place where it stands: its start and its end."""
    for found in _MENTION.finditer("\n" * _BEFORE + text):
        kept, run, start = set(_counted([found.groups()])), found[0], found.start() - _BEFORE
        whole = _GROUPED.fullmatch(run, 0, len(run.rstrip(",")))
        for part in [whole] if whole else _PART.finditer(run):
            if (written := part[0].replace(",", "")) in kept:
                yield written, start + part.start(), start + part.end()


def _counted(found: Iterable[Sequence[str]]) -> Iterator[str]:
    """The numbers that count, of what _MENTION finds."""
    for first, before, rest, after in found:
        if before[-2] not in _BESIDE and _begins_in_name(before):
            continue
        if after[:1] not in _BESIDE and _ends_in_name(after):
            continue
        run = first + rest
        if "." in run and "," not in run:
            yield run
            continue
        for written in _split(run) if "," in run else (run,):
            if len(written) > _YEAR or not written.isdigit() or _counts(before[:-1], after, written):
                yield written


def _begins_in_name(before: str) -> bool:
    """Does a number go on with a name: Q3, A320, A-1? before: what stands before it, and its first character."""
    last, near = before[-3], before[-2]
    if not (near.isascii() and last.isascii()):
        return False
    return near.isalnum() or near == "_" or (near == "-" and last.isalpha())


def _ends_in_name(after: str) -> bool:
    """Does a name go on behind a number: 3M, 4th, 10-K?"""
    if not after.isascii():
        return False
    if after[:1] == "(" and after[1:].isalpha():  # 401(k)
        return True
    return after[:1].isupper() or after in _ORDINALS or (after[:1] == "-" and after[1:].isupper())


def _split(run: str) -> Iterable[str]:
    """The numbers in a run of digits, points and commas: one with separators of thousands, or a list of several."""
    bare = run.strip(",.")
    if _GROUPED.fullmatch(bare):
        return (bare.replace(",", ""),)
    return [one for one in bare.split(",") if one]


def _counts(before: str, after: str, written: str) -> bool:
    """Is a whole number of four digits or fewer no year, no name's and no list's? before: 12 characters, after: two."""
    if len(written) == _YEAR:
        return written[:2] not in ("19", "20")
    return not (_is_named(before) or (after.startswith(_ENTRY) and _BEGINNING.search(before)))


def _is_named(before: str) -> bool:
    """Does a name stand before a number, as in "step 3" and "Table #3"?"""
    before = before.removesuffix("#")
    return (before[:-1] if before[-1].isspace() else before).lower().endswith(_NAMES)


def numeral(written: str) -> Numeral:
    """What a number is made of that `mentions` or `numbers` gave."""
    whole, _, point = written.partition(".")
    digits = (whole + point).lstrip("0")
    leading = len(whole + point) - len(digits)
    return Numeral(digits.rstrip("0"), len(whole) - leading, len(digits))
