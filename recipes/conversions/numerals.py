"""Exact values as a person writes them.

written(Fraction(1, 3))                         ->  "0.33333333"
in_form("17%", Fraction(2577, 15121)).text      ->  "17%"
in_form("$ 19.6 million", Fraction(98, 5)).text ->  "$ 19.6 million"
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from judges.answers.quantity import Quantity, distinct, quantities

_CONTEXT = Context(prec=140, rounding=ROUND_HALF_UP)  # programs are refused beyond 90 digits
_PERCENT_ASKED = re.compile(
    r"percent|%|\brates?\b|growth|margin|portion|share of|return on|百分|比例|比率|占比|率", re.IGNORECASE
)
# One numeral, its sign against it, a currency before, a percent sign, a scale or :1 behind: the rest is written plain.
_SIMPLE = re.compile(
    r"(?P<before>[^\d().,+\-\u2212/:]*)(?P<number>[-\u2212]?(?:\d[\d,]*(?:\.\d+)?|\.\d+))"
    r"(?P<after>\s*(?:%|percent|percentage points?|个?百分点|thousand|million|billion|trillion|[千百万亿]*元?|:1|x)?)",
    re.IGNORECASE,
)
_SIGNIFICANT = 8
_PLACES = 5


class Form(NamedTuple):
    """A value in the form of a gold: the text, the number in it, and the factor between the value and that number."""

    text: str
    number: Fraction
    factor: Fraction


def decimal(value: Fraction) -> Decimal:
    """The value to 140 digits."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def rounded(value: Fraction, places: int) -> Decimal:
    """Rounded half up to so many places; -0 is 0."""
    result = decimal(value).quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    return result if result else abs(result)


def written(value: Fraction) -> str:
    """At least 5 places and 8 significant digits, idle zeros left out: enough for a reader to compute on with it."""
    exact = decimal(value)
    places = max(_PLACES, _SIGNIFICANT - 1 - exact.adjusted()) if exact else 0
    text = format(rounded(value, min(places, 40)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_exact(value: Fraction) -> bool:
    """Does `written` give the value without rounding?"""
    return Fraction(written(value)) == value


def asks_percent(question: str) -> bool:
    """Does a question ask for a share or a rate, so that a number without a percent sign may be meant in percent?"""
    return bool(_PERCENT_ASKED.search(question))


def in_form(gold: str, value: Fraction, *, percent: bool = True) -> Form:
    """The value in the form of the gold: percent, scale, currency, separators, number of decimals.

    percent: whether a gold without a percent sign may yet be meant in percent. A gold that is more than one simple
    numeral (brackets, fractions, words) gives its percent sign and its decimals only.
    """
    found = quantities(gold)
    if len(distinct(found)) != 1:
        return Form(written(value), Fraction(written(value)), Fraction(1))
    form = found[0]
    factor = _factor(value, form, percent)
    places = form.decimals if form.decimals < 10 else _PLACES
    number = rounded(value * factor, places)
    simple = _SIMPLE.fullmatch(gold.strip())
    if simple is None:
        scaled = number * form.scale if factor * Fraction(form.scale) == 1 else number
        return Form(f"{scaled:f}{'%' if form.percent else ''}", Fraction(number), factor)
    text = f"{number:,f}" if "," in simple["number"] else f"{number:f}"
    return Form(simple["before"] + text + simple["after"], Fraction(number), factor)


def _factor(value: Fraction, form: Quantity, percent: bool) -> Fraction:
    """What the value is multiplied by to stand in the gold's measure: 100 for a percent.

    A scale that the gold names ("$ 19.6 million") is that of FinQA's table, in which the program computed. Another
    factor is taken only where it meets the gold: a result that is a percent already, a percent without its sign, a
    program that computed in single units.
    """
    one, hundred = Fraction(1), Fraction(100)
    factors = [hundred, one] if form.percent else [one, *([hundred] if percent else []), 1 / Fraction(form.scale)]
    gold, unit = Fraction(form.value / form.scale), Fraction(Decimal(1).scaleb(-form.decimals))
    gap, nearest = min((abs(value * factor - gold), index) for index, factor in enumerate(factors))
    return factors[nearest] if gap <= unit else factors[0]
