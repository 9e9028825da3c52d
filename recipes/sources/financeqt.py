"""FinanceQT (Quant-Trading-Instruct): trading algorithms asked for in words, answered in Python for QuantConnect.

One raw record:
    {"context": "You are a helpful assistant for quant trading.", "question": "Please provide me the code for ...",
     "answer": "To use ... follow this.\\n\\n```python\\nclass Futures(QCAlgorithm):\\n    ...\\n```"}

No rule can tell whether the code does what is asked: it is parsed, never run, and the answer judge decides. Unknown:
the licence, and how many records there are: 386 by its loaders and by Fin-R1's 0.39k, some 10,000 by a third party. The
one trace that Fin-R1 published answers another task than its question.
"""

import ast
import re
import warnings
from collections.abc import Iterator

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, SourceInfo, content_id
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="FinanceQT",
    licence="unknown",
    home="https://huggingface.co/datasets/lumalik/Quant-Trading-Instruct",
    language="en",
    module="code",
    task="Read the context below and answer the question.",
    form="context (the same in every record), question, answer (text with Python code)",
    splits={"train": 386},
    defects={
        "gold_missing": "no answer is given",
        "code_missing": "the answer holds no Python code",
        "code_syntax_error": "a block of its code is no Python 3",
    },
    citation="lumalik, Quant-Trading-Instruct, Hugging Face",
)

_FENCED = re.compile(r"^[ \t]*```[ \t]*(\w*)[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_PYTHON = ("", "python", "python3", "py")
_CODE = re.compile(r"^\s*(?:import \w|from [\w.]+ import |def \w+\(|class \w+[(:]|@\w|self\.\w+|\w+ = )", re.MULTILINE)


class Options(BaseModel, extra="forbid", frozen=True):
    """FinanceQT has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a record without a question."""
    record = record_of(row.value)
    context, asked, gold = (text_of(record.get(key)) for key in ("context", "question", "answer"))
    if asked is None:
        raise BadRecord("'question' is missing or empty")
    source_id = content_id(context or "", asked)
    yield Question(
        **corpus.provenance(source_id),
        group=source_id,
        language="en",
        task=INFO.task,
        question=asked,
        answer_kind="code",
        gold=gold,
        context=context or "",
        flags=(flag,) if (flag := _flag(gold)) else (),
    )


def code_of(answer: str) -> list[str]:
    """The blocks of Python in an answer: fenced ones, or without a fence the whole, where it looks like code."""
    fenced = _FENCED.findall(answer)
    if fenced:
        return [code for language, code in fenced if language.lower() in _PYTHON and _CODE.search(code)]
    return [answer] if _CODE.search(answer) else []


def parses(code: str) -> bool:
    """Is it Python 3? It is read, never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in its strings
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _flag(gold: str | None) -> str | None:
    if gold is None:
        return "gold_missing"
    blocks = code_of(gold)
    if not blocks:
        return "code_missing"
    return None if all(map(parses, blocks)) else "code_syntax_error"
