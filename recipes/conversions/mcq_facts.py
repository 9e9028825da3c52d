"""Numbers of a stem with what they measure and what they belong to, held against those of its rewriting.

lost("期限3年，借款100万元", "期限三年，借款100元")    ->  "100万元"
swapped("年初100，年末150", "年初150，年末100")          ->  "100, 150"
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from operator import eq
from typing import NamedTuple

from judges.answers.quantity import Quantity, prepared, scan
from judges.answers.units import UNITS
from recipes.conversions.mcq_said import NUMBER, NUMBERING, pieces, plain_number, runs

# The word behind a number that is no unit of judges.answers.units: 100手, 500 bonds; 2019 sales are a year's.
_COUNTED = re.compile(r"[手张份只套亩批点块包箱]|(?<![12]\d{3}) (?!this\b|does\b)[a-z]{3,}s\b")
# The signs that stand for one country's currency mostly.
_CURRENCY = {"USD": "$", "¥": "CNY"}
_CLAUSE = re.compile(r"[。;:?!\n]|,(?!\d)|\.(?!\d)")  # of a prepared text: its commas are narrow


class _Near(NamedTuple):
    """Where a number stands: the words of its clause up to its neighbours, its place there, the numbers next to it."""

    words: set[tuple[str, ...]]
    place: int
    behind: str
    before: str

    def alike(self, other: "_Near") -> tuple[int, int]:
        """In words; where these do not tell, in place."""
        return len(self.words & other.words), sum(map(eq, self[1:], other[1:]))


class _Measured(NamedTuple):
    """A number with what it measures, in one form for all of its writings, and as it is written."""

    key: str
    said: str


def lost(stem: str, rewriting: str) -> Iterator[str]:
    """The numbers of a stem that a rewriting gives another scale, currency or unit, or none, as written there."""
    kept = Counter(one.key for one in _measured(rewriting))
    for one in _measured(stem):
        kept[one.key] -= 1
        if kept[one.key] < 0:
            yield one.said


def invented(known: str, rewriting: str) -> Iterator[str]:
    """The numbers of a rewriting with a unit that nobody gave: 5% where it was 5. A unit that stands elsewhere (单位：
    万元) may be written behind its number."""
    given = {one.key for one in _measured(known)}
    told = prepared(known).casefold()
    for one in _measured(rewriting):
        if one.key not in given and NUMBER.sub("", one.said).strip().casefold() not in told:
            yield one.said


def swapped(stem: str, rewriting: str) -> Iterator[str]:
    """Numbers that changed places with each other: each is nearer to where another of them stood than to where it
    stood itself. One that is only told in other words has no partner."""
    before, after = _around(stem), _around(rewriting)
    moved = {
        one: set[str]().union(*(_nearer(one, before, near) for near in after[one])) for one in after if one in before
    }
    while alone := [one for one, others in moved.items() if others.isdisjoint(moved)]:
        for one in alone:
            del moved[one]
    if moved:
        yield ", ".join(sorted(moved))


def _nearer(number: str, before: dict[str, list[_Near]], near: _Near) -> set[str]:
    """The numbers of the stem to whose place this is nearest, if it is nearer than to the number's own."""
    alike = {one: max(map(near.alike, places)) for one, places in before.items()}
    nearest = max(alike.values())
    return {one for one, likeness in alike.items() if likeness == nearest > alike[number]}


def _measured(text: str) -> list[_Measured]:
    """Every number of a text that measures something."""
    text = prepared(NUMBERING.sub(" ", text))
    found = ((one.quantity, text[one.start : one.end], _COUNTED.match(text, one.end)) for one in scan(text))
    return [
        _Measured(f"{_value(quantity)} {unit}", said + (counted[0] if counted else ""))
        for quantity, said, counted in found
        if (unit := _unit(quantity, counted))
    ]


def _unit(quantity: Quantity, counted: re.Match[str] | None) -> str:
    """What a quantity measures, "" for a bare number."""
    if quantity.percent:
        return "%"
    if quantity.kind == "currency":
        return _CURRENCY.get(quantity.unit or "", quantity.unit or "")
    if quantity.kind == "count" and quantity.unit:
        return UNITS[quantity.unit].of
    if counted:
        return counted[0].strip()
    return "x" if quantity.scale != 1 else ""


def _value(quantity: Quantity) -> Decimal:
    """In the smallest unit of its kind, in one form: 3 years are 36 months."""
    factor = UNITS[quantity.unit].factor if quantity.kind == "count" and quantity.unit else 1
    return (quantity.value * factor).normalize()


def _around(text: str) -> dict[str, list[_Near]]:
    """What is near each number, for every time that it stands there."""
    found: list[tuple[str, int, set[tuple[str, ...]]]] = []
    for clause in _CLAUSE.split(prepared(NUMBERING.sub(" ", text))):
        between = NUMBER.split(clause)
        for place, number in enumerate(map(plain_number, NUMBER.findall(clause))):
            words = {piece for near in between[place : place + 2] for run in runs(near) for piece in pieces(run)}
            found.append((number, place, words))
    order = ["", *(number for number, _, _ in found), ""]
    around: dict[str, list[_Near]] = {}
    for at, (number, place, words) in enumerate(found):
        around.setdefault(number, []).append(_Near(words, place, order[at], order[at + 2]))
    return around
