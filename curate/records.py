"""The records that travel: Row in, Question, Trace and Outcome on the way. All frozen.

A source's module turns each raw Row into Questions; from there on the whole pipeline knows one form only.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

Language = Literal["en", "zh"]
_HAN_SHARE = 0.1
Module = Literal["code", "professional_knowledge", "non_reasoning_business", "reasoning_business"]
AnswerKind = Literal["number", "percent", "boolean", "choice", "choices", "label", "labels", "span", "text", "code"]
Label = Literal["good", "bad", "undecided", "dropped"]
Destination = Literal["sft", "rl", "rejects"]
Purpose = Literal["filter", "convert", "distil", "check", "judge", "student"]
Origin = Literal["distilled", "merged", "program", "imported"]
TraceOutcome = Literal["ok", "truncated", "empty_reasoning", "empty_answer", "refusal", "filtered", "error"]


@dataclass(frozen=True, slots=True)
class Row:
    """One raw record: its value as parsed, and where it stands ("train.json", 17: the line or the ordinal number).

    folder: the name of the folder that the file stands in: some corpora tell a record's task by it alone.
    """

    value: Any
    file: str
    number: int
    folder: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a corpus, in the one form that everything behind the source knows.

    id: "<source>:<source_id>", unique in a run; group: what must stay together in a split (document, conversation).
    gold: None where the source gives none, never ""; gold_alternatives: other writings that are as good.
    parent: the id of the question that this one was converted from.
    task_domain: the task's domain in words, where the recipe or the source names one.
    options: letter -> text, in order; flags: known defects; meta: whatever else, JSON-able.
    """

    id: str
    source: str
    source_id: str
    group: str
    language: Language
    task: str
    question: str
    answer_kind: AnswerKind
    gold: str | None
    licence: str
    split: str | None = None
    parent: str | None = None
    module: Module | None = None
    task_domain: str | None = None
    context: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    gold_alternatives: tuple[str, ...] = ()
    explanation: str | None = None
    flags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a question goes no further: a key of judges.REASONS, and in words what it rests on."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Reasoning and answer for one question.

    sample: which of several wanted traces, from 0; attempt: which try at it, from 0; origin: who wrote it.
    answer: the text after the reasoning; final: the final answer cut out of it, or None; outcome: what came back;
    error: the server's words where that is `error`.
    """

    question_id: str
    reasoning: str
    answer: str
    final: str | None
    outcome: TraceOutcome
    origin: Origin
    model: str
    sample: int = 0
    attempt: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call to a model on behalf of a question, answered from the journal or by the model.

    purpose: what it was for; model: the model's identity; key: the journal's, in hex; outcome: as of a trace;
    answered_by, fingerprint: as the server said; usd: by the recipe's price; error: the server's words.
    """

    question_id: str
    sample: int
    attempt: int
    purpose: Purpose
    model: str
    key: str
    outcome: TraceOutcome
    finish_reason: str | None = None
    answered_by: str | None = None
    fingerprint: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int | None = None
    cached_tokens: int = 0
    usd: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question ended: label and reason (a key of judges.REASONS), the detail in words, where it goes (None
    while it waits for a call), and the chosen trace's sample and attempt (None where there is none)."""

    question_id: str
    source: str
    label: Label
    reason: str
    goes_to: Destination | None
    detail: str = ""
    sample: int | None = None
    attempt: int | None = None


class Provenance(TypedDict):
    """The fields of a Question that say where it comes from."""

    id: str
    source: str
    source_id: str
    licence: str
    split: str | None
    module: Module | None
    task_domain: str | None


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the recipe says of a source, for its module to write into Questions."""

    name: str
    licence: str
    split: str | None = None
    module: Module | None = None
    task_domain: str | None = None

    def provenance(self, source_id: str, split: str | None = None) -> Provenance:
        """Where a record's question comes from: Question(**corpus.provenance("7"), question=...).

        split: the one that the corpus' files tell, for where the recipe names none."""
        return {
            "id": f"{self.name}:{source_id}",
            "source": self.name,
            "source_id": source_id,
            "licence": self.licence,
            "split": self.split or split,
            "module": self.module,
            "task_domain": self.task_domain,
        }


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source's module states about its corpus.

    licence: as its publishers state it, by SPDX name where there is one; home: where it is published.
    task_domain: its task's domain in words, for the reasoning judge; None for that of its module.
    splits: split -> how many records its publishers state.
    documents: whether a question's group names a published document (a filing's page), so that another corpus over the
    same documents names it the same.
    defects: flag -> what it means, with counts where they were measured; these flags are counted in the funnel.
    """

    title: str
    licence: str
    home: str
    language: Language | Literal["any"]
    module: Module | None
    task: str
    form: str
    task_domain: str | None = None
    splits: Mapping[str, int] = field(default_factory=dict)
    documents: bool = False
    defects: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""


def content_id(*parts: str) -> str:
    """A stable id for a record whose corpus gives none: 64 bits of BLAKE2b over its text, in hex."""
    return f"{content_number(*parts):016x}"


def content_number(*parts: str) -> int:
    """The same as a number: equal in every process, where Python's own hashes are not."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest())


def language_of(text: str) -> Language:
    """Chinese where a tenth of the characters or more are Han (numbers and tickers are Latin in Chinese too)."""
    han = sum("\u3400" <= character <= "\u9fff" for character in text)
    return "zh" if text and han / len(text) >= _HAN_SHARE else "en"


def split_cells(lines: Sequence[str]) -> list[list[str]]:
    """The cells of a table that stands in a context as lines of cells between pipes. Outer pipes are Markdown's, and
    left out, only where every line has both: elsewhere the first cell of a header is often empty."""
    bare = [line.strip() for line in lines]
    if all(len(line) > 1 and line.startswith("|") and line.endswith("|") for line in bare):
        lines = [line[1:-1] for line in bare]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def context_blocks(context: str) -> Iterator[str | list[list[str]]]:
    """A context's text, block by block, and as rows of cells what stands in it as lines of cells between pipes."""
    for block in filter(None, context.split("\n\n")):
        rows = split_cells(block.splitlines())
        cells = [row for row in rows if set("".join(row)) - set("-: ")]  # without Markdown's line below the head
        yield cells if cells and len(rows) > 1 and all(len(row) > 1 for row in rows) else block


# Flags that any source's questions may carry, beside those that its module states.
COMMON_DEFECTS: Mapping[str, str] = {
    "missing_reference": "it refers to a figure, table or material, and comes without any context",
    "private_data": "it holds what looks like a person's phone number, identity or card number, e-mail or address",
    "duplicate_id": "an earlier record of the source has the same id; this one's got a suffix, ~2, ~3 ...",
}
