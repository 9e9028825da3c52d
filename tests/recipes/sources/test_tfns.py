"""TFNS: a tweet is a record though it has several lines; a label is its number, and its name says the same."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import tfns

TEXT = "$ORLA - Orla Bank raises its outlook https://t.co/Zz9Zz9Zz9Z"


def load(record: Any) -> Question:
    corpus = Corpus("tfns", "MIT", split="train", module="reasoning_business")
    (question,) = tfns.questions(Row(record, "sent_train.csv", 2), corpus, tfns.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load({"text": f" {TEXT} ", "label": "1"})
    assert question.id == f"tfns:{question.source_id}"
    assert (question.question, question.gold, question.answer_kind) == (TEXT, "1", "label")
    assert dict(question.options) == {"0": "Bearish", "1": "Bullish", "2": "Neutral"}
    assert (question.split, question.module, question.flags) == ("train", "reasoning_business", ("url",))
    assert load({"text": TEXT, "label": "2"}).id == question.id  # so that two labels of one text meet
    assert load({"text": TEXT.replace("https://t.co/Zz9Zz9Zz9Z", ""), "label": "1"}).id != question.id


@pytest.mark.parametrize("label", ["1", 1, 1.0, "1.0", " 1 ", "Bullish", "bullish", "LABEL_1"])
def test_a_label_may_be_written_as_number_or_name(label: Any) -> None:
    question = load({"text": "up", "label": label})
    assert (question.gold, question.flags) == ("1", ())


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("1", True),
        ("Bullish", True),
        ("label 1", True),
        ("1 (Bullish)", True),
        ("The sentiment is bullish.", True),
        ("2", False),
        ("Bearish", False),
        ("bullish or neutral", None),
    ],
)
def test_answers_by_number_and_by_name_are_judged_alike(answer: str, value: bool | None) -> None:
    assert match(answer, load({"text": "up", "label": "1"})).value is value


@pytest.mark.parametrize("label", [None, "", float("nan")])
def test_a_missing_label_is_none(label: Any) -> None:
    question = load({"text": "up", "label": label})
    assert (question.gold, question.flags) == (None, ("gold_missing",))


def test_a_label_that_is_none_of_the_three_is_flagged_and_judges_nothing() -> None:
    question = load({"text": "up", "label": "7"})
    assert question.flags == ("label_unknown",)
    assert match("1", question).value is None


@pytest.mark.parametrize("record", [None, [], {}, {"text": ""}, {"text": "  "}, {"text": None}, {"text": 5}])
def test_a_record_without_a_text_is_named(record: Any) -> None:
    with pytest.raises(BadRecord, match="'text'"):
        load(record)


@pytest.mark.parametrize(
    ("name", "labels", "links", "several_lines"),
    [
        ("sent_valid.csv", {"0": 347, "1": 475, "2": 1566}, 1142, 43),
        ("sent_train_2000.csv", {"0": 314, "1": 400, "2": 1286}, 920, 8),
    ],
)
def test_real_files(data: Path, name: str, labels: dict[str, int], links: int, several_lines: int) -> None:
    """sent_valid's figures are those of the whole published file (research: corpora, 3)."""
    found = list(rows(data / "tfns" / name, name))
    questions = [load(row.value) for row in found if isinstance(row, Row)]
    unread = len(found) - len(questions)  # one neutral tweet with a link holds U+FFFD
    assert unread <= (name == "sent_valid.csv")
    golds = Counter(question.gold for question in questions)
    assert {**golds, "2": golds["2"] + unread} == labels
    assert sum("url" in question.flags for question in questions) + unread == links
    assert sum("\n" in question.question for question in questions) == several_lines
    assert len({question.id for question in questions}) == len(questions)
