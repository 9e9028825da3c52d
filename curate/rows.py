"""An entry of a run as a row of the config that it stands in, and its votes as rows of `scores`.

    rejects(entry, None)["gold"]    ->  "12%", or None for a question that was dropped

The text of a dropped question is not published: it is a copy, private, unreadable, or an item of a benchmark.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curate.configs import COLUMNS
from curate.entries import Entry, Row, Tried, entries
from curate.identity import named, published
from curate.prompt import prompt
from curate.records import Question
from judges.reasoning import MEASURES

Cells = dict[str, Any]
_SERVERS_WORDS = ("error", "judge_failed", "convert_failed")
# Reasons of dropped questions whose detail is in our own words: ids, shares, counts, kinds.
_OURS = (
    *("unreadable", "duplicate", "near_duplicate", "duplicate_conflict", "overlap", "language"),
    *("too_short", "too_long", "private_data", "over_cap", "over_template", "too_easy"),
)
_STUDENT = ("pass_rate", "pass_low", "pass_high", "passed", "failed", "undecided")


def rows_of(folder: Path, destination: str) -> Iterator[Cells]:
    """The rows of the run in a directory that go to `sft` or `rl`."""
    for entry in entries(folder):
        if entry.outcome["goes_to"] == destination:
            yield sft(entry) if destination == "sft" else rl(entry)


def cells(config: str, found: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row of a config as the tuple that its columns want; what it does not name is null."""
    return tuple(found.get(name) for name, _, _ in COLUMNS[config])


def sft(entry: Entry) -> Cells:
    """A good trace with its question: prompt and completion, and all that explains them."""
    question, tried = _whole(entry)
    measured = {row["name"]: row["value"] for row in tried.measures}
    trace = _trace(tried)
    return {
        **_whence(question),
        **_asked(question),
        **trace,
        "completion": _said("assistant", completion(trace["reasoning"], trace["answer"])),
        "check_reason": tried.check["reason"],
        "check_method": tried.check["method"],
        "judge_reason": entry.outcome["reason"],
        "measures": {name: measured.get(name) for name in MEASURES},
    }


def rl(entry: Entry, student: Row | None = None) -> Cells:
    """A question with a gold that rules can verify, and what was wrong with the teacher's trace. student: the row of
    `pass_rates`, where one was asked."""
    question = entry.question
    assert question is not None, "an unreadable record goes to the rejects"
    rates = {name: student[name] for name in _STUDENT} if student else {}
    why = {"reason": entry.outcome["reason"], "detail": entry.outcome["detail"]}
    return {**_whence(question), **_asked(question), **why, **rates}


def rejects(entry: Entry, left_out_of: str | None) -> Cells:
    """What goes nowhere, with the reason: a question that was dropped or could not be read without its text."""
    outcome, question = entry.outcome, entry.question
    why = {name: outcome[name] for name in ("label", "reason")} | {"left_out_of": left_out_of, "detail": _told(outcome)}
    if question is None:
        source_id = outcome["question_id"].removeprefix(f"{outcome['source']}:")
        return {"id": outcome["question_id"], "source": outcome["source"], "source_id": source_id, "flags": [], **why}
    row = {**_whence(question), "answer_kind": question.answer_kind, **why}
    if outcome["label"] == "dropped":
        return row
    asked = {"gold": question.gold, "prompt": _said("user", prompt(question))}
    return row | asked | (_trace(entry.chosen) if entry.chosen else {})


def _told(outcome: Row) -> str | None:
    """The detail of an outcome, where it may be published: of a failed call it holds a server's address and words; of a
    question that a model or a conversion dropped it may quote its text."""
    silent = outcome["reason"] in _SERVERS_WORDS or (outcome["label"] == "dropped" and outcome["reason"] not in _OURS)
    return None if silent else outcome["detail"]


def scores(entry: Entry, config: str, split: str) -> Iterator[Cells]:
    """The votes on all traces of a question. config, split: where it stands."""
    question = entry.question
    for tried in entry.tries:
        key = {name: tried.trace[name] for name in ("sample", "attempt")}
        said = {row["judge"]: {"sits": row["sits"], "good": row["value"]} for row in tried.judgements}
        for score in tried.scores:
            yield {
                "id": score["question_id"],
                **key,
                "source": entry.outcome["source"],
                "language": question.language if question else None,
                "config": config,
                "split": split,
                "published": config == "sft" and tried is entry.chosen,
                **said.get(score["judge"], {}),
                **{name: score[name] for name in ("judge", "criterion", "vote", "rationale", "criteria")},
                "model": published(score["identity"]),
            }


def completion(reasoning: str, answer: str) -> str:
    """Reasoning and answer in the form that both papers train on."""
    return f"<think>\n{reasoning}\n</think>\n<answer>\n{answer}\n</answer>"


def _whole(entry: Entry) -> tuple[Question, Tried]:
    question, tried = entry.question, entry.chosen
    assert question is not None, "a good outcome has a question"
    assert tried is not None, "and a trace"
    return question, tried


def _whence(question: Question) -> Cells:
    names = ("id", "source", "source_id", "group", "parent", "licence", "language", "module", "task")
    return {name: getattr(question, name) for name in names} | {"flags": list(question.flags)}


def _asked(question: Question) -> Cells:
    return {
        "prompt": _said("user", prompt(question)),
        "answer_kind": question.answer_kind,
        "question": question.question,
        "options": [{"letter": letter, "text": text} for letter, text in question.options.items()],
        "gold": question.gold,
        "gold_alternatives": list(question.gold_alternatives),
    }


def _trace(tried: Tried) -> Cells:
    trace = tried.trace
    written = {name: trace[name] for name in ("reasoning", "answer", "final", "origin", "sample")}
    return written | {"teacher": named(trace["model"]), "attempts": trace["attempt"] + 1}


def _said(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]
