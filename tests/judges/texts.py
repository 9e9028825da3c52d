"""Texts that hypothesis draws for the judges' tests: anything, LaTeX-like ruins, and numbers in every writing."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

# Drawn the same every time and without a clock: a slow machine is no failure.
quick = settings(max_examples=150, deadline=None, database=None, derandomize=True)

_PIECES = [
    *(
        "\\boxed{",
        "boxed {",
        "\\frac{",
        "}{",
        "{",
        "}",
        "\\text{",
        "\\%",
        "$",
        "$$",
        "\\(",
        "\\)",
        "\\,",
        "\\left(",
        "\\",
    ),
    *("<think>", "</think>", "<answer>", "</answer>", "the answer is ", "Answer:", "答案：", "答案是", "故选", "因此"),
    *(
        "1",
        "0",
        "17",
        "2,577",
        "0.17043",
        ".5",
        "1e5",
        "-",
        "−",
        "(",
        ")",
        "%",
        "％",
        "/",
        ":",
        "：",
        "万",
        "亿元",
        "million",
    ),
    *("A", "B", "C、", "AC", "EBIT", "yes", "no", "是", "否", "不", "合规", "违规", "正确", "错误", "x", "选项"),
    *(
        " ",
        "\n",
        ".",
        "。",
        ",",
        "，",
        ";",
        "；",
        "、",
        "**",
        "`",
        "~",
        "1. ",
        "第一步",
        "Step 2:",
        "bps",
        "个基点",
        "$(",
        "¥",
    ),
]

ruins = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)
anything = st.one_of(st.text(max_size=60), ruins)

numbers = st.integers(0, 4).flatmap(lambda places: st.decimals(-(10**9), 10**9, places=places))


def _full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


def _accounting(number: Decimal) -> str:
    return f"({-number:,})" if number < 0 else f"{number:,}"


# Each writes the same number another way.
WRITINGS: dict[str, Callable[[Decimal], str]] = {
    "plain": lambda number: f"{number}",
    "separators": lambda number: f"{number:,}",
    "latex separators": lambda number: f"{number:,}".replace(",", "{,}"),
    "full width": lambda number: _full_width(f"{number}"),
    "unicode minus": lambda number: f"{number}".replace("-", "−"),
    "accounting": _accounting,
    "dollars": lambda number: f"${number:,}",
    "negative dollars": lambda number: f"${number}".replace("$-", "-$"),
    "accounting dollars": lambda number: _accounting(number).replace("(", "$("),
    "yuan": lambda number: f"{number}元",
    "US dollars": lambda number: f"US$ {number:,}",
    "USD": lambda number: f"USD {number}",
    "math": lambda number: f"$ {number} $",
    "inline math": lambda number: f"\\({number}\\)",
    "bold": lambda number: f"**{number}**",
    "equation": lambda number: f"x = {number}.",
    "about": lambda number: f"约{number}。",
    "in text": lambda number: f"\\text{{净额}} {number}",
    "approximately": lambda number: f"\\approx {number}",
}

# Each writes the same percentage another way.
PERCENTS: dict[str, Callable[[Decimal], str]] = {
    "sign": lambda percent: f"{percent}%",
    "spaced": lambda percent: f"{percent} %",
    "escaped": lambda percent: f"{percent}\\%",
    "math": lambda percent: f"$ {percent}\\% $",
    "full width": lambda percent: _full_width(f"{percent}%"),
    "unicode minus": lambda percent: f"{percent}%".replace("-", "−"),
    "accounting": lambda percent: f"({-percent}%)" if percent < 0 else f"{percent}%",
    "words": lambda percent: f"{percent} percent",
    "two words": lambda percent: f"{percent} per cent",
    "points": lambda percent: f"{percent} percentage points",
    "百分点": lambda percent: f"{percent}个百分点",
    "basis points": lambda percent: f"{percent * 100} basis points",
    "bps": lambda percent: f"{percent * 100}bps",
    "基点": lambda percent: f"{percent * 100}个基点",
    "fraction": lambda percent: f"{percent / 100}",
    "doubled": lambda percent: f"{percent}% ( {percent} % )",
}


def chinese(number: int, signs: str = "零一二三四五六七八九", tens: str = "十百千") -> str:
    """A whole number under 10**12 in Chinese numerals, as one reads it out: 10,500 is 一万零五百."""
    assert 0 <= number < 10**12
    if not number:
        return signs[0]
    groups = [number // 10**8, number // 10**4 % 10**4, number % 10**4]
    written = ""
    gap = False
    for group, mark in zip(groups, ("亿", "万", ""), strict=True):
        if group:
            written += (signs[0] if written and (gap or group < 1000) else "") + _group(group, signs, tens) + mark
        gap = bool(written) and not group
    return written.removeprefix(signs[1]) if written.startswith(signs[1] + "十") else written


def _group(group: int, signs: str, tens: str) -> str:
    written, gap = "", False
    for power, unit in ((1000, tens[2]), (100, tens[1]), (10, tens[0]), (1, "")):
        digit = group // power % 10
        if digit:
            written += (signs[0] if gap else "") + signs[digit] + unit
        gap = bool(written) and not digit and group % power > 0
    return written
