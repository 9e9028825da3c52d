"""FinanceIQ: Chinese single-choice questions of ten financial examinations; the file's name says which one.

One raw record of test/经济师.csv, shortened (the first column, a running number, has no name):
    {"": "17", "Question": "下列各项中，属于货币政策工具的是（ ）。", "A": "税率", "B": "存款准备金率", "C": "国债",
     "D": "补贴", "Answer": "B"}

The stems were rewritten by GPT-4, as its publishers say, and stay as they are: some are whole questions, some keep
their gap ("…是（ ）。"). The folder, dev or test, is the split; dev is meant as examples for prompts.
"""

from collections.abc import Iterator

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, SourceInfo, content_id
from recipes.sources import exam
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="FinanceIQ",
    licence="CC-BY-NC-SA-4.0",
    home="https://github.com/Duxiaoman-DI/XuanYuan",
    language="zh",
    module="professional_knowledge",
    task="回答下面的金融资格考试单项选择题。",
    task_domain="金融从业与职业资格考试",
    form="CSV: an index without a name, Question, A, B, C, D, Answer; the examination is the file's name",
    splits={"dev": 50, "test": 7123},
    defects={
        **exam.DEFECTS,
        "duplicate_options": f"{exam.DEFECTS['duplicate_options']} (2 of 7,173)",
    },
    citation="Duxiaoman Financial, FinanceIQ: a Chinese evaluation of financial knowledge, 2023",
)

_LETTERS = "ABCD"


class Options(BaseModel, extra="forbid", frozen=True):
    """FinanceIQ has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a record without a question or without options."""
    record = record_of(row.value)
    asked, choices = exam.required(record, "Question"), exam.lettered(record, _LETTERS)
    if not choices:
        raise BadRecord(f"no options: the columns {', '.join(_LETTERS)} are missing or empty")
    gold = exam.gold_letters(record.get("Answer"))
    split = row.folder if row.folder in INFO.splits else None
    category = exam.stem(row.file)
    index = text_of(record.get("")) or content_id(asked, *choices.values())
    source_id = "/".join(filter(None, (split, category, index)))
    yield Question(
        **corpus.provenance(source_id, split),
        group=source_id,
        language="zh",
        task=INFO.task,
        question=asked,
        answer_kind=exam.kind(gold, choices),
        gold=gold,
        gold_alternatives=exam.twins(gold, choices),
        options=choices,
        flags=tuple(exam.flags(gold, choices)),
        meta={"category": category},
    )
