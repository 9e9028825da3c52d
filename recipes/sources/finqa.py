"""FinQA: numeric questions over a page of an annual report, each with a gold program. Raw schema.

One raw record, shortened:
    {"id": "AES/2010/page_225.pdf-3", "filename": "AES/2010/page_225.pdf",
     "pre_text": ["..."], "post_text": ["..."],
     "table_ori": [["", "2010"], ["Current", "$2,577"]], "table": [["", "2010"], ["current", "$ 2577"]],
     "qa": {"question": "...", "answer": "17%", "exe_ans": 0.17043, "program": "divide(2577, 15121)",
            "gold_inds": {"table_1": "...", "text_4": "..."}}}

`answer` (a person's) is the gold and `exe_ans` (the program's) its alternative; 6 % of the test golds contradict each
other. The release lost the "\\u" of escapes, so that characters became four digits: `finqa_escapes` repairs them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo
from judges.answers.audit import FLAGS, audit
from judges.answers.boolean import boolean
from recipes.conversions.numerals import asks_percent
from recipes.sources.finqa_escapes import repair_table, repair_words, suspects
from recipes.sources.texts import finite, linearise, number_text

INFO = SourceInfo(
    title="FinQA",
    licence="MIT",
    home="https://github.com/czyssrs/FinQA",
    language="en",
    module="reasoning_business",
    task="Answer the question about this page of an annual report.",
    form="raw: id, filename, pre_text, post_text, table_ori, table, qa {question, answer, exe_ans, program, gold_inds}",
    defects={
        **FLAGS,
        "cells_repaired": "table cells whose lost escapes were put back from table_ori",
        "words_repaired": "words whose lost escapes can be nothing else (2019s, 201c, 201d) were put back",
        "escape_suspect": "a cell reads 2013, 2014, 2212 ... and no aligned table_ori tells whether it is a year",
    },
    citation="Chen et al., FinQA: A Dataset of Numerical Reasoning over Financial Data, EMNLP 2021",
)


class Options(BaseModel, extra="forbid", frozen=True):
    """FinQA has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord where the raw schema is not kept."""
    record = _mapping(row.value, "the record")
    qa = _mapping(record.get("qa"), "'qa'")
    source_id, asked = _text(record, "id"), _text(qa, "question")
    table, cells, unsure = _table(record)
    texts, words = zip(
        *(repair_words(text) for text in (asked, *_texts(record, "pre_text"), *_texts(record, "post_text"))),
        strict=True,
    )
    before = len(record.get("pre_text") or ())
    gold, alternatives, kind, flags = golds(qa.get("answer"), qa.get("exe_ans"), percent=asks_percent(asked))
    if cells:
        flags.append("cells_repaired")
    if sum(words):
        flags.append("words_repaired")
    if unsure:
        flags.append("escape_suspect")
    context = "\n\n".join(filter(None, (_join(texts[1 : 1 + before]), linearise(table), _join(texts[1 + before :]))))
    yield Question(
        id=f"{corpus.name}:{source_id}",
        source=corpus.name,
        source_id=source_id,
        group=str(record.get("filename") or source_id.rpartition("-")[0] or source_id),
        language="en",
        task=INFO.task,
        question=texts[0],
        answer_kind=kind,
        gold=gold,
        gold_alternatives=alternatives,
        licence=corpus.licence,
        split=corpus.split,
        module=corpus.module,
        task_domain=corpus.task_domain,
        context=context,
        explanation=str(qa["explanation"]).strip() or None if qa.get("explanation") else None,
        flags=tuple(flags),
        meta={
            "program": qa.get("program") or None,
            "table": table,
            "evidence": _evidence(qa.get("gold_inds")),
            "repaired": {"cells": cells, "words": sum(words)},
        },
    )


def golds(answer: Any, executed: Any, *, percent: bool) -> tuple[str | None, tuple[str, ...], AnswerKind, list[str]]:
    """(gold, alternatives, kind, flags) out of FinQA's two golds, either of which may be missing.

    percent: whether the question asks for a percent, so that an answer a hundred times exe_ans is one without its sign.
    """
    human = str(answer).replace("\\n", " ").strip() if answer is not None else ""
    program = number_text(executed)
    kind = _kind(human, program)
    flag = audit(human, _exact(program), kind, percent=percent)
    flags = [flag] if flag else []
    if not human or program is None:
        return human or program, (), kind, flags
    return human, (program,), kind, flags


def _exact(program: str | None) -> str | None:
    """exe_ans to its five places, however JSON wrote it."""
    value = finite(program) if program is not None else None
    return program if value is None else f"{value:.5f}"


def _kind(human: str, program: str | None) -> AnswerKind:
    if boolean(program if program is not None else human) is not None:
        return "boolean"
    return "percent" if "%" in human else "number"


def _table(record: Mapping[str, Any]) -> tuple[list[list[str]], int, int]:
    table = _rows(record, "table")
    original = _rows(record, "table_ori") if record.get("table_ori") else None
    if original is not None and (repaired := repair_table(table, original)) is not None:
        return repaired.table, repaired.cells, repaired.unsure
    return table, 0, suspects(table)


def _evidence(named: Any) -> dict[str, str]:
    if named is not None and not isinstance(named, dict):
        raise BadRecord("'gold_inds' is not a mapping of text_n and table_n to sentences")
    return {str(key): repair_words(str(text))[0] for key, text in (named or {}).items()}


def _rows(record: Mapping[str, Any], key: str) -> list[list[str]]:
    rows = record.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BadRecord(f"'{key}' is not a list of rows")
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _texts(record: Mapping[str, Any], key: str) -> list[str]:
    texts = record.get(key)
    if not isinstance(texts, list):
        raise BadRecord(f"'{key}' is not a list of sentences")
    return [str(text) for text in texts]


def _join(sentences: tuple[str, ...]) -> str:
    return "\n".join(sentence for sentence in sentences if sentence.strip(" ."))


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadRecord(f"{what} is not a JSON object, as FinQA's raw schema has it")
    return value


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    text = str(value).replace("\\n", " ").strip() if isinstance(value, str | int) else ""
    if not text:
        raise BadRecord(f"'{key}' is missing or empty")
    return text
