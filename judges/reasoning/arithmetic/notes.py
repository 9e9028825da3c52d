"""Brackets that only say what the number before them is: "$80 million (sales) - $60 million (cost)".

annotation(tokens of "9 (sales) + 2", 1)   ->  3
annotation(tokens of "9 (3 + 2)", 1)       ->  None
"""

from judges.reasoning.arithmetic.tokens import Token

_WORDY = frozenset(("word", "unit", "and", "of", "about"))
_LEAST_NAME = 4  # letters of a name such as "Term1", which is no variable


def annotation(said: list[Token], index: int) -> int | None:
    """Where a bracket ends that only says what the number before it is: "(2012)", "(revenue)", "(5% of sales)"."""
    held: list[str] = []
    for place in range(index + 1, min(index + 13, len(said))):
        kind = said[place].kind
        if kind == "open":
            return None
        spaced = said[index].start > said[index - 1].end
        if kind != "close":
            held.append("word" if kind == "variable" and spaced and len(said[place].text) >= _LEAST_NAME else kind)
            continue
        if "number" not in held:
            return None if "variable" in held or "operator" in held else place
        if any(kind in _WORDY for kind in held):
            return place if held[0] in _WORDY or "operator" not in held[1:] else None
        return place if spaced and held == ["number"] else None
    return None
