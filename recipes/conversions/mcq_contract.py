"""The contract of a rewriting, checked in code: what a model may not do to a question when it takes away its options.

broken(asked, "下列哪项属于流动资产？")   ->  Drop("rewrite_points_to_options", "下列哪项")

Numbers and names of the stem stay; nothing stands in the rewriting that stands in neither stem, context nor task;
no option is named; it keeps the sense, and asks for more than yes or no. The thresholds are set so that rewritings of
real stems pass and each planted fault is caught (tests/recipes/conversions/test_mcq_to_open.py).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from curate.records import Drop, Language
from judges.answers.text import HAN, WORD, normalise, plain
from recipes.conversions.mcq_facts import invented, lost, swapped
from recipes.conversions.mcq_pointers import points
from recipes.conversions.mcq_said import names, numbers, pieces, runs
from recipes.conversions.mcq_sense import denials, turned, yes_or_no

_CLAUSE = re.compile(r"[，。；：？！\n]|[,;:?!.](?=\s|$)")
_NEW_CLAUSE, _MOST_NEW_CLAUSE = 4, 0.6  # pieces of a clause that are new, and their share of it
_MOST_NEW = 0.45  # share of the whole rewriting's content that is new
_LEAST_KEPT = 0.5  # share of the stem's content that must be kept
_LEAK = {"zh": 4, "en": 2}  # characters or words in a row of an option
_FEW = 4  # pieces: shares of less say nothing


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rewriting is held against. stem: without a list of options; given: what else the model was shown that a
    rewriting may say (context, task); options: their texts, the right ones among them; boolean: the gold is a yes or a
    no."""

    stem: str
    given: str
    options: Sequence[str]
    language: Language
    boolean: bool = False


def broken(asked: Asked, rewriting: str) -> Drop | None:
    """The first part of the contract that a rewriting breaks, with the words that break it; None where it keeps all."""
    for reason, check in _CHECKS:
        if (found := next(check(asked, rewriting), None)) is not None:
            return Drop(reason, found)
    return None


def _language(asked: Asked, rewriting: str) -> Iterator[str]:
    text = normalise(rewriting)
    written = "zh" if len(HAN.findall(text)) >= len(WORD.findall(text)) else "en"
    if written != asked.language:
        yield written


def _pointers(_: Asked, rewriting: str) -> Iterator[str]:
    if found := points(rewriting):
        yield found


def _leaks(asked: Asked, rewriting: str) -> Iterator[str]:
    """Words of an option that the stem has not: a short one whole, of a long one so many in a row; a number, too."""
    before, after = runs(f"{asked.stem}\n{asked.given}"), runs(rewriting)
    bare_before, bare_after = plain(f"{asked.stem}{asked.given}"), plain(rewriting)
    new = set(numbers(rewriting)) - set(numbers(f"{asked.stem}\n{asked.given}"))
    size = _LEAK[asked.language]
    for option in asked.options:
        figures = numbers(option)
        bare = plain(option)
        whole = len(bare) >= (2 if asked.language == "zh" else 4) and not bare.isdigit()
        if (whole and _stands(bare, option, rewriting, bare_after) and bare not in bare_before) or (
            figures and new.issuperset(figures)
        ):
            yield option
        for run in runs(option):
            for start in range(len(run) - size + 1):
                gram = run[start : start + size]
                if _holds(after, gram) and not _holds(before, gram):
                    yield ("" if asked.language == "zh" else " ").join(gram)


def _stands(bare: str, option: str, rewriting: str, bare_rewriting: str) -> bool:
    """Does an option's text stand in the rewriting: a Chinese one anywhere, an English one as words?"""
    if not option.isascii():
        return bare in bare_rewriting
    words = " ".join(WORD.findall(option)).casefold()
    return bool(words) and f" {words} " in f" {' '.join(WORD.findall(rewriting)).casefold()} "


def _holds(texts: list[tuple[str, ...]], gram: tuple[str, ...]) -> bool:
    size = len(gram)
    return any(run[start : start + size] == gram for run in texts for start in range(len(run) - size + 1))


def _lost_numbers(asked: Asked, rewriting: str) -> Iterator[str]:
    yield from (Counter(numbers(asked.stem)) - Counter(numbers(rewriting))).elements()
    yield from lost(asked.stem, rewriting)


def _new_numbers(asked: Asked, rewriting: str) -> Iterator[str]:
    said = f"{asked.stem}\n{asked.given}"
    known = set(numbers(said))
    yield from (number for number in numbers(rewriting) if number not in known)
    yield from invented(said, rewriting)


def _lost_names(asked: Asked, rewriting: str) -> Iterator[str]:
    said = normalise(rewriting).casefold()
    yield from sorted(name for name in names(asked.stem, asked.language) if normalise(name) not in said)


def _new_names(asked: Asked, rewriting: str) -> Iterator[str]:
    said = normalise(f"{asked.stem}\n{asked.given}").casefold()
    yield from sorted(name for name in names(rewriting, asked.language) if normalise(name) not in said)


def _invents(asked: Asked, rewriting: str) -> Iterator[str]:
    """Names, a clause, or too large a share of content that nobody gave."""
    yield from _new_names(asked, rewriting)
    known = _content(f"{asked.stem}\n{asked.given}")
    for clause in _CLAUSE.split(rewriting):
        said = _content(clause)
        if len(said - known) >= _NEW_CLAUSE and len(said - known) > _MOST_NEW_CLAUSE * len(said):
            yield clause.strip()
    said = _content(rewriting)
    if len(said) >= _FEW and len(said - known) > _MOST_NEW * len(said):
        yield f"{len(said - known)} of {len(said)} pieces are new"


def _loses(asked: Asked, rewriting: str) -> Iterator[str]:
    wanted = _content(asked.stem)
    kept = wanted & _content(rewriting)
    if len(wanted) >= _FEW and len(kept) < _LEAST_KEPT * len(wanted):
        yield f"{len(kept)} of {len(wanted)} pieces are kept"


def _yes_or_no(asked: Asked, rewriting: str) -> Iterator[str]:
    if not asked.boolean and (found := yes_or_no(rewriting)) and not yes_or_no(asked.stem):
        yield found


def _changes_sense(asked: Asked, rewriting: str) -> Iterator[str]:
    """A negation more or less, a word turned into its opposite, numbers that changed places."""
    if (wanted := denials(asked.stem)) != (said := denials(rewriting)):
        yield f"{said} negations, not {wanted}"
    yield from turned(asked.stem, rewriting)
    yield from swapped(asked.stem, rewriting)


def _content(text: str) -> set[tuple[str, ...]]:
    return {piece for run in runs(text) for piece in pieces(run)}


# In this order: a text in another language would break all the others too, and what speaks of options names them.
_CHECKS: tuple[tuple[str, Callable[[Asked, str], Iterator[str]]], ...] = (
    ("rewrite_changes_language", _language),
    ("rewrite_points_to_options", _pointers),
    ("rewrite_leaks_option", _leaks),
    ("rewrite_loses_number", _lost_numbers),
    ("rewrite_invents_number", _new_numbers),
    ("rewrite_loses_name", _lost_names),
    ("rewrite_invents", _invents),
    ("rewrite_loses_content", _loses),
    ("rewrite_asks_yes_or_no", _yes_or_no),
    ("rewrite_changes_sense", _changes_sense),
)
