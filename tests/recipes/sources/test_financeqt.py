"""FinanceQT: code in answers is found and parsed, and never run."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row
from recipes.sources import financeqt

CORPUS = Corpus("financeqt", "unknown", module="code")
CODE = "class Carry(QCAlgorithm):\n    def Initialize(self):\n        self.SetCash(1000)\n"
BROKEN = "class Carry(QCAlgorithm)\n    def Initialize(self):\n"


def load(**changes: Any) -> Question:
    record = {"context": "You help with trading.", "question": "Write a carry trade.", "answer": CODE, **changes}
    (question,) = financeqt.questions(Row(record, "train.parquet", 1), CORPUS, financeqt.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load()
    assert question.id == f"financeqt:{question.source_id}"
    assert (question.question, question.context) == ("Write a carry trade.", "You help with trading.")
    assert (question.gold, question.answer_kind, question.flags) == (CODE.strip(), "code", ())
    assert (question.language, question.module) == ("en", "code")
    assert load(question="Write another.").id != question.id


def fenced(code: str, language: str = "python") -> str:
    return f"Use this.\n\n```{language}\n{code}```\nIt trades carry."


@pytest.mark.parametrize(
    ("answer", "flags"),
    [
        (fenced(CODE), ()),
        (fenced(CODE, "") + fenced(CODE, "Python"), ()),
        (fenced(CODE).removesuffix("```\nIt trades carry."), ()),  # the last fence is never closed
        (fenced(CODE) + fenced("$ lean backtest\n", "bash"), ()),
        (fenced(CODE) + fenced("the log reads so\n", ""), ()),
        (fenced(r'x = "\d"' + "\n"), ()),  # an escape that Python warns of
        (fenced(BROKEN), ("code_syntax_error",)),
        (fenced(CODE) + fenced(BROKEN), ("code_syntax_error",)),
        (fenced("print 'old'\nx = 1\n"), ("code_syntax_error",)),
        (fenced("x = " + "(" * 5000 + "\n"), ("code_syntax_error",)),
        (fenced("x = 1\0\n"), ("code_syntax_error",)),
        (BROKEN, ("code_syntax_error",)),
        (fenced("public class Carry {}\n", "csharp"), ("code_missing",)),
        ("Carry trades borrow what is cheap.", ("code_missing",)),
        ("hello", ("code_missing",)),  # it would parse
        ("", ("gold_missing",)),
        (None, ("gold_missing",)),
    ],
)
def test_code_is_found_and_parsed(answer: str | None, flags: tuple[str, ...]) -> None:
    question = load(answer=answer)
    assert question.flags == flags
    assert (question.gold is None) == (flags == ("gold_missing",))


def test_code_is_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    assert load(answer=fenced(f"import os\nopen({str(trap)!r}, 'w').write('x')\n")).flags == ()
    assert not trap.exists()


@pytest.mark.parametrize("record", [None, [], {}, {"question": " ", "answer": CODE}])
def test_a_record_without_a_question_is_named(record: Any) -> None:
    with pytest.raises(BadRecord, match=r"'question'|record"):
        list(financeqt.questions(Row(record, "train.parquet", 1), CORPUS, financeqt.Options()))


def test_the_published_samples_code_parses(data: Path) -> None:
    lines = (data / "fin_r1" / "published_samples_10.jsonl").read_text(encoding="utf-8").splitlines()
    (sample,) = (one for one in map(json.loads, lines) if one["source"] == "FinanceQT")
    assert load(answer=sample["response"]).flags == ()
