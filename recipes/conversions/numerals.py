"""Exact values as a person writes them.

written(Fraction(1, 3))                     ->  "0.33333333"
like("$ 19.6 million", Fraction(98, 5))     ->  "$ 19.6 million"
like("17%", Fraction(2577, 15121))          ->  "17%"
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from judges.answers.quantity import Quantity, distinct, quantities

_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_NUMERAL = re.compile(r"\(\s*[\d,.]+\s*\)|(?:[-\u2212]\s*)?\d[\d,]*(?:\.\d+)?|(?:[-\u2212]\s*)?\.\d+")
_PERCENT_ASKED = re.compile(
    r"percent|%|\brates?\b|growth|margin|portion|share of|return on|百分|比例|比率|占比|率", re.IGNORECASE
)
_SIGNIFICANT = 8
_PLACES = 5


def decimal(value: Fraction) -> Decimal:
    """The value to 60 digits."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def rounded(value: Fraction, places: int) -> Decimal:
    """Rounded half up to so many places; -0 is 0."""
    result = decimal(value).quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    return result if result else abs(result)


def written(value: Fraction) -> str:
    """At least 5 places and 8 significant digits, idle zeros left out: enough for a reader to compute on with it."""
    exact = decimal(value)
    places = max(_PLACES, _SIGNIFICANT - 1 - exact.adjusted()) if exact else 0
    text = format(rounded(value, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_exact(value: Fraction) -> bool:
    """Does `written` give the value without rounding?"""
    return Fraction(written(value)) == value


def asks_percent(question: str) -> bool:
    """Does a question ask for a share or a rate, so that a number without a percent sign may be meant in percent?"""
    return bool(_PERCENT_ASKED.search(question))


def like(gold: str, value: Fraction, *, percent: bool = True) -> str:
    """The value in the form of the gold: its percent, scale, currency, separators and number of decimals.

    percent: whether a gold without a percent sign may yet be meant in percent.
    """
    found, places = quantities(gold), _NUMERAL.findall(gold)
    if len(distinct(found)) != 1 or not places:
        return written(value)
    form = found[0]
    number = rounded(_in_measure(value, form, percent), form.decimals if form.decimals < 10 else _PLACES)
    text = f"{number:,f}" if re.search(r"\d,\d{3}", gold) else f"{number:f}"
    # FinQA doubles some cells, "-x ( x )": only the first is written again.
    before, _, after = gold.partition(places[0])
    return before + text + (after if len(places) == 1 else re.sub(r"^\s*\(.*?\)", "", after))


def _in_measure(value: Fraction, form: Quantity, percent: bool) -> Fraction:
    """The value in the gold's measure: the hundredfold for a percent. A scale that the gold names ("$ 19.6 million") is
    that of FinQA's table, in which the program computed. Another reading is taken only where it meets the gold: a
    result that is a percent already, a percent without its sign, a program that computed in single units."""
    hundredfold = [value * 100] if percent else []
    readings = [value * 100, value] if form.percent else [value, *hundredfold, value / Fraction(form.scale)]
    gold, unit = Fraction(form.value / form.scale), Fraction(Decimal(1).scaleb(-form.decimals))
    return next((reading for reading in readings if abs(reading - gold) <= unit), readings[0])
