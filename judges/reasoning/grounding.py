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
from functools import cached_property, lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from judges.answers.numerals import arabic
from judges.answers.text import simplified
from judges.reasoning.arithmetic import Calculation
from judges.reasoning.arithmetic.written import readable

Place = Literal["given", "derived", "constant", "miscalculated", "unfounded"]

# A number begins with a digit, or with a point before one. What its first character is, is asked behind it: to search
# for a set of characters is fast.
_FIRST, _REST = "[.0-9]", r"(?:(?<=[0-9])[0-9,]*(?:\.[0-9]+)?|[0-9]+)"
_RUN = re.compile(_FIRST + _REST)
_MENTION = re.compile(rf"({_FIRST})(?<=(.{{13}}))({_REST})(?=(.{{0,2}}))", re.DOTALL)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]+)?")
_NAMES = (
    *"step item note page table level part question chapter section figure line row column option case method".split(),
    *"phase window rule asc ias ifrs sfas form act article code".split(),
    *("第", "附注", "步骤", "方法", "选项", "科目", "准则", "代码"),
)
_BEGINNING = re.compile(r"\n[\s>*#(|-]{0,8}$")
_BEFORE = 12  # characters before a number that may say that it counts a step or begins an entry of a list
_WIDE = re.compile("[Ａ-Ｚａ-ｚ０-９．＿＃]")
_WIDE_DIGITS = tuple(zip("０１２３４５６７８９．", "0123456789.", strict=True))
_SAME = tuple(zip("–−‑－＝＋／（）\u00a0\u202f\u2009\u3000", "----=+/()    ", strict=True))
_WIDE_LETTER = re.compile("[Ａ-Ｚａ-ｚ＿＃]")
_BESIDE = frozenset(" $(=\n¥|*,.:)~")  # next to a number it makes no name of it
_IN_WORDS = re.compile("[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][十百千万亿拾佰仟萬億]|[十百千万]分之|[亿万億萬][0-9]")
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
_FEW = 1000  # numbers of a question that are added up
_PLACES = 9  # to which sums of floats are exact enough


class Numeral(NamedTuple):
    """A written number: its digits without the zeros around them, the power of ten that goes with 0.digits, and how
    many digits carry precision as it is written."""

    digits: str
    power: int
    written: int


@dataclass(frozen=True, slots=True)
class Grounding:
    """How many numbers of a text come from where, each mention counted; unfounded: the numbers from nowhere as written,
    each once, in order; misread: those of them that are one digit, or one swap of two, from a given one; at_hand: how
    many different numbers the question gives."""

    at_hand: int = 0
    given: int = 0
    derived: int = 0
    constant: int = 0
    miscalculated: int = 0
    unfounded: tuple[str, ...] = ()
    misread: tuple[str, ...] = ()
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
        self._exact: dict[str, list[int]] = {}
        for digits, power, _ in numerals:
            self._exact.setdefault(digits, []).append(power)
        self._sorted = sorted([(float(f"0.{digits}"), digits) for digits in self._exact])

    @cached_property
    def _blurred(self) -> set[tuple[str, int]]:
        """The numbers of three digits or more with one digit made unreadable, for every digit."""
        exact = ((digits, power) for digits, powers in self._exact.items() for power in powers)
        return {one for digits, power in exact for one in _blurrings(digits, power)}

    @cached_property
    def _values(self) -> set[float]:
        return {float(f"0.{digits}e{power}") for digits, powers in self._exact.items() for power in powers}

    def leads_to(self, written: str) -> bool:
        """Is it the sum or the difference of two of these, worked out in the head?"""
        value = float(written)
        return any(round(abs(value - one), _PLACES) in self._values for one in islice(self._values, _FEW))

    def resembles(self, wanted: Numeral) -> bool:
        """Is one of these of the same size, but for one digit or for two neighbours in the other order?"""
        digits, power, _ = wanted
        if not _FEW_DIGITS < len(digits) <= _LONGEST:
            return False
        swapped = (f"{digits[:i]}{digits[i + 1]}{digits[i]}{digits[i + 2 :]}" for i in range(len(digits) - 1))
        return any(power in self._exact.get(one, ()) for one in swapped) or not self._blurred.isdisjoint(
            _blurrings(digits, power)
        )

    def holds(self, wanted: Numeral) -> bool:
        """Is it one of these, or one of them rounded or cut off, whatever the power of ten between the two?"""
        digits, _, written = wanted
        if not self._exact:
            return False
        if (powers := self._exact.get(digits)) and _alike(wanted, powers):
            return True
        if written < _FEW_DIGITS:
            return False
        value, last = float(f"0.{digits}"), 10.0**-written
        index = bisect_left(self._sorted, (value - last / 2 - 1e-12, ""))
        while index < len(self._sorted) and self._sorted[index][0] < value + last - 1e-12:
            if _alike(wanted, self._exact[self._sorted[index][1]]):
                return True
            index += 1
        return False


def _blurrings(digits: str, power: int) -> Iterator[tuple[str, int]]:
    if _FEW_DIGITS < len(digits) <= _LONGEST:
        for place in range(len(digits)):
            yield f"{digits[:place]}?{digits[place + 1 :]}", power


def _alike(wanted: Numeral, powers: Iterable[int]) -> bool:
    shifts = _SHIFTS if wanted.written > _FEW_DIGITS else _FEW_SHIFTS
    return any(abs(wanted.power - power) in shifts for power in powers)


def _parts(wanted: Iterable[Numeral], numerals: Iterable[Numeral]) -> set[tuple[str, int]]:
    """Which of the wanted numbers others are split into where they are computed by hand, 1.047 into 1, 0.04 and 0.007,
    or 1 and 0.047: its last digits, and each digit, in their places."""
    at: dict[int, set[str]] = {}
    for digits, power, _ in wanted:
        at.setdefault(power, set()).add(digits)
    found: set[tuple[str, int]] = set()
    for digits, power, _ in numerals:
        for place, digit in enumerate(digits[:_LONGEST]):
            if (here := at.get(power - place)) and digit != "0":
                found.update((one, power - place) for one in (digit, digits[place:]) if one in here)
    return found


def ground(text: str, given: str, calculations: Sequence[Calculation]) -> Grounding:
    """The grounding of the numbers in `text`; given: all that the question gives; calculations: the audit of `text`."""
    at_hand, known = _at_hand(given)
    right = [one for one in calculations if one.value is not False]
    wrong = [one for one in calculations if one.value is False]
    sources: tuple[tuple[Place, _Known], ...] = (
        ("given", known),
        ("derived", _Known(map(_numeral, _results(right)))),
        ("miscalculated", _Known(map(_numeral, _results(wrong)))),
    )
    mentions = Counter(_mentions(_undressed(text)))
    read = {written: _numeral(written) for written in mentions}
    places = {written: _place(written, numeral, sources) for written, numeral in read.items()}
    if unfounded := [one for one, place in places.items() if place == "unfounded"]:
        founded = [numeral for one, numeral in read.items() if places[one] != "unfounded"]
        parts = _parts(map(read.__getitem__, unfounded), founded)
        places |= {one: "derived" for one in unfounded if read[one][:2] in parts}
    unfounded = [one for one in unfounded if places[one] == "unfounded"]
    counts: Counter[Place] = Counter()
    for written, place in places.items():
        counts[place] += mentions[written]
    return Grounding(
        at_hand=at_hand,
        given=counts["given"],
        derived=counts["derived"],
        constant=counts["constant"],
        miscalculated=counts["miscalculated"],
        unfounded=tuple(unfounded),
        misread=tuple(one for one in unfounded if known.resembles(read[one]) and not known.leads_to(one)),
        unfounded_mentions=counts["unfounded"],
    )


@lru_cache(maxsize=8)  # several traces of one question come one after the other
def _at_hand(given: str) -> tuple[int, _Known]:
    """How many numbers a question gives, and these. Those in Chinese numerals are read, 三千五百万 as 3500."""
    given = _undressed(given)
    numbers = set(_numbers(given))
    if not given.isascii() and _IN_WORDS.search(given := simplified(given)):
        numbers.update(_numbers(arabic(given)))
    return len(numbers), _Known(map(_numeral, numbers))


def _undressed(text: str) -> str:
    """The text as it is read, half width and without LaTeX; rewriting only what stands beside numbers where it can."""
    if "\\" not in text and not text.isascii():
        wide = _WIDE.search(text)
        if not wide or not _WIDE_LETTER.search(text, wide.start()):
            for sign, same in (*_SAME, *_WIDE_DIGITS) if wide else _SAME:
                text = text.replace(sign, same)
            return text
    return readable(text).replace("{,}", ",")


def _place(written: str, numeral: Numeral, sources: Sequence[tuple[Place, _Known]]) -> Place:
    if written in _CONSTANTS or (written.isdigit() and len(written) < 4 and int(written) <= _COUNTS):
        return "constant"
    return next((place for place, known in sources if known.holds(numeral)), "unfounded")


def _numbers(text: str) -> Iterator[str]:
    """All numbers of a text, also those that touch letters (boeing737-800) or number a list: where numbers are looked
    up, one too many does no harm."""
    for run in set(_RUN.findall(text)):
        yield from _split(run) if "," in run else (run,)


def _mentions(text: str) -> Iterator[str]:
    """The numbers of a text that count, in order, as written but for their separators."""
    for first, before, rest, after in _MENTION.findall("\n" * _BEFORE + text):
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


def _numeral(written: str) -> Numeral:
    whole, _, point = written.partition(".")
    digits = (whole + point).lstrip("0")
    leading = len(whole + point) - len(digits)
    return Numeral(digits.rstrip("0"), len(whole) - leading, len(digits))


def _results(calculations: Sequence[Calculation]) -> set[str]:
    """The results of calculations as stated, and as computed with all their digits."""
    found = set(_numbers("\n".join([one.stated for one in calculations])))
    found.update([f"{abs(one.computed):f}"[:_LONGEST] for one in calculations if one.computed is not None])
    return found
