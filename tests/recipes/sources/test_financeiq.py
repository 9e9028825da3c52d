"""FinanceIQ: examination and split by the names of file and folder, ids that stay, named defects."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.locate import locate
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import financeiq

RECORD: dict[str, Any] = {
    "": "17",
    "Question": " 下列各项中，由中央银行决定的是（ ）。 ",
    "A": "税率",
    "B": " 存款准备金率 ",
    "C": "票价",
    "D": "2",
    "Answer": "B",
}


def load(file: str = "经济师.csv", folder: str = "test", split: str | None = None, **changes: Any) -> Question:
    record = {key: value for key, value in {**RECORD, **changes}.items() if value != "-"}
    corpus = Corpus("iq", "CC-BY-NC-SA-4.0", split=split, module="professional_knowledge")
    (question,) = financeiq.questions(Row(record, file, 2, folder), corpus, financeiq.Options())
    return question


def test_a_record_becomes_one_question() -> None:
    question = load()
    assert question.question == "下列各项中，由中央银行决定的是（ ）。"
    assert dict(question.options) == {"A": "税率", "B": "存款准备金率", "C": "票价", "D": "2"}
    assert (question.gold, question.answer_kind, question.flags) == ("B", "choice", ())
    assert (question.source, question.licence, question.module) == ("iq", "CC-BY-NC-SA-4.0", "professional_knowledge")
    assert (question.language, question.task) == ("zh", financeiq.INFO.task)
    assert question.meta == {"category": "经济师"}


@pytest.mark.parametrize(
    ("file", "folder", "source_id", "split"),
    [
        ("经济师.csv", "test", "test/经济师/17", "test"),
        ("经济师.csv", "dev", "dev/经济师/17", "dev"),
        ("test/注册会计师（CPA）.csv", "test", "test/注册会计师（CPA）/17", "test"),
        ("data/dev/精算师-金融数学.csv.gz", "dev", "dev/精算师-金融数学/17", "dev"),
        ("经济师.csv", "downloads", "经济师/17", None),
    ],
)
def test_file_and_folder_name_examination_and_split(file: str, folder: str, source_id: str, split: str | None) -> None:
    question = load(file, folder)
    assert (question.id, question.source_id) == (f"iq:{source_id}", source_id)
    assert question.group == source_id
    assert question.split == split


def test_the_recipe_has_the_last_word_on_the_split_but_not_on_the_id() -> None:
    question = load(split="validation")
    assert (question.split, question.source_id) == ("validation", "test/经济师/17")


def test_without_an_index_the_id_comes_from_the_content() -> None:
    first = load(**{"": "-"})
    assert first.id == load(**{"": ""}).id != load(**{"": "-", "A": "利率"}).id
    assert first.source_id.startswith("test/经济师/")


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"Answer": ""}, {"gold_missing"}),
        ({"Answer": None}, {"gold_missing"}),
        ({"Answer": "E"}, {"gold_unusable"}),
        ({"Answer": "D", "D": ""}, {"gold_unusable"}),
        ({"A": "函数是", "B": "函数是"}, {"duplicate_options"}),
        ({"C": "Ｃ类", "D": "C类"}, {"duplicate_options"}),
        ({"Answer": " b "}, set()),
        ({"D": ""}, set()),
    ],
)
def test_defects_are_flagged(changes: dict[str, Any], flags: set[str]) -> None:
    question = load(**changes)
    assert set(question.flags) == flags
    assert question.gold != ""


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Question": "-"}, "Question"),
        ({"Question": " "}, "Question"),
        ({"A": "", "B": "", "C": None, "D": "-"}, "options"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(**changes)


def test_a_record_is_a_mapping() -> None:
    with pytest.raises(BadRecord, match="mapping"):
        list(financeiq.questions(Row(["甲"], "a.csv", 1), Corpus("iq", "MIT"), financeiq.Options()))


def test_yes_and_no_among_four_options_are_no_boolean() -> None:
    question = load(A="是，应当公告", B="不是", C="是，但可以豁免", D="否")
    assert question.answer_kind == "choice"
    assert match("D", question).value is False  # also a no, and not the gold's


def test_the_real_files_load_whole(data: Path) -> None:
    questions = []
    for file in locate("financeiq/*/*.csv", data):
        for row in rows(file.path, file.shown):
            assert isinstance(row, Row)
            questions += financeiq.questions(row, Corpus("financeiq", "CC-BY-NC-SA-4.0"), financeiq.Options())
    assert len(questions) == len({question.id for question in questions}) == 2082
    assert Counter(question.split for question in questions) == {"dev": 50, "test": 2032}
    assert len({question.meta["category"] for question in questions}) == 10
    assert {question.answer_kind for question in questions} == {"choice"}
    assert Counter(flag for question in questions for flag in question.flags) == {"duplicate_options": 1}
    for question in questions:
        assert list(question.options) == ["A", "B", "C", "D"], question.id
        assert match(str(question.gold), question).value is True, question.id
