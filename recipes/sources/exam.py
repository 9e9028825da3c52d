"""Examination questions: options under letters, the gold's letters, the kind and the defects that follow from both.

gold_letters("A、 c")                                        ->  "AC"
kind("AC", {"A": "股票", "B": "存款", "C": "债券"})              ->  "choices"
kind("B", {"A": "对", "B": "错"})                              ->  "boolean"
list(flags("D", {"A": "股票", "B": " 股票 ", "C": "债券"}))       ->  ["gold_unusable", "duplicate_options"]
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from curate.errors import BadRecord
from curate.records import AnswerKind
from judges.answers.boolean import boolean
from judges.answers.text import plain
from recipes.sources.table import text_of
from recipes.sources.texts import is_yes_and_no

DEFECTS: Mapping[str, str] = MappingProxyType(
    {
        "gold_missing": "no answer is given",
        "gold_unusable": "the answer names a letter that is not among the options",
        "duplicate_options": "two options have the same text",
    }
)

_LETTERS = re.compile(r"[A-H]+")
_BETWEEN = re.compile(r"[\s,，、]")


def required(record: Mapping[str, Any], name: str) -> str:
    """A field's text. Raises BadRecord where it is missing, empty, or no text."""
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"'{name}' is missing or empty")
    return value.strip()


def lettered(record: Mapping[str, Any], letters: str) -> dict[str, str]:
    """The options that stand in columns of their own, one a letter; empty cells are no options."""
    return {letter: text for letter in letters if (text := text_of(record.get(letter)))}


def stem(file: str) -> str:
    """A file's name without its folders and suffixes, where the name tells what its records are about."""
    return PurePosixPath(file).name.split(".")[0]


def gold_letters(answer: Any) -> str | None:
    """The answer's letters in upper case and with nothing between them; None where there is no answer."""
    return _BETWEEN.sub("", text_of(answer) or "").upper() or None


def kind(gold: str | None, options: Mapping[str, str]) -> AnswerKind:
    """Several letters are `choices`, two options of which one says yes and one no a `boolean`, all else a `choice`."""
    if gold is not None and len(gold) > 1 and _LETTERS.fullmatch(gold):
        return "choices"
    return "boolean" if is_yes_and_no(options) else "choice"


def twins(gold: str | None, options: Mapping[str, str]) -> tuple[str, ...]:
    """The letters whose option has the same text as the gold's: as good an answer as the gold itself."""
    wanted = plain(options.get(gold or "", ""))
    return tuple(letter for letter, text in options.items() if letter != gold and wanted and plain(text) == wanted)


def flags(gold: str | None, options: Mapping[str, str]) -> Iterator[str]:
    """The keys of DEFECTS that hold. A gold in words is usable where it is a yes or a no."""
    if gold is None:
        yield "gold_missing"
    elif not (set(gold) <= options.keys() if _LETTERS.fullmatch(gold) else boolean(gold) is not None):
        yield "gold_unusable"
    texts = [text for option in options.values() if (text := plain(option))]
    if len(set(texts)) < len(texts):
        yield "duplicate_options"
