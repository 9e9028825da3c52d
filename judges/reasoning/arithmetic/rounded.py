"""Which numbers of a text were rounded before they are calculated with, so that they stand for more digits than are
written.

"0.3333 × 157 = 52.3333"                             ->  0.3333 is one third, cut off
"5089 / 221403 = 0.02298. Then 0.02298 × 20000 ..."  ->  0.02298 was rounded, 20000 was not
"""

import re
from decimal import Decimal

from judges.reasoning.arithmetic.numbers import Number

_ZERO, _HALF, _ONE = Decimal(0), Decimal("0.5"), Decimal(1)
# Their multiples repeat a few digits for ever: the shares that people cut off.
_DIVISORS = (3, 6, 7, 9, 11, 12)
_TAIL = re.compile(r"([1-8])\1\1$|556$|667$|778$|889$")  # of any other repeating decimal: 1.0041666667
_CONSTANTS = tuple(map(Decimal, ("2.718281828459045", "3.141592653589793", "1.414213562373095", "1.732050807568877")))
_LEAST, _LEAST_IN_PERCENT, _LEAST_WHOLE, _LEAST_MOVED = 3, 2, 11, 100
_LONGEST = 24  # digits
_MOST_DIGITS, _MOST = 15, 10**15  # of a float
# The first class is what lets the search skip: the signs of nearness, and what stands behind its words.
_WORDS = ("approximately", "approx", "approx.", "about", "around", "roughly", "nearly", "rounded to")
_NEARNESS = "|".join(f"(?<={re.escape(word)} )" for word in _WORDS)
_NEAR = re.compile(
    r"[≈≃≅∼~约为xq\s](?:(?<=[≈≃≅∼~约])|(?<=约为)|(?<=\\approx)|(?<=\\simeq)"
    rf"|(?=[$¥€£*(\\\d.])(?:{_NEARNESS}))"
    r"[\s$¥€£￥*=(（\\{]{0,8}(\d[\d,]{0,30}(?:\.\d{1,24})?|\.\d{1,24})"
)


def repeats(number: Number) -> bool:
    """Is it a repeating decimal that was cut off: 0.333, 1.1667, 66.67?"""
    places = number.places
    if places < _LEAST_IN_PERCENT or places > _LONGEST:
        return False
    digits = int(abs(number.value).scaleb(places))
    if places >= _LEAST and (_shared(digits % 10**places, 10**places) or _is_constant(number)):
        return True
    if places > _LEAST and _TAIL.search(str(digits)):
        return True
    return digits < 10 ** (places + 2) and _shared(digits, 10 ** (places + 2))  # 66.67 of a hundred


def _shared(digits: int, unit: int) -> bool:
    """Are these the first digits after the point, `unit` standing for one, of a third, a seventh ...?"""
    for divisor in _DIVISORS:
        apart = (digits * divisor + unit // 2) % unit - unit // 2
        if apart and abs(apart) < divisor:
            return True
    return False


def _is_constant(number: Number) -> bool:
    return any(abs(abs(number.value) - known) < _ONE.scaleb(-number.places) for known in _CONSTANTS)


class Earlier:
    """The results that a text has stated so far and that have more digits than it wrote. They are looked through only
    where a later result does not come out, and each once for each number of places that is asked for."""

    def __init__(self, text: str) -> None:
        self.last: tuple[int, Number] | None = None  # the result before, where it ended, if a calculation can go on
        self._text: str | None = text
        self._stated: list[tuple[Decimal, Number]] = []
        self._values: list[float] = []
        self._known: set[float] = set()
        self._rounded: dict[int, tuple[set[int], set[int]]] = {}
        self._read: dict[int, int] = {}

    def add(self, computed: Decimal, stated: Number) -> None:
        """A result as it is and as it was written."""
        self._stated.append((computed, stated))

    def slack(self, number: Number) -> Decimal:
        """By how much what a number stands for may lie beside it."""
        if number.kind == "open" or repeats(number):
            return _ONE.scaleb(-number.places)
        if not (value := abs(number.value)) or not -_MOST_DIGITS < number.places < _MOST_DIGITS:
            return _ZERO
        digits = int(value.scaleb(number.places))
        if digits < _LEAST_WHOLE or str(digits).strip("0") == "1" or digits > _MOST:  # 12, but not 100
            return _ZERO
        for moved in (0, 2, -2) if digits >= _LEAST_MOVED else (0,):
            nearest, cut = self._at(number.places + moved)
            if digits in nearest:
                return _HALF.scaleb(-number.places)
            if digits in cut:
                return _ONE.scaleb(-number.places)
        return _ZERO

    def _at(self, places: int) -> tuple[set[int], set[int]]:
        """The digits of the results, rounded and cut off at so many places."""
        self._gather()
        nearest, cut = self._rounded.setdefault(places, (set(), set()))
        power = 10.0**places
        for value in self._values[self._read.get(places, 0) :]:
            moved = value * power
            if moved < _MOST:
                nearest.add(int(moved + 0.5))
                cut.add(int(moved))
        self._read[places] = len(self._values)
        return nearest, cut

    def _gather(self) -> None:
        if self._text is not None:  # what is called approximate without a calculation
            for found in _NEAR.finditer(self._text):
                self._keep(float(found[1].replace(",", "")))
            self._text = None
        for computed, stated in self._stated:
            if stated.places > _MOST_DIGITS or computed.adjusted() > _MOST_DIGITS:
                continue
            written = computed.scaleb(stated.places)
            if written != written.to_integral_value():
                self._keep(abs(float(computed)))
                self._keep(abs(float(stated.value)))
        self._stated.clear()

    def _keep(self, value: float) -> None:
        if value not in self._known:
            self._known.add(value)
            self._values.append(value)
