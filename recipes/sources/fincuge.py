"""FinCUGE: nine tasks on Chinese financial texts: sentiment, topics, relations, event subjects, summaries, questions.

Raw records are lists; the folder that a file stands in (finfe/train_list.json) tells the task:
    finfe   ["今天又补仓了，看好明天", 2]            finne   ["这家公司的增长还没有被验证", "0.5"]
    finnl   ["某市发布新能源补贴政策", "中国 政策"]   finre   ["甲公司", "乙银行", "持股", "甲公司持有乙银行股份。"]
    finese  ["100001", "甲公司董事长失联", "不能履职", "甲公司"]
    finnsp  ["0a1b2c3d", "<title>", "<text>", "甲平台;乙银行", "1", "甲平台"]
    finna   ["<summary>", "<news>"]                  the output first
    finqa   ["<question>？<text>", "甲公司,乙公司"]   fincqa  ["<question>？<text>", "无参数"]

A problem_list holds {"id": 0, "input": ...} without the answer. "FinQA" is not the English one: its task is called
fincuge_finqa in ids and meta. A text that stands twice with the same question has one id, whatever its label, so that a
mended label keeps it; the second gets `~2`, as any id of a run does. What shares a text shares a group.

Records of one text may differ in their answer: 773 texts of finfe, 434 events of finese with several subjects, 1,150
pairs of finre with several relations; half of finfe's eval texts stand in train. A source keeps no state: screens tell.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, SourceInfo, content_id
from recipes.sources.exam import stem
from recipes.sources.fincuge_tasks import ANSWERS, FORMS, asked

_SPLITS = ("train", "eval", "problem")
# Counted in the published files; finna's and finqa's train as the README states it, and nothing states fincqa's.
_PUBLISHED = {
    "finfe": (16157, 2020, 2020),
    "finne": (4000, 500, 501),
    "finnl": (7071, 884, 884),
    "finre": (13486, 1489, 3727),
    "finese": (14252, 1781, 1782),
    "finnsp": (4000, 500, 500),
    "finna": (24000, 3600, 3600),
    "finqa": (16000, 2469, 2480),
    "fincqa": (None, 2741, 2745),
}

INFO = SourceInfo(
    title="FinCUGE",
    licence="unknown",
    home="https://github.com/ssymmetry/BBT-FinCUGE-Applications",
    language="zh",
    module="reasoning_business",
    task="完成下面的金融文本任务。",
    task_domain="金融新闻、公告与股吧文本的理解和信息抽取",
    form="<task>/{train,eval,problem}_list.json: lists of fields, their order by task; a problem_list has {id, input}",
    splits={
        f"{task}/{split}": count
        for task, counts in _PUBLISHED.items()
        for split, count in zip(_SPLITS, counts, strict=True)
        if count
    },
    defects={
        "gold_missing": "a record of a problem_list, which has no answers",
        "gold_unusable": "a label is none of its task's set, and rules cannot decide by it",
        "label_unknown": "a typo, labels run together, or a word of another kind (41 of finnl's 7,955)",
        "gold_not_in_text": "the answer is to be copied and does not stand in the text (35 of finqa's eval list, 3 of"
        " finese's 16,033, 113 of finnsp's 4,483)",
        "event_other": "the event asked for is 其他, whose subject is 无 but once (2,817 of finese's 16,033)",
        "placeholder": "the text is a web form's (您至少需输入5个字), not the news (51 of finqa's eval list)",
        "numbers_masked": "numbers of the text were replaced by <N> (7,957 of finre's 14,975); they are kept so",
        "escapes_repaired": "spaces that stood as \\xa0, \\u3000 were put back (210 of finne's 4,499)",
        "markup": "HTML stands in the text (73 of finese and finnsp, 22 of finre)",
    },
    citation="Lu et al., BBT-Fin: Comprehensive Construction of Chinese Financial Domain Pre-trained Language Model,"
    " Corpus and Benchmark, arXiv 2302.09432",
)

Task = Literal["finfe", "finne", "finnl", "finre", "finese", "finnsp", "finna", "finqa", "fincqa"]

_PLACEHOLDER = "您至少需输入5个字"
_MASKED = "<N>"
_MARKUP = re.compile(r"</?(?!N>)[A-Za-z][^<>]{0,200}>|&[a-z]{2,6};")


class Options(BaseModel, extra="forbid", frozen=True):
    """The recipe keys of FinCUGE."""

    task: Task | None = Field(default=None, description="the task; by default the name of the folder of the file")


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord where the task is not known or the record is none of it."""
    task = options.task or row.folder
    if task not in FORMS:
        raise BadRecord(f"the folder '{task}' is none of FinCUGE's tasks; set task: to one of {', '.join(FORMS)}")
    said = _fields(row.value, task)
    ask = asked(task, said)
    name = "fincuge_finqa" if task == "finqa" else task
    given = [said[field] for field in FORMS[task] if field not in ANSWERS and field != "id"]
    source_id = f"{name}-{said.get('id') or content_id(*given)}"
    split = next((split for split in _SPLITS if stem(row.file).startswith(split)), None)
    yield Question(
        **corpus.provenance(source_id, split),
        group=content_id(ask.context or ask.question),
        language="zh",
        task=ask.task,
        question=ask.question,
        answer_kind=ask.kind,
        gold=ask.gold,
        gold_alternatives=ask.alternatives,
        context=ask.context,
        options=ask.options,
        flags=(*ask.flags, *_flags(ask.gold, "\n".join(given))),
        meta={"task": name},
    )


def _fields(value: Any, task: str) -> Mapping[str, str]:
    """A record's fields by name; of a problem_list's without those of the answer."""
    names, values = FORMS[task], value
    if isinstance(value, Mapping):
        names = tuple(name for name in names if name not in ANSWERS and name != "id")
        values = value.get("input") if isinstance(value.get("input"), list) else [value.get("input")]
    if not isinstance(values, list) or not all(isinstance(one, str | int) for one in values):
        raise BadRecord("neither a list of texts nor {id, input}")
    if len(values) != len(names):
        raise BadRecord(f"{len(values)} fields; {task} has {len(names)}: {', '.join(names)}")
    said = dict(zip(names, map(str, values), strict=True))
    if not said["text"].strip():
        raise BadRecord("the text is empty")
    return {**said, "id": f"problem-{value.get('id')}"} if isinstance(value, Mapping) else said


def _flags(gold: str | None, text: str) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    if _PLACEHOLDER in text:
        yield "placeholder"
    if _MASKED in text:
        yield "numbers_masked"
    if _MARKUP.search(text):
        yield "markup"
