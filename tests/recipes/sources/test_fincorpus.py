"""FinCorpus' examination items: kinds and golds by what the answer says, and nothing of it in the prompt."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.prompt import prompt
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import fincorpus

OPTIONS = "\nA、实收资本\nB、次级债\nC、盈余公积\n"
TRUE_FALSE = "\nA、正确\nB、错误\n"


def load(text: Any, meta: Any = None, file: str = "fin_exam.jsonl") -> Question:
    corpus = Corpus("fincorpus", "Apache-2.0", split="train", module="non_reasoning_business")
    record = {"text": text, "meta": meta or {"source": "bank"}}
    (question,) = fincorpus.questions(Row(record, file, 1), corpus, fincorpus.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load(f"商业银行的核心资本不包括（ ）。{OPTIONS}答案：B\n分析解释：次级债属于附属资本。")
    assert (question.source, question.split, question.module) == ("fincorpus", "train", "non_reasoning_business")
    assert question.id == f"fincorpus:{question.source_id}"
    assert question.question == "商业银行的核心资本不包括（ ）。"
    assert dict(question.options) == {"A": "实收资本", "B": "次级债", "C": "盈余公积"}
    assert (question.gold, question.answer_kind, question.flags) == ("B", "choice", ())
    assert question.explanation == "次级债属于附属资本。"
    assert question.meta == {"source": "bank"}
    assert match("B", question).value is True


def test_ids_come_from_stem_and_options() -> None:
    first = load(f"问（ ）。{OPTIONS}答案：B\n解析：略")
    assert first.id == load(f"问（ ）。{OPTIONS}参考答案：C").id
    assert first.id != load(f"问（ ）。{TRUE_FALSE}答案：B").id


@pytest.mark.parametrize(
    ("text", "kind", "gold"),
    [
        (f"问（ ）。{OPTIONS}答案：B", "choice", "B"),
        (f"问（ ）。{OPTIONS}答案： b。", "choice", "B"),
        (f"问（ ）。{OPTIONS}答案：次级债", "choice", "B"),
        (f"问（ ）。{OPTIONS}答案：B、次级债", "choice", "B"),
        (f'问（ ）。{OPTIONS}答案：["B"]', "choice", "B"),
        (f"问（ ）。{OPTIONS}答案：CA", "choices", "AC"),
        (f"问（ ）。{OPTIONS}答案：A、C", "choices", "AC"),
        (f'问（ ）。{OPTIONS}答案：["A", "C"]', "choices", "AC"),
        (f"问（ ）。{OPTIONS}答案：B\n次级债属于附属资本。", "choice", "B"),
        (f"问（B）。{OPTIONS}分析解释：略", "choice", "B"),
        (f"央行是政府的银行。{TRUE_FALSE}答案：A", "boolean", "A"),
        (f"央行是政府的银行。{TRUE_FALSE}答案：正确", "boolean", "A"),
        (f"央行是政府的银行。{TRUE_FALSE}答案：对", "boolean", "对"),
        ("央行是政府的银行。\n答案：正确", "boolean", "正确"),
        ("央行是政府的银行。\n答案：错", "boolean", "错"),
        ("央行是政府的银行。\n答案：√", "boolean", "√"),
        ('央行是政府的银行。\n答案：["错误"]', "boolean", "错误"),
        ("应纳税额为多少？\n答案：4400元", "number", "4400元"),
        ("税率为多少？\n答案：13%", "percent", "13%"),
        ("简述货币的职能。\n答案：价值尺度和流通手段。", "text", "价值尺度和流通手段"),
        ("问。\n答案：2019年发行了100亿元国债，其余在2020年发行，共计发行了300亿元。", "text", None),
    ],
)
def test_the_kind_and_the_gold_follow_the_answer(text: str, kind: str, gold: str | None) -> None:
    question = load(text)
    assert question.answer_kind == kind
    assert gold is None or question.gold == gold
    assert question.flags == ()
    assert match(question.gold or "", question).value is True


@pytest.mark.parametrize(
    ("text", "gold", "flags"),
    [
        (f"问（ ）。{OPTIONS}", None, {"gold_missing"}),
        (f"问（ ）。{OPTIONS}答案：\n解析：略", None, {"gold_missing"}),
        (f"问（ ）。{OPTIONS}答案：D", "D", {"gold_unusable"}),
        (f"问（ ）。{OPTIONS}答案：AD", "AD", {"gold_unusable"}),
        (f"问（ ）。{OPTIONS}答案：优先股", "优先股", {"gold_unusable"}),
        (f"问（ ）。{OPTIONS}答案：正确", "正确", {"gold_unusable"}),
        ("问（ ）。\n答案：A", "A", {"gold_unusable"}),
        ("问（ ）。\nA、甲\nB、甲\nC、乙\n答案：C", "C", {"duplicate_options"}),
        (
            "问。\nA、甲\nB、乙\n二问。\nA、丙\nB、丁\n答案：1.A 2.B\n解析：略",
            None,
            {"several_questions", "gold_missing"},
        ),
    ],
)
def test_defects_are_flagged(text: str, gold: str | None, flags: set[str]) -> None:
    question = load(text)
    assert (question.gold, set(question.flags)) == (gold, flags)
    assert flags <= fincorpus.INFO.defects.keys()
    if flags & {"gold_missing", "gold_unusable"} and question.options:
        assert match("A", question).value is None


def test_options_of_one_text_are_as_good_as_each_other() -> None:
    assert load("问（ ）。\nA、甲\nB、甲\nC、乙\n答案：A").gold_alternatives == ("B",)


@pytest.mark.parametrize(
    ("text", "file", "named"),
    [
        (None, "fin_exam.jsonl", "'text' is missing"),
        ("  ", "fin_exam.jsonl", "'text' is missing"),
        (5, "fin_exam.jsonl", "'text' is missing"),
        ("某公司公告，拟回购股份。", "fin_exam.jsonl", "neither options nor an answer"),
        ("某公司公告，\nA、甲\nB、乙\n答案：A", "data/announcement_data.jsonl.gz", "texts to train on"),
        ("某公司公告。", "fin_news_data_final.jsonl.gz", "texts to train on"),
        ("答案：A\n解析：略", "fin_exam.jsonl", "no question stands before"),
        (f"问（ ）。{OPTIONS}｛答案｝—B\n答案：B", "fin_exam.jsonl", "stands in the question"),
    ],
)
def test_what_is_no_question_is_named(text: Any, file: str, named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(text, file=file)


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_a_record_is_an_object(value: Any) -> None:
    with pytest.raises(BadRecord):
        list(fincorpus.questions(Row(value, "a", 1), Corpus("f", "MIT"), fincorpus.Options()))


def test_the_published_item_parses(data: Path) -> None:
    lines = (data / "fin_r1" / "published_samples_10.jsonl").read_text(encoding="utf-8").splitlines()
    (text,) = (item["question"] for item in map(json.loads, lines) if item["source"] == "FinCorpus")
    bare = load(text)
    assert (len(bare.options), bare.gold, bare.flags) == (4, None, ("gold_missing",))
    whole = load(f"{text}\n答案：C\n分析解释：不可见的分析。")
    assert (whole.id, whole.question, whole.options) == (bare.id, bare.question, bare.options)
    assert (whole.gold, whole.answer_kind, whole.flags) == ("C", "choice", ())
    assert prompt(whole) == prompt(bare)
