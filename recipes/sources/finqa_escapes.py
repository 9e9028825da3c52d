"""Putting back what FinQA's release lost: "\\u2014" became "2014", a number that looks like a year.

    repair_table([["x", "2014"]], [["X", "—"]])   ->  [["x", "—"]], 1 cell
    repair_table([["x", "2014"]], [["X", "2014"]])  ->  unchanged: a genuine year

A cell is repaired only against the cell at the same place of `table_ori`, the table as it was published. Words are
repaired only where the digits can be nothing else: `2019s` after a word, and the hex forms `201c` and `201d`.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

# What a lost character becomes. Dashes and quotes stay themselves; the minus sign becomes one that programs read.
_WRITTEN = {"\u2212": "-", "\u2019": "'", "\u2018": "'"}
_TAG = re.compile(r"<[^>]*>")
_LOST = re.compile(r"[\u2010-\u206f\u20a0-\u20bf\u2100-\u22ff]")
_APOSTROPHE = re.compile(r"(?<=[a-z.)]) 2019s\b")
_OPENING = re.compile(r"(?<![\w.])201c(?=\S) ?")
_CLOSING = re.compile(r" ?(?<![\w.])201d(?!\w)")
_SUSPECT = re.compile(r"\$?\s*(?:(?:2013|2014|2212)\s*|2212\d+\.\d.*)")


@dataclass(frozen=True, slots=True)
class Repaired:
    """table: with its characters back; cells: how many were changed; unsure: how many could not be decided."""

    table: list[list[str]]
    cells: int
    unsure: int


def repair_words(text: str) -> tuple[str, int]:
    """The text with its unmistakable apostrophes and quotes back, and how many there were."""
    if "201" not in text:
        return text, 0
    text, apostrophes = _APOSTROPHE.subn("'s", text)
    text, opened = _OPENING.subn("\u201c", text)
    text, closed = _CLOSING.subn("\u201d", text)
    return text, apostrophes + opened + closed


def repair_table(table: Sequence[Sequence[str]], original: Sequence[Sequence[str]]) -> Repaired | None:
    """The table repaired against its original; None where the two differ in shape and nothing can be decided."""
    if [len(row) for row in table] != [len(row) for row in original]:
        return None
    cells = unsure = 0
    rows = []
    for row, published in zip(table, original, strict=True):
        repaired = []
        for cell, source in zip(row, published, strict=True):
            fixed = _repair_cell(cell, html.unescape(_TAG.sub("", source)))
            unsure += fixed is None
            cells += fixed is not None and fixed != cell
            repaired.append(cell if fixed is None else fixed)
        rows.append(repaired)
    return Repaired(rows, cells, unsure)


def _repair_cell(cell: str, published: str) -> str | None:
    """The cell with each lost character of the published one back; None where its digits are ambiguous."""
    for character in sorted(set(_LOST.findall(published))):
        code = f"{ord(character):04x}"
        places = [found.start() for found in re.finditer(rf"(?<![\d.]){code}", cell)]
        if not places:
            continue  # this dash survived, or the cell was written otherwise
        lost = _lost_ones(code, character, published, len(places))
        if lost is None:
            return None
        for place, is_lost in reversed(list(zip(places, lost, strict=True))):
            if is_lost:
                cell = _put(cell, place, len(code), _WRITTEN.get(character, character))
    return cell


def _lost_ones(code: str, character: str, published: str, count: int) -> list[bool] | None:
    """For each occurrence of the code in the cell, in order: is it the lost character (or a genuine number)?"""
    seen = [
        found[0] == character
        for found in re.finditer(rf"{re.escape(character)}|(?<![\d.]){code}", published.replace(",", ""))
    ]
    if all(seen):
        return [True] * count  # no genuine one: doubled cells, "x% ( x % )", may hold the lost one twice
    return seen if len(seen) == count else None


def _put(cell: str, place: int, length: int, character: str) -> str:
    before, after = cell[:place], cell[place + length :]
    if character == "'":
        return before.rstrip() + character + after
    if character == "\u201d":
        return before.rstrip() + character + after
    return before + character + (after.lstrip() if character == "\u201c" else after)


def suspects(table: Sequence[Sequence[str]]) -> int:
    """Body cells that read like a lost dash, where no published table can tell."""
    return sum(1 for row in table[1:] for cell in row[1:] if _SUSPECT.fullmatch(cell))
