"""How numbers are written in a report, alike in every section and both languages.

share(1, 1500)  ->  "<0.1%"        share(3, 0)  ->  "–"        tokens(1_234_567)  ->  "1.23M"

What is not exactly none or all is never written as 0% or 100%.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from curate.report.facts import Estimated
from curate.report.page import both

NONE = "–"
_UNITS = ((9, "G"), (6, "M"), (3, "k"))  # power of ten, letter


def count(number: int | None) -> str:
    """A count with its thousands set apart."""
    return NONE if number is None else f"{number:,}"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent."""
    if not whole:
        return NONE
    if part in (0, whole):
        return "100%" if part else "0%"
    percent = min(max(100 * part / whole, 0.0), 100.0)
    if percent < 0.1 or percent > 99.9:
        return "<0.1%" if percent < 0.1 else ">99.9%"
    return f"{percent:.1f}%"


def tokens(number: int | None) -> str:
    """A large count, to three figures; the unit is that of the rounded count."""
    if number is None or number < 10_000:
        return count(number)
    rounded = _three(number)
    power, letter = next(unit for unit in _UNITS if rounded >= 10 ** unit[0])
    return f"{rounded.scaleb(-power):,f}{letter}"


def change(number: float, places: int = 0) -> str:
    """How much more or less, with its sign; "" where it is the same."""
    return f"{number:+,.{places}f}".replace("-", "−") if round(number, places) else ""


def money(usd: float | None) -> str:
    """US dollars: to the cent, small sums to four places; None where no price is known."""
    if not usd:
        return NONE if usd is None else "$0"
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}" if usd >= 0.0001 else "<$0.0001"


def number(value: float | None) -> str:
    """A number to three figures, without an exponent."""
    if value is None:
        return NONE
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if 0 < abs(value) < 0.001:
        return "<0.001" if value > 0 else ">-0.001"
    return f"{_three(value if abs(value) >= 0.1 else round(value, 3) + 0.0):,f}"


def decimals(value: float | None, places: int = 2) -> str:
    """A number to a fixed number of places, so that columns of it line up."""
    return NONE if value is None else f"{round(value, places) + 0.0:.{places}f}"


def interval(estimated: Estimated) -> str:
    """The ends of an interval, "" where there is none."""
    if estimated.low is None or estimated.high is None:
        return ""
    return f"{estimated.low:.2f} – {estimated.high:.2f}"


def duration(seconds: float) -> Markup:
    """A time in the two largest units that it has."""
    if (rounded := _three(seconds)) < 60:
        return both(f"{rounded:f} s", f"{rounded:f} 秒")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return both(
            f"{minutes} min" + (f" {rest} s" if rest else ""), f"{minutes} 分" + (f" {rest} 秒" if rest else "钟")
        )
    hours, rest = divmod(minutes, 60)
    return both(f"{hours:,} h" + (f" {rest} min" if rest else ""), f"{hours:,} 小时" + (f" {rest} 分" if rest else ""))


def _three(value: float) -> Decimal:
    """A number to three figures, of which none is lost and none is an exponent when it is written with `f`."""
    return Decimal(f"{value:.3g}")


FORMATS: Mapping[str, Callable[..., Any]] = {
    "count": count,
    "share": share,
    "tokens": tokens,
    "money": money,
    "change": change,
    "number": number,
    "decimals": decimals,
    "interval": interval,
    "duration": duration,
}
