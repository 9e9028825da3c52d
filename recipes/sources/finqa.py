"""FinQA: numeric questions over a page of an annual report, each with a gold program. Raw schema, or `finqa_flat`.

One raw record, shortened:
    {"id": "AES/2010/page_225.pdf-3", "filename": "AES/2010/page_225.pdf",
     "pre_text": ["..."], "post_text": ["..."],
     "table_ori": [["", "2010"], ["Current", "$2,577"]], "table": [["", "2010"], ["current", "$ 2577"]],
     "qa": {"question": "...", "answer": "17%", "exe_ans": 0.17043, "program": "divide(2577, 15121)",
            "gold_inds": {"table_1": "...", "text_4": "..."}}}

`answer` (a person's) is the gold and `exe_ans` (the program's) its alternative; 6 % of the test golds contradict each
other. The release lost the "\\u" of escapes, so that characters became four digits: `finqa_escapes` repairs them.
"""

from collections.abc import Iterator

from pydantic import BaseModel

from curate.records import Corpus, Question, Row, SourceInfo
from recipes.conversions.numerals import asks_percent
from recipes.sources.filings import FLAGS, evidence, golds, mapping, page, required
from recipes.sources.finqa_escapes import repair_words
from recipes.sources.finqa_flat import is_flat, raw

# Of the 1,147 questions of the test set, and the 434 documents of ConvFinQA's (research: corpora, 1).
_MEASURED = {
    "gold_conflict": "some 80 of 1,147",
    "gold_sign": "9 of 1,147",
    "gold_truncated": "21 of 1,147",
    "gold_empty": "14 of 1,147",
    "cells_repaired": "51 of 434 documents",
    "words_repaired": "776 of 1,147",
}

INFO = SourceInfo(
    title="FinQA",
    licence="MIT",
    home="https://github.com/czyssrs/FinQA",
    language="en",
    module="reasoning_business",
    task="Answer the question about this page of an annual report.",
    task_domain="calculations on figures of annual reports",
    form="raw: id, filename, pre_text, post_text, table_ori, table, qa {question, answer, exe_ans, program, gold_inds};"
    " flat, as on the Hub: question, answer, final_result, program_re, gold_inds beside the page",
    splits={"train": 6251, "dev": 883, "test": 1147},
    documents=True,
    defects={flag: f"{says} ({_MEASURED[flag]})" if flag in _MEASURED else says for flag, says in FLAGS.items()},
    citation="Chen et al., FinQA: A Dataset of Numerical Reasoning over Financial Data, EMNLP 2021",
)


class Options(BaseModel, extra="forbid", frozen=True):
    """FinQA has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord where neither schema is kept."""
    record = mapping(row.value, "the record")
    if is_flat(record):
        record = raw(record)
    qa = mapping(record.get("qa"), "'qa'")
    source_id = required(record, "id")
    asked, words = repair_words(required(qa, "question"))
    filing = page(record)
    gold, alternatives, kind, flags = golds(qa.get("answer"), qa.get("exe_ans"), percent=asks_percent(asked))
    yield Question(
        **corpus.provenance(source_id),
        group=str(record.get("filename") or source_id.rpartition("-")[0] or source_id),
        language="en",
        task=INFO.task,
        question=asked,
        answer_kind=kind,
        gold=gold,
        gold_alternatives=alternatives,
        context=filing.context,
        explanation=str(qa["explanation"]).strip() or None if qa.get("explanation") else None,
        flags=(*flags, *filing.flags(words)),
        meta={
            "program": qa.get("program") or None,
            "table": filing.table,
            "evidence": evidence(qa.get("gold_inds")),
            "repaired": {"cells": filing.cells, "words": filing.words + words},
        },
    )
