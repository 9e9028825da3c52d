"""Where the numbers of a reasoning come from: the question, a calculation that was written out, common knowledge, or
nowhere.

    ground("12.03% of 6,039", "revenue of 6,039 and a share of 0.1203", ())   ->  given 2, nothing unfounded
    located("12.03% of 6,039", ...)   ->  (Located(0, 5, "given", misread=False), Located(10, 15, "given", False))

A number is given if it stands in the question's text, context or options, whatever its sign, scale or percent sign, or
rounds to what the trace writes. Years, numbers of lists and steps, and parts of names (Q3, 10-K) are not counted.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from judges.answers.numerals import arabic
from judges.answers.text import simplified
from judges.reasoning.arithmetic import Calculation
from judges.reasoning.arithmetic.written import readable
from judges.reasoning.mentions import Numeral, mentions, numbers, numeral, placed, undressed

Place = Literal["given", "derived", "constant", "miscalculated", "unfounded"]

# Powers of ten between two writings of one number: percent, basis points, thousands to trillions, 万 and 亿, and a
# percent or a thousand of these. A number of one or two digits is found everywhere, so few of these count for it.
_SHIFTS, _FEW_SHIFTS, _FEW_DIGITS = frozenset((0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12)), frozenset((0, 2, 3, 6)), 2
_IN_WORDS = re.compile("[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][十百千万亿拾佰仟萬億]|[十百千万]分之|[亿万億萬][0-9]")
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


class Located(NamedTuple):
    """A number in a text: its start and end, where it comes from, and whether it is misread."""

    start: int
    end: int
    place: Place
    misread: bool


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
    def _values(self) -> Mapping[float, None]:
        """The numbers in order, to be gone through and to be looked up."""
        found = {float(f"0.{digits}e{power}") for digits, powers in self._exact.items() for power in powers}
        return dict.fromkeys(sorted(found))

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
    said = Counter(mentions(undressed(text)))
    found = _origins(said, given, calculations)
    counts: Counter[Place] = Counter()
    for written, place in found.places.items():
        counts[place] += said[written]
    return Grounding(
        at_hand=found.at_hand,
        given=counts["given"],
        derived=counts["derived"],
        constant=counts["constant"],
        miscalculated=counts["miscalculated"],
        unfounded=found.unfounded,
        misread=found.misread,
        unfounded_mentions=counts["unfounded"],
    )


def located(text: str, given: str, calculations: Sequence[Calculation]) -> tuple[Located, ...]:
    """Every number that `ground` counts, in order, with where it stands in `text`."""
    said = readable(text)
    # Undressing takes the braces of "{,}", two characters each, so that what stands behind them moves.
    commas = [found.start() - 2 * index for index, found in enumerate(re.finditer(r"\{,\}", said))]
    mentioned = list(placed(undressed(text)))
    found = _origins(dict.fromkeys(written for written, _, _ in mentioned), given, calculations)
    return tuple(
        Located(
            start + 2 * bisect_left(commas, start),
            end + 2 * bisect_left(commas, end),
            found.places[written],
            written in found.misread,
        )
        for written, start, end in mentioned
    )


class _Origins(NamedTuple):
    """Where different numbers come from; the rest as in Grounding."""

    places: Mapping[str, Place]
    at_hand: int
    unfounded: tuple[str, ...]
    misread: tuple[str, ...]


def _origins(said: Iterable[str], given: str, calculations: Sequence[Calculation]) -> _Origins:
    at_hand, known = _at_hand(given)
    right = [one for one in calculations if one.value is not False]
    wrong = [one for one in calculations if one.value is False]
    sources: tuple[tuple[Place, _Known], ...] = (
        ("given", known),
        ("derived", _Known(map(numeral, _results(right)))),
        ("miscalculated", _Known(map(numeral, _results(wrong)))),
    )
    read = {written: numeral(written) for written in said}
    places = {written: _place(written, one, sources) for written, one in read.items()}
    if unfounded := [one for one, place in places.items() if place == "unfounded"]:
        founded = [number for one, number in read.items() if places[one] != "unfounded"]
        parts = _parts(map(read.__getitem__, unfounded), founded)
        places |= {one: "derived" for one in unfounded if read[one][:2] in parts}
    left = tuple(one for one in unfounded if places[one] == "unfounded")
    misread = tuple(one for one in left if known.resembles(read[one]) and not known.leads_to(one))
    return _Origins(places, at_hand, left, misread)


@lru_cache(maxsize=8)  # several traces of one question come one after the other
def _at_hand(given: str) -> tuple[int, _Known]:
    """How many numbers a question gives, and these. Those in Chinese numerals are read, 三千五百万 as 3500."""
    given = undressed(given)
    found = set(numbers(given))
    if not given.isascii() and _IN_WORDS.search(given := simplified(given)):
        found.update(numbers(arabic(given)))
    return len(found), _Known(map(numeral, found))


def _place(written: str, read: Numeral, sources: Sequence[tuple[Place, _Known]]) -> Place:
    if written in _CONSTANTS or (written.isdigit() and len(written) < 4 and int(written) <= _COUNTS):
        return "constant"
    return next((place for place, known in sources if known.holds(read)), "unfounded")


def _results(calculations: Sequence[Calculation]) -> set[str]:
    """The results of calculations as stated, and as computed with all their digits."""
    found = set(numbers("\n".join([one.stated for one in calculations])))
    found.update([f"{abs(one.computed):f}"[:_LONGEST] for one in calculations if one.computed is not None])
    return found
