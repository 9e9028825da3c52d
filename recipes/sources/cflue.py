"""CFLUE: Chinese financial examination questions; and tasks of financial text, which `cflue_application` reads.

One raw record of the knowledge part:
    {"名称": "证券从业资格", "task": "多项选择题", "question": "我国金融市场体系包括（）。",
     "choices": "{'A': '货币市场', 'B': '债券市场', 'C': '商品市场', 'D': '金融衍生品市场'}",
     "answer": "ABD", "analysis": "我国已经逐步形成了……"}

`choices` is a Python literal inside a string, never JSON: read with ast.literal_eval, never eval. The kind follows the
task, the options and the gold: an answer of several letters is `choices` whatever the task says. The full release adds
科目 and 章节, each possibly null.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, SourceInfo, content_id
from recipes.sources import cflue_application, exam
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="CFLUE",
    licence="CC-BY-NC-SA-4.0",
    home="https://github.com/aliyun/cflue",
    language="zh",
    module="professional_knowledge",
    task="回答下面的金融资格考试试题。",
    form="knowledge: 名称, task (单项选择题 多项选择题 判断题), question, choices (a Python dict in a string), answer,"
    " analysis; application: task, sub_task, instruction, input, output",
    splits={"dev": 3864},
    defects={
        **exam.DEFECTS,
        "one_letter": "a 多项选择题 whose answer is a single letter (118 of 3,864)",
        "duplicate_options": f"{exam.DEFECTS['duplicate_options']} (1 of 3,864)",
        "blank_options": "an option has no text",
        **cflue_application.DEFECTS,
    },
    citation="Zhu et al., Benchmarking Large Language Models on CFLUE, Findings of ACL 2024",
)

_TASKS = ("单项选择题", "多项选择题", "判断题")


class Options(BaseModel, extra="forbid", frozen=True):
    """CFLUE has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord where the schema is not kept."""
    record = record_of(row.value)
    yield (cflue_application.question if "sub_task" in record else _examined)(record, corpus)


def _examined(record: Mapping[str, Any], corpus: Corpus) -> Question:
    stem, choices = exam.required(record, "question"), _choices(record.get("choices"))
    task = str(record.get("task"))
    if task not in _TASKS:
        raise BadRecord(f"task {task!r} is unknown; known are {', '.join(_TASKS)}")
    gold = exam.gold_letters(record.get("answer"))
    source_id = content_id(record["question"], str(record.get("choices")))
    placed = {"subject": text_of(record.get("科目")), "chapter": text_of(record.get("章节"))}
    return Question(
        **corpus.provenance(source_id),
        group=source_id,
        language="zh",
        task=INFO.task,
        question=stem,
        answer_kind="choices" if task == "多项选择题" else exam.kind(gold, choices),
        gold=gold,
        gold_alternatives=exam.twins(gold, choices),
        options=choices,
        explanation=text_of(record.get("analysis")),
        flags=tuple(_flags(task, gold, choices)),
        meta={"exam": record.get("名称"), "task": task, **{name: text for name, text in placed.items() if text}},
    )


def _choices(text: Any) -> dict[str, str]:
    try:
        choices = ast.literal_eval(text) if isinstance(text, str) else text
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise BadRecord("'choices' is not a Python literal") from None
    if not isinstance(choices, dict) or not choices:
        raise BadRecord("'choices' is not a mapping of letters to texts")
    texts = {str(letter).strip().upper(): option for letter, option in choices.items()}
    return {letter: "" if option is None else str(option).strip() for letter, option in texts.items()}


def _flags(task: str, gold: str | None, choices: Mapping[str, str]) -> Iterator[str]:
    found = list(exam.flags(gold, choices))
    yield from found
    if task == "多项选择题" and gold is not None and len(gold) == 1 and "gold_unusable" not in found:
        yield "one_letter"
    if not all(choices.values()):
        yield "blank_options"
