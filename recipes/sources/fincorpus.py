"""FinCorpus, its examination items (fin_exam): each one running text of stem, options, answer and, mostly, an analysis.

One raw record, the text shortened:
    {"text": "甲企业应缴纳的增值税为（ ）元。\\nA、2000\\nB、2400\\n答案：B\\n分析解释：……", "meta": {"source": "..."}}

`exam_text` parses it. The answer is a letter, letters, a JSON list, the option's text, or 正确 and 错误. Items without
options are yes or no, a number, or a text by their answer. FinCorpus's other files (announcements, articles, news)
are text to train on, without questions: their records are unreadable, and say so.
"""

import json
import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo, content_id
from judges.answers import Gold, match
from judges.answers.boolean import boolean
from judges.answers.choice import letters
from judges.answers.quantity import quantities
from recipes.sources import exam
from recipes.sources.exam_text import Item, parse
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="FinCorpus, examination items",
    licence="Apache-2.0",
    home="https://huggingface.co/datasets/Duxiaoman-DI/FinCorpus",
    language="zh",
    module="non_reasoning_business",
    task="回答下面的金融试题。",
    task_domain="金融、会计与税务考试",
    form="fin_exam.jsonl: text (stem, options, answer and analysis in one string), meta {source}",
    defects={
        **exam.DEFECTS,
        "gold_missing": "no answer is given, or it cannot be told which of several questions it answers",
        "gold_unusable": "the answer is none of the options, or a letter without options",
        "several_questions": "a case with several questions in one text; its answers cannot be told apart",
    },
    citation="Duxiaoman Financial, FinCorpus, 2023",
)

_TEXTS = re.compile(r"announcement|fin_articles|fin_news")
_LETTERS = re.compile(r"[A-H]{1,8}")
_SHORT = 24  # characters: a longer answer with a number in it is a text


class Options(BaseModel, extra="forbid", frozen=True):
    """FinCorpus has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a text that is no examination item."""
    record = record_of(row.value)
    text = exam.required(record, "text")
    if _TEXTS.search(row.file):
        raise BadRecord("announcements, articles and news are texts to train on: only fin_exam holds questions")
    item = parse(text)
    if not item.stem:
        raise BadRecord("no question stands before its answer")
    if not item.options and item.answer is None:
        raise BadRecord("neither options nor an answer: a text, and no examination item")
    if item.leaks:
        raise BadRecord("the answer, or a mark of one, stands in the question: a layout that is not known")
    gold = None if item.several else _gold(item)
    kind = _kind(gold, item.options)
    source_id = content_id(item.stem, json.dumps(item.options, ensure_ascii=False))
    about = record.get("meta")
    yield Question(
        **corpus.provenance(source_id),
        group=source_id,
        language="zh",
        task=INFO.task,
        question=item.stem,
        answer_kind=kind,
        gold=gold,
        gold_alternatives=exam.twins(gold, item.options),
        options=item.options,
        explanation=None if item.several else item.analysis,
        flags=tuple(dict.fromkeys(_flags(gold, kind, item))),
        meta={"source": about.get("source") if isinstance(about, Mapping) else None},
    )


def _gold(item: Item) -> str | None:
    """The answer: the letters of the options that it names, else as it is written."""
    if item.answer is None:
        return None
    answer = _listed(item.answer).strip(" 。")
    for said in (answer, answer.partition("\n")[0]):  # an analysis may follow without a mark
        if item.options and isinstance(read := letters(said, item.options), frozenset):
            return "".join(sorted(read))
    return answer or None


def _listed(answer: str) -> str:
    """An answer that is a JSON list as its members, a line each."""
    try:
        members = json.loads(answer) if answer.startswith("[") else answer
    except (ValueError, RecursionError):
        return answer
    return "\n".join(map(str, members)) if isinstance(members, list) else answer


def _kind(gold: str | None, options: Mapping[str, str]) -> AnswerKind:
    if options:
        return exam.kind(gold, options)
    if gold is None:
        return "text"
    if _LETTERS.fullmatch(gold):
        return "choices" if len(gold) > 1 else "choice"
    if boolean(gold) is not None:
        return "boolean"
    if len(gold) <= _SHORT and len(found := quantities(gold)) == 1:
        return "percent" if found[0].percent else "number"
    return "text"


def _flags(gold: str | None, kind: AnswerKind, item: Item) -> Iterator[str]:
    if item.several:
        yield "several_questions"
    if item.options or gold is None:
        yield from exam.flags(gold, item.options)
    elif kind in ("choice", "choices"):
        yield "gold_unusable"
    if gold is not None and match(gold, Gold(kind, gold, options=item.options)).reason == "gold_unusable":
        yield "gold_unusable"
