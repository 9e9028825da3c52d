"""How wide text is in a picture, by rule of thumb and no font: a Chinese character fills its line's height.

cut("not all criteria were met; the detail names them", 120)  ->  "not all criteria …"
"""

import unicodedata

SIZE = 12.0  # of a picture's letters, in pixels
_NARROW = 0.56 * SIZE  # a Latin letter's width on average, of the fonts that systems bring


def wide(text: str) -> float:
    """The width of a line of text in pixels, rather too wide than too narrow."""
    return sum(SIZE if unicodedata.east_asian_width(letter) in "WFA" else _NARROW for letter in text)


def cut(text: str, most: float) -> str:
    """The text, cut off with an ellipsis where it is wider than `most` pixels."""
    if wide(text) <= most:
        return text
    kept = ""
    for letter in text:
        if wide(kept + letter) + SIZE > most:
            break
        kept += letter
    return kept.rstrip() + "…"
