"""Where the numbers of a reasoning come from: the question, a calculation that was written out, common knowledge, or
nowhere.

    ground("12.03% of 6,039", "revenue of 6,039 and a share of 0.1203", ())   ->  given 2, nothing unfounded

A number is given if it stands in the question's text, context or options, whatever its sign, scale or percent sign, or
rounds to what the trace writes. Years, numbers of lists and steps, and parts of names (Q3, 10-K) are not counted.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from judges.reasoning.arithmetic import Calculation
from judges.reasoning.arithmetic.written import readable

Place = Literal["given", "derived", "constant", "miscalculated", "unfounded"]

_RUN = re.compile(r"[.0-9][0-9,]*(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]+)?")
_NAMED = re.compile(
    r"(?:step|item|note|page|table|level|part|question|chapter|section|figure|line|row|column|option|case|method|phase"
    r"|window|第|附注|步骤|方法|选项)\s?#?$",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"(?:^|\n)[\s>*#(|-]{0,8}$")
_BEFORE = 12  # characters before a number that may say that it counts a step or begins an entry of a list
_ENTRY = (".", ")", ":", "、", "：")
_ORDINALS = ("st", "nd", "rd", "th")
_YEAR = 4  # digits
# Powers of ten between two writings of one number: percent, basis points, thousands to trillions, 万 and 亿, and a
# percent or a thousand of these. A number of one or two digits is found everywhere, so few of these count for it.
_SHIFTS, _FEW_SHIFTS, _FEW_DIGITS = frozenset((0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12)), frozenset((0, 2, 3, 6)), 2
_COUNTS = 10  # whole numbers up to this one count things
_CONSTANTS = frozenset(
    (
        *("12", "24", "30", "31", "50", "52", "60", "90", "180", "250", "252", "360", "364", "365", "366", "0.5"),
        *("0.25", *(str(10**power) for power in range(2, 13))),
    )
)
_LONGEST = 40  # digits of a computed value


class Numeral(NamedTuple):
    """A written number: its digits without the zeros around them, the power of ten that goes with 0.digits, and how
    many digits carry precision as it is written."""

    digits: str
    power: int
    written: int


@dataclass(frozen=True, slots=True)
class Grounding:
    """How many numbers of a text come from where, each mention counted; unfounded: the numbers from nowhere as written,
    each once, in order; at_hand: how many different numbers the question gives."""

    at_hand: int = 0
    given: int = 0
    derived: int = 0
    constant: int = 0
    miscalculated: int = 0
    unfounded: tuple[str, ...] = ()
    unfounded_mentions: int = 0

    @property
    def counted(self) -> int:
        """All numbers that were looked at."""
        return self.given + self.derived + self.constant + self.miscalculated + self.unfounded_mentions

    @property
    def founded(self) -> float | None:
        """The share that is given, derived or a constant; None without numbers."""
        return (self.given + self.derived + self.constant) / self.counted if self.counted else None


class _Known:
    """Numbers to find others in."""

    def __init__(self, numerals: Iterable[Numeral]) -> None:
        self._exact: dict[str, set[int]] = {}
        for numeral in numerals:
            self._exact.setdefault(numeral.digits, set()).add(numeral.power)
        self._sorted = sorted((float(f"0.{digits}"), digits) for digits in self._exact)

    def holds(self, wanted: Numeral) -> bool:
        """Is it one of these, or one of them rounded or cut off, whatever the power of ten between the two?"""
        if _alike(wanted, self._exact.get(wanted.digits, ())):
            return True
        if wanted.written < _FEW_DIGITS:
            return False
        value, last = float(f"0.{wanted.digits}"), 10.0**-wanted.written
        index = bisect_left(self._sorted, (value - last / 2 - 1e-12, ""))
        while index < len(self._sorted) and self._sorted[index][0] < value + last - 1e-12:
            if _alike(wanted, self._exact[self._sorted[index][1]]):
                return True
            index += 1
        return False


def _alike(wanted: Numeral, powers: Iterable[int]) -> bool:
    shifts = _SHIFTS if wanted.written > _FEW_DIGITS else _FEW_SHIFTS
    return any(abs(wanted.power - power) in shifts for power in powers)


def _parts(numerals: Iterable[Numeral]) -> set[tuple[str, int]]:
    """What a number is split into where it is computed by hand, 1.047 into 1, 0.04 and 0.007, or 1 and 0.047: its last
    digits, and each digit, in their places."""
    found = set()
    for one in numerals:
        for place, digit in enumerate(one.digits[:_LONGEST]):
            if digit != "0":
                found |= {(digit, one.power - place), (one.digits[place:], one.power - place)}
    return found


def ground(text: str, given: str, calculations: Sequence[Calculation]) -> Grounding:
    """The grounding of the numbers in `text`; given: all that the question gives; calculations: the audit of `text`."""
    text, given = (readable(one).replace("{,}", ",") for one in (text, given))
    right = {result for one in calculations if one.value is not False for result in _results(one)}
    wrong = {result for one in calculations if one.value is False for result in _results(one)}
    at_hand = set(numerals(given, anywhere=True))
    sources: tuple[tuple[Place, _Known], ...] = (
        ("given", _Known(map(_numeral, at_hand))),
        ("derived", _Known(map(_numeral, right))),
        ("miscalculated", _Known(map(_numeral, wrong))),
    )
    mentions = Counter(numerals(text))
    read = {written: _numeral(written) for written in mentions}
    places = {written: _place(written, numeral, sources) for written, numeral in read.items()}
    if "unfounded" in places.values():
        parts = _parts(numeral for written, numeral in read.items() if places[written] != "unfounded")
        places |= {one: "derived" for one in places if places[one] == "unfounded" and read[one][:2] in parts}
    counts: Counter[Place] = Counter()
    for written, place in places.items():
        counts[place] += mentions[written]
    return Grounding(
        at_hand=len(at_hand),
        given=counts["given"],
        derived=counts["derived"],
        constant=counts["constant"],
        miscalculated=counts["miscalculated"],
        unfounded=tuple(written for written, place in places.items() if place == "unfounded"),
        unfounded_mentions=counts["unfounded"],
    )


def _place(written: str, numeral: Numeral, sources: Sequence[tuple[Place, _Known]]) -> Place:
    if written in _CONSTANTS or (written.isdigit() and int(written) <= _COUNTS):
        return "constant"
    return next((place for place, known in sources if known.holds(numeral)), "unfounded")


def numerals(text: str, anywhere: bool = False) -> Iterator[str]:
    """The numbers of a text that count, in order, as written but for their separators. anywhere: also those that touch
    letters (boeing737-800) or number a list: where numbers are looked up, one too many does no harm."""
    for found in _RUN.finditer(text):
        start, end = found.span()
        for written in _split(found[0]):
            if anywhere or _counts(text, written, start, end):
                yield written


def _split(run: str) -> Iterable[str]:
    """The numbers in a run of digits, points and commas: one with separators of thousands, or a list of several."""
    if "," not in run:
        return (run.removesuffix("."),)
    bare = run.strip(",.")
    if _GROUPED.fullmatch(bare):
        return (bare.replace(",", ""),)
    return [one for one in bare.split(",") if one]


def _counts(text: str, written: str, start: int, end: int) -> bool:
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if before.isascii() and (
        before[-1:].isalnum() or before[-1:] == "_" or (before[-1:] == "-" and before[0].isalpha())
    ):
        return False  # Q3, A320, A-1
    if after.isascii() and (after[:1].isupper() or after in _ORDINALS or (after[:1] == "-" and after[1:].isupper())):
        return False  # 3M, 4th, 10-K
    if not written.isdigit() or len(written) > _YEAR:
        return True
    if len(written) == _YEAR:
        return written[:2] not in ("19", "20")
    if _NAMED.search(text, max(start - _BEFORE, 0), start):
        return False
    return not (after.startswith(_ENTRY) and _BEGINNING.search(text, max(start - _BEFORE, 0), start))


def _numeral(written: str) -> Numeral:
    whole, _, point = written.partition(".")
    digits = (whole + point).lstrip("0")
    leading = len(whole + point) - len(digits)
    return Numeral(digits.rstrip("0"), len(whole) - leading, len(digits))


def _results(one: Calculation) -> Iterator[str]:
    """The result of a calculation as stated, and as computed with all its digits."""
    yield from numerals(one.stated, anywhere=True)
    if one.computed is not None:
        yield f"{abs(one.computed):f}"[:_LONGEST]
