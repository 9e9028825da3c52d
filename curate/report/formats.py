"""How numbers are written in a report, alike in every section and both languages.

share(1, 1500)  ->  "<0.1%"        share(3, 0)  ->  "–"        tokens(1_234_567)  ->  "1.23M"

What is not exactly none or all is never written as 0% or 100%.
"""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from curate.report.facts import Estimated
from curate.report.page import both

NONE = "–"


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
    """A large count, to three figures."""
    if number is None:
        return NONE
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / (1e3 if letter == 'k' else size):.3g}{letter}"
    return f"{number:,}"


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
    return f"{value:.3g}" if abs(value) >= 0.1 else f"{value:.3f}".rstrip("0").rstrip(".")


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
    if seconds < 60:
        return both(f"{seconds:.3g} s", f"{seconds:.3g} 秒")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return both(
            f"{minutes} min" + (f" {rest} s" if rest else ""), f"{minutes} 分" + (f" {rest} 秒" if rest else "钟")
        )
    hours, rest = divmod(minutes, 60)
    return both(f"{hours:,} h" + (f" {rest} min" if rest else ""), f"{hours:,} 小时" + (f" {rest} 分" if rest else ""))


FORMATS: Mapping[str, Callable[..., Any]] = {
    "count": count,
    "share": share,
    "tokens": tokens,
    "money": money,
    "number": number,
    "decimals": decimals,
    "interval": interval,
    "duration": duration,
}
