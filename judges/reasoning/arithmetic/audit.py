"""The calculations that a trace writes out, each redone exactly: right, wrong, or not to be decided.

audit("So 5829 - 5735 = $94 million.")      ->  (Calculation(text="5829 - 5735 = $94 million", value=True),)
audit("0.47 / 0.9 = 0.5222 = 52.22%")       ->  two: the division and the conversion
audit("11901 - 1038 等于 1863")              ->  (Calculation(computed=Decimal(10863), value=False),)
audit("x = 5; Revenue - 60 = 40")           ->  ()

What a careful reader could take for right, or for no calculation at all, is never called wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from judges.reasoning.arithmetic.doubts import RANGE, Claim, doubted
from judges.reasoning.arithmetic.expression import value as evaluated
from judges.reasoning.arithmetic.numbers import Number
from judges.reasoning.arithmetic.phrases import Phrase, phrases
from judges.reasoning.arithmetic.results import Finding, alike, compared
from judges.reasoning.arithmetic.rounded import Earlier
from judges.reasoning.arithmetic.running import continued
from judges.reasoning.arithmetic.stretches import blocks, runs
from judges.reasoning.arithmetic.tokens import ROUGHLY, Token, tokens
from judges.reasoning.arithmetic.written import readable

REASONS = {
    "equal": "the expression gives the stated result, rounded as it is written",
    "cut_off": "the digits of the result were cut off, not rounded",
    "earlier": "the result is that of an earlier expression of the same chain",
    "differs": "the expression gives something else",
    "rounded_numbers": "the result may come from numbers that are written rounded",
    "approximate": "the result is only said to be near, and is",
    "percent_unclear": "a factor of 100 apart: a percent sign may be left out",
    "scale_unclear": "a power of ten apart: a thousand or a million may be left out",
    "sign_unclear": "the same without its sign, which a word such as loss may say",
    "skipped_words": "words that were not read stand inside it",
    "part": "the second expression may be only a part of the first",
    "broken_off": "the text ends there, perhaps within the number",
    "implied": "an arrow may say what follows, not what it gives",
    "range": "it may be a range or a date",
    "table": "the next cell of a table need not be the result",
    "asked": "the writer asks, supposes or denies it",
    "not_computable": "a division by zero, or too large",
}


@dataclass(frozen=True, slots=True)
class Calculation:
    """start, end: its span in the text as given; text: that span; stated: the result as written; computed: what the
    expression gives, in the measure of the stated result; value: is the result right, None where that is not decided;
    reason: a code of REASONS; error: of a wrong one, how far the result is off, relative to what it should be."""

    start: int
    end: int
    text: str
    stated: str
    computed: Decimal | None
    value: bool | None
    reason: str
    error: float | None = None


_ROW = re.compile(r"^[ \t]*\|[^\n]*", re.MULTILINE)
_IN_CELL = re.compile(r"[\d)%][^\d|]{0,12}[-+*/×÷−–][^\d|]{0,6}\d")
_RESULT = re.compile(r"result|answer|结果|答案|得数", re.IGNORECASE)
_MOST_EARLIER = 6
_DASH = re.compile(r"\s{0,8}-\s{1,4}")
_ABOUT_AFTER = re.compile(r"\s?[,，]?\s?[(（]?(?:approx|rounded|roughly|about\b|约|四舍五入|取整|保留)", re.IGNORECASE)


def audit(text: str) -> tuple[Calculation, ...]:
    """Every calculation written in a text, in order."""
    found: list[Calculation] = []
    earlier = Earlier(text)
    for start, end in blocks(text):
        page = _Page(text, start, readable(text[start:end]), earlier)
        for run in runs(page.said):
            found += _chain(page, run)
    if "|" in text and (cells := list(_tables(text, earlier))):
        found = sorted([*found, *cells], key=lambda one: one.start)
    return tuple(found)


class _Page(NamedTuple):
    """The lines that are read at one time: the text as given, where they start in it, their readable form, and the
    results before them."""

    text: str
    offset: int
    said: str
    earlier: Earlier


def _chain(page: _Page, run: list[Token]) -> Iterator[Calculation]:
    """The calculations of a run of tokens that nothing breaks: what stands left of a relation against what stands
    right of it."""
    sides: list[list[Phrase]] = []
    relations: list[Token] = []
    first = 0
    for index in [index for index, token in enumerate(run) if token.kind == "relation"]:
        token = run[index]
        between = run[first:index]
        if relations and all(one.kind == "about" for one in between):  # "is approximately equal to"
            if between:
                relations[-1] = _about(token, between[-1])
            elif token.text == "≈":
                relations[-1] = token
        else:
            about = bool(between) and between[-1].kind == "about"
            sides.append(phrases(between[:-1] if about else between))
            relations.append(_about(token, between[-1]) if about else token)
        first = index + 1
    sides.append(phrases(run[first:]))
    earlier: list[Phrase] = []
    for before, after, relation in zip(sides, sides[1:], relations, strict=False):
        left = before[-1] if before and before[-1].final else None
        right = after[0] if after and not after[0].led else None
        if left is None or left.postfix is None or right is None or right.postfix is None:
            earlier = []
            continue
        if not left.operators and not earlier and (found := _going_on(page, left, relation, right)) is not None:
            yield found
            continue
        wordy = relation.text[0] not in "=≈→~-"
        if wordy and (right.bare is None or left.trailed or not left.operators):
            earlier = []
            continue
        if left.operators == 0 and not earlier and not _rooted(left):
            continue
        found = _calculation(page, left, relation, right, earlier)
        if len(after) > 1 or right.trailed:
            earlier = []
        earlier = [*earlier[-_MOST_EARLIER:], left]
        if found is not None:
            yield found


def _going_on(page: _Page, left: Phrase, relation: Token, right: Phrase) -> Calculation | None:
    """The calculation that a lone number makes with the result before it: only where it is right, as the text does not
    say that it goes on."""
    before = page.earlier.last
    if before is None or (whole := continued(page.text, before, left, page.offset)) is None:
        return None
    found = _calculation(page, whole, relation, right, [])
    if found is None or found.value is not True:
        page.earlier.last = before
        return None
    return found


def _about(relation: Token, word: Token) -> Token:
    """A relation that a word calls approximate."""
    return relation._replace(text="大约" if word.text in ROUGHLY else "约")


def _tables(text: str, earlier: Earlier) -> Iterator[Calculation]:
    """The steps of Markdown tables: a cell that holds an expression, and the next one, which holds a number."""
    header: list[str] = []
    end = -2
    for row in _ROW.finditer(text):
        cells = row[0].split("|")
        if row.start() != end + 1:
            header = cells
        end = row.end()
        place = row.start()
        for index, cell in enumerate(cells[:-1]):
            if _IN_CELL.search(cell):
                page = _Page(
                    text, place, readable(row.string[place : place + len(cell) + 1 + len(cells[index + 1])]), earlier
                )
                titled = index + 1 < len(header) and _RESULT.search(header[index + 1]) is not None
                if (step := _step(page, len(cell), titled=titled)) is not None:
                    yield step
            place += len(cell) + 1


def _step(page: _Page, middle: int, *, titled: bool) -> Calculation | None:
    """The calculation of two cells, `middle` being where the first one ends."""
    one, two = page.said[:middle], page.said[middle + 1 :]
    sides = [list(tokens(one)), list(tokens(page.said, middle + 1))]
    if not two.strip() or any(token.kind in ("break", "relation") for side in sides for token in side):
        return None
    left, right = (phrases(side) for side in sides)
    if len(left) != 1 or len(right) != 1 or left[0].led or right[0].led or not left[0].operators:
        return None
    if right[0].bare is None or left[0].postfix is None:
        return None
    step = _calculation(page, left[0], Token("relation", "=", middle, middle + 1), right[0], [])
    if step is None or step.value is True:
        return step
    if titled:
        return step
    return None if RANGE.fullmatch(one.strip()) else replace(step, value=None, reason="table")


def _rooted(phrase: Phrase) -> bool:
    return phrase.postfix is not None and any(item in ("√", "ln", "exp") for item in phrase.postfix)


def _calculation(
    page: _Page, left: Phrase, relation: Token, right: Phrase, earlier: list[Phrase]
) -> Calculation | None:
    """What is claimed of two expressions, checked; None where it is no calculation after all."""
    stated = right.bare
    claim = Claim(page.text, page.said, page.offset, left, relation, right, stated)
    value, reason, computed = _finding(claim, earlier, page.earlier)
    if value is False and computed is not None:
        reason = doubted(claim, computed)
        value = False if reason == "differs" else None
        if reason == "range" and claim.wordy:
            return None
    results, end = page.earlier, page.offset + right.end
    results.last = None if stated is None else (end, stated)
    if computed is not None:
        if stated is not None:
            results.add(computed, stated)
        elif value is not True:
            for number in right.numbers:
                results.add(computed, number)
    start, end = _widened(page.text, page.offset + left.start, end)
    written = page.text[_widened(page.text, page.offset + right.start, end)[0] : end]
    error = _error(stated, right, computed) if value is False else None
    return Calculation(start, end, page.text[start:end], written, computed, value, reason, error)


def _error(stated: Number | None, right: Phrase, computed: Decimal | None) -> float | None:
    """How far a result is from what it should be, relative to that; from 0, it is 1."""
    said = evaluated(right.postfix or []) if stated is None else stated.value
    if said is None or computed is None:
        return None
    return float(abs(said - computed) / abs(computed)) if computed else 1.0


def _finding(claim: Claim, chain: list[Phrase], results: Earlier) -> Finding:
    """The claim against its own expression, then against the earlier ones of its chain."""
    left, right, stated = claim.left.postfix or [], claim.right.postfix or [], claim.stated
    approximate = _nearness(claim)
    if stated is None:
        finding = alike(left, right, results, approximate=approximate)
        if finding.value is not True:
            run_on = compared(left, claim.right.numbers[0], approximate=approximate)
            finding = run_on if run_on.value else finding  # "100 + 20 = 120 × 2 = 240"
    else:
        finding = compared(left, stated, approximate=approximate, earlier=results)
        if finding.value is False and not approximate and _ABOUT_AFTER.match(claim.said, claim.right.end):
            finding = compared(left, stated, approximate=1, earlier=results)
        if finding.value is False and _DASH.fullmatch(claim.said, 0, claim.left.start) and isinstance(left[0], Number):
            signed = [left[0]._replace(value=-left[0].value), *left[1:]]  # "- 5 + 3 = -2": a sign, not a list's mark
            finding = max(finding, compared(signed, stated), key=lambda one: one.value is True)
    if finding.value is True:
        return finding
    for other in chain:
        items = other.postfix or []
        again = alike(items, right, results) if stated is None else compared(items, stated, approximate=approximate)
        if again.value is True:
            return Finding(True, "earlier", again.computed)
    return finding


def _nearness(claim: Claim) -> int:
    """Is the result said to be near (1), roughly so (2), or plainly that (0)?"""
    word = claim.relation.text
    said = 2 if word == "大约" else 1 if word[0] in "≈~约" else 0
    return max(said, claim.left.approximate, claim.right.approximate)


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """A span with the currency sign before it, and the brace that closes what was opened in it."""
    if start and text[start - 1] in "$¥€£￥":
        start -= 2 if text[start - 2 : start - 1] == "\\" else 1
    if text[end : end + 1] == "}" and text.count("{", start, end) > text.count("}", start, end):
        end += 1
    return start, end
