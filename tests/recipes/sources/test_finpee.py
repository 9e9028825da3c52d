"""FinPEE: Chinese calculations with a number for an answer, and the measurable signs of a bad scan."""

from typing import Any

import pytest

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import finpee

CORPUS = Corpus("finpee", "proprietary", module="professional_knowledge")
ASKED = "某债券面值为1000元，票面利率为5%（每年付息），市价为980元，求其当期收益率。"


def load(**changes: Any) -> Question:
    record = {"id": "17", "question": ASKED, "answer": "5.10%", **changes}
    record = {key: value for key, value in record.items() if value != "-"}
    (question,) = finpee.questions(Row(record, "finpee.jsonl", 1), CORPUS, finpee.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load()
    assert (question.id, question.group, question.language) == ("finpee:17", "17", "zh")
    assert question.task == "请根据所给信息解答以下金融计算题。"
    assert (question.question, question.gold, question.answer_kind) == (ASKED, "5.10%", "percent")
    assert question.flags == ()
    assert match("5.1%", question).value is True


@pytest.mark.parametrize("prompt", ["请根据所给信息解答以下金融计算题 ", "请根据所给信息解答以下金融计算题：\n"])
def test_the_instruction_is_not_said_twice(prompt: str) -> None:
    assert load(question=prompt + ASKED).question == ASKED


def test_without_an_id_the_content_gives_one() -> None:
    assert load(id="-").id == load(id="-", answer="6%").id != load(id="-", question="另一题，求利率。").id


@pytest.mark.parametrize(
    ("answer", "gold", "kind", "flags"),
    [
        (" 10% ", "10%", "percent", ()),
        ("10％", "10％", "percent", ()),
        (1200, "1200", "number", ()),
        ("1200元", "1200元", "number", ()),
        ("1.2万元", "1.2万元", "number", ()),
        ("见解析", "见解析", "number", ("gold_unusable",)),
        ("", None, "number", ("gold_missing",)),
        (None, None, "number", ("gold_missing",)),
    ],
)
def test_answers_are_numbers_or_percents(answer: Any, gold: str | None, kind: str, flags: tuple[str, ...]) -> None:
    question = load(answer=answer)
    assert (question.gold, question.answer_kind, question.flags) == (gold, kind, flags)


@pytest.mark.parametrize(
    ("text", "noisy"),
    [
        (ASKED, False),
        ("利率(年)为5%，求终值)。", True),
        ("利率(年）为5%，求终值。", False),  # both widths, a typist's habit
        ("收益率为\\frac{1}{2，求终值。", True),
        ("收益率为$r$，求终值。", False),
        ("收益率为$r，求终值。", True),
        ("面值为$100，求终值。", False),
        ("面值为1OO元，求终值。", True),
        ("面值为1 0 0元，求终值。", True),
        ("面值为1 000元，求终值。", False),
        ("面值为□元，求终值。", True),
        ("面值为\ufffd元，求终值。", True),
        ("如图 ![](images/a.jpg) 所示，求终值。", True),
        ("<tr><td>1</td></tr>，求终值。", True),
        ("面值为100元。。求终值。", True),
        ("面值为100元，。求终值。", True),
        ("求终值……", False),
    ],
)
def test_measurable_signs_of_a_bad_scan(text: str, noisy: bool) -> None:
    assert finpee.is_noisy(text) is noisy
    assert ("ocr_noise" in load(question=text).flags) is noisy


@pytest.mark.parametrize("record", [None, [], {}, {"question": ""}, {"question": "请根据所给信息解答以下金融计算题。"}])
def test_a_record_without_a_question_is_named(record: Any) -> None:
    with pytest.raises(BadRecord, match=r"'question'|record"):
        list(finpee.questions(Row(record, "finpee.jsonl", 1), CORPUS, finpee.Options()))
