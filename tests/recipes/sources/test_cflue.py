"""CFLUE's knowledge questions: options that are a Python literal in a string, kinds by task and gold, named defects."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import cflue

RECORD: dict[str, Any] = {
    "名称": "银行从业资格",
    "task": "单项选择题",
    "question": "  商业银行的核心资本不包括（）。 ",
    "choices": "{'A': '实收资本', 'B': '次级债', 'C': '盈余公积'}",
    "answer": "B",
    "analysis": " 次级债属于附属资本。 ",
}
TRUE_FALSE = "{'A': '正确', 'B': '错误'}"


def load(**changes: Any) -> Question:
    record = {key: value for key, value in {**RECORD, **changes}.items() if value != "-"}
    corpus = Corpus("exam", "CC-BY-NC-SA-4.0", split="test", module="professional_knowledge")
    (question,) = cflue.questions(Row(record, "knowledge.json", 1), corpus, cflue.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load()
    assert (question.source, question.split, question.module) == ("exam", "test", "professional_knowledge")
    assert question.licence == "CC-BY-NC-SA-4.0"
    assert question.id == f"exam:{question.source_id}"
    assert question.group == question.source_id
    assert question.language == "zh"
    assert question.question == "商业银行的核心资本不包括（）。"
    assert dict(question.options) == {"A": "实收资本", "B": "次级债", "C": "盈余公积"}
    assert list(question.options) == ["A", "B", "C"]
    assert (question.gold, question.answer_kind) == ("B", "choice")
    assert question.explanation == "次级债属于附属资本。"
    assert question.flags == ()
    assert question.meta["exam"] == "银行从业资格"


def test_the_full_release_adds_subject_and_chapter() -> None:
    assert load().meta == {"exam": "银行从业资格", "task": "单项选择题"}
    added = load(科目="公司信贷", 章节="第二章").meta
    assert added == {"exam": "银行从业资格", "task": "单项选择题", "subject": "公司信贷", "chapter": "第二章"}
    assert load(科目=None, 章节="").meta == load().meta
    assert load(科目="公司信贷").id == load().id


def test_another_option_of_the_same_text_is_as_good() -> None:
    twins = load(choices="{'A': '实收资本', 'B': '次级债', 'C': '次级债'}")
    assert (twins.gold, twins.gold_alternatives) == ("B", ("C",))
    assert match("C", twins).value is True
    assert match("A", twins).value is False
    assert load(task="多项选择题", answer="AB", choices=dict(twins.options)).gold_alternatives == ()


def test_ids_stay_what_they_were() -> None:
    assert load().source_id == "35b93be477ef122f"


def test_ids_come_from_the_content() -> None:
    assert load().id == load(名称="别的考试", answer="A", analysis=None).id
    assert len({load().id, load(question="另一题").id, load(choices=TRUE_FALSE).id}) == 3


@pytest.mark.parametrize(
    ("task", "choices", "answer", "kind", "gold"),
    [
        ("单项选择题", RECORD["choices"], "B", "choice", "B"),
        ("单项选择题", RECORD["choices"], " b ", "choice", "B"),
        ("单项选择题", RECORD["choices"], "AB", "choices", "AB"),
        ("多项选择题", RECORD["choices"], "ABC", "choices", "ABC"),
        ("多项选择题", RECORD["choices"], "A、C", "choices", "AC"),
        ("多项选择题", RECORD["choices"], "A,C", "choices", "AC"),
        ("多项选择题", RECORD["choices"], "A， C", "choices", "AC"),
        ("多项选择题", RECORD["choices"], "B", "choices", "B"),
        ("判断题", TRUE_FALSE, "A", "boolean", "A"),
        ("判断题", "{'A': '对', 'B': '错'}", "B", "boolean", "B"),
        ("判断题", "{'A': '是', 'B': '否'}", "B", "boolean", "B"),
        ("判断题", RECORD["choices"], "B", "choice", "B"),  # three options are no yes or no
        ("判断题", "{'A': '正确', 'B': '对'}", "B", "choice", "B"),  # nor are two that say the same
    ],
)
def test_the_kind_follows_task_options_and_gold(task: str, choices: str, answer: str, kind: str, gold: str) -> None:
    question = load(task=task, choices=choices, answer=answer)
    assert (question.answer_kind, question.gold) == (kind, gold)


@pytest.mark.parametrize(
    "choices",
    [
        "{'A': '实收资本', 'B': '次级债', 'C': '盈余公积'}",
        "{'a': '实收资本', ' B ': ' 次级债 ', 'C': '盈余公积'}",
        '{"A": "实收资本", "B": "次级债", "C": "盈余公积"}',
        {"A": "实收资本", "B": "次级债", "C": "盈余公积"},
    ],
)
def test_options_are_read_from_literals_and_mappings(choices: Any) -> None:
    assert dict(load(choices=choices).options) == {"A": "实收资本", "B": "次级债", "C": "盈余公积"}


@pytest.mark.parametrize("analysis", [None, "", "  ", "-", float("nan")])
def test_a_missing_analysis_is_none(analysis: Any) -> None:
    assert load(analysis=analysis).explanation is None


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"answer": None}, {"gold_missing"}),
        ({"answer": ""}, {"gold_missing"}),
        ({"answer": "-"}, {"gold_missing"}),
        ({"answer": "D"}, {"gold_unusable"}),
        ({"answer": "AD", "task": "多项选择题"}, {"gold_unusable"}),
        ({"answer": "次级债"}, {"gold_unusable"}),
        ({"answer": "A", "task": "多项选择题"}, {"one_letter"}),
        ({"choices": "{'A': '甲', 'B': ' 甲 ', 'C': '乙'}"}, {"duplicate_options"}),
        ({"choices": "{'A': '甲', 'B': ''}"}, {"blank_options"}),
        ({"choices": "{'A': ' ', 'B': ' '}"}, {"blank_options"}),
        ({"answer": "D", "task": "多项选择题"}, {"gold_unusable"}),
        ({"choices": "{'A': '（甲）', 'B': '甲', 'C': '乙'}"}, {"duplicate_options"}),
        ({"choices": "{'A': '甲', 'B': '甲', 'C': ''}"}, {"duplicate_options", "blank_options"}),
        ({"answer": "A", "task": "单项选择题"}, set()),
        ({"answer": "AB", "task": "多项选择题"}, set()),
        ({"answer": None, "choices": "{'A': '甲', 'B': ''}"}, {"gold_missing", "blank_options"}),
    ],
)
def test_defects_are_flagged(changes: dict[str, Any], flags: set[str]) -> None:
    question = load(**changes)
    assert set(question.flags) == flags
    assert question.gold != ""


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"question": "-"}, "question"),
        ({"question": ""}, "question"),
        ({"question": "  "}, "question"),
        ({"question": 5}, "question"),
        ({"choices": "-"}, "choices"),
        ({"choices": ""}, "choices"),
        ({"choices": "{}"}, "choices"),
        ({"choices": "{'A': '甲'"}, "choices"),
        ({"choices": "['甲', '乙']"}, "choices"),
        ({"choices": "A. 甲 B. 乙"}, "choices"),
        ({"choices": "__import__('os').getcwd()"}, "choices"),
        ({"choices": "dict(A='甲')"}, "choices"),
        ({"choices": "[" * 100_000}, "choices"),
        ({"choices": 5}, "choices"),
        ({"task": "-"}, "单项选择题"),
        ({"task": "填空题"}, "填空题"),
        ({"task": None}, "判断题"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(**changes)


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_a_record_is_an_object(value: Any) -> None:
    with pytest.raises(BadRecord):
        list(cflue.questions(Row(value, "knowledge.json", 1), Corpus("cflue", "MIT"), cflue.Options()))


def test_choices_are_never_evaluated(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    with pytest.raises(BadRecord):
        load(choices=f"{{'A': open({str(trap)!r}, 'w').write('x')}}")
    assert not trap.exists()


def test_the_real_corpus_loads_whole(data: Path) -> None:
    questions = []
    for row in rows(data / "cflue" / "knowledge_2500.json", "knowledge_2500.json"):
        assert isinstance(row, Row)
        questions += cflue.questions(row, Corpus("cflue", "CC-BY-NC-SA-4.0"), cflue.Options())
    assert len(questions) == len({question.id for question in questions}) == 2500
    assert Counter(flag for question in questions for flag in question.flags) == {
        "one_letter": 75,
        "duplicate_options": 1,
    }
    kinds = Counter(question.answer_kind for question in questions)
    assert kinds == {"choice": 1537, "choices": 742, "boolean": 221}
    assert sum(question.explanation is None for question in questions) == 147
    for question in questions:
        assert question.gold is not None
        assert set(question.gold) <= question.options.keys(), question.id
        assert (question.answer_kind == "choices") == (len(question.gold) > 1 or "one_letter" in question.flags)
        assert match(question.gold, question).value is True, question.id
