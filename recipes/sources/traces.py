"""Questions that already carry reasoning and answer, from any model: nothing is distilled, the two rounds are applied.

    {"id": "q1", "question": "...", "gold": "1152", "reasoning": "Okay, let's ...", "answer": "... **1,152**."}

Columns are named as for `table`, with four more. Where `reasoning` is empty, it is taken out of the answer's own
<think> tags, as servers write it that do not split the two. A list of one string counts as the string.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import Field

from curate.records import Corpus, Question, Row, SourceInfo
from recipes.sources import table
from recipes.sources.table import Reader, text_of

INFO = SourceInfo(
    title="questions with traces of any model",
    licence="unknown",
    home="yours",
    language="any",
    module=None,
    task="",
    form="question, gold, reasoning, answer, and what `columns` maps",
    defects={
        **table.INFO.defects,
        "trace_missing": "the record holds neither reasoning nor answer",
    },
)


# The words of the common servers for "the limit on tokens was reached".
_CUT = ("length", "max_tokens", "max_output_tokens")
_TAGGED = re.compile(r"<answer>\s*(.*?)\s*</answer>", re.DOTALL)


class Columns(table.Columns):
    """The columns of `table`, and the trace's."""

    reasoning: str | None = Field(default=None, description="the model's reasoning; may be empty")
    answer: str | None = Field(default=None, description="the text after the reasoning, or all of the reply")
    model: str | None = Field(default=None, description="the model that wrote the trace")
    finish_reason: str | None = Field(default=None, description='why the model stopped; "length" means truncated')


class Options(table.Options):
    """The recipe keys of `traces`."""

    columns: Columns = Field(default=Columns(), description="field -> column")
    model: str = Field(default="unknown", description="the model that wrote the traces, where no column says so")


check_columns = table.check_columns


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question, its trace in meta["given"]. Raises BadRecord for a record without a question."""
    read = Reader(row.value, options.columns)
    asked = table.question(read, corpus, options)
    reasoning, answer, cut = split_reply(_one(read("reasoning")), _one(read("answer")))
    if tagged := _TAGGED.fullmatch(answer):
        answer = tagged[1]
    if not reasoning and not answer:
        yield replace(asked, flags=(*asked.flags, "trace_missing"))
        return
    given = {
        "reasoning": reasoning,
        "answer": answer,
        "model": read.text("model") or options.model,
        "truncated": cut or (read.text("finish_reason") or "").lower() in _CUT,
    }
    yield replace(asked, meta={**asked.meta, "given": given})


def split_reply(reasoning: str, answer: str) -> tuple[str, str, bool]:
    """(reasoning, answer, truncated) of a reply whose reasoning may still stand inside its answer, between <think> tags
    or before a lone </think> (the prompt opened it). A <think> that is never closed was cut off."""
    if reasoning or not ("<think>" in answer or "</think>" in answer):
        return reasoning, answer, False
    if "</think>" not in answer:
        return answer.partition("<think>")[2].strip(), "", True
    thought, _, tail = answer.rpartition("</think>")
    head, opened, inner = thought.partition("<think>")
    if not opened:
        head, inner = "", thought
    return inner.strip(), f"{head.strip()}\n{tail.strip()}".strip(), False


def _one(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(filter(None, map(text_of, value)))
    return text_of(value) or ""
