r"""A trace in the form that its calculations are read in: half width, one sign for each operation, LaTeX undone. Every
character keeps its place, so that what is found there is found in the text as given.

readable("５８２９−５７３５＝９４")        ->  "5829-5735=94"
readable(r"\$12 \times 5\% = 0.6")   ->  " $12 ×      5 % = 0.6"
readable(r"\frac{1}{4}")             ->  OPEN + "     1" + OVER + " 4" + SHUT
"""

import re

# A fraction's marks: "((", ")/(" and "))" in one character each, because a rewritten text must not grow.
OPEN, OVER, SHUT = "\ue000", "\ue001", "\ue002"

_SAME = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，：；！？～"},
    **dict.fromkeys("−–‐‑‒﹣", "-"),
    **dict.fromkeys("✕✖⨯⋅·∙•・∗", "×"),
    **dict.fromkeys("∕⁄", "/"),
    **dict.fromkeys("≃≅∼≒≐～", "≈"),
    **dict.fromkeys("⇒⟹⟶➔➜", "→"),
    **dict.fromkeys("【〔﹝［", "["),
    **dict.fromkeys("】〕﹞］", "]"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\r", " "),
    "％": "%",
    "﹪": "%",
    "￥": "¥",
}

_LATEX = re.compile(
    r"(?P<comma>\{,\})|\\(?:begin|end)\s?\{[a-z]{1,12}\*?\}(?:\{[lcr|]{1,12}\})?|\\\\|\\(?P<name>[A-Za-z]{1,24})|\\(?P<sign>[^A-Za-z])"
    r"|(?P<brace>[{}])|&"
)
_SIGNS = {
    **dict.fromkeys(("times", "cdot", "ast", "bullet"), "×"),
    **dict.fromkeys(("approx", "simeq", "sim", "cong", "thickapprox", "doteq"), "≈"),
    **dict.fromkeys(("to", "rightarrow", "Rightarrow", "implies", "longrightarrow", "Longrightarrow"), "→"),
    **dict.fromkeys(("le", "leq", "ge", "geq", "lt", "gt", "neq", "ne", "leqslant", "geqslant"), "<"),
    **dict.fromkeys(("lbrack",), "["),
    **dict.fromkeys(("rbrack",), "]"),
    **dict.fromkeys(("ldots", "dots", "cdots"), "…"),
    **{name: name for name in ("ln", "exp")},
    "div": "÷",
    "sqrt": "√",
    "pm": "±",
}
_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac"}
# Commands that dress what they hold, and commands that only make room.
_DRESSING = {
    *("text", "textbf", "textit", "textrm", "textsf", "mathrm", "mathbf", "mathit", "mathsf", "mathnormal", "mbox"),
    *("boxed", "fbox", "boldsymbol", "bm", "bf", "underline", "color", "operatorname", "displaystyle", "textstyle"),
}
_ROOM = {
    *("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad", "limits"),
    *("space", "hfill", "noindent", "newline", "hline", "tag", "therefore", "because"),
}
_KEPT = frozenset("%$#_")


def readable(text: str) -> str:
    """The text in the form that is tokenised, as long as it was."""
    if not text.isascii():
        for sign in _SAME.keys() & set(text):  # few stand in any text: a third of the time of str.translate
            text = text.replace(sign, _SAME[sign])
    return _undressed(text) if "\\" in text else text


def _undressed(text: str) -> str:
    """LaTeX rewritten in place. A brace becomes a bracket, or nothing where it holds what a command dresses, or a mark
    of its fraction; one pass with a stack of what each open brace is."""
    parts: list[str] = []
    roles: list[str] = []
    role, where, last = "(", -1, 0  # what a brace that opens at `where` is
    for found in _LATEX.finditer(text):
        start, end = found.span()
        written = ""
        if found["brace"] == "{":
            if start != where:
                role = "("
            roles.append(role)
            written = "(" if role == "(" else " "
        elif found["brace"]:
            role = roles.pop() if roles else " "
            if role == "above":
                after = _next(text, end)
                written = OVER
                if text[after : after + 1] == "{":
                    role, where = "below", after
            else:
                written = {"(": ")", "below": SHUT}.get(role, " ")
        elif found["comma"]:
            written = "{,}"
        elif name := found["name"]:
            after = _next(text, end)
            held = text[after : after + 1] == "{"
            written = _SIGNS.get(name, " ")
            if name in _FRACTIONS and held:
                role, where, written = "above", after, OPEN
            elif name in _DRESSING and held:
                role, where = " ", after
            elif name not in _SIGNS and name not in _DRESSING and name not in _ROOM:
                written = text[start:end]  # a variable or a function: what holds it cannot be computed
        elif found["sign"] in _KEPT:
            written = " " + found["sign"]
        parts += text[last:start], written.ljust(end - start)
        last = end
    parts.append(text[last:])
    return "".join(parts)


def _next(text: str, position: int) -> int:
    """Where the next character stands that is no space: few are looked at, so that no text can make this slow."""
    for place in range(position, min(position + 4, len(text))):
        if text[place] != " ":
            return place
    return position
