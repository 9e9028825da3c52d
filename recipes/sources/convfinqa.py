"""ConvFinQA: conversations over a page of an annual report; each turn is a question with a gold program. Raw schema.

One raw record of a conversation file, shortened:
    {"id": "Single_JKHY/2009/page_28.pdf-3", "filename": "JKHY/2009/page_28.pdf",
     "pre_text": [...], "post_text": [...], "table_ori": [[...]], "table": [[...]],
     "qa": {"question": "...", "answer": "14.1%", "exe_ans": 0.14136, "gold_inds": {...}},
     "annotation": {"dialogue_break": ["what is ... in 2009?", "what about in 2008?", ...],
                    "turn_program": ["206588", "181001", "subtract(206588, 181001)", ...],
                    "exe_ans_list": [206588.0, 181001.0, 25587.0, ...], "qa_split": [0, 0, 0, ...]}}

A `Double_` record decomposes two FinQA questions: `qa_0` and `qa_1` stand in place of `qa`, and `qa_split` tells whose
a turn is. A turn file has one record a turn, with `turn_ind` and "_<turn>" behind its id; both give the same questions.
Test files have no golds. Of logs of predictions (`financial_report`, `conversation`) the golds are read.

The gold is the executed answer, a fraction where a person writes a percent. A person answered FinQA's questions only:
that answer is an alternative of the turn that closes its part, where the two computed the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, Field

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo
from recipes.conversions.numerals import asks_percent
from recipes.sources.filings import FLAGS, evidence, golds, mapping, page, required, sentences, unescaped
from recipes.sources.finqa_escapes import repair_words
from recipes.sources.texts import number_text

INFO = SourceInfo(
    title="ConvFinQA",
    licence="MIT",
    home="https://github.com/czyssrs/ConvFinQA",
    language="en",
    module="reasoning_business",
    task="Answer the last question of a conversation about this page of an annual report.",
    task_domain="calculations on figures of annual reports",
    form="raw: id, filename, pre_text, post_text, table_ori, table, qa (or qa_0 and qa_1), annotation {dialogue_break,"
    " turn_program, exe_ans_list, qa_split}; a turn file: annotation.turn_ind too",
    splits={"train": 3037, "dev": 421, "test": 434, "train_turn": 11104, "dev_turn": 1490, "test_turn": 1521},
    documents=True,
    defects={
        "gold_missing": "no gold is given: the published test files have none",
        "human_elsewhere": "a person's answer is left out: its question has another result than the turn",
        **{flag: says for flag, says in FLAGS.items() if flag != "gold_empty"},
        "gold_empty": "the person's answer to the turn is empty; the executed one stands alone",
    },
    citation="Chen et al., ConvFinQA: Exploring the Chain of Numerical Reasoning in Conversational Finance Question"
    " Answering, EMNLP 2022",
)

_HEADING = "Earlier in the conversation:"
_AROUND = re.compile(r"^(?:Single|Double)_|-\d+$")  # an id is its page's file name between these
_PERCENT = re.compile(r"-?[\d.,]+ ?%")
_REPACKAGED = (
    "the repackaged form (doc, dialogue, features) negates percent cells, so that tables contradict golds (63 of the"
    " 421 dev records); use train.json and dev.json out of data.zip of {home}"
)


class Options(BaseModel, extra="forbid", frozen=True):
    """The recipe keys of ConvFinQA."""

    history: Literal["executed", "human", "none"] = Field(
        default="executed",
        description="answers to earlier turns in the context: executed, a person's where known, or no earlier turns",
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. words: repaired in the question; executed, program: the golds, None where none is given; human: a
    person's answer to just this turn; elsewhere: the person's answer has another result; evidence: as of FinQA."""

    question: str
    words: int
    executed: str | None = None
    program: str | None = None
    human: str | None = None
    elsewhere: bool = False
    evidence: Mapping[str, str] = field(default_factory=dict)


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The conversation's Questions, one a turn; of a turn file's record the one. Raises BadRecord where the schema is
    not kept, and for the repackaged form."""
    record = _raw(mapping(row.value, "the record"))
    annotation = mapping(record.get("annotation"), "'annotation'")
    turns = _turns(record, annotation)
    only = _only(annotation, len(turns))
    name, filing = _conversation(record, only), page(record)
    for index in range(len(turns)) if only is None else [only]:
        turn, source_id = turns[index], f"{name}_{index}"
        gold, alternatives, kind, flags = _golds(turn)
        yield Question(
            **corpus.provenance(source_id),
            group=str(record.get("filename") or _AROUND.sub("", name)),
            language="en",
            task=INFO.task,
            question=turn.question,
            answer_kind=kind,
            gold=gold,
            gold_alternatives=alternatives,
            context="\n\n".join(filter(None, (filing.context, _history(turns[:index], options.history)))),
            flags=(*flags, *filing.flags(turn.words)),
            meta={
                "program": turn.program,
                "table": filing.table,
                "evidence": turn.evidence,
                "repaired": {"cells": filing.cells, "words": filing.words + turn.words},
                "conversation": name,
                "turn": index,
                "history": options.history,
            },
        )


def _raw(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record in the raw schema, where it is a log of predictions. Raises BadRecord for the repackaged form."""
    sets = record.keys() & {"train", "dev", "test"}
    if {"doc", "dialogue"} <= record.keys() or (sets and all(isinstance(record[name], list) for name in sets)):
        raise BadRecord(_REPACKAGED.format(home=INFO.home))
    if "financial_report" not in record:
        return record
    log = record.get("conversation")
    if not isinstance(log, list):
        raise BadRecord("'conversation' is not a list of turns")
    said = [mapping(turn, "a turn of 'conversation'") for turn in log]
    annotation = {
        "dialogue_break": [turn.get("question") for turn in said],
        "turn_program": [turn.get("expected_program") for turn in said],
        "exe_ans_list": [turn.get("expected_answer") for turn in said],
    }
    return {
        **mapping(record["financial_report"], "'financial_report'"),
        "id": record.get("id"),
        "annotation": annotation,
    }


def _turns(record: Mapping[str, Any], annotation: Mapping[str, Any]) -> list[Turn]:
    graded = "exe_ans_list" in annotation
    asked = sentences(annotation, "cur_dial" if "cur_dial" in annotation and not graded else "dialogue_break")
    if not asked or not all(map(unescaped, asked)):
        raise BadRecord("the conversation holds no question, or an empty one")
    if not graded:
        return [Turn(*repair_words(unescaped(question))) for question in asked]
    executed, programs, split = (_each(annotation, key, asked) for key in ("exe_ans_list", "turn_program", "qa_split"))
    return [
        _turn(question, executed[index], programs[index], _part(record, split[index]), split[index : index + 2])
        for index, question in enumerate(asked)
    ]


def _turn(question: str, executed: Any, program: Any, part: Mapping[str, Any], split: Sequence[Any]) -> Turn:
    """A turn with its golds; split: its own part and the next turn's, where there is a next."""
    closes = len(split) == 1 or split[0] != split[1]
    said = part.get("answer") if closes else None
    same = said is not None and number_text(part.get("exe_ans")) == number_text(executed)
    return Turn(
        *repair_words(unescaped(question)),
        executed=number_text(executed),
        program=None if program is None else str(program).strip() or None,
        human=unescaped(str(said)) if same else None,
        elsewhere=said is not None and not same,
        evidence=evidence(part.get("gold_inds")),
    )


def _each(annotation: Mapping[str, Any], key: str, asked: Sequence[str]) -> Sequence[Any]:
    """A list of one value a turn; of None where there is none."""
    values = annotation.get(key)
    if values is None:
        return [None] * len(asked)
    if not isinstance(values, list) or len(values) != len(asked):
        raise BadRecord(f"'{key}' is not a list of one value a question")
    return values


def _part(record: Mapping[str, Any], of_second: Any) -> Mapping[str, Any]:
    """FinQA's question that a turn is of; empty where the record has none."""
    return mapping(record.get("qa") or record.get("qa_1" if of_second else "qa_0") or {}, "'qa'")


def _only(annotation: Mapping[str, Any], count: int) -> int | None:
    """The one turn that a turn file's record is of; None for a whole conversation."""
    if "turn_ind" not in annotation:
        return count - 1 if "cur_dial" in annotation else None
    turn = annotation["turn_ind"]
    if not isinstance(turn, int) or not 0 <= turn < count:
        raise BadRecord("'turn_ind' is not the number of one of the conversation's turns")
    return turn


def _conversation(record: Mapping[str, Any], only: int | None) -> str:
    """The conversation's id. A turn file writes the turn behind it."""
    name = required(record, "id")
    if only is not None and not name.endswith(f"_{only}"):
        raise BadRecord(f"'id' does not end with its turn, _{only}")
    return name if only is None else name.removesuffix(f"_{only}")


def _golds(turn: Turn) -> tuple[str | None, tuple[str, ...], AnswerKind, list[str]]:
    """As filings.golds, the executed gold first. A percent that is only picked from the page is written as it stands
    there, too."""
    picked = turn.program if turn.program and _PERCENT.fullmatch(turn.program) else None
    written = turn.human if turn.human is not None else picked
    gold, others, kind, flags = golds(written, turn.executed, percent=asks_percent(turn.question))
    if others and gold is not None:
        gold, others = others[0], (gold,)
    kept = [flag for flag in flags if flag != "gold_empty" or turn.human is not None]
    if gold is None:
        kept.append("gold_missing")
    if turn.elsewhere:
        kept.append("human_elsewhere")
    return gold, others, kind, kept


def _history(turns: Sequence[Turn], which: str) -> str:
    """Earlier turns as text; empty for the first, and where none is wanted."""
    if which == "none" or not turns:
        return ""
    lines = [_HEADING]
    for number, turn in enumerate(turns, 1):
        lines.append(f"Q{number}: {turn.question}")
        answer = turn.human if which == "human" and turn.human else turn.executed
        if answer is not None:
            lines.append(f"A{number}: {answer}")
    return "\n".join(lines)
