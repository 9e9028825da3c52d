"""A page of a filing as FinQA and ConvFinQA publish it (sentences, a table, sentences), and their two golds.

page({"pre_text": ["loans 2019 terms ."], "table": [["", "2014"], ["loans", "2014"]], "table_ori": [...], ...})
    ->  Page(context, table, cells=1, words=0, unsure=0), its lost escapes put back
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curate.errors import BadRecord
from curate.records import AnswerKind
from judges.answers import audit as gold_audit
from judges.answers.audit import audit
from judges.answers.boolean import boolean
from recipes.sources.finqa_escapes import repair_table, repair_words, suspects
from recipes.sources.texts import finite, linearise, number_text

FLAGS: Mapping[str, str] = {
    **gold_audit.FLAGS,
    "cells_repaired": "table cells whose lost escapes were put back from table_ori",
    "words_repaired": "words whose lost escapes can be nothing else (2019s, 201c, 201d) were put back",
    "escape_suspect": "a cell reads 2013, 2014, 2212 ... and no aligned table_ori tells whether it is a year",
}


@dataclass(frozen=True, slots=True)
class Page:
    """context: the page in order; table: its rows; cells, words: how many were repaired; unsure: cells that could not
    be decided."""

    context: str
    table: list[list[str]]
    cells: int
    words: int
    unsure: int

    def flags(self, words: int = 0) -> Iterator[str]:
        """What was repaired or could not be; words: those repaired in the question."""
        if self.cells:
            yield "cells_repaired"
        if self.words + words:
            yield "words_repaired"
        if self.unsure:
            yield "escape_suspect"


def page(record: Mapping[str, Any]) -> Page:
    """The page of a raw record. Raises BadRecord where the schema is not kept."""
    table, cells, unsure = _table(record)
    before, words_before = _repaired(sentences(record, "pre_text"))
    after, words_after = _repaired(sentences(record, "post_text"))
    context = "\n\n".join(filter(None, (before, linearise(table), after)))
    return Page(context, table, cells, words_before + words_after, unsure)


def evidence(named: Any) -> dict[str, str]:
    """FinQA's `gold_inds`, its words repaired."""
    if named is not None and not isinstance(named, Mapping):
        raise BadRecord("'gold_inds' is not a mapping of text_n and table_n to sentences")
    return {str(key): repair_words(str(sentence))[0] for key, sentence in (named or {}).items()}


def golds(answer: Any, executed: Any, *, percent: bool) -> tuple[str | None, tuple[str, ...], AnswerKind, list[str]]:
    """(gold, alternatives, kind, flags) out of a person's answer and a program's, either of which may be missing.

    percent: whether the question asks for a percent, so that an answer a hundred times exe_ans is one without its sign.
    """
    human = unescaped(str(answer)) if answer is not None else ""
    program = number_text(executed)
    kind = _kind(human, program)
    flag = audit(human, _exact(program), kind, percent=percent)
    flags = [flag] if flag else []
    if not human or program is None:
        return human or program, (), kind, flags
    return human, (program,), kind, flags


def unescaped(text: str) -> str:
    """The text without the literal "\\n" that many questions and answers end with."""
    return text.replace("\\n", " ").strip()


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A JSON object. Raises BadRecord with `what` it was to be."""
    if not isinstance(value, Mapping):
        raise BadRecord(f"{what} is not a JSON object, as the raw schema has it")
    return value


def required(record: Mapping[str, Any], key: str) -> str:
    """A text that must be there. Raises BadRecord."""
    value = record.get(key)
    text = unescaped(str(value)) if isinstance(value, str | int) else ""
    if not text:
        raise BadRecord(f"'{key}' is missing or empty")
    return text


def sentences(record: Mapping[str, Any], key: str) -> list[str]:
    """A list of sentences. Raises BadRecord."""
    texts = record.get(key)
    if not isinstance(texts, list):
        raise BadRecord(f"'{key}' is not a list of sentences")
    return ["" if text is None else str(text) for text in texts]


def rows(record: Mapping[str, Any], key: str) -> list[list[str]]:
    """A table as rows of cells. Raises BadRecord."""
    found = record.get(key)
    if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
        raise BadRecord(f"'{key}' is not a list of rows")
    return [["" if cell is None else str(cell) for cell in row] for row in found]


def _exact(program: str | None) -> str | None:
    """exe_ans to its five places, however JSON wrote it."""
    value = finite(program) if program is not None else None
    return program if value is None else f"{value:.5f}"


def _kind(human: str, program: str | None) -> AnswerKind:
    if boolean(program if program is not None else human) is not None:
        return "boolean"
    return "percent" if "%" in human else "number"


def _table(record: Mapping[str, Any]) -> tuple[list[list[str]], int, int]:
    table = rows(record, "table")
    original = rows(record, "table_ori") if record.get("table_ori") else None
    if original is not None and (repaired := repair_table(table, original)) is not None:
        return repaired.table, repaired.cells, repaired.unsure
    return table, 0, suspects(table)


def _repaired(texts: list[str]) -> tuple[str, int]:
    """The sentences as lines, without empty ones, and how many words were repaired in them."""
    repaired = [repair_words(text) for text in texts]
    lines = (text for text, _ in repaired if text.strip(" ."))
    return "\n".join(lines), sum(words for _, words in repaired)
