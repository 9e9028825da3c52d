"""CFLUE knowledge: Chinese financial examination questions with options, answer and, mostly, an analysis.

One raw record:
    {"名称": "证券从业资格", "task": "多项选择题", "question": "我国金融市场体系包括（）。",
     "choices": "{'A': '货币市场', 'B': '债券市场', 'C': '商品市场', 'D': '金融衍生品市场'}",
     "answer": "ABD", "analysis": "我国已经逐步形成了……"}

`choices` is a Python literal inside a string, never JSON: read with ast.literal_eval, never eval. The kind follows the
task and the gold: an answer of several letters is `choices` whatever the task says.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo, content_id
from judges.answers.boolean import boolean
from judges.answers.text import plain

INFO = SourceInfo(
    title="CFLUE knowledge",
    licence="CC-BY-NC-SA-4.0",
    home="https://github.com/aliyun/cflue",
    language="zh",
    module="professional_knowledge",
    task="回答下面的金融资格考试试题。",
    form="名称, task (单项选择题 多项选择题 判断题), question, choices (a Python dict in a string), answer, analysis",
    defects={
        "gold_missing": "no answer is given",
        "gold_unusable": "the answer names a letter that is not among the options",
        "one_letter": "a 多项选择题 whose answer is a single letter",
        "duplicate_options": "two options have the same text",
        "blank_options": "an option has no text",
        "missing_figure": "the stem refers to a figure, table or material that is not included",
    },
    citation="Zhu et al., Benchmarking Large Language Models on CFLUE, Findings of ACL 2024",
)

_TASKS: Mapping[str, AnswerKind] = {"单项选择题": "choice", "多项选择题": "choices", "判断题": "boolean"}
_FIGURE = re.compile(r"[如下上]图|下表|上表|附表|见图|资料[一二三四五\d]|根据(?:上述|以上|下列|以下)?(?:资料|材料)")
_LETTERS = re.compile(r"[A-H]+")


class Options(BaseModel, extra="forbid", frozen=True):
    """CFLUE has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord where the schema is not kept."""
    record = row.value
    if not isinstance(record, dict):
        raise BadRecord("the record is not a JSON object")
    stem, choices = record.get("question"), _choices(record.get("choices"))
    if not isinstance(stem, str) or not stem.strip():
        raise BadRecord("'question' is missing or empty")
    task = str(record.get("task"))
    if task not in _TASKS:
        raise BadRecord(f"task {task!r} is unknown; known are {', '.join(_TASKS)}")
    gold = re.sub(r"[\s,，、]", "", str(record.get("answer") or "")).upper() or None
    kind = _kind(task, gold, choices)
    source_id = content_id(stem, str(record.get("choices")))
    analysis = record.get("analysis")
    yield Question(
        id=f"{corpus.name}:{source_id}",
        source=corpus.name,
        source_id=source_id,
        group=source_id,
        language="zh",
        task=INFO.task,
        question=stem.strip(),
        answer_kind=kind,
        gold=gold,
        licence=corpus.licence,
        split=corpus.split,
        module=corpus.module,
        task_domain=corpus.task_domain,
        options=choices,
        explanation=analysis.strip() or None if isinstance(analysis, str) else None,
        flags=tuple(_flags(task, gold, choices, stem)),
        meta={"exam": record.get("名称"), "task": task},
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


def _kind(task: str, gold: str | None, choices: Mapping[str, str]) -> AnswerKind:
    if gold is not None and len(gold) > 1 and _LETTERS.fullmatch(gold):
        return "choices"
    kind = _TASKS[task]
    if kind == "boolean" and any(boolean(option) is None for option in choices.values()):
        return "choice"
    return kind


def _flags(task: str, gold: str | None, choices: Mapping[str, str], stem: str) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    elif not (set(gold) <= choices.keys() if _LETTERS.fullmatch(gold) else boolean(gold) is not None):
        yield "gold_unusable"
    elif task == "多项选择题" and len(gold) == 1:
        yield "one_letter"
    texts = [plain(option) for option in choices.values()]
    if not all(texts):
        yield "blank_options"
    elif len(set(texts)) < len(texts):
        yield "duplicate_options"
    if _FIGURE.search(stem):
        yield "missing_figure"
