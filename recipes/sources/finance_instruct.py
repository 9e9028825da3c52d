"""Finance-Instruct-500k: some 518,000 instructions and answers merged from twenty sets, mostly English. JSON Lines.

One raw record:
    {"system": "\\n", "user": "Explain how a carbon tax would affect ...", "assistant": "A carbon tax raises ..."}

A `system` text stands before the question, as its task. What `user` asks may hold its own passage. Nothing names the
set that a record comes from, and FinQA, ConvFinQA and TAT-QA are said to be among them: screen for overlap.
"""

import json
import re
from collections.abc import Iterator

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo, content_id, language_of
from judges.answers.boolean import boolean
from judges.answers.text import plain
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="Finance-Instruct-500k",
    licence="Apache-2.0",
    home="https://huggingface.co/datasets/Josephgflowers/Finance-Instruct-500k",
    language="any",
    module="professional_knowledge",
    task="",
    form="system (often empty), user, assistant",
    defects={
        "gold_missing": "the assistant says nothing",
        "role_residue": "a text goes on with another speaker: User:, Assistant:, Human:",
        "template_residue": "a chat template's marks stand in a text: <|im_end|>, [INST], </s>",
        "unbalanced": "a code fence is opened and not closed, or the answer is JSON that breaks off",
        "mojibake": "characters were decoded wrongly: \\ufffd, â€™",
    },
    citation="Josephgflowers, Finance-Instruct-500k, Hugging Face",
)

_SHORT = 24  # characters: a longer answer explains
_NUMBER = re.compile(
    r"[-+(\u2212]?\s?(?:US|HK)?[$€£¥￥]?\s?[-+\u2212]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)\s?(?P<percent>%|percent|个?百分点)?"
    r"\s?(?:thousand|million|billion|trillion|[千百万亿]*元?)?\s?\)?[.。]?",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "positive negative neutral bullish bearish mixed 正面 负面 中性 积极 消极 中立 利好 利空 看涨 看跌".split()
)
_ROLE = re.compile(r"^[ \t]*(?:#+ ?|\*\*)?(?:User|Assistant|Human|AI)(?:\*\*)? ?[:：]", re.MULTILINE)
_TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|user|assistant|system)\|>|\[/?INST\]|<</?SYS>>"
    r"|</?s>|^### ?(?:Instruction|Response|Input) ?:",
    re.MULTILINE,
)
_MOJIBAKE = re.compile("\ufffd|â€|Ã[\u0080-\u00bf]|Â[\u0080-\u00bf]|ï¿½")


class Options(BaseModel, extra="forbid", frozen=True):
    """Finance-Instruct has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a record without a `user` text."""
    record = record_of(row.value)
    system, asked, gold = (text_of(record.get(key)) for key in ("system", "user", "assistant"))
    if asked is None:
        raise BadRecord("'user' is missing or empty")
    source_id = content_id(system or "", asked)
    yield Question(
        **corpus.provenance(source_id),
        group=source_id,
        language=language_of(asked),
        task=system or INFO.task,
        question=asked,
        answer_kind=kind_of(gold),
        gold=gold,
        flags=tuple(_flags(asked, gold)),
    )


def kind_of(gold: str | None) -> AnswerKind:
    """The kind of an answer: text, but where it is nothing but a number, a percent, yes or no, or a sentiment."""
    if gold is None or len(gold) > _SHORT:
        return "text"
    if plain(gold) in _LABELS:  # before yes and no: "negative" is a sentiment
        return "label"
    if boolean(gold) is not None:
        return "boolean"
    if number := _NUMBER.fullmatch(gold):
        return "percent" if number["percent"] else "number"
    return "text"


def _flags(asked: str, gold: str | None) -> Iterator[str]:
    answer = gold or ""
    if gold is None:
        yield "gold_missing"
    if _ROLE.search(answer) or len(_ROLE.findall(asked)) > 1:
        yield "role_residue"
    if _TEMPLATE.search(asked) or _TEMPLATE.search(answer):
        yield "template_residue"
    if answer.count("```") % 2 or _broken_json(answer):
        yield "unbalanced"
    if _MOJIBAKE.search(asked) or _MOJIBAKE.search(answer):
        yield "mojibake"


def _broken_json(text: str) -> bool:
    """Does a text begin as JSON does, and is it none?"""
    if not re.match(r'\{\s*["}]|\[\s*[{\["\]]', text):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False
